import { z } from 'zod'
import type { DocumentRecord } from '../../domain/document.ts'
import { parseDoi } from '../../domain/identifiers.ts'
import { type Instant, parseDay, startOfDay } from '../../domain/instant.ts'
import { identityOf, misfitting, textOfEscapedMarkup } from '../json-api.ts'
import { listOf, text } from '../lenient.ts'
import { plainText, type Rejected, sorted, unsaid } from '../record.ts'

export type PreprintServer = 'biorxiv' | 'medrxiv'

/** One line of names, or a list of them. */
const names = z
  .unknown()
  .optional()
  .transform((value) => listOf(z.string()).parse(value).join('; '))

const rowSchema = z.object({
  doi: z.string(),
  title: z.string(),
  authors: names,
  date: z.string(),
  version: text,
  type: text,
  category: text,
  abstract: text,
  /** `NA` while there is no article in a journal. */
  published: text,
})
type Row = z.infer<typeof rowSchema>

/** What the rows of a harvest have said of each work so far. */
export type Works = Map<string, { readonly newest: Row; readonly versions: ReadonlyMap<number, Instant> }>

/** One record for each work of the page: its newest version, with the dates of all that were seen. */
export function biorxivRecords(
  settings: { readonly server: PreprintServer; readonly categories?: readonly string[] },
  items: readonly unknown[],
  works: Works = new Map(),
): { records: DocumentRecord[]; rejected: Rejected[] } {
  const rejected: Rejected[] = []
  const touched = new Set<string>()
  for (const [at, item] of items.entries()) {
    const read = readRow(item, at)
    if ('reason' in read) rejected.push(read)
    else {
      add(works, read)
      touched.add(read.doi)
    }
  }
  const kept = wanted(settings.categories)
  const made = sorted(
    [...touched].flatMap((doi) => {
      const work = works.get(doi)
      return work && kept(work.newest.category) ? [recordOf(settings.server, doi, work.newest, work.versions)] : []
    }),
  )
  return { records: made.records, rejected: [...rejected, ...made.rejected] }
}

interface Version {
  readonly doi: string
  readonly row: Row
  readonly posted: Instant
}

function readRow(item: unknown, at: number): Version | Rejected {
  const row = rowSchema.safeParse(item)
  if (!row.success) return misfitting(item, ['doi'], `row ${at + 1}`, row.error)
  const doi = parseDoi(row.data.doi)
  if (doi === null) return { id: plainText(row.data.doi).slice(0, 200), reason: 'the DOI is none' }
  const posted = parseDay(row.data.date)
  return posted === null
    ? { id: `doi:${doi}`, reason: 'the date is no day' }
    : { doi, row: row.data, posted: startOfDay(posted) }
}

function add(works: Works, { doi, row, posted }: Version): void {
  const known = works.get(doi)
  const newest = known && versionOf(known.newest) > versionOf(row) ? known.newest : row
  works.set(doi, { newest, versions: new Map([...(known?.versions ?? []), [versionOf(row), posted]]) })
}

const versionOf = ({ version }: Row): number => (/^[1-9]\d{0,3}$/.test(String(version)) ? Number(version) : 0)

function wanted(categories: readonly string[] | undefined): (category: string | null | undefined) => boolean {
  if (categories === undefined || categories.length === 0) return () => true
  const names = new Set(categories.map(categoryName))
  return (category) => names.has(categoryName(category ?? ''))
}

const categoryName = (written: string): string => plainText(written.replaceAll('_', ' ')).toLowerCase()

function recordOf(
  server: PreprintServer,
  doi: string,
  row: Row,
  versions: ReadonlyMap<number, Instant>,
): DocumentRecord | Rejected {
  const title = textOfEscapedMarkup(row.title)
  const identity = identityOf({ own: null, doi, otherDois: [row.published ?? ''] })
  // With a DOI there is always an identity.
  if (title === '' || identity === null) return { id: `doi:${doi}`, reason: 'the record has no title' }
  const version = versionOf(row)
  const category = categoryName(row.category ?? '')
  return {
    ...unsaid,
    ...identity,
    source: server,
    version,
    title,
    abstract: textOfEscapedMarkup(row.abstract ?? ''),
    authors: authorsOf(row.authors),
    categories: category === '' ? [] : [category],
    fields: category === '' ? [] : [category],
    url: `https://www.${server}.org/content/${doi}${version === 0 ? '' : `v${version}`}`,
    submitted: versions.get(1) ?? null,
    updated: versions.get(version) ?? null,
    ...announcement(doi, versions),
    withdrawn: /\bwithdrawn\b/i.test(row.type ?? '') || /^withdrawn\s*:/i.test(title),
    versions: [...versions]
      .sort(([a], [b]) => a - b)
      .flatMap(([number, at]) => (number === 0 ? [] : [{ version: number, at }])),
  }
}

/**
 * The day of version 1 is the announcement. Where only later versions were seen, the DOI tells the day on which the
 * manuscript came in (10.1101/2024.01.15.575234), some days before it was shown; older DOIs are bare numbers.
 */
function announcement(
  doi: string,
  versions: ReadonlyMap<number, Instant>,
): Pick<DocumentRecord, 'announced' | 'announcedBasis'> {
  const first = versions.get(1)
  if (first !== undefined) return { announced: first, announcedBasis: 'stated' }
  const day = parseDay(/\/(\d{4}\.\d\d\.\d\d)\./.exec(doi)?.[1].replaceAll('.', '-') ?? '')
  const dates = [...versions.values(), ...(day === null ? [] : [startOfDay(day)])]
  return { announced: dates.reduce((least, at) => (at < least ? at : least)), announcedBasis: 'derived' }
}

/** `Doe, J. A.; Roe, R., Jr.; The Consortium` */
const authorsOf = (field: string): string[] =>
  field
    .split(';')
    .map((name) => {
      const [last, first = '', ...suffixes] = name.split(',').map((part) => plainText(part))
      return [first, last, ...suffixes].filter((part) => part !== '').join(' ')
    })
    .filter((name) => name !== '')

const versionKeySchema = z.object({ doi: z.string(), version: z.union([z.string(), z.number()]).nullish() })

/** What tells rows apart when they are counted, whether or not they can be read. */
export function rowKey(item: unknown): string {
  const key = versionKeySchema.safeParse(item)
  return key.success ? `${key.data.doi.toLowerCase()} ${key.data.version}` : JSON.stringify(item)
}
