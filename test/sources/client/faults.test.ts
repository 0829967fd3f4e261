import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { arxivPolicy } from '../../../src/sources/client/http.ts'
import { stage } from '../arxiv-stage.ts'
import { answer, chunkedReset, type Reply, reset } from '../scripted-server.ts'
import { failureOf, gaps, request } from './requests.ts'

const bodyOf = async (incoming: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('a request with a body', () => {
  test('is a POST of JSON, sent anew with every attempt', async () => {
    const sent: unknown[] = []
    const take =
      (then: Reply): Reply =>
      async (response, incoming) => {
        sent.push([incoming.method, incoming.headers['content-type'], await bodyOf(incoming)])
        then(response, incoming)
      }
    const { client, server } = await stage([take(answer(500)), take(answer(200, '[]'))])
    const got = await client.get(`${server.url}/batch`, request({ json: { ids: ['ARXIV:2401.00001'] } }))
    expect(got.body).toBe('[]')
    const once = ['POST', 'application/json', '{"ids":["ARXIV:2401.00001"]}']
    expect(sent).toEqual([once, once])
  })

  test('stays a POST through a 307 and becomes a GET through a 303', async () => {
    for (const [status, method] of [
      [307, 'POST'],
      [308, 'POST'],
      [303, 'GET'],
      [302, 'GET'],
    ] as const) {
      const seen: (string | undefined)[] = []
      const { client, server } = await stage([
        answer(status, '', { location: '/there' }),
        (response, incoming) => {
          seen.push(incoming.method)
          response.end('ok')
        },
      ])
      await client.get(server.url, request({ json: {} }))
      expect(seen).toEqual([method])
    }
  })

  test('is not carried to another origin', async () => {
    const { client, server } = await stage([answer(307, '', { location: 'http://203.0.113.7/' })])
    expect((await failureOf(client, server.url, { json: {} })).failure).toBe('refused')
  })
})

describe('headers of the caller', () => {
  test('are sent, and neither replace our name nor carry a cookie', async () => {
    const { client, server } = await stage([answer(200)])
    await client.get(
      server.url,
      request({ headers: { 'X-API-Key': 'k', 'If-None-Match': '"a"', 'User-Agent': 'another', Cookie: 'c=1' } }),
    )
    expect(server.requests[0].headers).toMatchObject({
      'x-api-key': 'k',
      'if-none-match': '"a"',
      'user-agent': 'freshet-test/0 (mailto:nobody@example.org)',
    })
    expect(server.requests[0].headers.cookie).toBeUndefined()
  })

  test('a cookie that a server sets is not sent back', async () => {
    const { client, server } = await stage([answer(302, '', { location: '/b', 'set-cookie': 'id=1' }), answer(200)])
    await client.get(server.url, request())
    expect(server.requests[1].headers.cookie).toBeUndefined()
  })

  test('nothing changed is an answer like any other', async () => {
    const { client, server } = await stage([answer(304, '', { etag: '"a"', 'content-encoding': 'gzip' })])
    const got = await client.get(server.url, request({ headers: { 'if-none-match': '"a"' } }))
    expect(got).toMatchObject({ status: 304, body: '' })
    expect(got.headers.get('etag')).toBe('"a"')
  })
})

describe('an urgent request', () => {
  test('has one attempt, whatever the policy allows', async () => {
    const { client, server, troubles } = await stage([answer(500), answer(200)])
    const error = await failureOf(client, server.url, { urgent: true, deadlineMs: 60_000 })
    expect(error.failure).toBe('server-error')
    expect(server.requests).toHaveLength(1)
    // Nothing follows that somebody would have to be told of meanwhile.
    expect(troubles).toEqual([])
  })

  test('is refused at once when its turn cannot come in time, with the time of the next', async () => {
    const { client, server, clock } = await stage([answer(200), answer(200)])
    await client.get(server.url, request())
    const before = clock.now()
    const error = await failureOf(client, server.url, { urgent: true, deadlineMs: 1_500 })
    expect(error).toMatchObject({ failure: 'rate-limited', source: 'arxiv-test', retryAfterMs: 3_000 })
    expect(clock.now()).toBe(before)
    expect((await client.get(server.url, request({ urgent: true, deadlineMs: 5_000 }))).status).toBe(200)
    expect(clock.now() - before).toBe(3_000)
  })

  test('goes before a harvest that waits', async () => {
    const { client, server } = await stage([answer(200), answer(200), answer(200)])
    await client.get(server.url, request())
    const harvest = client.get(`${server.url}/harvest`, request())
    const live = client.get(`${server.url}/live`, request({ urgent: true, deadlineMs: 10_000 }))
    await Promise.all([harvest, live])
    expect(server.requests.map((one) => one.path)).toEqual(['/', '/live', '/harvest'])
  })

  test('is not made while the provider is left alone, and says until when', async () => {
    const { client, server, clock, gate } = await stage([...Array(5).fill(answer(500)), answer(200, 'well again')])
    await failureOf(client, server.url)
    const until = gate.state('arxiv').pausedUntil
    expect(until).toBe(clock.now() + 30_000)
    const error = await failureOf(client, server.url, { urgent: true, deadlineMs: 1_500 })
    // The backoff of the fifth attempt is longer than the first pause.
    expect(error).toMatchObject({ failure: 'paused', source: 'arxiv-test', retryAfterMs: 43_000 })
    expect(error.message).toContain(new Date(until!).toISOString())
    expect(server.requests).toHaveLength(5)
    const before = clock.now()
    expect((await client.get(server.url, request())).body).toBe('well again')
    expect(clock.now() - before).toBe(43_000)
    expect(gate.state('arxiv')).toMatchObject({ failures: 0, pausedUntil: null })
  })
})

describe('what counts against a provider', () => {
  const drop: Reply = (response) => response.destroy()
  const once = { ...arxivPolicy, attempts: 1 }

  test.each([
    ['a broken connection', drop, 1],
    ['a server error', answer(502), 1],
    ['a 429', answer(429), 0],
    ['a 503 that says when to come back', answer(503, '', { 'retry-after': '7' }), 0],
    ['a client error', answer(404), 0],
    ['a body that is too large', answer(200, 'x'.repeat(10_001)), 0],
    ['a picture', answer(200, 'png', { 'content-type': 'image/png' }), 0],
  ])('%s', async (_name, reply, failures) => {
    const { client, server, gate } = await stage([reply], once)
    await client.get(server.url, request()).catch(() => undefined)
    expect(gate.state('arxiv').failures).toBe(failures)
  })

  test('a hang does; a caller with little patience does not', async () => {
    const hang: Reply = () => clock.advance(arxivPolicy.attemptMs)
    const { client, server, clock, gate } = await stage([hang, () => clock.advance(1_500)], once)
    await failureOf(client, server.url)
    expect(gate.state('arxiv').failures).toBe(1)
    clock.advance(60_000)
    expect((await failureOf(client, server.url, { urgent: true, deadlineMs: 1_500 })).failure).toBe('timeout')
    expect(gate.state('arxiv').failures).toBe(1)
  })
})

describe('a body that came damaged', () => {
  const whole = gzipSync(JSON.stringify({ title: 'x'.repeat(5_000), noise: Math.PI }))
  const cut = whole.subarray(0, whole.length - 12)
  const gzipped = { 'content-encoding': 'gzip' }

  test.each([
    ['shorter than it said', reset('{"title": "x')],
    ['with its last chunk missing', chunkedReset('{"title": "x')],
    ['with its gzip stream cut off', answer(200, cut, gzipped)],
    [
      'with its brotli stream cut off',
      answer(200, brotliCompressSync('y'.repeat(9_000)).subarray(0, 9), { 'content-encoding': 'br' }),
    ],
  ])('%s is a failed connection and is asked for again', async (_name, reply) => {
    const { client, server, gate, troubles } = await stage([reply, answer(200, '{}')])
    expect((await client.get(server.url, request())).body).toBe('{}')
    expect(troubles.map((one) => one.failure)).toEqual(['unreachable'])
    expect(gaps(gate.starts)[0]).toBeGreaterThan(3_000)
  })

  test('that cannot be unpacked, or in a packing we did not ask for, is unreadable', async () => {
    const damaged = Buffer.from(whole)
    damaged[20] ^= 0xff
    for (const reply of [
      answer(200, damaged, gzipped),
      answer(200, 'plain after all', gzipped),
      answer(200, 'x', { 'content-encoding': 'zstd' }),
      answer(200, 'x', { 'content-encoding': 'gzip, gzip' }),
    ]) {
      const { client, server } = await stage([reply])
      expect((await failureOf(client, server.url)).failure).toBe('unreadable')
      expect(server.requests).toHaveLength(1)
    }
  })

  test('is what its bytes are where its packing has a name that no packing has', async () => {
    for (const name of ['none', 'utf-8', 'binary']) {
      for (const body of ['{"a":1}', gzipSync('{"a":1}')]) {
        const { client, server } = await stage([answer(200, body, { 'content-encoding': name })])
        expect((await client.get(server.url, request())).body).toBe('{"a":1}')
      }
      const { client, server } = await stage([answer(200, '', { 'content-encoding': name })])
      expect((await client.get(server.url, request())).body).toBe('')
    }
  })

  test('brotli is unpacked', async () => {
    const { client, server } = await stage([answer(200, brotliCompressSync('{"a":1}'), { 'content-encoding': 'br' })])
    expect((await client.get(server.url, request())).body).toBe('{"a":1}')
    expect(server.requests[0].headers['accept-encoding']).toBe('gzip, br')
  })
})

describe('a body that is no text', () => {
  test.each([
    ['image/png', Buffer.from([0x89, 0x50])],
    ['application/pdf', Buffer.from('%PDF-1.7')],
    ['application/octet-stream', Buffer.from([1, 0, 2, 0, 0])],
    ['text/xml', Buffer.from([0x50, 0x4b, 3, 4, 0, 0])],
  ])('is unreadable: %s', async (type, bytes) => {
    const { client, server } = await stage([answer(200, bytes, { 'content-type': type })])
    expect((await failureOf(client, server.url)).failure).toBe('unreadable')
  })

  test.each([
    ['text in any type, for its reader to judge', 'text/html', Buffer.from('<feed/>')],
    ['a feed that is said to be bytes', 'application/octet-stream', Buffer.from('<feed/>')],
    ['UTF-16 with a mark', 'text/xml', Buffer.from('\ufeff<feed/>', 'utf16le')],
    ['UTF-16 without', 'text/xml', Buffer.from('<feed/>', 'utf16le')],
    ['Latin-1', 'text/xml', Buffer.from('<p>é</p>', 'latin1')],
  ])('does not mean %s', async (_name, type, bytes) => {
    const { client, server } = await stage([answer(200, bytes, { 'content-type': type })])
    expect(Buffer.from((await client.get(server.url, request())).bytes)).toEqual(bytes)
  })
})

describe('a body that comes slowly', () => {
  /** Sends a byte every `everyMs` of virtual time, for ever. */
  const trickle =
    (clock: { advance(ms: number): void }, everyMs: number): Reply =>
    (response) => {
      response.writeHead(200)
      response.on('close', () => clearInterval(timer))
      const timer = setInterval(() => {
        response.write('x')
        clock.advance(everyMs)
      }, 1)
    }

  test('is given up after the longest attempt, however steadily it drips, and asked for again', async () => {
    const drip: Reply = (response, incoming) => trickle(clock, 1_000)(response, incoming)
    const { client, server, clock, gate } = await stage([drip, answer(200, '{}')])
    const before = clock.now()
    expect((await client.get(server.url, request())).body).toBe('{}')
    expect(gate.starts[1] - before).toBeGreaterThan(arxivPolicy.attemptMs)
    expect(gate.starts[1] - before).toBeLessThan(arxivPolicy.attemptMs + 20_000)
  })

  test('is given up at the deadline of a query', async () => {
    const drip: Reply = (response, incoming) => trickle(clock, 100)(response, incoming)
    const { client, server, clock } = await stage([drip])
    const before = clock.now()
    expect((await failureOf(client, server.url, { urgent: true, deadlineMs: 1_500 })).failure).toBe('timeout')
    expect(clock.now() - before).toBeLessThanOrEqual(1_600)
  })
})

describe('a clock that jumps', () => {
  test.each([-86_400_000, 86_400_000])(
    'by %i ms during a pause loses no request and keeps the pause',
    async (jumpMs) => {
      const { client, server, clock } = await stage([answer(429, '', { 'retry-after': '60' }), answer(200, 'at last')])
      let awakeMs = 0
      const watch = async () => {
        for (; server.requests.length < 2; awakeMs += 1_000) await clock.sleep(1_000)
      }
      void clock.sleep(20_000).then(() => clock.jump(jumpMs))
      const [got] = await Promise.all([client.get(server.url, request({ deadlineMs: 3 * 86_400_000 })), watch()])
      expect(got.body).toBe('at last')
      // Ahead, the pause is over by every clock there is; back, it is neither shorter nor a day longer.
      if (jumpMs < 0) expect(awakeMs).toBeGreaterThanOrEqual(59_000)
      expect(awakeMs).toBeLessThanOrEqual(82_000)
    },
  )

  test('ahead during a request neither ends it nor lets the next in early', async () => {
    const jump: Reply = (response) => {
      clock.jump(86_400_000)
      response.end('one')
    }
    const { client, server, clock, gate } = await stage([jump, answer(200, 'two')])
    await client.get(server.url, request())
    await client.get(server.url, request())
    expect(server.requests).toHaveLength(2)
    expect(gate.starts).toHaveLength(2)
  })
})
