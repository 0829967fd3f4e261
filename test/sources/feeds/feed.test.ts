import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { BadSetting } from '../../../src/domain/errors.ts'
import type { HarvestPage } from '../../../src/ports.ts'
import { type FeedSettings, feed, feedName, feedPolicy } from '../../../src/sources/feeds/feed.ts'
import { harvested, windowOf } from '../api-stage.ts'
import { stage } from '../arxiv-stage.ts'
import { answer, type Reply, reset } from '../scripted-server.ts'

const policy = feedPolicy('https://example.org/')
const window = windowOf('2026-03-01T00:00:00Z', '2026-03-02T12:00:00Z')
const day = (number: number): string => `2026-03-0${number}T00:00:00Z`

interface Parts {
  readonly id?: string
  readonly title?: string
  readonly published?: string
  readonly updated?: string
  readonly more?: string
}

const entry = ({
  id = 'https://example.org/1',
  title = 'A title',
  published = day(1),
  updated = day(1),
  more = '',
}: Parts = {}): string =>
  `<entry><id>${id}</id><title>${title}</title><link href="/posts/1"/><published>${published}</published><updated>${updated}</updated>${more}</entry>`

const atom = (...entries: readonly string[]): string =>
  `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>A feed</title><author><name>Jane Doe</name></author>${entries.join('')}</feed>`

const rss = (...items: readonly string[]): string =>
  `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>A feed</title><link>https://example.org/</link>${items.join('')}</channel></rss>`

const ok = (body: string | Uint8Array, headers: Record<string, string> = {}): Reply =>
  answer(200, body, { 'content-type': 'application/atom+xml', ...headers })

/** Visits a scripted feed once for each line of the script that does not redirect, each time with the state of the last. */
async function visits(script: readonly Reply[], times = 1, settings: Partial<FeedSettings> = {}, path = '/feed.xml') {
  const scene = await stage(script, policy)
  const source = feed({ client: scene.client, url: scene.server.url + path, ...settings })
  const all: { readonly pages: HarvestPage[]; readonly ids: string[]; readonly error: unknown }[] = []
  let state: string | null = null
  for (let time = 0; time < times; time += 1) {
    const visit = await harvested(source, { ...window, state })
    state = visit.pages.at(-1)?.state ?? state
    all.push(visit)
  }
  return { ...scene, source, all, last: all[all.length - 1], state }
}

async function recordsOf(body: string, settings: Partial<FeedSettings> = {}) {
  const { last, server } = await visits([ok(body)], 1, settings)
  expect(last.error).toBeNull()
  return {
    records: last.pages.flatMap((page) => page.records),
    rejected: last.pages.flatMap((page) => page.rejected),
    server,
  }
}

