import type { Effect, Interval } from '../findings.ts'
import { mean } from '../measures.ts'
import { bootstrapInterval, type Resampling } from './bootstrap.ts'
import { standardDeviation } from './paired.ts'
import { signFlipP } from './randomisation.ts'

export interface Ratio {
  readonly value: number
  readonly interval: Interval
}

/** What two arms spent on the same unit. */
export interface Spent {
  readonly treatment: number
  readonly comparator: number
}

/** The ratio of two means over the same units, resampled in pairs: how much of the comparator's time the treatment takes. */
export const ratioOfMeans = (units: readonly Spent[], resampling: Resampling): Ratio => ({
  value: ratio(units),
  interval: bootstrapInterval([units], ([drawn]) => ratio(drawn), resampling),
})

/**
 * The share that the treatment saves, 1 less the ratio, as an effect that a margin can be held against: five times less is
 * .8 saved. Sigma is that of the units' influence on the share; p is of a swap of the two in any unit.
 */
export function savingEffect(units: readonly Spent[], resampling: Resampling): Effect {
  const spent = ratio(units)
  const whole = mean(units.map((one) => one.comparator))
  return {
    mean: 1 - spent,
    interval: bootstrapInterval([units], ([drawn]) => 1 - ratio(drawn), resampling),
    units: units.length,
    sigma: standardDeviation(units.map((one) => (spent * one.comparator - one.treatment) / whole)),
    p: signFlipP(
      units.map((one) => one.comparator - one.treatment),
      resampling,
    ),
  }
}

function ratio(units: readonly Spent[]): number {
  let treatment = 0
  let comparator = 0
  for (const one of units) {
    treatment += one.treatment
    comparator += one.comparator
  }
  return treatment / comparator
}

/**
 * The share of queries with unseen papers from which on agility wins: L / (G + L), where G is the mean gain on such queries
 * and L the mean loss on the others, both with losses and gains counted positive. 0 where nothing is lost, else 1 where
 * nothing is gained.
 *
 * The ratio has a pole where G + L = 0, which resamples may cross; the angle of the point (G, L) has none there and rises
 * with the share. So the interval is that of the angle, read as shares.
 */
export function breakEven(gains: readonly number[], losses: readonly number[], resampling: Resampling): Ratio {
  const angle = ([gain, loss]: readonly (readonly number[])[]) => Math.atan2(mean(loss), mean(gain))
  const { low, high, level } = bootstrapInterval([gains, losses], angle, resampling)
  return { value: shareAt(angle([gains, losses])), interval: { low: shareAt(low), high: shareAt(high), level } }
}

function shareAt(angle: number): number {
  if (angle <= 0) return 0
  return angle >= Math.PI / 2 ? 1 : Math.sin(angle) / (Math.sin(angle) + Math.cos(angle))
}
