import type { DocumentId } from '../../src/domain/document.ts'
import { judged, linearGain, ndcg, precision, recall, reciprocalRank } from '../measures.ts'
import { decayedNdcg, freshnessGain, medianMissedAge, rescued, stale, stepNdcg } from './freshness.ts'
import type { Judging, Shown } from './judging.ts'
import { condensedNdcg, ndcgBounds } from './unjudged.ts'

/**
 * A measure of one answer. Conventions are those of trec_eval where it has any:
 * - a topic of the qrels that a run lacks scores as an empty answer (trec_eval -c), a topic without qrels does not count;
 * - a topic of which nothing is relevant scores 0 and counts, in nDCG, recall and MRR alike;
 * - what nobody judged is not relevant; relevant is grade 1 or more (P, recall, MRR);
 * - P@5 is over 5 also where fewer are shown.
 * Two departures. Our gains are 2^grade - 1 where trec_eval's are the grade itself ("linear"). And hits are taken in the order
 * in which they were shown, where trec_eval sorts by score and, among equals, by id in falling order: runs are therefore
 * written with falling scores (trec.ts).
 */
export interface Measure {
  readonly name: string
  /** Null where the measure has nothing to say of the answer. */
  of(hits: readonly Shown[], judging: Judging): number | null
}

type OfRanked = (ranked: readonly DocumentId[], judging: Judging) => number | null

const overRanking = (name: string, of: OfRanked): Measure => ({
  name,
  of: (hits, judging) =>
    of(
      hits.map(({ id }) => id),
      judging,
    ),
})

const halfLives = [7, 30, 90] as const

export const measures: readonly Measure[] = [
  overRanking('nDCG@10', (ranked, { grades }) => ndcg(ranked, grades)),
  overRanking('nDCG@10 linear', (ranked, { grades }) => ndcg(ranked, grades, 10, linearGain)),
  overRanking('nDCG@10 condensed', (ranked, { grades }) => condensedNdcg(ranked, grades)),
  overRanking('nDCG@10 at worst', (ranked, { grades, bestGrade }) => ndcgBounds(ranked, grades, bestGrade).low),
  overRanking('nDCG@10 at best', (ranked, { grades, bestGrade }) => ndcgBounds(ranked, grades, bestGrade).high),
  overRanking('judged@10', (ranked, { grades }) => judged(ranked, grades)),
  overRanking('recall@100', (ranked, { grades }) => recall(ranked, grades)),
  overRanking('P@5', (ranked, { grades }) => precision(ranked, grades)),
  overRanking('MRR', (ranked, { grades }) => reciprocalRank(ranked, grades)),
  ...halfLives.map((days) =>
    overRanking(`nDCG@10 decayed ${days} d`, (ranked, judging) => decayedNdcg(ranked, judging, days)),
  ),
  overRanking('nDCG@10 step 30 d', (ranked, judging) => stepNdcg(ranked, judging, 30)),
  ...halfLives.map((days) =>
    overRanking(`freshness gain ${days} d`, (ranked, judging) => freshnessGain(ranked, judging, days)),
  ),
  overRanking('age of missed, days', medianMissedAge),
  overRanking('rescue rate', (ranked, judging) => rescued(ranked, judging)),
  { name: 'stale-answer rate', of: (hits, judging) => stale(hits, judging) },
]

/** Throws RangeError where there is none of that name. */
export function measureNamed(name: string): Measure {
  const found = measures.find((one) => one.name === name)
  if (!found)
    throw new RangeError(`there is no measure "${name}"; there are ${measures.map((one) => one.name).join(', ')}`)
  return found
}

/** One measure of one run, by query: all that is judged, also what the run lacks, but for what the measure says nothing of. */
export function scoresOf(
  { of }: Measure,
  judgings: ReadonlyMap<string, Judging>,
  answers: ReadonlyMap<string, { readonly hits: readonly Shown[] }>,
): Map<string, number> {
  const scores = new Map<string, number>()
  for (const [query, judging] of judgings) {
    const score = of(answers.get(query)?.hits ?? [], judging)
    if (score !== null) scores.set(query, score)
  }
  return scores
}
