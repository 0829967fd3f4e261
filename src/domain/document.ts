import type { Instant } from './instant.ts'

/**
 * The public identity of a document. An arXiv paper's is its arXiv id without version (`2401.01234`, `math/0306266`);
 * other sources prefix theirs (`doi:10.1101/x`, `scifact:4983`); one's own documents keep the id their owner gave.
 */
export type DocumentId = string & { readonly __brand: 'DocumentId' }

/** The store's own number of a document: small, never used again, the label in every index. */
export type DocumentKey = number & { readonly __brand: 'DocumentKey' }

/** Position in the store's order of changes. A reader that has seen `seq` has seen every change before it. */
export type Seq = number & { readonly __brand: 'Seq' }

export const documentKinds = ['paper', 'post', 'release'] as const
export type DocumentKind = (typeof documentKinds)[number]

export interface VersionDate {
  readonly version: number
  readonly at: Instant
}

/** What a source says of one document, checked and normalised. Text is plain Unicode with single spaces. */
export interface DocumentRecord {
  readonly id: DocumentId
  readonly source: string
  readonly kind: DocumentKind
  /** From 1; 0 when the source names none. */
  readonly version: number
  readonly title: string
  readonly abstract: string
  readonly authors: readonly string[]
  /** Primary first. */
  readonly categories: readonly string[]
  readonly comment: string | null
  readonly doi: string | null
  /** What else names the same work, beside `id` and `doi`: `arxiv:2401.01234`, `pmid:38012345`, `s2:649def34…`. */
  readonly identifiers: readonly string[]
  /** Of the authors' institutions, ISO 3166-1 alpha-2, upper case; only where a source says (OpenAlex). */
  readonly countries: readonly string[]
  /** Fields of study in the words of the source. */
  readonly fields: readonly string[]
  readonly url: string
  /** First version handed in. */
  readonly submitted: Instant | null
  /** This version handed in. */
  readonly updated: Instant | null
  /** First shown to the world; a revision does not move it. */
  readonly announced: Instant | null
  readonly announcedBasis: 'stated' | 'derived' | 'unknown'
  readonly withdrawn: boolean
  /** The abstract is a short summary of ours, to be replaced by any real record of the same paper. */
  readonly standIn: boolean
  /** Dates of all versions that the source lists; may be empty. */
  readonly versions: readonly VersionDate[]
}

export interface StoredDocument extends DocumentRecord {
  readonly key: DocumentKey
  readonly seq: Seq
  readonly harvested: Instant
  readonly contentHash: string
}

export interface DocumentVersion {
  readonly version: number
  readonly at: Instant | null
  /** Null where only the date of the version is known. */
  readonly title: string | null
  readonly abstract: string | null
}

/** What is embedded, and what the content hash is of. */
export const textOf = (document: Pick<DocumentRecord, 'title' | 'abstract'>): string =>
  `${document.title}. ${document.abstract}`

/**
 * `replaced`: a newer version; `cross-listed`: the same version in more categories; `revised`: other facts of the same
 * version; `stale`: an older version than the one that is held.
 */
export const changes = ['new', 'replaced', 'revised', 'cross-listed', 'withdrawn', 'unchanged', 'stale'] as const
export type Change = (typeof changes)[number]

export const noChanges = (): Record<Change, number> => ({
  new: 0,
  replaced: 0,
  revised: 0,
  'cross-listed': 0,
  withdrawn: 0,
  unchanged: 0,
  stale: 0,
})

/**
 * What a record means for the document that the store already holds under its id. A stand-in never replaces anything and
 * any real record replaces a stand-in; an older version, or one of no known number, never replaces a known newer one.
 */
export function changeOf(held: StoredDocument | null, incoming: DocumentRecord, incomingHash: string): Change {
  if (!held) return 'new'
  if (incoming.standIn) return held.standIn && differs(held, incoming, incomingHash) ? 'revised' : 'unchanged'
  if (held.standIn) return incoming.withdrawn ? 'withdrawn' : 'revised'
  if (isOlder(held, incoming)) return redates(held, incoming) ? 'revised' : 'stale'
  if (incoming.withdrawn && !held.withdrawn) return 'withdrawn'
  if (!differs(held, incoming, incomingHash)) return 'unchanged'
  if (held.version > 0 && incoming.version > held.version) return 'replaced'
  return onlyMoreCategories(held, incoming, incomingHash) ? 'cross-listed' : 'revised'
}

const onlyMoreCategories = (held: StoredDocument, incoming: DocumentRecord, incomingHash: string): boolean =>
  incoming.categories.length > held.categories.length &&
  held.categories.every((category) => incoming.categories.includes(category)) &&
  !differs({ ...held, categories: incoming.categories }, incoming, incomingHash)

const isOlder = (held: StoredDocument, incoming: DocumentRecord): boolean => incoming.version < held.version

/** The first announcement stays the first, except that a stated one replaces a derived one. */
function redates(held: StoredDocument, incoming: DocumentRecord): boolean {
  if (incoming.announced === null || incoming.announced === held.announced) return false
  if (held.announced === null) return true
  if (held.announcedBasis !== incoming.announcedBasis) return incoming.announcedBasis === 'stated'
  return incoming.announced < held.announced
}

function differs(held: StoredDocument, incoming: DocumentRecord, incomingHash: string): boolean {
  return (
    held.contentHash !== incomingHash ||
    held.version !== incoming.version ||
    held.withdrawn !== incoming.withdrawn ||
    redates(held, incoming) ||
    (incoming.comment !== null && held.comment !== incoming.comment) ||
    (incoming.doi !== null && held.doi !== incoming.doi) ||
    held.categories.join(' ') !== incoming.categories.join(' ') ||
    incoming.identifiers.some((one) => !held.identifiers.includes(one)) ||
    incoming.countries.some((one) => !held.countries.includes(one)) ||
    incoming.fields.some((one) => !held.fields.includes(one)) ||
    held.authors.join('\n') !== incoming.authors.join('\n')
  )
}

/** The document after the record; what the record does not know, the held document keeps. */
export function merged(held: StoredDocument | null, record: DocumentRecord, harvested: Instant): DocumentRecord {
  const incoming = datedByNow(record, harvested)
  if (!held || held.standIn) return incoming
  const { announced, announcedBasis } = redates(held, incoming) ? incoming : held
  if (isOlder(held, incoming)) return { ...held, announced, announcedBasis }
  return {
    ...incoming,
    comment: incoming.comment ?? held.comment,
    doi: incoming.doi ?? held.doi,
    identifiers: union(held.identifiers, incoming.identifiers),
    countries: union(held.countries, incoming.countries),
    fields: union(held.fields, incoming.fields),
    submitted: incoming.submitted ?? held.submitted,
    updated: incoming.updated ?? held.updated,
    announced,
    announcedBasis,
  }
}

const union = (held: readonly string[], incoming: readonly string[]): string[] => [...new Set([...held, ...incoming])]

/** What we hold has been announced: a date that a calendar or a source puts later is late by some moderation or zone. */
const datedByNow = (record: DocumentRecord, harvested: Instant): DocumentRecord =>
  record.announced !== null && record.announced > harvested
    ? { ...record, announced: harvested, announcedBasis: 'derived' }
    : record
