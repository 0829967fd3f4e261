import { DateTime } from 'luxon'
import { isArxivHoliday, weekdayOf } from './holidays.ts'
import { addDays, type Day, dayOf, type Instant, instant } from './instant.ts'

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

/** The day of the listing that shows what was announced at `announcement`. */
export const arxivListingDay = (announcement: Instant): Day => dayOf(announcement)

/** True when arXiv's calendar has a listing of `day`: there was an announcement on the eve. */
export function isArxivListingDay(day: Day): boolean {
  const eve = addDays(day, -1)
  // The mailing of a Sunday is of what was frozen on the Friday.
  if (weekdayOf(eve) === 0) return !isArxivHoliday(addDays(eve, -2))
  return weekdayOf(eve) <= 4 && !isArxivHoliday(eve)
}

/**
 * arXiv's announcements in (after, upTo], oldest first. What it calls off at short notice is not known here. Costs a
 * look at every day between, so it is for weeks and not for decades.
 */
export function arxivAnnouncements(after: Instant, upTo: Instant): readonly Instant[] {
  const found: Instant[] = []
  for (let day = dayOf(after); arxivAnnouncement(day) <= upTo; day = addDays(day, 1)) {
    if (arxivAnnouncement(day) > after && isArxivListingDay(day)) found.push(arxivAnnouncement(day))
  }
  return found
}

/** The first announcement after `after`. */
export function nextArxivAnnouncement(after: Instant): Instant {
  let day = dayOf(after)
  while (arxivAnnouncement(day) <= after || !isArxivListingDay(day)) day = addDays(day, 1)
  return arxivAnnouncement(day)
}

/**
 * The announcement that arXiv's calendar gives a submission: frozen at 14:00 New York on the next weekday that is no
 * holiday, announced at 20:00, what was frozen on a Friday on the Sunday. Moderation delays are not known here, so the
 * result is an estimate ("derived"). Source: arXiv's published availability schedule and holidays.
 */
export function derivedArxivAnnouncement(submitted: Instant): Instant {
  const local = DateTime.fromMillis(submitted, { zone: arxivZone })
  const submittedOn = dayOf(instant(Date.UTC(local.year, local.month - 1, local.day)))
  let frozen = local.hour < freezeHour(submittedOn) ? submittedOn : addDays(submittedOn, 1)
  while (!isWeekday(frozen) || isArxivHoliday(frozen)) frozen = addDays(frozen, 1)
  const friday = weekdayOf(frozen) === 5
  return arxivAnnouncement(addDays(frozen, friday ? 3 : 1))
}

const isWeekday = (day: Day): boolean => weekdayOf(day) >= 1 && weekdayOf(day) <= 5

/** It was 16:00 until 2017. */
const freezeHour = (day: Day): number => (day < '2017-01-02' ? 16 : 14)
