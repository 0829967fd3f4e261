import { CorruptStore } from '../../domain/errors.ts'
import type { Generation, GenerationId, Manifest } from '../../domain/generation.ts'
import type { Instant } from '../../domain/instant.ts'
import type { Catalog, IndexWriter } from '../../ports.ts'
import { type Entry, entryOf } from './evidence.ts'

/** How many generations can serve: the current one and the one to fall back to. */
const kept = 2

export interface FrozenGeneration {
  readonly manifest: Manifest
  readonly entries: readonly Entry[]
}

export class MemoryGenerations implements Catalog {
  /** Null until it is sealed. */
  readonly #staged = new Map<GenerationId, FrozenGeneration | null>()
  readonly #frozen = new Map<GenerationId, FrozenGeneration>()
  /** Newest first. */
  #known: readonly Generation[] = []
  #pointer: GenerationId | null = null

  current(): Generation | null {
    return this.#known.find((one) => one.id === this.#pointer) ?? null
  }

  /** What the current generation holds. */
  serving(): FrozenGeneration | null {
    return this.#pointer === null ? null : (this.#frozen.get(this.#pointer) ?? null)
  }

  list(): readonly Generation[] {
    return this.#known
  }

  publish({ id, createdAt, mark, documents, fingerprint, model }: Manifest, at: Instant): void {
    const sealed = this.#staged.get(id)
    if (!sealed) throw new CorruptStore(`generation ${id} was never sealed`)
    this.#staged.delete(id)
    this.#frozen.set(id, sealed)
    const generation = {
      id,
      state: 'published',
      createdAt,
      publishedAt: at,
      mark,
      documents,
      fingerprint,
      model,
    } as const
    this.#known = [generation, ...this.#known]
    this.#pointer = id
    for (const old of this.#published().slice(kept)) this.#retire(old.id)
  }

  rollback(): Generation {
    const now = this.current()
    const before = this.#published().find((one) => now !== null && one.id < now.id)
    if (!now || !before) throw new CorruptStore('there is no earlier generation to go back to')
    this.#pointer = before.id
    this.#retire(now.id)
    return before
  }

  async sweep(): Promise<readonly string[]> {
    const alive = new Set(this.#published().map((one) => one.id))
    const retired = [...this.#frozen.keys()].filter((id) => !alive.has(id))
    const removed = [...this.#staged.keys(), ...retired].map(String)
    this.#staged.clear()
    for (const id of retired) this.#frozen.delete(id)
    return removed
  }

  openWriter(dimension: number, store: string): IndexWriter {
    const id = ((this.#known[0]?.id ?? 0) + 1) as GenerationId
    const entries: Entry[] = []
    this.#staged.set(id, null)
    return {
      add: (document, vector) => {
        entries.push(entryOf(document, vector))
      },
      seal: async (facts) => {
        const manifest = describe({ ...facts, id, dimension, store }, entries)
        this.#staged.set(id, { manifest, entries: [...entries] })
        return manifest
      },
      verify: async () => ({ sampled: entries.length, recallAt10: 1 }),
      discard: async () => {
        this.#staged.delete(id)
      },
    }
  }

  #published(): readonly Generation[] {
    return this.#known.filter((one) => one.state === 'published')
  }

  #retire(id: GenerationId): void {
    this.#known = this.#known.map((one) => (one.id === id ? { ...one, state: 'retired' } : one))
  }
}

type Facts = Parameters<IndexWriter['seal']>[0] & Pick<Manifest, 'id' | 'dimension' | 'store'>

const describe = (facts: Facts, entries: readonly Entry[]): Manifest => ({
  format: 1,
  ...facts,
  documents: entries.length,
  vectors: entries.filter((one) => one.vector !== null).length,
  tokens: entries.reduce((sum, { title, abstract }) => sum + title.length + abstract.length, 0),
  // No graph, no lists and no files.
  hnsw: { m: 0, efConstruction: 0, ef: 0 },
  terms: 0,
  postings: 0,
  files: {},
})
