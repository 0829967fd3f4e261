import type { DocumentKind } from './document.ts'
import type { Instant } from './instant.ts'

export const modes = ['auto', 'static', 'fresh', 'both', 'live'] as const
/** `live`: static and fresh, and the sources are asked whatever the router thinks of it. */
export type Mode = (typeof modes)[number]

export type Sort = 'relevance' | 'date'
export const sorts = ['relevance', 'date'] as const satisfies readonly Sort[]

/** Which fusion joins dense and lexical scores. `convex` is the default; `rrf` is the baseline it is held against. */
export type Fusion = 'convex' | 'rrf'
export const fusions = ['convex', 'rrf'] as const satisfies readonly Fusion[]

/** `auto`: the gate decides how much recency is wanted; a number in [0, 1] overrides it; `off` is 0. */
export type FreshnessWish = 'auto' | 'off' | number

export interface Filters {
  /** Inclusive bounds on the first announcement. A document without a date matches no bound. */
  readonly since: Instant | null
  readonly until: Instant | null
  /** Any of them; `cs` stands for every `cs.*`. */
  readonly categories: readonly string[]
  readonly sources: readonly string[]
  /** Every name must match an author, by the words of the name. */
  readonly authors: readonly string[]
  /** Any of them; never empty. Posts and releases are no answers unless they are asked for. */
  readonly kinds: readonly DocumentKind[]
  /** Any of these countries of an author's institution; a document that names none matches none. */
  readonly countries: readonly string[]
  /** Any of these fields of study, without regard to case. */
  readonly fields: readonly string[]
}

export const noFilters: Filters = {
  since: null,
  until: null,
  categories: [],
  sources: [],
  authors: [],
  kinds: ['paper'],
  countries: [],
  fields: [],
}

/** A time condition found in the words of a query. */
export interface DateCondition {
  readonly since: Instant | null
  readonly until: Instant | null
  /** The words it was read from. */
  readonly words: string
}

export interface Query {
  /** As it was typed. */
  readonly text: string
  /** What is matched: the text without date conditions, exclusions and operators. */
  readonly subject: string
  readonly phrases: readonly string[]
  readonly excludedTerms: readonly string[]
  readonly excludedPhrases: readonly string[]
  readonly filters: Filters
  readonly dates: DateCondition | null
  readonly mode: Mode
  readonly sort: Sort
  readonly fusion: Fusion
  readonly freshness: FreshnessWish
  readonly limit: number
  /** How many hits of the ranking were already given. */
  readonly offset: number
  /** How many hits were given with them, live ones included: ranks go on from there. */
  readonly shown: number
  /** The moment the ranking is of: ages are counted from it, and nothing announced later exists. */
  readonly now: Instant
  /** That moment was asked for: papers are shown as they were then, and no source is asked, for it would answer of today. */
  readonly past: boolean
  readonly explain: boolean
  /** What matches is to be counted by its facts. */
  readonly facets: boolean
  /** How long the caller waits for live sources, from the start of the search. */
  readonly deadlineMs: number
  /** A live answer this old or younger serves again; 0 asks anew. */
  readonly maxAgeMs: number
}

export const defaultDeadlineMs = 1_500
export const defaultMaxAgeMs = 300_000

/** Other ways to serve a plain search, against which the product can be held while it runs. */
export const challengers = ['static-and-fresh', 'gate-off', 'rrf'] as const
export type Challenger = (typeof challengers)[number]
