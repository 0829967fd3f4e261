import type { Study } from '../replay/study.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { acronymQueries } from '../topics/truncate.ts'

/** What of an acronym's papers is known: the others may mean either, so that they are taken out of the list. */
export const acronymMeasure = 'nDCG@10 condensed'

/** Acronyms with two senses in the corpus, asked when its last paper had been announced; none where no corpus was named. */
export async function acronymsOf(study: Study, leastPapers: number): Promise<readonly JudgedQuery[]> {
  if (study.options.corpora.length === 0) return []
  const papers = [...(await study.replay()).papers()]
  const last = papers.flatMap(({ announced }) => announced ?? []).at(-1)
  return last === undefined ? [] : acronymQueries(papers, { asked: [last], leastPapers })
}
