import { XMLParser } from 'fast-xml-parser'
import { parseFeed } from 'feedsmith'
import { feedDate } from '../../../src/sources/feeds/date.ts'
import { personNames, resolved } from '../../../src/sources/feeds/entry.ts'
import { textOfMarkup } from '../../../src/sources/markup.ts'
import { plainText } from '../../../src/sources/record.ts'
import type { FeedReader, Read } from './cases.ts'

/** What src/sources/feeds/parse.ts is measured against. Each is used as well as it can be in a page of code. */

type Tree = { readonly [key: string]: unknown }

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value])
const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((held, key) => (isTree(held) ? held[key] : undefined), value)
const first = (...values: unknown[]): unknown => values.find((value) => value !== undefined && value !== '')
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
const dated = (value: unknown): ReturnType<typeof feedDate> => feedDate(text(value))

/** feedsmith 3: finds the format, knows the namespaces, decodes references, keeps the types of Atom's texts. */
export const feedsmithReader: FeedReader = (xml, address) => {
  const { feed, format } = parseFeed(xml) as unknown as { feed: Tree; format: string }
  const base = text(at(feed, 'xml', 'base')) || address
  const link = linkOf(feed, base)
  return {
    title: said(first(feed.title, at(feed, 'dc', 'titles'))),
    link,
    authors: namesOf(feed),
    entries: list(first(feed.entries, feed.items)).map((entry) => {
      const entryBase = text(at(entry, 'xml', 'base')) || (format === 'rss' ? (link ?? base) : base)
      const permalink = at(entry, 'guid', 'isPermaLink') === false ? undefined : at(entry, 'guid', 'value')
      return {
        id: text(first(at(entry, 'id'), at(entry, 'guid', 'value'), at(entry, 'rdf', 'about'))) || null,
        title: said(first(at(entry, 'title'), at(entry, 'dc', 'titles'), at(entry, 'media', 'title', 'value'))),
        link: linkOf(entry, entryBase) ?? resolved(text(permalink), entryBase),
        summary: said(
          first(
            at(entry, 'description'),
            at(entry, 'summary'),
            at(entry, 'dc', 'descriptions'),
            at(entry, 'itunes', 'summary'),
          ),
        ),
        content: said(first(at(entry, 'content', 'encoded'), at(entry, 'content'))),
        authors: namesOf(entry),
        categories: [
          ...list(at(entry, 'categories')).map((one) => text(first(at(one, 'term'), at(one, 'name'), one))),
          ...list(at(entry, 'dc', 'subjects')).map(text),
          ...list(at(entry, 'itunes', 'categories')).map((one) => text(at(one, 'text'))),
          ...list(at(entry, 'media', 'categories')).map((one) => text(at(one, 'name'))),
        ],
        published: dated(
          first(
            at(entry, 'published'),
            at(entry, 'pubDate'),
            ...list(at(entry, 'dcterms', 'issued')),
            ...list(at(entry, 'dcterms', 'created')),
          ),
        ),
        updated: dated(
          first(at(entry, 'updated'), ...list(at(entry, 'dcterms', 'modified')), ...list(at(entry, 'dc', 'dates'))),
        ),
      }
    }),
  }
}

/** A text of Atom with its type, a text of RSS, or the first of several. */
function said(value: unknown): string {
  const [one] = list(value)
  if (!isTree(one)) return textOfMarkup(text(one))
  const type = text(one.type)
  return type === '' || /^text(?:\/plain)?$/.test(type) ? plainText(text(one.value)) : textOfMarkup(text(one.value))
}

function linkOf(holder: unknown, base: string): string | null {
  const alternate = list(at(holder, 'links')).find((one) => (at(one, 'rel') ?? 'alternate') === 'alternate')
  return resolved(text(first(at(holder, 'link'), at(alternate, 'href'))), base)
}

const namesOf = (holder: unknown): string[] =>
  [
    ...list(at(holder, 'authors')),
    ...list(at(holder, 'managingEditor')),
    ...list(at(holder, 'dc', 'creators')),
    ...list(at(holder, 'itunes', 'author')),
  ].flatMap((one) => personNames(textOfMarkup(text(isTree(one) ? one.name : one))))

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true,
  transformTagName: (name) => name.toLowerCase(),
  processEntities: { enabled: true, maxEntityCount: 0 },
})

/** fast-xml-parser 5 with prefixes as they are written and the same treatment of all texts. */
export const plainReader: FeedReader = (xml, address) => {
  const tree: unknown = parser.parse(xml)
  const root = first(at(tree, 'rss'), at(tree, 'rdf:rdf'), at(tree, 'feed'))
  const feed = first(at(root, 'channel'), root)
  if (!isTree(feed)) throw new Error('no feed')
  const base = text(feed['@xml:base']) || address
  const link = hrefOf(feed, base)
  const entries = [...list(feed.item), ...list(feed.entry), ...list(at(root, 'item'))].filter((entry) => entry !== '')
  const unique = [...new Set(entries)]
  return {
    title: textOfMarkup(under(feed.title)),
    link,
    authors: people(feed),
    entries: unique.map((one) => entryOf(one, link ?? base)),
  }
}

const entryOf = (entry: unknown, base: string): Read['entries'][number] => ({
  id: under(first(at(entry, 'id'), at(entry, 'guid'))) || text(at(entry, '@rdf:about')) || null,
  title: textOfMarkup(under(first(at(entry, 'title'), at(entry, 'dc:title'), at(entry, 'media:title')))),
  link: hrefOf(entry, base) ?? resolved(under(at(entry, 'guid')), base),
  summary: textOfMarkup(under(first(at(entry, 'description'), at(entry, 'summary'), at(entry, 'itunes:summary')))),
  content: textOfMarkup(under(first(at(entry, 'content:encoded'), at(entry, 'content'), at(entry, 'body')))),
  authors: people(entry),
  categories: [
    ...list(at(entry, 'category')).map((one) => text(at(one, '@term')) || under(one)),
    ...list(at(entry, 'dc:subject')).map(under),
    ...list(at(entry, 'itunes:category')).map((one) => text(at(one, '@text'))),
    ...list(at(entry, 'media:category')).map(under),
  ],
  published: dated(
    under(first(at(entry, 'published'), at(entry, 'pubdate'), at(entry, 'issued'), at(entry, 'dcterms:issued'))),
  ),
  updated: dated(
    under(first(at(entry, 'updated'), at(entry, 'modified'), at(entry, 'dcterms:modified'), at(entry, 'dc:date'))),
  ),
})

/** All text in and below an element; of several, of the first. */
function under(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return under(value[0])
  if (!isTree(value)) return ''
  const parts = Object.entries(value).filter(([key]) => !key.startsWith('@'))
  return parts.map(([, part]) => under(part)).join(' ')
}

function hrefOf(holder: unknown, base: string): string | null {
  for (const one of list(at(holder, 'link'))) {
    if ((at(one, '@rel') ?? 'alternate') !== 'alternate') continue
    return resolved(text(at(one, '@href')) || under(one), base)
  }
  return null
}

const people = (holder: unknown): string[] =>
  [
    ...list(at(holder, 'author')),
    ...list(at(holder, 'managingeditor')),
    ...list(at(holder, 'dc:creator')),
    ...list(at(holder, 'itunes:author')),
  ].flatMap((one) => personNames(textOfMarkup(under(first(at(one, 'name'), one)))))