describe('a visit', () => {
  test('hands out all that the feed holds on one page, whatever the window', async () => {
    const { records } = await recordsOf(
      atom(entry({ published: '2019-01-01T00:00:00Z' }), entry({ id: 'https://example.org/2' })),
    )
    expect(records).toHaveLength(2)
    expect(records[0]).toMatchObject({
      kind: 'post',
      title: 'A title',
      authors: ['Jane Doe'],
      version: 0,
      announced: Date.parse('2019-01-01T00:00:00Z'),
      announcedBasis: 'stated',
      updated: Date.parse(day(1)),
      doi: null,
    })
  })

  test('of an empty feed is an empty page and no failure', async () => {
    const { last } = await visits([ok(atom())])
    expect(last).toMatchObject({ error: null, pages: [{ records: [], rejected: [] }] })
  })

  // A site that was being set up sent an empty list under an ETag, and 304 ever after.
  test('of an empty feed leaves no validators that could hide what it will hold', async () => {
    const { server, state } = await visits([ok(atom(), { etag: '"empty"' }), ok(atom(entry()))], 2)
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined])
    expect(state).not.toBeNull()
  })

  test('of a feed that is empty for once goes on with what the visit before was told', async () => {
    const { server } = await visits([ok(atom(entry()), { etag: '"1"' }), ok(atom(), { etag: '"2"' }), answer(304)], 3)
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', '"1"'])
  })

  test('sends back the validators of the last, and takes 304 for nothing new', async () => {
    const { server, all } = await visits(
      [
        ok(atom(entry()), { etag: 'W/"a-1"', 'last-modified': 'Mon, 02 Mar 2026 10:00:00 GMT' }),
        answer(304),
        answer(304),
      ],
      3,
    )
    expect(server.requests.map(({ headers }) => [headers['if-none-match'], headers['if-modified-since']])).toEqual([
      [undefined, undefined],
      ['W/"a-1"', 'Mon, 02 Mar 2026 10:00:00 GMT'],
      ['W/"a-1"', 'Mon, 02 Mar 2026 10:00:00 GMT'],
    ])
    // Without a state, what the source was told stays.
    expect(all[1].pages).toEqual([{ records: [], rejected: [], total: null, resume: null }])
    expect(all[2].error).toBeNull()
  })

  test('drops validators that the feed no longer sends', async () => {
    const { server } = await visits([ok(atom(entry()), { etag: '"1"' }), ok(atom(entry())), ok(atom(entry()))], 3)
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', undefined])
  })

  test.each(['', 'null', '{"etag":1}', 'not json'])(
    'with a state that is not its own (%j) is a first visit',
    async (state) => {
      const { client, server } = await stage([ok(atom(entry()))], policy)
      const visit = await harvested(feed({ client, url: `${server.url}/feed.xml` }), { ...window, state })
      expect(visit).toMatchObject({ error: null, ids: [expect.stringMatching(/^feed:/)] })
    },
  )

  test('that was never conditional does not believe 304', async () => {
    expect((await visits([answer(304)])).last).toMatchObject({ pages: [], error: { failure: 'refused' } })
  })

  // It would be asked at the gate of the host that redirects, beside what arXiv's own sources ask.
  test.each(['https://rss.arxiv.org/rss/cs.IR', 'http://arxiv.org/rss/cs.IR'])(
    'does not follow a redirect to %s',
    async (location) => {
      const { last, server } = await visits([answer(301, '', { location })])
      expect(last.error).toMatchObject({ failure: 'refused', message: expect.stringContaining('redirects to arXiv') })
      expect(server.requests).toHaveLength(1)
    },
  )

  test('follows redirects, and resolves links by where it ends up', async () => {
    const { last, server } = await visits([
      answer(301, '', { location: '/new/place/feed' }),
      ok(atom(entry().replace('/posts/1', '1'))),
    ])
    expect(last.pages[0].records[0].url).toBe(`${server.url}/new/place/1`)
  })

  test('reads gzip, and the charset of the header', async () => {
    const body = Buffer.from(atom(entry({ title: 'Ð' })).replace(' encoding="utf-8"', ''), 'latin1')
    const { last } = await visits([
      ok(gzipSync(body), { 'content-type': 'text/xml; charset=iso-8859-5', 'content-encoding': 'gzip' }),
    ])
    expect(last.pages[0].records[0].title).toBe('а')
  })

  test('reads UTF-16', async () => {
    const { last } = await visits([ok(Buffer.from(`\uFEFF${atom(entry({ title: 'Zürich' }))}`, 'utf16le'))])
    expect(last.pages[0].records[0].title).toBe('Zürich')
  })

  test.each([
    ['not there', answer(404, 'no'), 'refused', /HTTP status 404/],
    ['forbidden', answer(403, atom(entry())), 'refused', /HTTP status 403/],
    ['a part', answer(206, atom(entry())), 'refused', /HTTP status 206/],
    [
      'a web page',
      answer(
        200,
        '<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head></html>',
        { 'content-type': 'text/html' },
      ),
      'unreadable',
      /web page instead of a feed; the page names http:\/\/127\.0\.0\.1:\d+\/rss/,
    ],
    ['plain text', answer(200, 'Rate exceeded.'), 'unreadable', /plain text/],
    ['nothing', answer(200, ''), 'unreadable', /nothing/],
    [
      'a picture',
      answer(200, Buffer.from([0x89, 0x50, 0, 0]), { 'content-type': 'image/png' }),
      'unreadable',
      /no text/,
    ],
    ['UTF-32', answer(200, Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x3c])), 'unreadable', /no text|UTF-32/],
    [
      'half a JSON feed',
      answer(200, '{"version":"https://jsonfeed.org/version/1","items":[{'),
      'unreadable',
      /cut off/,
    ],
  ])('of %s fails with a sentence', async (_what, reply, failure, message) => {
    const { last } = await visits([reply])
    expect(last.pages).toEqual([])
    expect(last.error).toMatchObject({ name: 'SourceError', failure, message: expect.stringMatching(message) })
  })

  test('of more than 16 MB is refused', async () => {
    const { last } = await visits([ok(' '.repeat(16 * 1024 * 1024 + 1))])
    expect(last.error).toMatchObject({ failure: 'too-large' })
  })

  test('stops with the reason of the caller who aborts', async () => {
    const controller = new AbortController()
    const reason = new Error('the night is over')
    const { client, server } = await stage([() => controller.abort(reason)], policy)
    const pages = feed({ client, url: server.url }).changes(window, controller.signal)[Symbol.asyncIterator]()
    await expect(pages.next()).rejects.toBe(reason)
  })
})

