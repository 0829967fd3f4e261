import type { Tier } from './evidence.ts'

/** Why the router did what it did: a stable code for programs, a sentence for people. */
export interface Reason {
  readonly code: string
  readonly says: string
}

export const intents = ['recent', 'atemporal', 'old', 'dated'] as const
/**
 * What age of paper a query wants: the newest; any; an origin, a classic or a history; or what is of a stated time.
 */
export type Intent = (typeof intents)[number]

/** How much a query wants recent papers, and from what signs. */
export interface Gate {
  /** Probability in [0, 1] that recent papers are wanted; what the reader set, or 0 beside a time filter. */
  readonly pRecent: number
  /** The likeliest of the intents. */
  readonly intent: Intent
  /** Probabilities that add up to 1, whatever the reader set. */
  readonly intents: Readonly<Record<Intent, number>>
  readonly decidedBy: 'gate' | 'override' | 'dates'
  /** Each sign's contribution to the log odds of recent against any age; empty where the gate does not decide. */
  readonly parts: Readonly<Record<string, number>>
}

/** What asking one source while the query waits is worth, and what it costs, both in nDCG. */
export interface LiveOffer {
  readonly source: string
  readonly ask: boolean
  /** Why it is asked or not, in a sentence. */
  readonly because: string
  /** That the source has something new that matches. */
  readonly pNew: number
  /** That we do not hold what the query looks for. */
  readonly pCoverage: number
  /** That the source answers within the deadline. */
  readonly pAnswer: number
  readonly value: number
  readonly cost: number
  /** It cannot be asked at the moment, and for how long not; null when it can. */
  readonly barred: 'rate_limited' | 'degraded' | null
  readonly retryAfterMs: number | null
}

export interface LiveDecision {
  readonly ask: boolean
  /** Code of the reason. */
  readonly because: string
  readonly deadlineMs: number
  /** One for every source that could be asked; empty where the question does not arise. */
  readonly offers: readonly LiveOffer[]
}

export interface Route {
  readonly tiers: readonly Tier[]
  readonly live: LiveDecision
  readonly gate: Gate
  readonly reasons: readonly Reason[]
}

/** What the router knows of a source that can be asked live. */
export interface LiveSourceState {
  readonly source: string
  /** Batches that the source has announced since we last harvested it; 0 when we are up to date, or never harvest it. */
  readonly batchesBehind: number
  /** Probability that it answers within the deadline, from how it answered before. */
  readonly pAnswer: number
  readonly expectedMs: number
  /** In [0, 1]: how dear a turn at its gate is at the moment. */
  readonly scarcity: number
  /** It cannot be asked now. */
  readonly barred: {
    readonly why: 'rate_limited' | 'degraded'
    readonly says: string
    readonly retryAfterMs: number
  } | null
}

export interface LiveState {
  readonly sources: readonly LiveSourceState[]
  /** When the tenth announcement before now was: the batches in which matches are counted. */
  readonly tenBatchesAgo: number
  /** What is left of the deadline for the sources. */
  readonly leftMs: number
}

export const noLive: LiveState = { sources: [], tenBatchesAgo: 0, leftMs: 0 }
