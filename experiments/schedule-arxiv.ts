import { DateTime } from 'luxon'
import { arxivAnnouncements } from '../src/domain/calendar.ts'
import { dayMs, type Instant, instant } from '../src/domain/instant.ts'
import {
  afterFailure,
  afterVisit,
  type Cadence,
  planVisit,
  type Rhythm,
  unvisited,
  type VisitRecord,
} from '../src/domain/visits.ts'
import { exponential, poissonTimes, quantile, seeded } from './seeded.ts'

/** A year of arXiv's announcements, and what policies make of it: when is what was announced in the store? */

const minuteMs = 60_000
const hourMs = 60 * minuteMs
export const yearStart = instant(Date.parse('2026-01-01T12:00:00Z'))
export const yearEnd = instant(Date.parse('2027-01-01T12:00:00Z'))

/** What is not as the calendar says. */
export interface Weather {
  /** Mean of the minutes, exponentially distributed, by which metadata come later than documented. */
  readonly jitterMs: number
  /** Share of announcements that are late by hours, and the mean of those. */
  readonly lateShare: number
  readonly lateMs: number
  /** Announcements that are called off at short notice in a year; their papers come with the next. */
  readonly calledOff: number
  /** Times in a year at which the server does not answer, and for how long on average. */
  readonly outages: number
  readonly outageMs: number
}

export const calm: Weather = { jitterMs: 0, lateShare: 0, lateMs: 0, calledOff: 0, outages: 0, outageMs: 0 }
export const rough: Weather = {
  jitterMs: 5 * minuteMs,
  lateShare: 0.03,
  lateMs: 4 * hourMs,
  calledOff: 2,
  outages: 24,
  outageMs: 2 * hourMs,
}

export interface Year {
  /** When the metadata of each announcement are there to be fetched. */
  readonly available: readonly number[]
  readonly outages: readonly { readonly from: number; readonly to: number }[]
}

/** `readyMs` is how long after an announcement its metadata are documented to be out. */
export function yearOf(weather: Weather, readyMs: number, seed: number): Year {
  const random = seeded(seed)
  // From a few days before, so that the first visit of the year finds something.
  const announcements = arxivAnnouncements(instant(yearStart - 4 * dayMs), yearEnd)
  const off = new Set(Array.from({ length: weather.calledOff }, () => Math.floor(random() * announcements.length)))
  const available = announcements
    .filter((_one, n) => !off.has(n))
    .map((at) => {
      const late = random() < weather.lateShare ? exponential(random, weather.lateMs) : 0
      return at + readyMs + exponential(random, weather.jitterMs) + late
    })
    .sort((a, b) => a - b)
  const starts =
    weather.outages === 0 ? [] : poissonTimes(random, weather.outages / (yearEnd - yearStart), yearStart, yearEnd)
  return { available, outages: starts.map((from) => ({ from, to: from + exponential(random, weather.outageMs) })) }
}

/** Goes through a year; `visit` tells what a visit at an instant finds. */
export type Policy = (visit: (at: Instant) => 'failed' | 'unseen' | 'nothing') => void

/** Once a day at the same hour of a zone; what fails is not repeated. */
export const daily =
  (hour: number, minute: number, zone: string): Policy =>
  (visit) => {
    let day = DateTime.fromMillis(yearStart, { zone }).startOf('day')
    for (; day.toMillis() < yearEnd; day = day.plus({ days: 1 })) {
      const at = day.set({ hour, minute }).toMillis()
      if (at >= yearStart && at < yearEnd) visit(instant(at))
    }
  }

export const hourly: Policy = (visit) => {
  for (let at = yearStart; at < yearEnd; at = instant(at + hourMs)) visit(at)
}

/** What the indexer does: the planner of the product, without a change. */
export const planned =
  (readyAfterMs: number): Policy =>
  (visit) => {
    const cadence: Cadence = { kind: 'announcements', readyAfterMs }
    let record: VisitRecord | null = null
    let failures = 0
    for (let at = yearStart; at < yearEnd; at = soonAfter(at, record)) {
      const found = visit(at)
      failures = found === 'failed' ? failures + 1 : 0
      const rhythm: Rhythm =
        found === 'failed'
          ? (record ?? unvisited('arxiv'))
          : afterVisit(record, 'arxiv', { began: at, ended: at, changed: found === 'unseen' })
      const regular = planVisit(cadence, failures > 0 ? { ...rhythm, lastVisit: at } : rhythm, null, at)
      if (regular === null) return
      record = { ...rhythm, ...(failures > 0 ? afterFailure(failures, regular, at) : regular) }
    }
  }

/** The indexer looks once a minute. */
const soonAfter = (at: Instant, record: VisitRecord | null): Instant =>
  instant(Math.max(at + minuteMs, Math.ceil((record?.nextVisit ?? 0) / minuteMs) * minuteMs))

export interface LagFigures {
  readonly visits: number
  readonly failed: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
}

/** Lag from available to fetched, over all announcements of all the years; visits are those of a year. */
export function lagOf(policy: Policy, years: readonly Year[]): LagFigures {
  const lags: number[] = []
  let visits = 0
  let failed = 0
  for (const year of years) {
    let fetched = 0
    policy((at) => {
      visits += 1
      if (year.outages.some(({ from, to }) => from <= at && at < to)) {
        failed += 1
        return 'failed'
      }
      const before = fetched
      for (let next = year.available[fetched]; next !== undefined && next <= at; next = year.available[fetched]) {
        if (next >= yearStart) lags.push(at - next)
        fetched += 1
      }
      return fetched > before ? 'unseen' : 'nothing'
    })
  }
  const weighed = lags.map((value) => ({ value, weight: 1 }))
  return {
    visits: visits / years.length,
    failed: failed / years.length,
    meanMs: lags.reduce((sum, lag) => sum + lag, 0) / lags.length,
    p50Ms: quantile(weighed, 0.5),
    p90Ms: quantile(weighed, 0.9),
    p99Ms: quantile(weighed, 0.99),
  }
}
