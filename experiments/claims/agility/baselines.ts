import { type Arm, allArms, current, router, routes } from '../../arms.ts'
import type { Table } from '../../findings.ts'
import { regret } from '../../measures/routes.ts'
import { mean } from '../../measures.ts'
import type { Scores } from '../../statistics/paired.ts'
import type { JudgedQuery } from '../../topics/query.ts'
import { numberOrNull } from '../arm-table.ts'
import { type ArmsMeasured, compared, type Measured, measuredRun } from '../compared.ts'
import { byClass, range } from '../slices.ts'
import { isRecent, recentMeasure, subjectMeasure } from './regimes.ts'

const oracle: Arm = {
  ...router,
  name: 'oracle',
  says: 'Whichever route serves the query best, chosen with the answers at hand.',
}

/** What each query is served by: recent work where that is wanted, else the subject. */
export function utilities(run: Measured): Scores {
  const [recent, subject] = [run.scores(recentMeasure), run.scores(subjectMeasure)]
  return new Map(run.set.queries.map((query) => [query.id, (isRecent(query) ? recent : subject).get(query.id) ?? 0]))
}

/** An arm of its own: the answers of the best route of each query, the first of several that are as good. */
export function oracleOf(arms: ArmsMeasured): Measured {
  const taken = routes.map((route) => arms.of(route))
  const [first] = taken
  const { set, judgings, keeping } = first
  const worth = taken.map((run) => ({ run, of: utilities(run) }))
  const best = new Map(
    set.queries.map(({ id }) => [id, worth.reduce((a, b) => ((b.of.get(id) ?? 0) > (a.of.get(id) ?? 0) ? b : a)).run]),
  )
  const answers = new Map(
    [...best].flatMap(([id, run]) => {
      const answer = run.answers.get(id)
      return answer ? [[id, answer] as const] : []
    }),
  )
  const timings = [...best].flatMap(([id, run]) => run.timings.filter(({ query }) => query === id))
  return measuredRun({ arm: oracle, keeping, answers, timings }, set, judgings)
}

export function regretTable(arms: ArmsMeasured): Table {
  const worth = routes.map((route) => utilities(arms.of(route)))
  const over = (lost: Scores, queries: readonly JudgedQuery[]) =>
    numberOrNull(mean(queries.flatMap(({ id }) => lost.get(id) ?? [])))
  return {
    title: 'Regret to the oracle over routes',
    note: 'What the best route of each query has beyond the arm: class recent by decayed nDCG@10 (30 d), the others by subject nDCG@10. An arm that is no route may do better than all of them: its regret is then negative.',
    columns: ['arm', 'recent', 'others', 'all'],
    rows: arms.all.map((run) => {
      const lost = regret(utilities(run), worth)
      const { queries } = run.set
      const others = queries.filter((query) => !isRecent(query))
      return [run.arm.name, over(lost, queries.filter(isRecent)), over(lost, others), over(lost, queries)]
    }),
  }
}

/** The router against all that is simpler, at the same calls or not. */
export function baselineTable(arms: ArmsMeasured): Table {
  const routed = arms.of(router)
  const { queries } = routed.set
  const others = queries.filter((query) => !isRecent(query))
  return {
    title: 'The router against the baselines it must beat',
    note: 'Router minus baseline. Not corrected for being many.',
    columns: ['baseline', 'recent, decayed 30 d', 'others, subject', 'baseline asks live'],
    rows: allArms
      .filter(({ name }) => name !== router.name)
      .map((arm) => {
        const run = arms.of(arm)
        const recent = compared(routed, run, recentMeasure, queries.filter(isRecent))
        const rest = compared(routed, run, subjectMeasure, others)
        const asked = queries.filter(({ id }) => (run.answers.get(id)?.live.length ?? 0) > 0)
        return [
          arm.name,
          recent && range(recent.effect),
          rest && range(rest.effect),
          numberOrNull(asked.length / queries.length),
        ]
      }),
  }
}

const goal = 0.01

/** An engineering goal: how near the router stays to everything, ranked by depth alone. */
export function goalTable(arms: ArmsMeasured): Table {
  const [routed, whole] = [arms.of(router), arms.of(current)]
  const all = { name: 'all', queries: routed.set.queries }
  return {
    title: `Goal: router within ${goal} nDCG@10 of ${current.name} on every class`,
    note: 'Subject alone, recency switched off in the comparator. A goal of engineering and no test: it is met by the mean.',
    columns: ['class', 'topics', 'router', current.name, 'difference', 'judged@10, difference', 'met'],
    rows: [...byClass(routed.set.queries), all].flatMap(({ name, queries }) => {
      const found = compared(routed, whole, subjectMeasure, queries)
      if (!found) return []
      const { effect, treatment, comparator, judgedGap } = found
      return [
        [name, queries.length, treatment, comparator, range(effect), judgedGap, effect.mean >= -goal ? 'yes' : 'no'],
      ]
    }),
  }
}
