import { Headers } from 'undici'
import { describe, expect, test } from 'vitest'
import { noFilters } from '../../../src/domain/query.ts'
import {
  openAlex,
  openAlexPolicy,
  openAlexQuery,
  parseOpenAlexPage,
  parseOpenAlexWork,
} from '../../../src/sources/works/openalex.ts'
import { askFor, at, harvested, json, windowOf } from '../api-stage.ts'
import { stage } from '../arxiv-stage.ts'
import { exchangesOf, recordingsAbsent, refusalOf, whyNoRecordings } from '../recorded-exchanges.ts'
import { answer, type Reply } from '../scripted-server.ts'

const key = 'k-5ecret'
const day = windowOf('2026-02-01T00:00:00Z', '2026-03-01T12:00:00Z')

async function openAlexBefore(script: readonly Reply[], topics: readonly string[] = ['graph neural network']) {
  const { client, server } = await stage(script, openAlexPolicy)
  return { source: openAlex({ client, key, topics, baseUrl: server.url }), server }
}

const work = (number: number, more: object = {}) => ({
  id: `https://openalex.org/W${number}`,
  doi: `https://doi.org/10.1234/w${number}`,
  title: `Work number ${number}`,
  publication_date: '2026-02-14',
  ...more,
})
const page = (works: readonly object[], count: number, next: string | null = null): Reply =>
  json({ meta: { count, next_cursor: next }, results: works })
const recordOf = (more: object) =>
  parseOpenAlexPage({
    status: 200,
    headers: new Headers(),
    body: JSON.stringify({ meta: { count: 1 }, results: [work(1, more)] }),
  })

describe.skipIf(recordingsAbsent)(`recorded answers of OpenAlex${whyNoRecordings}`, () => {
  const all = exchangesOf('openalex', () => '/works')
  const lists = all.filter((one) => one.status === 200 && one.path === '/works')
  const singles = all.filter((one) => one.status === 200 && one.json?.title !== undefined)
  const others = all.filter((one) => !lists.includes(one) && !singles.includes(one))

  test('are all there', () => {
    expect([lists.length, singles.length, others.length]).toEqual([4, 5, 4])
  })

  test.each([...lists, ...singles])('$name is read as it is written', ({ answer, json }) => {
    const works = json.results ?? [json]
    const { records, rejected } = json.results ? parseOpenAlexPage(answer) : parseOpenAlexWork(answer)
    expect(rejected).toEqual([])
    expect(records).toHaveLength(works.length)
    for (const [at, record] of records.entries()) {
      const { doi, title, publication_year, id, ids, locations, authorships, is_retracted } = works[at]
      const bare = doi.replace('https://doi.org/', '')
      // One of the articles is told by a place to be on arXiv too.
      const arxiv = /arxiv(?:\.org\/abs\/|\.)(\d{4}\.\d{5})/.exec(JSON.stringify([doi, locations]))?.[1] ?? null
      expect(record.id).toBe(arxiv ?? `doi:${bare}`)
      expect(record.doi).toBe(bare.startsWith('10.48550/') ? null : bare)
      expect(record.title).toBe(title.replace(/\s+/g, ' ').trim())
      expect(record.identifiers).toContain(`openalex:${id.split('/').at(-1)}`)
      if (ids.pmid) expect(record.identifiers).toContain(`pmid:${ids.pmid.split('/').at(-1)}`)
      if (record.announced !== null) expect(new Date(record.announced).getUTCFullYear()).toBe(publication_year)
      expect(record.announced === null).toBe(arxiv !== null)
      // biome-ignore lint/suspicious/noExplicitAny: read by hand
      expect(record.authors).toEqual(authorships.map((one: any) => one.author.display_name))
      expect(record.withdrawn).toBe(is_retracted)
      expect(record.fields.length).toBeGreaterThan(0)
      // Every word of the index is in the abstract, as often as it has places.
      const words: [string, number[]][] = Object.entries(works[at].abstract_inverted_index ?? {})
      const length = words.reduce((sum, [, places]) => sum + places.length, 0)
      if (length === 0) expect(record.abstract).toBe('')
      else expect(Math.abs(record.abstract.split(' ').length - length)).toBeLessThanOrEqual(1)
    }
  })

  test.each(others)('$name is refused in words', ({ answer, json }) => {
    expect(refusalOf(() => parseOpenAlexPage(answer))).toMatch(
      json === undefined ? /^refused: openalex: HTTP status 404: 404 Not Found$/ : /^unreadable: openalex: .*meta/,
    )
  })
})

