import { mean } from '../measures.ts'

/** One measure of one arm, by query. */
export type Scores = ReadonlyMap<string, number>

/** Differences that must not be torn apart: the one of a topic, or all those of a week of known items. */
export interface PairedUnit {
  readonly unit: string
  readonly differences: readonly number[]
}

/**
 * Treatment minus comparator, query by query. What is missing scores zero, as a topic missing from a run does. `queries`
 * says which count, also those that are in neither; without it all that are in either. `unitOf` names what is resampled:
 * the query itself if left out. Throws RangeError where a score is no number.
 */
export function paired(
  treatment: Scores,
  comparator: Scores,
  {
    queries = new Set([...treatment.keys(), ...comparator.keys()]),
    unitOf = (query) => query,
  }: { readonly queries?: Iterable<string>; readonly unitOf?: (query: string) => string } = {},
): PairedUnit[] {
  const units = new Map<string, number[]>()
  for (const query of queries) {
    const difference = (treatment.get(query) ?? 0) - (comparator.get(query) ?? 0)
    if (!Number.isFinite(difference)) throw new RangeError(`the scores of ${query} have no difference`)
    const unit = unitOf(query)
    const held = units.get(unit)
    if (held) held.push(difference)
    else units.set(unit, [difference])
  }
  return [...units].map(([unit, differences]) => ({ unit, differences }))
}

/** A unit as sums over its queries, which is all that a mean needs to know of it. */
export interface Total {
  readonly sum: number
  readonly queries: number
}

export const totalOf = ({ differences }: PairedUnit): Total => ({
  sum: differences.reduce((sum, one) => sum + one, 0),
  queries: differences.length,
})

/** Over all queries: a unit of more queries weighs more, in a resample too. */
export function meanDifference(totals: readonly Total[]): number {
  let sum = 0
  let queries = 0
  for (const total of totals) {
    sum += total.sum
    queries += total.queries
  }
  return sum / queries
}

/** Standard deviation of the units' mean differences, with n - 1. */
export const sigmaOf = (units: readonly PairedUnit[]): number =>
  standardDeviation(units.map(({ differences }) => mean(differences)))

export function standardDeviation(values: readonly number[]): number {
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}
