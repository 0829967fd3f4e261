import { DateTime } from 'luxon'
import { addDays, type Day, dayOf, instant, parseDay, startOfDay } from './instant.ts'

/**
 * Periods of time as queries name them ("Q1 2026", "last 3 weeks", "november 2025"), without the cue that says what is
 * asked of them: that is dates.ts's.
 */
export interface Spoken {
  readonly line: string
  readonly today: Day
}

/**
 * What a period needs before it is believed. `stated` may stand alone; `day` closes a phrase ("january 6 2021 riot" is
 * an event); `loose` (a year, a season) wants a cue and no noun after it ("in 2020 election tweets" asks for the
 * election); `edge` (the end of 2025) is only ever a bound; `recent` (last 3 weeks) opens or closes the query; `today`
 * wants to be said of papers, for alone it means "nowadays".
 */
export type Kind = 'stated' | 'day' | 'loose' | 'edge' | 'recent' | 'today'
export interface Period {
  readonly since: Day
  readonly until: Day
  readonly kind: Kind
}
/** A period that still waits for its year; null in a year that has no such day. */
type Unit = (year: number) => Period | null
/** What was read at some place of the line, and where it ends. */
export interface Read<T> {
  readonly value: T
  readonly end: number
}

/** A form matches at one place and never ends inside a word. */
export function form(source: string): RegExp {
  return new RegExp(`(?:${source})(?![\\p{L}\\p{N}_])`, 'iuy')
}
export function match(pattern: RegExp, line: string, at: number): readonly string[] | null {
  pattern.lastIndex = at
  return pattern.exec(line)
}

/** The long s is an s to a pattern that ignores case, and stays itself in lower case. */
const lower = (word: string): string => word.toLowerCase().replaceAll('ſ', 's')

const joins = /(?: ?[-–—] ?| (?:to|until|till|through|up to|and|or) )/iuy

/** "april to june 2025", "2023-present": a part without a year borrows that of the other, or the one before it. */
export function stretchAt(spoken: Spoken, at: number): Read<Period> | null {
  const whole = periodAt(spoken, at)
  const unit = whole ? null : unitAt(spoken.line, skipThe(spoken.line, at))
  const end = whole?.end ?? unit?.end
  const join = end === undefined ? null : match(joins, spoken.line, end)
  if (end === undefined || join === null) return null
  const second = periodAt(spoken, end + join[0].length) ?? presentAt(spoken, end + join[0].length)
  if (!second) return null
  const { since: near, until } = second.value
  const year = Number(near.slice(0, 4))
  const same = whole?.value ?? unit?.value(year) ?? null
  const first = unit && same && same.since > until ? unit.value(year - 1) : same
  if (!first) return null
  const certain = [first.kind, second.value.kind].some((kind) => kind === 'stated' || kind === 'day')
  return { value: { since: first.since, until, kind: certain ? 'stated' : 'loose' }, end: second.end }
}

const present = form('now|present|date')
function presentAt({ line, today }: Spoken, at: number): Read<Period> | null {
  const found = match(present, line, at)
  return found && { value: oneDay(today, 'edge'), end: at + found[0].length }
}

export const the = /the /iy
const skipThe = (line: string, at: number): number => at + (match(the, line, at)?.[0].length ?? 0)
const edgeOf = form('(beginning|start|end) of')

/** One period with its year, or one counted from today. */
export function periodAt(spoken: Spoken, at: number): Read<Period> | null {
  const start = skipThe(spoken.line, at)
  const edge = match(edgeOf, spoken.line, start)
  if (!edge) return calendarAt(spoken, start) ?? recentAt(spoken, start, start > at)
  const inner = calendarAt(spoken, skipThe(spoken.line, start + edge[0].length + 1))
  return inner && { value: edgeIn(edge[1], inner.value), end: inner.end }
}

/** An edge has no width: it ends the day before it begins, so that before, until, since and after all come out right. */
function edgeIn(which: string, of: Period): Period {
  const since = lower(which) === 'end' ? addDays(of.until, 1) : of.since
  return { since, until: addDays(since, -1), kind: 'edge' }
}

