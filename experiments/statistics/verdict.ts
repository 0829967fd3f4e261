import normalCdf from '@stdlib/stats-base-dists-normal-cdf'
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import type { Effect, Interval, Outcome, Standing, Verdict } from '../findings.ts'
import { holm } from './holm.ts'
import { unitsNeeded } from './power.ts'

/** What the interval is held against; effects are treatment minus comparator and margins are not negative. */
export type Rule =
  /** Better by the margin: at least +margin. */
  | 'superiority'
  /** Worse by less than the margin: at least -margin. */
  | 'non-inferiority'
  /** The treatment loses more than the margin: below -margin. */
  | 'loss-exceeds'
  /** Neither better nor worse by the margin. */
  | 'equivalence'

export interface Held {
  readonly rule: Rule
  /** A demonstration tests nothing and has no such verdict. */
  readonly standing: Exclude<Standing, 'demonstration'>
  /** Difference of judged@10 between the two arms; null where all is judged. */
  readonly judgedGap: number | null
}

/** Beyond this, what was not judged could make the difference. */
const widestJudgedGap = 0.05
/** A bootstrap of fewer units is too narrow to decide anything. */
export const fewestUnits = 10
const alpha = 0.05

/**
 * The verdict on one primary by itself: decided only where the interval lies wholly on one side of the margin. `pHolm` is
 * its own p against the margin; `applyHolm` corrects it over all that were registered.
 */
export function verdictOf(
  { name, margin }: { readonly name: string; readonly margin: number },
  effect: Effect,
  { rule, standing, judgedGap }: Held,
): Verdict {
  const region = regionOf(rule, margin)
  const position = positionOf(effect.interval, region)
  const doubt = doubtOf(effect, judgedGap)
  const further = doubt ? `. Undecided: ${doubt}` : position === 'undecided' ? unitsToDecide(effect, region) : ''
  return {
    primary: name,
    standing,
    outcome: doubt ? 'undecided' : position,
    says: `${figures(effect)}: ${parts[position]} of the interval is ${hypothesis(rule, margin)}${further}`,
    effect,
    margin,
    pHolm: pAgainst(effect, region),
    judgedGap,
  }
}

/**
 * Corrects over the verdicts that tested something, each primary once: what is not significant after it is undecided.
 * To be called once, with all registered primaries of one standing.
 */
export function applyHolm(verdicts: readonly Verdict[]): Verdict[] {
  const tested = verdicts.flatMap(({ pHolm }) => (pHolm === null ? [] : [pHolm]))
  const corrected = holm(tested)[Symbol.iterator]()
  return verdicts.map((verdict) => {
    if (verdict.pHolm === null) return verdict
    const pHolm = corrected.next().value ?? verdict.pHolm
    if (verdict.outcome === 'undecided' || pHolm <= alpha) return { ...verdict, pHolm }
    const says = `${verdict.says}. Undecided: p ${shown(pHolm)} after Holm's correction over ${tested.length} primaries`
    return { ...verdict, pHolm, outcome: 'undecided', says }
  })
}

/** Where the effect is if the hypothesis holds. */
interface Region {
  readonly from: number
  readonly to: number
}

function regionOf(rule: Rule, margin: number): Region {
  switch (rule) {
    case 'superiority':
      return { from: margin, to: Number.POSITIVE_INFINITY }
    case 'non-inferiority':
      return { from: -margin, to: Number.POSITIVE_INFINITY }
    case 'loss-exceeds':
      return { from: Number.NEGATIVE_INFINITY, to: -margin }
    case 'equivalence':
      return { from: -margin, to: margin }
  }
}

function positionOf({ low, high }: Interval, { from, to }: Region): Outcome {
  if (low > from && high < to) return 'supported'
  return high < from || low > to ? 'refuted' : 'undecided'
}

function doubtOf({ units }: Effect, judgedGap: number | null): string | null {
  // A difference of shares of ten that is .05 on paper may be a hair more in the machine.
  if (judgedGap !== null && Math.abs(judgedGap) > widestJudgedGap + 1e-9)
    return `judged@10 of the two arms differs by ${shown(Math.abs(judgedGap))}, more than ${widestJudgedGap}`
  return units < fewestUnits ? `fewer than ${fewestUnits} units decide nothing` : null
}

/**
 * Two-sided p of the region's edge by inverting the interval: below .05 just where a 95% interval leaves the edge out. Normal,
 * with the interval's own width on the side of the edge, so that what is skewed stays so. Of two edges both must be left
 * out, so the larger p counts; for an effect outside that is the nearer edge.
 */
function pAgainst({ mean, interval }: Effect, { from, to }: Region): number {
  const atLevel = normalQuantile((1 + interval.level) / 2, 0, 1)
  const of = (edge: number): number => {
    const distance = Math.abs(mean - edge)
    const width = Math.max(0, edge < mean ? mean - interval.low : interval.high - mean)
    return distance === 0 ? 1 : 2 * normalCdf((-atLevel * distance) / width, 0, 1)
  }
  return Math.max(...[from, to].filter(Number.isFinite).map(of))
}

const parts: Readonly<Record<Outcome, string>> = { supported: 'all', refuted: 'nothing', undecided: 'only a part' }

function hypothesis(rule: Rule, margin: number): string {
  switch (rule) {
    case 'superiority':
      return `a gain above ${shown(margin)}`
    case 'non-inferiority':
      return `no loss beyond ${shown(margin)}`
    case 'loss-exceeds':
      return `a loss beyond ${shown(margin)}`
    case 'equivalence':
      return `a difference within ${shown(margin)}`
  }
}

function figures({ mean, interval, units, p }: Effect): string {
  const level = `${Math.round(100 * interval.level)}% interval`
  return `${signed(mean)} (${level} ${signed(interval.low)} to ${signed(interval.high)}, ${units} units, p ${shown(p)} of no difference)`
}

function unitsToDecide({ mean, sigma, units }: Effect, { from, to }: Region): string {
  const needed = unitsNeeded(Math.min(Math.abs(mean - from), Math.abs(mean - to)), { sigma })
  return Number.isFinite(needed) && needed > units
    ? `. About ${needed} units would decide it, were the true difference the one seen`
    : ''
}

/** Three decimals, more where they would hide a small p. */
const shown = (value: number): string => (value !== 0 && value < 0.001 ? value.toPrecision(2) : value.toFixed(3))

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
