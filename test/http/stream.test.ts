import fc from 'fast-check'
import { applyPatch } from 'rfc6902'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Hit, RankedAnswer } from '../../src/domain/answer.ts'
import { instant } from '../../src/domain/instant.ts'
import type { AppParts } from '../../src/http/app.ts'
import { parseSearch } from '../../src/http/params.ts'
import { patchBetween } from '../../src/http/patch.ts'
import { toWireAnswer } from '../../src/http/wire.ts'
import { hitAt, minute, problemOf, rankedAnswer, serve, snapshotOf, type TestServer } from './fakes.ts'

async function started(overrides: Partial<AppParts> = {}): Promise<TestServer> {
  const server = await serve(overrides)
  onTestFinished(() => server.close())
  return server
}

interface Event {
  readonly event: string
  readonly data: Record<string, unknown>
}

const eventsIn = (text: string): Event[] =>
  text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block)!
      return { event, data: JSON.parse(data) }
    })

const stream = { Accept: 'text/event-stream' }

/** The page that live sources make of another: some hits in other places, some gone, ranks counted anew. */
const withLive = (query: RankedAnswer['query'], hits: readonly Hit[]): RankedAnswer => ({
  ...rankedAnswer(query, snapshotOf(7, 100)),
  hits: hits.map((hit, i) => ({ ...hit, rank: i + 1 })),
  live: [
    {
      source: 'arxiv-api',
      outcome: 'answered',
      reason: null,
      retryAfterMs: null,
      asked: 'all:agents',
      fetchedAt: minute,
      found: 3,
      unheld: 1,
    },
  ],
})

const fromLive = (i: number): Hit => ({ ...hitAt(900 + i), tier: 'live' })

describe('a streamed answer', () => {
  it('is the answer of static and fresh, a patch that makes of it the whole one, and an end', async () => {
    const server = await started({
      async search(query, snapshot, { onFirst }) {
        const first = rankedAnswer(query, snapshot)
        onFirst?.(first)
        return withLive(query, [fromLive(1), ...first.hits.slice(0, 4), fromLive(2), ...first.hits.slice(4, 8)])
      },
    })
    const response = await server.get('/v1/search?q=agents', stream)
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('vary')).toContain('Accept')
    const events = eventsIn(await response.text())
    expect(events.map((one) => one.event)).toEqual(['answer', 'patch', 'done'])
    const [first, patch] = events.map((one) => one.data)
    const { tookMs, ...said } = structuredClone(first)
    expect(tookMs).toMatchObject({ total: expect.any(Number) })
    expect(applyPatch(said, patch as never).every((fault) => fault === null)).toBe(true)
    const { tookMs: _, ...whole } = (await (await server.get('/v1/search?q=agents')).json()) as Record<string, unknown>
    expect(said).toEqual(whole)
  })

  it('has no patch where no source was asked', async () => {
    const server = await started()
    const events = eventsIn(await (await server.get('/v1/search?q=agents', stream)).text())
    expect(events.map((one) => one.event)).toEqual(['answer', 'done'])
    expect(events[0].data.hits).toHaveLength(10)
  })

  it('works for a POST', async () => {
    const server = await started()
    expect(eventsIn(await (await server.post({ q: 'agents' }, stream)).text())).toHaveLength(2)
  })

  it('is JSON for whoever does not ask for a stream', async () => {
    const server = await started()
    for (const Accept of ['*/*', 'application/json', 'text/html', 'application/json, text/event-stream;q=0.5']) {
      const response = await server.get('/v1/search?q=agents', { Accept })
      expect([Accept, response.headers.get('content-type')]).toEqual([Accept, 'application/json; charset=utf-8'])
    }
  })

  it('that cannot begin is a problem document', async () => {
    const server = await started({ search: () => Promise.reject(new TypeError('a bug')) })
    expect(await problemOf(await server.get('/v1/search?q=agents', stream))).toMatchObject({ status: 500 })
    expect(await problemOf(await server.get('/v1/search', stream))).toMatchObject({ status: 400, field: 'q' })
  })

  it('that breaks in the middle ends without “done”, and the answer so far is whole', async () => {
    const server = await started({
      async search(query, snapshot, { onFirst }) {
        onFirst?.(rankedAnswer(query, snapshot))
        throw new TypeError('a bug')
      },
    })
    const response = await server.get('/v1/search?q=agents', stream)
    let text = ''
    await expect(
      (async () => {
        for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk
      })(),
    ).rejects.toThrow()
    expect(eventsIn(text).map((one) => one.event)).toEqual(['answer'])
  })
})

describe('the patch between two answers', () => {
  const { query } = parseSearch({ q: 'agents' }, instant(minute))
  const wire = (hits: readonly Hit[]) =>
    toWireAnswer(withLive(query, hits), { nextCursor: null, covered: [], withdrawn: null })
  const old = Array.from({ length: 10 }, (_, i) => hitAt(i + 1))

  it('applied to the one gives the other, whatever came and went', () => {
    // Hits of the first page keep their order; live ones come anywhere.
    const pages = fc
      .tuple(fc.subarray(old), fc.array(fc.nat(9), { maxLength: 6 }))
      .map(([kept, places]) => places.reduce<Hit[]>((hits, at, i) => hits.toSpliced(at, 0, fromLive(i)), [...kept]))
    fc.assert(
      fc.property(fc.subarray(old), pages, (before, after) => {
        const said = wire(before)
        const patched = structuredClone(said)
        expect(applyPatch(patched, patchBetween(said, wire(after)) as never).filter(Boolean)).toEqual([])
        expect(patched).toEqual(wire(after))
      }),
    )
  })

  it('never writes a hit over another, so that what is being read stays where it is', () => {
    const operations = patchBetween(wire(old), wire([old[0], fromLive(1), ...old.slice(1, 9)]))
    expect(operations.filter(({ op, path }) => op === 'replace' && /^\/hits\/\d+$/.test(path))).toEqual([])
    expect(operations[0]).toEqual({ op: 'remove', path: '/hits/9' })
    expect(operations[1]).toMatchObject({ op: 'add', path: '/hits/1', value: { tier: 'live', rank: 2 } })
  })

  it('is empty between equal answers', () => {
    expect(patchBetween(wire(old), wire(old))).toEqual([])
  })
})
