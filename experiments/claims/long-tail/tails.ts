import type { Effect, IntervalFigure, Table, Verdict } from '../../findings.ts'
import { signed } from '../../report/words.ts'
import { verdictOf } from '../../statistics/verdict.ts'
import type { JudgedQuery } from '../../topics/query.ts'
import type { Primary } from '../claim.ts'
import { type Measured, meanOf, type QuerySet } from '../compared.ts'
import { contrasted } from '../contrast.ts'
import { finiteRow } from '../encoders/pieces.ts'
import { leastFrequencies, quintiles } from '../rarity.ts'
import { byRank, range, type Slice } from '../slices.ts'

/** Registered: a difference of less is none. */
export const margin = 0.02
export const measure = 'nDCG@10'

/** Queries by their rarest word: the fifth with the rarest ones, and the rest. */
export interface Tail {
  readonly slices: readonly Slice[]
  readonly rare: readonly JudgedQuery[]
  readonly rest: readonly JudgedQuery[]
}

export async function tailOf({ replay, queries }: QuerySet): Promise<Tail> {
  const least = await leastFrequencies(replay, queries)
  const slices = byRank(queries, ({ id }) => least.get(id) ?? 0, quintiles)
  const [rare, rest] = [true, false].map((wanted) =>
    slices.flatMap(({ name, queries: those }) => ((name === quintiles[0]) === wanted ? those : [])),
  )
  return { slices, rare, rest }
}

/** What is held to be larger in the long tail: how much better one arm is than another. */
export interface Advantage {
  /** Null where it is shown and not tested. */
  readonly primary: Primary | null
  readonly says: string
  readonly of: Measured
  readonly over: Measured
  readonly tail: Tail
  /** How much larger it is in the tail; null where tail or rest have no query. */
  readonly excess: Effect | null
}

export const advantage = (given: Omit<Advantage, 'excess'>): Advantage => ({
  ...given,
  excess: contrasted(given.of, given.over, measure, [given.tail.rare, given.tail.rest]),
})

/** Supported if it is larger in the tail by more than the margin; refuted if it surely is not. */
export function tailVerdict(primary: Primary, { says, of, over, tail }: Advantage, effect: Effect): Verdict {
  const { standing } = of.set
  const verdict = verdictOf(primary, effect, { rule: 'superiority', standing, judgedGap: null })
  const [rare, rest] = [tail.rare, tail.rest].map((queries) => signed(advantageOn(of, over, queries), 3))
  const { low, high } = effect.interval
  const same = low > -margin && high < margin ? ' The two are equivalent within the margin.' : ''
  return {
    ...verdict,
    says: `${says}: ${rare} where the rarest word is rarest (${tail.rare.length} queries), ${rest} elsewhere (${tail.rest.length}). The difference is ${verdict.says}.${same}`,
  }
}

const advantageOn = (of: Measured, over: Measured, queries: readonly JudgedQuery[]): number =>
  meanOf(of, measure, queries) - meanOf(over, measure, queries)

export const tailTable = (advantages: readonly Advantage[]): Table => ({
  title: 'How much better one arm is than another, in the long tail and elsewhere',
  note: `The tail is the fifth of the queries whose rarest word the fewest papers hold, as of the query. In ${measure}; the last column is the difference of the two, with its interval over weeks of known items or over queries.`,
  columns: ['queries', 'advantage', 'arms', 'in the tail', 'elsewhere', 'difference', 'tested'],
  rows: advantages.map(({ of, over, tail, says, primary, excess }) => [
    of.set.name,
    says,
    `${of.arm.name} − ${over.arm.name}`,
    ...[tail.rare, tail.rest].map((queries) => (queries.length > 0 ? advantageOn(of, over, queries) : null)),
    excess && range(excess),
    primary ? 'yes' : 'no',
  ]),
})

export const tailFigure = (advantages: readonly Advantage[]): IntervalFigure => ({
  kind: 'intervals',
  name: 'long-tail',
  title: 'How much more it matters in the long tail',
  caption: `Advantage (${measure}) among the fifth of queries with the rarest words minus that among the others, with 95% intervals; the lines at ±${margin} are the margin within which nothing differs.`,
  xLabel: 'difference of the advantage, tail minus elsewhere',
  reference: 0,
  margins: [-margin, margin],
  rows: advantages.flatMap(({ says, excess, of }) => finiteRow(says, excess, of.set.name)),
})
