import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { textOfFeed } from '../../../src/sources/feeds/encoding.ts'
import type { FeedEntry } from '../../../src/sources/feeds/entry.ts'
import { textOfMarkup } from '../../../src/sources/markup.ts'
import { plainText } from '../../../src/sources/record.ts'
import { type Claim, type Path, readExpectation, type Value } from './expectations.ts'

/** The cases of feedparser and feedsmith, and how a parser fares on the fields that we use. */

const folder = join(import.meta.dirname, '../../../../shared/data/feeds')
export const absent = !existsSync(join(folder, 'feedparser/cases.jsonl.gz')) || !existsSync(join(folder, 'feedsmith'))
export const where = absent ? ' (skipped: ../shared/data/feeds is absent)' : ''

export interface Case {
  readonly name: string
  readonly text: string
  readonly address: string
  readonly expected: readonly Expected[]
}

/** One field of one case. */
export interface Expected {
  readonly field: Field
  readonly at: string
  /** Any of these is right. */
  readonly values: readonly unknown[]
  read(feed: Read): unknown
}

export type Field =
  | 'feed title'
  | 'feed link'
  | 'feed author'
  | 'number of entries'
  | 'title'
  | 'link'
  | 'id'
  | 'summary'
  | 'content'
  | 'author'
  | 'published'
  | 'updated'
  | 'category'

/** What a parser makes of a feed, in our terms. */
export interface Read {
  readonly title: string
  readonly link: string | null
  readonly authors: readonly string[]
  readonly entries: readonly Omit<FeedEntry, 'identifiers' | 'publishedToTheDay'>[]
}

export type FeedReader = (text: string, address: string) => Read

export interface Score {
  readonly right: number
  readonly all: number
  /** Of `all`, those that expect anything but an empty text: `<img>` has none. */
  readonly saying: number
  readonly sayingRight: number
  readonly byField: ReadonlyMap<Field, { readonly right: number; readonly all: number }>
  readonly wrong: readonly {
    readonly name: string
    readonly at: string
    readonly wanted: string
    readonly got: string
  }[]
}

export function scoreOf(cases: readonly Case[], read: FeedReader): Score {
  const wrong: Score['wrong'][number][] = []
  const byField = new Map<Field, { right: number; all: number }>()
  let saying = 0
  let sayingRight = 0
  for (const one of cases) {
    const feed = attempt(() => read(one.text, one.address))
    for (const { field, at, values, read: pick } of one.expected) {
      const got = feed instanceof Error ? feed.message : pick(feed)
      const isRight = !(feed instanceof Error) && values.some((value) => value === got)
      const count = byField.get(field) ?? { right: 0, all: 0 }
      byField.set(field, { right: count.right + (isRight ? 1 : 0), all: count.all + 1 })
      if (values[0] !== '') {
        saying += 1
        sayingRight += isRight ? 1 : 0
      }
      if (!isRight)
        wrong.push({ name: one.name, at, wanted: JSON.stringify(values[0]), got: JSON.stringify(got) ?? 'nothing' })
    }
  }
  const counts = [...byField.values()]
  const sum = (key: 'right' | 'all') => counts.reduce((total, count) => total + count[key], 0)
  return { right: sum('right'), all: sum('all'), saying, sayingRight, byField, wrong }
}

function attempt<T>(run: () => T): T | Error {
  try {
    return run()
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

interface Line {
  readonly path: string
  readonly expect: string
  readonly base64: string
}

/** All cases of feedparser; those of which we use no field expect nothing. */
export function feedparserCases(): Case[] {
  const lines = gunzipSync(readFileSync(join(folder, 'feedparser/cases.jsonl.gz'))).toString('utf8')
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { path, expect, base64 }: Line = JSON.parse(line)
      const text = textOfFeed('case', Buffer.from(base64, 'base64'), null)
      const name = path.replace(/^tests\/(?:wellformed\/)?/, '')
      const expected = readExpectation(expect)
        .map((claim) => expectedOf(claim, text))
        .filter((one) => one !== null)
      return { name, text, address: addressOf(path, text), expected }
    })
}

/** feedparser's tests serve their files so; a Content-Location is where such a feed says that it is. */
function addressOf(path: string, text: string): string {
  const own = `http://127.0.0.1:8097/${path}`
  const said = /^Header:\s*Content-Location:\s*(\S+)/m.exec(text)?.[1]
  return said !== undefined && /^(?:https?:|\/)/.test(said) ? new URL(said, own).href : own
}

