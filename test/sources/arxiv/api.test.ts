import { describe, expect, test } from 'vitest'
import { SourceError } from '../../../src/domain/errors.ts'
import { instant, isoOf } from '../../../src/domain/instant.ts'
import { noFilters } from '../../../src/domain/query.ts'
import type { FindRequest, HarvestPage, HarvestWindow } from '../../../src/ports.ts'
import { arxivApi } from '../../../src/sources/arxiv/api.ts'
import { stage } from '../arxiv-stage.ts'
import { answer, type Reply, reset } from '../scripted-server.ts'
import { echo, entry, errorFeed, feed } from './atom-xml.ts'

const at = (iso: string) => instant(Date.parse(iso))
const signal = new AbortController().signal
const rivers: FindRequest = {
  subject: 'graph rivers',
  phrases: [],
  excludedTerms: ['lakes'],
  excludedPhrases: [],
  filters: { ...noFilters, categories: ['cs'] },
  limit: 5,
}
const riversAsked = 'all:graph AND all:rivers AND cat:cs.* ANDNOT (ti:lakes OR abs:lakes)'

async function open(script: readonly Reply[], pageSize?: number) {
  const scene = await stage(script)
  const place = { client: scene.client, baseUrl: `${scene.server.url}/api/query` }
  return { ...scene, source: arxivApi({ ...place, categories: ['cs.IR', 'math'], ...(pageSize && { pageSize }) }) }
}

describe('a search while a query waits', () => {
  const find = async (script: readonly Reply[], request = rivers) => {
    const scene = await open(script)
    const result = await scene.source.find!(request, 20_000, signal).catch((error: unknown) => error)
    return { ...scene, result }
  }

  test('asks once, for the best matches, and says what it asked', async () => {
    const { result, server } = await find([
      answer(200, feed([entry('2603.00010v1')], { total: 900, link: echo(riversAsked) })),
    ])
    expect(result).toMatchObject({ records: [{ id: '2603.00010' }], rejected: [], asked: riversAsked })
    expect(server.requests.map((one) => Object.fromEntries(one.query))).toEqual([
      { search_query: riversAsked, start: '0', max_results: '5', sortBy: 'relevance', sortOrder: 'descending' },
    ])
  })

  test('knows its query again in the form that arXiv gives it', async () => {
    const link = echo('all:graph AND (all:rivers AND (cat:cs.* ANDNOT (ti:lakes OR abs:lakes)))')
    const { result } = await find([answer(200, feed([entry('2603.00010v1')], { link }))])
    expect(result).not.toBeInstanceOf(Error)
  })

  test('believes that there is nothing: nobody waits for a second question', async () => {
    const { result, server } = await find([answer(200, feed([]))])
    expect(result).toMatchObject({ records: [], rejected: [] })
    expect(server.requests).toHaveLength(1)
  })

  test('for what arXiv cannot have asks nothing', async () => {
    const { result, server } = await find([], { ...rivers, filters: { ...noFilters, kinds: ['release'] } })
    expect(result).toEqual({ records: [], rejected: [], asked: '' })
    expect(server.requests).toEqual([])
  })

  test('never asks for more than a hundred', async () => {
    const { server } = await find([answer(200, feed([]))], { ...rivers, limit: 5_000 })
    expect(server.requests[0].query.get('max_results')).toBe('100')
  })

  test.each([
    [
      'a query that arXiv has made another of',
      answer(200, feed([entry('2603.00010v1')], { link: echo('all:x') })),
      'contradictory',
    ],
    ['an empty page with a total', answer(200, feed([], { total: 9 })), 'contradictory'],
    ['an error in words', answer(400, errorFeed), 'refused'],
    ['an error in words, sent with 200', answer(200, errorFeed), 'refused'],
    ['the throttle in plain text', answer(429, 'Rate exceeded.'), 'rate-limited'],
    ['the throttle sent with 200', answer(200, 'Rate exceeded.'), 'rate-limited'],
    ['a busy server', answer(503, ''), 'server-error'],
    ['an HTML page', answer(200, '<!DOCTYPE html><html><body>Sorry</body></html>'), 'unreadable'],
    ['half a feed', answer(200, feed([entry('2603.00010v1')]).slice(0, -50)), 'unreadable'],
    ['a connection that is dropped', reset('<feed>'), 'unreachable'],
    [
      'another encoding than it says',
      answer(200, Buffer.from(feed([entry('2603.00010v1', '<arxiv:comment>é</arxiv:comment>')]), 'latin1')),
      'unreadable',
    ],
    [
      'entities without end',
      answer(200, `<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><feed>&b;</feed>`),
      'unreadable',
    ],
  ])('fails by name on %s', async (_what, reply, failure) => {
    const { result, server } = await find([reply])
    expect(result).toBeInstanceOf(SourceError)
    expect(result).toMatchObject({ failure })
    expect(server.requests).toHaveLength(1)
  })
})

