import type { Day } from './instant.ts'

/**
 * How far a source has been harvested. Moves only in the transaction that stores the documents it speaks of.
 * Day-grained: everything the source dated up to and including `through` has been seen, with one day of overlap asked again.
 */
export interface Watermark {
  readonly source: string
  readonly through: Day
}
