import type { Instant } from './instant.ts'

/**
 * How far a source has been harvested: everything it dated up to and including `through` has been seen. Moves only in
 * the transaction that stores the documents it speaks of.
 */
export interface Watermark {
  readonly source: string
  /** What of the source was harvested: a mark says nothing of a wider scope. */
  readonly scope: string
  readonly through: Instant
  /** What the source wants to be told at its next visit, in its own words: validators of a feed, say. */
  readonly state: string | null
}

/** A harvest that is under way: pages up to `resume` are stored, the watermark has not moved. Moves with the documents too. */
export interface Checkpoint {
  readonly source: string
  readonly scope: string
  /** The window that was begun, (after, upTo]; it stays the same however often the harvest is interrupted. */
  readonly after: Instant
  readonly upTo: Instant
  /** Where the source goes on, in its own words. */
  readonly resume: string
}
