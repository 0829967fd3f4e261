import { Headers } from 'undici'
import { describe, expect, test } from 'vitest'
import { BadSetting } from '../../../src/domain/errors.ts'
import { noFilters } from '../../../src/domain/query.ts'
import { hackerNews, hackerNewsPolicy } from '../../../src/sources/posts/hacker-news.ts'
import { readHackerNewsPage, storiesOf } from '../../../src/sources/posts/hacker-news-record.ts'
import { askFor, at, harvested, json, windowOf } from '../api-stage.ts'
import { stage } from '../arxiv-stage.ts'
import { exchangesOf, recordingsAbsent, refusalOf, whyNoRecordings } from '../recorded-exchanges.ts'
import { answer, type Reply } from '../scripted-server.ts'

// One recording is a list of many answers, the other is a single one.
const recorded = exchangesOf('hackernews', () => '/api/v1/search').flatMap(({ name, json }) =>
  Array.isArray(json)
    ? json.map(({ url, reply }) => ({ name: `${name} ${url}`, url, reply }))
    : [{ name, url: '/api/v1/search', reply: json }],
)
interface Hit {
  readonly objectID: string
  readonly title: string
  readonly url: string
  readonly author: string
  readonly created_at: string
  readonly _tags: readonly string[]
}
const answerOf = (reply: unknown) => ({ status: 200, headers: new Headers(), body: JSON.stringify(reply) })
const searches = recorded.filter(({ url }) => url.startsWith('/api/v1/search'))

describe.skipIf(recordingsAbsent)(`recorded answers of Hacker News${whyNoRecordings}`, () => {
  test('are all there', () => {
    expect([recorded.length, searches.length]).toEqual([27, 25])
  })

  test.each(searches)('$name is read as it is written', ({ reply }) => {
    const page = readHackerNewsPage(answerOf(reply))
    expect(page).toMatchObject({ total: reply.nbHits, number: reply.page, pages: reply.nbPages })
    const { records, rejected } = storiesOf(page.items)
    const isStory = (hit: Hit): boolean => hit._tags[0] === 'story'
    expect(records).toEqual(
      reply.hits.filter(isStory).map((hit: Hit) =>
        expect.objectContaining({
          id: `hn:${hit.objectID}`,
          kind: 'post',
          source: 'hacker-news',
          title: hit.title.trim(),
          url: hit.url || `https://news.ycombinator.com/item?id=${hit.objectID}`,
          authors: [hit.author],
          announced: Date.parse(hit.created_at),
          announcedBasis: 'stated',
          doi: null,
          identifiers: [],
        }),
      ),
    )
    expect(rejected).toEqual(
      reply.hits
        .filter((hit: Hit) => !isStory(hit))
        .map((hit: Hit) => ({
          id: `hn:${hit.objectID}`,
          reason: `not a story but a ${hit._tags[0]}`,
        })),
    )
  })

  test.each(recorded.filter(({ url }) => !url.startsWith('/api/v1/search')))('$name is no list', ({ reply }) => {
    expect(refusalOf(() => readHackerNewsPage(answerOf(reply)))).toMatch(/^unreadable: .*hits/)
  })
})

const second = (text: string): number => at(text) / 1_000
const noon = second('2026-03-01T12:00:00Z')
const hit = (number: number, more: object = {}) => ({
  objectID: String(number),
  created_at_i: noon + number,
  title: `Story ${number}`,
  url: `https://example.org/${number}`,
  author: 'someone',
  story_text: null,
  _tags: ['story', 'author_someone', `story_${number}`],
  ...more,
})
const hits = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => hit(from + at))
const list = (items: readonly object[], more: object = {}) => ({
  hits: items,
  nbHits: items.length,
  page: 0,
  nbPages: 1,
  hitsPerPage: 1000,
  ...more,
})
const page = (items: readonly object[], more: object = {}): Reply => json(list(items, more))
const hour = windowOf('2026-03-01T12:00:00.500Z', '2026-03-01T13:00:00.500Z')

async function hackerNewsBefore(script: readonly Reply[], topics: readonly string[] = ['rust']) {
  const { client, server } = await stage(script, hackerNewsPolicy)
  return { source: hackerNews({ client, topics, baseUrl: server.url }), server }
}

