import type { DocumentKey, Seq, StoredDocument } from '../../domain/document.ts'
import type { Instant } from '../../domain/instant.ts'
import { type Growing, growingFloat32, growingFloat64, growingUint8, growingUint32 } from './growing.ts'
import { analyse, type PostingList } from './postings.ts'
import type { IndexedTier } from './tier.ts'
import { dot, ExactIndex } from './vectors.ts'

/**
 * Everything that changed since the generation was cut, in memory, in order of change. Only ever appended to: a
 * snapshot is a prefix of it, so readers need no lock and a cursor can pin an earlier one.
 */
export interface FreshTier extends IndexedTier {
  readonly name: 'fresh'
  /** Ordinals of changes up to and including `mark`. */
  highAt(mark: Seq): number
  add(document: StoredDocument, vector: Float32Array | null): void
  /** Marks an earlier text of the document as replaced or removed by change `seq`. */
  kill(key: DocumentKey, seq: Seq): void
}

export function freshTier(dimension: number): FreshTier {
  const keys = growingUint32()
  const seqs = growingFloat64()
  const announced = growingFloat64()
  const lengths = growingUint32()
  const hasVector = growingUint8()
  const vectors = growingFloat32(dimension * 16)
  const lists = new Map<string, { ordinals: Growing<Uint32Array>; tfs: Growing<Uint8Array> }>()
  const latest = new Map<DocumentKey, number>()
  /** One more than the ordinal that the same document had before; 0 where it had none. */
  const earlier = growingUint32()
  const killed = new Map<number, Seq>()
  const exact = new ExactIndex(dimension)
  const noVector = new Float32Array(dimension)

  const list = (term: string): PostingList | null => {
    const found = lists.get(term)
    return found
      ? { ordinals: found.ordinals.view(), tfs: found.tfs.view(), start: 0, end: found.ordinals.length }
      : null
  }
  // Undated documents have always been there, as in the static tier.
  const announcedIn = (ordinal: number, after: Instant | null, upTo: Instant) => {
    const at = announced.at(ordinal)
    return Number.isNaN(at) ? after === null : at <= upTo && (after === null || at > after)
  }

  return {
    name: 'fresh',
    postings: {
      list,
      get lengths() {
        return lengths.view()
      },
      get count() {
        return keys.length
      },
    },
    keyAt: (ordinal) => keys.at(ordinal) as DocumentKey,
    ordinalOf(key, high) {
      let ordinal = latest.get(key) ?? -1
      while (ordinal >= high) ordinal = earlier.at(ordinal) - 1
      return ordinal
    },
    announcedAt: (ordinal) => (Number.isNaN(announced.at(ordinal)) ? null : (announced.at(ordinal) as Instant)),
    *deadAt(mark) {
      for (const [ordinal, seq] of killed) if (seq <= mark) yield ordinal
    },
    highAt(mark) {
      let high = keys.length
      while (high > 0 && seqs.at(high - 1) > mark) high--
      return high
    },
    add(document, vector) {
      const ordinal = keys.length
      const { tfs, length } = analyse(document)
      keys.push(document.key)
      seqs.push(document.seq)
      announced.push(document.announced ?? Number.NaN)
      lengths.push(length)
      hasVector.push(vector ? 1 : 0)
      vectors.append(vector ?? noVector)
      if (vector) exact.add(vector, ordinal)
      for (const [term, tf] of tfs) {
        let found = lists.get(term)
        if (!found) {
          found = { ordinals: growingUint32(2), tfs: growingUint8(2) }
          lists.set(term, found)
        }
        found.ordinals.push(ordinal)
        found.tfs.push(tf)
      }
      earlier.push((latest.get(document.key) ?? -1) + 1)
      latest.set(document.key, ordinal)
    },
    kill(key, seq) {
      const ordinal = latest.get(key)
      if (ordinal !== undefined && !killed.has(ordinal)) killed.set(ordinal, seq)
    },
    cosineAt: (ordinal, vector) =>
      hasVector.at(ordinal) === 1 ? dot(vector, vectors.view(), ordinal * dimension) : null,
    nearest: (vector, k) => exact.nearest(vector, k),
    dateRange: () => null,
    statistics(upTo, high) {
      let documents = 0
      let tokens = 0
      for (let ordinal = 0; ordinal < high; ordinal++) {
        if (!announcedIn(ordinal, null, upTo)) continue
        documents++
        tokens += lengths.at(ordinal)
      }
      return { documents, tokens }
    },
    frequency(term, after, upTo, high) {
      const found = list(term)
      let documents = 0
      for (let at = 0; found && at < found.end && found.ordinals[at] < high; at++) {
        if (announcedIn(found.ordinals[at], after, upTo)) documents++
      }
      return documents
    },
    announcedBetween(after, upTo, high) {
      let documents = 0
      for (let ordinal = 0; ordinal < high; ordinal++) if (announcedIn(ordinal, after, upTo)) documents++
      return documents
    },
  }
}
