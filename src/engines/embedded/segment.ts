import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DocumentKey, Seq } from '../../domain/document.ts'
import { CorruptStore } from '../../domain/errors.ts'
import type { Manifest } from '../../domain/generation.ts'
import type { Instant } from '../../domain/instant.ts'
import { type PostingList, seek } from './postings.ts'
import type { IndexedTier } from './tier.ts'
import { dot, HnswGraph } from './vectors.ts'

/**
 * The files of a sealed generation. Ordinals run in order of announcement (undated documents first), so everything
 * announced by a day is a prefix, of the documents and of every posting list: statistics as of any day are a binary
 * search. Numbers are little-endian.
 *
 *   keys.u32       document key by ordinal
 *   announced.f64  instant by ordinal, NaN where unknown
 *   lengths.u32    tokens by ordinal
 *   vectors.f32    unit vectors by ordinal, zeros where there is none
 *   graph.hnsw     hnswlib graph, labels are ordinals
 *   terms.json     terms in rising order
 *   offsets.u32    start of each term's list, one more than there are terms
 *   ordinals.u32   the lists, one after another
 *   tfs.u8         weighted tf beside each ordinal
 */
export const segmentFiles = [
  'keys.u32',
  'announced.f64',
  'lengths.u32',
  'vectors.f32',
  'graph.hnsw',
  'terms.json',
  'offsets.u32',
  'ordinals.u32',
  'tfs.u8',
] as const
export type SegmentFile = (typeof segmentFiles)[number]
export const manifestFile = 'manifest.json'

export interface Segment extends IndexedTier {
  readonly name: 'static'
  readonly manifest: Manifest
  vectorAt(ordinal: number): Float32Array | null
  /** Takes a document out because change `seq` replaced or removed it. */
  kill(key: DocumentKey, seq: Seq): void
}

export async function loadManifest(folder: string): Promise<Manifest> {
  let manifest: Manifest
  try {
    manifest = JSON.parse(await readFile(join(folder, manifestFile), 'utf8'))
  } catch (cause) {
    throw new CorruptStore(`${folder} has no readable manifest`, { cause })
  }
  if (manifest?.format !== 1) throw new CorruptStore(`${folder} is of format ${manifest?.format}, this Freshet reads 1`)
  if (!manifest.files) throw new CorruptStore(`${folder} has a manifest that names no files`)
  return manifest
}

/** Reads a generation into memory. Lengths are checked here; checksums by verification and `doctor`. */
export async function loadSegment(folder: string): Promise<Segment> {
  const manifest = await loadManifest(folder)
  const read = async (file: SegmentFile): Promise<ArrayBuffer> => {
    const expected = manifest.files[file]?.bytes
    const bytes = await readFile(join(folder, file)).catch((cause) => {
      throw new CorruptStore(`${join(folder, file)} cannot be read`, { cause })
    })
    if (bytes.byteLength !== expected) {
      throw new CorruptStore(`${join(folder, file)} has ${bytes.byteLength} bytes, its manifest says ${expected}`)
    }
    // Small files come out of a shared pool at any offset; typed arrays want their own aligned buffer.
    return bytes.byteOffset === 0 && bytes.buffer.byteLength === bytes.byteLength && bytes.buffer instanceof ArrayBuffer
      ? bytes.buffer
      : Uint8Array.from(bytes).buffer
  }
  const keys = new Uint32Array(await read('keys.u32'))
  const announced = new Float64Array(await read('announced.f64'))
  const lengths = new Uint32Array(await read('lengths.u32'))
  const vectors = new Float32Array(await read('vectors.f32'))
  const offsets = new Uint32Array(await read('offsets.u32'))
  const ordinals = new Uint32Array(await read('ordinals.u32'))
  const tfs = new Uint8Array(await read('tfs.u8'))
  const terms = readTerms(await read('terms.json'), folder)
  const graph = await HnswGraph.load(join(folder, 'graph.hnsw'), {
    dimension: manifest.dimension,
    count: manifest.vectors,
    ef: manifest.hnsw.ef,
    bytes: manifest.files['graph.hnsw']?.bytes ?? 0,
  })
  const data = { keys, announced, lengths, vectors, terms, offsets, ordinals, tfs }
  if (!fits(manifest, data)) throw new CorruptStore(`${folder} holds files that are not of the size its manifest says`)
  return segmentOf(manifest, graph, data)
}

function readTerms(bytes: ArrayBuffer, folder: string): string[] {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch (cause) {
    throw new CorruptStore(`${join(folder, 'terms.json')} cannot be read`, { cause })
  }
}

