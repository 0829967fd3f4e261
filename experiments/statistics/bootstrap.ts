import normalCdf from '@stdlib/stats-base-dists-normal-cdf'
import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'
import type { Interval } from '../findings.ts'
import { mean } from '../measures.ts'
import { seeded } from '../seeded.ts'
import { ascending, quantileOf } from './quantile.ts'

export interface Resampling {
  readonly seed: number
  readonly resamples?: number
  /** For example 0.95. */
  readonly level?: number
}

/** Independent groups of units, each resampled by itself; most often there is one. */
export type Groups<Unit> = readonly (readonly Unit[])[]

/**
 * The bias-corrected and accelerated bootstrap interval (Efron 1987) of a statistic. A unit is drawn whole, with all that
 * is in it, so that what depends on each other must be one unit. `statistic` is called with groups of the same sizes, and
 * with one unit left out for the acceleration (over several groups as Davison and Hinkley 1997, eq. 5.26 with empirical
 * influence from the jackknife). A group of fewer than two units says nothing of its spread: the interval is then infinite.
 */
export function bootstrapInterval<Unit>(
  groups: Groups<Unit>,
  statistic: (groups: Groups<Unit>) => number,
  { seed, resamples = 10_000, level = 0.95 }: Resampling,
): Interval {
  if (groups.some((group) => group.length < 2))
    return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, level }
  const random = seeded(seed)
  const drawn = groups.map((group) => [...group])
  const replicates = ascending(
    Array.from({ length: resamples }, () => {
      for (const [g, group] of groups.entries()) redraw(group, drawn[g], random)
      return statistic(drawn)
    }),
  )
  const bias = biasOf(replicates, statistic(groups))
  const acceleration = accelerationOf(groups, statistic)
  const at = (share: number) => quantileOf(replicates, correctedShare(share, bias, acceleration))
  return { low: at((1 - level) / 2), high: at((1 + level) / 2), level }
}

function redraw<Unit>(from: readonly Unit[], into: Unit[], random: () => number): void {
  for (let i = 0; i < into.length; i++) into[i] = from[Math.floor(random() * from.length)]
}

/** z0: by how much the replicates lie to one side of the estimate. Those that equal it count half for each side. */
function biasOf(replicates: readonly number[], estimate: number): number {
  // The same units in another order may differ in the last digits.
  const near = 1e-12 * Math.max(Math.abs(replicates[0]), Math.abs(replicates[replicates.length - 1]))
  const below = replicates.filter((one) => one < estimate - near).length
  const equal = replicates.filter((one) => Math.abs(one - estimate) <= near).length
  // Of n replicates a share of 0 only says that it is less than about 1 in 2 n.
  const edge = 1 / (2 * replicates.length)
  const share = Math.min(1 - edge, Math.max(edge, (below + equal / 2) / replicates.length))
  return normalQuantile(share, 0, 1)
}

function accelerationOf<Unit>(groups: Groups<Unit>, statistic: (groups: Groups<Unit>) => number): number {
  let cubes = 0
  let squares = 0
  for (const [g, group] of groups.entries()) {
    const without = group.map((_, i) => statistic(groups.map((one, h) => (h === g ? one.toSpliced(i, 1) : one))))
    const centre = mean(without)
    for (const value of without) {
      const influence = (group.length - 1) * (centre - value)
      cubes += influence ** 3 / group.length ** 3
      squares += influence ** 2 / group.length ** 2
    }
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5)
}

function correctedShare(share: number, bias: number, acceleration: number): number {
  const z = bias + normalQuantile(share, 0, 1)
  const stretch = 1 - acceleration * z
  // Past the pole the transformation has left every quantile behind.
  if (stretch <= 0) return z > 0 ? 1 : 0
  return normalCdf(bias + z / stretch, 0, 1)
}
