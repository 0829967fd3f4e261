import type { Effect, Table } from '../findings.ts'
import { signed } from '../report/words.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { compared, type Measured } from './compared.ts'

/** Queries that have something in common. */
export interface Slice {
  readonly name: string
  readonly queries: readonly JudgedQuery[]
}

/** By what a query is called, in the order of names given, else in that of their first query; null: in no slice. */
export function slicesBy(
  queries: readonly JudgedQuery[],
  nameOf: (query: JudgedQuery) => string | null,
  order: readonly string[] = [],
): readonly Slice[] {
  const slices = new Map<string, JudgedQuery[]>(order.map((name) => [name, []]))
  for (const query of queries) {
    const name = nameOf(query)
    if (name === null) continue
    const slice = slices.get(name)
    if (slice) slice.push(query)
    else slices.set(name, [query])
  }
  return [...slices].flatMap(([name, those]) => (those.length > 0 ? { name, queries: those } : []))
}

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

/** Of the asking, UTC. */
export const byWeekday = (queries: readonly JudgedQuery[]): readonly Slice[] =>
  slicesBy(queries, ({ asked }) => weekdays[(new Date(asked).getUTCDay() + 6) % 7], weekdays)

export const byFact = (queries: readonly JudgedQuery[], fact: string, order?: readonly string[]): readonly Slice[] =>
  slicesBy(queries, ({ facts }) => (facts[fact] === undefined ? null : String(facts[fact])), order)

export const byClass = (queries: readonly JudgedQuery[]): readonly Slice[] => slicesBy(queries, (query) => query.class)

const lengths = ['1-2 terms', '3-4 terms', '5-7 terms', '8 terms or more'] as const

export const byLength = (queries: readonly JudgedQuery[]): readonly Slice[] =>
  slicesBy(
    queries,
    ({ facts }) => {
      const terms = Number(facts.terms)
      return terms <= 2 ? lengths[0] : terms <= 4 ? lengths[1] : terms <= 7 ? lengths[2] : lengths[3]
    },
    lengths,
  )

/** So many slices of as equal size as may be, from the lowest value; equal values stay together, in the lower slice. */
export function byRank(
  queries: readonly JudgedQuery[],
  worthOf: (query: JudgedQuery) => number,
  names: readonly string[],
): readonly Slice[] {
  const values = queries.map(worthOf).sort((one, other) => one - other)
  const upTo = names.map((_, i) => values[Math.ceil(((i + 1) * values.length) / names.length) - 1])
  return slicesBy(queries, (query) => names[upTo.findIndex((most) => worthOf(query) <= most)] ?? null, names)
}

export interface Contrast {
  readonly title: string
  readonly treatment: Measured
  readonly comparator: Measured
  readonly measure: string
  readonly slices: readonly Slice[]
}

/** Slice by slice; where the treatment loses stands in words, so that no loss is overlooked. */
export function sliceTable({ title, treatment, comparator, measure, slices }: Contrast): Table {
  return {
    title: `${title}: ${treatment.arm.name} − ${comparator.arm.name}, ${measure}`,
    note: 'Not corrected for being many: read intervals as descriptions.',
    columns: ['slice', 'queries', treatment.arm.name, comparator.arm.name, 'difference', 'low', 'high', 'reads'],
    rows: slices.flatMap(({ name, queries }) => {
      const found = compared(treatment, comparator, measure, queries)
      if (!found) return []
      const { mean, interval } = found.effect
      // With one unit nothing is known of the spread.
      const [low, high] = [interval.low, interval.high].map((end) => (Number.isFinite(end) ? end : null))
      return [[name, queries.length, found.treatment, found.comparator, mean, low, high, reading(interval)]]
    }),
  }
}

export const reading = ({
  low,
  high,
}: {
  readonly low: number
  readonly high: number
}): 'loses' | 'gains' | 'the same' | 'open' =>
  high < 0 ? 'loses' : low > 0 ? 'gains' : low === 0 && high === 0 ? 'the same' : 'open'

/** As it stands in a cell: mean and interval. */
export const range = ({ mean, interval: { low, high } }: Pick<Effect, 'mean' | 'interval'>): string =>
  `${signed(mean, 3)} [${signed(low, 3)}, ${signed(high, 3)}]`
