import { expect, it } from 'vitest'
import { withKnown } from '../../experiments/known-vectors.ts'
import { contentHashOf } from '../../indexer/ingest.ts'
import { textOf } from '../../src/domain/document.ts'
import type { EmbeddingStore } from '../../src/ports.ts'
import { record } from '../engines/fixtures.ts'
import { vectorOf, wordEmbedder } from '../word-embedder.ts'

it('takes the vectors that a store has, in their places, and computes only the others', async () => {
  const [held, empty, unheld] = ['River beds', '', 'Snow fields'].map((title, i) => record(`p${i}`, { title }))
  const known = new Map<string, Float32Array | null>([
    [contentHashOf(held), Float32Array.of(1, 0)],
    [contentHashOf(empty), null],
  ])
  const store: Pick<EmbeddingStore, 'load'> = {
    load: (_, hashes) => new Map(hashes.flatMap((hash) => (known.has(hash) ? [[hash, known.get(hash) ?? null]] : []))),
  }
  const inner = wordEmbedder()
  const embedder = withKnown(inner, store)
  const texts = [unheld, held, empty].map(textOf)
  expect(await embedder.embed(texts, 'document')).toEqual([vectorOf(texts[0]), Float32Array.of(1, 0), null])
  expect(inner.embedded).toEqual([texts[0]])
  await embedder.embed([texts[1]], 'query')
  expect(inner.embedded).toEqual([texts[0], texts[1]])
})
