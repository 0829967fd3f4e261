import type { DocumentId } from './document.ts'
import type { Tier } from './evidence.ts'
import { dayMs, type Instant } from './instant.ts'

/** Names one answer to one asking. Says nothing of who asked or what. */
export type AnswerId = string & { readonly __brand: 'AnswerId' }

/** The two arms of an interleaved answer are teams that take turns at placing their hits. */
export type Team = 'first' | 'second'

export interface ShownHit {
  readonly id: DocumentId
  readonly rank: number
  readonly source: string
  readonly tier: Tier
  readonly announced: Instant | null
  /** Who placed it; null where the answer is of one arm, or nobody is to have the credit. */
  readonly team: Team | null
}

/** What an answer showed, without what was asked. */
export interface ShownAnswer {
  readonly id: AnswerId
  readonly at: Instant
  /** Names of the arms that were interleaved; null where it is of one. */
  readonly arms: readonly [first: string, second: string] | null
  readonly hits: readonly ShownHit[]
}

export interface Judgement {
  readonly answer: AnswerId
  readonly document: DocumentId
  readonly useful: boolean
  readonly at: Instant
}

export interface JudgedAnswer extends ShownAnswer {
  /** In the order in which they were given; one a document. */
  readonly judgements: readonly Judgement[]
}

/** How long an answer takes judgements, and is remembered if it gets none. */
export const answersKeptMs = 7 * dayMs
/** How long what was judged is kept. */
export const judgementsKeptMs = 365 * dayMs