const instantOf = (value: Value): number =>
  Array.isArray(value)
    ? Date.UTC(
        Number(value[0]),
        Number(value[1]) - 1,
        ...(value.slice(2, 6).map(Number) as [number, number, number, number]),
      )
    : Date.parse(String(value))

/** A claim in our terms; null where it is about something that we do not read. */
function expectedOf({ path, kind, values }: Claim, xml: string): Expected | null {
  const at = path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1)
  const same = (field: Field, normal: (value: Value) => unknown, read: (feed: Read) => unknown): Expected | null =>
    kind === 'equal' ? { field, at, values: values.map(normal), read } : null
  const text = (element: RegExp) => (value: Value) =>
    isPlain(xml, element) ? plainText(String(value)) : textOfMarkup(String(value))
  if (kind === 'length' && at === 'entries') {
    return { field: 'number of entries', at, values, read: (feed) => feed.entries.length }
  }
  if (path[0] === 'feed') {
    switch (at) {
      case 'feed.title':
      case 'feed.title_detail.value':
        return same('feed title', text(/title/), (feed) => feed.title)
      case 'feed.link':
        return same('feed link', String, (feed) => feed.link)
      case 'feed.author':
      case 'feed.author_detail.name':
        return same('feed author', nameIn, (feed) => feed.authors[0])
    }
    return null
  }
  if (path[0] !== 'entries') return null
  return entryClaim(path, { kind, values, at, same, text })
}

interface ClaimParts {
  readonly kind: Claim['kind']
  readonly values: readonly Value[]
  readonly at: string
  same(field: Field, normal: (value: Value) => unknown, read: (feed: Read) => unknown): Expected | null
  text(element: RegExp): (value: Value) => string
}

function entryClaim(path: Path, { kind, values, at, same, text }: ClaimParts): Expected | null {
  const [, number, name, index, inner] = path
  const entry = (feed: Read) => feed.entries[Number(number)]
  switch ([name, typeof index === 'number' ? '[]' : index, inner].filter((step) => step !== undefined).join('.')) {
    case 'title':
    case 'title_detail.value':
      return same('title', text(/title/), (feed) => entry(feed)?.title)
    case 'link':
      if (kind === 'falsy') return { field: 'link', at, values: [null], read: (feed) => entry(feed)?.link }
      return same(
        'link',
        (value) => new URL(String(value)).href,
        (feed) => normalLink(entry(feed)?.link),
      )
    case 'id':
    case 'guid':
      return same('id', String, (feed) => entry(feed)?.id)
    case 'description':
    case 'summary':
    case 'summary_detail.value':
      // feedparser gives the one where the feed has only the other.
      return same(
        'summary',
        text(/summary|description|content/),
        (feed) => entry(feed)?.summary || entry(feed)?.content,
      )
    case 'content.[].value':
      return same('content', text(/content/), (feed) => entry(feed)?.content)
    case 'author':
    case 'author_detail.name':
      return same('author', nameIn, (feed) => entry(feed)?.authors[0])
    case 'authors.[].name':
      return same('author', String, (feed) => entry(feed)?.authors[Number(index)])
    case 'published':
    case 'published_parsed':
      return same('published', instantOf, (feed) => entry(feed)?.published)
    case 'updated':
    case 'updated_parsed':
      return same('updated', instantOf, (feed) => entry(feed)?.updated)
    case 'tags.[].term':
      return same('category', String, (feed) => entry(feed)?.categories[Number(index)])
    case 'category':
      return same('category', String, (feed) => entry(feed)?.categories[0])
    case 'tags':
      return kind === 'length'
        ? { field: 'category', at, values, read: (feed) => entry(feed)?.categories.length }
        : null
  }
  return null
}

/** feedparser joins names and addresses, and we keep no address. */
const nameIn = (value: Value): string => String(value).replace(/\s*\(\S+@\S+\)$/, '')

const normalLink = (link: string | null | undefined): string | null | undefined =>
  typeof link === 'string' && URL.canParse(link) ? new URL(link).href : link

