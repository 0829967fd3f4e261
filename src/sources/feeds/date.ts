import { dayMs, type Instant, instant, parseInstant } from '../../domain/instant.ts'

/** Before it, years are zeroes that some program left; so is the first moment of 1970. */
const firstYear = 1600
const longestDate = 100

/**
 * A date in any way that feeds write one: ISO 8601, RFC 822 with or without a weekday (often the wrong one), a time or a
 * zone, as C prints it, or as Americans do. A zone that is not there or not known is UTC (RFC 2822, section 4.3). Null for
 * what has none of these forms, and for a day that no calendar has.
 */
export function feedDate(text: string): Instant | null {
  const at = text.length > longestDate ? null : writtenDate(text.trim())
  return at === null || at === 0 || at < Date.UTC(firstYear, 0) ? null : at
}

/** Whether the day is known: of `2009-09` it is not, though it has a first moment. */
export const isToTheDay = (text: string): boolean => !/^\s*\d{4}(?:-\d\d)?\s*$/.test(text)

const clock = String.raw`(?<hour>\d\d?):(?<minute>\d\d)(?::(?<second>\d\d)(?:\.\d+)?)?(?:\s*(?<half>[ap])\.?m\b\.?)?`
const zone = String.raw`(?<zone>[a-z]{1,5}|(?:gmt|utc?)?\s*[+-]\d\d:?\d\d)`
const time = String.raw`(?:,?\s+${clock}(?:\s*${zone})?)?`
const month = String.raw`(?<month>\p{L}{3,9})\.?`
const day = String.raw`(?<day>\d\d?)`
const year = String.raw`(?<year>\d{2,4})`

const forms = [
  // 2 Mar 2026 10:00:00 GMT
  String.raw`${day}[\s-]+${month}[\s,-]+${year}${time}`,
  // March 2, 2026
  String.raw`${month}\s+${day}(?:st|nd|rd|th)?,?\s+${year}${time}`,
  // Mar 2 10:00:00 EST 2026
  String.raw`${month}\s+${day}\s+${clock}(?:\s+${zone})?\s+${year}`,
  // 2026/3/2, and with what follows the time in ISO dates at times
  String.raw`(?<year>\d{4})[/-](?<month>\d\d?)[/-]${day}(?:[t\s]\s*${clock}(?:\s*${zone})?)?`,
].map((form) => new RegExp(`^${form}$`, 'iu'))

function writtenDate(text: string): Instant | null {
  // Only what begins like ISO 8601: for the rest, its readers are stricter than feeds are.
  const iso = /^\d{4}/.test(text) ? parseInstant(text) : null
  if (iso !== null) return iso
  const bare = withoutWeekday(text)
  for (const form of forms) {
    const parts = form.exec(bare)?.groups
    if (parts) return momentOf(parts)
  }
  return null
}

/** In any language, and whether or not it is the right one. */
function withoutWeekday(text: string): string {
  const [whole = '', word = ''] = /^(\p{L}{2,9})\.?,?\s+(?=[\p{L}\d])/u.exec(text) ?? []
  return monthOf(word) === null ? text.slice(whole.length) : text
}

type Parts = Readonly<Record<string, string | undefined>>

function momentOf(parts: Parts): Instant | null {
  const month = /^\d/.test(parts.month ?? '') ? Number(parts.month) - 1 : monthOf(parts.month ?? '')
  const [year, day] = [yearOf(parts.year ?? ''), Number(parts.day)]
  const [hour, minute, second] = [hourOf(parts), Number(parts.minute ?? 0), Number(parts.second ?? 0)]
  if (month === null || hour > 24 || minute > 59 || second > 60) return null
  const midnight = Date.UTC(year, month, day)
  const found = new Date(midnight)
  if (found.getUTCMonth() !== month || found.getUTCDate() !== day) return null
  const ofDayMs = ((hour * 60 + minute) * 60 + second) * 1_000
  return ofDayMs > dayMs ? null : instant(midnight + ofDayMs - offsetMinutes(parts.zone ?? '') * 60_000)
}

/** Two digits are of the fifty years on either side of 2000, as RFC 2822 has it. */
function yearOf(text: string): number {
  const number = Number(text)
  if (text.length === 4) return number
  return text.length === 2 && number < 50 ? 2000 + number : 1900 + number
}

const hourOf = ({ hour = '0', half }: Parts): number =>
  half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const wholeMonths = 'january february march april may june july august september october november december'.split(' ')

function monthOf(word: string): number | null {
  const name = word.toLowerCase()
  const at = months.indexOf(name.slice(0, 3))
  return at >= 0 && wholeMonths[at].startsWith(name === 'sept' ? 'sep' : name) ? at : null
}

/** In hours. An abbreviation that several zones share (IST) is left out: it says nothing. */
const zones: Readonly<Record<string, number>> = {
  ...{ est: -5, edt: -4, cst: -6, cdt: -5, mst: -7, mdt: -6, pst: -8, pdt: -7 },
  ...{ et: -5, ct: -6, mt: -7, pt: -8, akst: -9, akdt: -8, hst: -10, nst: -3.5, ndt: -2.5, ast: -4, adt: -3 },
  ...{ west: 1, bst: 1, cet: 1, cest: 2, met: 1, mest: 2, mez: 1, mesz: 2, eet: 2, eest: 3, msk: 3 },
  ...{ hkt: 8, sgt: 8, awst: 8, jst: 9, kst: 9, acst: 9.5, acdt: 10.5, aest: 10, aedt: 11, nzst: 12, nzdt: 13 },
}

function offsetMinutes(written: string): number {
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)$/.exec(written) ?? []
  if (sign !== undefined) return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
  return 60 * (zones[written.toLowerCase()] ?? 0)
}
