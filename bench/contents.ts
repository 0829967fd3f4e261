import { factsOf, type Seq } from '../src/domain/document.ts'
import type { Engine } from '../src/ports.ts'

/** What is known of every document, without the numbers and times that another harvest gives it. */
export function contentsOf({ documents, embeddings }: Engine, fingerprint: string) {
  const all = documents.changesAfter(0 as Seq, Number.MAX_SAFE_INTEGER).flatMap(({ document }) => document ?? [])
  const vectors = embeddings.load(
    fingerprint,
    all.map((one) => one.contentHash),
  )
  return all
    .map((one) => ({
      ...factsOf(one),
      sources: one.sources,
      contentHash: one.contentHash,
      versions: documents.versionsOf(one.id),
      vector: vectors.get(one.contentHash),
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}
