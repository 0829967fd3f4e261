import fc from 'fast-check'
import { createFreshet, FreshetProblem, type Progress } from 'freshet/client'
import { applyPatch as applyByTheBook } from 'rfc6902'
import { describe, expect, it, onTestFinished } from 'vitest'
import { applyPatch } from '../../src/client/patch.js'
import type { AppParts } from '../../src/http/app.ts'
import { stamp, stampOfTypes } from '../../src/http/openapi/client-types.ts'
import { Refusal } from '../../src/http/problem.ts'
import { documentsOf, hitAt, rankedAnswer, serve, storedDocument } from '../http/fakes.ts'

async function started(overrides: Partial<AppParts> = {}) {
  const server = await serve(overrides)
  onTestFinished(() => server.close())
  return { ...server, freshet: createFreshet({ url: server.url }) }
}

/** Live sources bring one more hit, at the top. */
const withLive: AppParts['search'] = async (query, snapshot, { onFirst }) => {
  const first = rankedAnswer(query, snapshot)
  onFirst?.(first)
  const hits = [{ ...hitAt(900), tier: 'live' as const }, ...first.hits].map((hit, i) => ({ ...hit, rank: i + 1 }))
  return { ...first, hits: hits.slice(0, query.limit), tookMs: { total: 40 } }
}

describe('the client', () => {
  it('has types made of the OpenAPI document as it is; "npm run client" makes them anew', () => {
    expect(stampOfTypes()).toBe(stamp())
  })

  it('searches with every kind of parameter', async () => {
    const { freshet, queries } = await started()
    const answer = await freshet.search({
      q: 'mixture of experts',
      limit: 3,
      category: ['cs.CL', 'cs.LG'],
      freshness: 0.5,
    })
    expect(answer.hits.map((hit) => hit.rank)).toEqual([1, 2, 3])
    expect(queries[0]).toMatchObject({
      text: 'mixture of experts',
      freshness: 0.5,
      filters: { categories: ['cs.CL', 'cs.LG'] },
    })
  })

  it('streams what is known at once, and then the whole answer, in which what stays keeps its identity', async () => {
    const { freshet } = await started({ search: withLive })
    const steps: Progress[] = []
    for await (const step of freshet.stream({ q: 'agents', limit: 5 })) steps.push(step)
    expect(steps).toHaveLength(2)
    const [first, last] = steps
    expect(first).toMatchObject({ whole: false, answer: { hits: expect.not.arrayContaining([{ tier: 'live' }]) } })
    expect(last.whole).toBe(true)
    const { answerId: _, ...whole } = await freshet.search({ q: 'agents', limit: 5 })
    expect(last.answer).toMatchObject(whole)
    expect(last.answer.hits[0].tier).toBe('live')
    expect(last.answer.hits[1].snippet).toBe(first.answer.hits[0].snippet)
  })

  it('throws when a stream breaks off or ends early, after it gave what there was', async () => {
    const { url, freshet } = await started({
      async search(query, snapshot, { onFirst }) {
        onFirst?.(rankedAnswer(query, snapshot))
        throw new Error('broke')
      },
    })
    const broken = freshet.stream({ q: 'agents' })
    expect((await broken.next()).value).toMatchObject({ whole: false })
    await expect(broken.next()).rejects.toThrow(TypeError)

    const early = 'event: answer\ndata: {"hits":[]}\n\n: a comment\n\n'
    const ended = createFreshet({ url, fetch: async () => new Response(early) }).stream({ q: 'agents' })
    expect((await ended.next()).value).toEqual({ whole: false, answer: { hits: [] } })
    await expect(ended.next()).rejects.toMatchObject({ type: 'urn:freshet:problem:cut-off' })
  })

  it('stops the search when nobody listens any more', async () => {
    let stopped: Promise<void> | undefined
    const { freshet } = await started({
      async search(query, snapshot, { onFirst, signal }) {
        const first = rankedAnswer(query, snapshot)
        stopped = new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
        onFirst?.(first)
        await stopped
        return first
      },
    })
    for await (const { whole } of freshet.stream({ q: 'agents' })) {
      expect(whole).toBe(false)
      break
    }
    await stopped
  })

  it('turns the pages of a ranking', async () => {
    const { freshet } = await started()
    const ranks: number[] = []
    for await (const page of freshet.pages({ q: 'agents', limit: 20 })) ranks.push(...page.hits.map((hit) => hit.rank))
    expect(ranks).toEqual(Array.from({ length: 45 }, (_, i) => i + 1))
  })

  it('reads a document whose id holds a slash, its like, and the status', async () => {
    const { freshet } = await started({ documents: documentsOf([storedDocument('math/0306266')]) })
    expect((await freshet.document('math/0306266')).title).toBe('A title')
    expect((await freshet.similar('math/0306266', { limit: 3 })).hits).toHaveLength(1)
    expect((await freshet.status()).store.documents).toBe(3)
  })

  it('throws what is refused, with the field to change', async () => {
    const { freshet } = await started()
    const refused = await freshet.search({ q: 'agents', limit: 1000 }).catch((error) => error)
    expect(refused).toBeInstanceOf(FreshetProblem)
    expect(refused).toMatchObject({
      name: 'FreshetProblem',
      type: 'urn:freshet:problem:invalid-parameter',
      status: 400,
      field: 'limit',
      instance: '/v1/search',
      requestId: expect.stringMatching(/\S/),
      message: expect.stringContaining('limit must be a whole number'),
      retryAfterMs: null,
    })
    const stream = freshet.stream({ q: '' })
    await expect(stream.next()).rejects.toMatchObject({ status: 400, field: 'q' })
    await expect(freshet.document('9999.99999')).rejects.toMatchObject({ status: 404, field: 'id' })
    await expect(freshet.feedback({ answer_id: 'a', document_id: 'b', useful: true })).rejects.toMatchObject({
      status: 404,
    })
  })

  it('says how long to wait', async () => {
    const { freshet } = await started({
      search: () => Promise.reject(new Refusal('unavailable', 'later', { headers: { 'Retry-After': '7' } })),
    })
    await expect(freshet.search({ q: 'agents' })).rejects.toMatchObject({ status: 503, retryAfterMs: 7_000 })
  })

  it('sends its key', async () => {
    const { url } = await started({ apiKeys: ['right'] })
    await expect(createFreshet({ url }).status()).rejects.toMatchObject({ status: 401 })
    expect((await createFreshet({ url, key: 'right' }).status()).name).toBe('freshet')
  })

  it('makes a problem of what a proxy sends', async () => {
    const headers = { 'Retry-After': new Date(Date.now() + 3_600_000).toUTCString() }
    const proxy = async () => new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway', headers })
    const failed = await createFreshet({ url: 'http://freshet.test', fetch: proxy })
      .status()
      .catch((error) => error)
    expect(failed).toMatchObject({ type: 'about:blank', title: 'Bad Gateway', status: 502, field: null })
    expect(failed.retryAfterMs).toBeGreaterThan(3_000_000)
  })
})