const window: HarvestWindow = {
  after: at('2026-03-01T10:20:30Z'),
  upTo: at('2026-03-03T12:00:00Z'),
  state: null,
  resume: null,
}
const windowAsked = 'submittedDate:[202603011020 TO 202603031201] AND (cat:cs.IR OR cat:math.*)'

/** Paper n was handed in n minutes after midnight. */
const paper = (n: number): string =>
  entry(`2603.${String(n).padStart(5, '0')}v1`, '', isoOf(instant(Date.parse('2026-03-02T00:00:00Z') + n * 60_000)))
const papers = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => paper(from + n))
const idsOf = (pages: readonly HarvestPage[]) => pages.flatMap((page) => page.records.map((record) => record.id))

async function harvest(
  script: readonly Reply[],
  { resume = null, pageSize = 2 }: { resume?: string | null; pageSize?: number } = {},
) {
  const scene = await open(script, pageSize)
  const pages: HarvestPage[] = []
  let error: unknown = null
  try {
    for await (const page of scene.source.changes({ ...window, resume }, signal)) pages.push(page)
  } catch (caught) {
    error = caught
  }
  const queries = scene.server.requests.map((one) => Object.fromEntries(one.query))
  return { ...scene, pages, error, queries, starts: queries.map((one) => one.start) }
}

const page = (from: number, to: number, total: number, start = from): Reply =>
  answer(200, feed(papers(from, to), { total, start, link: echo(windowAsked) }))

