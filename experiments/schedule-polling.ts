import { dayMs, instant } from '../src/domain/instant.ts'
import { optimalIntervals } from '../src/domain/refresh.ts'
import { afterVisit, type Pace, pacesOf, planVisit, type VisitRecord } from '../src/domain/visits.ts'
import { normal, poissonTimes, quantile, seeded, type Weighed } from './seeded.ts'

/** Many sources without a calendar under one budget of visits: which policy keeps readers up to date? */

const hourMs = 3_600_000
export const bounds = { leastMs: 15 * 60_000, mostMs: 14 * dayMs }

export interface World {
  readonly days: number
  /** Visits a day and source, on average. */
  readonly visitsPerDay: number
  readonly sources: readonly SimulatedSource[]
}

export interface SimulatedSource {
  readonly name: string
  /** Changes per millisecond; from half-time on the second. They are the same in a steady world. */
  readonly rates: readonly [number, number]
  readonly demand: number
  /** Hits of the last month, as the planner is told: counted, so with noise. */
  readonly hits: number
  readonly changes: readonly number[]
}

/**
 * Rates are log-normal around a mean of one change a day, demand falls by rank as Zipf has it and knows nothing of the
 * rates. In a world that shifts every source takes over another's rate at half-time.
 */
export function worldOf(options: {
  readonly sources: number
  readonly days: number
  readonly visitsPerDay: number
  readonly spread: number
  readonly shifts: boolean
  readonly seed: number
}): World {
  const random = seeded(options.seed)
  const raw = Array.from({ length: options.sources }, () => Math.exp(options.spread * normal(random)))
  const scale = options.sources / raw.reduce((sum, rate) => sum + rate, 0) / dayMs
  const order = raw.map((_rate, n) => ({ n, key: random() })).sort((a, b) => a.key - b.key)
  const end = options.days * dayMs
  const sources = raw.map((rate, n): SimulatedSource => {
    const later = options.shifts ? (raw[(n + 1) % raw.length] ?? rate) : rate
    const rates = [rate * scale, later * scale] as const
    const demand = 1 / (1 + order.findIndex((one) => one.n === n))
    const changes = [...poissonTimes(random, rates[0], 0, end / 2), ...poissonTimes(random, rates[1], end / 2, end)]
    return { name: `source ${n}`, rates, demand, hits: poissonCount(random, 1000 * demand), changes }
  })
  return { days: options.days, visitsPerDay: options.visitsPerDay, sources }
}

const poissonCount = (random: () => number, mean: number): number => poissonTimes(random, mean, 0, 1).length

/** When each source is visited, in the order of the world's sources. */
export type Polling = (world: World, random: () => number) => readonly (readonly number[])[]

/** Every source at a steady interval, from a random phase on. `intervals` sees the rates of one half. */
const steadily =
  (intervals: (world: World, half: 0 | 1) => readonly number[]): Polling =>
  (world, random) => {
    const end = world.days * dayMs
    const halves = ([0, 1] as const).map((half) => intervals(world, half))
    return world.sources.map((_source, n) => {
      const visits: number[] = []
      const intervalAt = (at: number) => halves[at < end / 2 ? 0 : 1]?.[n] ?? dayMs
      for (let at = random() * intervalAt(0); at < end; at += intervalAt(at)) visits.push(at)
      return visits
    })
  }

export const uniform = steadily(({ sources, visitsPerDay }) => sources.map(() => dayMs / visitsPerDay))

export const proportional = steadily(({ sources, visitsPerDay }, half) => {
  const all = sources.reduce((sum, { rates }) => sum + rates[half], 0)
  return sources.map(({ rates }) => dayMs / ((visitsPerDay * sources.length * rates[half]) / all))
})

const withKnownRates = (weigh: (source: SimulatedSource) => number) =>
  steadily(({ sources, visitsPerDay }, half) =>
    optimalIntervals(
      sources.map((source) => ({ rate: source.rates[half], weight: weigh(source), ...bounds })),
      (visitsPerDay * sources.length) / dayMs,
    ),
  )
export const optimalBlind = withKnownRates(() => 1)
export const optimalByDemand = withKnownRates(({ demand }) => demand)

