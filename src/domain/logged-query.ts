import type { Instant } from './instant.ts'
import type { Mode } from './query.ts'

/** All that is kept of a search that was answered. */
export interface LoggedQuery {
  readonly at: Instant
  readonly text: string
  readonly mode: Mode
  /** Names of the filters that were set, without what they were set to. */
  readonly filters: readonly string[]
  /** The name of the key, which says nothing of what the key is. */
  readonly caller: string
  readonly hits: number
  readonly abstained: boolean
  readonly live: boolean
  readonly tookMs: number
}
