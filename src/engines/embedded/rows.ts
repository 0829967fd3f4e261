import type { DocumentId, DocumentKey, DocumentRecord, Seq, StoredDocument, Traits } from '../../domain/document.ts'
import type { EndedState } from '../../domain/former.ts'
import { titleKey } from '../../domain/identifiers.ts'
import type { Instant } from '../../domain/instant.ts'

/** A row of `documents`, without the key of its title. */
export interface Row {
  key: DocumentKey
  id: DocumentId
  seq: Seq
  source: string
  kind: StoredDocument['kind']
  version: number
  title: string
  abstract: string
  authors: string
  categories: string
  comment: string | null
  doi: string | null
  identifiers: string
  countries: string
  fields: string
  url: string
  submitted: Instant | null
  updated: Instant | null
  announced: Instant | null
  announced_basis: StoredDocument['announcedBasis']
  harvested: Instant
  withdrawn: 0 | 1
  stand_in: 0 | 1
  content_hash: string
  /** JSON; null for a document that is made of one sighting and shows it as it is. */
  sources: string | null
}

export type TraitsRow = Pick<
  Row,
  'key' | 'kind' | 'source' | 'sources' | 'authors' | 'categories' | 'countries' | 'fields'
>

/** A row of `former_states`. */
export interface FormerRow {
  key: DocumentKey
  source: string
  version: number
  title: string
  abstract: string
  content_hash: string
  updated: Instant | null
  withdrawn: 0 | 1
  until: Instant
  seq: Seq
  ended: Seq
}

export const toEndedState = (row: FormerRow): EndedState => ({
  source: row.source,
  version: row.version,
  title: row.title,
  abstract: row.abstract,
  contentHash: row.content_hash,
  updated: row.updated,
  withdrawn: row.withdrawn === 1,
  until: row.until,
  seq: row.seq,
  ended: row.ended,
})

export const toDocument = (row: Row): StoredDocument => ({
  key: row.key,
  id: row.id,
  seq: row.seq,
  ...toTraits(row),
  source: row.source,
  version: row.version,
  title: row.title,
  abstract: row.abstract,
  comment: row.comment,
  doi: row.doi,
  identifiers: JSON.parse(row.identifiers),
  url: row.url,
  submitted: row.submitted,
  updated: row.updated,
  announced: row.announced,
  announcedBasis: row.announced_basis,
  harvested: row.harvested,
  withdrawn: row.withdrawn === 1,
  standIn: row.stand_in === 1,
  contentHash: row.content_hash,
  versions: [],
})

export const toTraits = (row: TraitsRow): Traits => ({
  kind: row.kind,
  sources: row.sources === null ? [row.source] : JSON.parse(row.sources),
  authors: JSON.parse(row.authors),
  categories: JSON.parse(row.categories),
  countries: JSON.parse(row.countries),
  fields: JSON.parse(row.fields),
})

export const valuesOf = (document: DocumentRecord) => ({
  id: document.id,
  source: document.source,
  kind: document.kind,
  version: document.version,
  title: document.title,
  abstract: document.abstract,
  titleKey: titleKey(document.title),
  authors: JSON.stringify(document.authors),
  categories: JSON.stringify(document.categories),
  comment: document.comment,
  doi: document.doi,
  identifiers: JSON.stringify(document.identifiers),
  countries: JSON.stringify(document.countries),
  fields: JSON.stringify(document.fields),
  url: document.url,
  submitted: document.submitted,
  updated: document.updated,
  announced: document.announced,
  announcedBasis: document.announcedBasis,
  withdrawn: document.withdrawn ? 1 : 0,
  standIn: document.standIn ? 1 : 0,
})
