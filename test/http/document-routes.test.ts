import { Cite } from '@citation-js/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppParts } from '../../src/http/app.ts'
import { similarSchema } from '../../src/http/similar.ts'
import { at, documentsOf, hitAt, minute, problemOf, serve, storedDocument, type TestServer } from './fakes.ts'

type Asked = Parameters<AppParts['similar']>
let server: TestServer
let asked: Asked[]
beforeEach(async () => {
  asked = []
  const documents = documentsOf([storedDocument('2401.01234'), storedDocument('math/0306266')])
  server = await serve({
    documents,
    harvestedThrough: () => new Map([['arxiv', at('2026-02-02T20:00:00Z')]]),
    async similar(...call) {
      asked.push(call)
      return call[1].now < at('2026-01-01T00:00:00Z') ? null : { hits: [hitAt(1), hitAt(2)], degraded: [] }
    },
  })
})
afterEach(() => server.close())

describe('papers like a document', () => {
  it('come as hits, with what they rest on', async () => {
    const response = await server.get('/v1/documents/2401.01234v1/similar?limit=2')
    const answer = similarSchema.parse(await response.json())
    expect(answer).toMatchObject({
      id: '2401.01234',
      hits: [{ rank: 1 }, { rank: 2 }],
      asOf: '2026-02-03T09:16:00.000Z',
      reconstruction: null,
      covered: [{ source: 'arxiv', until: '2026-02-02' }],
      degraded: [],
    })
    expect(asked[0].slice(0, 2)).toMatchObject([{ id: '2401.01234' }, { limit: 2, now: minute, past: false }])
    const tag = response.headers.get('etag')!
    expect((await server.get('/v1/documents/2401.01234/similar?limit=2', { 'If-None-Match': tag })).status).toBe(304)
  })

  it('of an id with a slash are found too', async () => {
    for (const id of ['math/0306266', 'math%2F0306266']) {
      expect(await (await server.get(`/v1/documents/${id}/similar`)).json()).toMatchObject({ id: 'math/0306266' })
    }
  })

  it('are those of a past moment where one is asked for, and the answer says that it is a reconstruction', async () => {
    const answer = similarSchema.parse(
      await (await server.get('/v1/documents/2401.01234/similar?as_of=2026-01-31')).json(),
    )
    expect(answer.asOf).toBe('2026-01-31T23:59:59.999Z')
    expect(answer.reconstruction).toMatch(/^Reconstructed as of 2026-01-31T23:59:59.999Z/)
    expect(answer.covered).toEqual([{ source: 'arxiv', until: '2026-01-31' }])
  })

  it.each([
    ['/v1/documents/2401.09999/similar', 404, 'id'],
    ['/v1/documents/2401.01234/similar?as_of=2025-01-01', 404, 'as_of'],
    ['/v1/documents/2401.01234/similar?as_of=2027-01-01', 400, 'as_of'],
    ['/v1/documents/2401.01234/similar?limit=51', 400, 'limit'],
    ['/v1/documents/2401.01234/similar?q=agents', 400, 'q'],
  ])('%s is %i for %s', async (path, status, field) => {
    const response = await server.get(path)
    expect(response.status).toBe(status)
    expect(await problemOf(response)).toMatchObject({ field })
  })
})

describe('a document as a citation', () => {
  it.each([
    ['application/x-bibtex', 'bibtex'],
    ['application/x-research-info-systems', 'ris'],
    ['application/vnd.citationstyles.csl+json', 'csl'],
  ])('as %s is chosen by Accept or by format=%s', async (type, format) => {
    const negotiated = await server.get('/v1/documents/2401.01234', { Accept: `text/html, ${type}` })
    expect(negotiated.headers.get('content-type')).toMatch(type)
    expect(negotiated.headers.get('vary')).toContain('Accept')
    const text = await negotiated.text()
    expect(new Cite(text).data).toMatchObject([{ URL: 'https://arxiv.org/abs/2401.01234' }])
    const linked = await server.get(`/v1/documents/2401.01234?format=${format}`)
    expect(await linked.text()).toBe(text)
    const tag = linked.headers.get('etag')!
    expect((await server.get(`/v1/documents/2401.01234?format=${format}`, { 'If-None-Match': tag })).status).toBe(304)
  })

  it('is not what comes where anything or JSON is accepted', async () => {
    for (const accept of ['*/*', 'application/json', 'text/html,*/*;q=0.8']) {
      const response = await server.get('/v1/documents/2401.01234', { Accept: accept })
      expect(await response.json()).toMatchObject({ id: '2401.01234' })
      expect(response.headers.get('vary')).toContain('Accept')
    }
  })

  it('is refused in forms that there are not, and of documents that there are not', async () => {
    const response = await server.get('/v1/documents/2401.01234', { Accept: 'image/png' })
    expect(response.status).toBe(406)
    expect(await problemOf(response)).toMatchObject({ field: 'Accept', detail: expect.stringMatching(/x-bibtex/) })
    expect((await server.get('/v1/documents/2401.01234?format=endnote')).status).toBe(400)
    expect((await server.get('/v1/documents/2401.09999?format=bibtex')).status).toBe(404)
  })
})
