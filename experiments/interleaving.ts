import type { JudgedAnswer, Judgement, ShownHit, Team } from '../src/domain/feedback.ts'
import { dayMs, type Instant } from '../src/domain/instant.ts'
import type { FeedbackBook } from '../src/ports.ts'
import type { Table } from './findings.ts'
import { binomialP, type RatePosterior, ratePosterior } from './statistics/counts.ts'

/**
 * What people said of answers while the server ran: which arm of an interleaved answer placed what was of use, and whether
 * its source or its age tells better that a hit will be of use.
 */
export function onlineSummary({ feedback }: { readonly feedback: Pick<FeedbackBook, 'judged'> }): readonly Table[] {
  const answers = feedback.judged()
  const judged = answers.flatMap(judgedHits).sort((one, other) => one.at - other.at)
  return [
    comparisons(answers),
    rates('Precision of sources', 'source', judged, bySource),
    rates('Usefulness by age', 'age when shown', judged, byAge),
    predictors(judged),
  ]
}

/** One hit with what was said of it. */
export interface JudgedHit {
  readonly hit: ShownHit
  readonly useful: boolean
  readonly shownAt: Instant
  readonly at: Instant
}

export function judgedHits(answer: JudgedAnswer): JudgedHit[] {
  const hits = new Map(answer.hits.map((hit) => [hit.id, hit]))
  return answer.judgements.flatMap(({ document, useful, at }: Judgement) => {
    const hit = hits.get(document)
    return hit ? [{ hit, useful, shownAt: answer.at, at }] : []
  })
}

type Credit = 'win' | 'loss' | 'tie'

/** An answer is won by the team that placed more of what was of use; one of which nothing was is no comparison. */
export function creditOf(answer: JudgedAnswer): Credit | null {
  const useful = judgedHits(answer).filter((one) => one.useful)
  const placed = (team: Team) => useful.filter((one) => one.hit.team === team).length
  const [first, second] = [placed('first'), placed('second')]
  if (first + second === 0) return null
  return first === second ? 'tie' : first > second ? 'win' : 'loss'
}

function comparisons(answers: readonly JudgedAnswer[]): Table {
  const compared = answers.flatMap((answer) => {
    const credit = answer.arms && creditOf(answer)
    return answer.arms && credit ? [{ arms: answer.arms, credit }] : []
  })
  return {
    title: 'Interleaved answers',
    note:
      'Team draft: an answer is won by the arm that placed more of what was said to be of use. The share of wins has a ' +
      'uniform prior and leaves ties out, as does p, of a two-sided exact sign test. Answers of one person are not told apart.',
    columns: ['arm', 'against', 'wins', 'losses', 'ties', 'share of wins', 'low', 'high', 'p'],
    rows: [...groupsOf(compared, ({ arms }) => arms.join(' ')).values()].map((pairs) => {
      const count = (credit: Credit) => pairs.filter((one) => one.credit === credit).length
      const [wins, losses, ties] = [count('win'), count('loss'), count('tie')]
      const { mean, interval } = ratePosterior(wins, losses)
      return [...pairs[0].arms, wins, losses, ties, mean, interval.low, interval.high, binomialP(wins, wins + losses)]
    }),
  }
}

export function groupsOf<T>(all: readonly T[], nameOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(nameOf(one))
    if (group) group.push(one)
    else groups.set(nameOf(one), [one])
  }
  return groups
}

export type Grouping = (one: JudgedHit) => string

export const bySource: Grouping = ({ hit }) => hit.source

/** Whole days at most; the last is open. */
const ages = [
  { name: '0–1 d', days: 1 },
  { name: '2–7 d', days: 7 },
  { name: '8–30 d', days: 30 },
  { name: '> 30 d', days: Number.POSITIVE_INFINITY },
] as const
const unknownAge = 'unknown'

export const byAge: Grouping = ({ hit, shownAt }) => {
  if (hit.announced === null) return unknownAge
  const days = Math.floor(Math.max(0, shownAt - hit.announced) / dayMs)
  return ages.find((age) => days <= age.days)?.name ?? unknownAge
}

function rates(title: string, column: string, judged: readonly JudgedHit[], grouping: Grouping): Table {
  const groups = groupsOf(judged, grouping)
  return {
    title,
    note: 'Posterior of the share of use among what was judged, from a uniform prior: mean and 95% credible interval.',
    columns: [column, 'judged', 'useful', 'mean', 'low', 'high'],
    rows: [...groups]
      .map(([name, of]) => {
        const { mean, interval } = posteriorOf(of)
        return [name, of.length, usefulIn(of), mean, interval.low, interval.high] as const
      })
      .sort(([one], [other]) => orderOf(one) - orderOf(other) || one.localeCompare(other)),
  }
}

const usefulIn = (judged: readonly JudgedHit[]): number => judged.filter((one) => one.useful).length
export const posteriorOf = (judged: readonly JudgedHit[]): RatePosterior =>
  ratePosterior(usefulIn(judged), judged.length - usefulIn(judged))
/** Ages by age, an unknown one last; sources by name. */
const orderOf = (name: string): number =>
  name === unknownAge ? ages.length : ages.findIndex((age) => age.name === name)

/**
 * Each judgement is foretold from those before it, so that nobody is tested on what was learned from: by the posterior
 * mean of its group. Bits of surprise each; fewer is better.
 */
function predictors(judged: readonly JudgedHit[]): Table {
  const groupings: readonly (readonly [string, Grouping])[] = [
    ['all alike', () => ''],
    ['source', bySource],
    ['age', byAge],
  ]
  return {
    title: 'What foretells use',
    note: 'Mean surprise at each judgement, in bits, of whoever knew the judgements before it; a coin has 1.',
    columns: ['knowing', 'judgements', 'bits'],
    rows: groupings.map(([name, grouping]) => [name, judged.length, meanSurprise(judged, grouping)]),
  }
}

function meanSurprise(judged: readonly JudgedHit[], grouping: Grouping): number | null {
  if (judged.length === 0) return null
  const seen = new Map<string, { useful: number; all: number }>()
  let bits = 0
  for (const one of judged) {
    const group = grouping(one)
    const { useful, all } = seen.get(group) ?? { useful: 0, all: 0 }
    const expected = (useful + 1) / (all + 2)
    bits -= Math.log2(one.useful ? expected : 1 - expected)
    seen.set(group, { useful: useful + (one.useful ? 1 : 0), all: all + 1 })
  }
  return bits / judged.length
}
