import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { AppParts } from '../../src/http/app.ts'
import { problemOf, serve, type TestServer } from './fakes.ts'

let server: TestServer
afterEach(() => server.close())

interface Line {
  readonly level: string
  readonly facts: {
    readonly requestId: string
    readonly path: string
    readonly caller: string
    readonly status: number
  }
}

/** A server and the lines of its log; `until` waits for so many of them. */
async function logging(parts: Partial<AppParts> = {}) {
  const lines: Line[] = []
  const waiting = new Set<() => void>()
  const at = (level: string) => (facts: object) => {
    lines.push({ level, facts: facts as Line['facts'] })
    for (const wake of waiting) wake()
  }
  server = await serve({
    log: { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') },
    ...parts,
  })
  const until = (count: number) =>
    new Promise<Line[]>((resolve) => {
      const look = () => lines.length >= count && resolve(lines)
      waiting.add(look)
      look()
    })
  return { until }
}

describe('a request id', () => {
  it('is taken from the caller, and stands in the answer, the problem and every line of the log', async () => {
    const { until } = await logging({ search: () => Promise.reject(new Error('broken')) })
    const response = await server.get('/v1/search?q=agents', { 'X-Request-Id': 'mine-1.2:3' })
    expect(response.headers.get('x-request-id')).toBe('mine-1.2:3')
    expect(await problemOf(response)).toMatchObject({ status: 500, requestId: 'mine-1.2:3' })
    const lines = await until(2)
    expect(lines.map(({ level, facts }) => [level, facts.requestId])).toEqual([
      ['error', 'mine-1.2:3'],
      ['warn', 'mine-1.2:3'],
    ])
  })

  it.each(['', 'a b', 'x'.repeat(129), '"}{'])('is made anew where %j was sent', async (given) => {
    server = await serve()
    const ids = await Promise.all(
      [1, 2].map(async () => (await server.get('/healthz', { 'X-Request-Id': given })).headers.get('x-request-id')),
    )
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(ids[1]).not.toBe(ids[0])
  })
})

describe('the log of requests', () => {
  it('says method, path, status, time and caller, and nothing of what was asked', async () => {
    const { until } = await logging({ apiKeys: ['read:secret-key'] })
    await (await server.get('/v1/search?q=secret+wish', { 'X-API-Key': 'secret-key' })).text()
    const [line] = await until(1)
    expect(line).toMatchObject({ level: 'info', facts: { method: 'GET', path: '/v1/search', status: 200 } })
    expect(line.facts).toMatchObject({ ms: expect.any(Number), caller: expect.stringMatching(/^[0-9a-f]{12}$/) })
    expect(JSON.stringify(line)).not.toContain('secret')
  })

  it('tells what the caller did wrong from what the server could not do, and keeps probes low', async () => {
    const { until } = await logging({ status: () => Promise.reject(new Error('broken')) })
    for (const path of ['/healthz', '/v1/nothing', '/v1/status']) await (await server.get(path)).text()
    const lines = await until(4)
    expect(lines.map(({ level, facts }) => [level, facts.path, facts.status])).toEqual([
      ['debug', '/healthz', 200],
      ['info', '/v1/nothing', 404],
      ['error', '/v1/status', undefined],
      ['warn', '/v1/status', 500],
    ])
  })

  it('says of an answer that nobody waited for that its caller hung up', async () => {
    let begun = () => {}
    const searching = new Promise<void>((resolve) => {
      begun = resolve
    })
    const { until } = await logging({
      search: (_query, _snapshot, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
          begun()
        }),
    })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write('GET /v1/search?q=agents HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await searching
    socket.destroy()
    expect((await until(1))[0]).toMatchObject({ level: 'info', facts: { hungUp: true } })
  })
})

describe('the Host of a request', () => {
  /** fetch writes the Host itself. */
  const statusAt = (path: string, Host: string) =>
    new Promise((resolve, reject) => {
      const asking = request(`${server.url}${path}`, { headers: { Host } }, (response) => {
        resolve(response.resume().statusCode)
      })
      asking.once('error', reject).end()
    })

  // A page of evil.example whose name was rebound to loopback could read saved searches as its own.
  it('must be of this machine or of the settings where there are no keys, and may be any for probes', async () => {
    server = await serve({ corsOrigins: ['https://papers.example:8443'] })
    const { port } = new URL(server.url)
    for (const host of ['localhost', `localhost:${port}`, `127.0.0.1:${port}`, '[::1]', 'papers.example']) {
      expect([host, await statusAt('/v1/status', host)]).toEqual([host, 200])
    }
    for (const host of ['evil.example', `evil.example:${port}`, 'localhost.evil.example', '10.0.0.1', 'a b']) {
      expect([host, await statusAt('/v1/status', host)]).toEqual([host, 403])
    }
    expect(await statusAt('/openapi.json', 'evil.example')).toBe(403)
    expect(await statusAt('/healthz', 'evil.example')).toBe(200)
  })

  it('may be any where there are keys', async () => {
    server = await serve({ apiKeys: ['key'] })
    expect(await statusAt('/openapi.json', 'papers.example')).toBe(200)
    expect(await statusAt('/v1/status', 'papers.example')).toBe(401)
  })
})

describe('headers', () => {
  it('let nothing in an answer run, be framed or be guessed', async () => {
    server = await serve()
    for (const path of ['/v1/search?q=agents', '/nothing', `/${'x'.repeat(9_000)}`]) {
      const { headers } = await server.get(path)
      expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'")
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('x-powered-by')).toBeNull()
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  it('share answers with the origins of the settings and no other', async () => {
    server = await serve({ corsOrigins: ['https://lab.example'], apiKeys: ['key'] })
    const from = (Origin: string) => server.get('/v1/search?q=agents', { Origin, 'X-API-Key': 'key' })
    const known = await from('https://lab.example')
    expect(known.headers.get('access-control-allow-origin')).toBe('https://lab.example')
    expect(known.headers.get('access-control-expose-headers')).toContain('X-Request-Id')
    expect(known.headers.get('access-control-allow-credentials')).toBeNull()
    expect((await from('https://other.example')).headers.get('access-control-allow-origin')).toBeNull()
  })

  it('answer the question that a browser asks first without a key', async () => {
    server = await serve({ corsOrigins: ['https://lab.example'], apiKeys: ['key'] })
    const response = await fetch(`${server.url}/v1/search`, {
      method: 'OPTIONS',
      headers: {
        Origin: 'https://lab.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'X-API-Key, Content-Type',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-headers')).toBe('X-API-Key, Content-Type')
  })
})

describe('the limit of requests', () => {
  it('is each key’s own, and says when it ends', async () => {
    server = await serve({ requestsPerMinute: 2, apiKeys: ['one', 'two'] })
    const ask = (key: string) => server.get('/v1/status', { 'X-API-Key': key })
    const first = await ask('one')
    expect(first.headers.get('ratelimit-policy')).toMatch(/^"requests"; q=2; w=60/)
    expect(first.headers.get('ratelimit')).toMatch(/^"requests"; r=1; t=\d+$/)
    await ask('one')
    const third = await ask('one')
    expect(await problemOf(third)).toMatchObject({ status: 429, type: 'urn:freshet:problem:too-many-requests' })
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await ask('two')).status).toBe(200)
  })

  it('is never of probes, nor of programs of this machine that need no key', async () => {
    server = await serve({ requestsPerMinute: 1 })
    for (const path of ['/healthz', '/healthz', '/v1/status', '/v1/status']) {
      expect((await server.get(path)).status).toBe(200)
    }
  })

  it('is of the address that a proxy on this machine saw, whatever else it was told', async () => {
    server = await serve({ requestsPerMinute: 1 })
    const through = async (forwarded: string) =>
      (await server.get('/v1/status', { 'X-Forwarded-For': forwarded })).status
    expect(await through('203.0.113.7')).toBe(200)
    expect(await through('198.51.100.1, 203.0.113.7')).toBe(429)
    expect(await through('203.0.113.8')).toBe(200)
  })
})
