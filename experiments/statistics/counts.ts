import type { Interval } from '../findings.ts'

/**
 * Two-sided exact p of so many successes: all counts that are no likelier than the one seen. The sign test and the test of
 * an interleaving's wins against losses are this at one half, ties left out.
 */
export function binomialP(successes: number, trials: number, rate = 0.5): number {
  const logs = logProbabilities(trials, rate)
  // Counts as likely as the one seen must count as such, whatever rounding did to them.
  const atMost = logs[successes] + 1e-7
  return Math.min(
    1,
    logs.reduce((sum, log) => (log <= atMost ? sum + Math.exp(log) : sum), 0),
  )
}

/** Of 0 to `trials` successes; rate in (0, 1). */
function logProbabilities(trials: number, rate: number): number[] {
  const logs = [trials * Math.log1p(-rate)]
  for (let k = 1; k <= trials; k++) {
    logs.push(logs[k - 1] + Math.log((trials - k + 1) / k) + Math.log(rate) - Math.log1p(-rate))
  }
  return logs
}

/** What is believed of a rate after useful and useless answers, from a Beta prior. */
export interface RatePosterior {
  readonly alpha: number
  readonly beta: number
  readonly mean: number
  /** Credible: equal tails. */
  readonly interval: Interval
}

export function ratePosterior(
  useful: number,
  useless: number,
  { alpha: before = 1, beta: against = 1, level = 0.95 } = {},
): RatePosterior {
  const alpha = before + useful
  const beta = against + useless
  const at = (share: number) => betaQuantile(share, alpha, beta)
  return {
    alpha,
    beta,
    mean: alpha / (alpha + beta),
    interval: { low: at((1 - level) / 2), high: at((1 + level) / 2), level },
  }
}

/** By halving: the distribution function rises, and forty-odd halvings of [0, 1] are exact enough for any report. */
export function betaQuantile(share: number, alpha: number, beta: number): number {
  let low = 0
  let high = 1
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2
    if (betaCdf(middle, alpha, beta) < share) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The regularised incomplete beta function, by its continued fraction (Lentz's method; DLMF 8.17.22). */
export function betaCdf(x: number, alpha: number, beta: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast only on the lower side; on the upper one its mirror image does.
  return x > (alpha + 1) / (alpha + beta + 2) ? 1 - lowerSide(1 - x, beta, alpha) : lowerSide(x, alpha, beta)
}

function lowerSide(x: number, alpha: number, beta: number): number {
  const front = Math.exp(
    alpha * Math.log(x) + beta * Math.log1p(-x) + logGamma(alpha + beta) - logGamma(alpha) - logGamma(beta),
  )
  return (front / alpha) * continuedFraction(x, alpha, beta)
}

function continuedFraction(x: number, alpha: number, beta: number): number {
  const tiny = 1e-300
  const nonZero = (value: number) => (Math.abs(value) < tiny ? tiny : value)
  let c = 1
  let d = 1 / nonZero(1 - ((alpha + beta) * x) / (alpha + 1))
  let fraction = d
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (beta - m) * x) / ((alpha + 2 * m - 1) * (alpha + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    fraction *= d * c
    const odd = (-(alpha + m) * (alpha + beta + m) * x) / ((alpha + 2 * m) * (alpha + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    const step = d * c
    fraction *= step
    if (Math.abs(step - 1) < 1e-14) break
  }
  return fraction
}

/** Stirling's series after shifting the argument up to where five terms of it suffice. */
function logGamma(x: number): number {
  let shift = 0
  let z = x
  for (; z < 10; z++) shift += Math.log(z)
  const square = 1 / (z * z)
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / z
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift
}
