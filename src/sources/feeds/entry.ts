import type { Instant } from '../../domain/instant.ts'

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
  /** False where only its month or year is known. */
  readonly publishedToTheDay: boolean
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
/** Of the markup of one field, before it becomes text. */
export const longestMarkup = 1_000_000

/** An absolute address as it is; a relative one in the place of `base`; null where that gives none. */
export function resolved(href: string, base: string): string | null {
  const trimmed = href.trim()
  if (trimmed === '' || trimmed.length > longestAddress) return null
  if (URL.canParse(trimmed)) return trimmed
  return URL.canParse(trimmed, base) ? new URL(trimmed, base).href : null
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
