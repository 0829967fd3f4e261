import type { Tier } from './evidence.ts'

/** Why the router did what it did: a stable code for programs, a sentence for people. */
export interface Reason {
  readonly code: string
  readonly says: string
}

/** How much a query wants recent papers, and from what signs. */
export interface Gate {
  /** Probability in [0, 1] that recent papers are wanted. */
  readonly pRecent: number
  readonly decidedBy: 'gate' | 'override' | 'dates'
  /** Each sign's contribution to the log odds. */
  readonly parts: Readonly<Record<string, number>>
}

export type LiveDecision =
  | { readonly ask: false; readonly because: string }
  | { readonly ask: true; readonly deadlineMs: number }

export interface Route {
  readonly tiers: readonly Tier[]
  readonly live: LiveDecision
  readonly gate: Gate
  readonly reasons: readonly Reason[]
}
