import type { LiveReport } from '../domain/answer.ts'
import { arxivAnnouncements } from '../domain/calendar.ts'
import type { DocumentRecord } from '../domain/document.ts'
import { SourceError } from '../domain/errors.ts'
import { dayMs, type Instant, instant } from '../domain/instant.ts'
import type { Filters } from '../domain/query.ts'
import { type LiveSourceState, type LiveState, noLive } from '../domain/route.ts'
import type { Clock, Embedder, FindRequest, Runtime, Source } from '../ports.ts'
import { type Askable, type Fetched, Flights } from './flights.ts'
import { RecordVectors } from './record-vectors.ts'

/** The sources as a query meets them: asked together, each for itself, and none of them able to fail a search. */
export interface LiveTier {
  /** What is known of the sources that could answer this request, before any of them is asked. */
  state(now: Instant, request: FindRequest, terms: LiveTerms): LiveState
  /** One answer for each of the sources, at the latest after `leftMs`. Rejects only when the signal aborts. */
  ask(
    request: FindRequest,
    terms: LiveTerms & { readonly sources: readonly string[] },
    signal: AbortSignal,
  ): Promise<readonly LiveAnswer[]>
  /** Vectors of records that were found, remembered beside them; null where they did not come within `leftMs`. */
  vectorsOf(
    texts: readonly string[],
    embedder: Embedder,
    leftMs: number,
  ): Promise<readonly (Float32Array | null)[] | null>
  /** Ends what is under way. */
  close(): void
}

export interface LiveTerms {
  /** Until the answer must be there. */
  readonly leftMs: number
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
  /** Up to when everything of an origin has been harvested, by origin. */
  harvested(): ReadonlyMap<string, Instant>
  readonly clock: Clock
  /** Told of what no source should do, and of bookkeeping that failed: neither may take an answer away. */
  onUnexpected(source: string, error: unknown): void
}

export function openLive(parts: LiveParts): LiveTier {
  const { clock } = parts
  const askable = parts.sources.filter((one): one is Askable => one.find !== undefined)
  const flights = new Flights(parts)
  const vectors = new RecordVectors()
  return {
    state(now, request, terms) {
      try {
        const harvested = parts.harvested()
        const sources = askable
          .filter((source) => canAnswer(source, request.filters))
          .map((source) => stateOf(source, parts, flights, harvested.get(source.origin) ?? null, now, request, terms))
        return { sources, tenBatchesAgo: tenBatchesBefore(now), leftMs: terms.leftMs }
      } catch (error) {
        parts.onUnexpected('live', error)
        return { ...noLive, leftMs: terms.leftMs }
      }
    },
    async ask(request, { sources, leftMs, maxAgeMs }, signal) {
      const asked = askable.filter(({ name }) => sources.includes(name))
      const fetch = (source: Askable) => flights.fetch(source, request, maxAgeMs)
      const answers = await Promise.all(asked.map((source) => withinDeadline(source, fetch, leftMs, clock, signal)))
      return answers.filter((one) => one !== null)
    },
    async vectorsOf(texts, embedder, leftMs) {
      const late = await atMost(leftMs, clock, null, () => vectors.of(texts, embedder))
      return late === 'late' ? null : late
    },
    close: () => flights.close(),
  }
}

/** Nothing of a source whose records the filters keep out could be shown. */
const canAnswer = ({ origin, kinds = ['paper'] }: Source, filters: Filters): boolean =>
  kinds.some((kind) => filters.kinds.includes(kind)) &&
  (filters.sources.length === 0 || filters.sources.includes(origin))

function stateOf(
  source: Askable,
  parts: LiveParts,
  flights: Flights,
  harvestedThrough: Instant | null,
  now: Instant,
  request: FindRequest,
  { leftMs, maxAgeMs }: LiveTerms,
): LiveSourceState {
  const state = { source: source.name, batchesBehind: batchesBehind(source, parts.sources, harvestedThrough, now) }
  const answer = flights.known(source, request, maxAgeMs)
  // What is remembered, or on its way for somebody else, costs the source nothing.
  if (answer && !(answer instanceof Promise)) return { ...state, ...atHand, expectedMs: 0, pAnswer: 1 }
  const timely = flights.punctualityOf(source)
  const at = parts.clock.now()
  const expected = { pAnswer: timely.within(leftMs, at), expectedMs: timely.expectedMs(at) }
  if (answer) return { ...state, ...atHand, ...expected }
  return { ...state, ...expected, ...availability(source, parts, flights, leftMs) }
}

const atHand = { scarcity: 0, barred: null }

/** A turn that cannot come in time is not waited for, and says when it could. */
function availability(
  source: Askable,
  { runtime, clock }: LiveParts,
  flights: Flights,
  leftMs: number,
): Pick<LiveSourceState, 'scarcity' | 'barred'> {
  const { waitMs, pausedUntil } = runtime.gate.state(source.provider)
  if (pausedUntil !== null) {
    const says = `${source.name} failed time and again and is left alone for a while.`
    return { scarcity: 1, barred: { why: 'degraded', says, retryAfterMs: Math.max(0, pausedUntil - clock.now()) } }
  }
  if (waitMs >= leftMs) {
    const says = `${source.name} may be asked again in ${Math.ceil(waitMs / 1000)} s, after the deadline.`
    return { scarcity: 1, barred: { why: 'rate_limited', says, retryAfterMs: waitMs } }
  }
  const crowd = flights.crowdAt(source)
  if (crowd) {
    const retryAfterMs = Math.max(waitMs, crowd.retryAfterMs ?? 0)
    return { scarcity: 1, barred: { why: 'rate_limited', says: `${crowd.message}.`, retryAfterMs } }
  }
  return { scarcity: waitMs / leftMs, barred: null }
}

/** What the source can already show and our harvest, which looks through another door of the same origin, cannot hold yet. */
function batchesBehind(source: Source, sources: readonly Source[], through: Instant | null, now: Instant): number {
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

/** Null where the source could not make anything of the request, and so was not asked. */
async function withinDeadline(
  source: Askable,
  fetch: (source: Askable) => Fetched | Promise<Fetched>,
  leftMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<LiveAnswer | null> {
  const { name } = source
  try {
    const fetched = await atMost(leftMs, clock, signal, async () => fetch(source))
    if (fetched === 'late') return silent(name, 'timeout', `no answer in ${Math.round(leftMs)} ms`, null)
    const { asked, records, at } = fetched
    if (asked === '') return null
    const report = {
      source: name,
      outcome: 'answered',
      reason: null,
      retryAfterMs: null,
      asked,
      fetchedAt: at,
    } as const
    return { report: { ...report, found: records.length }, records }
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof SourceError)) return silent(name, 'degraded', `${name} could not be asked`, null)
    const outcome = error.failure === 'rate-limited' ? 'rate_limited' : 'degraded'
    return silent(name, outcome, error.message, error.retryAfterMs)
  }
}

async function atMost<T>(
  ms: number,
  clock: Clock,
  signal: AbortSignal | null,
  work: () => Promise<T>,
): Promise<T | 'late'> {
  const over = new AbortController()
  const timer = clock
    .sleep(ms, signal ? AbortSignal.any([signal, over.signal]) : over.signal)
    .then(() => 'late' as const)
  timer.catch(() => {})
  try {
    return await Promise.race([work(), timer])
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
