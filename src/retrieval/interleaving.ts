import type { Hit, RankedAnswer } from '../domain/answer.ts'
import type { DocumentId } from '../domain/document.ts'
import type { Team } from '../domain/feedback.ts'
import type { Challenger, Query } from '../domain/query.ts'
import type { Snapshot } from '../ports.ts'
import type { SearchOptions } from './search.ts'

/** The product's own arm. */
const asServed = 'auto'

const waysOf: Readonly<Record<Challenger, Partial<Query>>> = {
  'static-and-fresh': { mode: 'both' },
  'gate-off': { freshness: 'off' },
  rrf: { fusion: 'rrf' },
}

/** Whoever asks for a mode, a blend or a page has to get it, and whoever asks for an explanation one order to explain. */
export const isPlain = (query: Query): boolean =>
  query.mode === 'auto' &&
  query.sort === 'relevance' &&
  query.fusion === 'convex' &&
  query.freshness === 'auto' &&
  query.shown === 0 &&
  !query.past &&
  !query.explain

export type Searching = (query: Query, snapshot: Snapshot, options: SearchOptions) => Promise<RankedAnswer>

/** The same search; but what is plain is answered with one page of both, with nothing before it is whole. */
export function interleaving(product: Searching, challenger: Challenger, random: () => number): Searching {
  return (query, snapshot, options) => {
    if (!isPlain(query)) return product(query, snapshot, options)
    // The first answer of an arm is of that arm alone, so a stream waits for the draft.
    const { onFirst: _, ...waiting } = options
    return searchInterleaved(query, challenger, (one) => product(one, snapshot, waiting), random)
  }
}

/** One page of what the product and its challenger would each have answered; both are asked at once. */
export async function searchInterleaved(
  query: Query,
  challenger: Challenger,
  search: (query: Query) => Promise<RankedAnswer>,
  random: () => number,
): Promise<RankedAnswer> {
  const [product, rival] = await Promise.all([search(query), search({ ...query, ...waysOf[challenger] })])
  const drafted = teamDraft(product.hits, rival.hits, (hit) => hit.id, query.limit, random)
  const hits = drafted.map(({ item }, i): Hit => ({ ...item, rank: i + 1 }))
  const teams = new Map<DocumentId, Team>()
  for (const { item, team } of drafted) if (team !== null) teams.set(item.id, team)
  return {
    ...product,
    hits,
    next: nextAfter(product, hits),
    tookMs: { ...product.tookMs, total: Math.max(product.tookMs.total, rival.tookMs.total) },
    draft: { arms: [asServed, challenger], teams },
  }
}

/**
 * The next page is the product's own, from the first of its hits that found no place on this one: nothing is left out,
 * and what the draft brought forward may come twice.
 */
function nextAfter({ query, hits, next }: RankedAnswer, drafted: readonly Hit[]): RankedAnswer['next'] {
  const placed = new Set(drafted.map((hit) => hit.id))
  const ranked = hits.filter((hit) => hit.tier !== 'live')
  const leftOut = ranked.findIndex((hit) => !placed.has(hit.id))
  const shown = query.shown + drafted.length
  return leftOut < 0 ? { ...next, shown } : { offset: query.offset + leftOut, shown, more: true }
}

export interface Drafted<T> {
  readonly item: T
  /** Null once one side has nothing more to place: then nobody competes. */
  readonly team: Team | null
}

/**
 * Team-draft interleaving (Radlinski, Kurup and Joachims 2008): in every round each side places its best that is not
 * placed yet, and a coin says who begins. Where one side has run out the paper ends the list; a page is filled from the
 * other side, and that is to nobody's credit.
 */
export function teamDraft<T>(
  first: readonly T[],
  second: readonly T[],
  idOf: (item: T) => string,
  length: number,
  random: () => number,
): Drafted<T>[] {
  const drafted: Drafted<T>[] = []
  const placed = new Set<string>()
  const bestOf = (side: readonly T[]): T | undefined => side.find((item) => !placed.has(idOf(item)))
  const place = (item: T, team: Team | null) => {
    placed.add(idOf(item))
    drafted.push({ item, team })
  }
  // Positive: the first side is ahead.
  let lead = 0
  while (drafted.length < length) {
    const [one, other] = [bestOf(first), bestOf(second)]
    if (one === undefined || other === undefined) {
      const rest = one ?? other
      if (rest === undefined) break
      place(rest, null)
    } else if (lead < 0 || (lead === 0 && random() < 0.5)) {
      place(one, 'first')
      lead++
    } else {
      place(other, 'second')
      lead--
    }
  }
  return drafted
}
