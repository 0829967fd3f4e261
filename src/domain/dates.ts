import { DateTime } from 'luxon'
import { addDays, type Day, dayOf, endOfDay, type Instant, instant, parseDay, startOfDay } from './instant.ts'
import type { DateCondition } from './query.ts'

/**
 * Reads an explicit time condition out of the words of a query. A period ("Q1 2026", "last 3 weeks") is read by
 * itself; the cue before it says what is asked of it. A filter hides papers, so every doubt is decided against one.
 * chrono-node was rejected: it reads "may", "march" and "second" as dates and knows no quarters or halves.
 */
export function readDates(text: string, now: Instant): { rest: string; condition: DateCondition | null } {
  const spoken: Spoken = { line: text.replace(/\s+/g, ' ').trim(), today: dayOf(now) }
  const [first, ...others] = rangesIn(spoken)
  if (first === undefined) return { rest: text, condition: null }
  // "since 2024 ... before June 2025": the bound that one leaves open may be all that another one gives.
  const second = others.find((other) =>
    first.since === null ? other.until === null : first.until === null && other.since === null,
  )
  const since = first.since ?? second?.since ?? null
  const until = first.until ?? second?.until ?? null
  if (since !== null && until !== null && since > until) return { rest: text, condition: null }
  const spans = adjoined(spoken.line, second === undefined ? [first] : [first, second])
  const condition = {
    since: since === null ? null : startOfDay(since),
    until: until === null ? null : endOfDay(until),
    words: spans.map(({ at, end }) => spoken.line.slice(at, end)).join(' '),
  }
  return { rest: without(spoken.line, spans), condition }
}

interface Spoken {
  readonly line: string
  readonly today: Day
}
interface Span {
  readonly at: number
  readonly end: number
}
interface Range extends Span {
  readonly since: Day | null
  readonly until: Day | null
}

type Relation = 'before' | 'until' | 'since' | 'after' | 'in' | 'between'
const handedOut = 'published|announced|submitted|posted|released|appeared|written|uploaded'
const asBound: readonly Kind[] = ['stated', 'day', 'loose', 'edge', 'recent']
const asPlace: readonly Kind[] = ['stated', 'day', 'loose', 'recent']
const cues: readonly (readonly [cue: RegExp, relation: Relation, kinds: readonly Kind[]])[] = [
  [form('before|prior to|earlier than|older than'), 'before', asBound],
  [form('until|till|up (?:to|until)|through|no later than|as of'), 'until', asBound],
  [form('by'), 'until', ['stated', 'day', 'edge']],
  [form('between|since|(?:starting|beginning)(?: in| from)?'), 'between', asPlace],
  [form('since|(?:starting|beginning)(?: in| from)?'), 'since', asBound],
  [form('after|(?:later|newer|more recent) than'), 'after', asBound],
  [form('in|during|of|within|throughout'), 'in', asPlace],
  [form(`from|${handedOut}`), 'in', [...asPlace, 'today']],
  [form('on'), 'in', ['stated', 'day']],
  [form('over'), 'in', ['recent']],
]

