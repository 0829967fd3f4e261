import { type Instant, instant } from '../domain/instant.ts'
import type { SearchId } from '../domain/saved-search.ts'
import type { HeldMatch } from './matching.ts'

export interface AtomFeed {
  readonly id: SearchId
  readonly query: string
  /** Its own address, and that of the page of the same search. */
  readonly self: string
  readonly alternate: string
  readonly changedAt: Instant
  readonly matches: readonly HeldMatch[]
}

/** RFC 4287, by feedsmith's generator, which is loaded for the first feed: it takes long. */
export async function toAtom({ id, query, self, alternate, changedAt, matches }: AtomFeed): Promise<string> {
  const { generateAtomFeed } = await import('feedsmith')
  return generateAtomFeed({
    id: tagOf('search', id),
    title: text(`Freshet: ${query}`),
    updated: new Date(changedAt),
    links: [
      { rel: 'self', type: 'application/atom+xml', href: self },
      { rel: 'alternate', type: 'text/html', href: alternate },
    ],
    // Entries have authors of their own; an empty feed must have one all the same.
    authors: [{ name: 'Freshet' }],
    generator: { text: 'Freshet' },
    entries: matches.map((match) => toEntry(match, self)),
  })
}

/**
 * RFC 4151. Neither host nor key is in it: the paper is the same wherever it is served. A withdrawn paper stays and says
 * so, for whoever read of it should hear of that too.
 */
function toEntry(match: HeldMatch, self: string) {
  const { document, held, at } = match
  const authors = held.authors.map(clean).filter((name) => name !== '')
  const title = clean(held.title) || document
  const summary = clean(opening(held.abstract))
  return {
    id: tagOf('paper', document),
    title: text(held.withdrawn ? `Withdrawn: ${title}` : title),
    published: new Date(at),
    updated: new Date(updatedAt(match)),
    links: [{ rel: 'alternate', href: addressOf(held, self) }],
    authors: (authors.length > 0 ? authors : [held.source]).map((name) => ({ name })),
    categories: held.categories
      .map(clean)
      .filter((term) => term !== '')
      .map((term) => ({ term })),
    ...(summary !== '' && { summary: text(summary) }),
  }
}

/** A revision by the source's own date. One without, and most withdrawals, by when the store heard of it. */
function updatedAt({ at, firstSeen, held }: HeldMatch): Instant {
  const heard = held.harvested > firstSeen ? held.harvested : at
  return instant(Math.max(at, held.updated ?? heard, held.withdrawn ? heard : at))
}

/** An entry without content must lead somewhere: to the paper at its source, or to what we hold of it. */
function addressOf({ url, id }: HeldMatch['held'], self: string): string {
  if (/^https?:/i.test(url) && URL.canParse(url)) return new URL(url).href
  return new URL(`/v1/documents/${encodeURIComponent(id.toWellFormed())}`, self).href
}

const tagOf = (kind: 'search' | 'paper', name: string): string =>
  `tag:freshet,2026:${kind}:${encodeURIComponent(name.toWellFormed())}`

const longestSummary = 500

/** Not the snippet of the query: that changes with the statistics of the index, and the entry would with it. */
function opening(abstract: string): string {
  if (abstract.length <= longestSummary) return abstract
  const space = abstract.lastIndexOf(' ', longestSummary)
  return `${abstract.slice(0, space > 0 ? space : longestSummary)} …`
}

const text = (value: string) => ({ value: clean(value) })

/** XML has no words for some characters, escaped or not; white space is nobody's meaning here. */
const clean = (value: string): string =>
  value
    .replace(/\s+/g, ' ')
    .replace(/[^ -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .trim()
