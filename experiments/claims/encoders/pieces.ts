import { bm25, current, dense } from '../../arms.ts'
import type { Effect, Findings, IntervalFigure, Table } from '../../findings.ts'
import { onTime } from '../../replay/holding.ts'
import type { Study } from '../../replay/study.ts'
import { armTable } from '../arm-table.ts'
import type { Claim } from '../claim.ts'
import { type Measured, measured, untested } from '../compared.ts'
import { topicSet } from '../material.ts'
import { byClass, byLength, byRank, type Slice, sliceTable } from '../slices.ts'
import { threatsOfTopics } from '../threats.ts'
import { agreement } from './choosing.ts'
import type { EncoderArms } from './encoders.ts'

/** A treatment against the dear encoder: by length, by class where there are several, by how far words and vectors agree. */
export function encoderSlices(treatment: Measured, dear: EncoderArms): readonly Table[] {
  const { queries, name } = treatment.set
  const classes = byClass(queries)
  const agreed = (id: string) => agreement(dear.lexical.answers.get(id), dear.dense.answers.get(id))
  const thirds = byRank(queries, ({ id }) => agreed(id), ['words and vectors agree least', 'in between', 'agree most'])
  const table = (by: string, slices: readonly Slice[]) =>
    sliceTable({ title: `${name} ${by}`, treatment, comparator: dear.hybrid, measure: 'nDCG@10', slices })
  return [
    table('by length', byLength(queries)),
    ...(classes.length > 1 ? [table('by class', classes)] : []),
    table('by agreement of rankers', thirds),
  ]
}

/** A row of a figure; none where nothing is known of the spread. */
export const finiteRow = (label: string, effect: Effect | null | undefined, group?: string): IntervalFigure['rows'] =>
  effect && [effect.mean, effect.interval.low, effect.interval.high].every(Number.isFinite)
    ? [{ label, ...(group && { group }), mean: effect.mean, low: effect.interval.low, high: effect.interval.high }]
    : []

/** Where there is nothing to compare: the arms under the main encoder, and why no more. */
export async function onlyTheCheapOne(
  study: Study,
  { name, primaries }: Pick<Claim, 'name' | 'primaries'>,
  why: string,
): Promise<Findings> {
  const set = await topicSet(study)
  const arms = await measured(set, [bm25, dense, current], onTime)
  return {
    claim: name,
    verdicts: primaries.map((one) => untested(one, set.standing, why)),
    arms: armTable({ title: `Arms on ${set.name}, the one encoder there is`, runs: arms.all }),
    slices: [],
    tables: [],
    figures: [],
    threats: threatsOfTopics(set),
    notRun: [`The comparison of encoders: ${why}.`],
  }
}
