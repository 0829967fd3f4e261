import type { DocumentId } from './document.ts'
import type { Instant } from './instant.ts'

/** Names a saved search, or a feed by what it is of. */
export type SearchId = string & { readonly __brand: 'SearchId' }

/** Position in the order in which matches of all searches were first seen; no clock that jumps can mix them up. */
export type MatchMark = number & { readonly __brand: 'MatchMark' }

/** A document that a search matched. */
export interface Match {
  readonly document: DocumentId
  /** Its place among the others: when it was announced or, where nobody knows, when it was seen. */
  readonly at: Instant
}

export interface SeenMatch extends Match {
  readonly mark: MatchMark
  readonly firstSeen: Instant
}

export interface NewSearch {
  readonly id: SearchId
  /** Name of the caller who saved it. */
  readonly owner: string
  readonly name: string | null
  /** What is searched, as JSON in its one spelling. */
  readonly spelling: string
  readonly webhook: { readonly url: string; readonly secret: string } | null
}

export interface SavedSearch extends Omit<NewSearch, 'webhook'> {
  readonly savedAt: Instant
  /** Its owner has looked at every match up to here. */
  readonly seen: MatchMark
  readonly webhook: WebhookState | null
}

/**
 * `on`: waits for matches, or delivers; `given-up`: a delivery failed to the end, and what it held goes with the next
 * matches; `gone`: the receiver said that it is not there any more, and nothing is sent again.
 */
export const webhookStates = ['on', 'given-up', 'gone'] as const

/** How a webhook fares, without its secret. */
export interface WebhookState {
  readonly url: string
  readonly state: (typeof webhookStates)[number]
  /** Of the delivery under way, or of the one that was the last to fail to the end. */
  readonly attempts: number
  readonly nextAttempt: Instant | null
  readonly lastDelivered: Instant | null
  /** Of the last attempt; null since one succeeded. */
  readonly error: string | null
}

/** The same at every attempt, so that a receiver can tell what it had before. */
export type DeliveryId = string & { readonly __brand: 'DeliveryId' }

export interface NewDelivery {
  readonly id: DeliveryId
  readonly body: string
  /** The last match that it tells of. */
  readonly upTo: MatchMark
}

export interface Delivery extends NewDelivery {
  readonly search: SearchId
  readonly url: string
  readonly secret: string
  /** This one included. */
  readonly attempts: number
}
