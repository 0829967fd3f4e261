import type { WireAnswer, WireHit } from '../../src/http/answers.ts'
import type { WireStatus } from '../../src/http/status.ts'
import type { Trouble } from './trouble.ts'
import type { Wish } from './wish.ts'

/** What is held, and how current it is. */
export interface Coverage {
  readonly documents: number
  readonly bySource: Readonly<Record<string, number>>
  readonly sources: readonly Pick<WireStatus['sources'][number], 'source' | 'state'>[]
}

/** What the page shows; the server makes the first one, and the script goes on from it. */
export interface Model {
  /** What the address says. */
  readonly wish: Wish
  /** The first page of the answer; null before anything was asked. */
  readonly answer: WireAnswer | null
  /** The pages after it that were asked for. */
  readonly more: readonly WireAnswer[]
  readonly coverage: Coverage
  /** Why the last search failed; what was found before it stays. */
  readonly trouble: Trouble | null
  /** What is being waited for. */
  readonly waitingFor: 'answer' | 'live' | 'more' | null
  /** The answer with what live sources brought, which would move what is being read. */
  readonly withheld: WireAnswer | null
}

export const coverageOf = ({ store, sources }: WireStatus): Coverage => ({
  documents: store.documents,
  bySource: store.bySource,
  sources: sources.map(({ source, state }) => ({ source, state })),
})

export interface Arrivals {
  readonly hits: readonly WireHit[]
  /** Where the first of them comes to stand; hits before it stay where they are. */
  readonly from: number
}

/** What live sources added to a page. */
export function arrivalsIn(before: WireAnswer, after: WireAnswer): Arrivals {
  const shown = new Set(before.hits.map((hit) => hit.id))
  const from = after.hits.findIndex((hit) => !shown.has(hit.id))
  return { hits: after.hits.filter((hit) => !shown.has(hit.id)), from: from < 0 ? after.hits.length : from }
}

export interface Shown {
  readonly hit: WireHit
  /** Of the page that it is on. */
  readonly answer: WireAnswer
}

/** The hits of all pages; one that live sources brought to the first may come again on a later one. */
export function shownIn({ answer, more }: Pick<Model, 'answer' | 'more'>): Shown[] {
  const seen = new Set<string>()
  const pages = answer === null ? [] : [answer, ...more]
  return pages.flatMap((page) =>
    page.hits.filter(({ id }) => !seen.has(id) && seen.add(id)).map((hit) => ({ hit, answer: page })),
  )
}

export const emptyModel = (wish: Wish, coverage: Coverage): Model => ({
  wish,
  answer: null,
  more: [],
  coverage,
  trouble: null,
  waitingFor: null,
  withheld: null,
})
