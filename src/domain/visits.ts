import { arxivAnnouncement, isArxivListingDay } from './calendar.ts'
import { addDays, type Day, dayMs, dayOf, type Instant, instant } from './instant.ts'
import { changeRate, optimalIntervals } from './refresh.ts'

/** When it pays to visit a source. */
export type Cadence =
  /** arXiv's calendar: so long after each announcement, then again until something unseen appears. */
  | { readonly kind: 'announcements'; readonly readyAfterMs: number }
  /** By the rate at which visits found changes, never more often than `leastMs` and never more seldom than `mostMs`. */
  | { readonly kind: 'estimated'; readonly leastMs: number; readonly mostMs: number }
  /** Only ever asked live. */
  | { readonly kind: 'never' }

/** What visits found so far. Only visits that ended well are in it. */
export interface Rhythm {
  readonly source: string
  /**
   * Visits that tell of the change rate, how many of them found a change, and the time between them. The first tells
   * nothing, since to it everything is new, so there is one interval less. Old visits are forgotten by and by.
   */
  readonly visits: number
  readonly changed: number
  readonly observedMs: number
  /** When the last one ended, so that a visit never follows on the heels of a long one. */
  readonly lastVisit: Instant | null
  /** When the last one that found something unseen began: what came out later it may have missed. */
  readonly lastChange: Instant | null
}

export const unvisited = (source: string): Rhythm => ({
  source,
  visits: 0,
  changed: 0,
  observedMs: 0,
  lastVisit: null,
  lastChange: null,
})

export interface Plan {
  readonly nextVisit: Instant
  /** Why then, in a sentence. */
  readonly reason: string
}

export type VisitRecord = Rhythm & Plan

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/** A source of the cadence 'estimated', and the hits of it that were shown of late. */
export interface Polled {
  readonly source: string
  readonly leastMs: number
  readonly mostMs: number
  readonly rhythm: Rhythm | null
  readonly hits: number
}

/** How often a source without a calendar is visited, and what was made of its visits to say so. */
export interface Pace {
  readonly intervalMs: number
  readonly changesPerDay: number
  readonly hits: number
}

/**
 * Deals a budget of visits out to the sources that have no calendar, weighted by demand. `visitsPerDay` is an average:
 * so many for each source, spent where they keep the most readers up to date.
 */
export function pacesOf(sources: readonly Polled[], visitsPerDay: number): ReadonlyMap<string, Pace> {
  const intervals = optimalIntervals(
    sources.map(({ rhythm, hits, leastMs, mostMs }) => ({
      rate: rateOf(rhythm),
      // A source of which nothing was shown yet counts like one with a single hit, or it would never be found out.
      weight: hits + 1,
      leastMs,
      mostMs,
    })),
    (visitsPerDay * sources.length) / dayMs,
  )
  return new Map(
    sources.map(({ source, rhythm, hits }, n) => [
      source,
      { intervalMs: intervals[n] ?? dayMs, changesPerDay: rateOf(rhythm) * dayMs, hits },
    ]),
  )
}

/** Until visits say better, a source is taken to change once a day; that opinion weighs as much as two visits. */
const presumedRate = 1 / dayMs
const presumedVisits = 2

function rateOf(rhythm: Rhythm | null): number {
  const intervals = Math.max(0, (rhythm?.visits ?? 0) - 1)
  const observed = changeRate(intervals, rhythm?.changed ?? 0, (rhythm?.observedMs ?? 0) / intervals)
  if (observed === null) return presumedRate
  return (observed * intervals + presumedRate * presumedVisits) / (intervals + presumedVisits)
}

/**
 * The next visit, from what the visits so far found; null for a source that is never visited. It lies in the past when
 * its time went by while nobody was there to keep it: then it is due, once, and its window reaches back to the watermark.
 * `pace` is asked for only where the cadence is 'estimated'.
 */
export function planVisit(cadence: Cadence, rhythm: Rhythm | null, pace: Pace | null, now: Instant): Plan | null {
  if (cadence.kind === 'never') return null
  const lastVisit = notAfter(rhythm?.lastVisit ?? null, now)
  if (lastVisit === null) return { nextVisit: now, reason: 'It has not been visited yet.' }
  switch (cadence.kind) {
    case 'announcements':
      return byCalendar(cadence.readyAfterMs, lastVisit, notAfter(rhythm?.lastChange ?? null, now))
    case 'estimated':
      return byPace(pace ?? { intervalMs: cadence.mostMs, changesPerDay: 0, hits: 0 }, cadence, lastVisit)
  }
}

/** What was noted under a clock that ran ahead counts as noted now. */
const notAfter = (at: Instant | null, now: Instant): Instant | null => (at !== null && at > now ? now : at)

/**
 * One visit every evening, when an announcement would be ready: where there is one, again and again until something
 * unseen appears; where there is none, once for what was revised, and in case the calendar is wrong.
 */
