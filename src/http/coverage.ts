import { z } from 'zod'
import { arxivAnnouncements } from '../domain/calendar.ts'
import { addDays, type Day, dayOf, type Instant, isoOf } from '../domain/instant.ts'
import type { DocumentStore } from '../ports.ts'
import { checked } from './params.ts'

/** How many papers were announced on each day, and from when on that may not be all of them. */

const mostDays = 366
const defaultDays = 90

const rules = { days: `a whole number from 1 to ${mostDays}` } as const

export const coverageRequest = z.strictObject({
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(mostDays)
    .default(defaultDays)
    .meta({
      description: `How many UTC days, today the last of them: ${rules.days}.`,
    }),
})

const form = { schema: coverageRequest, rules, example: { days: defaultDays } }

const uncovered = z
  .strictObject({
    since: z.iso.datetime().meta({ description: 'The watermark: everything up to then has been harvested.' }),
    firstDay: z.iso.date().meta({ description: 'The first day of which more may come.' }),
    lagMs: z.number(),
    announcements: z.int().nullable().meta({
      description: 'Announcements since then by the calendar of the source; null where it has none that is known.',
    }),
  })
  .meta({ description: 'What has not been harvested yet.' })

export const coverageSchema = z
  .strictObject({
    firstDay: z.iso.date(),
    lastDay: z.iso.date(),
    sources: z.array(
      z.strictObject({
        source: z.string(),
        documents: z.int().meta({ description: 'Announced on these days; withdrawn ones count.' }),
        days: z
          .array(z.strictObject({ day: z.iso.date(), documents: z.int() }))
          .meta({ description: 'Days with papers; of the others none are held.' }),
        uncovered: uncovered.nullable().meta({
          description: 'Null where nothing that is set up harvests it, so that nobody knows what is missing.',
        }),
      }),
    ),
  })
  .meta({ description: 'Papers held, by source and the UTC day of their announcement.' })

export type WireCoverage = z.infer<typeof coverageSchema>

export const coverageExample: WireCoverage = {
  firstDay: '2026-02-02',
  lastDay: '2026-02-04',
  sources: [
    {
      source: 'arxiv',
      documents: 611,
      days: [
        { day: '2026-02-02', documents: 308 },
        { day: '2026-02-03', documents: 303 },
      ],
      uncovered: { since: '2026-02-03T03:45:03.000Z', firstDay: '2026-02-03', lagMs: 106_209_000, announcements: 1 },
    },
  ],
}

export interface CoverageParts {
  readonly documents: Pick<DocumentStore, 'announcedByDay'>
  /** Up to when everything of each source has been harvested; none for those that nothing harvests. */
  harvestedThrough(): ReadonlyMap<string, Instant>
}

/** Throws InvalidQuery for an `input` that cannot be used. */
export function coverageOf({ documents, harvestedThrough }: CoverageParts, input: unknown, now: Instant): WireCoverage {
  const { days } = checked(input, form)
  const lastDay = dayOf(now)
  const firstDay = addDays(lastDay, 1 - days)
  const counts = documents.announcedByDay(firstDay, lastDay)
  const through = harvestedThrough()
  const names = [...new Set([...counts.map(({ source }) => source), ...through.keys()])].sort()
  return {
    firstDay,
    lastDay,
    sources: names.map((source) => {
      const held = counts.filter((one) => one.source === source)
      const since = through.get(source)
      return {
        source,
        documents: held.reduce((sum, one) => sum + one.documents, 0),
        days: held.map(({ day, documents }) => ({ day, documents })),
        uncovered: since === undefined ? null : uncoveredOf(source, since, now),
      }
    }),
  }
}

function uncoveredOf(source: string, since: Instant, now: Instant): WireCoverage['sources'][number]['uncovered'] {
  const firstDay: Day = dayOf(since)
  return {
    since: isoOf(since),
    firstDay,
    lagMs: Math.max(0, now - since),
    announcements: source === 'arxiv' ? arxivAnnouncements(since, now).length : null,
  }
}
