import type { DocumentId } from '../../src/domain/document.ts'
import type { Arm } from '../arms.ts'
import type { Effect, Standing, Verdict } from '../findings.ts'
import { type Facts, type Judging, judgingOf } from '../measures/judging.ts'
import { measureNamed, scoresOf } from '../measures/measure.ts'
import { mean } from '../measures.ts'
import { holdingAt, type Keeping } from '../replay/holding.ts'
import type { ArmRun, Replay } from '../replay/study.ts'
import type { Upkeep } from '../replay/upkeep.ts'
import { effectOf } from '../statistics/effect.ts'
import { type PairedUnit, paired, type Scores } from '../statistics/paired.ts'
import { type Rule, verdictOf } from '../statistics/verdict.ts'
import type { JudgedQuery } from '../topics/query.ts'
import type { Primary } from './claim.ts'

/** A demonstration tests nothing and compares nothing. */
export type Tested = Exclude<Standing, 'demonstration'>

/** Queries that are asked together, of what, and what is known of their right answers. */
export interface QuerySet {
  /** Tells sets of one folder apart: of words and encoder both, where several of them are compared. */
  readonly name: string
  readonly replay: Replay
  readonly queries: readonly JudgedQuery[]
  /** Whatever has no grade is wrong, and not only unjudged: known items, the generated stream. */
  readonly complete: boolean
  readonly standing: Tested
  readonly seed: number
}

/** One arm's answers to a set, ready to be measured. */
export interface Measured extends ArmRun {
  readonly set: QuerySet
  readonly judgings: ReadonlyMap<string, Judging>
  /** Of the stores that the arm needs; null where that is not known. */
  readonly upkeep: Upkeep | null
  /** By query; worked out once. Throws RangeError where there is no measure of that name. */
  scores(measure: string): Scores
}

export interface ArmsMeasured {
  readonly all: readonly Measured[]
  /** Throws RangeError where the arm was not run. */
  of(arm: Pick<Arm, 'name'>): Measured
}

/** Asks a set of every arm, under one keeping. */
export async function measured(set: QuerySet, arms: readonly Arm[], keeping: Keeping): Promise<ArmsMeasured> {
  const runs = await set.replay.run(set.name, arms, set.queries, keeping)
  const judgings = judgingsOf(set, keeping)
  return armsMeasured(runs.map((run) => measuredRun(run, set, judgings)))
}

export function armsMeasured(all: readonly Measured[]): ArmsMeasured {
  return {
    all,
    of({ name }) {
      const found = all.find((one) => one.arm.name === name)
      if (!found) throw new RangeError(`the arm ${name} was not run; ${all.map((one) => one.arm.name).join(', ')} were`)
      return found
    },
  }
}

export function measuredRun(
  run: ArmRun,
  set: QuerySet,
  judgings: ReadonlyMap<string, Judging>,
  upkeep: Upkeep | null = set.replay.upkeep,
): Measured {
  const known = new Map<string, Scores>()
  return {
    ...run,
    set,
    judgings,
    upkeep,
    scores(measure) {
      const scores = known.get(measure) ?? scoresOf(measureNamed(measure), judgings, run.answers)
      known.set(measure, scores)
      return scores
    },
  }
}

/** What measures may know of each query, of a store that is kept that way. */
export function judgingsOf({ queries, replay }: QuerySet, keeping: Keeping): ReadonlyMap<string, Judging> {
  const bestGrade = Math.max(1, ...queries.flatMap(({ grades }) => [...grades.values()]))
  return new Map(queries.map((query) => [query.id, judgingOf(query, factsOf(query, replay, keeping, bestGrade))]))
}

function factsOf({ asked }: JudgedQuery, replay: Replay, keeping: Keeping, bestGrade: number): Facts {
  const { cut } = holdingAt(asked, keeping)
  const announced = (id: DocumentId) => replay.paper(id)?.announced ?? null
  return {
    bestGrade,
    announced,
    latest: (id) => replay.standing(id, asked),
    inStatic: (id) => (announced(id) ?? cut) <= cut && isKept(replay.paper(id)?.categories[0], keeping),
  }
}

const isKept = (primary: string | undefined, { categories }: Keeping): boolean =>
  categories === null || primary === undefined || categories.includes(primary)

/** Two arms on the same queries. */
export interface Compared {
  /** Treatment minus comparator. */
  readonly effect: Effect
  /** Mean of each, what is missing counted as zero. */
  readonly treatment: number
  readonly comparator: number
  readonly queries: number
  /** Treatment minus comparator; null where all is judged. */
  readonly judgedGap: number | null
}

/** Null where there is no query to compare them on. Of a set in another wording or encoder, queries pair by id. */
export function compared(
  treatment: Measured,
  comparator: Measured,
  measure: string,
  queries: readonly JudgedQuery[] = treatment.set.queries,
): Compared | null {
  if (queries.length === 0) return null
  return {
    effect: effectOf(differencesOf(treatment, comparator, measure, queries), { seed: treatment.set.seed }),
    treatment: meanOf(treatment, measure, queries),
    comparator: meanOf(comparator, measure, queries),
    queries: queries.length,
    judgedGap: judgedGapOf(treatment, comparator, queries),
  }
}

/** By unit: the topic, or the week of known items. */
export function differencesOf(
  treatment: Measured,
  comparator: Measured,
  measure: string,
  queries: readonly JudgedQuery[],
): PairedUnit[] {
  const units = new Map(queries.map(({ id, unit }) => [id, unit]))
  return paired(treatment.scores(measure), comparator.scores(measure), {
    queries: units.keys(),
    unitOf: (query) => units.get(query) ?? query,
  })
}

/** Over the queries that the measure says anything of; NaN where it says nothing of any. */
export function meanOf(run: Measured, measure: string, queries: readonly JudgedQuery[] = run.set.queries): number {
  const scores = run.scores(measure)
  return mean(queries.flatMap(({ id }) => scores.get(id) ?? []))
}

export const judgedGapOf = (
  treatment: Measured,
  comparator: Measured,
  queries: readonly JudgedQuery[] = treatment.set.queries,
): number | null =>
  treatment.set.complete ? null : meanOf(treatment, 'judged@10', queries) - meanOf(comparator, 'judged@10', queries)

/** The verdict on a primary; `missing` says why, where there was nothing to compare. */
export function verdictOn(
  primary: Primary,
  found: Pick<Compared, 'effect' | 'judgedGap'> | null,
  { rule, standing, missing }: { readonly rule: Rule; readonly standing: Tested; readonly missing: string },
): Verdict {
  return found
    ? verdictOf(primary, found.effect, { rule, standing, judgedGap: found.judgedGap })
    : untested(primary, standing, missing)
}

export const untested = ({ name, margin }: Primary, standing: Tested, why: string): Verdict => ({
  primary: name,
  standing,
  outcome: 'undecided',
  says: `Not tested: ${why}.`,
  effect: null,
  margin,
  pHolm: null,
  judgedGap: null,
})
