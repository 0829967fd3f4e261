import { DateTime } from 'luxon'
import { type Day, type Instant, instant } from './instant.ts'

const arxivZone = 'America/New_York'

/**
 * When a paper that the arXiv listing of `day` shows first became available: 20:00 in New York on the eve.
 * In UTC that instant always falls on `day` itself, so that day filters in UTC and listing days agree.
 */
export function arxivAnnouncement(day: Day): Instant {
  const known = announcements.get(day)
  if (known !== undefined) return known
  const eve = DateTime.fromISO(`${day}T20:00`, { zone: arxivZone }).minus({ days: 1 })
  const at = instant(eve.toMillis())
  announcements.set(day, at)
  return at
}
// A corpus names the same few hundred days tens of thousands of times, and zone arithmetic is slow.
const announcements = new Map<Day, Instant>()

/**
 * The announcement that arXiv's calendar gives a submission: cut-off 14:00 New York on weekdays, mailing at 20:00
 * Sunday to Thursday. Holidays and moderation delays are not known here, so the result is an estimate ("derived").
 * Source: arXiv's published availability schedule.
 */
export function derivedArxivAnnouncement(submitted: Instant): Instant {
  let cutoff = DateTime.fromMillis(submitted, { zone: arxivZone })
  cutoff = cutoff.hour < 14 ? cutoff : cutoff.plus({ days: 1 })
  while (cutoff.weekday > 5) cutoff = cutoff.plus({ days: 1 })
  const friday = cutoff.weekday === 5
  const mailed = cutoff
    .startOf('day')
    .plus({ days: friday ? 2 : 0 })
    .set({ hour: 20 })
  return instant(mailed.toMillis())
}
