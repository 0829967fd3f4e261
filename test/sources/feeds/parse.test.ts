import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isoOf } from '../../../src/domain/instant.ts'
import { feedDate } from '../../../src/sources/feeds/date.ts'
import { personNames } from '../../../src/sources/feeds/entry.ts'
import { parseFeed } from '../../../src/sources/feeds/parse.ts'

const address = 'https://example.org/feeds/all.xml'
const parse = (text: string) => parseFeed('feed:x', text, address)

const rss = (items: string, channel = '<title>A channel</title><link>https://example.org/</link>'): string =>
  `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>${channel}${items}</channel></rss>`
const atom = (entries: string, attributes = ''): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom"${attributes}><title>A feed</title>${entries}</feed>`

/** The first entry of a feed, dates as text. */
function entryIn(text: string) {
  const [entry] = parse(text).entries
  return {
    ...entry,
    published: entry.published && isoOf(entry.published),
    updated: entry.updated && isoOf(entry.updated),
  }
}

describe('every format', () => {
  test('RSS 2.0', () => {
    const text =
      rss(`<item><guid isPermaLink="false">17</guid><title>Q &amp;amp; A</title><link>https://example.org/17</link>
      <description>&lt;p&gt;One&lt;/p&gt;&lt;p&gt;two&lt;/p&gt;</description><content:encoded><![CDATA[<p>All of <b>it</b></p>]]></content:encoded>
      <author>jane@example.org (Jane Doe)</author><category>News</category><pubDate>Mon, 02 Mar 2026 10:00:00 +0100</pubDate></item>`)
    expect(parse(text)).toMatchObject({ title: 'A channel', link: 'https://example.org/', left: 0, whole: true })
    expect(entryIn(text)).toEqual({
      id: '17',
      title: 'Q & A',
      link: 'https://example.org/17',
      summary: 'One two',
      content: 'All of it',
      authors: ['Jane Doe'],
      categories: ['News'],
      published: '2026-03-02T09:00:00.000Z',
      publishedToTheDay: true,
      updated: null,
      identifiers: [],
    })
  })

  test('Atom 1.0', () => {
    const text =
      atom(`<author><name>Of the feed</name></author><entry><id>tag:example.org,2026:1</id><title type="html">x &amp;lt; y &lt;i&gt;z&lt;/i&gt;</title>
      <link rel="self" href="/1.atom"/><link href="/1"/><summary>5 &lt; 6 &lt;b&gt;</summary>
      <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One &amp; &lt;two&gt;</p><p>three</p></div></content>
      <author><name>Jane Doe, MIT</name><email>jane@example.org</email></author><category term="cs.IR" label="Retrieval"/>
      <published>2026-03-01T00:00:00Z</published><updated>2026-03-02T00:00:00Z</updated></entry>`)
    expect(parse(text)).toMatchObject({ title: 'A feed', authors: ['Of the feed'], whole: true })
    expect(entryIn(text)).toEqual({
      id: 'tag:example.org,2026:1',
      title: 'x < y z',
      link: 'https://example.org/1',
      summary: '5 < 6 <b>',
      content: 'One & <two> three',
      authors: ['Jane Doe, MIT'],
      categories: ['cs.IR'],
      published: '2026-03-01T00:00:00.000Z',
      publishedToTheDay: true,
      updated: '2026-03-02T00:00:00.000Z',
      identifiers: [],
    })
  })

  test('Atom 0.3', () => {
    const entry = entryIn(`<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>t</title><entry><id>a</id>
      <title mode="escaped" type="text/html">&lt;b&gt;Old&lt;/b&gt;</title><issued>2004-01-01T00:00:00Z</issued><modified>2004-01-02T00:00:00Z</modified>
      <content mode="base64" type="text/html">${btoa('<p>packed</p>')}</content></entry></feed>`)
    expect(entry).toMatchObject({
      title: 'Old',
      content: 'packed',
      published: '2004-01-01T00:00:00.000Z',
      updated: '2004-01-02T00:00:00.000Z',
    })
  })

  test('RSS 1.0, whose items stand beside the channel, with the names of Dublin Core and PRISM', () => {
    const entry =
      entryIn(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:d="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
      <channel rdf:about="https://example.org/"><title>J</title><items><rdf:Seq><rdf:li rdf:resource="https://example.org/1"/></rdf:Seq></items></channel>
      <item rdf:about="https://example.org/1"><title>A paper</title><link>https://example.org/1</link><d:creator>Jane Doe</d:creator>
      <d:creator>Roe, John</d:creator><d:subject>Optics</d:subject><d:date>2026-03-02</d:date><d:identifier>doi:10.1234/x.1</d:identifier><prism:doi>10.1234/X.1</prism:doi></item></rdf:RDF>`)
    expect(entry).toMatchObject({
      id: 'https://example.org/1',
      authors: ['Jane Doe', 'Roe, John'],
      categories: ['Optics'],
      updated: '2026-03-02T00:00:00.000Z',
      identifiers: ['doi:10.1234/x.1', '10.1234/X.1'],
    })
  })

  test('RSS 0.91 with its DOCTYPE', () => {
    const text =
      '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://example.org/rss-0.91.dtd"><rss version="0.91"><channel><title>t</title><item><title>a</title></item></channel></rss>'
    expect(parse(text).entries.map((entry) => entry.title)).toEqual(['a'])
  })

  test.each(['https://jsonfeed.org/version/1', 'https://jsonfeed.org/version/1.1'])('JSON Feed (%s)', (version) => {
    const text = JSON.stringify({
      version,
      title: 'J',
      home_page_url: 'https://example.org/',
      authors: [{ name: 'Of the feed' }],
      items: [
        {
          id: 7,
          url: '/7',
          title: 'Seven',
          content_html: '<p>a &lt; b</p><script>x</script>',
          summary: 'short',
          date_published: '2026-03-01T00:00:00Z',
          date_modified: '2026-03-02T00:00:00Z',
          tags: ['x', '', 5],
          author: { name: 'Jane Doe' },
        },
        { id: '8', title: null, content_text: '5 < 6 <b>' },
        'no item at all',
      ],
    })
    expect(parse(text)).toMatchObject({
      title: 'J',
      link: 'https://example.org/',
      authors: ['Of the feed'],
      whole: true,
    })
    expect(parse(text).entries).toMatchObject([
      {
        id: '7',
        link: 'https://example.org/7',
        title: 'Seven',
        summary: 'short',
        content: 'a < b',
        authors: ['Jane Doe'],
      },
      { id: '8', title: '', content: '5 < 6 <b>', link: null },
      { id: null, title: '', content: '' },
    ])
    expect(parse(text).entries[1].categories).toEqual([])
  })

  test('YouTube, which says it all in a group', () => {
    const entry = entryIn(
      atom(
        '<entry><id>yt:1</id><title>T</title><media:group><media:title>no</media:title><media:description>Long</media:description></media:group></entry>',
        ' xmlns:media="http://search.yahoo.com/mrss/"',
      ),
    )
    expect(entry).toMatchObject({ title: 'T', summary: 'Long' })
  })
})

describe('what a feed does not quite say', () => {
  test.each([
    ['a stray ampersand', rss('<item><title>R&D & more</title></item>'), 'R&D & more'],
    [
      'a reference that XML does not know',
      rss('<item><title>caf&eacute; &nbsp;&mdash; ok</title></item>'),
      'café — ok',
    ],
    ['markup that was not escaped', rss('<item><title>A <b>bold<br> title</title></item>'), 'A bold title'],
    ['a lone sign', rss('<item><title>1 < 2</title></item>'), '1 < 2'],
    ['an undeclared prefix', rss('<item><foo:title>no</foo:title><title>yes</title></item>'), 'yes'],
    ["another namespace's title", rss('<item><x:title xmlns:x="urn:x">no</x:title><title>yes</title></item>'), 'yes'],
    [
      'another prefix for a known namespace',
      rss('<item><z:title xmlns:z="http://purl.org/dc/elements/1.1/">yes</z:title></item>'),
      'yes',
    ],
    ['names in capitals', rss('<ITEM><TITLE>yes</TITLE></ITEM>'), 'yes'],
    ['the title of a picture', rss('<item><image><title>no</title></image><title>yes</title></item>'), 'yes'],
    [
      'the title of the source of an entry',
      atom('<entry><source><title>no</title></source><title>yes</title></entry>'),
      'yes',
    ],
    ['a title in parts', rss('<item><title>one <![CDATA[& two]]> three<!-- no --></title></item>'), 'one & two three'],
    [
      'a prefix that names a property of every object',
      rss('<item><constructor>no</constructor><title>yes</title></item>'),
      'yes',
    ],
  ])('%s does no harm', (_what, text, title) => {
    expect(entryIn(text).title).toBe(title)
  })

  test.each([
    [
      'the link of an Atom entry, by the document',
      atom('<entry><link href="p/1"/></entry>'),
      'https://example.org/feeds/p/1',
    ],
    [
      'by xml:base',
      atom('<entry xml:base="b/"><link href="1"/></entry>', ' xml:base="https://other.example/a/"'),
      'https://other.example/a/b/1',
    ],
    [
      'the link of an RSS item, by the site',
      rss('<item><link>p/1</link></item>', '<link>https://site.example/blog/</link>'),
      'https://site.example/blog/p/1',
    ],
    [
      'the link of an RSS item without a site, by the document',
      rss('<item><link>/p/1</link></item>', ''),
      'https://example.org/p/1',
    ],
    ['a permalink in place of a link', rss('<item><guid>https://example.org/1</guid></item>'), 'https://example.org/1'],
    [
      'an alternate, before all other links',
      atom('<entry><link rel="enclosure" href="/a.mp3"/><link rel="alternate" href="/1"/></entry>'),
      'https://example.org/1',
    ],
    [
      "Atom's link in RSS, if it is to the entry",
      rss('<item><a:link xmlns:a="http://www.w3.org/2005/Atom" rel="self" href="/no"/><link>/yes</link></item>'),
      'https://example.org/yes',
    ],
    [
      'an ampersand in an address',
      rss('<item><link>https://example.org/?a=1&amp;b=2</link></item>'),
      'https://example.org/?a=1&b=2',
    ],
    ['where the content is', atom('<entry><content src="/c" type="text/html"/></entry>'), 'https://example.org/c'],
    [
      'an id that is no permalink is no link',
      rss('<item><guid isPermaLink="false">https://example.org/no</guid></item>'),
      null,
    ],
    ['an address that is none', rss('<item><link>http://</link></item>', ''), null],
    ['an address without end', rss(`<item><link>https://example.org/${'x'.repeat(3_000)}</link></item>`), null],
  ])('a link is %s', (_what, text, link) => {
    expect(entryIn(text).link).toBe(link)
  })
})

describe('half a feed', () => {
  test('keeps its whole entries, and is not whole', () => {
    const text = rss('<item><title>one</title></item><item><title>two</title></item>')
    for (let end = text.indexOf('<channel>'); end < text.length; end += 1) {
      const feed = parse(text.slice(0, end))
      expect(feed.whole).toBe(false)
      expect(['', 'one', 'one,two']).toContain(feed.entries.map((entry) => entry.title).join())
    }
    expect(parse(text).whole).toBe(true)
  })

  test('in JSON is refused', () => {
    expect(() => parse('{"version": "https://jsonfeed.org/version/1", "items": [')).toThrow(/cut off or broken/)
  })
})

describe('what is no feed is refused with a sentence', () => {
  test.each([
    ['nothing', '  ', /answered with nothing/],
    ['plain text', 'Rate exceeded.', /plain text/],
    ['another JSON', '{"message": "Not Found"}', /no JSON feed/],
    ['another XML', '<opml><body/></opml>', /document of the type "opml"/],
    ['a web page', '<!DOCTYPE html><html><head><title>x</title></head></html>', /a web page instead of a feed$/],
    ['an XHTML page', '<?xml version="1.0"?><!-- x --><html xmlns="http://www.w3.org/1999/xhtml"/>', /a web page/],
    [
      'a web page that names its feed',
      '<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"><link rel="alternate" type="application/atom+xml" href="/atom.xml"></head></html>',
      /the page names https:\/\/example\.org\/rss\.xml as its feed$/,
    ],
    [
      'a web page with a bad link',
      '<html><link rel=alternate type="application/rss+xml" href="javascript:alert(1)"></html>',
      /a web page instead of a feed$/,
    ],
    [
      'a web page that shows a link in its text',
      '<html><body><link rel=alternate type="application/rss+xml" href="/x"></html>',
      /feed$/,
    ],
  ])('%s', (_what, text, message) => {
    expect(() => parse(text)).toThrow(message)
    expect(() => parse(text)).toThrow(expect.objectContaining({ failure: 'unreadable', source: 'feed:x' }))
  })

  test('any text is read or refused, and nothing else', () => {
    const pieces = fc.constantFrom(
      '<rss>',
      '<channel>',
      '<item>',
      '</item>',
      '<title>',
      '</title>',
      '</rss>',
      '<feed>',
      '<entry',
      '&',
      '<![CDATA[',
      ']]>',
      '<!--',
      'xml:base="',
      '"',
      '{',
      'x',
    )
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        try {
          expect(parse(parts.join('')).entries.length).toBeGreaterThanOrEqual(0)
        } catch (error) {
          expect(error).toMatchObject({ name: 'SourceError', failure: 'unreadable' })
        }
      }),
    )
  })
})

