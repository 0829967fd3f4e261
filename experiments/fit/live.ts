import { handSet } from '../../src/retrieval/hand-set.ts'
import { coverageGap } from '../../src/retrieval/value.ts'
import { fitLogistic, type Prior } from '../logistic.ts'
import { shareOf } from '../replay/live.ts'
import {
  asks,
  chance,
  expectedOf,
  figuresOf,
  kindsOf,
  type LiveGains,
  type Observed,
  type PolicyFigures,
  type PolicyName,
  policyFigures,
} from './policies.ts'
import type { Spans } from './spans.ts'

export interface LiveFit {
  /** What is kept. */
  readonly gains: LiveGains
  readonly fitted: LiveGains
  readonly kept: 'fitted' | 'by hand'
  /** Regret on what trained, each query by gains that have not seen it, and by those set by hand: the lower one is kept. */
  readonly crossValidated: { readonly fitted: number; readonly byHand: number }
  /** On later time, fitted and kept or not. */
  readonly later: Readonly<Record<PolicyName, PolicyFigures>>
}

/** Whether the fit or the hand is kept is settled on early time, before anything is seen of later. */
export function fitLive({ train, calibrate, confirm }: Spans<Observed>, folds: number, seed: number): LiveFit {
  const byHand: LiveGains = handSet.live
  const fitted = scaledOn(calibrate, fitGains(train))
  const crossed = crossFitted(train, folds, seed)
  const regretOf = (gainsFor: (one: Observed) => LiveGains) =>
    figuresOf(train, (one) => chance(asks(one, gainsFor(one)))).regret
  const crossValidated = { fitted: regretOf(crossed), byHand: regretOf(() => byHand) }
  const kept = crossValidated.fitted < crossValidated.byHand ? 'fitted' : 'by hand'
  const { gainFresh, gainCoverage, coverage } = kept === 'fitted' ? fitted : byHand
  return {
    gains: { gainFresh, gainCoverage, coverage },
    fitted,
    kept,
    crossValidated,
    later: policyFigures(confirm, fitted),
  }
}

/**
 * The gain of an answer is p_rec · P_new · gain of fresh + P_cov · gain of coverage, found by least squares and a logistic
 * in turns (backfitting): each is fitted to what the other leaves unexplained. Where nothing was announced since the
 * harvest all gain is coverage, so its size is the mean of what was gained there where anything was.
 */
export function fitGains(observed: readonly Observed[]): LiveGains {
  const weight = weightsOf(observed)
  const gainCoverage = sizeOfGaps(observed, weight)
  let gainFresh = freshPrior.mean
  for (let turn = 0; ; turn++) {
    const coverage = fitCoverage(
      observed.map((one) => ({
        signs: signNames.map((name) => one.signs[name]),
        share: (one.gain - gainFresh * freshness(one)) / gainCoverage,
        weight: weight(one),
      })),
    )
    const left = (one: Observed) => one.gain - gainCoverage * coverageGap(one.signs, { coverage })
    const next = Math.max(0, slopeOf(observed, freshness, left, weight, freshPrior))
    if (Math.abs(next - gainFresh) < settled || turn === mostTurns) {
      return roundedGains({ gainFresh: next, gainCoverage, coverage })
    }
    gainFresh = next
  }
}

const settled = 1e-6
const mostTurns = 50
const signNames = ['shallow', 'disagreement', 'unknownTerms'] as const
/** The gains by hand are guesses: they hold until a few dozen queries say otherwise. */
const freshPrior: Prior = { mean: handSet.live.gainFresh, sigma: 0.1 }
const interceptPrior: Prior = { mean: -2, sigma: 3 }
const signPrior: Prior = { mean: 0, sigma: 3 }
/** Standard deviation of what one query gains around what is expected of it. */
const noise = 0.2

const freshness = ({ pRecent, pNew }: Observed): number => pRecent * pNew

/**
 * Judged topics and known items count the same together, however many there are of either; and a query counts once,
 * before however many stores it was asked, for those are no news of it.
 */
