import { addDays, type Day, parseDay } from './instant.ts'

/**
 * Is `day` one of arXiv's holidays? A day of New York: on a holiday no submissions are frozen and nothing is announced
 * that evening; on a Friday's holiday nothing is announced the Sunday after.
 */
export function isArxivHoliday(day: Day): boolean {
  const year = Number(day.slice(0, 4))
  const known = holidays.get(year) ?? (published[year] ? new Set(published[year].split(' ')) : byRule(year))
  holidays.set(year, known)
  return known.has(day.slice(5))
}
const holidays = new Map<number, ReadonlySet<string>>()

/**
 * What arXiv published for each year: its weekdays without a freeze. Retreats, staff meetings and the days it picks
 * around New Year follow no rule. A year is added when arXiv publishes it, usually in January.
 */
const published: Readonly<Record<number, string>> = {
  2020: '01-01 01-20 06-09 11-26 12-25 12-29 12-30',
  2021: '01-01 10-20 11-25 12-24 12-28 12-30',
  2022: '01-17 06-20 09-05 11-24 12-27 12-29',
  2023: '01-16 06-14 06-19 07-04 08-17 09-04 11-23 12-25 12-27',
  2024: '01-15 05-22 06-19 07-04 09-02 10-08 11-28 12-25 12-26 12-31',
  2025: '01-01 01-20 06-19 07-04 09-01 11-27 12-25 12-30',
  2026: '01-01 01-19 06-19 07-03 09-07 11-26 12-25 12-29 12-31',
}

/** The days that 2025 and 2026 have in common, as far as a rule gives them; before the first published year fewer. */
function byRule(year: number): ReadonlySet<string> {
  const always = [weekday(year, 11, 4, thursday), observed(year, 12, 25), fixed(year, 1, 1)]
  const lately = [weekday(year, 1, 3, monday), observed(year, 6, 19), observed(year, 7, 4), weekday(year, 9, 1, monday)]
  const days = year < 2020 ? always : [...always, ...lately]
  return new Set(days.map((day) => day.slice(5)))
}

const monday = 1
const thursday = 4
const saturday = 6
const sunday = 0

/** The nth such weekday of a month: the third Monday of January, say. */
function weekday(year: number, month: number, nth: number, day: number): Day {
  const first = fixed(year, month, 1)
  return addDays(first, ((day - weekdayOf(first) + 7) % 7) + 7 * (nth - 1))
}

/** A holiday on a Saturday is kept on the Friday before, one on a Sunday on the Monday after. */
function observed(year: number, month: number, dayOfMonth: number): Day {
  const day = fixed(year, month, dayOfMonth)
  if (weekdayOf(day) === saturday) return addDays(day, -1)
  return weekdayOf(day) === sunday ? addDays(day, 1) : day
}

function fixed(year: number, month: number, dayOfMonth: number): Day {
  const day = parseDay([year, month, dayOfMonth].map((part) => String(part).padStart(2, '0')).join('-'))
  if (day === null) throw new RangeError(`no day ${dayOfMonth} in month ${month} of ${year}`)
  return day
}

/** 0 is Sunday. */
export const weekdayOf = (day: Day): number => new Date(day).getUTCDay()
