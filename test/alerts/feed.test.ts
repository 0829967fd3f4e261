import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toAtom } from '../../src/alerts/atom.ts'
import { instant } from '../../src/domain/instant.ts'
import type { MatchMark, SearchId } from '../../src/domain/saved-search.ts'
import { problemOf, storedDocument } from '../http/fakes.ts'
import { readValid, validate } from './atom-validator.ts'
import { day, idOf, stage } from './stage.ts'

const path = '/v1/feed.atom?q=agents'

async function started() {
  const all = await stage()
  const read = async (address = path) => readValid(await (await all.server.get(address)).text())
  const titles = async (address = path) => (await read(address)).entries.map(({ title }) => title?.value)
  return { ...all, read, titles }
}

describe('the feed of a search', () => {
  it('is valid Atom in order of announcement, with what a reader needs of each paper', async () => {
    const { hold, read, server } = await started()
    hold('p1', { title: 'First', announced: day(1) })
    hold('p3', { title: 'Third & <last>', announced: day(3), updated: null, abstract: 'One & two <b>.' })
    hold('p2', { title: 'Second', announced: day(2) })
    const feed = await read()
    expect(feed.entries.map(({ title }) => title?.value)).toEqual(['Third & <last>', 'Second', 'First'])
    expect(feed.entries[2]).toMatchObject({
      id: 'tag:freshet,2026:paper:p1',
      published: '2026-02-01T01:00:00.000Z',
      links: [{ href: 'https://arxiv.org/abs/p1' }],
      authors: [{ name: 'Ada Lovelace' }],
      categories: [{ term: 'cs.CL' }],
    })
    expect(feed.entries[0].summary?.value).toBe('One & two <b>.')
    expect(feed.links).toMatchObject([{ href: `${server.url}${path}` }, { href: `${server.url}/?q=agents` }])
  })

  it('leads to the address that a proxy is asked at', async () => {
    const { server } = await started()
    const proxied = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'papers.example' }
    const feed = readValid(await (await server.get(path, proxied)).text())
    expect(feed.links?.map(({ href }) => href)).toEqual([
      `https://papers.example${path}`,
      'https://papers.example/?q=agents',
    ])
  })

  it('of nothing is valid, and has no entry', async () => {
    expect((await (await started()).read()).entries).toEqual([])
  })

  it('is one feed, whatever the order of its parameters, and another for other filters', async () => {
    const { read } = await started()
    const ids = await Promise.all(
      [
        '/v1/feed.atom?q=agents&category=cs.CL&category=cs.AI&country=ch',
        '/v1/feed.atom?country=CH&category=cs.AI,cs.CL,cs.AI&q=agents&kind=paper',
        '/v1/feed.atom?q=agents&category=cs.CL',
      ].map(async (address) => (await read(address)).id),
    )
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('passes every filter on, lists by date what matches well, and never asks live sources', async () => {
    const { read, queries } = await started()
    await read(
      '/v1/feed.atom?q=agents&since=2026-01-01&category=cs.CL&source=arxiv&author=Ada&kind=post&country=CH&field=Physics',
    )
    expect(queries[0]).toMatchObject({
      mode: 'both',
      sort: 'date',
      limit: 100,
      filters: {
        since: Date.parse('2026-01-01T00:00:00Z'),
        categories: ['cs.CL'],
        sources: ['arxiv'],
        authors: ['Ada'],
        kinds: ['post'],
        countries: ['CH'],
        fields: ['Physics'],
      },
    })
  })

  it('keeps what was in it once, even if the search finds it no more', async () => {
    const { hold, world, titles } = await started()
    hold('p1', { title: 'First', announced: day(1) })
    expect(await titles()).toEqual(['First'])
    world.matching = []
    hold('p2', { title: 'Second', announced: day(2) })
    expect(await titles()).toEqual(['Second', 'First'])
  })

  it('holds the hundred newest, and the oldest fall off its end', async () => {
    const { hold, titles } = await started()
    for (let at = 1; at <= 100; at++) hold(`p${at}`, { title: `Paper ${at}`, announced: day(at) })
    expect(await titles()).toHaveLength(100)
    hold('p101', { title: 'Paper 101', announced: day(101) })
    const after = await titles()
    expect([after.length, after[0], after.at(-1)]).toEqual([100, 'Paper 101', 'Paper 2'])
  })

  it('takes in nothing where nothing matches well, or where the words alone were matched', async () => {
    const { hold, world, titles } = await started()
    hold('p1', { title: 'Merely the nearest' })
    world.abstained = true
    expect(await titles()).toEqual([])
    world.abstained = false
    world.degraded = [{ part: 'vectors', code: 'degraded', reason: 'the encoder failed', retryAfterMs: null }]
    expect(await titles()).toEqual([])
    world.degraded = []
    expect(await titles()).toEqual(['Merely the nearest'])
  })

  it('says when a paper was revised or withdrawn, and drops what was purged', async () => {
    const { hold, held, read, clock } = await started()
    hold('p1', { title: 'A', announced: day(1), updated: day(1) })
    hold('p2', { title: 'B', announced: day(2), updated: day(2) })
    hold('p3', { title: 'C', announced: day(3), updated: day(3) })
    const before = await read()
    clock.advance(60_000)
    hold('p1', { title: 'A, revised', updated: day(5) })
    hold('p2', { withdrawn: true })
    held.delete('p3')
    const after = await read()
    expect(after.entries).toMatchObject([
      { title: { value: 'Withdrawn: B' }, updated: new Date(clock.now()).toISOString() },
      { title: { value: 'A, revised' }, updated: new Date(day(5)).toISOString() },
    ])
    expect(after.entries.map(({ id }) => id)).toEqual(before.entries.slice(1).map(({ id }) => id))
    expect(after.updated).toBe(new Date(clock.now()).toISOString())
  })

  it('has one entry, of the id it had, for two papers that turn out to be one', async () => {
    const { hold, held, world, read } = await started()
    hold('p1', { title: 'Preprint', announced: day(1) })
    hold('p2', { title: 'Paper', announced: day(2) })
    await read()
    hold('doi:10.1/x', { title: 'Both', announced: day(1) })
    const whole = held.get('doi:10.1/x')!
    held.set('p1', whole).set('p2', whole)
    world.matching = ['doi:10.1/x']
    const { entries } = await read()
    expect(entries.map(({ id, title }) => [id, title?.value])).toEqual([['tag:freshet,2026:paper:p2', 'Both']])
  })

  it('is not sent again while its entries are the same, whatever the minute', async () => {
    const { hold, clock, server } = await started()
    hold('p1', { announced: day(1) })
    const first = await server.get(path)
    expect(first.headers.get('content-type')).toMatch(/^application\/atom\+xml/)
    expect(first.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/)
    const tag = first.headers.get('etag')!
    const modified = first.headers.get('last-modified')!
    clock.advance(90 * 60_000)
    expect((await server.get(path, { 'If-None-Match': tag })).status).toBe(304)
    expect((await server.get(path, { 'If-Modified-Since': modified })).status).toBe(304)

    hold('p2', { announced: day(2) })
    const next = await server.get(path, { 'If-None-Match': tag, 'If-Modified-Since': modified })
    expect(next.status).toBe(200)
    expect(next.headers.get('etag')).not.toBe(tag)
    expect((await server.get(path, { 'If-Modified-Since': modified })).status).toBe(200)
  })

  it.each(['mode=live', 'limit=3', 'as_of=2025-01-01', 'cursor=x'])(
    'takes no %s, and says what it takes',
    async (one) => {
      const { server } = await started()
      const problem = await problemOf(await server.get(`${path}&${one}`))
      expect(problem).toMatchObject({ status: 400, field: one.split('=')[0] })
      expect(problem.detail).toContain('there are q, since, until, category')
    },
  )

  it('of no search is refused by name', async () => {
    const problem = await problemOf(await (await started()).server.get('/v1/feed.atom'))
    expect(problem).toMatchObject({ status: 400, field: 'q' })
  })
})

describe('an entry', () => {
  const oddText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.integer({ max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 60 }),
    fc.constantFrom(
      ']]>',
      '<![CDATA[',
      '$\\alpha < \\beta$ & \\emph{x}',
      '🌊🏽',
      '\u0000\u001f\u007f',
      '\ud800',
      '&amp;#0;',
      ' ',
    ),
  )

  it('is valid whatever a paper is called and whoever wrote it', async () => {
    await fc.assert(
      fc.asyncProperty(oddText, oddText, oddText, oddText, async (title, abstract, name, url) => {
        const held = storedDocument('p1', { title, abstract, authors: [name], categories: [name], url })
        const xml = await toAtom({
          id: 'feed' as SearchId,
          query: title,
          self: 'http://127.0.0.1/v1/feed.atom',
          alternate: 'http://127.0.0.1/',
          changedAt: day(1),
          matches: [{ document: idOf(`p${title}`), at: day(1), mark: 1 as MatchMark, firstSeen: day(1), held }],
        })
        expect(readValid(xml).entries).toHaveLength(1)
      }),
      { numRuns: 60 },
    )
  })

  it('says in LaTeX, emoji and marks of XML what the title says', async () => {
    const title = '$\\Delta_{x<y}$ & ]]> <i>waves</i> 🌊'
    const held = storedDocument('p1', { title })
    const match = { document: idOf('p1'), at: day(1), mark: 1 as MatchMark, firstSeen: day(1), held }
    const links = { self: 'http://127.0.0.1/v1/feed.atom', alternate: 'http://127.0.0.1/' }
    const xml = await toAtom({ id: 'feed' as SearchId, query: 'q', ...links, changedAt: instant(0), matches: [match] })
    expect(readValid(xml).entries[0].title?.value).toBe(title)
  })
})

describe('the validator', () => {
  const feed = (inside: string) => `<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>${inside}</feed>`
  const dated = '<id>tag:x,2026:y</id><updated>2026-02-01T00:00:00Z</updated>'

  it.each([
    ['no id', '<updated>2026-02-01T00:00:00Z</updated>'],
    ['no date', '<id>tag:x,2026:y</id>'],
    ['a date in words', '<id>tag:x,2026:y</id><updated>yesterday</updated>'],
    ['two titles', `${dated}<title>again</title>`],
    ['an entry without an id', `${dated}<entry><title>x</title><updated>2026-02-01T00:00:00Z</updated></entry>`],
    ['an element that Atom does not have', `${dated}<item/>`],
  ])('refuses %s', (_, inside) => {
    expect(() => validate(feed(inside))).toThrow()
    expect(() => validate(feed(dated))).not.toThrow()
  })
})
