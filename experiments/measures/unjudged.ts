import type { DocumentId } from '../../src/domain/document.ts'
import { discounted, exponentialGain, type Grades, gainsOf, idealOf, ndcg } from '../measures.ts'

/** nDCG of the list without what nobody judged (Sakai 2007; trec_eval's -J): kinder to arms that the pools did not see. */
export const condensedNdcg = (ranked: readonly DocumentId[], grades: Grades, depth = 10): number =>
  ndcg(
    ranked.filter((id) => grades.has(id)),
    grades,
    depth,
  )

export interface Bounds {
  readonly low: number
  readonly high: number
}

/**
 * Between these nDCG lies whatever those of the first `depth` that nobody judged would be graded. Low: they are shown for
 * nothing, and worth the best grade to the ideal; high: the other way round. Plain nDCG, which counts them as 0 in both,
 * lies between. What is neither judged nor shown is left as it is.
 */
export function ndcgBounds(ranked: readonly DocumentId[], grades: Grades, bestGrade: number, depth = 10): Bounds {
  const gains = gainsOf(grades)
  const best = exponentialGain(bestGrade)
  const shown = ranked.slice(0, depth)
  const unknown = shown.filter((id) => !grades.has(id)).map(() => best)
  const worthAtLeast = discounted(shown.map((id) => gains.get(id) ?? 0))
  const worthAtMost = discounted(shown.map((id) => gains.get(id) ?? best))
  const widestIdeal = idealOf([...gains.values(), ...unknown], depth)
  const narrowestIdeal = idealOf(gains.values(), depth)
  if (narrowestIdeal === 0) return { low: 0, high: unknown.length > 0 ? 1 : 0 }
  return { low: worthAtLeast / widestIdeal, high: Math.min(1, worthAtMost / narrowestIdeal) }
}