describe('half a feed', () => {
  const whole = atom(entry(), entry({ id: 'https://example.org/2', title: 'Second' }))

  test('gives its whole entries and then fails, with nothing that would hide the rest from the next visit', async () => {
    const cut = whole.slice(0, whole.indexOf('Second') + 3)
    const { all, server } = await visits([ok(cut, { etag: '"1"' }), ok(whole, { etag: '"1"' })], 2)
    expect(all[0].ids).toHaveLength(1)
    expect(all[0].pages[0].state).toBeUndefined()
    expect(all[0].error).toMatchObject({
      failure: 'unreadable',
      message: expect.stringMatching(/cut off after 1 whole/),
    })
    expect(server.requests[1].headers['if-none-match']).toBeUndefined()
    expect(all[1]).toMatchObject({ error: null, ids: [all[0].ids[0], expect.anything()] })
  })

  test('of a connection that broke is asked for again', async () => {
    const { last, server } = await visits([reset(whole.slice(0, 300)), ok(whole)])
    expect(last.ids).toHaveLength(2)
    expect(server.requests).toHaveLength(2)
  })
})

describe('entries that fell off the list between two visits', () => {
  const batch = (from: number, count: number): string[] =>
    Array.from({ length: count }, (_one, at) =>
      entry({ id: `https://example.org/${from + at}`, title: `T ${from + at}` }),
    )

  test('are a warning when nothing of the last visit is left', async () => {
    const { all } = await visits([ok(atom(...batch(1, 3))), ok(atom(...batch(3, 3))), ok(atom(...batch(9, 3)))], 3)
    expect(all.map((visit) => visit.pages[0].warning)).toEqual([
      undefined,
      undefined,
      expect.stringMatching(/may have been missed/),
    ])
  })

  test('are none in a feed that is empty now', async () => {
    const { last } = await visits([ok(atom(...batch(1, 3))), ok(atom())], 2)
    expect(last.pages[0].warning).toBeUndefined()
  })

  test('are looked for in a state that stays small', async () => {
    const { state, last } = await visits([ok(atom(...batch(1, 5_001)))])
    expect(state?.length).toBeLessThan(20_000)
    expect(last.pages[0].rejected).toEqual([
      { id: expect.stringMatching(/^feed:/), reason: '1 entries beyond the first 5000 were left out' },
    ])
  })
})

