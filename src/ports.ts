import type {
  Change,
  DocumentId,
  DocumentKey,
  DocumentRecord,
  DocumentVersion,
  Seq,
  StoredDocument,
} from './domain/document.ts'
import type { Evidence } from './domain/evidence.ts'
import type { Generation, GenerationId, Manifest, Verification } from './domain/generation.ts'
import type { Day, Instant } from './domain/instant.ts'
import type { Filters } from './domain/query.ts'
import type { Watermark } from './domain/watermark.ts'

/** Every seam of Freshet. Adapters are named in compose.ts and nowhere else. */

export interface Clock {
  now(): Instant
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export type TextRole = 'query' | 'document'

export interface Embedder {
  /** Model, revision, quantisation, pooling and prefixes in one string; vectors of different fingerprints never meet. */
  readonly fingerprint: string
  /** How to open this embedder again. */
  readonly model: string
  readonly dimension: number
  /** Unit-length vectors in the order of the texts; null where a text has none (empty, or no known word). */
  embed(texts: readonly string[], role: TextRole, signal?: AbortSignal): Promise<(Float32Array | null)[]>
  close(): Promise<void>
}

/** Days to harvest, both inclusive: [`from`, `through`]. The overlap with what is known is already in it. */
export interface HarvestWindow {
  readonly from: Day
  readonly through: Day
}

/** One page of a harvest. `rejected` names records that could not be read; they are counted, never dropped in silence. */
export interface HarvestPage {
  readonly records: readonly DocumentRecord[]
  readonly rejected: readonly { readonly id: string; readonly reason: string }[]
  /** What the source says it has in all for this window; null when it does not say. */
  readonly total: number | null
}

export interface Source {
  /** Stable, for watermarks and settings. */
  readonly name: string
  /** How many days before the first watermark the first harvest reaches. */
  readonly firstHarvestDays: number
  /** Pages of everything that changed in the window; throws SourceError when the source fails. */
  changes(window: HarvestWindow, signal: AbortSignal): AsyncIterable<HarvestPage>
  /** Documents by their ids, where the API has a look-up. */
  lookUp?(ids: readonly DocumentId[], signal: AbortSignal): Promise<readonly DocumentRecord[]>
}

export interface Write {
  readonly record: DocumentRecord
  readonly contentHash: string
}

export type WriteCounts = Readonly<Record<Change, number>>

export interface DocumentStore {
  byId(id: DocumentId): StoredDocument | null
  byDoi(doi: string): StoredDocument | null
  /** Documents whose titleKey equals this one's; newest announcement first. */
  byTitleKey(key: string): readonly StoredDocument[]
  byKeys(keys: readonly DocumentKey[]): Map<DocumentKey, StoredDocument>
  versionsOf(id: DocumentId): readonly DocumentVersion[]
  /** Changes after `after`, oldest first, at most `limit`; a purged document is a null record. */
  changesAfter(after: Seq, limit: number): readonly { seq: Seq; key: DocumentKey; document: StoredDocument | null }[]
  count(): number
  counts(): { documents: number; withdrawn: number; bySource: Readonly<Record<string, number>> }
  lastSeq(): Seq
  /** Keys of documents that hold the phrase, words adjacent and in order. */
  withPhrase(phrase: string): ReadonlySet<DocumentKey>
  /** Documents, their embeddings and the watermark in one transaction: all or nothing. Needs the writer lock. */
  write(batch: {
    writes: readonly Write[]
    embeddings: readonly { fingerprint: string; contentHash: string; vector: Float32Array | null }[]
    harvested: Instant
    watermark?: Watermark
    progress?: ImportProgress
  }): WriteCounts
  /** Removes documents and every version of them; returns how many existed. Needs the writer lock. */
  purge(ids: readonly DocumentId[], at: Instant): number
  watermarks(): readonly Watermark[]
  importProgress(file: string): ImportProgress | null
}

/** How far into a file an import came; moves with the documents. */
export interface ImportProgress {
  /** Path, size and modification time of the file. */
  readonly file: string
  readonly lines: number
  readonly done: boolean
}

export interface EmbeddingStore {
  /** Those of the hashes that have an embedding; a text known to have no vector maps to null. */
  load(fingerprint: string, hashes: readonly string[]): Map<string, Float32Array | null>
  has(fingerprint: string, hashes: readonly string[]): Set<string>
  count(fingerprint: string): number
  /** The fingerprint that was embedded with last, and its dimension; null when nothing is embedded. */
  latest(): { readonly fingerprint: string; readonly dimension: number } | null
}

export interface GatherRequest {
  readonly terms: readonly string[]
  readonly vector: Float32Array | null
  readonly filters: Filters
  readonly phrases: readonly string[]
  readonly excludedTerms: readonly string[]
  readonly excludedPhrases: readonly string[]
  readonly tiers: { readonly static: boolean; readonly fresh: boolean }
  /** Nothing announced later exists, in statistics neither. */
  readonly now: Instant
  /** How many candidates each ranker brings from each tier. */
  readonly depth: number
  /** Exact vector search instead of the graph: to measure what the graph costs. */
  readonly exact?: boolean
}

/** One generation and the changes since, as they were at one moment. Nothing that happens later shows in it. */
export interface Snapshot {
  readonly generation: Manifest | null
  readonly fingerprint: string | null
  /** The last change that is visible. */
  readonly mark: Seq
  gather(request: GatherRequest): Promise<Evidence>
  /** Adds the candidates for documents that were named, where the snapshot holds them and the filters let them through. */
  scoreOf(keys: readonly DocumentKey[], request: GatherRequest): Promise<Evidence['candidates']>
  /** The same with an earlier fresh mark, for a cursor. */
  pinnedAt(mark: Seq): Snapshot
}

export interface IndexReader {
  snapshot(): Snapshot
  /** The snapshot of a generation that was current before; null when it is no longer held. */
  snapshotOf(generation: GenerationId | null): Snapshot | null
  /** Takes in what was committed or published since; true when anything changed. Does its work in small slices. */
  refresh(): Promise<boolean>
  readonly counts: { readonly static: number; readonly fresh: number }
  close(): Promise<void>
}

/** Builds one generation aside. Nothing is visible before `Catalog.publish`. */
export interface IndexWriter {
  add(document: StoredDocument, vector: Float32Array | null): void
  /** Writes, syncs and closes the files. */
  seal(
    facts: Pick<Manifest, 'createdAt' | 'mark' | 'fingerprint' | 'model' | 'dimension' | 'watermarks'>,
  ): Promise<Manifest>
  /** Reads back what was sealed and measures it against exact search; throws VerificationFailed. */
  verify(): Promise<Verification>
  discard(): Promise<void>
}

export interface Catalog {
  current(): Generation | null
  list(): readonly Generation[]
  /** The one step that makes a sealed generation current; retires all but the last two. */
  publish(manifest: Manifest, at: Instant): void
  /** Makes the generation before the current one current again; throws when there is none. */
  rollback(at: Instant): Generation
  /** Removes what a dead night left staged and what is retired; returns the names removed. */
  sweep(): Promise<readonly string[]>
}

/** Held by the one process that may write. */
export interface WriterLock {
  release(): void
}

export interface Engine {
  readonly name: string
  readonly documents: DocumentStore
  readonly embeddings: EmbeddingStore
  readonly catalog: Catalog
  /** Random, new at every creation and restore: marks of another incarnation mean nothing. */
  incarnation(): string
  /** Waits up to `waitMs` for the single-writer lock; throws StoreLocked. */
  lock(purpose: string, waitMs: number): Promise<WriterLock>
  openReader(): Promise<IndexReader>
  /** Documents of the generation to be, in the order in which the writer wants them. */
  forBuild(mark: Seq): IterableIterator<StoredDocument>
  openWriter(dimension: number): Promise<IndexWriter>
  /** Looks for what is broken; changes nothing. Findings come as they are made. */
  diagnose(): AsyncIterable<Finding>
  /** Writes all documents, embeddings and marks into one file, while others read and write. */
  backup(file: string): Promise<void>
  /** Replaces everything by a backup's content in one step; generations are to be built anew. Needs the writer lock. */
  restore(file: string): Promise<void>
  close(): Promise<void>
}

export interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly says: string
}

/** Liveness of a source, as the indexer last saw it. */
export interface SourceHealth {
  readonly source: string
  readonly state: 'ok' | 'unreachable' | 'never-visited'
  readonly lastVisit: Instant | null
  readonly lastSuccess: Instant | null
  readonly failingSince: Instant | null
  readonly error: string | null
}

/** Small facts that several processes share and that may be lost without harm to any document. */
export interface Runtime {
  health(): readonly SourceHealth[]
  succeeded(source: string, at: Instant): void
  failed(source: string, at: Instant, error: string): void
  readonly gate: RateGate
  close(): void
}

/** One turn at a time and a pause between turns, over all processes of this machine. */
export interface RateGate {
  /** Waits for the turn; the lease ends by itself after `leaseMs` if its holder dies. */
  enter(provider: string, policy: { spacingMs: number; leaseMs: number }, signal: AbortSignal): Promise<GateTurn>
}

export interface GateTurn {
  /** Ends the turn; `pauseMs` asks for a longer pause than the spacing (a source's Retry-After). */
  leave(pauseMs?: number): void
}
