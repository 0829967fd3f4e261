import { mean } from '../measures.ts'
import type { Scores } from '../statistics/paired.ts'

/** One answer, given or withheld by how sure the system is. */
export interface Stake {
  /** The higher, the later it is withheld: the best depth of the answer, say. */
  readonly confidence: number
  /** In [0, 1]: 1 - nDCG@10, say. */
  readonly risk: number
}

export interface RiskCoverage {
  /** Mean risk of the answers that are given, by the share of queries that is answered; one point for each threshold. */
  readonly points: readonly { readonly coverage: number; readonly risk: number; readonly threshold: number }[]
  /** Area under the curve: the mean risk over all coverages 1/n to 1. NaN of nothing. */
  readonly aurc: number
}

/**
 * Abstention as selective prediction (Geifman, Uziel and El-Yaniv 2019). Answers of equal confidence come together: no
 * threshold tells them apart, so in between the area takes them in the mean of all their orders.
 */
export function riskCoverage(stakes: readonly Stake[]): RiskCoverage {
  const sorted = [...stakes].sort((one, other) => other.confidence - one.confidence)
  const points: RiskCoverage['points'][number][] = []
  let lost = 0
  let area = 0
  for (let answered = 0; answered < sorted.length; ) {
    const threshold = sorted[answered].confidence
    const equals = sorted.filter((one) => one.confidence === threshold)
    const each = mean(equals.map((one) => one.risk))
    for (const _ of equals) {
      answered++
      lost += each
      area += lost / answered
    }
    points.push({ coverage: answered / sorted.length, risk: lost / answered, threshold })
  }
  return { points, aurc: area / sorted.length }
}

/** What the oracle, the best route of each query, has beyond the one that was taken. A query missing from a route scores zero there. */
export function regret(taken: Scores, routes: readonly Scores[]): Map<string, number> {
  const queries = new Set([taken, ...routes].flatMap((scores) => [...scores.keys()]))
  return new Map(
    [...queries].map((query) => {
      const best = Math.max(...routes.map((route) => route.get(query) ?? 0))
      return [query, best - (taken.get(query) ?? 0)]
    }),
  )
}
