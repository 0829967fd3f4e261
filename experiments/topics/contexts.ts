import { seeded } from '../seeded.ts'

/** A vector a word that sums up which words stand near it, of length 1. */
export interface Contexts {
  readonly rows: number
  readonly vectors: Float32Array
}

const dimension = 128
/** Places of a word's own mark. */
const marks = 6
const reach = 2

/**
 * Random indexing (Kanerva, Kristofersson and Holst 2000): every word has a sparse random mark, and a word's context is the
 * sum of its neighbours' marks, weighed by how telling they are. What all contexts have in common is taken off.
 */
export function contextsOf(texts: readonly Int32Array[], weights: Float32Array, wanted: readonly number[]): Contexts {
  const rowOf = new Int32Array(weights.length).fill(-1)
  for (const [row, word] of wanted.entries()) rowOf[word] = row
  const places = marksOf(weights.length)
  const vectors = new Float32Array(wanted.length * dimension)
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) {
      const row = rowOf[text[at]]
      if (row < 0) continue
      for (let near = Math.max(0, at - reach); near <= at + reach && near < text.length; near++) {
        if (text[near] !== text[at]) add(vectors, row * dimension, places, text[near], weights[text[near]])
      }
    }
  }
  unify(vectors, wanted.length)
  centre(vectors, wanted.length)
  unify(vectors, wanted.length)
  return { rows: wanted.length, vectors }
}

/** Even places are added, odd ones taken off. The same for a word's number, always. */
function marksOf(words: number): Uint16Array {
  const random = seeded(1)
  return Uint16Array.from({ length: words * marks }, () => Math.floor(random() * dimension))
}

function add(vectors: Float32Array, start: number, places: Uint16Array, word: number, weight: number): void {
  for (let mark = 0; mark < marks; mark += 2) {
    vectors[start + places[word * marks + mark]] += weight
    vectors[start + places[word * marks + mark + 1]] -= weight
  }
}

function unify(vectors: Float32Array, rows: number): void {
  for (let row = 0; row < rows; row++) {
    const vector = vectors.subarray(row * dimension, (row + 1) * dimension)
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    if (length > 0) for (let at = 0; at < dimension; at++) vector[at] /= length
  }
}

function centre(vectors: Float32Array, rows: number): void {
  for (let at = 0; at < dimension; at++) {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += vectors[row * dimension + at]
    for (let row = 0; row < rows; row++) vectors[row * dimension + at] -= sum / rows
  }
}

const nearestKept = 3
/** Below it two words have chance in common. */
const leastCosine = 0.4

/** Rows of the nearest contexts that are `allowed`, nearest first. */
export function nearestBy({ rows, vectors }: Contexts, row: number, allowed: (row: number) => boolean): number[] {
  const own = vectors.subarray(row * dimension, (row + 1) * dimension)
  const found: { readonly other: number; readonly cosine: number }[] = []
  for (let other = 0; other < rows; other++) {
    if (other === row) continue
    let cosine = 0
    for (let at = 0, place = other * dimension; at < dimension; at++, place++) cosine += own[at] * vectors[place]
    if (cosine >= leastCosine && allowed(other)) found.push({ other, cosine })
  }
  found.sort((a, b) => b.cosine - a.cosine || a.other - b.other)
  return found.slice(0, nearestKept).map((one) => one.other)
}
