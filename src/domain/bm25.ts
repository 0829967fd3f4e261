/**
 * BM25 with the parameters and the floor of SQLite's FTS5, so that FTS5 can be the oracle of our own index:
 * tf is weighted by field (title 2, abstract 1), length is the number of tokens of both fields, unweighted.
 * Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009).
 */
export const k1 = 1.2
export const b = 0.75
export const titleWeight = 2

export interface CorpusStatistics {
  readonly documents: number
  readonly tokens: number
}

export function idf(documents: number, documentFrequency: number): number {
  const value = Math.log((documents - documentFrequency + 0.5) / (documentFrequency + 0.5))
  return value > 0 ? value : 1e-6
}

export const averageLength = (statistics: CorpusStatistics): number =>
  statistics.documents === 0 ? 1 : Math.max(1, statistics.tokens / statistics.documents)

/** One term's share of a document's score; `weight` is its idf times its occurrences in the query. */
export const termScore = (weight: number, weightedTf: number, length: number, avgLength: number): number =>
  (weight * weightedTf * (k1 + 1)) / (weightedTf + k1 * (1 - b + (b * length) / avgLength))

/** What no document can exceed: every term, repeated without end. The scale on which BM25 becomes absolute. */
export const idealScore = (weights: readonly number[]): number =>
  weights.reduce((sum, weight) => sum + weight * (k1 + 1), 0)
