import { afterEach, describe, expect, it } from 'vitest'
import type { RankedAnswer } from '../../src/domain/answer.ts'
import { CursorExpired, ModelUnavailable } from '../../src/domain/errors.ts'
import { noFilters } from '../../src/domain/query.ts'
import { answerSchema, type WireAnswer } from '../../src/http/answers.ts'
import type { AppParts } from '../../src/http/app.ts'
import {
  at,
  documentsOf,
  hitAt,
  minute,
  problemOf,
  rankedAnswer,
  serve,
  storedDocument,
  type TestServer,
} from './fakes.ts'

const running: TestServer[] = []
afterEach(async () => {
  for (const server of running.splice(0)) await server.close()
})
async function started(overrides: Partial<AppParts> = {}): Promise<TestServer> {
  const server = await serve(overrides)
  running.push(server)
  return server
}
async function queryOf(path: string) {
  const server = await started()
  expect((await server.get(path)).status).toBe(200)
  return server.queries[0]
}
async function answerOf(response: Response): Promise<WireAnswer> {
  return answerSchema.parse(await response.json())
}

describe('parameters become a query', () => {
  it('with a default for everything but q', async () => {
    expect(await queryOf('/v1/search?q=+agent+memory+')).toEqual({
      text: 'agent memory',
      subject: 'agent memory',
      phrases: [],
      excludedTerms: [],
      excludedPhrases: [],
      filters: noFilters,
      dates: null,
      mode: 'auto',
      sort: 'relevance',
      fusion: 'convex',
      freshness: 'auto',
      limit: 10,
      offset: 0,
      shown: 0,
      past: false,
      now: minute,
      explain: false,
      facets: false,
      deadlineMs: 1_500,
      maxAgeMs: 300_000,
    })
  })

  it('that is the same from an address and from a body', async () => {
    const server = await started()
    await server.get(
      '/v1/search?q=agents&mode=both&limit=7&since=2026-01-01&until=2026-01-31&category=cs.CL,cs.AI&category=cs.IR' +
        '&source=arxiv&author=Lovelace,+Ada&author=Turing&freshness=0.5&sort=date&fusion=rrf&explain' +
        '&kind=paper,post&country=ch&country=DE&field=Computer+Science&deadline_ms=900&max_age=0',
    )
    await server.post({
      q: 'agents',
      mode: 'both',
      limit: 7,
      since: '2026-01-01',
      until: '2026-01-31',
      category: ['cs.CL', 'cs.AI', 'cs.IR'],
      source: 'arxiv',
      author: ['Lovelace, Ada', 'Turing'],
      freshness: 0.5,
      sort: 'date',
      fusion: 'rrf',
      explain: true,
      kind: ['paper', 'post'],
      country: ['ch', 'DE'],
      field: 'Computer Science',
      deadline_ms: 900,
      max_age: 0,
    })
    expect(server.queries[1]).toEqual(server.queries[0])
    expect(server.queries[0]).toMatchObject({
      filters: {
        since: at('2026-01-01T00:00:00Z'),
        until: at('2026-01-31T23:59:59.999Z'),
        categories: ['cs.CL', 'cs.AI', 'cs.IR'],
        sources: ['arxiv'],
        authors: ['Lovelace, Ada', 'Turing'],
        kinds: ['paper', 'post'],
        countries: ['CH', 'DE'],
        fields: ['Computer Science'],
      },
      deadlineMs: 900,
      maxAgeMs: 0,
      explain: true,
      freshness: 0.5,
    })
  })

  it.each([
    ['explain', true],
    ['explain=', true],
    ['explain=1', true],
    ['explain=true', true],
    ['explain=0', false],
    ['explain=false', false],
  ])('%s means %s', async (text, explain) => {
    expect((await queryOf(`/v1/search?q=agents&${text}`)).explain).toBe(explain)
  })

  it('facets are counted for whoever asks, and tell answers apart', async () => {
    const facets = {
      announced: [{ month: '2026-01', count: 2 }],
      category: [{ value: 'cs.CL', count: 2 }],
      source: [{ value: 'arxiv', count: 2 }],
      country: [],
      kind: [{ value: 'paper', count: 2 }],
      field: [],
    }
    const server = await started({
      search: async (query, snapshot) => rankedAnswer(query, snapshot, { facets: query.facets ? facets : null }),
    })
    const plain = await server.get('/v1/search?q=agents')
    const counted = await server.get('/v1/search?q=agents&facets')
    expect((await answerOf(plain)).facets).toBeNull()
    expect((await answerOf(counted)).facets).toEqual(facets)
    expect(counted.headers.get('etag')).not.toBe(plain.headers.get('etag'))
  })

  it.each([
    ['off', 'off'],
    ['auto', 'auto'],
    ['0', 0],
    ['1', 1],
    ['.25', 0.25],
    ['1.0', 1],
  ])('freshness=%s', async (text, freshness) => {
    expect((await queryOf(`/v1/search?q=agents&freshness=${text}`)).freshness).toBe(freshness)
  })

  it('with instants of any zone', async () => {
    const query = await queryOf('/v1/search?q=agents&since=2026-01-01T10:00:00%2B02:00&until=2026-01-01T10:00Z')
    expect(query.filters).toMatchObject({ since: at('2026-01-01T08:00:00Z'), until: at('2026-01-01T10:00:00Z') })
  })

  it('one day long when since and until are the same day', async () => {
    expect((await queryOf('/v1/search?q=agents&since=2026-01-01&until=2026-01-01')).filters.since).not.toBeNull()
  })

  it('with the operators and dates of its text understood', async () => {
    const query = await queryOf(`/v1/search?${new URLSearchParams({ q: '"agent memory" -survey since 2024' })}`)
    expect(query).toMatchObject({ phrases: ['agent memory'], excludedTerms: ['survey'] })
    expect(query.dates?.since).toBe(at('2024-01-01T00:00:00Z'))
    expect(query.subject).toBe('agent memory')
  })

  it('that looks for a date when nothing else was typed', async () => {
    expect(await queryOf('/v1/search?q=since+2024')).toMatchObject({ subject: 'since 2024', dates: null })
    const excluding = await queryOf('/v1/search?q=since+2024+-survey')
    expect(excluding).toMatchObject({ subject: 'since 2024', dates: null, excludedTerms: ['survey'] })
  })

  it('without phrases that hold no word, for no paper could hold them', async () => {
    expect(await queryOf(`/v1/search?${new URLSearchParams({ q: 'agents "..." -"!!"' })}`)).toMatchObject({
      phrases: [],
      excludedPhrases: [],
    })
  })
})

