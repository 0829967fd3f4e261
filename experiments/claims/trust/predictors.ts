import type { Effect } from '../../findings.ts'
import {
  byAge,
  bySource,
  type Grouping,
  groupsOf,
  type JudgedHit,
  judgedHits,
  posteriorOf,
} from '../../interleaving.ts'
import { mean } from '../../measures.ts'
import { effectOf } from '../../statistics/effect.ts'
import type { PairedUnit } from '../../statistics/paired.ts'
import type { Interactions } from './users.ts'

interface Predictor {
  readonly knowing: string
  /** Nats of surprise at a judgement, mean. */
  readonly logLoss: number
  /** How often a hit of use was thought likelier to be so than one of none, ties counted half. */
  readonly auc: number
}

export interface Foretold {
  readonly learnedFrom: number
  readonly judgements: number
  readonly predictors: readonly Predictor[]
  /** Log loss of age minus that of precision; null where nothing was judged in one of the halves. */
  readonly effect: Effect | null
}

const groupings = { 'nothing but the rate of all': () => '', 'precision of the source': bySource, age: byAge } as const

/** A judgement of a unit: what is resampled. */
interface Said extends JudgedHit {
  readonly unit: string
}

/** Rates are learned from the earlier half of what was said, and held against the later one. */
export function foretold({ answers, queryOf }: Interactions, seed: number): Foretold {
  const said = answers
    .flatMap((answer) => judgedHits(answer).map((one): Said => ({ ...one, unit: queryOf(answer.id).unit })))
    .sort((one, other) => one.at - other.at)
  const [before, after] = halvesOf(said)
  const chances = (grouping: Grouping) => chancesOf(grouping, before, after)
  return {
    learnedFrom: before.length,
    judgements: after.length,
    predictors: Object.entries(groupings).map(([knowing, grouping]) => {
      const chance = chances(grouping)
      return { knowing, logLoss: mean(lossesOf(after, chance)), auc: aucOf(after, chance) }
    }),
    effect:
      before.length === 0 || after.length === 0
        ? null
        : effectOf(unitsOf(after, lossesOf(after, chances(byAge)), lossesOf(after, chances(bySource))), { seed }),
  }
}

/** In time: what is said at the very same moment, of one page, stays together in the later half. */
function halvesOf(said: readonly Said[]): readonly [before: readonly Said[], after: readonly Said[]] {
  const middle = said[Math.floor(said.length / 2)]?.at ?? 0
  return [said.filter(({ at }) => at < middle), said.filter(({ at }) => at >= middle)]
}

/** The posterior mean of each one's group, from a uniform prior, which is also what is thought of a group never seen. */
function chancesOf(grouping: Grouping, before: readonly Said[], after: readonly Said[]): number[] {
  const groups = [...groupsOf(before, grouping)]
  const means = new Map(groups.map(([name, those]) => [name, posteriorOf(those).mean]))
  return after.map((one) => means.get(grouping(one)) ?? posteriorOf([]).mean)
}

const lossesOf = (said: readonly Said[], chances: readonly number[]): number[] =>
  said.map(({ useful }, i) => -Math.log(useful ? chances[i] : 1 - chances[i]))

/** Mann and Whitney's count of pairs, by distinct chance: there are as few as groups. */
export function aucOf(said: readonly Pick<JudgedHit, 'useful'>[], chances: readonly number[]): number {
  const counts = new Map<number, { useful: number; useless: number }>()
  for (const [i, { useful }] of said.entries()) {
    const count = counts.get(chances[i]) ?? { useful: 0, useless: 0 }
    counts.set(chances[i], count)
    if (useful) count.useful++
    else count.useless++
  }
  let below = 0
  let won = 0
  let useful = 0
  for (const [, count] of [...counts].sort(([one], [other]) => one - other)) {
    won += count.useful * (below + count.useless / 2)
    below += count.useless
    useful += count.useful
  }
  return won / (useful * below)
}

function unitsOf(said: readonly Said[], ofAge: readonly number[], ofPrecision: readonly number[]): PairedUnit[] {
  const differences = said.map(({ unit }, i) => ({ unit, difference: ofAge[i] - ofPrecision[i] }))
  return [...groupsOf(differences, ({ unit }) => unit)].map(([unit, those]) => ({
    unit,
    differences: those.map(({ difference }) => difference),
  }))
}
