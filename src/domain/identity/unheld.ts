import type { DocumentRecord, Sighting } from '../document.ts'
import type { Instant } from '../instant.ts'
import { type Folded, folded } from './folding.ts'
import { type Label, labelOf, partition } from './partition.ts'
import { datedByNow } from './revision.ts'
import { idFor } from './settlement.ts'

/** A work as several sources show it at the moment, before anything of it is stored. */
export interface ShownWork {
  readonly record: Folded
  /** What its sources call their records of it. */
  readonly labels: ReadonlySet<Label>
}

/** Each work once, made of all that is said of it, as the store would make it. A source shows a thing once. */
export function worksAmong(records: readonly DocumentRecord[], now: Instant): ShownWork[] {
  const sightings = new Map(
    records.map((one): [Label, Sighting] => [
      labelOf(one),
      { ...datedByNow(one, now), harvested: now, contentHash: '' },
    ]),
  )
  return partition([...sightings.values()], [], new Set()).map((work) => ({
    record: folded(
      work,
      idFor(work, () => true),
    ),
    labels: new Set(work.map(labelOf)),
  }))
}
