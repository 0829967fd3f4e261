import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { Seq } from '../../src/domain/document.ts'
import { CursorExpired, InvalidQuery } from '../../src/domain/errors.ts'
import type { GenerationId } from '../../src/domain/generation.ts'
import { instant } from '../../src/domain/instant.ts'
import type { WireAnswer } from '../../src/http/answers.ts'
import type { AppParts } from '../../src/http/app.ts'
import { checkCursor, decodeCursor, encodeCursor } from '../../src/http/cursor.ts'
import { parseSearch } from '../../src/http/params.ts'
import { candidateDepth } from '../../src/retrieval/request.ts'
import {
  at,
  candidatesOfFake,
  clockNow,
  minute,
  problemOf,
  rankedAnswer,
  readerOf,
  serve,
  snapshotOf,
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

async function page(server: TestServer, parameters: Record<string, string>): Promise<WireAnswer> {
  const response = await server.get(`/v1/search?${new URLSearchParams({ q: 'agents', ...parameters })}`)
  expect(response.status).toBe(200)
  return (await response.json()) as WireAnswer
}

describe('pages', () => {
  it('follow each other without overlap or gap to the last candidate', async () => {
    const server = await started()
    const ranks: number[] = []
    let cursor: string | null = null
    do {
      const answer: WireAnswer = await page(server, { limit: '20', ...(cursor === null ? {} : { cursor }) })
      ranks.push(...answer.hits.map((hit) => hit.rank))
      cursor = answer.nextCursor
    } while (cursor !== null)
    expect(ranks).toEqual(Array.from({ length: candidatesOfFake }, (_, i) => i + 1))
  })

  it('go no deeper than the candidates that each ranker brings', async () => {
    const server = await started({
      search: async (query, snapshot) => rankedAnswer(query, snapshot, { candidates: 700, hits: [] }),
    })
    const limit = String(candidateDepth / 2 - 10)
    const first = await page(server, { limit })
    const second = await page(server, { limit, cursor: first.nextCursor! })
    const third = await page(server, { limit, cursor: second.nextCursor! })
    expect(server.queries.map((query) => query.limit)).toEqual([Number(limit), Number(limit), 20])
    expect(third.nextCursor).toBeNull()
  })

  it('may differ in size, in explanation and in facets', async () => {
    const server = await started()
    const { nextCursor } = await page(server, { limit: '3' })
    const second = await page(server, { limit: '2', explain: 'true', facets: 'true', cursor: nextCursor! })
    expect(second.hits.map((hit) => hit.rank)).toEqual([4, 5])
    expect(second.hits[0].explain).toBeDefined()
  })

  it('are all of the moment of the first, in what is asked and in what dates mean', async () => {
    let now = clockNow
    const server = await started({ clock: { now: () => now } })
    const first = await page(server, { q: 'agents last week' })
    now = at('2026-02-09T00:00:00Z')
    await page(server, { q: 'agents last week', cursor: first.nextCursor! })
    expect(server.queries.map((query) => query.now)).toEqual([minute, minute])
    expect(server.queries[1].dates).toEqual(server.queries[0].dates)
    expect(server.queries[0].dates).not.toBeNull()
  })

  it('see the generation and the changes of the first, after a swap too', async () => {
    let reader = readerOf(snapshotOf(7, 100))
    const server = await started({
      reader: { snapshot: () => reader.snapshot(), snapshotOf: (id) => reader.snapshotOf(id) },
    })
    const first = await page(server, {})
    reader = readerOf(snapshotOf(8, 130), snapshotOf(7, 120))
    const second = await page(server, { cursor: first.nextCursor! })
    expect([second.generation, second.mark]).toEqual([7, 100])
    const third = await page(server, { cursor: second.nextCursor! })
    expect([third.generation, third.mark]).toEqual([7, 100])
  })

  it('work before there is any generation', async () => {
    const server = await started({ reader: readerOf(snapshotOf(null, 40)) })
    const first = await page(server, {})
    const second = await page(server, { cursor: first.nextCursor! })
    expect([second.generation, second.mark, second.hits[0].rank]).toEqual([null, 40, 11])
  })
})

describe('a cursor is refused', () => {
  const changes: Record<string, string>[] = [
    { q: 'other agents' },
    { mode: 'fresh' },
    { sort: 'date' },
    { fusion: 'rrf' },
    { freshness: 'off' },
    { since: '2026-01-01' },
    { until: '2026-01-01' },
    { category: 'cs.CL' },
    { source: 'arxiv' },
    { author: 'Ada' },
  ]
  it.each(changes)('with a changed search: %o', async (change) => {
    const server = await started()
    const { nextCursor } = await page(server, {})
    const parameters = new URLSearchParams({ q: 'agents', ...change, cursor: nextCursor! })
    const problem = await problemOf(await server.get(`/v1/search?${parameters}`))
    expect(problem).toMatchObject({ status: 400, field: 'cursor' })
    expect(problem.detail).toContain('another search')
  })

  it('without its search', async () => {
    const server = await started()
    const { nextCursor } = await page(server, {})
    expect(await problemOf(await server.get(`/v1/search?cursor=${nextCursor}`))).toMatchObject({
      status: 400,
      field: 'q',
    })
  })

  it.each([
    ['its generation is no longer held', readerOf(snapshotOf(9, 500), snapshotOf(8, 400))],
    ['the store was restored since', readerOf(snapshotOf(7, 100, 'store-b'))],
    ['the changes it saw are gone', readerOf(snapshotOf(7, 99))],
  ])('as expired when %s', async (_why, later) => {
    let reader = readerOf(snapshotOf(7, 100))
    const server = await started({
      reader: { snapshot: () => reader.snapshot(), snapshotOf: (id) => reader.snapshotOf(id) },
    })
    const { nextCursor } = await page(server, {})
    reader = later
    const problem = await problemOf(await server.get(`/v1/search?q=agents&cursor=${nextCursor}`))
    expect(problem).toMatchObject({ status: 410, field: 'cursor', type: 'urn:freshet:problem:cursor-expired' })
  })

  it('as expired when the clock was set back behind it', () => {
    const { query } = parseSearch({ q: 'agents' }, minute)
    const cursor = encodeCursor({ ...place, now: minute }, query)
    expect(() => parseSearch({ q: 'agents', cursor }, instant(minute - 60_000))).toThrow(CursorExpired)
  })

  it.each([-1, candidateDepth, 1e9, 1.5])('when its offset is %d', (offset) => {
    const { query } = parseSearch({ q: 'agents' }, minute)
    expect(() => decodeCursor(encodeCursor({ ...place, offset }, query))).toThrow(InvalidQuery)
  })
})

const place = { generation: 7 as GenerationId, store: 'store-a', mark: 100 as Seq, now: minute, offset: 10, shown: 10 }

describe('the text of a cursor', () => {
  const { query } = parseSearch({ q: 'agents' }, minute)

  it('gives back what was put in', () => {
    const places = fc.record({
      generation: fc.option(fc.integer({ min: 1 }).map((id) => id as GenerationId)),
      store: fc.option(fc.string()),
      mark: fc.nat().map((mark) => mark as Seq),
      now: fc.nat().map(instant),
      offset: fc.integer({ min: 0, max: candidateDepth - 1 }),
      shown: fc.integer({ min: 1, max: 100 }),
    })
    fc.assert(
      fc.property(places, (made) => {
        const read = decodeCursor(encodeCursor(made, query))
        expect(read).toMatchObject(made)
        expect(() => checkCursor(read, query)).not.toThrow()
      }),
    )
  })

  it('can be put in an address as it is', () => {
    expect(encodeCursor(place, query)).toMatch(/^[\w-]{20,400}$/)
  })

  it('is never accepted with one character changed, added or missing', () => {
    const text = encodeCursor(place, query)
    const edits = fc.record({
      at: fc.nat(text.length - 1),
      put: fc.constantFrom('', 'A', 'z', '9', '_', '=', ' ', 'AA'),
    })
    fc.assert(
      fc.property(edits, ({ at: index, put }) => {
        const edited = text.slice(0, index) + put + text.slice(index + 1)
        fc.pre(edited !== text)
        expect(() => parseSearch({ q: 'agents', cursor: edited }, minute)).toThrow(/cursor/)
      }),
      { numRuns: 500 },
    )
  })
})