const iso = form('(\\d{4})-(\\d{2})(?:-(\\d{2}))?')
const yearBehind = form('(?:,? (?:of )?(?:the year )?|-)(\\d{4})')
const yearAhead = form('(?:year )?(\\d{4})')

/** "2025-11", "november 2025", "first half of 2025", "2025 first half", "2025". */
function calendarAt(spoken: Spoken, at: number): Read<Period> | null {
  const { line } = spoken
  const numbers = match(iso, line, at)
  if (numbers) return dated(spoken, isoUnit(numbers[2], numbers[3]), numbers[1], at + numbers[0].length)
  const unit = unitAt(line, at)
  const behind = unit && match(yearBehind, line, unit.end)
  if (unit && behind) return dated(spoken, unit.value, behind[1], unit.end + behind[0].length)
  const ahead = match(yearAhead, line, at)
  if (!ahead) return null
  const end = at + ahead[0].length
  const part = match(/[ -]/y, line, end) && unitFrom(partsOfYear, line, end + 1)
  return part ? dated(spoken, part.value, ahead[1], part.end) : dated(spoken, wholeYear, ahead[1], end)
}

/** A year after the next is a count ("up to 2048 tokens") or a future of which there are no papers. */
function dated(spoken: Spoken, unit: Unit, digits: string, end: number): Read<Period> | null {
  const year = Number(digits)
  const known = year >= 1900 && year <= Number(spoken.today.slice(0, 4)) + 1
  const value = known ? unit(year) : null
  return value && { value, end }
}

type UnitForm = readonly [form: RegExp, unit: (groups: readonly string[]) => Unit]
const monthName =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|' +
  'nov(?:ember)?|dec(?:ember)?)\\.?'
const dayNumber = '(\\d{1,2})(?:st|nd|rd|th)?'

const partsOfYear: readonly UnitForm[] = [
  [form('(first|second|last|1st|2nd)[ -]half'), ([, which]) => shareOfYear(2, which, 'stated')],
  [form('(first|second|third|fourth|last|1st|2nd|3rd|4th)[ -]quarter'), ([, which]) => shareOfYear(4, which, 'stated')],
  [form('q([1-4])'), ([, which]) => shareOfYear(4, which, 'stated')],
]
const units: readonly UnitForm[] = [
  ...partsOfYear,
  [form('h([12])'), ([, which]) => shareOfYear(2, which, 'stated')],
  [form(`${monthName} ${dayNumber}`), ([, name, day]) => dayUnit(name, day)],
  [form(`${dayNumber} (?:of )?${monthName}`), ([, day, name]) => dayUnit(name, day)],
  [form(`(early|mid|late)[ -]${monthName}`), ([, which, name]) => thirdOfMonth(which, name)],
  // "31 june" is no day, and not the month of june either.
  [form(`(?<!(?<![\\p{L}\\p{N}-])${dayNumber} (?:of )?)${monthName}`), ([, , name]) => monthUnit(name)],
  [form('(early|mid|middle of|late)'), ([, which]) => shareOfYear(3, which, 'loose')],
  // Northern seasons from March on: the winter of a year ends in the next.
  [form('(spring|summer|autumn|fall|winter)'), ([, which]) => shareOfYear(4, which, 'loose', 2)],
]

const unitAt = (line: string, at: number): Read<Unit> | null => unitFrom(units, line, at)
function unitFrom(forms: readonly UnitForm[], line: string, at: number): Read<Unit> | null {
  for (const [pattern, unit] of forms) {
    const groups = match(pattern, line, at)
    if (groups) return { value: unit(groups), end: at + groups[0].length }
  }
  return null
}

