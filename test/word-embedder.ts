import { createHash } from 'node:crypto'
import { termsOf } from '../src/domain/terms.ts'
import type { Embedder } from '../src/ports.ts'

/**
 * Vectors without a model: each term has a direction of its own, made of its digest, and a text is their sum. Texts that
 * share words are near each other, so searches by vector mean something; a text without words has no vector.
 */
export function wordEmbedder(name = 'words', dimension = 16): Embedder & { readonly embedded: string[] } {
  const embedded: string[] = []
  return {
    fingerprint: `${name}:test:fp32:mean:-:${dimension}`,
    model: name,
    dimension,
    embedded,
    async embed(texts) {
      embedded.push(...texts)
      return texts.map((text) => vectorOf(text, name, dimension))
    },
    async close() {},
  }
}

export function vectorOf(text: string, name = 'words', dimension = 16): Float32Array | null {
  const sum = new Float64Array(dimension)
  const terms = termsOf(text)
  for (const term of terms) {
    const digest = createHash('sha512').update(`${name} ${term}`).digest()
    for (let i = 0; i < dimension; i++) sum[i] += digest.readInt16LE(2 * (i % 32)) / 32768
  }
  const norm = Math.hypot(...sum)
  return terms.length === 0 || norm === 0 ? null : Float32Array.from(sum, (value) => value / norm)
}
