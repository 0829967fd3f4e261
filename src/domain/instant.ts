import { DateTime } from 'luxon'

/** Milliseconds since 1970-01-01T00:00Z. Minted only by the functions of this file and by a Clock. */
export type Instant = number & { readonly __brand: 'Instant' }

/** A calendar day in UTC, `YYYY-MM-DD`. */
export type Day = string & { readonly __brand: 'Day' }

export const dayMs = 86_400_000

export const instant = (ms: number): Instant => ms as Instant

const dayPattern = /^\d{4}-\d{2}-\d{2}$/

/** Reads `YYYY-MM-DD`; null when it is not a day of the calendar. */
export function parseDay(text: string): Day | null {
  if (!dayPattern.test(text)) return null
  const ms = Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== text ? null : (text as Day)
}

/** Reads an ISO 8601 date-time with a zone, an RFC 2822 date, or a bare day (its first moment, UTC); null otherwise. */
export function parseInstant(text: string): Instant | null {
  const day = parseDay(text)
  if (day) return startOfDay(day)
  const iso = DateTime.fromISO(text, { zone: 'utc' })
  if (iso.isValid) return instant(iso.toMillis())
  const mail = DateTime.fromRFC2822(text, { zone: 'utc' })
  return mail.isValid ? instant(mail.toMillis()) : null
}

/** With its zone, for without one an instant can only be guessed. */
const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/i

/** Reads a day, which stands for one of its edges, or an ISO 8601 instant with its zone; null otherwise. */
export function parseMoment(text: string, edge: (day: Day) => Instant): Instant | null {
  const day = parseDay(text)
  if (day) return edge(day)
  return instantPattern.test(text) ? parseInstant(text) : null
}

export const startOfDay = (day: Day): Instant => instant(Date.parse(`${day}T00:00:00Z`))

/** The last millisecond of the day, so that `until` is inclusive. */
export const endOfDay = (day: Day): Instant => instant(startOfDay(day) + dayMs - 1)

export const dayOf = (at: Instant): Day => new Date(at).toISOString().slice(0, 10) as Day

export const isoOf = (at: Instant): string => new Date(at).toISOString()

export const addDays = (day: Day, days: number): Day => dayOf(instant(startOfDay(day) + days * dayMs))
