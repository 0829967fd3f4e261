import { noChanges } from '../src/domain/document.ts'
import { SourceError } from '../src/domain/errors.ts'
import { dayMs, instant } from '../src/domain/instant.ts'
import type { Watermark } from '../src/domain/watermark.ts'
import type { Clock, Embedder, Engine, HarvestPage, HarvestWindow, Runtime, Source } from '../src/ports.ts'
import { type Batch, type IngestCounts, ingest, sum } from './ingest.ts'

export interface HarvestReport {
  readonly source: string
  readonly outcome: 'harvested' | 'failed'
  /** The last window that was asked for. */
  readonly window: HarvestWindow
  /** What was stored, also by a harvest that failed later on. */
  readonly counts: IngestCounts
  readonly rejected: readonly { readonly id: string; readonly reason: string }[]
  readonly error: string | null
  /** It worked, and something about it is odd. */
  readonly warning: string | null
}

export interface HarvestParts {
  readonly engine: Engine
  readonly embedder: Embedder
  readonly runtime: Runtime
  readonly clock: Clock
}

/**
 * The window of a harvest that was interrupted, or the one from the watermark to now. A mark of the future was set by a
 * clock that ran ahead: the time up to it had not come, so it says nothing. A mark of another scope (fewer categories,
 * other topics) says nothing of what is asked for now; but what that scope has missed since is missing from this one too.
 */
export function windowFor({ engine, clock }: Pick<HarvestParts, 'engine' | 'clock'>, source: Source): HarvestWindow {
  const now = clock.now()
  const scope = source.scope ?? ''
  const mark = engine.documents.watermarks().find((one) => one.source === source.name && one.through <= now)
  const known = mark?.scope === scope ? mark : null
  const state = known?.state ?? null
  const begun = engine.documents.checkpoint(source.name)
  if (begun && begun.upTo <= now && begun.scope === scope) {
    return { after: begun.after, upTo: begun.upTo, state, resume: begun.resume }
  }
  const first = now - source.firstHarvestDays * dayMs
  const since = mark ? mark.through - source.overlapMs : first
  return { after: instant(known ? since : Math.min(first, since)), upTo: now, state, resume: null }
}

/**
 * One source, from its watermark to now. A failing source is a report, not an exception: what it gave is kept, its
 * watermark stays, and the next harvest goes on where this one was. `oddIfNothingNew` is the warning for a day on which
 * something new was due; when nothing is, the watermark stays too, for it may yet come under that day's date.
 */
export async function harvest(
  parts: HarvestParts,
  source: Source,
  signal: AbortSignal,
  oddIfNothingNew: string | null = null,
): Promise<HarvestReport> {
  const { runtime, clock } = parts
  const told: Told = { counts: noChanges(), rejected: [], warning: null }
  const errand = { source, signal, told }
  let window = windowFor(parts, source)
  try {
    if (window.resume !== null) {
      // An interrupted window ends where it was meant to end; what came since is the next one.
      await cover(parts, { ...errand, oddIfNothingNew: null }, window)
      window = windowFor(parts, source)
    }
    await cover(parts, { ...errand, oddIfNothingNew }, window)
    runtime.succeeded(source.name, clock.now(), told.warning)
    return { source: source.name, outcome: 'harvested', window, ...told, error: null }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    runtime.failed(source.name, clock.now(), error.message)
    return { source: source.name, outcome: 'failed', window, ...told, error: error.message }
  }
}

/** What was not known of this source before: not a revision, and not what an overlap brought again. */
export const foundUnseen = (counts: IngestCounts): boolean => counts.new + counts.folded > 0

interface Errand {
  readonly source: Source
  readonly signal: AbortSignal
  readonly oddIfNothingNew: string | null
  readonly told: Told
}

/** What the pages of a harvest said, besides their records. */
interface Told {
  counts: IngestCounts
  rejected: HarvestReport['rejected']
  warning: string | null
}

