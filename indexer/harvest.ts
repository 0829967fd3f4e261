import { SourceError } from '../src/domain/errors.ts'
import { addDays, dayOf } from '../src/domain/instant.ts'
import type { Clock, Embedder, Engine, HarvestWindow, Runtime, Source } from '../src/ports.ts'
import { type Batch, type IngestCounts, ingest } from './ingest.ts'

export interface HarvestReport {
  readonly source: string
  readonly outcome: 'harvested' | 'failed'
  readonly window: HarvestWindow
  readonly counts: IngestCounts | null
  readonly rejected: readonly { readonly id: string; readonly reason: string }[]
  readonly error: string | null
}

/**
 * Day-grained feeds are asked again from one day before the watermark: records may still arrive under a day that has
 * been harvested, and what is asked twice is found unchanged.
 */
const overlapDays = 1

export function windowFor(engine: Engine, source: Source, clock: Clock): HarvestWindow {
  const through = dayOf(clock.now())
  const mark = engine.documents.watermarks().find((one) => one.source === source.name)
  // A mark of the future was set by a clock that ran ahead: the days up to it had not come, so it says nothing of them.
  const known = mark !== undefined && mark.through <= through
  const from = known ? addDays(mark.through, -overlapDays) : addDays(through, -source.firstHarvestDays)
  return { from, through }
}

/** One source, from its watermark to today. A failing source is a report, not an exception. */
export async function harvest(
  engine: Engine,
  embedder: Embedder,
  source: Source,
  runtime: Runtime,
  clock: Clock,
  signal: AbortSignal,
): Promise<HarvestReport> {
  const window = windowFor(engine, source, clock)
  const rejected: { id: string; reason: string }[] = []
  try {
    const counts = await ingest(engine, embedder, clock, batchesOf(source, window, rejected, signal), {
      purpose: `harvest of ${source.name}`,
    })
    runtime.succeeded(source.name, clock.now())
    return { source: source.name, outcome: 'harvested', window, counts, rejected, error: null }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    runtime.failed(source.name, clock.now(), error.message)
    return { source: source.name, outcome: 'failed', window, counts: null, rejected, error: error.message }
  }
}

/** The watermark rides with the last page, so each page is held back until the next one is there. */
async function* batchesOf(
  source: Source,
  window: HarvestWindow,
  rejected: { id: string; reason: string }[],
  signal: AbortSignal,
): AsyncIterable<Batch> {
  let held: Batch = { records: [] }
  for await (const page of source.changes(window, signal)) {
    rejected.push(...page.rejected)
    if (held.records.length > 0) yield held
    held = { records: page.records }
  }
  yield { ...held, watermark: { source: source.name, through: window.through } }
}