function byCalendar(readyAfterMs: number, lastVisit: Instant, lastChange: Instant | null): Plan {
  const readyAt = (listing: Day) => instant(arxivAnnouncement(listing) + readyAfterMs)
  const visited = listingReadyBy(readyAfterMs, lastVisit)
  const next = addDays(visited, 1)
  const regular = {
    nextVisit: readyAt(next),
    reason: isArxivListingDay(next)
      ? `arXiv announces its listing of ${next}.`
      : `arXiv announces nothing for ${next}; revisions may have come.`,
  }
  if (!isArxivListingDay(visited) || (lastChange !== null && lastChange >= readyAt(visited))) return regular
  const retry = retryAfter(readyAt(visited), lastVisit)
  if (retry >= regular.nextVisit) return regular
  return { nextVisit: retry, reason: `Nothing unseen came of arXiv's listing of ${visited} yet.` }
}

/** The latest listing day whose evening was ready by `at`, whether or not anything was announced that evening. */
function listingReadyBy(readyAfterMs: number, at: Instant): Day {
  const eveningAt = instant(at - readyAfterMs)
  const day = dayOf(eveningAt)
  return arxivAnnouncement(day) <= eveningAt ? day : addDays(day, -1)
}

/** The first of the instants 15, 45, 105 … minutes after `ready` that comes after `lastVisit`. */
function retryAfter(ready: Instant, lastVisit: Instant): Instant {
  let at = ready
  for (let gap = firstRetryMs; at <= lastVisit; gap = Math.min(2 * gap, longestRetryMs)) at = instant(at + gap)
  return at
}
const firstRetryMs = 15 * minuteMs
const longestRetryMs = hourMs

/** From the fourth visit on, an announcement of which nothing came is odd. */
const oddAfterMs = (15 + 30 + 60) * minuteMs

/**
 * What is odd about a visit at `now` if it finds nothing unseen, in a sentence; null where that is no wonder. Weekday
 * after weekday without a paper is how a broken set or a changed format looks from outside.
 */
export function oddIfEmpty(cadence: Cadence, rhythm: Rhythm | null, now: Instant): string | null {
  if (cadence.kind !== 'announcements') return null
  const listing = listingReadyBy(cadence.readyAfterMs, now)
  const ready = arxivAnnouncement(listing) + cadence.readyAfterMs
  if (!isArxivListingDay(listing) || now < ready + oddAfterMs) return null
  if (rhythm?.lastChange && rhythm.lastChange >= ready) return null
  return `arXiv's calendar has a listing of ${listing}, and nothing unseen has come of it yet`
}

function byPace(pace: Pace, { leastMs, mostMs }: { leastMs: number; mostMs: number }, lastVisit: Instant): Plan {
  const { intervalMs, changesPerDay, hits } = pace
  const bound = intervalMs <= leastMs ? ', the shortest' : intervalMs >= mostMs ? ', the longest' : ''
  const rate = `About ${changesPerDay.toPrecision(2)} changes a day and ${hits} hits shown of late`
  return {
    nextVisit: instant(Math.round(lastVisit + intervalMs)),
    reason: `${rate} make a visit every ${(intervalMs / hourMs).toPrecision(2)} hours${bound}.`,
  }
}

/** What a visit that ended well adds to the rhythm. */
export function afterVisit(
  record: VisitRecord | null,
  source: string,
  { began, ended, changed }: { readonly began: Instant; readonly ended: Instant; readonly changed: boolean },
): Rhythm {
  const seen = { source, lastVisit: ended, lastChange: changed ? began : (record?.lastChange ?? null) }
  if (record === null || record.lastVisit === null) return { ...seen, visits: 1, changed: 0, observedMs: 0 }
  const tookMs = ended - record.lastVisit
  const late = tookMs > 2 * Math.max(record.nextVisit - record.lastVisit, minuteMs)
  // A long absence, or a clock that went back, would pass for the source's own rhythm.
  const telling = tookMs > 0 && !late
  const counts = {
    visits: record.visits + (telling ? 1 : 0),
    changed: record.changed + (telling && changed ? 1 : 0),
    observedMs: record.observedMs + (telling ? tookMs : 0),
  }
  return { ...seen, ...forgetful(counts) }
}

type Counts = Pick<Rhythm, 'visits' | 'changed' | 'observedMs'>

/** Rates change, so what was seen counts half once enough has been seen since. */
const forgetful = (counts: Counts): Counts =>
  counts.visits <= 2 * remembered
    ? counts
    : {
        visits: counts.visits - remembered,
        changed: Math.round(counts.changed / 2),
        observedMs: Math.round((counts.observedMs * (counts.visits - remembered - 1)) / (counts.visits - 1)),
      }
const remembered = 64

/** A failed visit is repeated soon, then ever later, but no later than a visit would be due anyway. */
export function afterFailure(failures: number, regular: Plan, now: Instant): Plan {
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.max(0, failures - 1), longestPauseMs)
  if (now + pauseMs >= regular.nextVisit) return regular
  const times = failures === 1 ? 'The last visit failed' : `The last ${failures} visits failed`
  return { nextVisit: instant(now + pauseMs), reason: `${times}; another try after a pause.` }
}
const firstPauseMs = 5 * minuteMs
export const longestPauseMs = 6 * hourMs
