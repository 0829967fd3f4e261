import type { Instant } from '../../src/domain/instant.ts'
import { type Corpus, epochAt, firstWhere, type PaperState, publishedAt, stateAt } from './corpus.ts'
import { evaluate, type Query, type World, worldAt } from './query.ts'
import { openTextIndex, type TextIndex } from './text-index.ts'

export type SortBy = 'relevance' | 'submitted' | 'updated' | 'published'

export interface SearchRequest {
  readonly query: Query
  readonly now: Instant
  readonly sortBy: SortBy
  readonly ascending: boolean
  /** The first of the hits wanted, and how many. */
  readonly start: number
  readonly count: number
}

export interface SearchResult {
  readonly total: number
  readonly hits: readonly { readonly state: PaperState; readonly score: number }[]
}

export interface Search {
  find(request: SearchRequest): SearchResult
}

const searches = new WeakMap<Corpus, Search>()

/** The index is built at the first search, once for a corpus; it takes seconds for tens of thousands of papers. */
export function searchOf(corpus: Corpus): Search {
  const known = searches.get(corpus)
  if (known) return known
  const search = openSearch(corpus)
  searches.set(corpus, search)
  return search
}

interface Ranked {
  readonly key: string
  /** What to sort by in the high part, the row in the low one: numbers sort natively. */
  readonly keys: Float64Array
  readonly scores: Float64Array
  sorted: boolean
}

/** Paging asks the same again and again. */
const mostRemembered = 8
const rowsPerKey = 2 ** 22
/** A first page of up to so many hits is picked out; whoever pages on pays for the sorting of all. */
const mostPicked = 200

function openSearch(corpus: Corpus): Search {
  let index: TextIndex | null = null
  let world: World | null = null
  const remembered: Ranked[] = []
  const ranked = (request: SearchRequest): Ranked => {
    const epoch = epochAt(corpus, request.now)
    const { query, sortBy, ascending } = request
    const key = JSON.stringify([query, sortBy, ascending, epoch])
    const known = remembered.find((one) => one.key === key)
    if (known) return known
    index ??= openTextIndex(corpus)
    if (world === null || epochAt(corpus, world.now) !== epoch) world = worldAt(index, request.now)
    const fresh = { key, ...rank(world, request), sorted: false }
    remembered.unshift(fresh)
    remembered.length = Math.min(remembered.length, mostRemembered)
    return fresh
  }
  return {
    find(request) {
      const found = ranked(request)
      const hits: { state: PaperState; score: number }[] = []
      for (const key of page(found, request)) {
        const row = Math.abs(key) % rowsPerKey
        const state = index && stateAt(index.paperOf(row), request.now)
        if (state) hits.push({ state, score: found.scores[row] })
      }
      return { total: found.keys.length, hits }
    },
  }
}

function rank(world: World, { query, sortBy, ascending }: SearchRequest): Pick<Ranked, 'keys' | 'scores'> {
  const { rows, scores } = evaluate(world, query)
  const keys = new Float64Array(rows.length)
  const sign = ascending ? 1 : -1
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]
    keys[at] = sign * (Math.floor(sortKey(world, sortBy, row, scores)) * rowsPerKey + row)
  }
  return { keys, scores }
}

function sortKey({ index, now }: World, sortBy: SortBy, row: number, scores: Float64Array): number {
  switch (sortBy) {
    case 'relevance':
      return scores[row] * 1e6
    case 'submitted':
      return index.paperOf(row).versions[0].submitted / 1000
    case 'updated':
      return index.versionOf(row).submitted / 1000
    case 'published':
      return publishedAt(index.paperOf(row), now) / 1000
  }
}

function page(found: Ranked, { start, count }: SearchRequest): Float64Array {
  if (!found.sorted && start === 0 && count <= mostPicked) return smallest(found.keys, count)
  if (!found.sorted) found.keys.sort()
  found.sorted = true
  return found.keys.subarray(start, start + count)
}

/** The `count` smallest, ascending. */
function smallest(keys: Float64Array, count: number): Float64Array {
  const best = keys.slice(0, count).sort()
  for (let at = count; at < keys.length; at++) {
    if (best.length === 0 || keys[at] >= best[best.length - 1]) continue
    const to = firstWhere(best.length, (one) => best[one] > keys[at])
    best.copyWithin(to + 1, to)
    best[to] = keys[at]
  }
  return best
}
