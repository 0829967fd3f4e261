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

/** What depends on the collection but not on the document: two constants of the denominator. */
export interface LengthNorm {
  readonly base: number
  readonly perToken: number
}

export const lengthNorm = (statistics: CorpusStatistics): LengthNorm => ({
  base: k1 * (1 - b),
  perToken: (k1 * b) / averageLength(statistics),
})

/** What a term gives at most, to a document that repeats it without end: its idf, times its occurrences in the query. */
export const ceilingOf = (termIdf: number, occurrences: number): number => termIdf * occurrences * (k1 + 1)

/** One term's share of a document's score. */
export const termScore = (ceiling: number, weightedTf: number, length: number, norm: LengthNorm): number =>
  (ceiling * weightedTf) / (weightedTf + norm.base + norm.perToken * length)
