import { randomUUID } from 'node:crypto'
import type { DocumentKey, Seq, StoredDocument } from '../domain/document.ts'
import { StoreLocked } from '../domain/errors.ts'
import type { GenerationId } from '../domain/generation.ts'
import type { Clock, Engine, GatherRequest, IndexReader, Snapshot, WriterLock } from '../ports.ts'
import { type Entry, entryOf, gather, scoreNamed, scoreRecords, type View } from './memory/evidence.ts'
import { type FrozenGeneration, MemoryGenerations } from './memory/generations.ts'
import { Past } from './memory/past.ts'
import { type MemoryStore, memoryStore } from './memory/store.ts'

/**
 * The test double and the recall oracle: the same answers as the embedded engine by the shortest way, which scores
 * every document for every query. Nothing outlives the process, so there is nothing to back up and nothing to repair.
 */
export function openMemoryEngine(clock: Clock): Engine {
  const store = memoryStore()
  const generations = new MemoryGenerations()
  const incarnation = randomUUID()
  const nothingToKeep = () => Promise.reject(new Error('the memory engine keeps nothing, so it has no backup'))
  return {
    name: 'memory',
    ...store,
    catalog: generations,
    incarnation: () => incarnation,
    lock: lockOf(clock),
    openReader: async () => new MemoryReader(store, generations),
    *forBuild(mark) {
      const all = store.documents.changesAfter(0 as Seq, Number.MAX_SAFE_INTEGER)
      const alive = all.flatMap(({ seq, document }) => (document && seq <= mark && !document.withdrawn ? document : []))
      yield* alive.sort(byAnnouncement)
    },
    openWriter: async (dimension) => generations.openWriter(dimension, incarnation),
    async *diagnose() {
      yield { check: 'memory', ok: true, says: 'there is nothing on disk that could be broken' }
    },
    backup: nothingToKeep,
    restore: nothingToKeep,
    close: async () => {},
  }
}

/** Undated documents first. */
const byAnnouncement = (one: StoredDocument, other: StoredDocument): number =>
  (one.announced ?? -Number.MAX_VALUE) - (other.announced ?? -Number.MAX_VALUE) || one.key - other.key

const pollMs = 100

function lockOf(clock: Clock): Engine['lock'] {
  let holder: string | null = null
  return async (purpose, waitMs): Promise<WriterLock> => {
    const giveUpAt = clock.now() + waitMs
    while (holder !== null) {
      if (clock.now() >= giveUpAt) throw new StoreLocked(`somebody else writes (${holder}); try again when it is done`)
      await clock.sleep(pollMs)
    }
    holder = purpose
    let held = true
    return {
      release() {
        if (held) holder = null
        held = false
      },
    }
  }
}

interface Change {
  readonly seq: Seq
  readonly key: DocumentKey
  /** Null where the document was withdrawn or purged. */
  readonly entry: Entry | null
}

/** One generation and the changes since, oldest first. */
interface Held {
  readonly generation: FrozenGeneration | null
  readonly fingerprint: string | null
  readonly changes: Change[]
  readonly past: Past
}

class MemoryReader implements IndexReader {
  readonly #store: MemoryStore
  readonly #generations: MemoryGenerations
  #held: Held
  #previous: Held | null = null

  constructor(store: MemoryStore, generations: MemoryGenerations) {
    this.#store = store
    this.#generations = generations
    this.#held = this.#load()
  }

  snapshot(): Snapshot {
    return this.#snapshotOf(this.#held, markOf(this.#held))
  }

  snapshotOf(id: GenerationId | null): Snapshot | null {
    const held = [this.#held, this.#previous].find((one) => one && idOf(one.generation) === id)
    return held ? this.#snapshotOf(held, markOf(held)) : null
  }

  get counts() {
    const { generation, changes } = this.#held
    return { static: generation?.entries.length ?? 0, fresh: changes.filter(({ entry }) => entry !== null).length }
  }

  async refresh(): Promise<boolean> {
    const sameGeneration = idOf(this.#generations.serving()) === idOf(this.#held.generation)
    // An empty store had no fingerprint to take; now it may.
    const sameVectors = this.#held.fingerprint !== null || this.#store.embeddings.latest() === null
    if (sameGeneration && sameVectors) return this.#absorb(this.#held)
    this.#previous = this.#held
    this.#held = this.#load()
    return true
  }

  async close(): Promise<void> {}

  #load(): Held {
    const generation = this.#generations.serving()
    const fingerprint = generation?.manifest.fingerprint ?? this.#store.embeddings.latest()?.fingerprint ?? null
    const past = new Past(this.#store.documents, (hash) => this.#vectorOf(hash, fingerprint))
    const held: Held = { generation, fingerprint, changes: [], past }
    this.#absorb(held)
    return held
  }

  #absorb({ generation, fingerprint, changes, past }: Held): boolean {
    const after = changes.at(-1)?.seq ?? generation?.manifest.mark ?? (0 as Seq)
    const found = this.#store.documents.changesAfter(after, Number.MAX_SAFE_INTEGER)
    for (const { seq, key, document } of found) {
      const gone = document === null || document.withdrawn
      const entry = gone ? null : entryOf(document, this.#vectorOf(document.contentHash, fingerprint))
      changes.push({ seq, key, entry })
      past.learn([key], seq)
    }
    return found.length > 0
  }

  #vectorOf(contentHash: string, fingerprint: string | null): Float32Array | null {
    return fingerprint === null
      ? null
      : (this.#store.embeddings.load(fingerprint, [contentHash]).get(contentHash) ?? null)
  }

  #snapshotOf(held: Held, mark: Seq): Snapshot {
    const view = viewOf(held, mark)
    const cut = held.generation?.manifest.mark ?? null
    const viewAt = ({ horizon }: GatherRequest) => held.past.viewAt(view, horizon, mark, cut)
    return {
      generation: held.generation?.manifest ?? null,
      fingerprint: held.fingerprint,
      mark,
      gather: async (request) => gather(viewAt(request), request),
      scoreOf: async (keys, request) => scoreNamed(viewAt(request), keys, request),
      scoreRecords: async (records, request) => scoreRecords(viewAt(request), records, request),
      pinnedAt: (earlier) => this.#snapshotOf(held, earlier < mark ? earlier : mark),
    }
  }
}

const idOf = (generation: FrozenGeneration | null): GenerationId | null => generation?.manifest.id ?? null

const markOf = ({ generation, changes }: Held): Seq => changes.at(-1)?.seq ?? generation?.manifest.mark ?? (0 as Seq)

/** Only the last change of a document counts, and it takes the document out of the generation. */
function viewOf({ generation, changes }: Held, mark: Seq): View {
  const visible = changes.filter((change) => change.seq <= mark)
  const last = new Map(visible.map(({ key, seq }) => [key, seq]))
  const frozen = generation?.entries ?? []
  const fresh = visible.flatMap(({ entry }) => entry ?? [])
  const stands = ({ document }: Entry) => (last.get(document.key) ?? 0) <= document.seq
  return { static: frozen.filter(stands), fresh: fresh.filter(stands) }
}
