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

/** What one source says of a work, as it said it last. A document is made of one sighting or of several. */
export interface Sighting extends DocumentRecord {
  readonly harvested: Instant
  readonly contentHash: string
}

export interface StoredDocument extends Sighting {
  readonly key: DocumentKey
  readonly seq: Seq
  /** Every source that knows it; the one that leads, which is `source`, first. */
  readonly sources: readonly string[]
}

/** Facts by which documents are counted and told apart, without their texts. */
export type Traits = Pick<StoredDocument, 'kind' | 'sources' | 'authors' | 'categories' | 'countries' | 'fields'>

export const traitsOf = ({ kind, sources, authors, categories, countries, fields }: Traits): Traits => ({
  kind,
  sources,
  authors,
  categories,
  countries,
  fields,
})

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
 * version; `folded`: seen for the first time in a source, and held from another already; `stale`: an older version than
 * the one that is held.
 */
export const changes = [
  'new',
  'replaced',
  'revised',
  'cross-listed',
  'folded',
  'withdrawn',
  'unchanged',
  'stale',
] as const
export type Change = (typeof changes)[number]

export const noChanges = (): Record<Change, number> => ({
  new: 0,
  replaced: 0,
  revised: 0,
  'cross-listed': 0,
  folded: 0,
  withdrawn: 0,
  unchanged: 0,
  stale: 0,
})

/** The facts of a record and nothing else. Dates of versions are kept apart. */
export const factsOf = (record: DocumentRecord): DocumentRecord => ({
  id: record.id,
  source: record.source,
  kind: record.kind,
  version: record.version,
  title: record.title,
  abstract: record.abstract,
  authors: record.authors,
  categories: record.categories,
  comment: record.comment,
  doi: record.doi,
  identifiers: record.identifiers,
  countries: record.countries,
  fields: record.fields,
  url: record.url,
  submitted: record.submitted,
  updated: record.updated,
  announced: record.announced,
  announcedBasis: record.announcedBasis,
  withdrawn: record.withdrawn,
  standIn: record.standIn,
  versions: [],
})

export const union = (...lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())]
