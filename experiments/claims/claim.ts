import type { Findings } from '../findings.ts'
import type { Study } from '../replay/study.ts'

/** What is held to be decided, written down before anything is run. */
export interface Primary {
  readonly name: string
  /** What is measured, of whom, against what, in a sentence. */
  readonly says: string
  /** The interval must lie wholly beyond it to support, wholly inside (or on the other side) to refute. */
  readonly margin: number
}

/** One claim of the debate, with what would refute it. */
export interface Claim {
  /** As typed: `experiment run NAME`. */
  readonly name: string
  /** The claim in the debate's own words. */
  readonly says: string
  readonly hypothesis: string
  readonly falsifier: string
  readonly primaries: readonly Primary[]
  run(study: Study): Promise<Findings>
}
