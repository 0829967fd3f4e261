import type { Effect } from '../findings.ts'
import { mean } from '../measures.ts'
import { bootstrapInterval, type Resampling } from './bootstrap.ts'
import { meanDifference, type PairedUnit, sigmaOf, type Total, totalOf } from './paired.ts'
import { regroupP, signFlipP } from './randomisation.ts'

/** Mean paired difference with its interval over units, spread and p. Throws RangeError where there is no unit. */
export function effectOf(units: readonly PairedUnit[], resampling: Resampling): Effect {
  if (units.length === 0) throw new RangeError('an effect needs at least one unit')
  const totals = units.map(totalOf)
  return {
    mean: meanDifference(totals),
    interval: bootstrapInterval([totals], ([drawn]) => meanDifference(drawn), resampling),
    units: units.length,
    sigma: sigmaOf(units),
    p: signFlipP(
      totals.map(({ sum }) => sum),
      resampling,
    ),
  }
}

/**
 * How much larger the paired difference is in one group of units than in another, independent one. Groups are resampled
 * each by itself; p regroups units at random; sigma is pooled over the groups. Throws RangeError where a group is empty.
 */
export function differenceInDifferences(
  one: readonly PairedUnit[],
  other: readonly PairedUnit[],
  resampling: Resampling,
): Effect {
  if (one.length === 0 || other.length === 0) throw new RangeError('both groups need at least one unit')
  const apart = (a: readonly Total[], b: readonly Total[]) => meanDifference(a) - meanDifference(b)
  const [ones, others] = [one.map(totalOf), other.map(totalOf)]
  return {
    mean: apart(ones, others),
    interval: bootstrapInterval([ones, others], ([a, b]) => apart(a, b), resampling),
    units: one.length + other.length,
    sigma: pooledSigma([one, other]),
    p: regroupP(ones, others, apart, resampling),
  }
}

function pooledSigma(groups: readonly (readonly PairedUnit[])[]): number {
  const squares = groups.map((group) => (group.length > 1 ? (group.length - 1) * sigmaOf(group) ** 2 : 0))
  return Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / groups.reduce((sum, one) => sum + one.length - 1, 0))
}

/** What was measured of one topic along something: its loss by the words that were left of the query, say. */
export interface Trend {
  readonly unit: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

/**
 * The mean over topics of each one's least-squares slope, so that topics which lack some of the points do not bend it. A
 * topic without two different x has no slope and is left out.
 */
export const slopeEffect = (trends: readonly Trend[], resampling: Resampling): Effect =>
  effectOf(
    trends.flatMap(({ unit, points }) => {
      const slope = slopeOf(points)
      return slope === null ? [] : [{ unit, differences: [slope] }]
    }),
    resampling,
  )

export function slopeOf(points: Trend['points']): number | null {
  const x = mean(points.map((point) => point.x))
  const y = mean(points.map((point) => point.y))
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0)
  return spread > 0 ? points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread : null
}