describe('a story', () => {
  const read = (more: object) => storiesOf([hit(1, more)])

  test.each([
    ['no address', { url: null }],
    ['an empty one', { url: '' }],
    ['a script for one', { url: 'javascript:alert(1)' }],
  ])('with %s is linked to its discussion', (_what, more) => {
    expect(read(more).records[0].url).toBe('https://news.ycombinator.com/item?id=1')
  })

  test('has text in place of HTML, and its title as it is', () => {
    const title = 'Ask HN: Vec<T> or &[T]?'
    const [record] = read({
      title,
      story_text: 'One&#x27;s <a href="javascript:x">own</a><p>two<script>x</script>',
    }).records
    expect(record).toMatchObject({ title, abstract: "One's own two" })
  })

  test('about a paper is not the paper', () => {
    const [record] = read({ url: 'https://arxiv.org/abs/2603.00011' }).records
    expect(record).toMatchObject({ id: 'hn:1', doi: null, identifiers: [], url: 'https://arxiv.org/abs/2603.00011' })
  })

  test.each([
    [{ objectID: 7 }, { id: 'hn:7' }],
    [{ created_at_i: String(noon) }, { announced: noon * 1_000 }],
    [
      { _tags: 'story', author: null, story_text: {} },
      { authors: [], abstract: '' },
    ],
    [{ _tags: null, url: ['x'] }, { url: 'https://news.ycombinator.com/item?id=1' }],
  ])('with one odd field like %j is read all the same', (more, expected) => {
    expect(read(more)).toMatchObject({ records: [expected], rejected: [] })
  })

  test.each([
    ['without a title', { title: null }, /no title/],
    ['that is a comment', { _tags: ['comment'] }, /a comment/],
    ['without a time', { created_at_i: null }, /created_at_i/],
    ['with another id', { objectID: 'x y' }, /objectID/],
  ])('%s is refused by name', (_what, more, reason) => {
    expect(read(more)).toMatchObject({ records: [], rejected: [{ reason: expect.stringMatching(reason) }] })
  })
})

