import { readDates } from './dates.ts'
import { InvalidQuery } from './errors.ts'
import type { Instant } from './instant.ts'
import { type DateCondition, defaultDeadlineMs, defaultMaxAgeMs, noFilters, type Query } from './query.ts'
import { termsOf } from './terms.ts'

export interface Understanding {
  /** What is matched; '' when the text held nothing but conditions and exclusions. */
  readonly subject: string
  readonly phrases: readonly string[]
  /** Raw words as they were typed: the caller makes terms of them. */
  readonly excludedTerms: readonly string[]
  readonly excludedPhrases: readonly string[]
  readonly dates: DateCondition | null
}

/**
 * Takes a typed query apart: "quoted phrases" (their words stay in the subject), -word and -"a phrase" exclusions, and
 * a time condition outside the quotes. Nothing can be typed wrongly: what is not an operator is text.
 */
export function understand(text: string, now: Instant): Understanding {
  const parts = partsOf(spaced(text.replace(/[\p{Cf}\uFFFC]+/gu, '')))
  const textsOf = (kind: Part['kind']): string[] => parts.filter((part) => part.kind === kind).map((part) => part.text)
  const phrases = textsOf('phrase')
  const { rest, condition } = readDates(spaced(parts.map(outsideQuotes).join('')), now)
  const inside = phrases.values()
  return {
    subject: spaced(rest.replaceAll(held, () => inside.next().value ?? '')),
    phrases,
    excludedTerms: textsOf('excludedTerm'),
    excludedPhrases: textsOf('excludedPhrase'),
    dates: condition,
  }
}

interface Part {
  readonly kind: 'text' | 'phrase' | 'excludedTerm' | 'excludedPhrase'
  readonly text: string
}

const spaced = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim()

/** Holds a phrase's place while dates are read, so that "papers from 2024" in quotes is never a condition. */
const held = '\uFFFC'
function outsideQuotes(part: Part): string {
  switch (part.kind) {
    case 'text':
      return part.text
    case 'phrase':
      return held
    case 'excludedTerm':
    case 'excludedPhrase':
      return ' '
  }
}

/** An inch mark opens no phrase: a quote opens after a space or a bracket, and closes before anything but a letter. */
const quoted = /(?<=^|[\s([{])((?<=^|\s)-)?["“”„]([^"“”„]*)["“”„](?![\p{L}\p{N}])/uy
/** "state-of-the-art", "- 5" and "--" are text: the hyphen stands after white space and right before its word. */
const excluded = /(?<=^|\s)-([\p{L}\p{N}][^\s"“”„]*)/uy
/** To the next place where one of them could begin. */
const plain = /[\s([{]+|[^\s([{]+/uy

function partsOf(line: string): Part[] {
  const parts: Part[] = []
  for (let at = 0; at < line.length; ) {
    const [length, part] = phraseAt(line, at) ?? excludedAt(line, at) ?? textAt(line, at)
    parts.push(part)
    at += length
  }
  return parts
}

type Found = readonly [length: number, part: Part]

function phraseAt(line: string, at: number): Found | null {
  const found = matchAt(quoted, line, at)
  if (!found) return null
  const [whole, hyphen, words] = found
  const text = words.trim()
  if (text === '') return [whole.length, { kind: 'text', text: ' ' }]
  return [whole.length, { kind: hyphen === '-' ? 'excludedPhrase' : 'phrase', text }]
}

function excludedAt(line: string, at: number): Found | null {
  const found = matchAt(excluded, line, at)
  return found && [found[0].length, { kind: 'excludedTerm', text: found[1].replace(/[.,;:!?)\]]{1,3}$/, '') }]
}

function textAt(line: string, at: number): Found {
  const text = matchAt(plain, line, at)?.[0] ?? line.slice(at)
  return [text.length, { kind: 'text', text }]
}

function matchAt(pattern: RegExp, line: string, at: number): readonly string[] | null {
  pattern.lastIndex = at
  return pattern.exec(line)
}

type Wishes = Partial<Omit<Query, 'text' | 'now' | keyof Understanding>>

/** A query as it was typed, with what else was wished for. Throws InvalidQuery when it says nothing to find. */
export function typedQuery(text: string, now: Instant, wishes: Wishes = {}): Query {
  return {
    text,
    ...subjectOf(text, now),
    filters: noFilters,
    mode: 'auto',
    sort: 'relevance',
    fusion: 'convex',
    freshness: 'auto',
    limit: 10,
    offset: 0,
    shown: 0,
    past: false,
    explain: false,
    facets: false,
    deadlineMs: defaultDeadlineMs,
    maxAgeMs: defaultMaxAgeMs,
    ...wishes,
    now,
  }
}

const hasWord = (text: string): boolean => termsOf(text).length > 0

function subjectOf(text: string, now: Instant): Understanding {
  const { subject, phrases, excludedTerms, excludedPhrases, dates } = understand(text, now)
  // A phrase of punctuation alone has no words that a paper could hold, and would hide every paper.
  const rest = {
    phrases: phrases.filter(hasWord),
    excludedTerms: excludedTerms.filter(hasWord),
    excludedPhrases: excludedPhrases.filter(hasWord),
  }
  if (hasWord(subject)) return { subject, ...rest, dates }
  // Nothing but a date was typed ("2024"): then the date is what is looked for.
  const asSubject = excludedTerms.length + excludedPhrases.length === 0 ? text : (dates?.words ?? '')
  if (hasWord(asSubject)) return { subject: asSubject, ...rest, dates: null }
  throw new InvalidQuery('q', 'q only says what to leave out; it must also say what to find')
}
