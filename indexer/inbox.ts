import { type DocumentRecord, noChanges } from '../src/domain/document.ts'
import { SourceError } from '../src/domain/errors.ts'
import { parseArxivId } from '../src/domain/identifiers.ts'
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
 * Stores what live search found, the way a harvest stores what it fetched, and at once. A record leaves the inbox only
 * after it was stored, so one that is taken twice is found unchanged. Then an arXiv paper that another source told of
 * without its abstract is looked up at arXiv; where that fails, the next harvest may bring it.
 */
export async function drainInbox(parts: InboxParts, signal: AbortSignal): Promise<IngestCounts> {
  const { inbox } = parts
  let totals: IngestCounts = noChanges()
  for (let taken = inbox.peek(batchSize); taken.length > 0; taken = inbox.peek(batchSize)) {
    signal.throwIfAborted()
    const records = taken.map(({ record }) => record)
    const thin = records.filter((record) => isThin(record) && parts.engine.documents.identify(record) === null)
    totals = sum(totals, await store(parts, records))
    inbox.remove(taken)
    const whole = await lookUp(parts.sources, thin, signal)
    if (whole.length > 0) totals = sum(totals, await store(parts, whole))
  }
  return totals
}

const isThin = ({ id, source, abstract }: DocumentRecord): boolean =>
  abstract === '' && source !== leading && parseArxivId(id) !== null

/** Whose records of papers with an arXiv id are the best there are. */
const leading = 'arxiv'

function store({ engine, embedder, clock }: InboxParts, records: readonly DocumentRecord[]): Promise<IngestCounts> {
  return ingest(engine, embedder, clock, oneBatch(records), { purpose: 'what live search found' })
}

async function* oneBatch(records: readonly DocumentRecord[]) {
  yield { records }
}

async function lookUp(
  sources: readonly Source[],
  thin: readonly DocumentRecord[],
  signal: AbortSignal,
): Promise<readonly DocumentRecord[]> {
  const source = sources.find((one) => one.origin === leading && one.lookUp)
  if (!source?.lookUp || thin.length === 0) return []
  try {
    return await source.lookUp(
      thin.map(({ id }) => id),
      signal,
    )
  } catch (error) {
    if (error instanceof SourceError) return []
    throw error
  }
}
