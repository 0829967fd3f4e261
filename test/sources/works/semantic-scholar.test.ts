import { Headers } from 'undici'
import { describe, expect, test } from 'vitest'
import { noFilters } from '../../../src/domain/query.ts'
import {
  parsePaperBatch,
  parsePaperPage,
  semanticScholar,
  semanticScholarPolicy,
  semanticScholarQuery,
} from '../../../src/sources/works/semantic-scholar.ts'
import { askFor, at, harvested, json, readingBody, windowOf } from '../api-stage.ts'
import { stage } from '../arxiv-stage.ts'
import { exchangesOf, recordingsAbsent, refusalOf, whyNoRecordings } from '../recorded-exchanges.ts'
import { answer, type Reply } from '../scripted-server.ts'

const key = 'k-5ecret'
const month = windowOf('2026-02-01T00:00:00Z', '2026-03-01T12:00:00Z')
const never = new AbortController().signal

async function scholarBefore(script: readonly Reply[], topics: readonly string[] = ['graph neural network']) {
  const { client, server, gate } = await stage(script, semanticScholarPolicy(key))
  return { source: semanticScholar({ client, key, topics, baseUrl: server.url }), server, gate }
}

const hash = (number: number): string => String(number).padStart(40, '0')
const paper = (number: number, more: object = {}) => ({
  paperId: hash(number),
  externalIds: { DOI: `10.1234/P${number}`, CorpusId: number },
  title: `Paper number ${number}`,
  abstract: null,
  year: 2026,
  publicationDate: '2026-02-14',
  ...more,
})
const page = (papers: readonly object[], total: number, token: string | null = null): Reply =>
  json({ total, token, data: papers })
const recordOf = (more: object) =>
  parsePaperBatch({ status: 200, headers: new Headers(), body: JSON.stringify([paper(1, more)]) })

