import { z } from 'zod'
import { SourceError } from '../../domain/errors.ts'
import { textOfMarkup } from '../markup.ts'
import { plainText } from '../record.ts'
import { feedDate, isToTheDay } from './date.ts'
import {
  type FeedEntry,
  longestMarkup,
  longestName,
  mostEntries,
  mostNames,
  type ParsedFeed,
  resolved,
} from './entry.ts'

/** What is there but of the wrong type counts as not there: one bad field costs no item. */
const text = z.string().catch('')
const idText = z.union([z.string(), z.number().transform(String)]).catch('')
const author = z.object({ name: text }).catch({ name: '' })

const itemSchema = z.object({
  id: idText.optional(),
  url: text.optional(),
  external_url: text.optional(),
  title: text.optional(),
  content_html: text.optional(),
  content_text: text.optional(),
  summary: text.optional(),
  date_published: text.optional(),
  date_modified: text.optional(),
  tags: z.array(text).catch([]).optional(),
  author: author.optional(),
  authors: z.array(author).catch([]).optional(),
})

const feedSchema = z.object({
  version: z.string().regex(/jsonfeed\.org\/version\//),
  title: text.optional(),
  home_page_url: text.optional(),
  author: author.optional(),
  authors: z.array(author).catch([]).optional(),
  items: z.array(z.unknown()),
})

type Item = z.infer<typeof itemSchema>

const deepest = 200

/** Reads JSON Feed 1.0 and 1.1. Throws SourceError `unreadable` for JSON that is cut off or is no feed. */
export function parseJsonFeed(source: string, body: string, address: string): ParsedFeed {
  const parsed = feedSchema.safeParse(jsonOf(source, body))
  if (!parsed.success) throw unreadable(source, 'is JSON, but no JSON feed')
  const { items, ...feed } = parsed.data
  const readable = items.slice(0, mostEntries).map((item) => itemSchema.safeParse(item).data ?? {})
  return {
    title: plainText(feed.title ?? ''),
    link: resolved(feed.home_page_url ?? '', address),
    authors: namesIn(feed),
    entries: readable.map((item) => entryOf(item, address)),
    left: Math.max(0, items.length - mostEntries),
    whole: true,
  }
}

function jsonOf(source: string, body: string): unknown {
  // Arrays in arrays without end cost the parser a hundred times their size in memory.
  if (isNestedBeyond(deepest, body)) throw unreadable(source, `is JSON nested more than ${deepest} levels deep`)
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw unreadable(source, 'is JSON that is cut off or broken', cause)
  }
}

function isNestedBeyond(most: number, json: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at]
    if (inString && character === '\\') at += 1
    else if (character === '"') inString = !inString
    else if (!inString && (character === '[' || character === '{')) depth += 1
    else if (!inString && (character === ']' || character === '}')) depth -= 1
    if (depth > most) return true
  }
  return false
}

const entryOf = (item: Item, address: string): FeedEntry => ({
  id: item.id || null,
  title: plainText(item.title ?? ''),
  link: resolved(item.url || item.external_url || '', address),
  summary: plainText(item.summary ?? ''),
  content: item.content_html
    ? textOfMarkup(item.content_html.slice(0, longestMarkup))
    : plainText((item.content_text ?? '').slice(0, longestMarkup)),
  authors: namesIn(item),
  categories: named(item.tags ?? []),
  published: feedDate(item.date_published ?? ''),
  publishedToTheDay: isToTheDay(item.date_published ?? '') && feedDate(item.date_published ?? '') !== null,
  updated: feedDate(item.date_modified ?? ''),
  identifiers: [],
})

/** 1.1 has a list where 1.0 had one. */
const namesIn = ({ author, authors }: Pick<Item, 'author' | 'authors'>): string[] =>
  named([...(authors ?? []), ...(author ? [author] : [])].map((one) => one.name))

const named = (all: readonly string[]): string[] =>
  [...new Set(all.map(plainText))].filter((name) => name !== '' && name.length <= longestName).slice(0, mostNames)

const unreadable = (source: string, what: string, cause?: unknown): SourceError =>
  new SourceError(source, 'unreadable', `${source}: the answer ${what}`, { cause })
