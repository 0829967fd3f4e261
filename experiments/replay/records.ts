import type { DocumentId } from '../../src/domain/document.ts'
import type { Tier } from '../../src/domain/evidence.ts'
import type { Instant } from '../../src/domain/instant.ts'

/** One answer of one arm, as it is kept: a line of JSON, from which runs, measures and slices are made. */
export interface AnswerRecord {
  readonly query: string
  readonly asked: Instant
  /** Best first, at most a hundred. */
  readonly hits: readonly ShownHit[]
  readonly pRecent: number
  readonly intent: string | null
  readonly abstained: boolean
  readonly bestDepth: number
  /** Names of the sources that were asked live, and how they answered. */
  readonly live: readonly {
    readonly source: string
    readonly outcome: string
    readonly found: number
    readonly unheld: number
    readonly latencyMs: number
  }[]
  /** What the router thought asking would bring, best offer; null where the question did not arise. */
  readonly offer: {
    readonly value: number
    readonly cost: number
    readonly pNew: number
    readonly pCoverage: number
  } | null
}

export interface ShownHit {
  readonly id: DocumentId
  readonly score: number
  readonly depth: number
  readonly tier: Tier
  readonly announced: Instant | null
  /** Of the text that was ranked; 0 where the source names none. */
  readonly version: number
}

/** What differs from run to run, kept apart from the records. */
export interface Timing {
  readonly arm: string
  readonly keeping: string
  readonly query: string
  /** Elapsed, without the source's latency. */
  readonly tookMs: number
  /** User + system time of this process and the encoder's. */
  readonly cpuMs: number
  /** Of it, by what it was spent on; what is left is ranking and hydrating. Vectors are searched exactly. */
  readonly stages: { readonly embed: number; readonly gather: number; readonly live: number }
}
