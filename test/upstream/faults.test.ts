import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { SourceError } from '../../src/domain/errors.ts'
import { arxivApi } from '../../src/sources/arxiv/api.ts'
import { arxivOai } from '../../src/sources/arxiv/oai.ts'
import { arxivPolicy } from '../../src/sources/client/http.ts'
import { harvested, windowOf } from '../sources/api-stage.ts'
import { type Provider, providers } from './exchange.ts'
import type { FaultInput } from './faults.ts'
import { idsAsOf, smallCorpus, upstreamStage } from './stage.ts'

const corpus = smallCorpus(300)
const asOf = '2026-02-12T12:00Z'
const oneQuestion: Readonly<Record<Provider, string>> = {
  'arxiv-api': '/api/query?search_query=all:retrieval&max_results=5',
  'arxiv-oai': '/oai?verb=ListRecords&metadataPrefix=arXivRaw&set=cs',
  'arxiv-rss': '/rss/cs',
  'semantic-scholar': '/graph/v1/paper/search?query=retrieval',
  crossref: '/works?query=retrieval',
  openalex: '/works?search=retrieval',
  feeds: '/rss.xml',
}

const staged = () => upstreamStage({ corpus, asOf, oaiPaging: { records: 20 } })
type Stage = Awaited<ReturnType<typeof staged>>

/** The answer of the provider while the fault is on. */
async function faulty({ upstream }: Stage, fault: FaultInput, provider: Provider = 'arxiv-api'): Promise<Response> {
  upstream.faults.add(fault, { times: 1 })
  return fetch(upstream.origin(provider) + oneQuestion[provider], { redirect: 'manual' })
}

/** As it is on the wire. */
async function raw(url: string): Promise<{ response: IncomingMessage; bytes: Buffer }> {
  const [response]: IncomingMessage[] = await once(get(url), 'response')
  return { response, bytes: Buffer.concat(await response.toArray()) }
}

