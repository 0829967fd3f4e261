import type { DocumentKey } from '../domain/document.ts'
import type { Candidate, Evidence } from '../domain/evidence.ts'

export type Fused = ReadonlyMap<DocumentKey, number>

/**
 * Convex combination of scores normalised by their theoretical minimum and observed maximum (Bruch, Gai and Ingber,
 * "An Analysis of Fusion Functions", 2022): comparable across tiers, for the maxima are of both tiers together.
 * A candidate without a vector has only its words.
 */
export function convex(evidence: Evidence, alpha: number): Fused {
  const { best } = evidence
  return scores(evidence.candidates, (one) => {
    // Where the best itself is opposite to the query there is no scale, and nothing near.
    const dense = one.cosine === null || best.cosine <= -1 ? 0 : (one.cosine + 1) / (best.cosine + 1)
    const lexical = best.bm25 === 0 ? 0 : one.bm25 / best.bm25
    return alpha * dense + (1 - alpha) * lexical
  })
}

const rrfConstant = 60

/** Reciprocal-rank fusion (Cormack, Clarke and Buettcher 2009) over one pool: the baseline convex is held against. */
export function reciprocalRank({ candidates }: Evidence): Fused {
  // A document offered twice takes one rank, or it would push back all that follow.
  const pool = [...new Map(candidates.map((one) => [one.key, one])).values()]
  const ranks = (of: (one: Candidate) => number | null) => {
    const ranked = pool.filter((one) => (of(one) ?? 0) !== 0)
    ranked.sort((one, other) => (of(other) ?? 0) - (of(one) ?? 0) || one.key - other.key)
    return new Map(ranked.map((one, i) => [one.key, 1 / (rrfConstant + i + 1)]))
  }
  const dense = ranks((one) => one.cosine)
  const lexical = ranks((one) => one.bm25)
  return scores(pool, (one) => (dense.get(one.key) ?? 0) + (lexical.get(one.key) ?? 0))
}

const scores = (candidates: readonly Candidate[], of: (one: Candidate) => number): Fused =>
  new Map(candidates.map((one) => [one.key, of(one)]))
