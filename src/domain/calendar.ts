import { DateTime } from 'luxon'
import { isArxivHoliday, weekdayOf } from './holidays.ts'
import { addDays, type Day, dayMs, dayOf, type Instant, instant } from './instant.ts'

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
 * arXiv's announcements in (after, upTo], oldest first. What it calls off at short notice is not known here. Looks at every
 * day between once, and is cheap enough for every query only for days that were looked at before.
 */
export function arxivAnnouncements(after: Instant, upTo: Instant): readonly Instant[] {
  const found: Instant[] = []
  for (let day = Math.floor(after / dayMs); day * dayMs <= upTo; day += 1) {
    const at = announcementOn(day)
    if (at !== null && at > after && at <= upTo) found.push(at)
  }
  return found
}

/** The first announcement after `after`. */
export function nextArxivAnnouncement(after: Instant): Instant {
  for (let day = Math.floor(after / dayMs); ; day += 1) {
    const at = announcementOn(day)
    if (at !== null && at > after) return at
  }
}

/** The announcement that falls on a day of UTC, counted from 1970; null where there is none. */
function announcementOn(dayNumber: number): Instant | null {
  const known = onDays.get(dayNumber)
  if (known !== undefined) return known
  const day = dayOf(instant(dayNumber * dayMs))
  const at = isArxivListingDay(day) ? arxivAnnouncement(day) : null
  onDays.set(dayNumber, at)
  return at
}
const onDays = new Map<number, Instant | null>()

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