describe('a fault on the way', () => {
  test('can be a refusal in the words of the provider, with or without a time', async () => {
    const stage = await staged()
    const plain = await faulty(stage, { kind: 'throttled' })
    expect([plain.status, await plain.text(), plain.headers.get('retry-after')]).toEqual([429, 'Rate exceeded.', null])
    const timed = await faulty(stage, { kind: 'throttled', retryAfter: { seconds: 120 } }, 'semantic-scholar')
    expect([timed.status, timed.headers.get('retry-after')]).toEqual([429, '120'])
    expect(await timed.json()).toMatchObject({ message: 'Too Many Requests' })
    const dated = await faulty(stage, { kind: 'throttled', retryAfter: { seconds: 60, as: 'date' } })
    expect(Date.parse(dated.headers.get('retry-after')!)).toBe(stage.clock.now() + 60_000)
    const impatient = await faulty(stage, { kind: 'unavailable', retryAfter: { seconds: 0 } }, 'arxiv-oai')
    expect([impatient.status, impatient.headers.get('retry-after')]).toEqual([503, '0'])
  })

  test.each(providers)('can be the form of an error of %s, under either status', async (provider) => {
    const stage = await staged()
    const bodies = []
    for (const status of [200, 400] as const) {
      const answer = await faulty(stage, { kind: 'error-message', status }, provider)
      expect(answer.status).toBe(status)
      bodies.push(await answer.text())
    }
    expect(bodies[0]).toBe(bodies[1])
    expect(bodies[0]).toMatch(/error|failed|no such/i)
  })

  test('can cut a body off, with a word or without', async () => {
    const stage = await staged()
    const whole = await (await faulty(stage, { kind: 'wrong-total', by: 0 })).text()
    const part = await (await faulty(stage, { kind: 'truncated', share: 0.25 })).text()
    expect(whole.startsWith(part.slice(0, -3))).toBe(true)
    expect(part.length).toBeLessThan(whole.length / 3)
    const broken = await faulty(stage, { kind: 'reset' })
    await expect(broken.text()).rejects.toThrow()
    await expect(faulty(stage, { kind: 'dropped' })).rejects.toThrow()
    expect(stage.upstream.requests.map((one) => one.aborted)).toEqual([false, false, true, true])
  })

  test('can be another type, another page, or another encoding', async () => {
    const stage = await staged()
    const typed = await faulty(stage, { kind: 'wrong-type' })
    expect([typed.headers.get('content-type'), (await typed.text()).slice(0, 5)]).toEqual(['text/html', '<?xml'])
    expect(await (await faulty(stage, { kind: 'html-page' })).text()).toMatch(/^<!DOCTYPE html>/)
    const encoded = await faulty(stage, { kind: 'wrong-encoding', encoding: 'utf16le' })
    expect(Buffer.from(await encoded.arrayBuffer()).toString('utf16le')).toMatch(/^<\?xml/)
  })

  test('can be a few bytes that unpack to many', async () => {
    const { upstream } = await staged()
    upstream.faults.add({ kind: 'gzip-bomb', bytes: 8 * 1024 * 1024 })
    const { response, bytes } = await raw(upstream.origin('openalex') + oneQuestion.openalex)
    expect(response.headers['content-encoding']).toBe('gzip')
    expect(bytes.byteLength).toBeLessThan(20_000)
    const unpacked: Buffer[] = await createGunzip().end(bytes).toArray()
    expect(unpacked.reduce((sum, chunk) => sum + chunk.byteLength, 0)).toBe(8 * 1024 * 1024)
  })

  test('can be entities of entities, or lists of lists', async () => {
    const stage = await staged()
    expect(await (await faulty(stage, { kind: 'entity-bomb' })).text()).toMatch(/<!ENTITY e9 "(?:&e8;){10}">/)
    expect(await (await faulty(stage, { kind: 'entity-bomb' }, 'crossref')).text()).toMatch(/^\[{100000}/)
  })

  test('can lead elsewhere, and in a circle', async () => {
    const stage = await staged()
    const elsewhere = await faulty(stage, { kind: 'redirect', to: 'http://169.254.169.254/' })
    expect([elsewhere.status, elsewhere.headers.get('location')]).toEqual([302, 'http://169.254.169.254/'])
    stage.upstream.faults.add({ kind: 'redirect-loop' })
    await expect(fetch(stage.upstream.url('arxiv-api'))).rejects.toThrow()
    expect(stage.upstream.requests.length).toBeGreaterThan(10)
  })

  test('can hang until the asker goes', async () => {
    const { upstream } = await staged()
    upstream.faults.add({ kind: 'hang' }, { times: 1 })
    upstream.faults.add({ kind: 'hang', after: 'headers' })
    const patience = new AbortController()
    const first = fetch(upstream.url('arxiv-api'), { signal: patience.signal })
    const second = await fetch(upstream.url('arxiv-api'), { signal: patience.signal })
    expect(second.status).toBe(200)
    const body = second.text()
    patience.abort()
    await expect(first).rejects.toThrow()
    await expect(body).rejects.toThrow()
    while (upstream.requests.some((one) => !one.aborted)) await turn()
    expect(upstream.requests.map((one) => one.alreadyOpen)).toEqual([[], ['arxiv-api']])
  })

  test('can trickle, in time that the asker does not have', async () => {
    const naps: number[] = []
    const { upstream } = await upstreamStage({
      corpus,
      asOf,
      sleep: async (ms) => {
        naps.push(ms)
      },
    })
    upstream.faults.add({ kind: 'trickle', chunkBytes: 500, pauseMs: 30_000 })
    const body = await (await fetch(upstream.origin('feeds') + oneQuestion.feeds)).text()
    expect(naps).toHaveLength(Math.ceil(Buffer.byteLength(body) / 500) - 1)
    expect(new Set(naps)).toEqual(new Set([30_000]))
  })
})

describe('a fault in what is said', () => {
  const page = async (stage: Stage, fault: FaultInput): Promise<{ ids: string[]; total: number }> => {
    const xml = await (await faulty(stage, fault)).text()
    const ids = [...xml.matchAll(/<id>http:\/\/arxiv\.org\/abs\/([^<]+)<\/id>/g)].map((match) => match[1])
    return { ids, total: Number(/totalResults>(\d+)</.exec(xml)![1]) }
  }

  test('is of the page and its total', async () => {
    const stage = await staged()
    const truth = await page(stage, { kind: 'wrong-total', by: 0 })
    expect(truth.ids).toHaveLength(5)
    expect(await page(stage, { kind: 'empty-page' })).toEqual({ ids: [], total: truth.total })
    expect(await page(stage, { kind: 'nothing' })).toEqual({ ids: [], total: 0 })
    expect(await page(stage, { kind: 'wrong-total', by: 3 })).toEqual({ ...truth, total: truth.total + 3 })
    expect(await page(stage, { kind: 'short-page', keep: 2 })).toEqual({ ...truth, ids: truth.ids.slice(0, 2) })
    expect(await page(stage, { kind: 'reversed' })).toEqual({ ...truth, ids: truth.ids.toReversed() })
    const [a, b, c] = truth.ids
    expect(await page(stage, { kind: 'doubled' })).toEqual({ ...truth, ids: [a, a, b, b, c] })
  })

  test.each([
    ['arxiv-oai', /<resumptionToken[^>]*>([^<]+)</, '/oai?verb=ListRecords&resumptionToken=', /badResumptionToken/],
    ['crossref', /"next-cursor":"([^"]+)"/, '/works?query=retrieval&rows=2&cursor=', /cursor-invalid/],
    ['openalex', /"next_cursor":"([^"]+)"/, '/works?search=retrieval&per_page=2&cursor=', /Cursor value is invalid/],
  ] as const)('is of a place that %s does not know any more', async (provider, token, next, says) => {
    const { upstream } = await upstreamStage({ corpus, asOf: '2026-05-01', oaiPaging: { records: 20 } })
    const ask = async (path: string) => (await fetch(upstream.origin(provider) + path)).text()
    const first = provider === 'arxiv-oai' ? oneQuestion[provider] : `${next}*`
    const place = encodeURIComponent(token.exec(await ask(first))![1])
    expect(await ask(next + place)).not.toMatch(says)
    upstream.faults.add({ kind: 'expired-token' })
    expect(await ask(next + place)).toMatch(says)
  })

  test('tokens of OAI-PMH are of one day, cursors of Crossref of five minutes', async () => {
    const { upstream, moveTo, clock } = await upstreamStage({ corpus, asOf: '2026-05-01', oaiPaging: { records: 20 } })
    const ask = async (provider: Provider, path: string) => (await fetch(upstream.origin(provider) + path)).text()
    const list = await ask('arxiv-oai', oneQuestion['arxiv-oai'])
    const token = encodeURIComponent(/<resumptionToken[^>]*>([^<]+)</.exec(list)![1])
    moveTo('2026-05-02')
    expect(await ask('arxiv-oai', `/oai?verb=ListRecords&resumptionToken=${token}`)).toMatch(/badResumptionToken/)
    const works = await ask('crossref', '/works?rows=2&cursor=*')
    const cursor = `/works?rows=2&cursor=${encodeURIComponent(JSON.parse(works).message['next-cursor'])}`
    clock.jump(4 * 60_000)
    expect(await ask('crossref', cursor)).toMatch(/"status":"ok"/)
    clock.jump(6 * 60_000)
    expect(await ask('crossref', cursor)).toMatch(/cursor-invalid/)
  })
})

