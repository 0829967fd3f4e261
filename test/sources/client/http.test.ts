import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { arxivPolicy } from '../../../src/sources/client/http.ts'
import { stage } from '../arxiv-stage.ts'
import { answer, type Reply, reset } from '../scripted-server.ts'
import { failureOf, gaps, request } from './requests.ts'

describe('a polite request', () => {
  test('names product and contact, says what it accepts, and hands back status, headers, text and address', async () => {
    const { client, server } = await stage([answer(200, 'héllo', { 'x-thing': 'yes' })])
    const got = await client.get(`${server.url}/oai?verb=Identify`, request())
    expect(got).toMatchObject({ status: 200, body: 'héllo', url: `${server.url}/oai?verb=Identify` })
    expect(got.headers.get('x-thing')).toBe('yes')
    expect(server.requests[0].headers).toMatchObject({
      'user-agent': 'freshet-test/0 (mailto:nobody@example.org)',
      accept: 'text/xml',
    })
  })

  test('requests of one provider start at least three seconds apart and share one connection', async () => {
    const { client, server, gate } = await stage([1, 2, 3, 4].map((n) => answer(200, `${n}`)))
    const got = await Promise.all([1, 2, 3, 4].map(() => client.get(server.url, request())))
    expect(got.map((one) => one.body).sort()).toEqual(['1', '2', '3', '4'])
    expect(gate.starts).toHaveLength(4)
    expect(Math.min(...gaps(gate.starts))).toBeGreaterThanOrEqual(3_000)
    expect(server.connections()).toBe(1)
  })

  test('a gzipped body is unpacked', async () => {
    const { client, server } = await stage([answer(200, gzipSync('unpacked'), { 'content-encoding': 'gzip' })])
    expect((await client.get(server.url, request())).body).toBe('unpacked')
  })

  test('a client error is an answer like any other and is not asked again', async () => {
    const { client, server } = await stage([answer(404, 'no such thing')])
    expect(await client.get(server.url, request())).toMatchObject({ status: 404, body: 'no such thing' })
    expect(server.requests).toHaveLength(1)
  })

  test('each hop of a redirect waits for a turn of its own', async () => {
    const { client, server, gate } = await stage([answer(301, '', { location: '/there?x=1' }), answer(200, 'here')])
    expect(await client.get(`${server.url}/from`, request())).toMatchObject({
      body: 'here',
      url: `${server.url}/there?x=1`,
    })
    expect(server.requests.map((one) => one.path)).toEqual(['/from', '/there'])
    expect(gaps(gate.starts)).toEqual([3_000])
  })

  test('redirects in a circle end as refused', async () => {
    const { client, server } = await stage(Array(9).fill(answer(302, '', { location: '/again' })))
    expect((await failureOf(client, server.url)).failure).toBe('refused')
    expect(server.requests.length).toBeLessThan(9)
  })
})

describe('a provider that asks for patience', () => {
  test('429 with Retry-After in seconds is tried again no earlier than that', async () => {
    const { client, server, gate } = await stage([
      answer(429, 'Rate exceeded.', { 'retry-after': '40' }),
      answer(200, 'at last'),
    ])
    expect((await client.get(server.url, request())).body).toBe('at last')
    expect(gaps(gate.starts)).toEqual([40_000])
  })

  test('a Retry-After date counts from the injected clock', async () => {
    const { client, server, gate } = await stage([
      answer(503, '', { 'retry-after': 'Mon, 02 Mar 2026 12:01:15 GMT' }),
      answer(200, 'at last'),
    ])
    await client.get(server.url, request())
    expect(gaps(gate.starts)).toEqual([75_000])
  })

  // arXiv's OAI server sends exactly this.
  test('503 with Retry-After 0 still backs off', async () => {
    const { client, server, gate } = await stage([answer(503, '', { 'retry-after': '0' }), answer(200, 'at last')])
    await client.get(server.url, request())
    expect(gaps(gate.starts)[0]).toBeGreaterThan(3_000)
  })

  test('pauses grow from one attempt to the next, up to the cap', async () => {
    const { client, server, gate } = await stage(Array(5).fill(answer(500, 'oops')))
    const error = await failureOf(client, server.url)
    expect(error).toMatchObject({ failure: 'server-error', source: 'arxiv-test', retryAfterMs: null })
    expect(gaps(gate.starts)).toEqual([5_500, 8_000, 13_000, 23_000])
    expect(server.requests).toHaveLength(5)
  })

  test('a plain-text "Rate exceeded." sent with 200 is a refusal to serve, not an answer', async () => {
    const { client, server, gate } = await stage([answer(200, 'Rate exceeded.'), answer(200, '<feed/>')])
    expect((await client.get(server.url, request())).body).toBe('<feed/>')
    expect(gaps(gate.starts)[0]).toBeGreaterThan(3_000)
  })

  test('a wait longer than the deadline is not begun, and is told to the caller and to everybody else', async () => {
    const { client, server, gate, clock } = await stage([answer(429, '', { 'retry-after': '3600' })])
    const before = clock.now()
    const error = await failureOf(client, server.url)
    expect(error).toMatchObject({ failure: 'rate-limited', retryAfterMs: 3_600_000 })
    expect(clock.now()).toBe(before)
    expect(gate.pauses).toEqual([3_600_000])
    expect((await failureOf(client, server.url)).failure).toBe('rate-limited')
    expect(server.requests).toHaveLength(1)
  })

  test('the pause of one client binds another client of the same provider', async () => {
    const { client, server, gate } = await stage([
      answer(429, '', { 'retry-after': '60' }),
      answer(200, 'first'),
      answer(200, 'second'),
    ])
    await Promise.all([client.get(server.url, request()), client.get(server.url, request())])
    expect(gaps(gate.starts)).toEqual([60_000, 3_000])
  })
})