describe('an answer on the wire', () => {
  it('has the promised names, with days, instants and rounded numbers', async () => {
    const server = await started()
    const answer = await answerOf(await server.get('/v1/search?q=agents&limit=1'))
    expect(answer.hits).toEqual([
      {
        rank: 1,
        id: '2601.00001',
        source: 'arxiv',
        sources: ['arxiv'],
        kind: 'paper',
        title: 'A title',
        titleMath: null,
        authors: ['Ada Lovelace'],
        categories: ['cs.CL'],
        countries: [],
        fields: [],
        announced: '2026-01-07',
        announcedAt: '2026-01-07T01:00:00.000Z',
        announcedBasis: 'stated',
        submitted: '2026-01-05T18:00:00.000Z',
        updated: '2026-01-09T12:00:00.000Z',
        url: 'https://arxiv.org/abs/2601.00001',
        doi: null,
        version: 1,
        superseded: false,
        laterText: false,
        withdrawn: false,
        standIn: false,
        snippet: { text: 'An abstract.', highlights: [[3, 11]] },
        score: 0.333333,
        depth: 0.333333,
        freshness: 0.666667,
        tier: 'static',
      },
    ])
    expect(answer).toMatchObject({
      asOf: '2026-02-03T09:16:00.000Z',
      generation: 7,
      mark: 100,
      abstained: false,
      message: null,
      degraded: [],
      route: { tiers: ['static', 'fresh'], gate: { pRecent: 0.123457, parts: { prior: -0.333333 } } },
    })
    expect(answer.tookMs).toHaveProperty('total')
  })

  it('shows the filters in effect and the dates that were read', async () => {
    const server = await started()
    const q = new URLSearchParams({ q: 'agents since 2024 -survey', until: '2025-06-30', category: 'cs.CL' })
    expect((await answerOf(await server.get(`/v1/search?${q}`))).query).toMatchObject({
      text: 'agents since 2024 -survey',
      subject: 'agents',
      excluded: ['survey'],
      filters: { since: '2024-01-01T00:00:00.000Z', until: '2025-06-30T23:59:59.999Z', categories: ['cs.CL'] },
      datesRead: { since: '2024-01-01T00:00:00.000Z', until: null },
    })
  })

  it('explains every part of the score when asked, and only then', async () => {
    const server = await started()
    const plain = await answerOf(await server.get('/v1/search?q=agents&limit=1'))
    const explained = await answerOf(await server.get('/v1/search?q=agents&limit=1&explain'))
    expect(plain.hits[0].explain).toBeUndefined()
    expect(explained.hits[0].explain).toMatchObject({ bm25: 0.333333, gamma: 0.4, exact: null })
  })

  it('says so when nothing matches well, and when nothing matches', async () => {
    const near = await started({ search: async (q, s) => rankedAnswer(q, s, { abstained: true, hits: [hitAt(1)] }) })
    const none = await started({
      search: async (q, s) => rankedAnswer(q, s, { abstained: true, hits: [], candidates: 0 }),
    })
    expect((await answerOf(await near.get('/v1/search?q=a'))).message).toBe('Nothing matches well; the nearest are:')
    expect((await answerOf(await none.get('/v1/search?q=a'))).message).toBe('Nothing matches.')
  })

  // Whoever pasted the id of a withdrawn paper was told that nothing matches, as if it had never been.
  it('says so when what is asked for was withdrawn, by id or DOI, and not of a time before', async () => {
    const gone = storedDocument('2401.01234', { withdrawn: true, doi: '10.1234/gone' })
    const server = await started({ documents: documentsOf([gone]) })
    const messageFor = async (q: string) => (await answerOf(await server.get(`/v1/search?q=${q}`))).message
    const said =
      '2401.01234 was withdrawn and is no result; /v1/documents/2401.01234 keeps what is known of it. Besides:'
    expect(await messageFor('arXiv:2401.01234v2')).toBe(said)
    expect(await messageFor('https://doi.org/10.1234/gone')).toBe(said)
    expect(await messageFor('2401.01234&as_of=2024-02-01')).toBeNull()
    expect(await messageFor('agents')).toBeNull()
  })

  it('carries what was degraded and a document without dates', async () => {
    const undated = { ...hitAt(1), announced: null, announcedBasis: 'unknown' as const, submitted: null, updated: null }
    const reason = 'the encoder failed; words alone were matched'
    const degraded = [{ part: 'vectors', code: 'degraded' as const, reason, retryAfterMs: null }]
    const server = await started({ search: async (q, s) => rankedAnswer(q, s, { hits: [undated], degraded }) })
    const answer = await answerOf(await server.get('/v1/search?q=agents'))
    expect(answer.degraded).toEqual(degraded)
    expect(answer.hits[0]).toMatchObject({ announced: null, announcedAt: null, submitted: null })
  })
})

