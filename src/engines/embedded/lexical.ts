import { averageLength, b, type CorpusStatistics, k1, termScore, titleWeight } from '../../domain/bm25.ts'
import type { DocumentRecord } from '../../domain/document.ts'
import { termsOf, wordsOf } from '../../domain/terms.ts'

/**
 * Inverted lists over ordinals (positions in one tier). Fields to filter by are terms too, told apart by a first
 * character that no word has, so that one structure serves ranking, statistics and filters.
 */
export interface PostingList {
  /** Rising. */
  readonly ordinals: Uint32Array
  /** Weighted by field: title 2, abstract 1; at most 255. */
  readonly tfs: Uint8Array
  readonly start: number
  readonly end: number
}

export interface Postings {
  list(term: string): PostingList | null
  /** Tokens of title and abstract, by ordinal. */
  readonly lengths: Uint32Array
  readonly count: number
}

const mark = '\u0001'
export const categoryTerm = (category: string): string => `${mark}c${category.toLowerCase()}`
export const sourceTerm = (source: string): string => `${mark}s${source}`
export const kindTerm = (kind: string): string => `${mark}k${kind}`
export const authorTerm = (word: string): string => `${mark}a${word}`

export interface Analysed {
  readonly tfs: ReadonlyMap<string, number>
  readonly length: number
}

/** A document as the index sees it. */
export function analyse(document: DocumentRecord): Analysed {
  const tfs = new Map<string, number>()
  const add = (term: string, weight: number) => tfs.set(term, Math.min(255, (tfs.get(term) ?? 0) + weight))
  const title = termsOf(document.title)
  const abstract = termsOf(document.abstract)
  for (const term of title) add(term, titleWeight)
  for (const term of abstract) add(term, 1)
  for (const category of document.categories) {
    tfs.set(categoryTerm(category), 1)
    // `cs` finds every `cs.*`.
    tfs.set(categoryTerm(category.split('.')[0]), 1)
  }
  tfs.set(sourceTerm(document.source), 1)
  tfs.set(kindTerm(document.kind), 1)
  for (const word of wordsOf(document.authors.join(' '))) tfs.set(authorTerm(word), 1)
  return { tfs, length: title.length + abstract.length }
}

/** First position in [start, end) whose ordinal is at least `ordinal`. */
export function seek(ordinals: Uint32Array, ordinal: number, start: number, end: number): number {
  let low = start
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ordinals[middle] < ordinal) low = middle + 1
    else high = middle
  }
  return low
}

/** Weighted tf of a term in a document; 0 where it does not occur. */
export function tfAt(list: PostingList, ordinal: number): number {
  const at = seek(list.ordinals, ordinal, list.start, list.end)
  return at < list.end && list.ordinals[at] === ordinal ? list.tfs[at] : 0
}

export interface WeightedTerm {
  /** idf, times the occurrences in the query. */
  readonly weight: number
  readonly list: PostingList
}

/** BM25 of one document, whatever its rank. */
export function scoreAt(terms: readonly WeightedTerm[], ordinal: number, length: number, avgLength: number): number {
  let sum = 0
  for (const { weight, list } of terms) {
    const tf = tfAt(list, ordinal)
    if (tf > 0) sum += termScore(weight, tf, length, avgLength)
  }
  return sum
}

/** The ordinals of [low, high) that may be answers; `allowed` null lets all of them through. */
export interface Scope {
  readonly low: number
  readonly high: number
  readonly allowed: Uint8Array | null
}

/**
 * Ranks by BM25, term at a time over an accumulator array. Terms are taken from the weightiest on; once the terms that are
 * left cannot lift a new document into the top k, they only complete documents already seen that still could get there
 * (MaxScore, Turtle and Flood 1995). The ranking is the same as without the shortcut; tests hold it to that.
 */
export class LexicalRanker {
  #scores = new Float64Array(0)
  #touched = new Uint32Array(0)

