import { createHash } from 'node:crypto'
import { parseDoi } from '../../src/domain/identifiers.ts'
import { type Day, dayOf, endOfDay, parseDay, startOfDay } from '../../src/domain/instant.ts'
import { type Corpus, type PaperState, publishedAt, type UpstreamPaper } from './corpus.ts'
import type { Query } from './query.ts'
import { hashOf } from './seeded.ts'

/** What the indexes of all of science make of a paper: their own ids, fields and dates. */

export const semanticScholarId = (paper: UpstreamPaper): string => createHash('sha1').update(paper.id).digest('hex')

/** `W` and ten digits. */
export const openAlexId = (paper: UpstreamPaper): string =>
  `W${4_000_000_000 + (Number.parseInt(semanticScholarId(paper).slice(0, 7), 16) % 999_999_999)}`

export const numberOf = (name: string): number => 2_000_000 + (hashOf(name) % 900_000_000)

/** DataCite's, by which arXiv's papers go until a journal has given them another. */
export const arxivDoi = (paper: UpstreamPaper): string => `10.48550/arXiv.${paper.id}`

export const publicationDay = ({ paper, modified }: PaperState): Day => dayOf(publishedAt(paper, modified))

const fieldsByArchive: Readonly<Record<string, string>> = {
  cs: 'Computer Science',
  econ: 'Economics',
  eess: 'Engineering',
  math: 'Mathematics',
  'q-bio': 'Biology',
  'q-fin': 'Economics',
  stat: 'Mathematics',
}

export const fieldsOf = ({ categories }: PaperState): string[] => [
  ...new Set(categories.map((category) => fieldsByArchive[category.split('.')[0]] ?? 'Physics')),
]

/** Reads `2024`, `2024-03` or `2024-03-05` as the time it names; null for anything else. */
export function periodOf(text: string): { readonly from: number; readonly to: number } | null {
  const match = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/.exec(text)
  if (!match) return null
  const [, year, month, date] = match
  const first = parseDay(`${year}-${month ?? '01'}-${date ?? '01'}`)
  if (first === null) return null
  if (date !== undefined) return { from: startOfDay(first), to: endOfDay(first) }
  const end = month === undefined ? Date.UTC(Number(year) + 1, 0) : Date.UTC(Number(year), Number(month))
  return { from: startOfDay(first), to: end - 1 }
}

export interface Lookup {
  bySemanticScholarId(id: string): UpstreamPaper | undefined
  byOpenAlexId(id: string): UpstreamPaper | undefined
  byDoi(doi: string): UpstreamPaper | undefined
}

const lookups = new WeakMap<Corpus, Lookup>()

export function lookupOf(corpus: Corpus): Lookup {
  const known = lookups.get(corpus)
  if (known) return known
  const maps = [semanticScholarId, openAlexId].map((idOf) => new Map(corpus.papers.map((one) => [idOf(one), one])))
  const byDoi = new Map(corpus.papers.flatMap((one) => doisOf(one).map((doi) => [doi.toLowerCase(), one] as const)))
  const lookup: Lookup = {
    bySemanticScholarId: (id) => maps[0].get(id),
    byOpenAlexId: (id) => maps[1].get(id),
    byDoi: (doi) => byDoi.get(parseDoi(doi) ?? ''),
  }
  lookups.set(corpus, lookup)
  return lookup
}

const doisOf = (paper: UpstreamPaper): string[] => [arxivDoi(paper), ...(paper.journal ? [paper.journal.doi] : [])]

/** The first moment that may belong to a range of days or years, and the last one; `A:B`, either end open, or one period. */
export function rangeOf(text: string): { readonly from: number; readonly to: number } | null {
  const [first, last] = text.includes(':') ? text.split(':') : [text, text]
  const [from, to] = [periodOf(first), periodOf(last)]
  if ((first !== '' && from === null) || (last !== '' && to === null)) return null
  return { from: from?.from ?? -Infinity, to: to?.to ?? Infinity }
}

export const publishedIn = ({ from, to }: { readonly from: number; readonly to: number }): Query => ({
  kind: 'where',
  name: `published ${from} to ${to}`,
  holds: (paper, now) => {
    const at = publishedAt(paper, now)
    return at >= from && at <= to
  },
})

export const allOf = (parts: readonly Query[]): Query => ({ kind: 'and', parts })