describe('a work of OpenAlex', () => {
  test('is an arXiv paper when any of its places is arXiv, and leaves the announcement to arXiv', () => {
    const { records } = recordOf({
      locations: [
        { landing_page_url: 'https://doi.org/10.1234/w1' },
        { landing_page_url: 'http://arxiv.org/abs/2401.01234v2' },
        { landing_page_url: 'https://doi.org/10.1101/2024.01.01.123456' },
      ],
    })
    expect(records[0]).toMatchObject({
      id: '2401.01234',
      doi: '10.1234/w1',
      identifiers: ['doi:10.1101/2024.01.01.123456', 'openalex:W1'],
      url: 'https://arxiv.org/abs/2401.01234',
      announced: null,
      announcedBasis: 'unknown',
    })
  })

  test('goes by its own id where it has neither', () => {
    expect(recordOf({ doi: null }).records[0]).toMatchObject({ id: 'openalex:W1', doi: null, identifiers: [] })
  })

  test('keeps countries of institutions, fields before topics, and a retraction', () => {
    const { records } = recordOf({
      is_retracted: true,
      authorships: [
        { author: { display_name: 'Ada Lovelace' }, countries: ['GB'], institutions: [{ country_code: 'fr' }] },
        { author: null, raw_author_name: 'C. Babbage', countries: ['GB', 'not a code'] },
      ],
      topics: [{ display_name: 'Engines', field: { display_name: 'Computer Science' }, subfield: null }],
      concepts: [{ display_name: 'Steam', level: 0, score: 0.9 }],
    })
    expect(records[0]).toMatchObject({
      authors: ['Ada Lovelace', 'C. Babbage'],
      countries: ['GB', 'FR'],
      fields: ['Computer Science', 'Engines'],
      withdrawn: true,
    })
  })

  test('has its abstract put together by places, whatever they are', () => {
    const index = { Abstract: [0], We: [1], count: [2, 1_000_000_000], 'k<n': [4], '&amp;': [5] }
    expect(recordOf({ abstract_inverted_index: index }).records[0].abstract).toBe('We count k<n & count')
  })

  test('with markup in its title has it taken out', () => {
    expect(recordOf({ title: 'The <i>in vitro</i> &amp; p < 0.05 case' }).records[0].title).toBe(
      'The in vitro & p < 0.05 case',
    )
  })

  test('whose publisher escaped the markup once too often has it taken out', () => {
    const title = 'Role of &lt;i&gt;E. coli&lt;/i&gt; in CO&lt;sub&gt;2&lt;/sub&gt;'
    expect(recordOf({ title }).records[0].title).toBe('Role of E. coli in CO2')
  })

  test('of the first of a month is dated by an estimate', () => {
    expect(recordOf({}).records[0]).toMatchObject({ announced: at('2026-02-14'), announcedBasis: 'stated' })
    expect(recordOf({ publication_date: '2026-02-01' }).records[0].announcedBasis).toBe('derived')
  })

  test.each([
    ['2099-01-01', '2026-02-16', '2026-02-16', 'derived'],
    ['2026-06-12', '2026-02-16T10:00:00.123456', '2026-02-16', 'derived'],
    ['2026-02-14', '2026-02-16', '2026-02-14', 'stated'],
    ['2026-02-14', undefined, '2026-02-14', 'stated'],
  ])(
    'dated %s and held since %s was announced on %s (%s)',
    (publication_date, created_date, announced, announcedBasis) => {
      const { records } = recordOf({ publication_date, created_date })
      expect(records[0]).toMatchObject({ announced: at(announced), announcedBasis })
    },
  )

  test.each([
    [{ title: null }, 'the work has no title'],
    [{ type: 'dataset' }, 'of type dataset, which is no paper'],
    [{ is_paratext: true }, 'of type paratext, which is no paper'],
    [{ title: ['x'] }, 'title: Invalid input: expected string, received array'],
  ])('like %j is rejected by name', (more, reason) => {
    expect(recordOf(more)).toMatchObject({ records: [], rejected: [{ id: 'https://openalex.org/W1', reason }] })
  })
})