describe('a harvest by submission', () => {
  test('asks for the minutes of the window in the order of submission, page by page', async () => {
    const { pages, error, queries } = await harvest([page(0, 2, 5), page(2, 4, 5), page(4, 5, 5)])
    expect(error).toBeNull()
    expect(idsOf(pages)).toHaveLength(5)
    expect(pages.map((one) => one.total)).toEqual([5, 5, 5])
    expect(queries[0]).toEqual({
      search_query: windowAsked,
      start: '0',
      max_results: '2',
      sortBy: 'submittedDate',
      sortOrder: 'ascending',
    })
    expect(queries.map((one) => one.start)).toEqual(['0', '2', '4'])
  })

  test('takes a page of two thousand entries', async () => {
    const { pages, error } = await harvest([page(0, 2_000, 2_000), page(2_000, 2_000, 2_000)], { pageSize: 2_000 })
    expect(error).toBeNull()
    expect(new Set(idsOf(pages)).size).toBe(2_000)
  })

  test('goes on by what came where a page is shorter than was asked for', async () => {
    const { error, starts } = await harvest([page(0, 1, 3), page(1, 3, 3), page(3, 3, 3)])
    expect({ error, starts }).toEqual({ error: null, starts: ['0', '1', '3'] })
  })

  // It stated the size of a cached list, and the harvest moved its watermark over what had been added since.
  test('does not end at a total that is too low', async () => {
    const { pages, error, starts } = await harvest([page(0, 2, 2), page(2, 4, 2), page(4, 5, 2)])
    expect({ error, starts }).toEqual({ error: null, starts: ['0', '2', '4'] })
    expect(idsOf(pages)).toHaveLength(5)
  })

  test('believes that there is nothing only when it is said twice, in answer to another question', async () => {
    const twice = await harvest([page(0, 0, 0), page(0, 0, 0)])
    expect({ pages: twice.pages, error: twice.error }).toEqual({ pages: [], error: null })
    expect(twice.queries.map((one) => one.max_results)).toEqual(['2', '1'])
    const once = await harvest([page(0, 0, 0), page(0, 1, 3)])
    expect(once.error).toMatchObject({ failure: 'contradictory' })
  })

  test('finishes with papers that come twice, as long as the whole came', async () => {
    const twice = answer(200, feed([paper(1), paper(2)], { total: 4, start: 2 }))
    const { error } = await harvest([page(0, 2, 4), twice, page(3, 4, 4, 3)])
    expect(error).toMatchObject({ failure: 'contradictory' })
    const more = await harvest([
      page(0, 2, 3),
      answer(200, feed([paper(1), paper(1), paper(2)], { total: 3, start: 2 })),
      page(5, 5, 3),
    ])
    expect(more.error).toBeNull()
  })

  test.each([
    ['an empty page with a total', [page(0, 2, 4), page(2, 2, 4)], 2],
    ['papers in another order on a page', [answer(200, feed([paper(2), paper(1)], { total: 2 }))], 2],
    ['papers in another order across pages', [page(2, 4, 4, 0), page(0, 2, 4, 2)], 4],
    ['a page from elsewhere', [page(0, 2, 4), page(2, 4, 4, 0)], 2],
    ['a total that shrinks and makes the end seem near', [page(0, 2, 6), page(2, 4, 4), page(4, 4, 4)], 4],
    ['a total that was too great', [page(0, 2, 9), page(2, 3, 3), page(3, 3, 3)], 3],
    ['the answer to another query', [answer(200, feed([paper(0)], { link: echo(`all:x AND ${windowAsked}`) }))], 0],
  ])('that meets %s is contradictory, and what came before is kept', async (_what, script, kept) => {
    const { error, pages } = await harvest(script)
    expect(error).toMatchObject({ name: 'SourceError', failure: 'contradictory' })
    expect(idsOf(pages)).toHaveLength(kept)
  })

  test('that was killed goes on behind the page that was stored last', async () => {
    const first = await harvest([page(0, 2, 5), page(2, 4, 5), answer(403, '')])
    expect(first.pages).toHaveLength(2)
    const second = await harvest([page(4, 5, 5)], { resume: first.pages[1].resume })
    expect({ starts: second.starts, error: second.error }).toEqual({ starts: ['4'], error: null })
    const done = await harvest([], { resume: second.pages[0].resume })
    expect({ starts: done.starts, error: done.error }).toEqual({ starts: [], error: null })
  })

  test('still knows the order and the count of what came before it was killed', async () => {
    const { pages } = await harvest([page(2, 4, 5, 0), answer(403, '')])
    const { resume } = pages[0]
    expect((await harvest([page(0, 2, 5, 2)], { resume })).error).toMatchObject({ failure: 'contradictory' })
    const short = await harvest([page(4, 6, 5, 2), page(6, 6, 4, 4)], { resume })
    expect(short.error).toMatchObject({ failure: 'contradictory', message: expect.stringContaining('gave 4') })
  })

  test('begins again after trouble, not behind it', async () => {
    const { pages } = await harvest([page(2, 4, 4, 0), page(0, 2, 4, 2)])
    expect((await harvest([page(0, 1, 1)], { resume: pages[1].resume })).starts).toEqual(['0'])
  })

  test('with a token of somebody else begins again', async () => {
    expect((await harvest([], { resume: '{"page":3}' })).error).toMatchObject({ failure: 'expired' })
  })

  test('splits a window that holds more than can be paged through', async () => {
    const half = (from: number, to: number, total: number) => answer(200, feed(papers(from, to), { total }))
    const { error, pages, queries } = await harvest([half(0, 2, 40_000), half(0, 1, 1), half(2, 3, 1)])
    expect(error).toBeNull()
    expect(idsOf(pages)).toHaveLength(2)
    expect(pages.map((one) => one.total)).toEqual([null, null])
    expect(queries.map((one) => /\[.*\]/.exec(one.search_query ?? '')?.[0])).toEqual([
      '[202603011020 TO 202603031201]',
      '[202603011020 TO 202603021110]',
      '[202603021111 TO 202603031201]',
    ])
  })

  test('gives up on a total that no window can be small enough for', async () => {
    const lie = answer(200, feed(papers(0, 2), { total: 1_000_000 }))
    const { error, pages } = await harvest(Array(40).fill(lie))
    expect(error).toMatchObject({ failure: 'contradictory', message: expect.stringContaining('one minute') })
    expect(pages).toEqual([])
  })

  test('never asks beyond the thirty thousandth entry', async () => {
    const many = answer(200, feed(papers(0, 2), { total: 30_000, start: 29_999 }))
    const standing = {
      slices: [{ from: window.after, to: window.upTo }],
      split: false,
      start: 29_999,
      received: 29_998,
      total: 30_000,
      last: null,
    }
    const { queries } = await harvest([many], { resume: JSON.stringify(standing) })
    expect(queries[0]).toMatchObject({ start: '29999', max_results: '1' })
  })
})

test('it is only asked live where nobody says otherwise', async () => {
  const { source } = await open([])
  expect(source).toMatchObject({ name: 'arxiv-api', provider: 'arxiv', origin: 'arxiv', cadence: { kind: 'never' } })
})
