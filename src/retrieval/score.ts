import type { DocumentKey } from '../domain/document.ts'
import type { Candidate, Evidence } from '../domain/evidence.ts'
import { dayMs, type Instant } from '../domain/instant.ts'
import type { Gate } from '../domain/route.ts'
import type { DepthCalibration, FreshnessWeights } from './calibration.ts'
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

/** What is frozen over static and fresh, so that live results neither rescale nor reorder what is shown. */
export interface Scale {
  readonly halfLifeDays: number
  /** Depth from which freshness counts. */
  readonly threshold: number
  readonly bestDepth: number
  /** Freshness of a document without a date: the median of those that match and have one. */
  readonly unknownFreshness: number
}

export interface Ranking extends Scale {
  /** In order. */
  readonly scored: readonly Scored[]
}

export interface Recency {
  /** Probability that recent papers are wanted, as far as it counts. */
  readonly pRecent: number
  /** Largest share of its depth that a hit can lose to age. */
  readonly gamma: number
  /** Freshness halves in this share of the time in which the matches do. */
  readonly halfLifeShare: number
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

/** How far age counts in a ranking: what the gate thinks of it above the floor, and a reader's own wish as it is. */
export function recencyOf(
  { pRecent, decidedBy }: Gate,
  { floor, ...weights }: FreshnessWeights,
  now: Instant,
): Recency {
  const counted = decidedBy === 'gate' ? aboveFloor(pRecent, floor) : pRecent
  return { pRecent: counted, ...weights, now }
}

/** Most losses for age are where it is probably not wanted, and most gains where it is. */
export const aboveFloor = (pRecent: number, floor: number): number => Math.max(0, (pRecent - floor) / (1 - floor))

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
export function unique(candidates: readonly Candidate[]): Candidate[] {
  const seen = new Set<DocumentKey>()
  return candidates.filter((one) => !seen.has(one.key) && seen.add(one.key))
}

/** max(tau of the calibration, half the best depth); `deep` is in depth order. */
export const thresholdOf = (deep: readonly DepthOf[], abstainBelow: number): number =>
  Math.max(abstainBelow, 0.5 * (deep[0]?.depth ?? 0))

export function rank(deep: readonly DepthOf[], abstainBelow: number, recency: Recency): Ranking {
  const threshold = thresholdOf(deep, abstainBelow)
  const dates = deep
    .filter((one) => one.depth >= threshold)
    .slice(0, halfLifeSample)
    .flatMap(({ candidate }) => candidate.announced ?? [])
  const ownHalfLife = halfLifeOf(dates.map((announced) => ageDays(announced, recency.now)))
  const halfLifeDays = Math.max(shortestHalfLife, ownHalfLife * recency.halfLifeShare)
  const unknownFreshness = median(dates.map((announced) => freshnessOf(announced, halfLifeDays, recency.now)))
  const scale = { halfLifeDays, threshold, bestDepth: deep[0]?.depth ?? 0, unknownFreshness }
  return { ...scale, scored: place(deep, scale, recency) }
}

const freshnessOf = (announced: Instant, halfLifeDays: number, now: Instant): number =>
  2 ** (-ageDays(announced, now) / halfLifeDays)

/** Scored on a given scale, in order. */
export function place(deep: readonly DepthOf[], scale: Scale, { pRecent, gamma, now }: Recency): Scored[] {
  return deep
    .map(({ candidate, fused, depth }): Scored => {
      const { announced } = candidate
      const freshness = announced === null ? scale.unknownFreshness : freshnessOf(announced, scale.halfLifeDays, now)
      const kept = depth < scale.threshold ? 1 : 1 - gamma * pRecent * (1 - freshness)
      return { candidate, fused, depth, freshness, score: depth * kept }
    })
    .sort(inOrderOf(scale))
}

/** Only what is above the threshold may change places; the rest follow in depth order and are never dropped. */
export const inOrderOf =
  ({ threshold }: Scale) =>
  (one: Scored, other: Scored): number =>
    Number(other.depth >= threshold) - Number(one.depth >= threshold) ||
    (one.depth >= threshold ? other.score - one.score : 0) ||
    byDepth(one, other)

function median(values: readonly number[]): number {
  if (values.length === 0) return 0
  const sorted = [...values].sort((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
