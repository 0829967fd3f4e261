import { afterEach, describe, expect, it } from 'vitest'
import { documentSchema, type WireDocument } from '../../src/http/answers.ts'
import { at, documentsOf, problemOf, serve, storedDocument, type TestServer } from './fakes.ts'

let server: TestServer
afterEach(() => server.close())

const second = storedDocument('2401.01234', { version: 2, comment: '12 pages', doi: '10.1000/x' })
const versions = [
  { version: 1, at: at('2026-01-05T18:00:00Z'), title: 'An older title', abstract: 'An older abstract.' },
  { version: 2, at: at('2026-01-09T12:00:00Z'), title: second.title, abstract: second.abstract },
]

async function documentAt(path: string): Promise<WireDocument> {
  const response = await server.get(path)
  expect(response.status).toBe(200)
  return documentSchema.parse(await response.json())
}

describe('a document', () => {
  it('is sent with all its fields and versions', async () => {
    server = await serve({ documents: documentsOf([second], versions) })
    expect(await documentAt('/v1/documents/2401.01234')).toEqual({
      id: '2401.01234',
      source: 'arxiv',
      sources: ['arxiv'],
      kind: 'paper',
      title: 'A title',
      titleMath: null,
      abstract: 'An abstract.',
      authors: ['Ada Lovelace'],
      categories: ['cs.CL'],
      countries: [],
      fields: [],
      comment: '12 pages',
      doi: '10.1000/x',
      url: 'https://arxiv.org/abs/2401.01234',
      announced: '2026-01-07',
      announcedAt: '2026-01-07T01:00:00.000Z',
      announcedBasis: 'stated',
      submitted: '2026-01-05T18:00:00.000Z',
      updated: '2026-01-09T12:00:00.000Z',
      harvested: '2026-01-08T03:45:00.000Z',
      version: 2,
      withdrawn: false,
      standIn: false,
      requestedVersion: null,
      requestedVersionIsCurrent: null,
      versions: [
        {
          version: 1,
          at: '2026-01-05T18:00:00.000Z',
          title: 'An older title',
          abstract: 'An older abstract.',
          superseded: true,
        },
        { version: 2, at: '2026-01-09T12:00:00.000Z', title: 'A title', abstract: 'An abstract.', superseded: false },
      ],
    })
  })

  it('says whether the version in the path is the current one', async () => {
    server = await serve({ documents: documentsOf([second], versions) })
    expect(await documentAt('/v1/documents/2401.01234v1')).toMatchObject({
      requestedVersion: 1,
      requestedVersionIsCurrent: false,
    })
    expect(await documentAt('/v1/documents/2401.01234v2')).toMatchObject({
      requestedVersion: 2,
      requestedVersionIsCurrent: true,
    })
  })

  it('cannot say so when its source counts no versions', async () => {
    server = await serve({ documents: documentsOf([storedDocument('2401.01234', { version: 0 })]) })
    expect(await documentAt('/v1/documents/2401.01234v3')).toMatchObject({ requestedVersionIsCurrent: null })
  })

  it.each([
    ['math/0306266', 'math/0306266'],
    ['math/0306266', 'math/0306266v1'],
    ['math/0306266', 'math%2F0306266'],
    ['math/0306266', 'math%2f0306266v1'],
    ['math/0306266', 'math.GT/0306266'],
    ['doi:10.1101/2020.01.01.x', 'doi:10.1101/2020.01.01.x'],
    ['doi:10.1101/a(b)c', 'doi%3A10.1101%2Fa(b)c'],
    ['notes: a?b#c%d', encodeURIComponent('notes: a?b#c%d')],
    ['a//b', 'a//b'],
    ['записка №7', encodeURIComponent('записка №7')],
    ['__proto__', '__proto__'],
    ['draftv2', 'draftv2'],
  ])('%s is found at /%s', async (id, path) => {
    server = await serve({ documents: documentsOf([storedDocument(id)]) })
    expect((await documentAt(`/v1/documents/${path}`)).id).toBe(id)
  })

  it('that was withdrawn stays readable and says so', async () => {
    server = await serve({ documents: documentsOf([storedDocument('2401.01234', { withdrawn: true })]) })
    expect((await documentAt('/v1/documents/2401.01234')).withdrawn).toBe(true)
  })

  it('has an ETag', async () => {
    server = await serve({ documents: documentsOf([second], versions) })
    const tag = (await server.get('/v1/documents/2401.01234')).headers.get('etag')!
    expect((await server.get('/v1/documents/2401.01234', { 'If-None-Match': tag })).status).toBe(304)
    expect((await server.get('/v1/documents/2401.01234v1', { 'If-None-Match': tag })).status).toBe(200)
  })
})

describe('no document', () => {
  it.each(['2401.99999', 'math%2F0000000', 'constructor', 'a%00b', '..%2F..%2Fetc%2Fpasswd', '%F0%9F%94%A5'])(
    'is at /%s, and the 404 names what was asked',
    async (path) => {
      server = await serve({ documents: documentsOf([second]) })
      const problem = await problemOf(await server.get(`/v1/documents/${path}`))
      expect(problem).toMatchObject({ status: 404, field: 'id', type: 'urn:freshet:problem:not-found' })
      expect(problem.detail).toContain(decodeURIComponent(path))
    },
  )

  it('is at a version that is not there yet', async () => {
    server = await serve({ documents: documentsOf([second]) })
    const problem = await problemOf(await server.get('/v1/documents/2401.01234v3'))
    expect(problem.status).toBe(404)
    expect(problem.detail).toBe('there is no version 3 of "2401.01234" here; the newest is 2.')
  })
})
