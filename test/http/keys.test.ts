import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BadSetting } from '../../src/domain/errors.ts'
import { assertBindable } from '../../src/http/keys.ts'
import { problemOf, serve, type TestServer } from './fakes.ts'

let server: TestServer
beforeAll(async () => {
  server = await serve({ apiKeys: ['first-key', 'second-key'] })
})
afterAll(() => server.close())

describe('with API keys set', () => {
  it.each([
    { Authorization: 'Bearer first-key' },
    { authorization: 'bearer second-key' },
    { 'X-API-Key': 'second-key' },
    { Authorization: 'Basic cHJveHk6cHJveHk=', 'X-API-Key': 'first-key' },
  ])('a request with one of them is answered: %o', async (headers) => {
    const response = await server.get('/v1/search?q=agents', headers as Record<string, string>)
    expect(response.status).toBe(200)
    expect(response.headers.get('vary')).toContain('Authorization, X-API-Key')
  })

  it.each([
    {},
    { Authorization: 'Bearer third-key' },
    { Authorization: 'Bearer' },
    { Authorization: 'Bearer first-key second-key' },
    { Authorization: 'first-key' },
    { 'X-API-Key': '' },
    { 'X-API-Key': 'first-ke' },
    { 'X-API-Key': 'first-key,second-key' },
  ])('a request without one is a 401: %o', async (headers) => {
    for (const path of ['/v1/search?q=agents', '/v1/search', '/v1/documents/2401.01234', '/v1/status', '/v1/nothing']) {
      const response = await server.get(path, headers as Record<string, string>)
      expect(await problemOf(response)).toMatchObject({ status: 401, type: 'urn:freshet:problem:unauthorized' })
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="freshet"/)
    }
  })

  it('a key in the address is not one, for addresses are logged', async () => {
    expect((await server.get('/v1/search?q=agents&key=first-key')).status).toBe(401)
  })

  it('health and description stay open', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json']) {
      expect((await server.get(path)).status).toBe(200)
    }
  })

  it('another spelling of the path is no way round', async () => {
    for (const path of ['/V1/status', '//v1/status', '/v1//status', '/v1/status/']) {
      expect((await server.get(path)).status, path).toBeGreaterThanOrEqual(400)
    }
  })
})

describe('where the server may listen', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', '[::1]', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])(
    '%s needs no keys',
    (host) => {
      expect(() => assertBindable(host, [])).not.toThrow()
    },
  )

  it.each([
    '0.0.0.0',
    '::',
    '192.168.1.5',
    '10.0.0.1',
    '128.0.0.1',
    'example.org',
    'localhost.example.org',
    '127.1',
    '',
  ])('%s needs keys, and the refusal says what to set', (host) => {
    expect(() => assertBindable(host, [])).toThrow(BadSetting)
    expect(() => assertBindable(host, [])).toThrow(/FRESHET_API_KEYS.*FRESHET_HOST to 127\.0\.0\.1/)
    expect(() => assertBindable(host, ['a-key'])).not.toThrow()
  })
})