describe('a harvest of Hacker News', () => {
  test('asks for each topic in the seconds after the window begins and up to its end', async () => {
    const { source, server } = await hackerNewsBefore([page([hit(1)]), page([])], ['-"rust" lang', 'C++'])
    const { pages, ids, error } = await harvested(source, hour)
    expect(error).toBeNull()
    expect(ids).toEqual(['hn:1'])
    expect(server.requests.map((one) => Object.fromEntries(one.query))).toMatchObject([
      { query: 'rust lang', tags: 'story', numericFilters: `created_at_i>${noon},created_at_i<=${noon + 3600}` },
      { query: 'C++' },
    ])
    expect(pages.at(-1)).toMatchObject({ records: [], resume: null })
  })

  test('cuts the time where there is more than can be had', async () => {
    const { source, server } = await hackerNewsBefore([
      page(hits(1, 1001), { nbHits: 1200, nbPages: 1, exhaustiveNbHits: false }),
      page(hits(1, 301)),
      page(hits(1201, 1501)),
      page(hits(2401, 2701)),
    ])
    const { ids, error } = await harvested(source, hour)
    expect(error).toBeNull()
    expect(new Set(ids).size).toBe(900)
    expect(server.requests.slice(1).map((one) => one.query.get('numericFilters'))).toEqual([
      `created_at_i>${noon},created_at_i<=${noon + 1200}`,
      `created_at_i>${noon + 1200},created_at_i<=${noon + 2400}`,
      `created_at_i>${noon + 2400},created_at_i<=${noon + 3600}`,
    ])
  })

  test('reads further pages where the server gives less at a time', async () => {
    const { source, server } = await hackerNewsBefore([
      page(hits(1, 3), { nbHits: 3, nbPages: 2, hitsPerPage: 2 }),
      page(hits(3, 4), { nbHits: 3, nbPages: 2, hitsPerPage: 2, page: 1 }),
    ])
    expect(await harvested(source, hour)).toMatchObject({ ids: ['hn:1', 'hn:2', 'hn:3'], error: null })
    expect(server.requests[1].query.get('page')).toBe('1')
  })

  test('believes a page that is not full over a total that is estimated', async () => {
    const { source } = await hackerNewsBefore([page([hit(1)], { nbHits: 4, exhaustiveNbHits: false })])
    expect(await harvested(source, hour)).toMatchObject({ ids: ['hn:1'], error: null })
  })

  // 1,100 estimated, 900 given in a page that holds 1,000: that stopped the source.
  test.each([{ exhaustiveNbHits: false }, { exhaustive: { nbHits: false, typo: false } }])(
    'believes it also where the total that is estimated is more than can be had (%j)',
    async (how) => {
      const { source, server } = await hackerNewsBefore([page(hits(1, 901), { nbHits: 1100, ...how })])
      const { ids, error } = await harvested(source, hour)
      expect([error, ids.length, server.requests.length]).toEqual([null, 900, 1])
    },
  )

  test.each([
    ['an empty page of a stated total', [page([], { nbHits: 7, exhaustiveNbHits: false })]],
    ['an end before the total', [page([hit(1)], { nbHits: 2 })]],
    ['the same page twice', [page([hit(1)], { nbHits: 2, nbPages: 2 }), page([hit(1)], { nbHits: 2, nbPages: 2 })]],
    ['stories of another time', [page([hit(-5)])]],
    ['a great total and hardly a story', [page([hit(1)], { nbHits: 90_000 })]],
    ['a great estimate and hardly a story', [page(hits(1, 40), { nbHits: 90_000, exhaustiveNbHits: false })]],
    ['an estimate of hundreds and hardly a story', [page([hit(1)], { nbHits: 400, exhaustive: { nbHits: false } })]],
  ])('with %s is contradictory', async (_what, script) => {
    const { source } = await hackerNewsBefore(script)
    expect((await harvested(source, hour)).error).toMatchObject({ failure: 'contradictory', source: 'hacker-news' })
  })

  test('goes on with the slices that are left', async () => {
    const first = await hackerNewsBefore([
      page(hits(1, 1001), { nbHits: 1001, nbPages: 1 }),
      page([hit(1)]),
      page([hit(1300)]),
      answer(403, 'no'),
    ])
    const { pages, error } = await harvested(first.source, hour)
    expect(error).toMatchObject({ failure: 'refused' })
    const second = await hackerNewsBefore([page([hit(1300)]), page([hit(2500)])])
    const rest = await harvested(second.source, { ...hour, resume: pages[0].resume })
    expect(rest).toMatchObject({ ids: ['hn:1300', 'hn:2500'], error: null })
  })

  test('of other topics than it was interrupted with is begun again', async () => {
    const first = await hackerNewsBefore([page([hit(1)]), answer(403, 'no')], ['rust', 'zig'])
    const { pages } = await harvested(first.source, hour)
    const { source } = await hackerNewsBefore([])
    const { error } = await harvested(source, { ...hour, resume: pages[0].resume })
    expect(error).toMatchObject({ failure: 'expired' })
  })

  test('needs a topic with a word in it', async () => {
    const { source } = await hackerNewsBefore([], [])
    expect(source.cadence).toEqual({ kind: 'never' })
    expect((await harvested(source, hour)).error).toBeInstanceOf(BadSetting)
    await expect(hackerNewsBefore([], ['--'])).rejects.toThrow(BadSetting)
  })
})

describe('a question to Hacker News', () => {
  const signal = new AbortController().signal

  test('is words, phrases and exclusions in Algolia’s syntax', async () => {
    const { source, server } = await hackerNewsBefore([page([hit(1)])])
    const found = await source.find!(
      askFor({
        subject: 'c++ -memory "safety',
        phrases: ['undefined behaviour'],
        excludedTerms: ['rust'],
        excludedPhrases: ['go lang'],
        filters: { ...noFilters, since: at('2026-01-01T00:00:00Z'), until: at('2026-01-02T00:00:00.900Z') },
        limit: 5,
      }),
      2_000,
      signal,
    )
    const { path, query } = server.requests[0]
    expect(path).toBe('/search')
    expect(query.get('query')).toBe('"undefined behaviour" -"go lang" -rust c++ memory safety')
    expect(found.asked).toBe(
      `query=${query.get('query')}&tags=story&numericFilters=created_at_i>=1767225600,created_at_i<=1767312000&hitsPerPage=5`,
    )
    expect(found.records.map((one) => one.id)).toEqual(['hn:1'])
  })

  test('answered by nothing of many is contradictory', async () => {
    const { source } = await hackerNewsBefore([page([], { nbHits: 12, exhaustiveNbHits: false })])
    await expect(source.find!(askFor({ subject: 'x' }), 2_000, signal)).rejects.toMatchObject({
      failure: 'contradictory',
    })
  })

  test('answered by an error fails with its words', async () => {
    const { source } = await hackerNewsBefore([json({ message: 'invalid filter', status: 400 }, 400)])
    await expect(source.find!(askFor({ subject: 'x' }), 2_000, signal)).rejects.toThrow(/400: invalid filter/)
  })
})
