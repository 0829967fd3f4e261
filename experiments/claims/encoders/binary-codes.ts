/** Vectors in memory, one after the other. */
export interface Vectors {
  readonly count: number
  readonly dimension: number
  readonly values: Float32Array
}

/** One bit a dimension: whether the vector points that way. */
export interface BinaryCodes {
  readonly count: number
  /** Of 32 bits, of one vector. */
  readonly words: number
  readonly bits: Uint32Array
}

export interface Hit {
  /** Of the vector, from 0. */
  readonly row: number
  readonly score: number
}

export function vectorsOf(vectors: readonly Float32Array[]): Vectors {
  const dimension = vectors[0]?.length ?? 0
  const values = new Float32Array(vectors.length * dimension)
  for (const [row, vector] of vectors.entries()) values.set(vector, row * dimension)
  return { count: vectors.length, dimension, values }
}

export function binaryCodes({ count, dimension, values }: Vectors): BinaryCodes {
  const words = Math.ceil(dimension / 32)
  const bits = new Uint32Array(count * words)
  for (let row = 0; row < count; row++) {
    for (let at = 0; at < dimension; at++) {
      if (values[row * dimension + at] > 0) bits[row * words + (at >>> 5)] |= 1 << (at & 31)
    }
  }
  return { count, words, bits }
}

/** The nearest by inner product; of equal ones the earlier row. */
export function exactSearch(vectors: Vectors, query: Float32Array, k: number): Hit[] {
  const found: Hit[] = []
  for (let row = 0; row < vectors.count; row++) offer(found, { row, score: product(vectors, row, query) }, k)
  return found
}

/**
 * The nearest `factor` times k by Hamming distance of the codes, rescored by their full vectors (Yamada, Asai and
 * Hajishirzi 2021, with the document's full vector where they have the query's alone): the codes are searched in full,
 * the vectors are only read where a code was near.
 */
export function binarySearch(codes: BinaryCodes, vectors: Vectors, query: Float32Array, k: number, factor = 10): Hit[] {
  const found: Hit[] = []
  for (const row of nearestCodes(codes, binaryCodes(vectorsOf([query])).bits, factor * k)) {
    offer(found, { row, score: product(vectors, row, query) }, k)
  }
  return found.sort((one, other) => other.score - one.score || one.row - other.row)
}

/** By counting distances: there are no more of them than bits, and nothing needs to be sorted. */
function nearestCodes({ count, words, bits }: BinaryCodes, query: Uint32Array, k: number): number[] {
  const distances = new Uint16Array(count)
  const at = new Uint32Array(32 * words + 1)
  for (let row = 0; row < count; row++) {
    let distance = 0
    for (let word = 0; word < words; word++) distance += ones(bits[row * words + word] ^ query[word])
    distances[row] = distance
    at[distance]++
  }
  let limit = 0
  for (let taken = at[0]; taken < k && limit < 32 * words; taken += at[limit]) limit++
  const near: number[] = []
  for (let row = 0; row < count; row++) if (distances[row] < limit) near.push(row)
  for (let row = 0; row < count && near.length < k; row++) if (distances[row] === limit) near.push(row)
  return near
}

/** How many bits are set: by twos, by fours, by eights, and then all bytes at once. */
function ones(bits: number): number {
  const twos = bits - ((bits >>> 1) & 0x55555555)
  const fours = (twos & 0x33333333) + ((twos >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

function product({ dimension, values }: Vectors, row: number, query: Float32Array): number {
  let sum = 0
  for (let at = 0, place = row * dimension; at < dimension; at++, place++) sum += values[place] * query[at]
  return sum
}

/** Keeps the best k, best first; most are no better than the last and cost one comparison. */
function offer(found: Hit[], hit: Hit, k: number): void {
  if (found.length === k && hit.score <= found[k - 1].score) return
  let at = found.length
  while (at > 0 && found[at - 1].score < hit.score) at--
  found.splice(at, 0, hit)
  if (found.length > k) found.pop()
}
