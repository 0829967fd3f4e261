import type { DocumentId, DocumentKind } from './document.ts'
import type { Tier } from './evidence.ts'
import type { Team } from './feedback.ts'
import type { GenerationId } from './generation.ts'
import type { Instant } from './instant.ts'
import type { Query } from './query.ts'
import type { Route } from './route.ts'

/** Text with the places to highlight, as [start, end) UTF-16 offsets. Never HTML. */
export interface Snippet {
  readonly text: string
  readonly highlights: readonly (readonly [number, number])[]
}

/** Every part of a hit's score, so that the order can be recomputed by hand. */
export interface ScoreParts {
  readonly cosine: number | null
  readonly bm25: number
  readonly idealBm25: number
  /** Convex combination (or reciprocal-rank sum) of the two: breaks ties of depth. */
  readonly fused: number
  readonly depth: number
  readonly freshness: number
  readonly ageDays: number | null
  readonly halfLifeDays: number
  readonly pRecent: number
  readonly gamma: number
  /** Depth from which freshness may raise a hit. */
  readonly threshold: number
  /** Set when the hit stands first because the query names it, or its author. */
  readonly exact: 'id' | 'doi' | 'title' | 'author' | null
}

export interface Hit {
  readonly id: DocumentId
  readonly rank: number
  readonly source: string
  readonly kind: DocumentKind
  readonly title: string
  readonly authors: readonly string[]
  readonly categories: readonly string[]
  readonly announced: Instant | null
  readonly announcedBasis: 'stated' | 'derived' | 'unknown'
  readonly submitted: Instant | null
  readonly updated: Instant | null
  readonly url: string
  readonly doi: string | null
  /** Every source that the document is known from. */
  readonly sources: readonly string[]
  readonly countries: readonly string[]
  readonly fields: readonly string[]
  readonly version: number
  /** A newer version stands in the store than the one that was scored. */
  readonly superseded: boolean
  /** As of a past moment: its text of then was never seen, and the nearest later one stands in. */
  readonly laterText: boolean
  readonly withdrawn: boolean
  readonly standIn: boolean
  readonly snippet: Snippet
  readonly score: number
  readonly depth: number
  readonly freshness: number
  readonly tier: Tier
  readonly parts: ScoreParts
}

/** What an answer had to do without. */
export interface Degradation {
  /** `vectors`, the name of a source, or `live` for all of them. */
  readonly part: string
  readonly code: 'degraded' | 'rate_limited' | 'timeout'
  readonly reason: string
  /** How long to wait before it is worth asking again; null where nobody said. */
  readonly retryAfterMs: number | null
}

/** How one source answered while the query waited. */
export interface LiveReport {
  readonly source: string
  readonly outcome: 'answered' | Degradation['code']
  /** Null when it answered. */
  readonly reason: string | null
  readonly retryAfterMs: number | null
  /** The query in the source's own syntax; null when there was no answer. */
  readonly asked: string | null
  /** When the answer was fetched, which may be before this search; null when there was none. */
  readonly fetchedAt: Instant | null
  /** Records that it gave, and those of them that we did not hold and that may be answers. */
  readonly found: number
  readonly unheld: number
}

export interface FacetValue {
  readonly value: string
  readonly count: number
}

/** What matches well, counted by each fact; the commonest values first. */
export interface Facets {
  /** By month of the first announcement (YYYY-MM), oldest first; months without any are left out. */
  readonly announced: readonly { readonly month: string; readonly count: number }[]
  readonly category: readonly FacetValue[]
  readonly source: readonly FacetValue[]
  readonly country: readonly FacetValue[]
  readonly kind: readonly FacetValue[]
  readonly field: readonly FacetValue[]
}

/** How an answer of two arms came about. */
export interface Draft {
  readonly arms: readonly [first: string, second: string]
  /** Who placed a hit; what stands in neither team was nobody's pick. */
  readonly teams: ReadonlyMap<DocumentId, Team>
}

export interface RankedAnswer {
  readonly query: Query
  readonly hits: readonly Hit[]
  /** Candidates behind the hits; paging goes no deeper. */
  readonly candidates: number
  /**
   * Where the next page begins: ranks of static and fresh that were given, and hits in all. What live sources found below
   * the first page is on none: it is in the index a moment later.
   */
  readonly next: { readonly offset: number; readonly shown: number; readonly more: boolean }
  readonly abstained: boolean
  readonly route: Route
  readonly asOf: Instant
  readonly generation: GenerationId | null
  /** Fresh mark: the last change this answer knows of. */
  readonly mark: number
  readonly degraded: readonly Degradation[]
  /** Empty where no source was asked. */
  readonly live: readonly LiveReport[]
  /** Null where nobody asked for them. */
  readonly facets: Facets | null
  readonly tookMs: Readonly<Record<string, number>>
  /** Left out where the answer is of one arm. */
  readonly draft?: Draft
}