/** A manifest of another dimension would read vectors from the wrong places without an error. */
const fits = ({ documents, dimension }: Manifest, data: SegmentData): boolean =>
  [data.keys, data.announced, data.lengths].every((row) => row.length === documents) &&
  data.vectors.length === documents * dimension &&
  data.offsets.length === data.terms.length + 1 &&
  data.offsets[data.terms.length] === data.ordinals.length &&
  data.tfs.length === data.ordinals.length

interface SegmentData {
  readonly keys: Uint32Array
  readonly announced: Float64Array
  readonly lengths: Uint32Array
  readonly vectors: Float32Array
  readonly terms: readonly string[]
  readonly offsets: Uint32Array
  readonly ordinals: Uint32Array
  readonly tfs: Uint8Array
}

function segmentOf(manifest: Manifest, graph: HnswGraph, data: SegmentData): Segment {
  const { keys, announced, lengths, vectors, terms, offsets, ordinals, tfs } = data
  const count = keys.length
  const ordinalByKey = new Map<number, number>()
  for (let ordinal = 0; ordinal < count; ordinal++) ordinalByKey.set(keys[ordinal], ordinal)
  const tokensBefore = new Float64Array(count + 1)
  for (let ordinal = 0; ordinal < count; ordinal++) tokensBefore[ordinal + 1] = tokensBefore[ordinal] + lengths[ordinal]
  const undated = countUndated(announced)
  const killed = new Map<number, Seq>()

  const list = (term: string): PostingList | null => {
    const at = termIndex(terms, term)
    return at < 0 ? null : { ordinals, tfs, start: offsets[at], end: offsets[at + 1] }
  }
  const vectorAt = (ordinal: number): Float32Array | null => {
    const vector = vectors.slice(ordinal * manifest.dimension, (ordinal + 1) * manifest.dimension)
    return vector.some((value) => value !== 0) ? vector : null
  }
  /** Ordinals announced at or before `at`; undated documents have always been there. */
  const countBy = (at: Instant) => firstAfter(announced, at, undated)

  return {
    name: 'static',
    manifest,
    postings: { list, lengths, count },
    keyAt: (ordinal) => keys[ordinal] as DocumentKey,
    ordinalOf(key, high) {
      const ordinal = ordinalByKey.get(key) ?? -1
      return ordinal < high ? ordinal : -1
    },
    announcedAt: (ordinal) => (Number.isNaN(announced[ordinal]) ? null : (announced[ordinal] as Instant)),
    *deadAt(mark) {
      for (const [ordinal, seq] of killed) if (seq <= mark) yield ordinal
    },
    kill(key, seq) {
      const ordinal = ordinalByKey.get(key)
      if (ordinal !== undefined && !killed.has(ordinal)) killed.set(ordinal, seq)
    },
    cosineAt(ordinal, vector) {
      const cosine = dot(vector, vectors, ordinal * manifest.dimension)
      // A document without a vector is stored as zeros; one with a vector may also be at right angles to the query.
      return cosine === 0 && vectorAt(ordinal) === null ? null : cosine
    },
    vectorAt,
    nearest: (vector, k) => graph.nearest(vector, k),
    dateRange: (since, until) => ({
      low: since === null && until === null ? 0 : firstAfter(announced, since === null ? null : since - 1, undated),
      high: until === null ? count : countBy(until),
    }),
    statistics(upTo) {
      const documents = countBy(upTo)
      return { documents, tokens: tokensBefore[documents] }
    },
    frequency(term, after, upTo) {
      const found = list(term)
      if (!found) return 0
      const from = after === null ? found.start : seek(ordinals, countBy(after), found.start, found.end)
      return Math.max(0, seek(ordinals, countBy(upTo), found.start, found.end) - from)
    },
    announcedBetween: (after, upTo) => Math.max(0, countBy(upTo) - (after === null ? 0 : countBy(after))),
  }
}

function countUndated(announced: Float64Array): number {
  let undated = 0
  while (undated < announced.length && Number.isNaN(announced[undated])) undated++
  return undated
}

/** First ordinal from `start` on that was announced after `at`; `start` itself when there is no bound. */
function firstAfter(announced: Float64Array, at: number | null, start: number): number {
  if (at === null) return start
  let low = start
  let high = announced.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (announced[middle] <= at) low = middle + 1
    else high = middle
  }
  return low
}

/** Terms are in order of UTF-16 code units, as JavaScript compares strings. */
function termIndex(terms: readonly string[], term: string): number {
  let low = 0
  let high = terms.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (terms[middle] < term) low = middle + 1
    else high = middle
  }
  return low < terms.length && terms[low] === term ? low : -1
}
