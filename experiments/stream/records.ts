import { writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { DocumentId, DocumentRecord } from '../../src/domain/document.ts'
import { type Instant, instant } from '../../src/domain/instant.ts'
import { parseLine } from '../../src/sources/files/record.ts'
import { type Corpus, corpusOf, paperOf as upstreamPaperOf } from '../../test/upstream/corpus.ts'
import type { StreamVersion } from './paper.ts'
import type { IdentifiedPaper } from './truth.ts'

/**
 * What the sources of a stream say of it up to an instant, in the order in which they say it: a version is a record of its
 * own, and a withdrawal too.
 */
export function recordsOf(papers: readonly IdentifiedPaper[], upTo: Instant): DocumentRecord[] {
  const said = papers.flatMap((paper) => [
    ...paper.versions.map((version, at) => ({ at: version.announced, record: recordOf(paper, version, at + 1) })),
    ...withdrawalsOf(paper),
  ])
  const known = said.filter(({ at }) => at <= upTo)
  known.sort((a, b) => a.at - b.at || (a.record.id < b.record.id ? -1 : a.record.id > b.record.id ? 1 : 0))
  return known.map(({ record }) => record)
}

function recordOf(paper: IdentifiedPaper, version: StreamVersion, number: number): DocumentRecord {
  const [first] = paper.versions
  return {
    id: paper.id,
    source: paper.source.name,
    kind: 'paper',
    version: paper.source.isArxiv ? number : 0,
    title: version.title,
    abstract: version.abstract,
    authors: paper.authors,
    categories: paper.source.isArxiv ? paper.field.categories : [],
    comment: null,
    doi: null,
    identifiers: [],
    countries: [...new Set(paper.countries)],
    fields: [paper.field.name],
    url: paper.source.isArxiv ? `https://arxiv.org/abs/${paper.id}` : `urn:freshet:${paper.id}`,
    submitted: first.submitted,
    updated: version.submitted,
    announced: first.announced,
    announcedBasis: 'stated',
    withdrawn: false,
    standIn: false,
    versions: [],
  }
}

export const withdrawalComment = 'This paper has been withdrawn by its authors'

function withdrawalsOf(paper: IdentifiedPaper): readonly { at: Instant; record: DocumentRecord }[] {
  const { versions, withdrawn } = paper
  const last = versions.at(-1)
  if (withdrawn === null || last === undefined) return []
  const record = recordOf(paper, { ...last, submitted: withdrawn.submitted }, versions.length + 1)
  return [{ at: withdrawn.at, record: { ...record, withdrawn: true, comment: withdrawalComment } }]
}

/** Those of arXiv, for the local upstream to show as of any instant. */
export const corpusOfStream = (papers: readonly IdentifiedPaper[]): Corpus =>
  corpusOf(
    papers
      .filter(({ source }) => source.isArxiv)
      .map(({ id, authors, countries, field, versions: [first, ...others], withdrawn }) =>
        upstreamPaperOf({
          id,
          authors,
          countries,
          categories: field.categories,
          versions: [shown(first), ...others.map(shown)],
          withdrawn: withdrawn && { ...withdrawn, comment: withdrawalComment },
        }),
      ),
  )

const shown = ({ submitted, announced, title, abstract }: StreamVersion) => ({
  submitted,
  announced,
  title,
  abstract,
  comment: null,
})

/** A record a line, which `readStreamLine` reads: the formats of files know neither countries nor withdrawals. */
export const writeStreamFile = (file: string, records: readonly DocumentRecord[]): void =>
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''))

const moment = z.number().transform((ms) => instant(ms))
const line = z.strictObject({
  id: z.string().transform((id) => id as DocumentId),
  source: z.string(),
  kind: z.literal('paper'),
  version: z.number(),
  title: z.string(),
  abstract: z.string(),
  authors: z.array(z.string()),
  categories: z.array(z.string()),
  comment: z.string().nullable(),
  doi: z.null(),
  identifiers: z.array(z.string()),
  countries: z.array(z.string()),
  fields: z.array(z.string()),
  url: z.string(),
  submitted: moment.nullable(),
  updated: moment.nullable(),
  announced: moment.nullable(),
  announcedBasis: z.literal('stated'),
  withdrawn: z.boolean(),
  standIn: z.literal(false),
  versions: z.array(z.object({ version: z.number(), at: moment })),
})

/** For the product's import of files. Throws UnreadableRecord. */
export const readStreamLine = (text: string): DocumentRecord => parseLine(line, text)
