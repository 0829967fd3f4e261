import { createHash } from 'node:crypto'
import { changes, type DocumentRecord, noChanges, textOf } from '../src/domain/document.ts'
import type { Checkpoint, Watermark } from '../src/domain/watermark.ts'
import type { Clock, Embedder, Engine, ImportProgress, Write, WriteCounts } from '../src/ports.ts'

/** Records that are stored together, with the mark that may move once they are. */
export interface Batch {
  readonly records: readonly DocumentRecord[]
  readonly watermark?: Watermark
  readonly checkpoint?: Checkpoint
  readonly progress?: ImportProgress
}

export type IngestCounts = WriteCounts

export interface IngestOptions {
  /** Told to whoever finds the store locked. */
  readonly purpose: string
  onBatch?(batch: Batch, counts: IngestCounts): void
}

const lockWaitMs = 30 * 60_000

export const contentHashOf = (record: DocumentRecord): string => hashOfText(textOf(record))

/** The content hash of the document whose text it is. */
export const hashOfText = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32)

/**
 * Stores batches in order, each with its embeddings and its mark in one transaction, so that a document can be found
 * the moment it commits. The writer lock is taken for each batch alone: nobody waits behind a slow source. While one
 * batch is written the next is embedded.
 */
export async function ingest(
  engine: Engine,
  embedder: Embedder,
  clock: Clock,
  batches: AsyncIterable<Batch>,
  options: IngestOptions,
): Promise<IngestCounts> {
  let totals: IngestCounts = noChanges()
  const store = async (prepared: Prepared) => {
    const lock = await engine.lock(options.purpose, lockWaitMs)
    try {
      const { watermark, checkpoint, progress } = prepared.batch
      const counts = engine.documents.write({
        writes: prepared.writes,
        embeddings: prepared.embeddings,
        harvested: clock.now(),
        ...(watermark && { watermark }),
        ...(checkpoint && { checkpoint }),
        ...(progress && { progress }),
      })
      totals = sum(totals, counts)
    } finally {
      lock.release()
    }
    options.onBatch?.(prepared.batch, totals)
  }
  let ahead: Promise<Prepared> | null = null
  let before: Planned | null = null
  for await (const batch of batches) {
    const planned = plan(batch)
    const next = prepare(engine, embedder, planned, before)
    before = planned
    // It is awaited one turn later; until then a failure must not count as unhandled.
    next.catch(() => {})
    if (ahead) await store(await ahead)
    ahead = next
  }
  if (ahead) await store(await ahead)
  return totals
}

interface Planned {
  readonly batch: Batch
  readonly writes: readonly Write[]
  /** What is to be searched by vector, by content hash. */
  readonly texts: ReadonlyMap<string, string>
}

type Embeddings = Parameters<Engine['documents']['write']>[0]['embeddings']
type Prepared = Planned & { readonly embeddings: Embeddings }

function plan(batch: Batch): Planned {
  const writes = batch.records.map((record) => ({ record, contentHash: contentHashOf(record) }))
  const visible = writes.filter(({ record }) => !record.withdrawn)
  return { batch, writes, texts: new Map(visible.map(({ record, contentHash }) => [contentHash, textOf(record)])) }
}

/** The batch before is not stored yet, so the store does not know that its texts are embedded. */
async function prepare(
  engine: Engine,
  embedder: Embedder,
  planned: Planned,
  before: Planned | null,
): Promise<Prepared> {
  const texts = new Map([...planned.texts].filter(([hash]) => !before?.texts.has(hash)))
  return { ...planned, embeddings: await embedMissing(engine, embedder, texts) }
}

/** Embeds those texts, by content hash, that the store has no vector of for this fingerprint. */
export async function embedMissing(
  engine: Engine,
  embedder: Embedder,
  texts: ReadonlyMap<string, string>,
): Promise<Embeddings> {
  const { fingerprint } = embedder
  const known = engine.embeddings.has(fingerprint, [...texts.keys()])
  const missing = [...texts].filter(([hash]) => !known.has(hash))
  const vectors = await embedder.embed(
    missing.map(([, text]) => text),
    'document',
  )
  return missing.map(([contentHash], i) => ({ fingerprint, contentHash, vector: vectors[i] }))
}

export function sum(one: WriteCounts, other: WriteCounts): WriteCounts {
  const both = noChanges()
  for (const change of changes) both[change] = one[change] + other[change]
  return both
}

/** `3 new, 1 replaced, 12 unchanged`. */
export const saidOf = (counts: WriteCounts): string =>
  changes
    .filter((change) => counts[change] > 0)
    .map((change) => `${counts[change]} ${change}`)
    .join(', ') || 'nothing'
