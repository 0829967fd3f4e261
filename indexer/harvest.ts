import { noChanges } from '../src/domain/document.ts'
import { SourceError } from '../src/domain/errors.ts'
import { dayMs, instant } from '../src/domain/instant.ts'
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
 * other topics) says nothing of what is asked for now.
 */
export function windowFor({ engine, clock }: Pick<HarvestParts, 'engine' | 'clock'>, source: Source): HarvestWindow {
  const now = clock.now()
  const scope = source.scope ?? ''
  const marks = engine.documents.watermarks().filter((one) => one.source === source.name)
  const mark = marks.find((one) => one.through <= now && one.scope === scope)
  const begun = engine.documents.checkpoint(source.name)
  const state = mark?.state ?? null
  if (begun && begun.upTo <= now && begun.scope === scope) {
    return { after: begun.after, upTo: begun.upTo, state, resume: begun.resume }
  }
  const after = mark ? mark.through - source.overlapMs : now - source.firstHarvestDays * dayMs
  return { after: instant(after), upTo: now, state, resume: null }
}

/**
 * One source, from its watermark to now. A failing source is a report, not an exception: what it gave is kept, its
 * watermark stays, and the next harvest goes on where this one was. `oddIfNothingNew` is the warning for a day on which
 * something new was due.
 */
export async function harvest(
  parts: HarvestParts,
  source: Source,
  signal: AbortSignal,
  oddIfNothingNew: string | null = null,
): Promise<HarvestReport> {
  const { runtime, clock } = parts
  const told: Told = { counts: noChanges(), rejected: [], warning: null }
  let window = windowFor(parts, source)
  try {
    await cover(parts, source, window, told, signal)
    if (window.resume !== null) {
      // An interrupted window ended where it was meant to end; what came since is the next one.
      window = windowFor(parts, source)
      await cover(parts, source, window, told, signal)
    }
    if (!foundUnseen(told.counts)) told.warning ??= oddIfNothingNew
    runtime.succeeded(source.name, clock.now(), told.warning)
    return { source: source.name, outcome: 'harvested', window, ...told, error: null }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    runtime.failed(source.name, clock.now(), error.message)
    return { source: source.name, outcome: 'failed', window, ...told, error: error.message }
  }
}

/** What the store did not have at all: not a revision, and not what an overlap brought again. */
export const foundUnseen = (counts: IngestCounts): boolean => counts.new > 0

/** What the pages of a harvest said, besides their records. */
interface Told {
  counts: IngestCounts
  readonly rejected: { readonly id: string; readonly reason: string }[]
  warning: string | null
}

/**
 * A place to go on from that the source does not know any more, or that leads to a contradiction, costs the way to it,
 * once, and nothing else.
 */
async function cover(
  parts: HarvestParts,
  source: Source,
  window: HarvestWindow,
  told: Told,
  signal: AbortSignal,
): Promise<void> {
  try {
    await run(parts, source, window, told, signal)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const misled = window.resume !== null && error.failure === 'contradictory'
    if (error.failure !== 'expired' && !misled) throw error
    await run(parts, source, { ...window, resume: null }, told, signal)
  }
}

async function run(
  { engine, embedder, clock }: HarvestParts,
  source: Source,
  window: HarvestWindow,
  told: Told,
  signal: AbortSignal,
): Promise<void> {
  const before = told.counts
  await ingest(engine, embedder, clock, batchesOf(source, window, told, signal), {
    purpose: `harvest of ${source.name}`,
    onBatch: (_, counts) => {
      told.counts = sum(before, counts)
    },
  })
}

/** The watermark rides with the last page, so each page is held back until the next one is there. */
async function* batchesOf(
  source: Source,
  window: HarvestWindow,
  told: Told,
  signal: AbortSignal,
): AsyncIterable<Batch> {
  const { name, scope = '' } = source
  const { after, upTo } = window
  let held: HarvestPage | null = null
  for await (const page of source.changes(window, signal)) {
    told.rejected.push(...page.rejected)
    told.warning = page.warning ?? told.warning
    if (held) yield { records: held.records, ...checkpointOf(held) }
    held = page
  }
  yield {
    records: held?.records ?? [],
    watermark: { source: name, scope, through: upTo, state: held?.state ?? window.state },
  }

  function checkpointOf({ resume }: HarvestPage): Pick<Batch, 'checkpoint'> {
    return resume === null ? {} : { checkpoint: { source: name, scope, after, upTo, resume } }
  }
}
