import { LRUCache } from 'lru-cache'
import type { LiveReport } from '../domain/answer.ts'
import { arxivAnnouncements } from '../domain/calendar.ts'
import type { DocumentRecord } from '../domain/document.ts'
import { SourceError } from '../domain/errors.ts'
import { dayMs, type Instant, instant } from '../domain/instant.ts'
import type { LiveSourceState, LiveState } from '../domain/route.ts'
import type { Clock, FindRequest, Found, Runtime, Source } from '../ports.ts'
import { Punctuality } from './punctuality.ts'

/** The sources as a query meets them: asked together, each for itself, and none of them able to fail a search. */
export interface LiveTier {
  /** What is known of the sources for this request, before any of them is asked. */
  state(now: Instant, request: FindRequest, terms: Omit<LiveTerms, 'sources'>): LiveState
  /** One answer for each of the sources, at the latest after `deadlineMs`. Rejects only when the signal aborts. */
  ask(request: FindRequest, terms: LiveTerms, signal: AbortSignal): Promise<readonly LiveAnswer[]>
  /** Ends what is under way. */
  close(): void
}

export interface LiveTerms {
  readonly sources: readonly string[]
  readonly deadlineMs: number
  /** An answer this old or younger is good enough. */
  readonly maxAgeMs: number
}

export interface LiveAnswer {
  readonly report: Omit<LiveReport, 'unheld'>
  readonly records: readonly DocumentRecord[]
}

export interface LiveParts {
  /** All that are set up; those with `find` can be asked. */
  readonly sources: readonly Source[]
  readonly runtime: Pick<Runtime, 'gate' | 'inbox' | 'succeeded' | 'failed'>
  /** Up to when everything of that origin has been harvested; null when it never was. */
  harvestedThrough(origin: string): Instant | null
  readonly clock: Clock
  /** Told of what no source should do: a bug of ours. */
  onUnexpected(source: string, error: unknown): void
}

/** An answer that comes after every deadline is still worth having, up to here. */
const longestMs = 15_000
/** Requests of one source under way at once: more would only queue at its gate, and be sent when nobody waits any more. */
const mostFlights = 2
const rememberedAnswers = 1_000

interface Fetched extends Found {
  readonly at: Instant
}

export function openLive(parts: LiveParts): LiveTier {
  const { clock, runtime } = parts
  const askable = parts.sources.filter((one): one is Askable => one.find !== undefined)
  const punctuality = new Map(askable.map(({ name }) => [name, new Punctuality()]))
  const remembered = new LRUCache<string, Fetched>({ max: rememberedAnswers })
  const flights = new Map<string, Promise<Fetched>>()
  const closing = new AbortController()

  /** Outlives the query that began it: whoever asks the same meanwhile shares it, and what it finds goes to the inbox. */
  async function fly(source: Askable, key: string, request: FindRequest): Promise<Fetched> {
    const began = clock.now()
    try {
      const found = await source.find(request, longestMs, closing.signal)
      const fetched = { ...found, at: clock.now() }
      punctuality.get(source.name)?.answered(fetched.at - began)
      remembered.set(key, fetched)
      runtime.succeeded(source.name, fetched.at)
      runtime.inbox.put(source.name, found.records, fetched.at)
      return fetched
    } catch (error) {
      punctuality.get(source.name)?.failed()
      if (error instanceof SourceError) runtime.failed(source.name, clock.now(), error.message)
      else if (!closing.signal.aborted) parts.onUnexpected(source.name, error)
      throw error
    } finally {
      flights.delete(key)
    }
  }

  function known(key: string, maxAgeMs: number): Promise<Fetched> | Fetched | null {
    const answer = remembered.get(key)
    if (answer && clock.now() - answer.at <= maxAgeMs) return answer
    return flights.get(key) ?? null
  }

  function fetched(source: Askable, request: FindRequest, maxAgeMs: number): Promise<Fetched> | Fetched {
    const key = keyOf(source, request)
    const answer = known(key, maxAgeMs)
    if (answer) return answer
    const flight = fly(source, key, request)
    flights.set(key, flight)
    // Its query may be gone by then; the error was told to whoever keeps the health of sources.
    flight.catch(() => {})
    return flight
  }

  return {
    state(now, request, { deadlineMs, maxAgeMs }) {
      const sources = askable.map((source): LiveSourceState => {
        const timely = punctuality.get(source.name) ?? new Punctuality()
        const state = { source: source.name, batchesBehind: batchesBehind(source, parts, now) }
        const answer = known(keyOf(source, request), maxAgeMs)
        // What is remembered, or on its way for somebody else, costs the source nothing.
        if (answer && !(answer instanceof Promise)) return { ...state, ...atHand, expectedMs: 0, pAnswer: 1 }
        const expected = { pAnswer: timely.within(deadlineMs), expectedMs: timely.expectedMs }
        if (answer) return { ...state, ...atHand, ...expected }
        const underWay = [...flights.keys()].filter((key) => key.startsWith(prefixOf(source))).length
        return { ...state, ...expected, ...availability(source, parts, deadlineMs, underWay) }
      })
      return { sources, tenBatchesAgo: tenBatchesBefore(now) }
    },
    ask(request, { sources, deadlineMs, maxAgeMs }, signal) {
      const asked = askable.filter(({ name }) => sources.includes(name))
      return Promise.all(
        asked.map((source) =>
          withinDeadline(source.name, () => fetched(source, request, maxAgeMs), deadlineMs, clock, signal),
        ),
      )
    },
    close() {
      closing.abort()
    },
  }
}