function weightsOf(observed: readonly Observed[]): (one: Observed) => number {
  const kinds = kindsOf(observed)
  const queries = new Set(observed.map(({ id }) => id)).size
  const each = new Map(kinds.map((some) => [some[0].kind, queries / kinds.length / some.length]))
  return ({ kind }) => each.get(kind) ?? 0
}

function sizeOfGaps(observed: readonly Observed[], weight: (one: Observed) => number): number {
  const gaps = observed.filter((one) => one.pNew === 0 && one.gain > 0)
  const total = gaps.reduce((sum, one) => sum + weight(one), 0)
  return total === 0 ? handSet.live.gainCoverage : gaps.reduce((sum, one) => sum + weight(one) * one.gain, 0) / total
}

interface Gap {
  readonly signs: readonly number[]
  /** Of the size of a gap: in the mean over queries that look the same, the probability of one (fractional logit). */
  readonly share: number
  readonly weight: number
}

/** No sign of a gap can be one of none: one that comes out below zero by chance is left out, the worst first. */
function fitCoverage(gaps: readonly Gap[], used: readonly number[] = [0, 1, 2]): LiveGains['coverage'] {
  const examples = gaps.flatMap(({ signs, share, weight }) => {
    const features = [1, ...used.map((i) => signs[i])]
    // The likelihood stays concave where the share is beyond 0 or 1: the two weights add up to a positive one.
    return [
      { features, label: 1, weight: weight * share },
      { features, label: 0, weight: weight * (1 - share) },
    ]
  })
  const [intercept, ...weights] = fitLogistic(examples, [interceptPrior, ...used.map(() => signPrior)])
  const least = weights.indexOf(Math.min(...weights))
  if (weights[least] < 0) return fitCoverage(gaps, used.toSpliced(least, 1))
  const of = (i: number) => weights[used.indexOf(i)] ?? 0
  return { intercept, shallow: of(0), disagreement: of(1), unknownTerms: of(2) }
}

/** Of the line through the origin that is likeliest, given what was thought of it before. */
function slopeOf(
  observed: readonly Observed[],
  x: (one: Observed) => number,
  y: (one: Observed) => number,
  weight: (one: Observed) => number,
  prior: Prior,
): number {
  const sum = (of: (one: Observed) => number) => observed.reduce((total, one) => total + weight(one) * of(one), 0)
  const precision = 1 / prior.sigma ** 2
  const xy = sum((one) => x(one) * y(one)) / noise ** 2
  const xx = sum((one) => x(one) ** 2) / noise ** 2
  return (xy + precision * prior.mean) / (xx + precision)
}

/** Both gains by one factor: as much as later queries gained, as far as they are enough to say so. */
function scaledOn(observed: readonly Observed[], gains: LiveGains): LiveGains {
  const expected = (one: Observed) => expectedOf(one, gains)
  const factor = slopeOf(observed, expected, ({ gain }) => gain, weightsOf(observed), { mean: 1, sigma: 0.5 })
  const scale = Math.max(0, factor)
  return roundedGains({ ...gains, gainFresh: gains.gainFresh * scale, gainCoverage: gains.gainCoverage * scale })
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000
const roundedGains = ({ gainFresh, gainCoverage, coverage }: LiveGains): LiveGains => ({
  gainFresh: rounded(gainFresh),
  gainCoverage: rounded(gainCoverage),
  coverage: {
    intercept: rounded(coverage.intercept),
    shallow: rounded(coverage.shallow),
    disagreement: rounded(coverage.disagreement),
    unknownTerms: rounded(coverage.unknownTerms),
  },
})

/** Gains for each query from all folds but its own. */
function crossFitted(observed: readonly Observed[], folds: number, seed: number): (one: Observed) => LiveGains {
  const foldOf = ({ unit }: Observed) => Math.floor(shareOf([seed, unit, 'live']) * folds)
  const fitted = Array.from({ length: folds }, (_, fold) => fitGains(observed.filter((one) => foldOf(one) !== fold)))
  return (one) => fitted[foldOf(one)]
}
