import type { DocumentKey } from './document.ts'
import type { Instant } from './instant.ts'

export type Tier = 'static' | 'fresh' | 'live'

/** A document that may be an answer, with both raw scores exact, whichever ranker brought it. */
export interface Candidate {
  readonly key: DocumentKey
  readonly tier: Tier
  readonly announced: Instant | null
  /** In [-1, 1]; null when the document or the query has no vector. */
  readonly cosine: number | null
  /** 0 or more. */
  readonly bm25: number
}

export interface TermEvidence {
  readonly term: string
  /** BM25 that the term gives at most, with its occurrences in the query. */
  readonly ceiling: number
  /** Documents that hold the term, in static and fresh together. */
  readonly documents: number
  /** Of these, how many fall in each age bin. */
  readonly ages: readonly number[]
}

/** Upper bounds, in days of age, of the bins in which dates are counted; the last bin is open. */
export const ageBins = [7, 30, 90, 180, 365] as const

/** What static and fresh had to say to a query, before anything was decided. */
export interface Evidence {
  readonly candidates: readonly Candidate[]
  /** Observed maxima over static and fresh: the scale of the convex combination. */
  readonly best: { readonly cosine: number; readonly bm25: number }
  /** The sum of the terms' ceilings: BM25 of an impossible document that repeats every term without end. */
  readonly idealBm25: number
  readonly terms: readonly TermEvidence[]
  /** Documents in static and fresh together as of the horizon, whatever the filters. */
  readonly documents: number
  /** The corpus's own date curve: how many documents fall in each age bin (one more than `ageBins`). */
  readonly corpusAges: readonly number[]
  /** Announced in the 7 days before now. */
  readonly lastWeek: number
}
