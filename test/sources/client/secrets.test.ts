import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { SourceError } from '../../../src/domain/errors.ts'
import { firstHop, nextHop } from '../../../src/sources/client/hop.ts'
import { arxivPolicy, type GetRequest } from '../../../src/sources/client/http.ts'
import { stage } from '../arxiv-stage.ts'
import { answer, type Reply, reset, scriptedServer } from '../scripted-server.ts'

const inQuery = 'qu3rys3cret'
const inHeader = 'h3aders3cret'
const secret = new RegExp(`${inQuery}|${inHeader}`)

const request = (changes: Partial<GetRequest> = {}): GetRequest => ({
  signal: new AbortController().signal,
  deadlineMs: 600_000,
  maxBytes: 10_000,
  accept: 'text/xml',
  headers: { authorization: `Bearer ${inHeader}`, 'x-api-key': inHeader },
  ...changes,
})

const raw =
  (text: string): Reply =>
  (response) =>
    response.socket?.end(text)

/** What an impolite server makes of what it was sent. */
const echo = (status: number): Reply =>
  answer(status, `${inQuery} ${inHeader}`, { location: `/${inQuery}?k=${inHeader}` })

describe('keys', () => {
  test.each<[string, readonly Reply[], Partial<GetRequest>]>([
    ['a broken connection', [(response) => response.destroy()], {}],
    ['a body that breaks off', [reset(inHeader)], {}],
    ['a server error', [echo(500)], {}],
    ['a 429', [echo(429)], {}],
    ['a throttled answer', [answer(200, `Rate exceeded. ${inQuery}`)], {}],
    ['an answer that is not HTTP', [raw(`HTP/1.1 ${inQuery} ${inHeader}\r\n\r\n`)], {}],
    ['an answer with a header that is none', [raw(`HTTP/1.1 200 OK\r\n${inHeader}\r\n\r\n`)], {}],
    ['an answer with endless headers', [raw(`HTTP/1.1 200 OK\r\nx: ${inHeader.repeat(9_000)}\r\n\r\n`)], {}],
    ['a length that does not fit', [raw(`HTTP/1.1 200 OK\r\ncontent-length: ${inHeader}\r\n\r\n`)], {}],
    ['a circle of redirects', Array(9).fill(echo(302)), {}],
    ['a redirect to nowhere', [answer(302, '', { location: `ftp://${inQuery}/` })], {}],
    ['a redirect with a password', [answer(302, '', { location: `http://${inQuery}:${inHeader}@example.org/` })], {}],
    ['a redirect into a private network', [answer(302, '', { location: `http://10.0.0.1/?${inQuery}` })], {}],
    ['an error after a redirect', [echo(302), echo(500)], {}],
    ['a picture', [answer(200, inQuery, { 'content-type': `image/${inHeader}` })], {}],
    ['a packing nobody asked for', [answer(200, inQuery, { 'content-encoding': `zstd, ${inHeader}` })], {}],
    ['a packing that is none', [answer(200, inQuery, { 'content-encoding': 'gzip' })], {}],
    ['too large a body', [answer(200, inQuery.repeat(10_000))], {}],
    ['a header that cannot be sent', [], { headers: { 'x-api-key': `${inHeader}\n` } }],
    ['a name of a header that cannot be sent', [], { headers: { [`x ${inHeader}`]: 'x' } }],
  ])('are not in what is said of %s', async (_name, script, changes) => {
    const once = { ...arxivPolicy, attempts: 1 }
    const { client, server, troubles } = await stage(script, once)
    const url = `${server.url}/works?api_key=${inQuery}`
    const error: unknown = await client.get(url, request(changes)).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'SourceError' })
    expect(inspect([error, troubles], { depth: null, showHidden: true })).not.toMatch(secret)
  })

  test('are not in what is said of a turn that was refused, or of a provider that is left alone', async () => {
    const { client, server } = await stage(Array(5).fill(answer(500)), { ...arxivPolicy, attempts: 1 })
    const failures: unknown[] = []
    for (let time = 0; time < 6; time += 1) {
      const url = `${server.url}/?k=${inQuery}`
      failures.push(await client.get(url, request({ deadlineMs: time === 5 ? 1 : 600_000 })).catch((caught) => caught))
      if (time === 0) await client.get(url, request({ deadlineMs: 1 })).catch((caught) => failures.push(caught))
    }
    expect(failures.map((error) => (error as SourceError).failure)).toEqual(
      expect.arrayContaining(['rate-limited', 'paused']),
    )
    expect(inspect(failures, { depth: null, showHidden: true })).not.toMatch(secret)
  })

  test('are not in what is said of a hang, a refused connection, or a name that nobody knows', async () => {
    const missing = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
    const once = { ...arxivPolicy, attempts: 1 }
    const hang: Reply = () => clock.advance(arxivPolicy.attemptMs)
    const { client, server, clock } = await stage([hang], once, {
      allowPrivate: true,
      lookup: (_name, _options, callback) => callback(missing, []),
    })
    for (const place of [server.url, 'http://127.0.0.1:1', 'http://nobody.example.org']) {
      const error: unknown = await client.get(`${place}/?k=${inQuery}`, request()).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ name: 'SourceError' })
      expect(inspect(error, { depth: null, showHidden: true })).not.toMatch(secret)
    }
  })
})

describe('a redirect', () => {
  async function acrossTo(status: number, headers: Record<string, string>) {
    const other = await scriptedServer([answer(200, 'there')])
    const { client, server } = await stage([answer(status, '', { location: other.url })], arxivPolicy, {
      allowPrivate: true,
    })
    await client.get(server.url, request({ headers }))
    await other.close()
    return [server.requests[0].headers, other.requests[0].headers]
  }

  test('to another origin takes no header along but what is of use to nobody else', async () => {
    const [here, there] = await acrossTo(301, {
      Authorization: inHeader,
      'X-API-Key': inHeader,
      'x-anything': inHeader,
      'If-None-Match': '"a"',
    })
    expect(here).toMatchObject({ authorization: inHeader, 'x-api-key': inHeader })
    expect(JSON.stringify(there)).not.toMatch(secret)
    expect(there).toMatchObject({ 'if-none-match': '"a"', accept: 'text/xml' })
    expect(there['x-anything']).toBeUndefined()
  })

  test('within an origin takes them along', async () => {
    const { client, server } = await stage([answer(301, '', { location: '/there' }), answer(200)])
    await client.get(server.url, request())
    expect(server.requests[1].headers).toMatchObject({ 'x-api-key': inHeader })
  })

  test('never leads from https to http, nor to another scheme', () => {
    const from = firstHop('s', 'https://example.org/a', {})
    for (const to of [
      'http://example.org/a',
      'http://other.example/',
      'file:///etc/passwd',
      'data:,x',
      'https://u:p@example.org/',
    ]) {
      expect(() => nextHop('s', from, 302, to)).toThrow(expect.objectContaining({ failure: 'refused' }))
    }
    expect(nextHop('s', from, 302, '//other.example/b')?.url.href).toBe('https://other.example/b')
  })

  test('is one only with a status that redirects and a place to go', () => {
    const from = firstHop('s', 'https://example.org/a', {})
    expect(nextHop('s', from, 304, '/b')).toBeNull()
    expect(nextHop('s', from, 300, '/b')).toBeNull()
    expect(nextHop('s', from, 302, null)).toBeNull()
  })
})