describe('what comes before a feed', () => {
  const one = rss('<item><title>x</title></item>')
  test.each([
    ['a complaint in HTML', `<b>Warning</b>: foo in <b>/srv/x.php</b> on line 7<br />\n${one}`],
    ['a complaint in words', `Notice: undefined index\n${one.replace(/^<\?xml[^>]*>/, '')}`],
    ['a comment', `<!-- cached --> ${one}`],
  ])('is left out where it is %s', (_what, text) => {
    expect(parse(text)).toMatchObject({ title: 'A channel', entries: [{ title: 'x' }], whole: true })
  })

  test('is no junk where it is a page that quotes a feed', () => {
    expect(() => parse(`<html><body><pre>${one}</pre></body></html>`)).toThrow(/web page/)
    expect(() => parse('Sorry, no feed today')).toThrow(/plain text/)
  })

  test('may be nothing at all, not even the root', () => {
    const bare = '<channel><title>A channel</title><item><title>x</title></item></channel>'
    expect(parse(bare)).toMatchObject({ title: 'A channel', entries: [{ title: 'x' }], whole: true })
    expect(parse(bare.slice(0, -4))).toMatchObject({ whole: false })
  })
})

describe('dates', () => {
  test.each([
    ['Mon, 02 Mar 2026 10:00:00 GMT', '2026-03-02T10:00:00.000Z'],
    ['Sun, 02 Mar 2026 10:00:00 GMT', '2026-03-02T10:00:00.000Z'],
    ['Monday, 2 March 2026 10:00:00 UTC', '2026-03-02T10:00:00.000Z'],
    ['2 Mar 26 10:00 EST', '2026-03-02T15:00:00.000Z'],
    ['02 Mar 2026 10:00:00 +0200', '2026-03-02T08:00:00.000Z'],
    ['2026-03-02T10:00:00Z', '2026-03-02T10:00:00.000Z'],
    ['2026-03-02T10:00:00.123456+02:00', '2026-03-02T08:00:00.123Z'],
    ['2026-03-02 10:00:00 +0200', '2026-03-02T08:00:00.000Z'],
    ['2026-03-02 10:00:00', '2026-03-02T10:00:00.000Z'],
    ['2026-03-02', '2026-03-02T00:00:00.000Z'],
    ['2026-03', '2026-03-01T00:00:00.000Z'],
    ['06 Sep 2009', '2009-09-06T00:00:00.000Z'],
    ['Mon, 06 Sep 2009', '2009-09-06T00:00:00.000Z'],
    ['Thu, 05 Sep 2012 12:00:00', '2012-09-05T12:00:00.000Z'],
    ['Thu Sep 5 12:00:00 2012', '2012-09-05T12:00:00.000Z'],
    ['Thu Sep  5 12:00:00 EDT 2012', '2012-09-05T16:00:00.000Z'],
    ['Wed, 05 Sep 2012 12:00:00 CEST', '2012-09-05T10:00:00.000Z'],
    ['Wed, 05 Sep 2012 12:00:00 BST', '2012-09-05T11:00:00.000Z'],
    ['Wed, 05 Sep 2012 12:00:00 XYZ', '2012-09-05T12:00:00.000Z'],
    ['Wed, 05 Sep 2012 12:00:00 GMT+0200', '2012-09-05T10:00:00.000Z'],
    ['2012-09-05T12:00:00 UTC', '2012-09-05T12:00:00.000Z'],
    ['2012-09-05 12:00:00 EST', '2012-09-05T17:00:00.000Z'],
    ['September 5, 2012', '2012-09-05T00:00:00.000Z'],
    ['Wednesday, Sept. 5, 2012 3:04 PM', '2012-09-05T15:04:00.000Z'],
    ['12 Oct 72 00:00 GMT', '1972-10-12T00:00:00.000Z'],
    ['mer., 5 Sep 2012 12:00:00 +0000', '2012-09-05T12:00:00.000Z'],
    ['2012/9/5', '2012-09-05T00:00:00.000Z'],
    ['29 Feb 2012', '2012-02-29T00:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(feedDate(text)).toBe(Date.parse(iso))
  })

  test.each([
    '0001-01-01T00:00:00',
    'Thu, 01 Jan 1970 00:00:00 GMT',
    '',
    'yesterday',
    '2026-13-45',
    'Mon, 99 Foo 2026',
    '31 Feb 2012 10:00:00 GMT',
    '29 Feb 2011',
    '2012-02-31 10:00',
    '5 Sep 2012 25:00',
    'Marble 5, 2012',
    `Thu, ${' '.repeat(90)}5`,
    '0'.repeat(200),
    '<b>2026</b>',
  ])('%j is none', (text) => {
    expect(feedDate(text)).toBeNull()
  })
})

describe('names of persons', () => {
  test.each([
    ['Jane Doe', ['Jane Doe']],
    ['jane@example.org (Jane Doe)', ['Jane Doe']],
    ['Jane Doe <jane@example.org>', ['Jane Doe']],
    ['jane@example.org', []],
    ['Doe, Jane', ['Doe, Jane']],
    ['Jane Doe, John Roe, Ann Lee', ['Jane Doe', 'John Roe', 'Ann Lee']],
    ['Doe, Jane; Roe, John', ['Doe, Jane', 'Roe, John']],
    ['Jane Doe, PhD', ['Jane Doe, PhD']],
    ['', []],
    ['('.repeat(100_000), []],
  ])('in %j', (text, names) => {
    expect(personNames(text)).toEqual(names)
  })
})

const recorded = join(import.meta.dirname, '../../../../shared/data/apis/arxiv-rss')
const absent = !existsSync(recorded)

describe.skipIf(absent)(`recorded feeds of arXiv${absent ? ' (skipped: ../shared/data/apis is absent)' : ''}`, () => {
  test.each(['atom-cs.LG-2026-09-25-trimmed.xml', 'rss-cs.LG+cs.AI+cs.CL+stat.ML-2026-09-24-trimmed.xml'])(
    '%s is read as it is written',
    (file) => {
      const xml = readFileSync(join(recorded, file), 'utf8')
      const feed = parse(xml)
      const written = (pattern: RegExp) => [...xml.matchAll(pattern)].map((match) => match[1])
      expect(feed.whole).toBe(true)
      expect(feed.entries.map((entry) => entry.id)).toEqual(written(/>(oai:arXiv\.org:[^<]+)</g))
      expect(feed.entries.map((entry) => entry.link)).toEqual(written(/(https:\/\/arxiv\.org\/abs\/[^"<]+)["<]/g))
      expect(feed.entries.flatMap((entry) => entry.authors).join(', ')).toBe(
        written(/<dc:creator>([^<]+)</g).join(', '),
      )
    },
  )
})
