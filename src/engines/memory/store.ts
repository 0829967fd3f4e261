import { type DocumentId, type DocumentKey, type Seq, type StoredDocument, traitsOf } from '../../domain/document.ts'
import { holdsPhrase } from '../../domain/filters.ts'
import { titleKey } from '../../domain/identifiers.ts'
import { identified, keyFor } from '../../domain/identity/identity.ts'
import { dayOf } from '../../domain/instant.ts'
import { termsOf } from '../../domain/terms.ts'
import type { DayCount, DocumentStore, EmbeddingStore } from '../../ports.ts'
import { copyOf, emptyState, holdingsOf, type State } from './state.ts'
import { writesOf } from './writes.ts'

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

function readsOf(read: () => State): Omit<DocumentStore, keyof ReturnType<typeof writesOf>> {
  const holdings = holdingsOf(read)
  const all = () => [...read().documents.values()]
  const find = (id: DocumentId): StoredDocument | null => {
    const key = keyFor(holdings, id)
    return key === null ? null : holdings.document(key)
  }
  const byKeys = (keys: readonly DocumentKey[]) =>
    new Map(
      keys.flatMap((key) => {
        const found = read().documents.get(key)
        return found ? [[key, found] as const] : []
      }),
    )
  return {
    byId: find,
    byDoi: (doi) => all().find((one) => one.doi === doi) ?? find(`doi:${doi}` as DocumentId),
    byTitleKey: (key) =>
      all()
        .filter((one) => titleKey(one.title) === key)
        .sort((one, other) => announcedOrFirst(other) - announcedOrFirst(one) || one.key - other.key)
        .slice(0, 10),
    byKeys,
    traitsOf: (keys) => new Map([...byKeys(keys)].map(([key, document]) => [key, traitsOf(document)])),
    everTitled: (key) =>
      all()
        .filter((one) => [one, ...(read().former.get(one.key) ?? [])].some(({ title }) => titleKey(title) === key))
        .map((one) => one.key),
    formerStates: (keys) =>
      new Map(
        keys.flatMap((key) => {
          const source = read().documents.get(key)?.source
          const states = (read().former.get(key) ?? []).filter((one) => one.source === source)
          return states.length > 0 ? [[key, states] as const] : []
        }),
      ),
    changedOnce: () => [...read().former].flatMap(([key, states]) => (states.length > 0 ? key : [])),
    lastEnd: () => {
      const ends = [...read().former.values()].flatMap((states) => states.map((one) => one.until))
      return ends.sort((one, other) => other - one).at(0) ?? null
    },
    versionsOf(id) {
      const now = find(id)
      if (!now) return []
      const { source, version, updated, submitted, title, abstract } = now
      const known = new Map(read().versions.get(now.key)?.get(source))
      known.set(version, { version, at: updated ?? submitted, title, abstract })
      return [...known.values()].sort((one, other) => one.version - other.version)
    },
    sightingsOf(id) {
      const document = find(id)
      return document ? holdings.sightings(document) : []
    },
    identify: (record) => identified(holdings, record),
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
      for (const source of all().flatMap((one) => one.sources)) bySource[source] = (bySource[source] ?? 0) + 1
      return { documents: all().length, withdrawn: all().filter((one) => one.withdrawn).length, bySource }
    },
    announcedByDay(first, last) {
      const counts = new Map<string, DayCount>()
      for (const { announced, sources } of all()) {
        if (announced === null) continue
        const day = dayOf(announced)
        if (day < first || day > last) continue
        for (const source of sources) {
          const name = `${day} ${source}`
          counts.set(name, { day, source, documents: (counts.get(name)?.documents ?? 0) + 1 })
        }
      }
      return [...counts].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, count]) => count)
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
