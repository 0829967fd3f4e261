import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { WireAnswer } from '../../src/http/answers.ts'
import { at, clockNow, minute, problemOf, rankedAnswer, serve, type TestServer } from './fakes.ts'

let server: TestServer
let now = clockNow
beforeEach(async () => {
  now = clockNow
  server = await serve({ clock: { now: () => now } })
})
afterEach(() => server.close())

const path = (parameters: Record<string, string>) => `/v1/search?${new URLSearchParams({ q: 'agents', ...parameters })}`
async function asked(parameters: Record<string, string>): Promise<WireAnswer> {
  const response = await server.get(path(parameters))
  expect(response.status).toBe(200)
  return (await response.json()) as WireAnswer
}

describe('as_of', () => {
  it('a day is its end, an instant is itself, and the answer says which', async () => {
    expect((await asked({ as_of: '2025-11-03' })).asOf).toBe('2025-11-03T23:59:59.999Z')
    expect((await asked({ as_of: '2025-11-03T21:00:30-05:00' })).asOf).toBe('2025-11-04T02:00:30.000Z')
    expect(server.queries).toMatchObject([
      { now: at('2025-11-03T23:59:59.999Z'), past: true },
      { now: at('2025-11-04T02:00:30Z'), past: true },
    ])
    await asked({})
    expect(server.queries[2]).toMatchObject({ now: minute, past: false })
  })

  it('is said to be a reconstruction, and what is covered does not reach beyond it', async () => {
    await server.close()
    server = await serve({ harvestedThrough: () => new Map([['arxiv', at('2026-02-02T20:00:00Z')]]) })
    expect(await asked({})).toMatchObject({
      reconstruction: null,
      covered: [{ source: 'arxiv', until: '2026-02-02' }],
    })
    expect(await asked({ as_of: '2025-11-03' })).toMatchObject({
      reconstruction: expect.stringMatching(/^Reconstructed as of 2025-11-03T23:59:59.999Z/),
      covered: [{ source: 'arxiv', until: '2025-11-03' }],
    })
  })

  it('is answered one at a time, with room for a few to wait, and holds up no other search', async () => {
    await server.close()
    let open = () => {}
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    server = await serve({
      async search(query, snapshot) {
        if (query.past) await gate
        return rankedAnswer(query, snapshot)
      },
    })
    let refuse = (_: Response) => {}
    const refused = new Promise<Response>((resolve) => {
      refuse = resolve
    })
    const past = Array.from({ length: 10 }, async () => {
      const response = await server.get(path({ as_of: '2025-11-03' }))
      if (response.status !== 200) refuse(response)
      return response.status
    })
    const response = await refused
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(server.queries.filter((query) => query.past)).toHaveLength(1)
    expect((await asked({})).reconstruction).toBeNull()
    open()
    expect((await Promise.all(past)).sort()).toEqual([...Array(9).fill(200), 503])
  })

  it('is a field of the body of a POST too', async () => {
    const response = await server.post({ q: 'agents', as_of: '2025-11-03' })
    expect(((await response.json()) as WireAnswer).asOf).toBe('2025-11-03T23:59:59.999Z')
  })

  it('“last week” is the week before that moment', async () => {
    const { query } = await asked({ q: 'agents last week', as_of: '2025-11-05' })
    expect(query.datesRead?.since?.slice(0, 7)).toBe('2025-10')
  })

  it.each(['2199-01-01', new Date(clockNow + 3_600_000).toISOString(), new Date(clockNow).toISOString().slice(0, 10)])(
    'cannot be in the future: %s',
    async (asOf) => {
      const problem = await problemOf(await server.get(path({ as_of: asOf })))
      expect(problem).toMatchObject({
        field: 'as_of',
        detail: expect.stringMatching(/must not lie in the future.*leave as_of out/),
      })
    },
  )

  it('an answer of the past keeps its ETag while time passes', async () => {
    const etagOf = async (parameters: Record<string, string>) =>
      (await server.get(path(parameters))).headers.get('ETag')
    const [then, today] = [await etagOf({ as_of: '2025-11-03' }), await etagOf({})]
    now = at('2026-06-01T00:00:00Z')
    expect(await etagOf({ as_of: '2025-11-03' })).toBe(then)
    expect(await etagOf({})).not.toBe(today)
    expect(await etagOf({ as_of: '2025-11-04' })).not.toBe(then)
    const again = await server.get(path({ as_of: '2025-11-03' }), { 'If-None-Match': then ?? '' })
    expect(again.status).toBe(304)
  })

  it('the next page is of the same moment, and of no other', async () => {
    const { nextCursor } = await asked({ as_of: '2025-11-03' })
    now = at('2026-06-01T00:00:00Z')
    const cursor = nextCursor ?? ''
    expect(await asked({ as_of: '2025-11-03', cursor })).toMatchObject({ asOf: '2025-11-03T23:59:59.999Z' })
    for (const other of [{ cursor }, { as_of: '2025-11-04', cursor }]) {
      expect(await problemOf(await server.get(path(other)))).toMatchObject({ field: 'cursor' })
    }
    const plain = await asked({})
    const mixed = path({ as_of: '2025-11-03', cursor: plain.nextCursor ?? '' })
    expect(await problemOf(await server.get(mixed))).toMatchObject({ field: 'cursor' })
  })
})