describe('the id of an entry', () => {
  const idsOf = async (body: string, settings: Partial<FeedSettings> = {}) =>
    (await recordsOf(body, settings)).records.map(({ id }) => id)

  test('stays when the entry changes', async () => {
    const { all } = await visits([ok(atom(entry())), ok(atom(entry({ title: 'Better', updated: day(2) })))], 2)
    expect(all[1].ids).toEqual(all[0].ids)
    expect(all[1].pages[0].records[0]).toMatchObject({
      title: 'Better',
      updated: Date.parse(day(2)),
      announced: Date.parse(day(1)),
    })
  })

  test('stays when the site moves to https', async () => {
    const before = await idsOf(atom(entry({ id: 'http://example.org/1' })))
    const after = await idsOf(atom(entry({ id: 'https://example.org/1' })))
    expect(after[0].slice(-20)).toBe(before[0].slice(-20))
  })

  test('of one that comes twice is one, and the later text', async () => {
    const { records } = await recordsOf(atom(entry({ title: 'New', updated: day(2) }), entry({ title: 'Old' })))
    expect(records.map(({ title }) => title)).toEqual(['New'])
    const turned = await recordsOf(atom(entry({ title: 'Old' }), entry({ title: 'New', updated: day(2) })))
    expect(turned.records.map(({ title }) => title)).toEqual(['New'])
  })

  test.each([
    ['its link', '<item><title>a</title><link>/1</link></item>', '<item><title>b</title><link>/1</link></item>', true],
    [
      'its title and date',
      '<item><title>a</title><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>',
      '<item><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate><title>a</title></item>',
      true,
    ],
    [
      'its title and another date',
      '<item><title>a</title><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate></item>',
      '<item><title>a</title><pubDate>Tue, 03 Mar 2026 10:00:00 GMT</pubDate></item>',
      false,
    ],
    [
      'another link',
      '<item><title>a</title><link>/1</link></item>',
      '<item><title>a</title><link>/2</link></item>',
      false,
    ],
  ])('without one of its own goes by %s', async (_what, one, other, isSame) => {
    const { all } = await visits([ok(rss(one)), ok(rss(other))], 2)
    expect(all[0].ids[0] === all[1].ids[0]).toBe(isSame)
  })

  test('that is only a number counts in its own feed', async () => {
    const scene = await stage(
      [ok(rss('<item><guid>1</guid><title>a</title></item>')), ok(rss('<item><guid>1</guid><title>b</title></item>'))],
      policy,
    )
    const visit = async (path: string) =>
      (await harvested(feed({ client: scene.client, url: scene.server.url + path }), window)).ids[0]
    expect(await visit('/news')).not.toBe(await visit('/blog'))
  })

  test('that is an address counts in all feeds of its host, so that an entry of two of them is one', async () => {
    const scene = await stage([ok(atom(entry())), ok(atom(entry()))], policy)
    const visit = async (path: string) =>
      (await harvested(feed({ client: scene.client, url: scene.server.url + path }), window)).ids[0]
    expect(await visit('/all')).toBe(await visit('/topic'))
  })

  test('names the host of the feed, which no other can pass for', async () => {
    const { records, server } = await recordsOf(atom(entry()))
    expect(records[0].id).toMatch(new RegExp(`^feed:${new URL(server.url).host}:[0-9a-f]{20}$`))
  })
})