  top(terms: readonly WeightedTerm[], postings: Postings, statistics: CorpusStatistics, scope: Scope, k: number): Scored[] {
    if (k < 1 || scope.high <= scope.low) return []
    if (this.#scores.length < postings.count) {
      this.#scores = new Float64Array(postings.count * 2)
      this.#touched = new Uint32Array(postings.count * 2)
    }
    const ordered = [...terms].sort((one, other) => other.weight - one.weight)
    const ceilings = ordered.map(({ weight }) => weight * (k1 + 1))
    let rest = ceilings.reduce((sum, ceiling) => sum + ceiling, 0)
    const avgLength = averageLength(statistics)
    let touched = 0
    let next = 0
    // Collect: any document may still enter.
    for (; next < ordered.length; next++) {
      if (touched > k && rest < this.#kth(touched, k)) break
      touched = this.#collect(ordered[next], postings.lengths, avgLength, scope, touched)
      rest -= ceilings[next]
    }
    // Complete: only documents seen so far, and of them only those that can still reach the top.
    for (; next < ordered.length; next++) {
      const floor = this.#kth(touched, k) - rest - 1e-9
      this.#complete(ordered[next], postings.lengths, avgLength, touched, floor)
      rest -= ceilings[next]
    }
    return this.#take(touched, k)
  }

  #collect({ weight, list }: WeightedTerm, lengths: Uint32Array, avgLength: number, scope: Scope, seen: number): number {
    const scores = this.#scores
    const { ordinals, tfs } = list
    const { allowed } = scope
    const ceiling = weight * (k1 + 1)
    const base = k1 * (1 - b)
    const perToken = (k1 * b) / avgLength
    const start = scope.low === 0 ? list.start : seek(ordinals, scope.low, list.start, list.end)
    const end = seek(ordinals, scope.high, start, list.end)
    let touched = seen
    for (let at = start; at < end; at++) {
      const ordinal = ordinals[at]
      if (allowed !== null && allowed[ordinal] === 0) continue
      const tf = tfs[at]
      if (scores[ordinal] === 0) this.#touched[touched++] = ordinal
      scores[ordinal] += (ceiling * tf) / (tf + base + perToken * lengths[ordinal])
    }
    return touched
  }

  #complete({ weight, list }: WeightedTerm, lengths: Uint32Array, avgLength: number, touched: number, floor: number): void {
    for (let i = 0; i < touched; i++) {
      const ordinal = this.#touched[i]
      if (this.#scores[ordinal] < floor) continue
      const tf = tfAt(list, ordinal)
      if (tf > 0) this.#scores[ordinal] += termScore(weight, tf, lengths[ordinal], avgLength)
    }
  }

  /** The k-th best score so far, 0 when fewer are touched. */
  #kth(touched: number, k: number): number {
    if (touched < k) return 0
    const heap = new Float64Array(k)
    let size = 0
    for (let i = 0; i < touched; i++) {
      const score = this.#scores[this.#touched[i]]
      if (size < k) siftUp(heap, size++, score)
      else if (score > heap[0]) siftDown(heap, size, score)
    }
    return heap[0]
  }

  #take(touched: number, k: number): Scored[] {
    const floor = this.#kth(touched, k)
    const best: Scored[] = []
    for (let i = 0; i < touched; i++) {
      const ordinal = this.#touched[i]
      if (this.#scores[ordinal] >= floor) best.push({ ordinal, score: this.#scores[ordinal] })
      this.#scores[ordinal] = 0
    }
    return best.sort((one, other) => other.score - one.score || one.ordinal - other.ordinal).slice(0, k)
  }
}

export interface Scored {
  readonly ordinal: number
  readonly score: number
}

/** Two halves of a min-heap of fixed size, on a plain array: this is the inner loop of every query. */
function siftUp(heap: Float64Array, at: number, value: number): void {
  let child = at
  while (child > 0) {
    const parent = (child - 1) >> 1
    if (heap[parent] <= value) break
    heap[child] = heap[parent]
    child = parent
  }
  heap[child] = value
}

function siftDown(heap: Float64Array, size: number, value: number): void {
  let parent = 0
  for (;;) {
    let child = 2 * parent + 1
    if (child >= size) break
    if (child + 1 < size && heap[child + 1] < heap[child]) child++
    if (heap[child] >= value) break
    heap[parent] = heap[child]
    parent = child
  }
  heap[parent] = value
}
