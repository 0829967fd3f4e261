import { statSync } from 'node:fs'
import hnswlib from 'hnswlib-node'
import { CorruptStore } from '../../domain/errors.ts'

/**
 * The only file that touches hnswlib-node, whose native code aborts the process or answers wrongly on input that it
 * does not check: `null` or `undefined` in a vector, a filter that throws, k above the capacity, an empty index read
 * back, a label beyond 32 bits, a NaN, a file of another dimension, a write to a full disk that reports success.
 * Vectors are unit length, so inner product is cosine; distances are turned into cosines here.
 */
export interface Neighbour {
  readonly label: number
  readonly cosine: number
}

export interface NearestIndex {
  readonly count: number
  /** At most `k` neighbours, best first. */
  nearest(vector: Float32Array, k: number): Neighbour[]
}

const largestLabel = 0xffff_ffff
const unitTolerance = 1e-3

/** hnswlib-node takes plain arrays of finite numbers and nothing else. */
function checkedPoint(vector: Float32Array, dimension: number): number[] {
  if (vector.length !== dimension) throw new RangeError(`a vector of ${vector.length} where ${dimension} were expected`)
  let squares = 0
  for (let i = 0; i < vector.length; i++) squares += vector[i] * vector[i]
  // A NaN or an infinity anywhere makes the sum fail this too.
  if (!(Math.abs(squares - 1) < unitTolerance)) throw new RangeError('a vector that is not of unit length')
  return Array.from(vector)
}

function checkedLabel(label: number): number {
  if (!Number.isInteger(label) || label < 0 || label > largestLabel) throw new RangeError(`${label} is no label`)
  return label
}

const toNeighbours = (found: hnswlib.SearchResult): Neighbour[] =>
  found.neighbors.map((label, i) => ({ label, cosine: 1 - found.distances[i] }))

export interface HnswSettings {
  readonly m: number
  readonly efConstruction: number
  readonly ef: number
}

/** An HNSW graph under construction. Never mutated after `save`: a new generation is built anew. */
export class HnswBuilder {
  readonly #index: hnswlib.HierarchicalNSW
  readonly #dimension: number
  #capacity = 1024

  constructor(dimension: number, settings: HnswSettings) {
    this.#dimension = dimension
    this.#index = new hnswlib.HierarchicalNSW('ip', dimension)
    this.#index.initIndex({ maxElements: this.#capacity, m: settings.m, efConstruction: settings.efConstruction })
  }

  add(vector: Float32Array, label: number): void {
    const point = checkedPoint(vector, this.#dimension)
    if (this.#index.getCurrentCount() === this.#capacity) {
      this.#capacity *= 2
      this.#index.resizeIndex(this.#capacity)
    }
    this.#index.addPoint(point, checkedLabel(label))
  }

  get count(): number {
    return this.#index.getCurrentCount()
  }

  /** Reports what the library does not: a disk that took nothing. The caller still verifies by reading back. */
  save(file: string): void {
    this.#index.writeIndexSync(file)
    if (statSync(file).size === 0) throw new CorruptStore(`${file} could not be written: is the disk full?`)
  }
}

/** A saved graph, read only. */
export class HnswGraph implements NearestIndex {
  readonly #index: hnswlib.HierarchicalNSW
  readonly #dimension: number
  readonly #ef: number
  readonly count: number

  private constructor(index: hnswlib.HierarchicalNSW, dimension: number, ef: number) {
    this.#index = index
    this.#dimension = dimension
    this.#ef = ef
    this.count = index.getCurrentCount()
  }

  /** `expected` comes from the manifest: the file itself does not know its dimension's name nor its ef. */
  static async load(
    file: string,
    expected: { dimension: number; count: number; ef: number; bytes: number },
  ): Promise<HnswGraph> {
    const { size } = statSync(file, { throwIfNoEntry: false }) ?? { size: -1 }
    // The native reader may crash on a short file, so its length is checked first.
    if (size !== expected.bytes)
      throw new CorruptStore(`${file} has ${size} bytes, its manifest says ${expected.bytes}`)
    const index = new hnswlib.HierarchicalNSW('ip', expected.dimension)
    // An empty graph is read back with no capacity and cannot be searched; `nearest` never touches it.
    if (expected.count > 0) {
      await index.readIndex(file)
      if (index.getCurrentCount() !== expected.count) {
        throw new CorruptStore(`${file} holds ${index.getCurrentCount()} vectors, its manifest says ${expected.count}`)
      }
    } else {
      index.initIndex(1)
    }
    return new HnswGraph(index, expected.dimension, expected.ef)
  }

  nearest(vector: Float32Array, k: number): Neighbour[] {
    const wanted = Math.min(Math.floor(k), this.count)
    if (!(wanted >= 1)) return []
    const point = checkedPoint(vector, this.#dimension)
    this.#index.setEf(Math.max(this.#ef, wanted))
    return toNeighbours(this.#index.searchKnn(point, wanted))
  }
}

const blockSize = 4096

/** Exact native search that grows. The native index cannot be resized, so it is a row of blocks, searched one after another. */
export class ExactIndex implements NearestIndex {
  readonly #dimension: number
  readonly #blocks: hnswlib.BruteforceSearch[] = []
  #count = 0

  constructor(dimension: number) {
    this.#dimension = dimension
  }

  get count(): number {
    return this.#count
  }

  add(vector: Float32Array, label: number): void {
    const point = checkedPoint(vector, this.#dimension)
    let block = this.#blocks.at(-1)
    if (block === undefined || this.#count % blockSize === 0) {
      block = new hnswlib.BruteforceSearch('ip', this.#dimension)
      block.initIndex(blockSize)
      this.#blocks.push(block)
    }
    block.addPoint(point, checkedLabel(label))
    this.#count++
  }

  nearest(vector: Float32Array, k: number): Neighbour[] {
    const wanted = Math.min(Math.floor(k), this.count)
    if (!(wanted >= 1)) return []
    const point = checkedPoint(vector, this.#dimension)
    return this.#blocks
      .flatMap((block) => toNeighbours(block.searchKnn(point, Math.min(wanted, block.getCurrentCount()))))
      .sort((one, other) => other.cosine - one.cosine)
      .slice(0, wanted)
  }
}

/** Four sums at a time: a single running sum would wait for each addition. */
export function dot(left: Float32Array, right: Float32Array, rightOffset = 0): number {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  const whole = left.length & ~3
  for (let i = 0; i < whole; i += 4) {
    const at = rightOffset + i
    a += left[i] * right[at]
    b += left[i + 1] * right[at + 1]
    c += left[i + 2] * right[at + 2]
    d += left[i + 3] * right[at + 3]
  }
  for (let i = whole; i < left.length; i++) a += left[i] * right[rightOffset + i]
  return a + b + c + d
}