describe('papers in feeds', () => {
  test.each([
    [
      'an arXiv listing',
      '<guid isPermaLink="false">oai:arXiv.org:2603.00010v2</guid>',
      { id: '2603.00010', version: 2, doi: null, announced: null, announcedBasis: 'unknown' },
    ],
    ['an arXiv address', '<guid>http://arxiv.org/abs/math/0306266v1</guid>', { id: 'math/0306266', version: 1 }],
    [
      "a DOI of arXiv's",
      '<dc:identifier>doi:10.48550/arXiv.2603.00010</dc:identifier>',
      { id: '2603.00010', doi: null },
    ],
    [
      'an arXiv paper with the DOI of its journal',
      '<guid>oai:arXiv.org:2603.00010v1</guid><x:DOI xmlns:x="http://arxiv.org/schemas/atom">10.1109/X.2026.1</x:DOI>',
      { id: '2603.00010', doi: '10.1109/x.2026.1' },
    ],
    [
      'a DOI of Dublin Core',
      '<guid>https://j.example/1</guid><dc:identifier>doi:10.1101/2026.03.01.000001</dc:identifier>',
      { id: 'doi:10.1101/2026.03.01.000001', announcedBasis: 'derived' },
    ],
    [
      'a DOI of PRISM',
      '<p:doi xmlns:p="http://prismstandard.org/namespaces/basic/3.0/">10.1038/S41586-026-1</p:doi>',
      { id: 'doi:10.1038/s41586-026-1', doi: '10.1038/s41586-026-1' },
    ],
    [
      'a DOI as the id',
      '<guid isPermaLink="false">10.1371/journal.pone.0000001</guid>',
      { id: 'doi:10.1371/journal.pone.0000001' },
    ],
    [
      'PubMed',
      '<guid isPermaLink="false">pubmed:38012345</guid><dc:identifier>doi:10.1000/x</dc:identifier>',
      { id: 'doi:10.1000/x', identifiers: ['pmid:38012345'] },
    ],
  ])('are known by %s', async (_what, inside, record) => {
    const { records } = await recordsOf(
      rss(`<item><title>A paper</title><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>${inside}</item>`),
    )
    expect(records).toMatchObject([{ kind: 'paper', ...record }])
  })

  test.each([
    [
      'a link to a paper, which may be a remark upon it',
      '<guid>https://blog.example/1</guid><link>https://arxiv.org/abs/2603.00010</link>',
    ],
    ['a link to a DOI', '<guid>https://blog.example/1</guid><link>https://doi.org/10.1000/x</link>'],
    ['a number like an arXiv id', '<guid isPermaLink="false">2603.00010</guid>'],
    ['the number of a journal', '<dc:identifier>urn:issn:1234-5678</dc:identifier>'],
    ['a DOI without end', `<dc:identifier>10.1000/${'x'.repeat(500)}</dc:identifier>`],
  ])('are not known by %s', async (_what, inside) => {
    const { records } = await recordsOf(rss(`<item><title>A post</title>${inside}</item>`))
    expect(records).toMatchObject([{ kind: 'post', id: expect.stringMatching(/^feed:/), doi: null }])
  })

  test('all are, where the settings say so', async () => {
    const { records } = await recordsOf(rss('<item><title>A paper without a DOI</title></item>'), { kind: 'paper' })
    expect(records).toMatchObject([{ kind: 'paper' }])
  })
})

describe('a record', () => {
  test('has the fuller of summary and content', async () => {
    const { records } = await recordsOf(
      atom(
        entry({ more: '<summary>Short</summary><content>Long and full</content>' }),
        entry({ id: '2', more: '<summary>Long and full</summary><content>Short</content>' }),
      ),
    )
    expect(records.map(({ abstract }) => abstract)).toEqual(['Long and full', 'Long and full'])
  })

  test('without a title has the beginning of its text', async () => {
    const { records } = await recordsOf(rss(`<item><description>${'word '.repeat(50)}</description></item>`))
    expect(records[0].title).toMatch(/^word( word)+…$/)
    expect(records[0].title.length).toBeLessThanOrEqual(120)
  })

  test('without a title and a text is none', async () => {
    const { records, rejected } = await recordsOf(
      rss('<item><guid>7</guid></item>', '<item/>', '<item><title>yes</title></item>'),
    )
    expect(records.map(({ title }) => title)).toEqual(['yes'])
    expect(rejected).toEqual([
      { id: '7', reason: 'the entry has no title and no text' },
      { id: 'entry 2', reason: 'the entry has no title and no text' },
    ])
  })

  test('of an entry that only says when it was changed derives when it appeared', async () => {
    const { records } = await recordsOf(
      rss('<item><title>x</title><dc:date>2026-03-01</dc:date></item>', '<item><title>y</title></item>'),
    )
    expect(records).toMatchObject([
      { announced: Date.parse(day(1)), announcedBasis: 'derived' },
      { announced: null, announcedBasis: 'unknown' },
    ])
  })

  test('of an entry that only says its month derives the day', async () => {
    const dated = (date: string): string =>
      `<item xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><title>x</title><guid>${date}</guid><prism:publicationDate>${date}</prism:publicationDate></item>`
    const { records } = await recordsOf(rss(dated('2009-09'), dated('2009-09-01')))
    expect(records.map((one) => [one.announced, one.announcedBasis])).toEqual([
      [Date.parse('2009-09-01'), 'derived'],
      [Date.parse('2009-09-01'), 'stated'],
    ])
  })

  test('without a link leads to the site, and never shows the query of the feed', async () => {
    const site = await recordsOf(rss('<item><title>x</title></item>'))
    expect(site.records[0].url).toBe('https://example.org/')
    const { last, server } = await visits([ok(atom(entry().replace(/<link[^>]*>/, '')))], 1, {}, '/feed?key=secret')
    expect(last.pages[0].records[0].url).toBe(`${server.url}/feed`)
  })
})