describe('an ETag', () => {
  it('is the same for the same answer, however long it took, and saves sending it again', async () => {
    const server = await started()
    const first = await server.get('/v1/search?q=agents')
    const tag = first.headers.get('etag')!
    expect(tag).toMatch(/^"[\w-]{43}"$/)
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    for (const given of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const again = await server.get('/v1/search?q=agents', { 'If-None-Match': given })
      expect([given, again.status, await again.text()]).toEqual([given, 304, ''])
      expect(again.headers.get('etag')).toBe(tag)
    }
    expect((await server.get('/v1/search?q=agents', { 'If-None-Match': '"other"' })).status).toBe(200)
  })

  it('works for a POST, which asks the same question', async () => {
    const server = await started()
    const tag = (await server.post({ q: 'agents' })).headers.get('etag')!
    expect(tag).toBe((await server.get('/v1/search?q=agents')).headers.get('etag'))
    expect((await server.post({ q: 'agents' }, { 'If-None-Match': tag })).status).toBe(304)
  })

  it('changes with the answer, the minute and the state of what answered', async () => {
    let now = minute
    let degraded: RankedAnswer['degraded'] = []
    const server = await started({
      clock: { now: () => now },
      search: async (query, snapshot) => rankedAnswer(query, snapshot, { degraded }),
    })
    const tagOf = async (path: string) => (await server.get(path)).headers.get('etag')
    const tags = [await tagOf('/v1/search?q=agents'), await tagOf('/v1/search?q=agents&limit=2')]
    now = at('2026-02-03T09:17:00Z')
    tags.push(await tagOf('/v1/search?q=agents'))
    degraded = [{ part: 'arxiv-api', code: 'timeout', reason: 'no answer in 1500 ms', retryAfterMs: null }]
    tags.push(await tagOf('/v1/search?q=agents'))
    expect(new Set(tags).size).toBe(4)
  })

  it('is not sent with a problem', async () => {
    const server = await started()
    expect((await server.get('/v1/search')).headers.get('etag')).toBeNull()
  })
})