describe('a work of OpenAlex with one odd field', () => {
  test.each([
    [{ authorships: [{ institutions: [null, { country_code: 'GB' }] }] }, { countries: ['GB'] }],
    [
      { authorships: [null, { author: 'Ada', raw_author_name: 'A. Lovelace', countries: [null, 'FR'] }] },
      { authors: ['A. Lovelace'], countries: ['FR'] },
    ],
    [{ authorships: 'none' }, { authors: [] }],
    [{ concepts: [{ display_name: 'Steam', level: '0', score: '0.9' }] }, { fields: ['Steam'] }],
    [{ ids: { pmid: 12345 } }, { identifiers: ['pmid:12345', 'openalex:W1'] }],
    [{ ids: [], is_retracted: 'no', type: {} }, { withdrawn: false }],
    [{ abstract_inverted_index: { We: [0], count: null, x: ['1', null] } }, { abstract: 'We x' }],
    [{ locations: [null, { landing_page_url: 'http://arxiv.org/abs/2401.01234' }] }, { id: '2401.01234' }],
  ])('like %j is read all the same', (more, expected) => {
    expect(recordOf(more)).toMatchObject({ records: [expected], rejected: [] })
  })
})

describe('a harvest of OpenAlex', () => {
  test('goes through topics and pages, and asks for what it reads', async () => {
    const { source, server } = await openAlexBefore(
      [page([work(1), work(2)], 3, 'second'), page([work(3)], 3, 'third'), page([], 3), page([], 0)],
      ['graph neural network', 'OR "tides"'],
    )
    const { pages, ids, error } = await harvested(source, day)
    expect(error).toBeNull()
    expect(ids).toEqual(['doi:10.1234/w1', 'doi:10.1234/w2', 'doi:10.1234/w3'])
    expect(pages.map((one) => one.total)).toEqual([null, null, null, null])
    const [first, , , fourth] = server.requests
    expect(first.query.get('filter')).toBe(
      'title_and_abstract.search:"graph neural network",from_publication_date:2026-02-01,to_publication_date:2026-03-01',
    )
    expect(server.requests.map(({ query }) => query.get('cursor'))).toEqual(['*', 'second', 'third', '*'])
    expect(fourth.query.get('filter')).toMatch(/^title_and_abstract\.search:"or tides",/)
    expect(first.query.get('select')).toMatch(/^id,doi,.*created_date,.*abstract_inverted_index$/)
    expect(server.requests.every(({ query }) => query.get('api_key') === key)).toBe(true)
  })

  test('goes on in mid-topic where it was interrupted', async () => {
    const { source } = await openAlexBefore([page([work(1), work(2)], 3, 'second')])
    const { pages, error } = await harvested(source, day)
    expect(error).not.toBeNull()
    const later = await openAlexBefore([page([work(3)], 3)])
    const rest = await harvested(later.source, { ...day, resume: pages[0].resume })
    expect(rest).toMatchObject({ ids: ['doi:10.1234/w3'], error: null })
    expect(later.server.requests[0].query.get('cursor')).toBe('second')
  })

  test('starts anew when its topics are no longer those of the interruption', async () => {
    const { source } = await openAlexBefore([])
    const resume = JSON.stringify({ topic: 'tides', cursor: 'second', count: 2 })
    expect((await harvested(source, { ...day, resume })).error).toMatchObject({ failure: 'expired' })
    expect((await harvested(source, { ...day, resume: 'nonsense' })).error).toMatchObject({ failure: 'expired' })
  })

  test('says so when a cursor has expired', async () => {
    const { source } = await openAlexBefore([
      page([work(1)], 2, 'second'),
      json({ error: 'Invalid query parameters error.', message: 'The cursor value is invalid.' }, 400),
    ])
    const { ids, error } = await harvested(source, day)
    expect(ids).toHaveLength(1)
    expect(error).toMatchObject({ failure: 'expired' })
  })

  test.each([
    ['is empty at once', [page([], 7)]],
    ['is empty in the middle', [page([work(1)], 7, 'second'), page([], 7)]],
    ['ends too early', [page([work(1), work(2)], 7)]],
    ['repeats a work instead of others', [page([work(1)], 4, 'second'), page([work(1)], 4)]],
    [
      'gives a cursor twice',
      [page([work(1)], 9, 'second'), page([work(2)], 9, 'second'), page([work(3)], 9, 'second')],
    ],
    ['repeats itself for ever', [1, 2, 3, 4, 5].map((n) => page([work(1)], 9, `cursor ${n}`))],
  ])('does not believe a list that %s', async (_, script) => {
    const { source } = await openAlexBefore(script)
    const { error } = await harvested(source, day)
    expect(error).toMatchObject({ failure: 'contradictory' })
  })

  test('counts a rejected work as seen', async () => {
    const { source } = await openAlexBefore([page([work(1), work(2, { title: null })], 2)])
    const { pages, error } = await harvested(source, day)
    expect(error).toBeNull()
    expect(pages[0]).toMatchObject({ total: 2, rejected: [{ reason: 'the work has no title' }] })
  })

  test('without a topic cannot be', async () => {
    const { source } = await openAlexBefore([], ['  ', '?!'])
    expect(() => source.changes(day, new AbortController().signal)).toThrow(/name the topics/)
  })
})