describe('a patch', () => {
  it('does what RFC 6902 says, and leaves its target as it was', () => {
    const target = { list: [1, 2, 3], 'a/b~c': { deep: [{ x: 1 }] }, gone: true }
    const value = fc.oneof(fc.integer(), fc.string(), fc.array(fc.integer()), fc.record({ x: fc.integer() }))
    const list = fc.constantFrom('/list/0', '/list/1', '/list/2')
    const operation = fc.oneof(
      fc.record({
        op: fc.constant('add'),
        path: fc.oneof(list, fc.constantFrom('/list/-', '/new')),
        value: value,
      }),
      fc.record({
        op: fc.constant('replace'),
        path: fc.oneof(list, fc.constantFrom('/a~1b~0c/deep/0/x', '/a~1b~0c/deep')),
        value: value,
      }),
      fc.record({ op: fc.constant('remove'), path: fc.constantFrom('/list/0', '/list/1', '/gone') }),
    )
    fc.assert(
      fc.property(operation, operation, (one, other) => {
        const expected = structuredClone(target)
        const faults = applyByTheBook(expected, [one, other] as never)
        fc.pre(faults.every((fault) => fault === null))
        const before = structuredClone(target)
        expect(applyPatch(target, [one, other])).toEqual(expected)
        expect(target).toEqual(before)
      }),
    )
  })
})