/**
 * A place to go on from that the source does not know any more, or that leads to a contradiction, costs the way to it,
 * once, and nothing else.
 */
async function cover(parts: HarvestParts, errand: Errand, window: HarvestWindow): Promise<void> {
  const { rejected } = errand.told
  try {
    await run(parts, errand, window)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const misled = window.resume !== null && error.failure === 'contradictory'
    if (error.failure !== 'expired' && !misled) throw error
    errand.told.rejected = rejected
    await run(parts, errand, { ...window, resume: null })
  }
}

/** A window on its way through the store. */
interface Course extends Errand {
  readonly window: HarvestWindow
  /** What the source wants to be told at its next visit. */
  state: string | null
  /** Why the window was not covered. */
  failure: SourceError | null
}

async function run({ engine, embedder, clock }: HarvestParts, errand: Errand, window: HarvestWindow): Promise<void> {
  const { source, told, oddIfNothingNew } = errand
  const before = told.counts
  const course: Course = { ...errand, window, state: window.state, failure: null }
  const purpose = `harvest of ${source.name}`
  await ingest(engine, embedder, clock, batchesOf(course), {
    purpose,
    onBatch: (_, counts) => {
      told.counts = sum(before, counts)
    },
  })
  if (course.failure) throw course.failure
  if (oddIfNothingNew === null) return
  const found = foundUnseen(told.counts)
  if (!found) told.warning ??= oddIfNothingNew
  await ingest(engine, embedder, clock, only({ records: [], watermark: found ? markOf(course) : markBefore(course) }), {
    purpose,
  })
}

const markOf = ({ source, window, state }: Course): Watermark => ({
  source: source.name,
  scope: source.scope ?? '',
  through: window.upTo,
  state,
})

/** With this, the next window begins where this one did. */
const markBefore = (course: Course): Watermark => ({
  ...markOf(course),
  through: instant(Math.min(course.window.after + course.source.overlapMs, course.window.upTo)),
  state: course.window.state,
})

async function* only(batch: Batch): AsyncIterable<Batch> {
  yield batch
}

/**
 * The watermark rides with the last page, so each page is held back until the next one is there. Where it is doubtful
 * that this was all, it waits until it is known what the pages brought. What a source gave before it failed is stored
 * like anything else: else one that fails at every third page would never come farther.
 */
async function* batchesOf(course: Course): AsyncIterable<Batch> {
  const { source, window, signal, told, oddIfNothingNew } = course
  const { name, scope = '' } = source
  let held: HarvestPage | null = null
  try {
    for await (const page of readAhead(source.changes(window, signal))) {
      told.rejected = [...told.rejected, ...page.rejected]
      told.warning = page.warning ?? told.warning
      if (held) yield { records: held.records, ...checkpointOf(held) }
      held = page
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    course.failure = error
    if (held) yield { records: held.records, ...checkpointOf(held) }
    return
  }
  course.state = held?.state ?? window.state
  yield { records: held?.records ?? [], ...(oddIfNothingNew === null && { watermark: markOf(course) }) }

  function checkpointOf({ resume }: HarvestPage): Pick<Batch, 'checkpoint'> {
    const { after, upTo } = window
    return resume === null ? {} : { checkpoint: { source: name, scope, after, upTo, resume } }
  }
}

/** The next page is asked for while this one is embedded and stored: a slow source and our own work cost the longer of both. */
async function* readAhead<T>(pages: AsyncIterable<T>): AsyncIterable<T> {
  const iterator = pages[Symbol.asyncIterator]()
  try {
    for (let next = iterator.next(); ; ) {
      const { done, value } = await next
      if (done) return
      next = iterator.next()
      // It is awaited one turn later; until then a failure must not count as unhandled.
      next.catch(() => {})
      yield value
    }
  } finally {
    // Not waited for: a page under way ends by the signal or its own deadline.
    iterator.return?.().catch(() => {})
  }
}
