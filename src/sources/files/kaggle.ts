import { z } from 'zod'
import { derivedArxivAnnouncement } from '../../domain/calendar.ts'
import type { DocumentRecord, VersionDate } from '../../domain/document.ts'
import { parseDoi } from '../../domain/identifiers.ts'
import { parseInstant } from '../../domain/instant.ts'
import type { Filters } from '../../domain/query.ts'
import { proseOf } from '../arxiv/text.ts'
import { saysWithdrawn } from '../arxiv/withdrawn.ts'
import { arxivUrl, plainText, unsaid } from '../record.ts'
import { withoutTexAccents } from './accents.ts'
import { versionField } from './arxiv-jsonl.ts'
import { abstractField, arxivIdField, commentField, parseLine, titleField } from './record.ts'

const mailDate = /^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

const mailDateField = z.string().transform((raw, context) => {
  const at = mailDate.test(raw) ? parseInstant(raw) : null
  if (at !== null) return at
  context.addIssue('must be a date like "Mon, 2 Apr 2007 19:18:42 GMT"')
  return z.NEVER
})

const kaggleLine = z.object({
  id: arxivIdField,
  title: titleField,
  abstract: abstractField,
  comments: commentField.nullish(),
  doi: z.string().nullish(),
  categories: z.string().transform((categories) =>
    plainText(categories)
      .split(' ')
      .filter((name) => name !== ''),
  ),
  versions: z.array(z.object({ version: versionField, created: mailDateField })).min(1),
  // [last, first, suffix], now and then with an affiliation after them.
  authors_parsed: z.array(z.array(z.string()).min(1)),
})

/**
 * Reads a line of the arXiv metadata snapshot that Kaggle distributes (Cornell University, "arXiv Dataset", CC0).
 * Throws UnreadableRecord. It names no announcement: that is derived from the first version.
 */
export function readKaggleLine(line: string): DocumentRecord {
  const paper = parseLine(kaggleLine, line)
  const versions: VersionDate[] = paper.versions
    .map(({ version, created }) => ({ version, at: created }))
    .sort((a, b) => a.version - b.version)
  const first = versions[0]
  const last = versions[versions.length - 1]
  const comment = paper.comments ?? null
  return {
    ...unsaid,
    id: paper.id.id,
    source: 'arxiv',
    version: last.version,
    title: proseOf(paper.title),
    abstract: proseOf(paper.abstract),
    authors: paper.authors_parsed.map(nameOf).filter((name) => name !== ''),
    categories: paper.categories,
    comment,
    doi: firstDoi(paper.doi ?? ''),
    url: arxivUrl(paper.id.id),
    submitted: first.at,
    updated: last.at,
    announced: derivedArxivAnnouncement(first.at),
    announcedBasis: 'derived',
    withdrawn: saysWithdrawn(comment),
    versions,
  }
}

/** Which papers of the snapshot to import: any of the categories (`cs` for every `cs.*`), announced within the bounds. */
export function kaggleFilter(
  wanted: Pick<Filters, 'categories' | 'since' | 'until'>,
): (record: DocumentRecord) => boolean {
  const { since, until } = wanted
  const categories = wanted.categories.map((category) => category.toLowerCase())
  const matches = (category: string): boolean =>
    categories.some((wish) => category === wish || category.startsWith(`${wish}.`))
  return ({ announced, categories: held }) =>
    (since === null || (announced !== null && announced >= since)) &&
    (until === null || (announced !== null && announced <= until)) &&
    (categories.length === 0 || held.some((category) => matches(category.toLowerCase())))
}

const nameOf = ([last, first = '', suffix = '']: readonly string[]): string =>
  plainText(withoutTexAccents(`${first} ${last} ${suffix}`))

/** A paper with an erratum names several, separated by spaces; what is no DOI is dropped, for it identifies nothing. */
function firstDoi(text: string): string | null {
  for (const word of plainText(text).split(' ')) {
    const doi = parseDoi(word)
    if (doi) return doi
  }
  return null
}