type Askable = Source & Required<Pick<Source, 'find'>>

const atHand = { scarcity: 0, barred: null }
const prefixOf = ({ name }: Source): string => `${name}\n`
const keyOf = (source: Source, request: FindRequest): string => prefixOf(source) + JSON.stringify(request)

/** A turn that cannot come in time is not waited for, and says when it could. */
function availability(
  source: Askable,
  { runtime, clock }: LiveParts,
  deadlineMs: number,
  underWay: number,
): Pick<LiveSourceState, 'scarcity' | 'barred'> {
  const { waitMs, pausedUntil } = runtime.gate.state(source.provider)
  if (pausedUntil !== null) {
    const says = `${source.name} failed time and again and is left alone for a while.`
    return { scarcity: 1, barred: { why: 'degraded', says, retryAfterMs: Math.max(0, pausedUntil - clock.now()) } }
  }
  if (waitMs >= deadlineMs || underWay >= mostFlights) {
    const says =
      waitMs >= deadlineMs
        ? `${source.name} may be asked again in ${Math.ceil(waitMs / 1000)} s, after the deadline.`
        : `${underWay} other queries wait for ${source.name} already.`
    return { scarcity: 1, barred: { why: 'rate_limited', says, retryAfterMs: Math.max(waitMs, 1_000) } }
  }
  return { scarcity: waitMs / deadlineMs, barred: null }
}

/** What the source can already show and our harvest, which looks through another door of the same origin, cannot hold yet. */
function batchesBehind(source: Askable, { sources, harvestedThrough }: LiveParts, now: Instant): number {
  const through = harvestedThrough(source.origin)
  if (through === null) return 0
  if (source.cadence.kind !== 'announcements') return Math.min(10, Math.floor(Math.max(0, now - through) / dayMs))
  const harvests = sources.filter((one) => one.origin === source.origin && one !== source)
  const ready = harvests.flatMap(({ cadence }) => (cadence.kind === 'announcements' ? [cadence.readyAfterMs] : []))
  // An announcement is in our harvest once that came after the metadata were out.
  const held = instant(through - Math.min(...ready, source.cadence.readyAfterMs))
  return arxivAnnouncements(held, instant(now - source.cadence.readyAfterMs)).length
}

const batches = 10
function tenBatchesBefore(now: Instant): Instant {
  const recent = arxivAnnouncements(instant(now - 3 * batches * dayMs), now)
  return recent.at(-batches - 1) ?? instant(now - 2 * batches * dayMs)
}

async function withinDeadline(
  source: string,
  fetch: () => Promise<Fetched> | Fetched,
  deadlineMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<LiveAnswer> {
  const over = new AbortController()
  const timer = clock.sleep(deadlineMs, AbortSignal.any([signal, over.signal])).then(() => 'late' as const)
  timer.catch(() => {})
  try {
    const first = await Promise.race([fetch(), timer])
    if (first === 'late') return silent(source, 'timeout', `no answer in ${Math.round(deadlineMs)} ms`, null)
    const { asked, records, at } = first
    const report = { source, outcome: 'answered', reason: null, retryAfterMs: null, asked, fetchedAt: at } as const
    return { report: { ...report, found: records.length }, records }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof SourceError)) return silent(source, 'degraded', `${source} could not be asked`, null)
    const outcome = error.failure === 'rate-limited' ? 'rate_limited' : 'degraded'
    return silent(source, outcome, error.message, error.retryAfterMs)
  } finally {
    over.abort()
  }
}

/** An answer that did not come. */
export const silent = (
  source: string,
  outcome: Exclude<LiveReport['outcome'], 'answered'>,
  reason: string,
  retryAfterMs: number | null,
): LiveAnswer => ({
  report: { source, outcome, reason, retryAfterMs, asked: null, fetchedAt: null, found: 0 },
  records: [],
})
