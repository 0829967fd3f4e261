import { z } from 'zod'
import { dayOf, type Instant, instant, isoOf } from '../domain/instant.ts'

/** What every list of results says of what it rests on. */
export const grounds = {
  asOf: z.iso
    .datetime()
    .meta({ description: 'The moment the ranking is of: that of as_of, or the minute of the search.' }),
  reconstruction: z.string().nullable().meta({
    description: 'With as_of: says that and how the answer is made from what is held today. Null without as_of.',
  }),
  covered: z.array(z.strictObject({ source: z.string(), until: z.iso.date() })).meta({
    description:
      'For each source that is harvested, the UTC day up to which everything is held; of that day itself more may come. ' +
      'What was imported from files has no such day.',
  }),
  generation: z.int().nullable(),
  mark: z.int().meta({ description: 'The last change this answer knows of.' }),
  degraded: z
    .array(
      z.strictObject({
        part: z.string().meta({ description: 'vectors, or the name of a source.' }),
        code: z.enum(['degraded', 'rate_limited', 'timeout']),
        reason: z.string(),
        retryAfterMs: z.number().nullable(),
      }),
    )
    .meta({ description: 'What the answer had to do without.' }),
}

interface Moment {
  readonly asOf: Instant
  /** It was asked for. */
  readonly past: boolean
}
export type Covered = readonly { readonly source: string; readonly until: string }[]

/** By day, so that an answer of the same papers has the same ETag while the sources are visited. */
export const coveredBy = (through: ReadonlyMap<string, Instant>, { asOf }: Moment): Covered =>
  [...through]
    .map(([source, at]) => ({ source, until: dayOf(instant(Math.min(at, asOf))) }))
    .sort((one, other) => (one.source < other.source ? -1 : 1))

export const reconstructionOf = ({ asOf, past }: Moment): string | null =>
  past
    ? `Reconstructed as of ${isoOf(asOf)} from what is held today: papers count from their announcement, whenever they were ` +
      'harvested, and a text of then that was never seen is stood in for by the nearest later one (laterText).'
    : null
