import { type DocumentRecord, noChanges } from '../src/domain/document.ts'
import { SourceError } from '../src/domain/errors.ts'
import type { Clock, Embedder, Engine, Inbox, Source } from '../src/ports.ts'
import { type IngestCounts, ingest, sum } from './ingest.ts'

export interface InboxParts {
  readonly engine: Engine
  readonly embedder: Embedder
  readonly inbox: Inbox
  /** Those that can be asked for whole records by id. */
  readonly sources: readonly Source[]
  readonly clock: Clock
}

const batchSize = 128

/**
 * Stores what live search found, the way a harvest stores what it fetched. A search may give a record without its
 * abstract; where the source has a look-up the whole record is fetched first, and where that fails the thin one is
 * better than none. A record leaves the inbox only after it was stored, so one that is taken twice is found unchanged.
 */
export async function drainInbox(parts: InboxParts, signal: AbortSignal): Promise<IngestCounts> {
  const { engine, embedder, inbox, clock } = parts
  let totals: IngestCounts = noChanges()
  for (let taken = inbox.peek(batchSize); taken.length > 0; taken = inbox.peek(batchSize)) {
    signal.throwIfAborted()
    const records = await wholeRecords(parts, taken, signal)
    const counts = await ingest(engine, embedder, clock, oneBatch(records), { purpose: 'what live search found' })
    inbox.remove(taken)
    totals = sum(totals, counts)
  }
  return totals
}

async function* oneBatch(records: readonly DocumentRecord[]) {
  yield { records }
}

async function wholeRecords(
  { engine, sources }: InboxParts,
  taken: ReturnType<Inbox['peek']>,
  signal: AbortSignal,
): Promise<DocumentRecord[]> {
  const thin = taken.filter(({ record }) => record.abstract === '' && engine.documents.identify(record) === null)
  const whole = new Map<string, DocumentRecord>()
  for (const source of sources) {
    const ids = thin.filter((one) => one.source === source.name).map(({ record }) => record.id)
    if (ids.length === 0 || !source.lookUp) continue
    for (const record of await lookUp(source.lookUp, ids, signal)) whole.set(record.id, record)
  }
  return taken.map(({ record }) => whole.get(record.id) ?? record)
}

async function lookUp(
  fetch: NonNullable<Source['lookUp']>,
  ids: readonly DocumentRecord['id'][],
  signal: AbortSignal,
): Promise<readonly DocumentRecord[]> {
  try {
    return await fetch(ids, signal)
  } catch (error) {
    if (error instanceof SourceError) return []
    throw error
  }
}
