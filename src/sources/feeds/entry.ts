import { type Instant, instant, parseInstant } from '../../domain/instant.ts'

/** What all formats of feeds come down to. Text is plain and on one line; what a feed does not say is null or empty. */

export interface FeedEntry {
  /** As the feed wrote it: an address, a tag, a number. */
  readonly id: string | null
  readonly title: string
  /** Absolute, if the feed gave enough to make it so. */
  readonly link: string | null
  readonly summary: string
  readonly content: string
  readonly authors: readonly string[]
  readonly categories: readonly string[]
  readonly published: Instant | null
  readonly updated: Instant | null
  /** What else the entry calls itself: `doi:10.1101/x`, `urn:issn:1234`. */
  readonly identifiers: readonly string[]
}

export interface ParsedFeed {
  readonly title: string
  readonly link: string | null
  /** Of the entries that name none. */
  readonly authors: readonly string[]
  readonly entries: readonly FeedEntry[]
  /** Entries beyond the most that are taken. */
  readonly left: number
  /** False where the text ends before the feed does. */
  readonly whole: boolean
}

/** Of one feed; arXiv's daily feeds, the longest that are known, have up to 2,000. */
export const mostEntries = 5_000
/** Of authors or categories; the largest collaborations have about 3,000 members. */
export const mostNames = 5_000
export const longestName = 1_000
const longestAddress = 2_000
const longestDate = 100
/** Of the markup of one field, before it becomes text. */
export const longestMarkup = 1_000_000

/** An absolute address as it is; a relative one in the place of `base`; null where that gives none. */
export function resolved(href: string, base: string): string | null {
  const trimmed = href.trim()
  if (trimmed === '' || trimmed.length > longestAddress) return null
  if (URL.canParse(trimmed)) return trimmed
  return URL.canParse(trimmed, base) ? new URL(trimmed, base).href : null
}

/** Before it, years are zeroes that some program left; so is the first moment of 1970. */
const firstYear = 1600

/**
 * A date in any way that feeds write one: ISO 8601, RFC 822 with or without a weekday (often the wrong one), or what is
 * left over, if it names a zone. Null for what has none of these forms.
 */
export function feedDate(text: string): Instant | null {
  const at = text.length > longestDate ? null : writtenDate(text)
  return at === null || at === 0 || at < Date.UTC(firstYear, 0) ? null : at
}

function writtenDate(text: string): Instant | null {
  const bare = text
    .trim()
    .replace(/^\p{L}{2,9}\.?,?\s+(?=\d)/u, '')
    .replace(/\bUTC$|\bZ$(?<=\s.)/, 'GMT')
  if (bare === '') return null
  const read =
    parseInstant(bare) ??
    parseInstant(bare.replace(/^(\d{4}-\d\d-\d\d) (\d)/, '$1T$2').replace(/ (?=[+-]\d\d:?\d\d$)/, ''))
  if (read !== null) return read
  // Left to the engine only with a zone: without one it would take the zone of this machine.
  const ms = /(?:GMT|Z|[A-Z]{2,3}T|[+-]\d\d:?\d\d)(?:\s+\d{4})?$/.test(bare) ? Date.parse(bare) : Number.NaN
  return Number.isNaN(ms) ? null : instant(ms)
}

const mailed = /^\S+@\S+\s*\((.+)\)$/
const withAddress = /\s*[<([]\s*(?:mailto:)?\S+@\S+\s*[>)\]]/g

/** The names in one author field; several where it lists them by semicolons, or by commas as whole names. */
export function personNames(text: string): string[] {
  const parts = text.includes(';') ? text.split(';') : text.split(',')
  // `Doe, Jane` is one name, and so is `Jane Doe, PhD`.
  const isList = text.includes(';') || parts.every((part) => /\S\s+\S/.test(part.trim()))
  return (isList ? parts : [text]).map(personName).filter((name) => name !== '')
}

/** `Name`, from `Name`, `Name <mail>` or `mail (Name)`; empty for an address alone, which is nobody's name. */
export function personName(part: string): string {
  // The patterns take time with the square of the length.
  if (part.length > longestName) return ''
  const text = part.trim()
  const name = (mailed.exec(text)?.[1] ?? text).replace(withAddress, '').trim()
  return /^\S+@\S+$/.test(name) ? '' : name
}