describe('the switchboard', () => {
  const statuses = async ({ upstream }: Stage, count: number, path = oneQuestion['arxiv-api']): Promise<number[]> => {
    const seen = []
    for (let n = 0; n < count; n++) seen.push((await fetch(upstream.origin('arxiv-api') + path)).status)
    return seen
  }
  const refusal: FaultInput = { kind: 'status', status: 418 }

  test('meets the next few, every other one, those from one on, or all until it is cleared', async () => {
    const stage = await staged()
    const { faults } = stage.upstream
    faults.add(refusal, { times: 2 })
    expect(await statuses(stage, 4)).toEqual([418, 418, 200, 200])
    faults.clear()
    faults.add(refusal, { every: 2 })
    expect(await statuses(stage, 5)).toEqual([418, 200, 418, 200, 418])
    faults.clear()
    faults.add(refusal, { after: 1, every: 3, times: 2 })
    expect(await statuses(stage, 9)).toEqual([200, 418, 200, 200, 418, 200, 200, 200, 200])
    faults.clear()
    const all = faults.add(refusal)
    expect(await statuses(stage, 3)).toEqual([418, 418, 418])
    expect(all.hits).toBe(3)
    all.clear()
    expect(await statuses(stage, 1)).toEqual([200])
  })

  test('selects by provider, path, query and whatever else can be told', async () => {
    const stage = await staged()
    const { faults } = stage.upstream
    faults.add(refusal, { providers: ['crossref'] })
    faults.add(refusal, { query: { start: '^10$' } })
    faults.add(refusal, { path: 'nowhere' })
    faults.add(refusal, { matches: ({ query }) => query.get('max_results') === '7' })
    expect(await statuses(stage, 1)).toEqual([200])
    expect(await statuses(stage, 1, '/api/query?search_query=all:x&start=10')).toEqual([418])
    expect(await statuses(stage, 1, '/api/query?search_query=all:x&max_results=7')).toEqual([418])
    expect(await statuses(stage, 1, '/nowhere')).toEqual([418])
    faults.clear('crossref')
    expect(faults.active).toHaveLength(3)
  })

  test('takes faults in a row: refusals, then dropped connections, then nothing', async () => {
    const stage = await staged()
    stage.upstream.faults.add({ kind: 'throttled' }, { times: 2 })
    stage.upstream.faults.add({ kind: 'dropped' }, { times: 1 })
    expect(await statuses(stage, 2)).toEqual([429, 429])
    await expect(fetch(stage.upstream.url('arxiv-api'))).rejects.toThrow()
    expect(await statuses(stage, 1)).toEqual([200])
  })
})

