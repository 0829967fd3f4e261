import {
  type Arm,
  bm25,
  current,
  nightlyStatic,
  router,
  routerNoLive,
  staticAged,
  staticAges,
  staticFresh,
} from '../../arms.ts'
import type { Table } from '../../findings.ts'
import { onTime } from '../../replay/holding.ts'
import { ageBins } from '../../topics/known-item.ts'
import { armTable } from '../arm-table.ts'
import { measured, type QuerySet } from '../compared.ts'
import { byFact, byWeekday, sliceTable } from '../slices.ts'

const arms: readonly Arm[] = [bm25, ...staticAges.map(staticAged), staticFresh, routerNoLive, router, current]

/** Known items have the natural mix of ages, of which few are new: a secondary look, never a verdict. */
export async function knownItemTables(set: QuerySet): Promise<readonly Table[]> {
  const run = await measured(set, arms, onTime)
  const slices = [{ name: 'all', queries: set.queries }, ...byFact(set.queries, 'age', ageBins)]
  const contrast = (treatment: Arm, comparator: Arm, those = slices) =>
    sliceTable({
      title: those === slices ? 'Known items by age of the target, days' : 'Known items by weekday',
      treatment: run.of(treatment),
      comparator: run.of(comparator),
      measure: 'MRR',
      slices: those,
    })
  return [
    contrast(router, nightlyStatic),
    contrast(staticFresh, nightlyStatic),
    contrast(staticFresh, staticAged(7)),
    contrast(router, current),
    contrast(router, nightlyStatic, [...byWeekday(set.queries)]),
    armTable({ title: 'Arms on known items', runs: run.all }),
  ]
}
