import { afterAll, describe, expect, test } from 'vitest'
import type { DocumentRecord } from '../../../src/domain/document.ts'
import type { FeedEntry, ParsedFeed } from '../../../src/sources/feeds/entry.ts'
import { parseFeed } from '../../../src/sources/feeds/parse.ts'
import { feedRecord } from '../../../src/sources/feeds/record.ts'
import { isLink, longestAbstract, longestTitle } from '../../../src/sources/record.ts'

const address = 'https://example.org/feed'
const rss = (items: string): string => `<rss version="2.0"><channel><title>t</title>${items}</channel></rss>`
const item = (inside: string): string => rss(`<item>${inside}</item>`)

const of = {
  name: 'feed:example.org/feed',
  host: 'example.org',
  page: 'https://example.org/',
  authors: [],
  kind: 'post',
} as const

function recordOf(entry: FeedEntry): DocumentRecord {
  const record = feedRecord(of, entry, 1)
  if ('reason' in record) throw new Error(record.reason)
  return record
}

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(0)
const figures: string[] = []

/** Reads a feed and notes what that took: for docs/results/feeds.md, and for nothing that is asserted. */
function measured(what: string, text: string): ParsedFeed | string {
  const before = process.memoryUsage()
  const started = performance.now()
  let result: ParsedFeed | string
  try {
    result = parseFeed('feed:x', text, address)
  } catch (error) {
    result = error instanceof Error ? error.message : String(error)
  }
  const tookMs = performance.now() - started
  const { heapUsed, rss } = process.memoryUsage()
  const grown = `heap +${megabytes(heapUsed - before.heapUsed)} MB, resident +${megabytes(rss - before.rss)} MB`
  figures.push(`${what} (${megabytes(text.length)} M characters): ${tookMs.toFixed(0)} ms, ${grown}`)
  return result
}

function entriesOf(result: ParsedFeed | string): readonly FeedEntry[] {
  if (typeof result === 'string') throw new Error(result)
  return result.entries
}

afterAll(() => console.log(figures.join('\n')))