describe('a connection that fails', () => {
  test('in the middle of the body is tried again', async () => {
    const { client, server, gate } = await stage([reset('<feed><entry>'), answer(200, '<feed/>')])
    expect((await client.get(server.url, request())).body).toBe('<feed/>')
    expect(gaps(gate.starts)[0]).toBeGreaterThan(3_000)
  })

  test('every time is unreachable in the end', async () => {
    const drop: Reply = (response) => response.destroy()
    const { client, server } = await stage(Array(5).fill(drop))
    expect((await failureOf(client, server.url)).failure).toBe('unreachable')
    expect(server.requests).toHaveLength(5)
  })

  test('by hanging is given up after the longest attempt and tried again', async () => {
    const hang: Reply = () => clock.advance(arxivPolicy.attemptMs)
    const { client, server, clock, gate } = await stage([hang, answer(200, 'awake')])
    expect((await client.get(server.url, request())).body).toBe('awake')
    expect(gaps(gate.starts)[0]).toBeGreaterThan(arxivPolicy.attemptMs)
  })

  test('by hanging until the deadline is a timeout', async () => {
    const hang: Reply = () => clock.advance(20_000)
    const { client, server, clock } = await stage([hang])
    expect((await failureOf(client, server.url, { deadlineMs: 20_000 })).failure).toBe('timeout')
    expect(server.requests).toHaveLength(1)
  })

  test('by stalling in the middle of the body is a timeout too', async () => {
    const stall: Reply = (response) => {
      response.writeHead(200)
      response.write('<feed>', () => clock.advance(20_000))
    }
    const { client, server, clock } = await stage([stall])
    expect((await failureOf(client, server.url, { deadlineMs: 20_000 })).failure).toBe('timeout')
  })

  test('a caller who aborts gets his own reason, and the turn is given back', async () => {
    const controller = new AbortController()
    const reason = new Error('the search is over')
    const { client, server, gate } = await stage([() => controller.abort(reason), answer(200, 'next')])
    await expect(client.get(server.url, request({ signal: controller.signal }))).rejects.toBe(reason)
    await expect(client.get(server.url, request({ signal: controller.signal }))).rejects.toBe(reason)
    expect((await client.get(server.url, request())).body).toBe('next')
    expect(gaps(gate.starts)).toEqual([3_000])
  })

  test('a deadline that passes while waiting for the turn is told as the limit it is', async () => {
    const { client, server } = await stage([answer(200, 'first')])
    await client.get(server.url, request())
    const error = await failureOf(client, server.url, { deadlineMs: 1_000 })
    expect(error.failure).toBe('rate-limited')
    expect(server.requests).toHaveLength(1)
  })
})

describe('a body that cannot be taken', () => {
  test('larger than allowed is refused without another attempt', async () => {
    const { client, server } = await stage([answer(200, 'x'.repeat(10_001))])
    expect((await failureOf(client, server.url)).failure).toBe('too-large')
    expect(server.requests).toHaveLength(1)
  })

  test('larger than allowed once unpacked is refused, however small it came', async () => {
    const bomb = gzipSync('x'.repeat(1_000_000))
    expect(bomb.length).toBeLessThan(10_000)
    const { client, server } = await stage([answer(200, bomb, { 'content-encoding': 'gzip' })])
    expect((await failureOf(client, server.url)).failure).toBe('too-large')
  })

  test('that is not UTF-8 is handed over as bytes and is unreadable as text', async () => {
    const { client, server } = await stage([answer(200, Buffer.from([0x3c, 0xe9, 0x3e]))])
    const got = await client.get(server.url, request())
    expect([...got.bytes]).toEqual([0x3c, 0xe9, 0x3e])
    expect(() => got.body).toThrow(expect.objectContaining({ failure: 'unreadable' }))
  })
})

describe('what errors say', () => {
  const everything = (error: unknown): string =>
    error instanceof Error ? [error.message, error.stack, everything(error.cause)].join('\n') : String(error)

  test('they name the place but never the query', async () => {
    const { client, server } = await stage(Array(5).fill(answer(500)))
    const error = await failureOf(client, `${server.url}/works?api_key=s3cret&mailto=me@example.org`)
    expect(error.message).toContain('/works')
    expect(everything(error)).not.toMatch(/s3cret|me@example/)
  })

  test('an address that fetch would quote in full is refused before', async () => {
    const { client } = await stage([])
    for (const url of ['ftp://example.org/?key=s3cret', 'http://me:s3cret@example.org/', 'not a url s3cret']) {
      const error = await failureOf(client, url)
      expect(error.failure).toBe('refused')
      expect(everything(error)).not.toContain('s3cret')
    }
  })
})