const places = /(?<=^|[\s([{"“”,;—\uFFFC])[\p{L}\p{N}]/gu

function rangesIn(spoken: Spoken): Range[] {
  const ranges: Range[] = []
  let free = 0
  for (const { index } of spoken.line.matchAll(places)) {
    if (index < free) continue
    const range = cuedAt(spoken, index) ?? bareAt(spoken, index)
    const behind = ranges.at(-1)?.end ?? 0
    if (range) ranges.push({ ...range, at: behind + leadIn(spoken.line.slice(behind, index)) })
    // What was read but not believed is not read again from its middle: "6 january 2021 riot" has no "january 2021".
    free = range?.end ?? periodAt(spoken, index)?.end ?? free
  }
  return ranges
}

function cuedAt(spoken: Spoken, at: number): Range | null {
  for (const [cue, relation, kinds] of cues) {
    const length = match(cue, spoken.line, at)?.[0].length
    if (length === undefined || spoken.line[at + length] !== ' ') continue
    const start = at + length + 1
    const stretch = relation === 'in' || relation === 'between' ? stretchAt(spoken, start) : null
    const read = stretch ?? (relation === 'between' ? null : periodAt(spoken, start))
    if (!read || !kinds.includes(read.value.kind)) continue
    const range = rangeOf(relation, spoken.line, at, read)
    // "papers from 2024 detect ..." is about the papers whatever follows; "papers from the 2024 olympics" is not.
    const ofPapers = followsPapers(spoken.line, at) && match(the, spoken.line, start) === null
    if (range && (ofPapers || believed(read.value.kind, spoken.line, range.end))) return range
  }
  return null
}

function bareAt(spoken: Spoken, at: number): Range | null {
  const read = stretchAt(spoken, at) ?? periodAt(spoken, at)
  const range = read && rangeOf('in', spoken.line, at, read)
  if (!read || !range) return null
  const closed = match(closing, spoken.line, range.end) !== null
  switch (read.value.kind) {
    case 'stated':
      return range
    case 'day':
      return closed ? range : null
    case 'recent':
      return (closed || at === 0) && believed('recent', spoken.line, range.end) ? range : null
    case 'today':
      return closed && followsPapers(spoken.line, at) ? range : null
    case 'loose':
      // "2024 or later" has its cue behind it.
      return range.end > read.end ? range : null
    case 'edge':
      return null
  }
}

const papers = new RegExp(`\\b(?:papers|preprints|publications|${handedOut}) $`, 'i')
const followsPapers = (line: string, at: number): boolean => papers.test(line.slice(Math.max(0, at - 16), at))

/** The end, a pause, or a word that cannot be the noun to which a year before it would belong. */
const closing = new RegExp(
  `$|[.,;!?)\\]"“”]|\\s[-–—(\\["“\\uFFFC]|\\s(?:about|on|for|with|without|in|by|at|from|using|via|and|or|but|that|` +
    'which|who|where|when|regarding|concerning|is|are|was|were|be|has|have|had|do|does|did|can|could|should|will|' +
    'only|since|after|before|until|till|between|papers|preprints|articles|publications|works?|research)\\b',
  'iuy',
)
function believed(kind: Kind, line: string, end: number): boolean {
  if (kind === 'stated' || kind === 'day') return true
  // "in the last 30 days of life"
  if (kind === 'recent') return match(ofSomething, line, end) === null
  return match(closing, line, end) !== null && (!line.endsWith('.') || speaksOfPapers.test(line))
}
const ofSomething = form(' of')
/** A sentence with a full stop is mostly a claim to be checked, and its years are part of it ("... fell in 2001."). */
const speaksOfPapers = new RegExp(
  `\\b(?:papers|preprints|publications|articles|literature|works?|research|${handedOut})\\b`,
  'i',
)

const onwards = form(' (?:onwards?|(?:and|or) (?:later|newer|onwards?)|on(?= ?(?:$|[.,;!?)])))')
const backwards = form(' (?:and|or) (?:earlier|older)')
const gluedOn = /[-–'’./:@=#+&~_]+[\p{L}\p{N}]/uy

function rangeOf(relation: Relation, line: string, at: number, { value, end }: Read<Period>): Range | null {
  if (match(gluedOn, line, end)) return null
  const later = match(onwards, line, end)?.[0].length
  const earlier = match(backwards, line, end)?.[0].length
  switch (relation) {
    case 'before':
      return { at, end, since: null, until: addDays(value.since, -1) }
    case 'until':
      return { at, end, since: null, until: value.until }
    case 'since':
      return { at, end: end + (later ?? 0), since: value.since, until: null }
    case 'after':
      return { at, end, since: addDays(value.until, 1), until: null }
    case 'in':
    case 'between':
      if (later !== undefined) return { at, end: end + later, since: value.since, until: null }
      if (earlier !== undefined) return { at, end: end + earlier, since: null, until: value.until }
      return { at, end, since: value.since, until: value.until }
  }
}

const ledIn = [
  new RegExp(
    `(?<=^|\\s)(?:(?:that|which) )?(?:(?:is|are|was|were|has|have|had|been|first|newly) ){0,3}(?:${handedOut}) $`,
    'i',
  ),
  /(?:(?<=^\s?|\b(?:recent|latest|newest|new) )|\b(?:the|all|any) )(?:papers|articles|preprints|publications|works?|research) $/i,
]
/** Where a condition begins that ends `before`: "papers that were published" belongs to it, "which papers" does not. */
function leadIn(before: string): number {
  return ledIn.reduce((at, lead) => lead.exec(before.slice(0, at))?.index ?? at, before.length)
}

/** Two spans with nothing but "and" between them are one. */
function adjoined(line: string, ranges: readonly Range[]): readonly Span[] {
  const [first, second] = ranges
  if (second === undefined || !/^,? (?:and |but )?$/i.test(line.slice(first.end, second.at))) return ranges
  return [{ at: first.at, end: second.end }]
}

function without(line: string, spans: readonly Span[]): string {
  const rest = spans.reduceRight(
    (left, { at, end }) => seam(left.slice(0, at).trimEnd(), left.slice(end).trimStart()),
    line,
  )
  return /^[\s\p{P}]*$/u.test(rest) ? '' : rest.trim()
}

/** Joins what stood around a condition, without the punctuation that only it needed. */
function seam(left: string, right: string): string {
  if (/[([]$/.test(left) && /^[)\]]/.test(right)) return `${left.slice(0, -1)}${right.slice(1)}`
  if (right !== '' && !/^[,.;:!?)\]](?:\s|$)/.test(right)) return left === '' ? right : `${left} ${right}`
  const bare = left.replace(/(?:[,;:]| [-–—])$/, '')
  return bare === '' ? right.replace(/^[,.;:!?)\]]+\s*/, '') : bare + right
}

// From here on: periods, which know nothing of cues.

/**
 * What a period needs before it is believed. `stated` may stand alone; `day` closes a phrase ("january 6 2021 riot" is
 * an event); `loose` (a year, a season) wants a cue and no noun after it ("in 2020 election tweets" asks for the
 * election); `edge` (the end of 2025) is only ever a bound; `recent` (last 3 weeks) opens or closes the query; `today`
 * wants to be said of papers, for alone it means "nowadays".
 */
type Kind = 'stated' | 'day' | 'loose' | 'edge' | 'recent' | 'today'
interface Period {
  readonly since: Day
  readonly until: Day
  readonly kind: Kind
}
/** A period that still waits for its year; null in a year that has no such day. */
type Unit = (year: number) => Period | null
/** What was read at some place of the line, and where it ends. */
interface Read<T> {
  readonly value: T
  readonly end: number
}

/** A form matches at one place and never ends inside a word. */
function form(source: string): RegExp {
  return new RegExp(`(?:${source})(?![\\p{L}\\p{N}_])`, 'iuy')
}
function match(pattern: RegExp, line: string, at: number): readonly string[] | null {
  pattern.lastIndex = at
  return pattern.exec(line)
}

/** The long s is an s to a pattern that ignores case, and stays itself in lower case. */
const lower = (word: string): string => word.toLowerCase().replaceAll('ſ', 's')

const joins = /(?: ?[-–—] ?| (?:to|until|till|through|up to|and|or) )/iuy

/** "april to june 2025", "2023-present": a part without a year borrows that of the other, or the one before it. */
function stretchAt(spoken: Spoken, at: number): Read<Period> | null {
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

const the = /the /iy
const skipThe = (line: string, at: number): number => at + (match(the, line, at)?.[0].length ?? 0)
const edgeOf = form('(beginning|start|end) of')

/** One period with its year, or one counted from today. */
function periodAt(spoken: Spoken, at: number): Read<Period> | null {
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
