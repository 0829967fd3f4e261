import { z } from 'zod'
import type { DocumentRecord } from '../../domain/document.ts'
import { parseArxivId } from '../../domain/identifiers.ts'
import { parseDay, startOfDay } from '../../domain/instant.ts'
import { identityOf, textOfEscapedMarkup } from '../json-api.ts'
import { listOf, text, valuesOf, wholeNumber } from '../lenient.ts'
import { arxivUrl, longestAbstract, longestTitle, plainText, type Rejected, unsaid } from '../record.ts'

/** What we read of a paper. */
export const semanticScholarPaper = z.object({
  paperId: z.string(),
  externalIds: valuesOf(text),
  title: z.string().nullish(),
  /** Null where its publisher does not want it passed on. */
  abstract: text,
  year: wholeNumber,
  publicationDate: text,
  authors: listOf(z.object({ name: text })),
  fieldsOfStudy: listOf(z.string()),
  s2FieldsOfStudy: listOf(z.object({ category: text })),
})

type Paper = z.infer<typeof semanticScholarPaper>

/** `paperId` always comes. */
export const paperFields = Object.keys(semanticScholarPaper.shape)
  .filter((field) => field !== 'paperId')
  .join(',')

export function semanticScholarRecord(paper: Paper): DocumentRecord | Rejected {
  const title = textOfEscapedMarkup(paper.title ?? '')
  const { ArXiv: arxiv, DOI: doi, PubMed: pmid } = paper.externalIds
  const identity = identityOf({
    own: `s2:${paper.paperId}`,
    arxiv: arxiv ?? null,
    doi: doi ?? null,
    pmid: pmid ?? null,
  })
  if (identity === null || !/^[0-9a-f]{40}$/.test(paper.paperId))
    return { id: paper.paperId, reason: 'no id of a paper' }
  if (title === '') return { id: paper.paperId, reason: 'the paper has no title' }
  if (title.length > longestTitle) return { id: paper.paperId, reason: 'the title is no title: it is too long' }
  const fields = [...paper.fieldsOfStudy, ...paper.s2FieldsOfStudy.map((one) => one.category ?? '')]
  return {
    ...unsaid,
    ...identity,
    source: 'semantic-scholar',
    title,
    abstract: textOfEscapedMarkup(paper.abstract ?? '').slice(0, longestAbstract),
    authors: paper.authors.map((author) => plainText(author.name ?? '')).filter((name) => name !== ''),
    fields: [...new Set(fields.map(plainText))].filter((field) => field !== ''),
    url: urlOf(paper, identity),
    ...announcementOf(paper, identity),
  }
}

type Identity = Pick<DocumentRecord, 'id' | 'doi'>

function urlOf({ paperId }: Paper, { id, doi }: Identity): string {
  if (parseArxivId(id)) return arxivUrl(id)
  return doi === null ? `https://www.semanticscholar.org/paper/${paperId}` : `https://doi.org/${doi}`
}

/**
 * Where only the year is known, its first day; a first day of a month may be no more than the month. When arXiv showed a
 * paper is for arXiv to say.
 */
function announcementOf(paper: Paper, { id }: Identity): Pick<DocumentRecord, 'announced' | 'announcedBasis'> {
  const stated = parseDay(paper.publicationDate ?? '')
  const day = stated ?? parseDay(`${paper.year}-01-01`)
  if (day === null || parseArxivId(id)) return { announced: null, announcedBasis: 'unknown' }
  return { announced: startOfDay(day), announcedBasis: stated === null || day.endsWith('-01') ? 'derived' : 'stated' }
}