describe('a harvest that meets a fault on its second page', () => {
  const categories = ['cs']
  const expected = idsAsOf(corpus, asOf, categories).sort()
  const window = windowOf('2026-01-01', '2026-02-12')
  const harvest = ({ upstream, clientFor }: Stage) =>
    harvested(arxivOai({ client: clientFor(arxivPolicy), categories, baseUrl: upstream.url('arxiv-oai') }), window)

  const met: FaultInput[] = [
    { kind: 'throttled' },
    { kind: 'throttled', retryAfter: { seconds: 60, as: 'date' } },
    { kind: 'unavailable', retryAfter: { seconds: 0 } },
    { kind: 'error-message', status: 200 },
    { kind: 'error-message', status: 400 },
    { kind: 'truncated' },
    { kind: 'reset' },
    { kind: 'dropped' },
    { kind: 'wrong-type' },
    { kind: 'html-page' },
    { kind: 'wrong-encoding', encoding: 'utf16le' },
    { kind: 'gzip-bomb' },
    { kind: 'entity-bomb' },
    { kind: 'redirect', to: 'http://127.0.0.1:9/' },
    { kind: 'redirect-loop' },
    { kind: 'empty-page' },
    { kind: 'nothing' },
    { kind: 'wrong-total', by: 5 },
    { kind: 'doubled' },
    { kind: 'reversed' },
    { kind: 'expired-token' },
  ]
  test.each(met)('is whole or says why not: $kind', async (fault) => {
    const stage = await staged()
    stage.upstream.faults.add(fault, {
      providers: ['arxiv-oai'],
      after: 1,
      ...(lasting.has(fault.kind) ? {} : { times: 1 }),
    })
    const { ids, error } = await harvest(stage)
    // Two entries of a doubled page stand for one that is missing, which no list without a size shows.
    const lost = fault.kind === 'doubled' ? ids.length - new Set(ids).size : 0
    if (error === null) expect(new Set(ids).size).toBe(expected.length - lost)
    else expect(error).toBeInstanceOf(SourceError)
    expect(expected).toEqual(expect.arrayContaining(ids))
    const { shortestGapMs, mostAtOnce } = stage.upstream.manners('arxiv-api', 'arxiv-oai', 'arxiv-rss')
    expect(shortestGapMs).toBeGreaterThanOrEqual(3_000)
    expect(mostAtOnce).toBe(1)
  })
  const lasting = new Set(['redirect-loop'])

  test('waits as long as it is told, and is whole', async () => {
    const stage = await staged()
    stage.upstream.faults.add({ kind: 'throttled', retryAfter: { seconds: 600 } }, { after: 1, times: 1 })
    const { ids, error } = await harvest(stage)
    expect(error).toBeNull()
    expect(ids.toSorted()).toEqual(expected)
    const [, refused, again] = stage.upstream.requests
    expect(again.at - refused.at).toBeGreaterThanOrEqual(600_000)
  })

  test.each([{ kind: 'hang' }, { kind: 'trickle', chunkBytes: 100, pauseMs: 30_000 }] as FaultInput[])(
    'gives up on it and asks again: $kind',
    async (fault) => {
      const stage = await staged()
      stage.upstream.faults.add(fault, { after: 1, times: 1 })
      const result = harvest(stage)
      while (stage.upstream.requests.length < 2) await turn()
      // A turn at the gate is held, so time stands still unless it is moved.
      while (!stage.upstream.requests[1].aborted) {
        stage.clock.advance(5_000)
        await turn()
      }
      const { ids, error } = await result
      expect(error).toBeNull()
      expect(ids.toSorted()).toEqual(expected)
    },
  )
})

test("a search by arXiv's API whose order or total is a lie is no answer", async () => {
  for (const fault of [{ kind: 'reversed' }, { kind: 'wrong-total', by: 9 }, { kind: 'empty-page' }] as const) {
    const { upstream, clientFor } = await staged()
    upstream.faults.add(fault)
    const api = arxivApi({
      client: clientFor(arxivPolicy),
      categories: ['cs'],
      baseUrl: upstream.url('arxiv-api'),
      pageSize: 50,
    })
    const { error } = await harvested(api, windowOf('2026-01-01', '2026-02-12'))
    expect(error).toMatchObject({ failure: 'contradictory' })
  }
})
