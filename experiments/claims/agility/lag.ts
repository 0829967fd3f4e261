import { dayMs, type Instant, instant } from '../../../src/domain/instant.ts'
import type { Table } from '../../findings.ts'
import { type Arrival, lagOf, type Spread } from '../../measures/lag.ts'
import { built, type Keeping, onTime } from '../../replay/holding.ts'
import type { QuerySet } from '../compared.ts'
import { bestHour } from './reasons.ts'

const hourMs = 3_600_000
/** From an announcement to the API showing its papers; a store that waits for the feed of record has them sooner. */
const apiDelayMs = 4.25 * hourMs

interface Way {
  readonly name: string
  /** When the source would give a paper. */
  readonly delayMs: number
  /** When it can be found here from then on. */
  searchable(obtainable: Instant): Instant
}

const ways: readonly Way[] = [
  { name: 'static, built at 02:00', delayMs: onTime.harvestDelayMs, searchable: (from) => nextBuild(from, onTime) },
  {
    name: `static, built at 0${bestHour}:00`,
    delayMs: onTime.harvestDelayMs,
    searchable: (from) => nextBuild(from, built(bestHour)),
  },
  { name: 'static + fresh, harvested at once', delayMs: onTime.harvestDelayMs, searchable: (from) => from },
  { name: 'live, when asked', delayMs: apiDelayMs, searchable: (from) => from },
]

/** From a paper's announcement to the first query that could find it, over the relevant papers of all topics. */
export function lagTable({ queries, replay }: QuerySet): Table {
  const relevant = new Set(
    queries.flatMap(({ grades }) => [...grades].filter(([, grade]) => grade >= 1).map(([id]) => id)),
  )
  const announced = [...relevant].flatMap((id) => replay.paper(id)?.announced ?? [])
  return {
    title: 'Lag from announced to searchable, hours',
    note: 'Worked out from the calendar and the delays of the sources, for a store that misses nothing; what harvest and commit take on top is measured by the benches. Upstream: the source’s own delay; ours: from there on.',
    columns: ['way', 'papers', 'p50', 'p90', 'p99', 'upstream p50', 'upstream p99', 'ours p50', 'ours p99'],
    rows: ways.map((way) => {
      const { papers, total, upstream, ours } = lagOf(announced.map((at) => arrivalOf(at, way)))
      return [
        way.name,
        papers,
        ...inHours(total, ['p50', 'p90', 'p99']),
        ...inHours(upstream, ['p50', 'p99']),
        ...inHours(ours, ['p50', 'p99']),
      ]
    }),
  }
}

function arrivalOf(available: Instant, { delayMs, searchable }: Way): Arrival {
  const obtainable = instant(available + delayMs)
  return { available, obtainable, searchable: searchable(obtainable) }
}

function nextBuild(from: Instant, { buildHour }: Keeping): Instant {
  const hour = buildHour * hourMs
  return instant(Math.ceil((from - hour) / dayMs) * dayMs + hour)
}

const inHours = (spread: Spread, shares: readonly (keyof Spread)[]): readonly (number | null)[] =>
  shares.map((share) => (Number.isFinite(spread[share]) ? spread[share] / hourMs : null))