/** The product's planner, which knows neither a rate nor the demand and begins with an empty book. */
export const learned: Polling = (world) => {
  const end = world.days * dayMs
  const cadence = { kind: 'estimated', ...bounds } as const
  const books = world.sources.map((): VisitRecord | null => null)
  const visits = world.sources.map((): number[] => [])
  let paces: ReadonlyMap<string, Pace> = new Map()
  const plan = (n: number, record: VisitRecord | null, now: number) =>
    planVisit(cadence, record, paces.get(world.sources[n]?.name ?? '') ?? null, instant(now))
  for (let now = 0; now < end; now += slotMs) {
    if (now % repaceMs === 0) {
      paces = pacesOf(
        world.sources.map(({ name, hits }, n) => ({ source: name, rhythm: books[n] ?? null, hits, ...bounds })),
        world.visitsPerDay,
      )
    }
    for (const [n, source] of world.sources.entries()) {
      const record = books[n] ?? null
      const planned = plan(n, record, now)
      // As the indexer does: the visit that was promised, or an earlier one where that pays by now.
      if (record !== null && planned !== null && Math.min(planned.nextVisit, record.nextVisit) > now) continue
      const changed = changedIn(source.changes, record?.lastVisit ?? -1, now)
      const at = instant(now)
      const rhythm = afterVisit(record, source.name, { began: at, ended: at, changed })
      const next = planVisit(cadence, rhythm, paces.get(source.name) ?? null, at)
      if (next !== null) books[n] = { ...rhythm, ...next }
      visits[n]?.push(now)
    }
  }
  return visits
}
const slotMs = 5 * 60_000
const repaceMs = 6 * hourMs

const changedIn = (changes: readonly number[], after: number, upTo: number): boolean => {
  const first = changes[firstAfter(changes, after)]
  return first !== undefined && first <= upTo
}

/** Index of the first change after `at`. */
function firstAfter(changes: readonly number[], at: number): number {
  let [low, high] = [0, changes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((changes[middle] ?? 0) > at) high = middle
    else low = middle + 1
  }
  return low
}

export interface PollingFigures {
  /** A day and source, on average. */
  readonly visits: number
  /** Share of time in which a copy is up to date, all sources alike and weighted by demand. */
  readonly freshness: number
  readonly demandedFreshness: number
  /** From change to fetch; the changes of a source count together as much as its demand. */
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
}

/** Measured from `fromDay` to the end, so that learning can be told from what was learned. */
export function measure(world: World, polling: Polling, fromDay: number, seed: number): PollingFigures {
  const visits = polling(world, seeded(seed))
  const from = fromDay * dayMs
  const end = world.days * dayMs
  const each = world.sources.map((source, n) => observe(source, visits[n] ?? [], from, end))
  const demand = world.sources.reduce((sum, one) => sum + one.demand, 0)
  const lags = each.flatMap((one) => one.lags)
  return {
    visits: each.reduce((sum, one) => sum + one.visits, 0) / world.sources.length / (world.days - fromDay),
    freshness: each.reduce((sum, one) => sum + one.fresh, 0) / each.length,
    demandedFreshness: each.reduce((sum, one, n) => sum + one.fresh * (world.sources[n]?.demand ?? 0), 0) / demand,
    p50Ms: quantile(lags, 0.5),
    p90Ms: quantile(lags, 0.9),
    p99Ms: quantile(lags, 0.99),
  }
}

function observe({ changes, demand }: SimulatedSource, visits: readonly number[], from: number, end: number) {
  let freshMs = 0
  const lags: number[] = []
  for (const [n, visit] of visits.entries()) {
    const until = visits[n + 1] ?? end
    const first = firstAfter(changes, visit)
    const stale = Math.min(changes[first] ?? end, until)
    freshMs += Math.max(0, stale - Math.max(visit, from))
    for (let m = first; (changes[m] ?? end) < until; m += 1) {
      const change = changes[m] ?? end
      if (change >= from) lags.push(until - change)
    }
  }
  const weighed = lags.map((value): Weighed => ({ value, weight: demand / lags.length }))
  return { fresh: freshMs / (end - from), visits: visits.filter((at) => at >= from).length, lags: weighed }
}
