import type { Instant } from '../../src/domain/instant.ts'

/** What a store holds at one instant. All that is not announced by `harvested` does not exist in it. */
export interface Holding {
  /** The generation holds what had been harvested when it was cut; what came since is fresh. */
  readonly cut: Instant
  readonly harvested: Instant
}

/** How a store is kept: when it is harvested, when a generation is built, and what was missed. */
export interface Keeping {
  /** For tables and file names: 'on-time', 'missed-3d', 'four-categories'. */
  readonly name: string
  /** From an announcement to its papers being in the store; the source's own delay is in it. */
  readonly harvestDelayMs: number
  /** Days without any harvest just before a query is asked; 0 when all went well. */
  readonly missedDays: number
  /** Hour of the day, UTC, at which a generation is built. */
  readonly buildHour: number
  /** Days from one build to the next. */
  readonly buildEveryDays: number
  /** Categories (primary) that are harvested; null: all. Upstream has all of them. */
  readonly categories: readonly string[] | null
}
