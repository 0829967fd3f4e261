import { LRUCache } from 'lru-cache'
import type { Embedder } from '../ports.ts'

const most = 10_000

/** Vectors of records found live: a hundred queries that share an answer share its embedding too. */
export class RecordVectors {
  readonly #known = new LRUCache<string, Promise<Float32Array | null>>({ max: most })

  async of(texts: readonly string[], embedder: Embedder): Promise<(Float32Array | null)[]> {
    const key = (text: string) => `${embedder.fingerprint}\n${text}`
    const missing = [...new Set(texts)].filter((text) => !this.#known.has(key(text)))
    if (missing.length > 0) {
      // Without the signal of whoever asks first: others wait for the same.
      const batch = embedder.embed(missing, 'document')
      for (const [i, text] of missing.entries()) {
        const vector = batch.then((vectors) => vectors[i])
        vector.catch(() => this.#known.delete(key(text)))
        this.#known.set(key(text), vector)
      }
    }
    return Promise.all(texts.map((text) => this.#known.get(key(text)) ?? null))
  }
}
