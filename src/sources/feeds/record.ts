import { createHash } from 'node:crypto'
import type { DocumentId, DocumentKind, DocumentRecord } from '../../domain/document.ts'
import { type ArxivId, arxivIdOfDoi, parseArxivId, parseDoi } from '../../domain/identifiers.ts'
import { arxivUrl, longestAbstract, longestTitle, type Rejected, unsaid } from '../record.ts'
import type { FeedEntry, ParsedFeed } from './entry.ts'

/** What of the feed every record of it needs. */
export interface FeedOfRecords {
  readonly name: string
  readonly host: string
  /** Where an entry without a link leads; without the query, which may hold a key. */
  readonly page: string
  readonly authors: ParsedFeed['authors']
  /** Of entries that do not say that they are papers. */
  readonly kind: DocumentKind
}

const longestStandInTitle = 120
const longestId = 200

/** The record, or why there is none. */
export function feedRecord(feed: FeedOfRecords, entry: FeedEntry, position: number): DocumentRecord | Rejected {
  // The fuller of the two: some feeds put the whole into one and a sentence into the other, in either order.
  const text = entry.content.length > entry.summary.length ? entry.content : entry.summary
  const title = entry.title || shortened(text, longestStandInTitle)
  const namedHere = shortened(entry.id ?? `entry ${position}`, longestId)
  if (title === '') return { id: namedHere, reason: 'the entry has no title and no text' }
  const names = namesOf(entry)
  const { arxiv, doi, pmid } = names
  return {
    ...unsaid,
    id: idOf(feed, entry, names),
    source: feed.name,
    kind: arxiv || doi ? 'paper' : feed.kind,
    version: arxiv?.version ?? 0,
    title: shortened(title, longestTitle),
    abstract: text === title ? '' : shortened(text, longestAbstract),
    authors: entry.authors.length > 0 ? entry.authors : feed.authors,
    categories: entry.categories,
    doi,
    identifiers: pmid === null ? [] : [`pmid:${pmid}`],
    url: urlOf(feed, entry, arxiv),
    // What an entry says of its own change says nothing of arXiv's versions.
    updated: arxiv ? null : entry.updated,
    ...announcementOf(entry, names),
  }
}

interface Names {
  readonly arxiv: ArxivId | null
  /** Of the publisher; arXiv's own DOIs are arXiv ids. */
  readonly doi: string | null
  readonly pmid: string | null
}

/** By what the entry calls itself, not by what it links to: a link to a paper may be a remark upon it. */
function namesOf({ id, identifiers }: FeedEntry): Names {
  const names = [...identifiers, ...(id === null ? [] : [id])].filter((name) => name.length <= longestId)
  const dois = names.map(parseDoi).filter((doi) => doi !== null)
  const arxivIds = [...names.filter((name) => /arxiv/i.test(name)).map(parseArxivId), ...dois.map(arxivIdOfDoi)].filter(
    (one) => one !== null,
  )
  return {
    arxiv: arxivIds[0] ?? null,
    doi: dois.find((doi) => arxivIdOfDoi(doi) === null) ?? null,
    pmid:
      names.map((name) => /^(?:pubmed|pmid):\s*(\d{1,9})$/i.exec(name)?.[1]).find((one) => one !== undefined) ?? null,
  }
}

/**
 * An entry keeps its id for as long as it keeps what it is named by: its own id, its link, its title and date. Ids count
 * only within the host of the feed, so that one site cannot speak for another's entries, and those that are no addresses
 * only within the feed. `http:` or `https:` makes no difference: sites that move keep their entries.
 */
function idOf(feed: FeedOfRecords, entry: FeedEntry, { arxiv, doi }: Names): DocumentId {
  if (arxiv) return arxiv.id
  if (doi !== null) return `doi:${doi}` as DocumentId
  const named =
    entry.id ??
    entry.link ??
    `${entry.title || entry.summary || entry.content}\n${entry.published ?? entry.updated ?? ''}`
  const key = URL.canParse(named) ? named.replace(/^https?:/i, '') : `${feed.name}\n${named}`
  return `feed:${feed.host}:${hashOf(key, 20)}` as DocumentId
}

export const hashOf = (text: string, digits: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, digits)

/** Links end up on the page: of the schemes that a record may have, only the web's are for a stranger to choose. */
function urlOf(feed: FeedOfRecords, entry: FeedEntry, arxiv: ArxivId | null): string {
  if (entry.link !== null && isWebAddress(entry.link)) return entry.link
  return arxiv ? arxivUrl(arxiv.id) : feed.page
}

export const isWebAddress = (address: string): boolean => /^https?:\/\//i.test(address) && URL.canParse(address)

/** A post is announced by its feed, if that knows the day. A paper was so elsewhere, and not later. */
function announcementOf(
  { published, publishedToTheDay, updated }: FeedEntry,
  { arxiv, doi }: Names,
): Pick<DocumentRecord, 'announced' | 'announcedBasis'> {
  const at = published ?? updated
  if (at === null || arxiv) return { announced: null, announcedBasis: 'unknown' }
  return { announced: at, announcedBasis: publishedToTheDay && doi === null ? 'stated' : 'derived' }
}

/** Cut at a space where there is one near the end, and never within a character. */
function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text
  const cut = text.slice(0, longest - 1).replace(/\p{Surrogate}$/u, '')
  const space = cut.lastIndexOf(' ')
  return `${(space > longest * 0.8 ? cut.slice(0, space) : cut).trimEnd()}…`
}
