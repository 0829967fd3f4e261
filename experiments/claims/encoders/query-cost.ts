import type { Effect, Table } from '../../findings.ts'
import { papersADay, volumes } from '../../measures/amortised.ts'
import { mean } from '../../measures.ts'
import { savingEffect } from '../../statistics/ratio.ts'
import { numberOrNull } from '../arm-table.ts'
import type { Measured } from '../compared.ts'
import type { Block, Encoding } from './encoding.ts'

/** Processor time in ms of one query, by stage, and of one paper that is encoded; the mean of a block. */
export interface BlockCost {
  readonly encode: number
  /** Words and vectors: the candidates, with their scores. */
  readonly search: number
  /** Ranking and hydrating. */
  readonly score: number
  readonly paper: number
}

/** What an arm costs, block by block; `asked` says which queries it is asked, all if left out. */
export function costsOf(
  { timings }: Measured,
  blocks: readonly Block[],
  encoding: Encoding,
  asked: (query: string) => boolean = () => true,
): readonly BlockCost[] {
  const timed = new Map(timings.map((one) => [one.query, one]))
  return blocks.map(({ queries }, i) => {
    const those = queries.filter(({ id }) => asked(id)).flatMap(({ id }) => timed.get(id) ?? [])
    const each = (of: (one: Measured['timings'][number]) => number) =>
      those.reduce((sum, one) => sum + of(one), 0) / queries.length
    return {
      encode: (encoding.queryMs[i] * those.length) / queries.length,
      search: each(({ stages }) => stages.gather),
      score: each(({ cpuMs, stages }) => cpuMs - stages.embed - stages.gather - stages.live),
      paper: encoding.paperMs[i],
    }
  })
}

/** Of whoever asks one arm, and for some queries another one as well: both have encoded every paper. */
export const both = (one: readonly BlockCost[], other: readonly BlockCost[]): readonly BlockCost[] =>
  one.map((cost, i) => ({
    encode: cost.encode + other[i].encode,
    search: cost.search + other[i].search,
    score: cost.score + other[i].score,
    paper: cost.paper + other[i].paper,
  }))

export const wholeQuery = ({ encode, search, score }: BlockCost): number => encode + search + score

/** A query with its share of the day's papers. */
export const amortised =
  (queriesADay: number) =>
  (cost: BlockCost): number =>
    wholeQuery(cost) + (papersADay * cost.paper) / queriesADay

/** The share of the comparator's time that the treatment saves, over blocks. */
export const savedBy = (
  treatment: readonly BlockCost[],
  comparator: readonly BlockCost[],
  of: (cost: BlockCost) => number,
  seed: number,
): Effect =>
  savingEffect(
    treatment.map((cost, i) => ({ treatment: of(cost), comparator: of(comparator[i]) })),
    { seed },
  )

export interface CostOf {
  readonly name: string
  readonly costs: readonly BlockCost[]
}

const stages: readonly (readonly [name: string, of: (cost: BlockCost) => number, inQuery: boolean])[] = [
  ['tokenise and encode a query', ({ encode }) => encode, true],
  ['search words and vectors', ({ search }) => search, true],
  ['score and hydrate', ({ score }) => score, true],
  ['a query, end to end', wholeQuery, true],
  ['encode a paper', ({ paper }) => paper, false],
  ...volumes.map(
    (volume) =>
      [
        `a query with its share of the papers, ${volume.toLocaleString('en-GB')} a day`,
        amortised(volume),
        false,
      ] as const,
  ),
]

/** Amdahl's table: what each stage saves, and how much of the whole it is. */
export function costTable(title: string, treatment: CostOf, comparator: CostOf, seed: number): Table {
  const whole = mean(comparator.costs.map(wholeQuery))
  return {
    title: `${title}: CPU ms, ${treatment.name} beside ${comparator.name}`,
    note: `User and system time of all processes. Share: the stage’s part of the comparator’s query, the most that could be saved were the stage free (Amdahl). Papers: ${papersADay} new ones a day. Vectors are searched exactly; nightly builds and harvests, much the same under every encoder, are in neither arm.`,
    columns: ['stage', comparator.name, treatment.name, 'times less', 'saved', 'low', 'high', 'share'],
    rows: stages.map(([name, of, inQuery]) => {
      const [less, more] = [treatment, comparator].map(({ costs }) => mean(costs.map(of)))
      const saved = savedBy(treatment.costs, comparator.costs, of, seed)
      return [
        name,
        more,
        less,
        ...[more / less, saved.mean, saved.interval.low, saved.interval.high].map(numberOrNull),
        inQuery ? numberOrNull(mean(comparator.costs.map(of)) / whole) : null,
      ]
    }),
  }
}
