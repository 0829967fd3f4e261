import { addDays, type Day, dayOf, endOfDay, type Instant, startOfDay } from './instant.ts'
import { form, type Kind, match, type Period, periodAt, type Read, type Spoken, stretchAt, the } from './periods.ts'
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
