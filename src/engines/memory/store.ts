import {
  type Change,
  changeOf,
  type DocumentId,
  type DocumentKey,
  type DocumentRecord,
  type DocumentVersion,
  merged,
  noChanges,
  type Seq,
  type StoredDocument,
  textOf,
} from '../../domain/document.ts'
import { holdsPhrase } from '../../domain/filters.ts'
import { titleKey } from '../../domain/identifiers.ts'
import type { Instant } from '../../domain/instant.ts'
import { termsOf } from '../../domain/terms.ts'
import type { Checkpoint, Watermark } from '../../domain/watermark.ts'
import type { DocumentStore, EmbeddingStore, ImportProgress, WriteCounts } from '../../ports.ts'

/** Everything that the embedded engine keeps in SQLite. A transaction works on a copy and puts it in place at its end. */
interface State {
  readonly documents: Map<DocumentKey, StoredDocument>
  readonly versions: Map<DocumentKey, ReadonlyMap<number, DocumentVersion>>
  readonly purged: Map<DocumentKey, Seq>
  /** By fingerprint, in the order in which fingerprints were first seen; then by content hash. */
  readonly embeddings: Map<string, ReadonlyMap<string, Float32Array | null>>
  readonly watermarks: Map<string, Watermark>
  readonly checkpoints: Map<string, Checkpoint>
  readonly imports: Map<string, ImportProgress>
  seq: number
  lastKey: number
}

const emptyState = (): State => ({
  documents: new Map(),
  versions: new Map(),
  purged: new Map(),
  embeddings: new Map(),
  watermarks: new Map(),
  checkpoints: new Map(),
  imports: new Map(),
  seq: 0,
  lastKey: 0,
})

const copyOf = (state: State): State => ({
  documents: new Map(state.documents),
  versions: new Map(state.versions),
  purged: new Map(state.purged),
  embeddings: new Map(state.embeddings),
  watermarks: new Map(state.watermarks),
  checkpoints: new Map(state.checkpoints),
  imports: new Map(state.imports),
  seq: state.seq,
  lastKey: state.lastKey,
})

export interface MemoryStore {
  readonly documents: DocumentStore
  readonly embeddings: EmbeddingStore
}

export function memoryStore(): MemoryStore {
  let state = emptyState()
  const read = () => state
  const transact = <T>(change: (next: State) => T): T => {
    const next = copyOf(state)
    const result = change(next)
    state = next
    return result
  }
  return { documents: { ...readsOf(read), ...writesOf(transact) }, embeddings: embeddingsOf(read) }
}

const byId = (state: State, id: DocumentId): StoredDocument | null =>
  [...state.documents.values()].find((one) => one.id === id) ?? null

function readsOf(read: () => State): Omit<DocumentStore, 'write' | 'purge'> {
  const all = () => [...read().documents.values()]
  return {
    byId: (id) => byId(read(), id),
    byDoi: (doi) => all().find((one) => one.doi === doi) ?? null,
    byTitleKey: (key) =>
      all()
        .filter((one) => titleKey(one.title) === key)
        .sort((one, other) => announcedOrFirst(other) - announcedOrFirst(one) || one.key - other.key)
        .slice(0, 10),
    byKeys: (keys) =>
      new Map(
        keys.flatMap((key) => {
          const found = read().documents.get(key)
          return found ? [[key, found] as const] : []
        }),
      ),
    versionsOf(id) {
      const now = byId(read(), id)
      if (!now) return []
      const { version, updated, submitted, title, abstract } = now
      const known = new Map(read().versions.get(now.key))
      known.set(version, { version, at: updated ?? submitted, title, abstract })
      return [...known.values()].sort((one, other) => one.version - other.version)
    },
    changesAfter(after, limit) {
      const live = all().map((document) => ({ seq: document.seq, key: document.key, document }))
      const gone = [...read().purged].map(([key, seq]) => ({ seq, key, document: null }))
      return [...live, ...gone]
        .filter(({ seq }) => seq > after)
        .sort((one, other) => one.seq - other.seq)
        .slice(0, limit)
    },
    count: () => read().documents.size,
    counts() {
      const bySource: Record<string, number> = {}
      for (const { source } of all()) bySource[source] = (bySource[source] ?? 0) + 1
      return { documents: all().length, withdrawn: all().filter((one) => one.withdrawn).length, bySource }
    },
    lastSeq: () => read().seq as Seq,
    withPhrase(phrase) {
      const terms = termsOf(phrase)
      return new Set(
        all()
          .filter((one) => holdsPhrase({ title: termsOf(one.title), abstract: termsOf(one.abstract) }, terms))
          .map((one) => one.key),
      )
    },
    watermarks: () => [...read().watermarks.values()].sort((one, other) => (one.source < other.source ? -1 : 1)),
    checkpoint: (source) => read().checkpoints.get(source) ?? null,
    importProgress: (file) => read().imports.get(file) ?? null,
  }
}

