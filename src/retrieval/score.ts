import type { DocumentKey } from '../domain/document.ts'
import type { Candidate, Evidence } from '../domain/evidence.ts'
import { dayMs, type Instant } from '../domain/instant.ts'
import type { DepthCalibration } from './calibration.ts'
import type { Fused } from './fusion.ts'

/**
 * Two numbers on every candidate, kept apart. Depth R in [0, 1] says how well it matches: a calibrated probability from
 * cosine and BM25 / ideal BM25 alone, hence the same for a document in any tier and beside any others. Freshness
 * H in [0, 1] says how new it is, on the time scale of what matches the query. Their product can lower a hit for age;
 * nothing can raise one that does not match.
 */
export interface Scored {
  readonly candidate: Candidate
  readonly fused: number
  readonly depth: number
  readonly freshness: number
  readonly score: number
}

export interface Ranking {
  readonly scored: readonly Scored[]
  readonly halfLifeDays: number
  /** Depth from which freshness counts. */
  readonly threshold: number
  readonly bestDepth: number
}

export interface Recency {
  /** Probability that recent papers are wanted. */
  readonly pRecent: number
  /** Largest share of its depth that a hit can lose to age. */
  readonly gamma: number
  readonly now: Instant
}

/** Depth of one candidate: a logistic of both scores, made honest by an isotonic map. Without a vector, words alone speak. */
export function depthOf(candidate: Candidate, idealBm25: number, calibration: DepthCalibration): number {
  const lexical = idealBm25 === 0 ? 0 : candidate.bm25 / idealBm25
  const cosine = candidate.cosine ?? calibration.neutralCosine
  const logit = calibration.intercept + calibration.cosine * cosine + calibration.lexical * lexical
  return interpolate(calibration.isotonic, logit)
}

/** Piecewise linear through the knots, flat beyond them; knots rise in both coordinates. */
function interpolate(knots: readonly (readonly [number, number])[], x: number): number {
  let low = 0
  let high = knots.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (knots[middle][0] < x) low = middle + 1
    else high = middle
  }
  if (low === 0) return knots[0][1]
  if (low === knots.length) return knots[low - 1][1]
  const [left, below] = knots[low - 1]
  const [right, above] = knots[low]
  return below + ((above - below) * (x - left)) / (right - left)
}

/** Prior of the age rate, Gamma(2, 120 days), and the bounds of the half-life. */
const priorShape = 2
const priorDays = 120
const shortestHalfLife = 7
const longestHalfLife = 180
const halfLifeSample = 50

/** Half-life in days from the ages of the documents that match well: the posterior mode of an exponential's rate. */
export function halfLifeOf(agesDays: readonly number[]): number {
  const total = agesDays.reduce((sum, age) => sum + age, 0)
  const rate = (agesDays.length + priorShape - 1) / (priorDays + total)
  return Math.min(longestHalfLife, Math.max(shortestHalfLife, Math.LN2 / rate))
}

/** Age in days; a date in the future counts as now. */
export const ageDays = (announced: Instant, now: Instant): number => Math.max(0, now - announced) / dayMs

export interface DepthOf {
  readonly candidate: Candidate
  readonly fused: number
  readonly depth: number
}

/** Depth order; ties go to the fused score, then to the newer key, so that the order is total. */
export const byDepth = (one: DepthOf, other: DepthOf): number =>
  other.depth - one.depth || other.fused - one.fused || other.candidate.key - one.candidate.key

export function measureDepth(evidence: Evidence, fused: Fused, calibration: DepthCalibration): DepthOf[] {
  return unique(evidence.candidates)
    .map((candidate) => ({
      candidate,
      fused: fused.get(candidate.key) ?? 0,
      depth: depthOf(candidate, evidence.idealBm25, calibration),
    }))
    .sort(byDepth)
}

/** The same document offered twice counts once. */
function unique(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<DocumentKey>()
  return candidates.filter((one) => !seen.has(one.key) && seen.add(one.key))
}

/** `deep` is in depth order. `threshold` is max(tau of the calibration, half the best depth). */
export function rank(deep: readonly DepthOf[], abstainBelow: number, { pRecent, gamma, now }: Recency): Ranking {
  const bestDepth = deep[0]?.depth ?? 0
  const threshold = Math.max(abstainBelow, 0.5 * bestDepth)
  const matching = deep.filter((one) => one.depth >= threshold).slice(0, halfLifeSample)
  const ages = matching.flatMap(({ candidate }) =>
    candidate.announced === null ? [] : [ageDays(candidate.announced, now)],
  )
  const halfLifeDays = halfLifeOf(ages)
  const fresh = (announced: Instant) => 2 ** (-ageDays(announced, now) / halfLifeDays)
  const unknownAge = median(
    matching.flatMap(({ candidate }) => (candidate.announced === null ? [] : [fresh(candidate.announced)])),
  )
  // Only what is above the threshold may change places; the rest follow in depth order and are never dropped.
  const movable: Scored[] = []
  const rest: Scored[] = []
  for (const { candidate, fused, depth } of deep) {
    const freshness = candidate.announced === null ? unknownAge : fresh(candidate.announced)
    if (depth < threshold) rest.push({ candidate, fused, depth, freshness, score: depth })
    else movable.push({ candidate, fused, depth, freshness, score: depth * (1 - gamma * pRecent * (1 - freshness)) })
  }
  movable.sort((one, other) => other.score - one.score || byDepth(one, other))
  return { scored: [...movable, ...rest], halfLifeDays, threshold, bestDepth }
}

function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
