import type { Instant } from '../../domain/instant.ts'
import { plainText } from '../record.ts'
import { feedDate, isToTheDay } from './date.ts'
import { type FeedEntry, longestName, mostNames, personName, personNames, resolved } from './entry.ts'
import { dateFields, textFields } from './names.ts'

interface Heard<T> {
  readonly rank: number
  readonly value: T
}

interface Address {
  readonly href: string
  /** What `xml:base` says where it stood. */
  readonly base: string | null
}

/** A feed or an entry while it is read. */
export interface Draft {
  readonly texts: Map<string, Heard<string>>
  readonly dates: Map<string, Heard<{ readonly at: Instant; readonly toTheDay: boolean }>>
  readonly authors: Set<string>
  readonly categories: Set<string>
  readonly identifiers: Set<string>
  id: string | null
  link: Address | null
  /** An address that is used where there is no link. */
  permalink: Address | null
}

export const emptyDraft = (): Draft => ({
  texts: new Map(),
  dates: new Map(),
  authors: new Set(),
  categories: new Set(),
  identifiers: new Set(),
  id: null,
  link: null,
  permalink: null,
})

export function hearText(draft: Draft, name: string, value: string): void {
  const field = textFields.get(name)
  if (field && value !== '') hear(draft.texts, field.into, field.rank, value)
}

export function hearDate(draft: Draft, name: string, text: string): void {
  const field = dateFields.get(name)
  const at = feedDate(text)
  if (field && at !== null) hear(draft.dates, field.into, field.rank, { at, toTheDay: isToTheDay(text) })
}

function hear<T>(into: Map<string, Heard<T>>, name: string, rank: number, value: T): void {
  const held = into.get(name)
  if (!held || rank < held.rank) into.set(name, { rank, value })
}

/** Text holds one name or a list of them, an element of its own holds one. */
export function hearAuthor(draft: Draft, text: string, isOne: boolean): void {
  for (const name of isOne ? [personName(text)] : personNames(text)) hearName(draft.authors, name)
}

export const hearCategory = (draft: Draft, text: string): void => hearName(draft.categories, text)
export const hearIdentifier = (draft: Draft, text: string): void => hearName(draft.identifiers, text)

function hearName(into: Set<string>, name: string): void {
  if (name !== '' && name.length <= longestName && into.size < mostNames) into.add(name)
}

export function hearLink(draft: Draft, href: string, base: string | null): void {
  if (href.trim() !== '') draft.link ??= { href, base }
}

/** Of the feed itself, or of what is the same in an entry. */
export const textIn = (draft: Draft, into: 'title' | 'summary' | 'content'): string =>
  draft.texts.get(into)?.value ?? ''

/** `base`: what relative links belong to where no `xml:base` says it. */
export function linkIn(draft: Draft, base: string): string | null {
  const address = draft.link ?? draft.permalink
  return address === null ? null : resolved(plainText(address.href), address.base ?? base)
}

export const entryOf = (draft: Draft, base: string): FeedEntry => ({
  id: draft.id,
  title: textIn(draft, 'title'),
  link: linkIn(draft, base),
  summary: textIn(draft, 'summary'),
  content: textIn(draft, 'content'),
  authors: [...draft.authors],
  categories: [...draft.categories],
  published: draft.dates.get('published')?.value.at ?? null,
  publishedToTheDay: draft.dates.get('published')?.value.toTheDay ?? false,
  updated: draft.dates.get('updated')?.value.at ?? null,
  identifiers: [...draft.identifiers],
})
