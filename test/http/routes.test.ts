import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { statusSchema } from '../../src/http/status.ts'
import { problemOf, serve, someStatus, type TestServer } from './fakes.ts'

let server: TestServer
afterEach(() => server.close())

describe('status and health', () => {
  it('status says what it was given, with instants in ISO', async () => {
    server = await serve()
    const response = await server.get('/v1/status')
    const status = statusSchema.parse(await response.json())
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(status.sources[0]).toMatchObject({ state: 'unreachable', failingSince: '2026-02-03T09:16:00.000Z' })
    expect(status.generation).toMatchObject({ id: 7, mark: 1 })
  })

  it('status works before the first generation, and when it takes its time', async () => {
    server = await serve({ status: async () => ({ ...someStatus, generation: null }) })
    expect(statusSchema.parse(await (await server.get('/v1/status')).json()).generation).toBeNull()
  })

  it('healthz is 200 while the process lives; readyz is 503 with the reason until it is ready', async () => {
    let ready = false
    server = await serve({ ready: () => ({ ready, reason: ready ? null : 'the model is loading' }) })
    expect((await server.get('/healthz')).status).toBe(200)
    const early = await server.get('/readyz')
    expect(await problemOf(early)).toMatchObject({ status: 503, detail: 'the model is loading.' })
    ready = true
    const late = await server.get('/readyz')
    expect([late.status, await late.json()]).toEqual([200, { status: 'ready' }])
    // Not being ready yet is no failure.
    expect(server.logged).toEqual([])
  })
})

describe('what is not there', () => {
  it.each([
    '/',
    '/v1',
    '/v1/',
    '/v1/documents',
    '/v1/documents/',
    '/v1/nothing',
    '/v2/search',
    '/V1/SEARCHES',
    '/%',
    '/%00',
  ])('%s is a 404 problem', async (path) => {
    server = await serve()
    const problem = await problemOf(await server.get(path))
    expect(problem).toMatchObject({ type: 'urn:freshet:problem:not-found', status: 404, instance: path })
  })

  it.each([
    ['/v1/search', 'DELETE', 'GET, HEAD, POST'],
    ['/v1/search', 'OPTIONS', 'GET, HEAD, POST'],
    ['/v1/search', 'PUT', 'GET, HEAD, POST'],
    ['/v1/documents/math/0306266', 'POST', 'GET, HEAD'],
    ['/v1/status', 'POST', 'GET, HEAD'],
    ['/healthz', 'PATCH', 'GET, HEAD'],
    ['/readyz', 'DELETE', 'GET, HEAD'],
    ['/openapi.json', 'POST', 'GET, HEAD'],
  ])('%s does not take %s, and says what it takes', async (path, method, allow) => {
    server = await serve()
    const response = await fetch(`${server.url}${path}`, { method })
    expect(await problemOf(response)).toMatchObject({ status: 405 })
    expect(response.headers.get('allow')).toBe(allow)
  })

  it('HEAD is answered like GET, without the body', async () => {
    server = await serve()
    for (const path of ['/v1/search?q=agents', '/v1/status', '/healthz', '/openapi.json']) {
      const response = await fetch(`${server.url}${path}`, { method: 'HEAD' })
      expect([path, response.status, await response.text()]).toEqual([path, 200, ''])
    }
    const bad = await fetch(`${server.url}/v1/search`, { method: 'HEAD' })
    expect([bad.status, await bad.text()]).toEqual([400, ''])
  })
})

describe('the server', () => {
  it('does not say what it is made of', async () => {
    server = await serve()
    const { headers } = await server.get('/v1/search?q=agents')
    expect(headers.get('x-powered-by')).toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it('leaves the query out of problems and of its log', async () => {
    server = await serve({ search: () => Promise.reject(new Error('broken')) })
    const problem = await problemOf(await server.get('/v1/search?q=my+secret+plan'))
    expect(problem.instance).toBe('/v1/search')
    expect(JSON.stringify(server.logged)).not.toContain('secret')
  })

  it('survives a client that hangs up in the middle of a body', async () => {
    server = await serve()
    const { port } = new URL(server.url)
    await new Promise<void>((resolve, reject) => {
      const half = httpRequest({
        port,
        host: '127.0.0.1',
        path: '/v1/search',
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Content-Length': '100' },
      })
      half.on('error', () => resolve())
      half.on('response', () => reject(new Error('half a request was answered')))
      half.write('{"q":', () => setTimeout(() => half.destroy(), 20))
      half.on('close', () => resolve())
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect((await server.get('/v1/search?q=agents')).status).toBe(200)
    expect(server.logged).toEqual([])
  })

  it('survives what is no HTTP', async () => {
    server = await serve()
    const { port } = new URL(server.url)
    const said = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('\u0000\u0001 nonsense\r\n\r\n'))
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('error', () => {})
      socket.on('close', () => resolve(text))
    })
    expect(said).toMatch(/^HTTP\/1\.1 400/)
    expect((await server.get('/healthz')).status).toBe(200)
  })
})
