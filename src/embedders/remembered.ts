import { LRUCache } from 'lru-cache'
import type { Embedder } from '../ports.ts'
import { abortable } from './abortable.ts'

/** Remembers the vectors of the last `most` queries; documents pass through, for the store remembers those. */
export function rememberingQueries(inner: Embedder, most: number): Embedder {
  // The promise is kept, so that equal queries at one time are embedded once.
  const known = new LRUCache<string, Promise<Float32Array | null>>({ max: most })
  const one = (text: string): Promise<Float32Array | null> => {
    const found = known.get(text)
    if (found) return found
    const vector = inner.embed([text], 'query').then(([first]) => first)
    known.set(text, vector)
    // A failure is not worth remembering.
    vector.catch(() => known.delete(text))
    return vector
  }
  return {
    fingerprint: inner.fingerprint,
    model: inner.model,
    dimension: inner.dimension,
    embed: (texts, role, signal) =>
      role === 'query' ? abortable(Promise.all(texts.map(one)), signal) : inner.embed(texts, role, signal),
    close: () => inner.close(),
  }
}
