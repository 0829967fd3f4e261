import type { Effect } from '../findings.ts'
import { bootstrapInterval, type Groups } from '../statistics/bootstrap.ts'
import { differenceInDifferences } from '../statistics/effect.ts'
import { meanDifference, type PairedUnit, standardDeviation, type Total, totalOf } from '../statistics/paired.ts'
import { signFlipP } from '../statistics/randomisation.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { differencesOf, type Measured } from './compared.ts'

/** How much more the treatment gains on some queries than on others; null where either has none. */
export function contrasted(
  treatment: Measured,
  comparator: Measured,
  measure: string,
  [some, others]: readonly [readonly JudgedQuery[], readonly JudgedQuery[]],
): Effect | null {
  if (some.length === 0 || others.length === 0) return null
  const [one, other] = [some, others].map((queries) => differencesOf(treatment, comparator, measure, queries))
  const { seed } = treatment.set
  const shared = new Set(other.map(({ unit }) => unit))
  return one.some(({ unit }) => shared.has(unit))
    ? differenceWithin(one, other, seed)
    : differenceInDifferences(one, other, { seed })
}

/** Of one unit in both groups: a week's known items with rare words and without. */
interface Shares {
  readonly one: Total
  readonly other: Total
}

const nothing: Total = { sum: 0, queries: 0 }

/**
 * Where a unit has queries in both groups the groups are not independent: units are drawn with all that is in them. What
 * a unit adds to the difference, less what it would add if it were as the mean, is its influence: sigma is of it, and p
 * flips its sign.
 */
export function differenceWithin(one: readonly PairedUnit[], other: readonly PairedUnit[], seed: number): Effect {
  const [ones, others] = [one, other].map((units) => new Map(units.map((unit) => [unit.unit, totalOf(unit)])))
  const units = [...new Set([...ones.keys(), ...others.keys()])].map(
    (unit): Shares => ({ one: ones.get(unit) ?? nothing, other: others.get(unit) ?? nothing }),
  )
  const difference = ([drawn]: Groups<Shares>): number => {
    const apart = meanDifference(drawn.map((unit) => unit.one)) - meanDifference(drawn.map((unit) => unit.other))
    // A draw without any query of a group says nothing of the difference.
    return Number.isFinite(apart) ? apart : mean
  }
  const mean = meanDifference([...ones.values()]) - meanDifference([...others.values()])
  const influences = influencesOf(units)
  return {
    mean,
    interval: bootstrapInterval([units], difference, { seed }),
    units: units.length,
    sigma: standardDeviation(influences.map((one) => one * units.length)),
    p: signFlipP(
      influences.map((one) => one + mean / units.length),
      { seed },
    ),
  }
}

function influencesOf(units: readonly Shares[]): number[] {
  const part = (groupOf: (unit: Shares) => Total) => {
    const totals = units.map(groupOf)
    const count = totals.reduce((sum, one) => sum + one.queries, 0)
    const mean = meanDifference(totals)
    return totals.map(({ sum, queries }) => (sum - mean * queries) / count)
  }
  const [ones, others] = [part((unit) => unit.one), part((unit) => unit.other)]
  return ones.map((one, i) => one - others[i])
}