describe('the source', () => {
  test.each([
    ['links', atom(entry().replace(/<link[^>]*>/, '<link href="#1"/>'))],
    [
      'links to itself',
      atom(entry().replace(/<link[^>]*>/, '<link href=""/>')).replace('<author>', '<link href="#top"/><author>'),
    ],
    ['ids', rss('<item><title>x</title><guid>#y</guid></item>').replace('https://example.org/', '#top')],
    ['a page', rss('<item><title>x</title></item>').replace('https://example.org/', '#top')],
    [
      'JSON',
      JSON.stringify({
        version: 'https://jsonfeed.org/version/1.1',
        title: 'x',
        home_page_url: '#top',
        items: [{ id: '1', url: '#1', title: 'x' }],
      }),
    ],
  ])('with a key in its address or in that of a redirect has none in %s', async (_what, body) => {
    for (const script of [[ok(body)], [answer(302, '', { location: '/moved.atom?token=secret' }), ok(body)]]) {
      const { last } = await visits(script, 1, {}, '/feed?key=secret')
      expect(last.error).toBeNull()
      expect(last.ids).toHaveLength(1)
      expect(last.pages[0].records[0].url).toMatch(/^http:/)
      expect(JSON.stringify(last.pages)).not.toContain('secret')
    }
  })

  test('asks at its own address, and waits its turn among the feeds of its host', async () => {
    const { server, source, gate } = await visits([ok(atom(entry())), ok(atom(entry()))], 2, {}, '/feed?key=secret')
    expect(server.requests.map(({ path, query }) => [path, query.get('key')])).toEqual([
      ['/feed', 'secret'],
      ['/feed', 'secret'],
    ])
    expect(server.requests[0].headers.accept).toMatch(/atom\+xml.*rss\+xml.*feed\+json/)
    expect(gate.starts[1] - gate.starts[0]).toBeGreaterThanOrEqual(2_000)
    expect(source.provider).toBe(new URL(server.url).host)
    expect(source.cadence).toEqual({ kind: 'estimated', leastMs: 900_000, mostMs: 86_400_000 })
    expect(source.origin).toBe(source.name)
  })

  test.each([
    ['https://Example.org/feed.xml', 'feed:example.org/feed.xml'],
    ['http://example.org', 'feed:example.org/'],
    ['https://example.org:8443/a/b#c', 'feed:example.org:8443/a/b'],
  ])('of %s is called %s', (url, name) => {
    expect(feedName(url)).toBe(name)
  })

  test('of an address with a query is called by a hash of it', () => {
    const name = feedName('https://example.org/feed?key=secret')
    expect(name).toMatch(/^feed:example\.org\/feed\?[0-9a-f]{8}$/)
    expect(feedName('https://example.org/feed?key=other')).not.toBe(name)
  })

  test('of arXiv shares the gate of arXiv', () => {
    expect(feedPolicy('https://rss.arxiv.org/rss/cs.IR').provider).toBe('arxiv')
    expect(feedPolicy('https://notarxiv.org/rss').provider).toBe('notarxiv.org')
  })

  test.each([
    '',
    'example.org/feed',
    'ftp://example.org/feed',
    'file:///etc/passwd',
    'https://user:secret@example.org/feed',
  ])('cannot be of %j, and does not repeat it', (url) => {
    expect(() => feedName(url)).toThrow(BadSetting)
    expect(() => feedName(url)).not.toThrow(/secret/)
  })
})
