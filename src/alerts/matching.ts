import type { RankedAnswer } from '../domain/answer.ts'
import type { DocumentId, StoredDocument } from '../domain/document.ts'
import type { Query } from '../domain/query.ts'
import type { Match, SearchId, SeenMatch } from '../domain/saved-search.ts'
import { parseSearch } from '../http/params.ts'
import type { Clock, DocumentStore, MatchBook } from '../ports.ts'

export interface Matching {
  /** As of what is held now. */
  search(query: Query, signal: AbortSignal): Promise<RankedAnswer>
  readonly documents: Pick<DocumentStore, 'byId'>
  readonly clock: Pick<Clock, 'now'>
}

/** As many as one search lists; what matches later has its own turn, in the fresh tier. */
const limit = 100

/**
 * What the search matches well by now, best first among those announced together; null where the answer had to do without
 * something: what is missing from it would seem new later on. Live sources are never asked.
 */
export async function findMatches(
  spelling: string,
  { search, clock }: Matching,
  signal: AbortSignal,
): Promise<readonly Match[] | null> {
  const now = clock.now()
  // By date only what matches well is listed.
  const { query } = parseSearch({ ...JSON.parse(spelling), mode: 'both', sort: 'date', limit }, now)
  const { hits, abstained, degraded } = await search(query, signal)
  if (degraded.length > 0) return null
  return abstained ? [] : hits.map(({ id, announced }) => ({ document: id, at: announced ?? now }))
}

/** Looks for what is new and adds it to the matches of the search; false where the answer was no whole one. */
export async function look(
  search: { readonly id: SearchId; readonly spelling: string },
  book: MatchBook,
  matching: Matching,
  signal: AbortSignal,
): Promise<boolean> {
  const found = await findMatches(search.spelling, matching, signal)
  if (found === null) return false
  const known = book.of(search.id)
  const ids = new Set(known.map((one) => one.document))
  const others = found.filter((one) => !ids.has(one.document))
  if (others.length === 0) return true
  // Two works may have turned out to be one since, and have one id.
  const current = new Set(known.map(({ document }) => matching.documents.byId(document)?.id))
  const fresh = others.filter((one) => !current.has(one.document))
  book.add(search.id, fresh, matching.clock.now())
  return true
}

export interface HeldMatch extends SeenMatch {
  /** As it is now: revised, perhaps withdrawn. */
  readonly held: StoredDocument
}

/** The first `most` of the matches that are still held, each work once, under the id by which it was first seen. */
export function heldMatches(
  matches: readonly SeenMatch[],
  documents: Pick<DocumentStore, 'byId'>,
  most: number,
): readonly HeldMatch[] {
  const held = new Map<DocumentId, HeldMatch>()
  for (const one of matches) {
    if (held.size === most) break
    const document = documents.byId(one.document)
    if (document && !held.has(document.id)) held.set(document.id, { ...one, held: document })
  }
  return [...held.values()]
}
