import type { Instant } from '../../src/domain/instant.ts'
import { importFormats } from '../../src/sources/files/formats.ts'
import { readEach } from '../../src/sources/files/lines.ts'
import { corpusFiles } from '../collection.ts'
import type { Study } from '../replay/study.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { acronymQueries, type DefiningPaper } from '../topics/truncate.ts'

/** What of an acronym's papers is known: the others may mean either, so that they are taken out of the list. */
export const acronymMeasure = 'nDCG@10 condensed'

/** Acronyms with two senses in the corpus, asked when its last paper had been announced; none where no corpus was named. */
export async function acronymsOf({ options }: Study, leastPapers: number): Promise<readonly JudgedQuery[]> {
  const papers: (DefiningPaper & { readonly announced: Instant })[] = []
  for (const file of corpusFiles(options.corpora)) {
    for (const { id, title, abstract, announced } of await readEach(file, importFormats['arxiv-jsonl'])) {
      if (announced !== null) papers.push({ id, title, abstract, announced })
    }
  }
  if (papers.length === 0) return []
  const last = papers.reduce((latest, { announced }) => (announced > latest ? announced : latest), papers[0].announced)
  return acronymQueries(papers, { asked: [last], leastPapers })
}