describe('a search that fails', () => {
  it('is a 500 with a fixed sentence, and its error goes to the log', async () => {
    const error = new Error('SQLITE_CORRUPT at /secret/path')
    const server = await started({ search: () => Promise.reject(error) })
    const response = await server.get('/v1/search?q=agents')
    const problem = await problemOf(response)
    expect(response.status).toBe(500)
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(problem.detail).toBe('the server failed at this request; its log says why.')
    expect(server.logged).toMatchObject([{ facts: { error, method: 'GET', path: '/v1/search' } }])
  })

  it('is a 500 when it throws what is no error, and when it throws at once', async () => {
    const odd = await started({ search: () => Promise.reject('a string') })
    const sudden = await started({
      search: () => {
        throw new Error('at once')
      },
    })
    expect((await odd.get('/v1/search?q=agents')).status).toBe(500)
    expect((await sudden.post({ q: 'agents' })).status).toBe(500)
  })

  it('is not taken for a bad request because its error carries a status', async () => {
    const error = Object.assign(new Error('from a library'), { status: 404 })
    const server = await started({ search: () => Promise.reject(error) })
    expect((await server.get('/v1/search?q=agents')).status).toBe(500)
  })

  it('is a 503 when the model cannot be had, and a 410 when the cursor expired on the way', async () => {
    const modelless = await started({ search: () => Promise.reject(new ModelUnavailable('m', 'the model is missing')) })
    const expired = await started({ search: () => Promise.reject(new CursorExpired('swapped meanwhile')) })
    const response = await modelless.get('/v1/search?q=agents')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect((await expired.get('/v1/search?q=agents')).status).toBe(410)
  })
})

describe('a client that hangs up', () => {
  it('ends its search, is no error, and the next client is served', async () => {
    let signal: AbortSignal | undefined
    const server = await started({
      search: (query, snapshot, { signal: given }) => {
        if (query.text !== 'slow') return Promise.resolve(rankedAnswer(query, snapshot))
        signal = given
        return new Promise((_, reject) => given.addEventListener('abort', () => reject(given.reason)))
      },
    })
    const controller = new AbortController()
    const asked = fetch(`${server.url}/v1/search?q=slow`, { signal: controller.signal })
    while (!signal) await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort()
    await expect(asked).rejects.toThrow()
    while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5))
    expect((await server.get('/v1/search?q=quick')).status).toBe(200)
    expect(server.logged).toEqual([])
  })

  it('is no error either when its search ends well all the same', async () => {
    let finish = () => {}
    let gone = false
    const server = await started({
      search: (query, snapshot, { signal: given }) => {
        if (query.text !== 'slow') return Promise.resolve(rankedAnswer(query, snapshot))
        given.addEventListener('abort', () => {
          gone = true
        })
        return new Promise((resolve) => {
          finish = () => resolve(rankedAnswer(query, snapshot))
        })
      },
    })
    const controller = new AbortController()
    const asked = fetch(`${server.url}/v1/search?q=slow`, { signal: controller.signal })
    while (server.queries.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    controller.abort()
    await expect(asked).rejects.toThrow()
    while (!gone) await new Promise((resolve) => setTimeout(resolve, 5))
    finish()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await server.get('/v1/search?q=quick')).status).toBe(200)
    expect(server.logged).toEqual([])
  })

  it('after it was answered does not end anything', async () => {
    let signal: AbortSignal | undefined
    const server = await started({
      search: async (query, snapshot, { signal: given }) => {
        signal = given
        return rankedAnswer(query, snapshot)
      },
    })
    await (await server.get('/v1/search?q=agents')).text()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(signal?.aborted).toBe(false)
  })
})
