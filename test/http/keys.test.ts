import { Router } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BadSetting } from '../../src/domain/errors.ts'
import { feedbackExample } from '../../src/http/feedback.ts'
import { assertBindable, callerOf, openKeys, roles } from '../../src/http/keys.ts'
import type { Door } from '../../src/http/service.ts'
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
    { Authorization: `Basic ${btoa('reader:first-key')}` },
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
    { Authorization: 'Basic first-key' },
    { Authorization: `Basic ${btoa('first-key:')}` },
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

describe('the role of a key', () => {
  const roleful = ['read:r', 'feedback:f', 'admin:a', 'bare', 'sk-1:2']
  let served: TestServer
  beforeAll(async () => {
    const ladder: Door = ({ guard }) => {
      const router = Router()
      for (const role of roles) {
        router.get(`/for/${role}`, guard(role), (_request, response) => {
          response.json(callerOf(response))
        })
      }
      return router
    }
    served = await serve({ apiKeys: roleful, doors: [ladder] })
  })
  afterAll(() => served.close())

  it.each([
    ['r', [200, 403, 403]],
    ['f', [200, 200, 403]],
    ['a', [200, 200, 200]],
    ['bare', [200, 200, 200]],
    ['sk-1:2', [200, 200, 200]],
    ['read:r', [401, 401, 401]],
  ])('%s opens what its role may do, and what lower roles may', async (key, statuses) => {
    const answers = await Promise.all(roles.map((role) => served.get(`/for/${role}`, { 'X-API-Key': key })))
    expect(answers.map(({ status }) => status)).toEqual(statuses)
  })

  it('that is needed stands in the refusal', async () => {
    const response = await served.get('/for/admin', { Authorization: 'Bearer f' })
    expect(response.headers.get('www-authenticate')).toContain('insufficient_scope')
    expect(await problemOf(response)).toMatchObject({
      type: 'urn:freshet:problem:forbidden',
      status: 403,
      detail: expect.stringMatching(/role admin.*role feedback/),
    })
  })

  it('lets a reader search and see the status, and not judge', async () => {
    const reader = { 'X-API-Key': 'r', 'Content-Type': 'application/json' }
    expect((await served.get('/v1/search?q=agents', reader)).status).toBe(200)
    expect((await served.get('/v1/status', reader)).status).toBe(200)
    const judging = { method: 'POST', headers: reader, body: JSON.stringify(feedbackExample) }
    expect((await fetch(`${served.url}/v1/feedback`, judging)).status).toBe(403)
  })

  it('comes with a name that is the same for the same key and is not the key', async () => {
    const ask = async (headers: Record<string, string>) => (await served.get('/for/read', headers)).json()
    const first = await ask({ 'X-API-Key': 'f' })
    expect(first).toEqual({ name: expect.stringMatching(/^[0-9a-f]{12}$/), role: 'feedback' })
    expect(await ask({ Authorization: 'Bearer f' })).toEqual(first)
    expect(await ask({ 'X-API-Key': 'r' })).not.toEqual(first)
  })

  it('must be one that there is', () => {
    expect(() => openKeys(['amdin:secret'])).toThrow(BadSetting)
    expect(() => openKeys(['amdin:secret'])).toThrow(/amdin.*read, feedback, admin/)
    expect(() => openKeys(['amdin:secret'])).not.toThrow(/secret/)
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