describe('entities that a feed declares', () => {
  const laughs = Array.from({ length: 30 }, (_one, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('')

  test.each([
    ['a billion laughs', `<!DOCTYPE rss [<!ENTITY l0 "ha">${laughs}]>${item('<title>&l30;</title>')}`, '&l30;'],
    [
      'one large entity named often',
      `<!DOCTYPE rss [<!ENTITY a "${'x'.repeat(100_000)}">]>${item(`<title>${'&a;'.repeat(100)}</title>`)}`,
      '&a;'.repeat(100),
    ],
    ['a file of ours', `<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]>${item('<title>&f;</title>')}`, '&f;'],
    [
      'an address',
      `<!DOCTYPE rss [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]>${item('<title>&f;</title>')}`,
      '&f;',
    ],
    ['itself', `<!DOCTYPE rss [<!ENTITY a "&a;">]>${item('<title>&a;</title>')}`, '&a;'],
    ['a known one', `<!DOCTYPE rss [<!ENTITY amp "haha">]>${item('<title>&amp;</title>')}`, '&'],
  ])('are not expanded: %s', (what, text, title) => {
    expect(entriesOf(measured(what, text)).map((entry) => entry.title)).toEqual([title])
  })
})

describe('a feed without end', () => {
  // A tenth of what docs/results/feeds.md tells of, unless one asks for all of it.
  const million = 1_000_000 * Number(process.env.FRESHET_HOSTILE_SCALE ?? 0.1)

  test('of entries is cut, and the rest counted', () => {
    const result = measured('many entries', rss('<item><title>x</title></item>'.repeat(million)))
    expect(result).toMatchObject({ left: million - 5_000, whole: true })
    expect(entriesOf(result)).toHaveLength(5_000)
  })

  test('of JSON entries is cut, and the rest counted', () => {
    const items = '{"id":"1","title":"x"},'.repeat(million).slice(0, -1)
    const result = measured('many JSON items', `{"version":"https://jsonfeed.org/version/1.1","items":[${items}]}`)
    expect(result).toMatchObject({ left: million - 5_000 })
  })

  test.each([
    ['a very long title', item(`<title>${'word '.repeat(10 * million)}</title>`)],
    ['a title of references', item(`<title>${'&amp;'.repeat(10 * million)}</title>`)],
    ['a title of many parts', item(`<title>${'<![CDATA[x]]>'.repeat(million)}</title>`)],
    ['many titles', item('<title>one</title><title>two</title>'.repeat(million / 2))],
    ['a text of escaped tags', item(`<title>x</title><description>${'&lt;b&gt;x'.repeat(million)}</description>`)],
    ['a text of tags', item(`<title>x</title><description>${'<b>x</b>'.repeat(million)}</description>`)],
    [
      'a text of nested tags',
      item(`<title>x</title><description><![CDATA[${'<div>'.repeat(million)}]]></description>`),
    ],
    ['a text of opening brackets', item(`<title>${'<'.repeat(million)}x</title>`)],
    ['an author of brackets', item(`<title>x</title><author>${'('.repeat(million)}</author>`)],
    ['an author of semicolons', item(`<title>x</title><author>${'a b;'.repeat(million)}</author>`)],
    [
      'a date without end',
      item(`<title>x</title><pubDate>${'1'.repeat(million)} GMT${' '.repeat(million)}x</pubDate>`),
    ],
    [
      'many categories',
      item(`<title>x</title>${Array.from({ length: million }, (_one, at) => `<category>${at}</category>`).join('')}`),
    ],
    [
      'many namespaces',
      item(`<title>x</title>${Array.from({ length: million }, (_one, at) => `<a xmlns:p${at}="urn:x"/>`).join('')}`),
    ],
    ['many stray end tags', item(`<title>x</title>${'</b>'.repeat(million)}`)],
    ['a comment without end', `${item('<title>x</title>')}${'<!-- '.repeat(million)}`],
  ])('of %s becomes a record within its limits', (what, text) => {
    const [entry] = entriesOf(measured(what, text))
    const record = recordOf(entry)
    expect(record.title.length).toBeLessThanOrEqual(longestTitle)
    expect(record.abstract.length).toBeLessThanOrEqual(longestAbstract)
    expect(record.authors.length).toBeLessThanOrEqual(5_000)
    expect(record.categories.length).toBeLessThanOrEqual(5_000)
  })

  test.each([
    ['elements in elements', item('<a>'.repeat(million)), /nested more than 200 elements deep/],
    ['elements in a text', item(`<description>${'<b>'.repeat(million)}`), /nested more than 200 elements deep/],
    [
      'attributes',
      item(`<a ${Array.from({ length: million }, (_one, at) => `a${at}="x"`).join(' ')}/>`),
      /attributes without end/,
    ],
    ['comments before a page', `${'<!---->'.repeat(million)}<html>`, /document of the type "html"/],
    [
      'arrays in JSON',
      `{"version":"https://jsonfeed.org/version/1","items":${'['.repeat(million)}`,
      /nested more than 200 levels deep/,
    ],
  ])('of %s is refused', (what, text, message) => {
    expect(measured(what, text)).toMatch(message)
  })

  test.each([
    ['an attribute that is never closed', item(`<a href="${'x'.repeat(16 * million)}`)],
    ['a tag that is never closed', item(`<${'x'.repeat(16 * million)}`)],
    ['a section that is never closed', item(`<title><![CDATA[${']]'.repeat(8 * million)}`)],
    ['a declaration that is never closed', `<!DOCTYPE rss [${'<!ENTITY a "b" '.repeat(million)}`],
  ])('of %s makes no entry with a title', (what, text) => {
    const result = measured(what, text)
    expect(typeof result === 'string' ? [] : result.entries.filter((entry) => entry.title !== '')).toEqual([])
  })
})

const alert = 'alert(1)'

/** Each as HTML; escaped into a feed once, as feeds do. */
const vectors: readonly (readonly [string, string])[] = [
  ['a script', `<script>${alert}</script>`],
  ['a script in capitals with a blank', `<SCRIPT >${alert}</SCRIPT >`],
  ['a script that is never closed', `<script>${alert}`],
  ['a script in a script', `<scr<script>ipt>${alert}</script>`],
  ['a script with a bogus tag around', `<<script>${alert}//<</script>`],
  ['a picture that fails', `<img src=x onerror=${alert}>`],
  ['a picture without quotes or end', `<img src=x onerror=${alert} `],
  ['a picture in a bad attribute', `<img """><script>${alert}</script>">`],
  ['a drawing', `<svg/onload=${alert}><script>${alert}</script></svg>`],
  [
    'a drawing that breaks out of MathML',
    `<math><mtext><table><mglyph><style><img src=x onerror=${alert}></style></mglyph></table></mtext></math>`,
  ],
  ['a page in a page', `<iframe srcdoc="<script>${alert}</script>"></iframe>`],
  ['a page in a page that is never closed', `<iframe src="javascript:${alert}">`],
  ['a form', `<form action="javascript:${alert}"><button>ok</button></form>`],
  ['a link to a script', `<a href="javascript:${alert}">ok</a>`],
  ['a link to data', '<a href="data:text/html,<script>alert(1)</script>">ok</a>'],
  ['a body with an event', `<body onload=${alert}>ok</body>`],
  [
    'a style with an address',
    '<style>@import "http://evil.example/x.css"</style><p style="background:url(javascript:alert(1))">ok</p>',
  ],
  ['a noscript that hides a picture', `<noscript><p title="</noscript><img src=x onerror=${alert}>">`],
  ['a text field that hides a picture', `<textarea><img src=x onerror=${alert}></textarea>`],
  ['a title that hides a picture', `<title><img src=x onerror=${alert}></title>`],
  ['a comment that hides a picture', `<!--><img src=x onerror=${alert}>-->`],
  ['a conditional comment', `<!--[if gte IE 4]><script>${alert}</script><![endif]-->`],
  ['a section of XML', `<![CDATA[<script>${alert}</script>]]>`],
  ['a template', `<template><script>${alert}</script></template>`],
  ['an object', `<object data="javascript:${alert}"><embed src="javascript:${alert}"></object>`],
  ['a base', `<base href="javascript:${alert}//">ok`],
  ['a refresh', `<meta http-equiv="refresh" content="0;url=javascript:${alert}">ok`],
  ['a text as it stands', `<xmp><img src=x onerror=${alert}></xmp>`],
  ['a text to the end', `<plaintext><img src=x onerror=${alert}>`],
  ['a null in a tag', `<scr\0ipt>${alert}</scr\0ipt>`],
]

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** What a browser would take for a tag. */
const tag = /<[a-z!/?]/i

describe('HTML in a feed becomes text', () => {
  test.each(vectors)('%s', (_what, html) => {
    const feeds = [
      item(
        `<title>T ${escaped(html)}</title><description>D ${escaped(html)}</description><author>A ${escaped(html)}</author><category>C ${escaped(html)}</category>`,
      ),
      item(
        `<title><![CDATA[T ${html.replaceAll(']]>', '')}]]></title><description><![CDATA[D ${html.replaceAll(']]>', '')}]]></description>`,
      ),
      `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title type="html">T ${escaped(html)}</title><content type="html">D ${escaped(html)}</content></entry></feed>`,
      JSON.stringify({ version: 'https://jsonfeed.org/version/1', items: [{ title: 'T', content_html: `D ${html}` }] }),
    ]
    for (const feed of feeds) {
      const { title, abstract, authors, categories } = recordOf(parseFeed('feed:x', feed, address).entries[0])
      expect(title).toMatch(/^T/)
      expect(abstract).toMatch(/^D/)
      for (const text of [title, abstract, ...authors, ...categories]) expect(text).not.toMatch(tag)
    }
  })

  test('but text that says what a tag looks like is kept: whoever shows it must escape it, as any text', () => {
    const feed = item(`<title>${escaped(escaped('How <script> works'))}</title>`)
    expect(recordOf(parseFeed('feed:x', feed, address).entries[0]).title).toBe('How <script> works')
  })

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'blob:https://example.org/x',
    'view-source:javascript:alert(1)',
    'https:javascript:alert(1)',
    '//[',
  ])('a link to %j is not one', (href) => {
    const feeds = [
      item(`<title>x</title><link>${escaped(href)}</link>`),
      item(`<title>x</title><guid>${escaped(href)}</guid>`),
    ]
    for (const feed of feeds) {
      const { url } = recordOf(parseFeed('feed:x', feed, address).entries[0])
      expect(isLink(url)).toBe(true)
      expect(url).toMatch(/^https?:\/\//)
    }
  })
})
