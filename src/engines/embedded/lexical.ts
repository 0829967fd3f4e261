import { type LengthNorm, termScore } from '../../domain/bm25.ts'
import { type PostingList, type Postings, seek, tfAt } from './postings.ts'

export interface WeightedTerm {
  /** What the term gives at most: its idf, times its occurrences in the query, times k1 + 1. */
  readonly ceiling: number
  readonly list: PostingList
}

/** Weightiest first: both ways of scoring add in this order, so that they agree to the last bit. */
export const byCeiling = (one: WeightedTerm, other: WeightedTerm): number => other.ceiling - one.ceiling

/** BM25 of one document, whatever its rank. `terms` are in order of ceiling. */
export function scoreAt(terms: readonly WeightedTerm[], ordinal: number, length: number, norm: LengthNorm): number {
  let sum = 0
  for (const { ceiling, list } of terms) {
    const tf = tfAt(list, ordinal)
    if (tf > 0) sum += termScore(ceiling, tf, length, norm)
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
 * Ranks by BM25, term at a time over an accumulator array. Terms are taken from the weightiest on; once the terms that
 * are left cannot lift a new document into the top k, they only complete documents already seen that still could get
 * there (MaxScore, Turtle and Flood 1995). The ranking is the same as without the shortcut; tests hold it to that.
 */
export class LexicalRanker {
  #scores = new Float64Array(0)
  #touched = new Uint32Array(0)
  #highest = 0

  /** `terms` are in order of ceiling. */
  top(terms: readonly WeightedTerm[], postings: Postings, norm: LengthNorm, scope: Scope, k: number): Scored[] {
    if (k < 1 || scope.high <= scope.low) return []
    if (this.#scores.length < postings.count) {
      this.#scores = new Float64Array(postings.count * 2)
      this.#touched = new Uint32Array(postings.count * 2)
    }
    this.#highest = 0
    let rest = terms.reduce((sum, { ceiling }) => sum + ceiling, 0)
    let touched = 0
    let next = 0
    // The k-th best score so far; it can only rise, so an old one is a safe bound.
    let kth = 0
    // Collect: any document may still enter.
    for (; next < terms.length; next++) {
      // The k-th best is seldom more than half of the best: looking for it any sooner costs more than it saves.
      if (touched > k && rest < this.#highest / 2) {
        kth = this.#kth(touched, k)
        if (rest < kth) break
      }
      touched = this.#collect(terms[next], postings.lengths, norm, scope, touched)
      rest -= terms[next].ceiling
    }
    // Complete: only documents seen so far, and fewer with every term as the bound closes in.
    let alive = touched
    for (; next < terms.length; next++) {
      alive = this.#survivors(alive, kth - rest - slack)
      this.#complete(terms[next], postings.lengths, norm, scope, alive)
      rest -= terms[next].ceiling
      if (alive > 4 * k) kth = Math.max(kth, this.#kth(alive, k))
    }
    const best = this.#take(alive, kth - slack, k)
    for (let i = 0; i < touched; i++) this.#scores[this.#touched[i]] = 0
    return best
  }

  #collect(
    { ceiling, list }: WeightedTerm,
    lengths: Uint32Array,
    norm: LengthNorm,
    scope: Scope,
    seen: number,
  ): number {
    const scores = this.#scores
    const order = this.#touched
    const { ordinals, tfs } = list
    const { allowed } = scope
    const { base, perToken } = norm
    const start = scope.low === 0 ? list.start : seek(ordinals, scope.low, list.start, list.end)
    const end = seek(ordinals, scope.high, start, list.end)
    let touched = seen
    let highest = this.#highest
    for (let at = start; at < end; at++) {
      const ordinal = ordinals[at]
      if (allowed !== null && allowed[ordinal] === 0) continue
      const before = scores[ordinal]
      if (before === 0) order[touched++] = ordinal
      const tf = tfs[at]
      const score = before + (ceiling * tf) / (tf + base + perToken * lengths[ordinal])
      scores[ordinal] = score
      if (score > highest) highest = score
    }
    this.#highest = highest
    return touched
  }

  /** Moves those that can still reach `floor` to the front of the touched; returns how many they are. */
  #survivors(alive: number, floor: number): number {
    const scores = this.#scores
    const order = this.#touched
    let kept = 0
    for (let i = 0; i < alive; i++) {
      const ordinal = order[i]
      if (scores[ordinal] < floor) continue
      order[i] = order[kept]
      order[kept++] = ordinal
    }
    return kept
  }

  /** Few documents are looked up in the list one by one; for many it is quicker to read the list from end to end. */
  #complete(
    { ceiling, list }: WeightedTerm,
    lengths: Uint32Array,
    norm: LengthNorm,
    scope: Scope,
    alive: number,
  ): void {
    const scores = this.#scores
    if (alive * lookUpCost < list.end - list.start) {
      for (let i = 0; i < alive; i++) {
        const ordinal = this.#touched[i]
        const tf = tfAt(list, ordinal)
        if (tf > 0) scores[ordinal] += termScore(ceiling, tf, lengths[ordinal], norm)
      }
      return
    }
    const { ordinals, tfs } = list
    const start = scope.low === 0 ? list.start : seek(ordinals, scope.low, list.start, list.end)
    const end = seek(ordinals, scope.high, start, list.end)
    for (let at = start; at < end; at++) {
      const ordinal = ordinals[at]
      if (scores[ordinal] > 0) scores[ordinal] += termScore(ceiling, tfs[at], lengths[ordinal], norm)
    }
  }

  /** The k-th best score so far; `touched` is more than k. */
  #kth(touched: number, k: number): number {
    const scores = this.#scores
    const order = this.#touched
    const heap = new Float64Array(k)
    for (let i = 0; i < k; i++) siftUp(heap, i, scores[order[i]])
    for (let i = k; i < touched; i++) {
      const score = scores[order[i]]
      if (score > heap[0]) siftDown(heap, k, score)
    }
    return heap[0]
  }

  #take(alive: number, floor: number, k: number): Scored[] {
    const best: Scored[] = []
    for (let i = 0; i < alive; i++) {
      const ordinal = this.#touched[i]
      const score = this.#scores[ordinal]
      if (score >= floor) best.push({ ordinal, score })
    }
    return best.sort((one, other) => other.score - one.score || one.ordinal - other.ordinal).slice(0, k)
  }
}

/** Room for rounding where a bound is compared with a sum that was added in another order. */
const slack = 1e-9

/** A binary search in a list costs as much as this many postings read in a row (measured at 54k documents). */
export const lookUpCost = 30

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