const ordinals: readonly (readonly string[])[] = [
  ['1', '1st', 'first', 'early', 'spring'],
  ['2', '2nd', 'second', 'mid', 'middle of', 'summer'],
  ['3', '3rd', 'third', 'late', 'autumn', 'fall'],
  ['4', '4th', 'fourth', 'winter'],
]
/** 0 for the first; -1 for the last. */
const ordinalOf = (word: string): number => ordinals.findIndex((words) => words.includes(lower(word)))
const monthOf = (name: string): number => 'janfebmaraprmayjunjulaugsepoctnovdec'.indexOf(lower(name).slice(0, 3)) / 3
const oneDay = (day: Day, kind: Kind): Period => ({ since: day, until: day, kind })
/** Months count from 0 and may run past the end of the year. */
const dayAt = (year: number, month: number, day: number): Day => dayOf(instant(Date.UTC(year, month, day)))
const months = (year: number, first: number, count: number, kind: Kind): Period => ({
  since: dayAt(year, first, 1),
  until: dayAt(year, first + count, 0),
  kind,
})

const wholeYear: Unit = (year) => months(year, 0, 12, 'loose')
function shareOfYear(parts: number, which: string, kind: Kind, firstMonth = 0): Unit {
  const part = (ordinalOf(which) + parts) % parts
  return (year) => months(year, firstMonth + (part * 12) / parts, 12 / parts, kind)
}
const monthUnit =
  (name: string): Unit =>
  (year) =>
    months(year, monthOf(name), 1, 'stated')
function thirdOfMonth(which: string, name: string): Unit {
  const tens = ordinalOf(which)
  return (year) => {
    const { since, until } = months(year, monthOf(name), 1, 'stated')
    return {
      since: addDays(since, 10 * tens),
      until: tens === 2 ? until : addDays(since, 10 * tens + 9),
      kind: 'stated',
    }
  }
}
function isoUnit(month: string, day: string | undefined): Unit {
  return (year) => {
    const parsed = parseDay(`${year}-${month}-${day ?? '01'}`)
    return parsed && (day === undefined ? months(year, Number(month) - 1, 1, 'stated') : oneDay(parsed, 'stated'))
  }
}
function dayUnit(name: string, day: string): Unit {
  return (year) => {
    const parsed = parseDay(`${year}-${String(monthOf(name) + 1).padStart(2, '0')}-${day.padStart(2, '0')}`)
    return parsed && oneDay(parsed, 'day')
  }
}

const counts = 'one two three four five six seven eight nine ten eleven twelve'.split(' ')
const counted = form(`(?:last|past|previous|recent|latest) (\\d{1,3}|${counts.join('|')}) (day|week|month|year)s?`)
const single = form('(last|past|previous|this) (week|month|year)')
const named = form('today|yesterday')

function recentAt({ line, today }: Spoken, at: number, definite: boolean): Read<Period> | null {
  const many = match(counted, line, at)
  if (many) {
    const count = counts.indexOf(lower(many[1])) + 1 || Number(many[1])
    return { value: upTo(today, count, many[2]), end: at + many[0].length }
  }
  const one = match(single, line, at)
  if (one) return { value: lastOrThis(today, lower(one[1]), one[2], definite), end: at + one[0].length }
  const name = match(named, line, at)?.[0]
  if (name === undefined) return null
  const value = lower(name) === 'today' ? oneDay(today, 'today') : oneDay(addDays(today, -1), 'recent')
  return { value, end: at + name.length }
}

/** Without "the", "last month" is that of the calendar; with it, or as "past month", it runs up to today. */
function lastOrThis(today: Day, which: string, unit: string, definite: boolean): Period {
  if (which === 'past' || (which === 'last' && definite)) return upTo(today, 1, unit)
  const calendar = calendarUnits[lower(unit)]
  const within = utc(today).minus({ [calendar]: which === 'this' ? 0 : 1 })
  return { since: dayIn(within.startOf(calendar)), until: dayIn(within.endOf(calendar)), kind: 'recent' }
}
const calendarUnits: Readonly<Record<string, 'week' | 'month' | 'year'>> = {
  week: 'week',
  month: 'month',
  year: 'year',
}

const utc = (day: Day): DateTime => DateTime.fromMillis(startOfDay(day), { zone: 'utc' })
const dayIn = (at: DateTime): Day => dayOf(instant(at.toMillis()))
const upTo = (today: Day, count: number, unit: string): Period => ({
  since: dayIn(utc(today).minus({ [lower(unit)]: count })),
  until: today,
  kind: 'recent',
})
