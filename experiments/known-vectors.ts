import { hashOfText } from '../indexer/ingest.ts'
import type { Embedder, EmbeddingStore } from '../src/ports.ts'

/** An embedder that takes the vectors of documents from a store where it has them, and computes only the others. */
export function withKnown(inner: Embedder, known: Pick<EmbeddingStore, 'load'>): Embedder {
  return {
    fingerprint: inner.fingerprint,
    model: inner.model,
    dimension: inner.dimension,
    async embed(texts, role, signal) {
      if (role === 'query') return inner.embed(texts, role, signal)
      const hashes = texts.map(hashOfText)
      const found = known.load(inner.fingerprint, hashes)
      const missing = texts.filter((_, i) => !found.has(hashes[i]))
      const computed = (await inner.embed(missing, role, signal)).values()
      return hashes.map((hash) => found.get(hash) ?? (found.has(hash) ? null : (computed.next().value ?? null)))
    },
    close: () => inner.close(),
  }
}
