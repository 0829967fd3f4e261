import type { DocumentId } from '../../src/domain/document.ts'
import { discounted, type Gains, gainsOf, ndcgOf } from '../measures.ts'
import { ascending, quantileOf } from '../statistics/quantile.ts'
import { ageDays, type Judging, type Shown } from './judging.ts'

/** From here on a paper counts as relevant where the question is only whether it is. */
const relevant = 2

/** 2^(-age / half-life); a document without a known date has no freshness to gain from. */
function fresh(id: DocumentId, halfLifeDays: number, judging: Judging): number {
  const age = ageDays(id, judging)
  return age === null ? 0 : 2 ** (-age / halfLifeDays)
}

/** Sum over the first `depth` of grade · 2^(-age / half-life) / log2(rank + 1). Not normalised: read it beside nDCG, never blended. */
export const freshnessGain = (
  ranked: readonly DocumentId[],
  judging: Judging,
  halfLifeDays: number,
  depth = 10,
): number =>
  discounted(
    ranked.slice(0, depth).map((id) => Math.max(0, judging.grades.get(id) ?? 0) * fresh(id, halfLifeDays, judging)),
  )

/** (2^grade - 1) · 2^(-age / half-life) as of the instant asked. */
export const decayedGains = (judging: Judging, halfLifeDays: number): Gains =>
  new Map([...gainsOf(judging.grades)].map(([id, gain]) => [id, gain * fresh(id, halfLifeDays, judging)]))

/** 2^grade - 1 for what is at most so many days old, nothing for the rest. */
export const stepGains = (judging: Judging, days: number): Gains =>
  new Map(
    [...gainsOf(judging.grades)].map(([id, gain]) => [
      id,
      (ageDays(id, judging) ?? Number.POSITIVE_INFINITY) <= days ? gain : 0,
    ]),
  )

export const decayedNdcg = (ranked: readonly DocumentId[], judging: Judging, halfLifeDays: number, depth = 10) =>
  ndcgOf(ranked, decayedGains(judging, halfLifeDays), depth)

export const stepNdcg = (ranked: readonly DocumentId[], judging: Judging, days: number, depth = 10) =>
  ndcgOf(ranked, stepGains(judging, days), depth)

/** Ages in days, ascending, of the relevant papers that are not among the first `depth`; those without a date are left out. */
export function missedAges(ranked: readonly DocumentId[], judging: Judging, depth = 100): number[] {
  const shown = new Set(ranked.slice(0, depth))
  return ascending(
    [...judging.grades].flatMap(([id, grade]) => {
      const age = grade >= relevant && !shown.has(id) ? ageDays(id, judging) : null
      return age === null ? [] : [age]
    }),
  )
}

/** Null where nothing was missed: an age of 0 would say that the newest was. */
export function medianMissedAge(ranked: readonly DocumentId[], judging: Judging): number | null {
  const ages = missedAges(ranked, judging)
  return ages.length === 0 ? null : quantileOf(ages, 0.5)
}

/** 1 where a relevant paper among the first `depth` could not be in the static tier of the night before. Its mean is the rescue rate. */
export const rescued = (ranked: readonly DocumentId[], { grades, inStatic }: Judging, depth = 10): number =>
  ranked.slice(0, depth).some((id) => (grades.get(id) ?? 0) >= relevant && !inStatic(id)) ? 1 : 0

/** 1 where any of the first `depth` was superseded or withdrawn when the query was asked. Its mean is the stale-answer rate. */
export const stale = (hits: readonly Shown[], { latest }: Judging, depth = 10): number =>
  hits.slice(0, depth).some(({ id, version }) => {
    const now = latest(id)
    return now !== null && (now.withdrawn || (version > 0 && now.version > version))
  })
    ? 1
    : 0