describe('a search of OpenAlex', () => {
  test.each([
    ['graph AND neural OR "x', 'graph and neural or x'],
    ['filter,doi:10|!*~(a)', 'filter doi 10 a'],
    ['C++ & Müller’s don’t', 'c müller’s don’t'],
  ])('makes no operator of %s', (subject, search) => {
    expect(openAlexQuery(askFor({ subject }))).toEqual({ search })
  })

  test('knows phrases, exclusions, dates, names and countries', () => {
    const query = openAlexQuery(
      askFor({
        subject: 'graph learning',
        phrases: ['message "passing'],
        excludedTerms: ['survey'],
        excludedPhrases: ['knowledge graph', '--'],
        filters: {
          ...noFilters,
          since: at('2026-01-05'),
          until: at('2026-02-05'),
          authors: ['Y. LeCun'],
          countries: ['FR', 'DE'],
          categories: ['cs.LG'],
          fields: ['Physics'],
        },
      }),
    )
    expect(query).toEqual({
      search: '(graph AND learning AND "message passing") NOT (survey OR "knowledge graph")',
      filter:
        'from_publication_date:2026-01-05,to_publication_date:2026-02-05,raw_author_name.search:y lecun,' +
        'institutions.country_code:fr|de',
    })
  })

  test('tells what was asked, without the key', async () => {
    const { source, server } = await openAlexBefore([page([work(1)], 1)])
    const found = await source.find!(askFor({ subject: 'tides', limit: 500 }), 1_500, new AbortController().signal)
    expect(found).toMatchObject({ asked: 'search=tides', records: [{ id: 'doi:10.1234/w1' }] })
    expect(server.requests[0].query.get('per_page')).toBe('100')
  })

  test('for nothing asks nothing', async () => {
    const { source, server } = await openAlexBefore([])
    const found = await source.find!(askFor({ subject: '?!' }), 1_500, new AbortController().signal)
    expect(found).toEqual({ records: [], rejected: [], asked: '' })
    expect(server.requests).toEqual([])
  })

  test.each([
    ['contradictory', page([], 12)],
    ['unreadable', answer(200, '<html>', { 'content-type': 'text/html' })],
    ['refused', json({ error: 'Invalid API key', message: `${key} is not valid` }, 401)],
    ['refused', json({ error: `no more credits for ${key}` })],
  ])('that is %s says so without the key', async (failure, reply) => {
    const { source } = await openAlexBefore([reply])
    const found = source.find!(askFor({ subject: 'tides' }), 1_500, new AbortController().signal)
    await expect(found).rejects.toMatchObject({ failure, message: expect.not.stringContaining(key) })
  })
})

describe('a look-up at OpenAlex', () => {
  test('asks for one work at its own address, and takes 404 for absent', async () => {
    const { source, server } = await openAlexBefore([json(work(1)), answer(404, '<title>404 Not Found</title>')])
    const signal = new AbortController().signal
    expect(await source.lookUp!(['2401.01234' as never], signal)).toMatchObject([{ id: 'doi:10.1234/w1' }])
    expect(await source.lookUp!(['openalex:W9' as never], signal)).toEqual([])
    expect(server.requests.map(({ path }) => path)).toEqual(['/works/doi:10.48550%2Farxiv.2401.01234', '/works/W9'])
  })

  test('asks for many in lists, by DOI and by id', async () => {
    const { source, server } = await openAlexBefore([page([work(1)], 1), page([work(2)], 1)])
    const ids = ['doi:10.1234/W1', 'openalex:W2', 'doi:10.1/a,b', 'scifact:7', '2401.01234'] as never[]
    const found = await source.lookUp!(ids, new AbortController().signal)
    expect(found.map((one) => one.id)).toEqual(['doi:10.1234/w1', 'doi:10.1234/w2'])
    expect(server.requests.map(({ query }) => query.get('filter'))).toEqual([
      'doi:10.1234/w1|10.48550/arxiv.2401.01234',
      'ids.openalex:W2',
    ])
  })
})
