import { dayMs, dayOf, type Instant, instant } from '../../../src/domain/instant.ts'
import type { LineFigure, Table } from '../../findings.ts'
import type { Replay } from '../../replay/study.ts'
import type { JudgedQuery } from '../../topics/query.ts'
import { acronymMeasure } from '../acronyms.ts'
import { numberOrNull } from '../arm-table.ts'
import { compared, type Measured, meanOf } from '../compared.ts'
import { contrasted } from '../contrast.ts'
import type { EncoderArms } from '../encoders/encoders.ts'
import { range, reading, slicesBy } from '../slices.ts'

/** The encoder whose age is known. The date is of the text that it learned from, as its card in ../shared/models/README.md has it. */
export const datedEncoder = {
  name: 'freshet-static',
  /** It saw papers announced up to 2025-10-31. */
  trainedBefore: instant(Date.UTC(2025, 10, 1)),
} as const

/** The two encoders on the same queries. */
export interface EncoderPair {
  readonly small: EncoderArms
  readonly dear: EncoderArms
}

/** Queries of which the encoder cannot have learned what it takes, and others. */
interface Ages {
  readonly name: string
  readonly pair: EncoderPair
  readonly measure: string
  readonly groups: readonly [young: readonly JudgedQuery[], old: readonly JudgedQuery[]]
}

export async function agesOf(known: EncoderPair, acronyms: EncoderPair | null): Promise<readonly Ages[]> {
  const { trainedBefore } = datedEncoder
  const { queries, replay } = known.dear.dense.set
  const asked = queries.filter((query) => query.asked >= trainedBefore)
  const unheardOf = await withNewTerms(replay, asked, trainedBefore)
  const items = { pair: known, measure: 'nDCG@10' }
  return [
    {
      ...items,
      name: 'known items: a term that no paper had used before − none, asked since',
      groups: split(asked, (query) => unheardOf.has(query.id)),
    },
    ...(acronyms
      ? [
          {
            name: 'acronyms: sense first defined since − before',
            pair: acronyms,
            measure: acronymMeasure,
            groups: split(acronyms.dear.dense.set.queries, (query) => senseBegan(query) >= trainedBefore),
          },
        ]
      : []),
    {
      ...items,
      name: 'known items: target announced since − before',
      groups: split(queries, (query) => (targetOf(replay, query) ?? 0) >= trainedBefore),
    },
  ]
}

/** Difference-in-differences: what the small encoder loses more, against the dear one, on what is younger than it. */
export const ageTable = (ages: readonly Ages[]): Table => ({
  title: `Encoder age: does ${datedEncoder.name} lose more on what is younger than its training text?`,
  note: `Its text ends on ${dayOf(instant(datedEncoder.trainedBefore - dayMs))}. Loss is that of the small encoder against the dear one; the last columns are how much larger it is on the younger queries. Papers from before were partly its training text, so that overlap and age are not told apart here.`,
  columns: ['younger − older', 'arm', 'younger', 'older', 'loss, younger', 'loss, older', 'difference', 'reads'],
  rows: ages.flatMap(({ name, pair, measure, groups }) =>
    (['dense', 'hybrid'] as const).map((arm) => {
      const [dear, small] = [pair.dear[arm], pair.small[arm]]
      const found = contrasted(dear, small, measure, groups)
      return [
        name,
        small.arm.name,
        ...groups.map((queries) => queries.length),
        ...groups.map((queries) => numberOrNull(lossOf(dear, small, measure, queries))),
        found && range(found),
        found && words[reading(found.interval)],
      ]
    }),
  ),
})

const words = { gains: 'larger', loses: 'smaller', open: 'open', 'the same': 'the same' } as const

const lossOf = (dear: Measured, small: Measured, measure: string, queries: readonly JudgedQuery[]): number =>
  meanOf(dear, measure, queries) - meanOf(small, measure, queries)

/** Loss by the month in which the target was announced, counted from the end of the training text. */
export function monthFigure({ small, dear }: EncoderPair): LineFigure {
  const { queries, replay } = dear.dense.set
  const months = slicesBy(queries, (query) => {
    const announced = targetOf(replay, query)
    return announced === null ? null : String(monthsAfter(announced))
  })
  const series = (['dense', 'hybrid'] as const).map((arm) => ({
    label: small[arm].arm.name,
    points: months
      .flatMap(({ name, queries: those }) => {
        const found = compared(dear[arm], small[arm], 'nDCG@10', those)
        if (!found || !Number.isFinite(found.effect.interval.low)) return []
        const { mean, interval } = found.effect
        return [{ x: Number(name), y: mean, low: interval.low, high: interval.high }]
      })
      .sort((one, other) => one.x - other.x),
  }))
  return {
    kind: 'lines',
    name: 'encoder-age',
    title: `What ${datedEncoder.name} loses, by the month of the paper that is sought`,
    caption: `nDCG@10 of the dear encoder minus that of the small one on known items, by the month in which the target was announced; month 0 is the first that the small encoder’s training text does not hold. 95% intervals over weeks.`,
    xLabel: 'months since the training text ended',
    yLabel: 'loss of nDCG@10 against the dear encoder',
    reference: 0,
    series,
  }
}

function monthsAfter(at: Instant): number {
  const [end, then] = [new Date(datedEncoder.trainedBefore), new Date(at)]
  return 12 * (then.getUTCFullYear() - end.getUTCFullYear()) + then.getUTCMonth() - end.getUTCMonth()
}

/** Queries with a term that some paper holds when they are asked, and that none held by `before`. */
async function withNewTerms(
  replay: Replay,
  queries: readonly JudgedQuery[],
  before: Instant,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const { id, text, asked } of queries) {
    const then = new Map((await replay.termFrequencies(text, before)).map((one) => [one.term, one.documents]))
    const now = await replay.termFrequencies(text, asked)
    if (now.some(({ term, documents }) => documents > 0 && (then.get(term) ?? 0) === 0)) found.add(id)
  }
  return found
}

const targetOf = (replay: Replay, { grades }: JudgedQuery): Instant | null => {
  const [target] = grades.keys()
  return target === undefined ? null : (replay.paper(target)?.announced ?? null)
}

const senseBegan = ({ asked, facts }: JudgedQuery): number => asked - Number(facts.senseAge ?? 0) * dayMs

const split = (
  queries: readonly JudgedQuery[],
  isYoung: (query: JudgedQuery) => boolean,
): readonly [readonly JudgedQuery[], readonly JudgedQuery[]] => [
  queries.filter(isYoung),
  queries.filter((query) => !isYoung(query)),
]