/** Whether an Atom text is declared as plain: then an escaped `<b>` is no markup but three characters. */
function isPlain(xml: string, element: RegExp): boolean {
  if (!/<feed\b/.test(xml)) return false
  const tag = new RegExp(`<(?:\\w+:)?(${element.source})\\b([^>]*)>([\\s\\S]*?)</`).exec(
    xml.replace(/<!--[\s\S]*?-->/, ''),
  )
  if (!tag || tag[3].includes('<')) return false
  return /\btype=["']text(?:\/plain)?["']/.test(tag[2]) || !/\b(?:type|mode)=/.test(tag[2])
}

interface Reference {
  readonly title?: string
  readonly link?: string
  readonly links?: readonly { readonly href: string; readonly rel?: string }[]
  readonly entries?: readonly ReferenceEntry[]
  readonly items?: readonly ReferenceEntry[]
}

interface ReferenceEntry {
  readonly id?: string
  readonly guid?: { readonly value: string }
  readonly rdf?: { readonly about?: string }
  readonly title?: string
  readonly link?: string
  readonly links?: Reference['links']
  readonly description?: string
  readonly summary?: string
  readonly content?: string | { readonly encoded?: string }
  readonly authors?: readonly (string | { readonly name?: string })[]
  readonly dc?: { readonly creators?: readonly string[]; readonly date?: string }
  readonly dcterms?: { readonly modified?: string }
  readonly categories?: readonly { readonly term?: string; readonly name?: string }[]
  readonly published?: string
  readonly pubDate?: string
  readonly updated?: string
}

/** feedsmith's own reference files; those of OPML are lists of feeds and no feeds. */
export function feedsmithCases(): Case[] {
  return ['atom', 'rss', 'rdf'].flatMap((format) =>
    readdirSync(join(folder, 'feedsmith', format))
      .filter((name) => name.endsWith('.xml'))
      .map((name): Case => {
        const load = (ending: string) =>
          readFileSync(join(folder, 'feedsmith', format, name.replace(/xml$/, ending)), 'utf8')
        const text = load('xml')
        const base = /xml:base="([^"]+)"/.exec(text)?.[1] ?? 'http://example.org/feed'
        return {
          name: `feedsmith/${format}/${name}`,
          text,
          address: base,
          expected: referenceFields(JSON.parse(load('json')), base),
        }
      }),
  )
}

function referenceFields(reference: Reference, base: string): Expected[] {
  const entries = reference.entries ?? reference.items ?? []
  const expected: Expected[] = []
  const add = (field: Field, at: string, value: unknown, read: (feed: Read) => unknown): void => {
    if (value !== undefined) expected.push({ field, at, values: [value], read })
  }
  add('feed title', 'feed.title', textIn(reference.title), (feed) => feed.title)
  add('feed link', 'feed.link', linkIn(reference, base), (feed) => normalLink(feed.link))
  add('number of entries', 'entries', entries.length, (feed) => feed.entries.length)
  for (const [at, entry] of entries.entries()) {
    const read = (pick: (one: Read['entries'][number]) => unknown) => (feed: Read) =>
      feed.entries[at] && pick(feed.entries[at])
    const place = (name: string) => `entries[${at}].${name}`
    add(
      'id',
      place('id'),
      entry.id ?? entry.guid?.value ?? entry.rdf?.about,
      read((one) => one.id),
    )
    add(
      'title',
      place('title'),
      textIn(entry.title),
      read((one) => one.title),
    )
    add(
      'link',
      place('link'),
      linkIn(entry, base),
      read((one) => normalLink(one.link)),
    )
    add(
      'summary',
      place('summary'),
      textIn(entry.description ?? entry.summary),
      read((one) => one.summary),
    )
    const content = typeof entry.content === 'string' ? entry.content : entry.content?.encoded
    add(
      'content',
      place('content'),
      textIn(content),
      read((one) => one.content),
    )
    const authors = entry.authors ?? entry.dc?.creators
    const names = authors?.map((one) => (typeof one === 'string' ? one.replace(/^\S+@\S+ \((.*)\)$/, '$1') : one.name))
    add(
      'author',
      place('authors'),
      names?.[0],
      read((one) => one.authors[0]),
    )
    const categories = entry.categories?.map((one) => one.term ?? one.name).join()
    add(
      'category',
      place('categories'),
      categories,
      read((one) => one.categories.slice(0, entry.categories?.length).join()),
    )
    const published = entry.published ?? entry.pubDate
    add(
      'published',
      place('published'),
      published && Date.parse(published),
      read((one) => one.published),
    )
    const updated = entry.updated ?? entry.dcterms?.modified ?? entry.dc?.date
    add(
      'updated',
      place('updated'),
      updated && Date.parse(updated),
      read((one) => one.updated),
    )
  }
  return expected
}

const textIn = (value: string | undefined): string | undefined =>
  value === undefined ? undefined : textOfMarkup(value)

function linkIn({ link, links }: Reference | ReferenceEntry, base: string): string | undefined {
  const href = link ?? links?.find((one) => (one.rel ?? 'alternate') === 'alternate')?.href
  return href === undefined ? undefined : new URL(href, base).href
}