/** SQLite counts a missing value as the smallest. */
const announcedOrFirst = (document: StoredDocument): number => document.announced ?? -Number.MAX_VALUE

function writesOf(transact: <T>(change: (next: State) => T) => T): Pick<DocumentStore, 'write' | 'purge'> {
  return {
    write: ({ writes, embeddings, harvested, watermark, checkpoint, progress }) =>
      transact((next): WriteCounts => {
        const counts = noChanges()
        for (const { fingerprint, contentHash, vector } of embeddings) {
          const known = next.embeddings.get(fingerprint) ?? new Map<string, Float32Array | null>()
          // The first embedding of a text stays.
          if (!known.has(contentHash)) next.embeddings.set(fingerprint, new Map([...known, [contentHash, vector]]))
        }
        for (const { record, contentHash } of writes) counts[writeOne(next, record, contentHash, harvested)]++
        if (checkpoint) next.checkpoints.set(checkpoint.source, checkpoint)
        if (watermark) {
          const before = next.watermarks.get(watermark.source)
          if (!before || before.through <= watermark.through || before.scope !== watermark.scope) {
            next.watermarks.set(watermark.source, watermark)
          }
          next.checkpoints.delete(watermark.source)
        }
        if (progress) next.imports.set(progress.file, progress)
        return counts
      }),
    purge: (ids) =>
      transact((next) => {
        let purged = 0
        for (const id of ids) {
          const held = byId(next, id)
          if (!held) continue
          next.documents.delete(held.key)
          next.versions.delete(held.key)
          next.purged.set(held.key, ++next.seq as Seq)
          purged++
        }
        return purged
      }),
  }
}

function writeOne(next: State, record: DocumentRecord, contentHash: string, harvested: Instant): Change {
  const held = byId(next, record.id)
  const change = changeOf(held, record, contentHash)
  const key = held?.key ?? ((next.lastKey + 1) as DocumentKey)
  if (change !== 'unchanged' && change !== 'stale') {
    const document = merged(held, record, harvested)
    if (held && held.version > 0 && held.version !== document.version) {
      const { version, title, abstract } = held
      keepVersion(next, key, { version, at: held.updated ?? held.submitted, title, abstract })
    }
    // An older record may bring a date and leave the text as it was.
    const sameText = held !== null && textOf(held) === textOf(document)
    const seq = ++next.seq as Seq
    const hash = sameText ? held.contentHash : contentHash
    next.documents.set(key, { ...document, key, seq, harvested, contentHash: hash, versions: [] })
    next.lastKey = Math.max(next.lastKey, key)
  }
  for (const { version, at } of record.versions) keepVersion(next, key, { version, at, title: null, abstract: null })
  return change
}

/** What the new knowledge does not say, the old one keeps. */
function keepVersion(next: State, key: DocumentKey, version: DocumentVersion): void {
  const versions = next.versions.get(key) ?? new Map<number, DocumentVersion>()
  const known = versions.get(version.version)
  const { at, title, abstract } = version
  const both = {
    version: version.version,
    at: at ?? known?.at ?? null,
    title: title ?? known?.title ?? null,
    abstract: abstract ?? known?.abstract ?? null,
  }
  next.versions.set(key, new Map([...versions, [version.version, both]]))
}

function embeddingsOf(read: () => State): EmbeddingStore {
  const known = (fingerprint: string) => read().embeddings.get(fingerprint) ?? new Map<string, Float32Array | null>()
  return {
    load(fingerprint, hashes) {
      const found = new Map<string, Float32Array | null>()
      for (const [hash, vector] of known(fingerprint)) {
        if (hashes.includes(hash)) found.set(hash, vector && Float32Array.from(vector))
      }
      return found
    },
    has: (fingerprint, hashes) => new Set(hashes.filter((hash) => known(fingerprint).has(hash))),
    count: (fingerprint) => known(fingerprint).size,
    latest() {
      for (const [fingerprint, vectors] of [...read().embeddings].reverse()) {
        const first = [...vectors.values()].find((vector) => vector !== null)
        if (first) return { fingerprint, dimension: first.length }
      }
      return null
    },
  }
}
