import type { DocumentId, DocumentRecord } from '../domain/document.ts'

/** What all sources share on the way from what was written to a record. */

export const longestTitle = 2_000
export const longestAbstract = 100_000

/** One line of NFC text with single spaces; control characters go, lone surrogates become U+FFFD. */
export const plainText = (raw: string): string =>
  raw
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[\s\u0085]+/gu, ' ')
    .replace(/\p{Cc}/gu, '')
    .normalize('NFC')
    // Again: a control character between two spaces has left both.
    .replace(/ {2,}/g, ' ')
    .trim()

// Addresses end up as links on the page: `javascript:` must never come through.
const linkable = new Set(['http:', 'https:', 'urn:', 'file:'])
export const isLink = (address: string): boolean => URL.canParse(address) && linkable.has(new URL(address).protocol)

export const arxivUrl = (id: DocumentId): string => `https://arxiv.org/abs/${id}`

/** What a record holds where its source says nothing. */
export const unsaid: Omit<DocumentRecord, 'id' | 'source' | 'title' | 'url'> = {
  kind: 'paper',
  version: 0,
  abstract: '',
  authors: [],
  categories: [],
  comment: null,
  doi: null,
  identifiers: [],
  countries: [],
  fields: [],
  submitted: null,
  updated: null,
  announced: null,
  announcedBasis: 'unknown',
  withdrawn: false,
  standIn: false,
  versions: [],
}

/** Something that no record could be made of, and why. Counted and named, never dropped in silence. */
export interface Rejected {
  readonly id: string
  readonly reason: string
}

const isRejected = (one: DocumentRecord | Rejected): one is Rejected => 'reason' in one

export function sorted(all: readonly (DocumentRecord | Rejected)[]): {
  records: DocumentRecord[]
  rejected: Rejected[]
} {
  const records: DocumentRecord[] = []
  const rejected: Rejected[] = []
  for (const one of all) {
    if (isRejected(one)) rejected.push(one)
    else records.push(one)
  }
  return { records, rejected }
}
