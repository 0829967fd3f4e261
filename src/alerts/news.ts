import { isoOf } from '../domain/instant.ts'
import type { MatchMark, SavedSearch, SeenMatch } from '../domain/saved-search.ts'
import type { WireMatch, WireNews } from '../http/saved-searches.ts'
import { toWireDocument } from '../http/wire.ts'
import type { DocumentStore } from '../ports.ts'
import { type HeldMatch, heldMatches } from './matching.ts'

/** What is told of matches of a saved search, to its owner and to its webhook. */
export function newsOf(
  { id, name, spelling, seen }: SavedSearch,
  matches: readonly SeenMatch[],
  documents: Pick<DocumentStore, 'byId'>,
): WireNews {
  return {
    id,
    name,
    search: JSON.parse(spelling),
    mark: newestOf(matches, seen),
    matches: heldMatches(matches, documents, matches.length).map(toWireMatch),
  }
}

/** The mark of what was seen last: what is first seen later has a higher one. */
export const newestOf = (matches: readonly SeenMatch[], seen: MatchMark): MatchMark =>
  matches.reduce((newest, { mark }) => (mark > newest ? mark : newest), seen)

function toWireMatch({ held, firstSeen }: HeldMatch): WireMatch {
  const document = toWireDocument({ document: held, version: null }, [])
  return {
    id: document.id,
    source: document.source,
    kind: document.kind,
    title: document.title,
    titleMath: document.titleMath,
    authors: document.authors,
    categories: document.categories,
    announced: document.announced,
    announcedAt: document.announcedAt,
    url: document.url,
    doi: document.doi,
    version: document.version,
    withdrawn: document.withdrawn,
    firstSeen: isoOf(firstSeen),
  }
}