describe.skipIf(recordingsAbsent)(`recorded answers of Semantic Scholar${whyNoRecordings}`, () => {
  const all = exchangesOf('semantic-scholar', (file) =>
    file.includes('search') ? '/graph/v1/paper/search' : '/graph/v1/paper/x/citations',
  )
  const isList = /^\/graph\/v1\/(?:paper\/search(?:\/bulk|\/match)?|author\/\d+\/papers)$/
  const isById = /^\/graph\/v1\/paper\/(?:batch|(?!search|.*\/(?:authors|citations|references)$).+)$/
  const good = all.filter((one) => one.status === 200)
  const lists = good.filter((one) => isList.test(one.path))
  const byId = good.filter((one) => isById.test(one.path))
  const others = good.filter((one) => !lists.includes(one) && !byId.includes(one))
  const errors = all.filter((one) => one.status !== 200)

  test('are all there', () => {
    expect(all).toHaveLength(91 + 36 + 3)
    expect([lists.length, byId.length, others.length, errors.length]).toEqual([67, 17, 37, 9])
  })

  test.each([...lists, ...byId])('$name is read as it is written', ({ path, answer, json }) => {
    const papers = [json.data ?? (isList.test(path) ? [] : json)].flat().filter((one) => one !== null)
    const { records, rejected } = isList.test(path) ? parsePaperPage(answer) : parsePaperBatch(answer)
    if (isList.test(path))
      expect(parsePaperPage(answer)).toMatchObject({ total: json.total ?? null, cursor: json.token ?? null })
    const titled = papers.filter((one) => (one.title ?? '').trim() !== '')
    expect(records).toHaveLength(titled.length)
    // What was recorded without its title is no document.
    expect(rejected.map((one) => one.reason)).toEqual(papers.slice(titled.length).map(() => 'the paper has no title'))
    for (const [at, record] of records.entries()) {
      const { paperId, title, year, externalIds, authors, abstract } = titled[at]
      const { ArXiv, DOI, PubMed } = externalIds ?? {}
      const doi = DOI && !/^10\.48550\/arxiv/i.test(DOI) ? DOI.toLowerCase() : null
      expect(record.id).toBe(ArXiv ?? (doi ? `doi:${doi}` : `s2:${paperId}`))
      expect(record.doi).toBe(doi)
      if (externalIds) expect(record.identifiers).toContain(`s2:${paperId}`)
      if (PubMed) expect(record.identifiers).toContain(`pmid:${PubMed}`)
      expect(bare(record.title)).toBe(bare(title))
      if (record.announced !== null) expect(new Date(record.announced).getUTCFullYear()).toBe(year)
      // biome-ignore lint/suspicious/noExplicitAny: read by hand
      expect(record.authors).toEqual((authors ?? []).map((one: any) => one.name.replace(/\s+/g, ' ').trim()))
      expect(record.abstract === '').toBe((abstract ?? '') === '')
    }
  })

  /** Without tags, TeX beside its symbol, references, control characters and spacing, which a record has not. */
  const bare = (title: string): string =>
    title
      .replace(/<tex-math[^>]*>.*?<\/tex-math>|\p{Cc}/gu, '')
      .replace(/<\/?[a-z]+[^<>]*>|&[#\w]+;/gi, '')
      .replace(/[\s&<>"'\u00a0]+/g, '')
      .normalize('NFC')

  test.each(others)('$name holds no papers, and says so', ({ answer, json }) => {
    const items = Array.isArray(json.data) ? json.data.length : 0
    for (const read of [parsePaperPage, parsePaperBatch]) {
      const said = refusalOf(() => {
        const { records, rejected } = read(answer)
        expect(records).toEqual([])
        expect(rejected.every((one) => /^(?:paperId|whole): /.test(one.reason))).toBe(true)
        if (read === parsePaperPage) expect(rejected).toHaveLength(items)
      })
      expect(said).toMatch(/^unreadable: semantic-scholar: the answer has another shape|^was read$/)
    }
  })

  test.each(errors)('$name is refused in its words', ({ answer, status, json }) => {
    const words = `refused: semantic-scholar: HTTP status ${status}: ${json.error ?? json.message}`
    expect(refusalOf(() => parsePaperPage(answer))).toBe(words)
    expect(refusalOf(() => parsePaperBatch(answer))).toBe(words)
  })
})

describe('a paper of Semantic Scholar', () => {
  test('has its ids read from everywhere', () => {
    const externalIds = { ArXiv: '2401.01234', DOI: '10.1234/ABC', PubMed: '38012345', MAG: null, CorpusId: 7 }
    expect(recordOf({ externalIds }).records[0]).toMatchObject({
      id: '2401.01234',
      doi: '10.1234/abc',
      identifiers: ['pmid:38012345', `s2:${hash(1)}`],
      url: 'https://arxiv.org/abs/2401.01234',
      announced: null,
    })
    expect(recordOf({ externalIds: null }).records[0]).toMatchObject({
      id: `s2:${hash(1)}`,
      identifiers: [],
      url: `https://www.semanticscholar.org/paper/${hash(1)}`,
    })
  })

  test('says how well its date is known', () => {
    const dated = (more: object) => recordOf(more).records.map((one) => [one.announced, one.announcedBasis])[0]
    expect(dated({})).toEqual([at('2026-02-14'), 'stated'])
    expect(dated({ publicationDate: null })).toEqual([at('2026-01-01'), 'derived'])
    expect(dated({ publicationDate: null, year: null })).toEqual([null, 'unknown'])
  })

  test('keeps its fields once each, and its text as it is', () => {
    const { records } = recordOf({
      abstract: 'For k<n we  show\nmore.',
      fieldsOfStudy: ['Physics'],
      s2FieldsOfStudy: [{ category: 'Physics', source: 'external' }, { category: 'Computer Science' }],
    })
    expect(records[0]).toMatchObject({ abstract: 'For k<n we show more.', fields: ['Physics', 'Computer Science'] })
  })

  test('whose publisher escaped the markup once too often has it taken out', () => {
    const title = 'Role of &lt;i&gt;E. coli&lt;/i&gt; in CO&lt;sub&gt;2&lt;/sub&gt;'
    expect(recordOf({ title }).records[0].title).toBe('Role of E. coli in CO2')
  })

  test.each([
    [{ title: ' ' }, 'the paper has no title'],
    [{ title: 'x'.repeat(3_000) }, 'the title is no title: it is too long'],
    [{ paperId: '../admin' }, 'no id of a paper'],
    [{ title: ['x'] }, 'title: Invalid input: expected string, received array'],
  ])('that says %j is rejected by name', (more, reason) => {
    expect(recordOf(more)).toMatchObject({ records: [], rejected: [{ reason }] })
  })
})

describe('a paper of Semantic Scholar with one odd field', () => {
  test.each([
    [{ authors: [null, { name: 'Ada' }, {}] }, { authors: ['Ada'] }],
    [{ authors: 'Ada' }, { authors: [] }],
    [{ fieldsOfStudy: [null, 'Physics'], s2FieldsOfStudy: {} }, { fields: ['Physics'] }],
    [
      { publicationDate: null, year: '2024' },
      { announced: at('2024-01-01'), announcedBasis: 'derived' },
    ],
    [{ externalIds: { ArXiv: ['2401.01234'], PubMed: 42, DOI: '10.1234/x' } }, { id: 'doi:10.1234/x' }],
    [{ externalIds: [], abstract: {} }, { abstract: '' }],
  ])('like %j is read all the same', (more, expected) => {
    expect(recordOf(more)).toMatchObject({ records: [expected], rejected: [] })
  })
})

describe('a harvest of Semantic Scholar', () => {
  test('goes on until a page has no token, with its key and a second between requests', async () => {
    const { source, server, gate } = await scholarBefore([
      page([paper(1)], 2, 't2'),
      page([paper(2)], 2, 't3'),
      page([paper(3)], 3),
    ])
    const { pages, ids, error } = await harvested(source, month)
    expect(error).toBeNull()
    expect(ids).toEqual(['doi:10.1234/p1', 'doi:10.1234/p2', 'doi:10.1234/p3'])
    expect(pages.at(-1)).toMatchObject({ total: 3, resume: null })
    const [first, second] = server.requests
    expect(first.path).toBe('/paper/search/bulk')
    expect(first.query.get('query')).toBe('"graph neural network"')
    expect(first.query.get('publicationDateOrYear')).toBe('2026-02-01:2026-03-01')
    expect([first, second].map(({ query }) => query.get('token'))).toEqual([null, 't2'])
    expect(server.requests.every(({ headers }) => headers['x-api-key'] === key)).toBe(true)
    expect(gate.starts[1] - gate.starts[0]).toBeGreaterThanOrEqual(1_000)
  })

  test.each([
    [
      'a shift of its total',
      [
        page(
          Array.from({ length: 20 }, (_, n) => paper(n)),
          21,
        ),
      ],
      null,
    ],
    ['a shift of a small total', [page([paper(1), paper(2)], 3)], null],
    ['a total far beyond what comes', [page([paper(1), paper(2)], 9)], 'contradictory'],
    ['nothing where it counts something', [json({ total: 15 })], 'contradictory'],
    ['an empty page in the middle', [page([paper(1)], 15, 't2'), page([], 15, 't3')], 'contradictory'],
    ['nothing at all', [json({ total: 0 })], null],
    ['a token it does not know', [page([paper(1)], 5, 't2'), json({ error: 'bad token' }, 400)], 'expired'],
    ['an error in words', [json({ error: 'Unacceptable query params' }, 400)], 'refused'],
    ['a forbidden key', [json({ message: `Forbidden: ${key}` }, 403)], 'refused'],
    ['half of a body', [answer(200, '{"total": 5, "data": [')], 'unreadable'],
  ])('takes %s for what it is', async (_, script, failure) => {
    const { source } = await scholarBefore(script)
    const { error } = await harvested(source, month)
    if (failure === null) expect(error).toBeNull()
    else expect(error).toMatchObject({ failure, message: expect.not.stringContaining(key) })
  })

  test('goes on in mid-topic, with what it had counted before', async () => {
    const { source } = await scholarBefore([page([paper(1), paper(2)], 3, 't2'), answer(404, 'gone')])
    const { pages } = await harvested(source, month)
    const later = await scholarBefore([page([paper(3)], 3)])
    const rest = await harvested(later.source, { ...month, resume: pages[0].resume })
    expect(rest).toMatchObject({ ids: ['doi:10.1234/p3'], error: null })
    expect(later.server.requests[0].query.get('token')).toBe('t2')
  })

  test('of a topic full of operators asks for a phrase of words', async () => {
    const { source, server } = await scholarBefore([json({ total: 0 })], ['+deep | -learning* (state-of-the-art)~2 "x'])
    await harvested(source, month)
    expect(server.requests[0].query.get('query')).toBe('"deep learning state of the art 2 x"')
  })
})

describe('a search of Semantic Scholar', () => {
  test('asks for words and dates and leaves out what it does not understand', async () => {
    const filters = { ...noFilters, since: at('2026-01-05'), authors: ['Ada'], categories: ['cs.LG'] }
    const request = askFor({
      subject: 'state-of-the-art +tides',
      phrases: ['deep "sea'],
      excludedTerms: ['x'],
      filters,
    })
    expect(semanticScholarQuery(request)).toEqual({
      query: 'state of the art tides deep sea',
      publicationDateOrYear: '2026-01-05:',
    })
    expect(semanticScholarQuery(askFor({ subject: '*' }))).toBeNull()
  })

  test('tells what was asked', async () => {
    const { source, server } = await scholarBefore([json({ total: 9, offset: 0, next: 1, data: [paper(1)] })])
    const found = await source.find!(askFor({ subject: 'tides', limit: 500 }), 1_500, never)
    expect(found).toMatchObject({ asked: 'query=tides', records: [{ id: 'doi:10.1234/p1' }], rejected: [] })
    expect(server.requests[0].path).toBe('/paper/search')
    expect(server.requests[0].query.get('limit')).toBe('100')
  })

  test('that is told to wait fails once, and says for how long', async () => {
    const { source, server } = await scholarBefore([
      answer(429, JSON.stringify({ message: 'Too Many Requests' }), { 'retry-after': '7' }),
    ])
    const found = source.find!(askFor({ subject: 'tides' }), 1_500, never)
    await expect(found).rejects.toMatchObject({ failure: 'rate-limited', retryAfterMs: 7_000 })
    expect(server.requests).toHaveLength(1)
  })

  test('of an empty page with a total is contradictory', async () => {
    const { source } = await scholarBefore([json({ total: 12, offset: 0 })])
    await expect(source.find!(askFor({ subject: 'tides' }), 1_500, never)).rejects.toMatchObject({
      failure: 'contradictory',
    })
  })
})

describe('a look-up at Semantic Scholar', () => {
  test('names ids as it names them, and leaves out what it does not know', async () => {
    const bodies: string[] = []
    const reply = readingBody((body) => bodies.push(body), json([paper(1), null]))
    const { source, server } = await scholarBefore([reply])
    const ids = ['2401.01234', 'doi:10.1234/ABC', `s2:${hash(3)}`, 'scifact:7', '2401.01234'] as never[]
    expect(await source.lookUp!(ids, never)).toMatchObject([{ id: 'doi:10.1234/p1' }])
    expect(JSON.parse(bodies[0])).toEqual({ ids: ['ARXIV:2401.01234', 'DOI:10.1234/abc', hash(3)] })
    expect(server.requests[0].path).toBe('/paper/batch')
  })

  test('asks 500 at a time, and takes none of them for none', async () => {
    const none = json({ error: 'No valid paper ids given' }, 400)
    const { source, server } = await scholarBefore([none, json([paper(1)])])
    const ids = Array.from({ length: 501 }, (_, n) => `2401.${String(n).padStart(5, '0')}`) as never[]
    expect(await source.lookUp!(ids, never)).toHaveLength(1)
    expect(server.requests).toHaveLength(2)
    expect(await source.lookUp!(['scifact:7' as never], never)).toEqual([])
    expect(server.requests).toHaveLength(2)
  })
})
