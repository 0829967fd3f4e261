import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rules } from '../../src/http/schemas.ts'
import { documentsOf, serve, storedDocument, type TestServer } from './fakes.ts'

let server: TestServer
beforeAll(async () => {
  server = await serve({ documents: documentsOf([storedDocument('2401.01234')]) })
})
afterAll(() => server.close())

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('since 2024', '-agents', '"a" -"b"', '2026-01-01', '10', '1e3', 'auto', 'NaN', '__proto__', 'v1', ''),
)
const name = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...Object.keys(rules)) }, { weight: 1, arbitrary: text })
const numRuns = 200

/** Good or refused, but never broken: a JSON object, no stack, and a field wherever a parameter is refused. */
async function expectSane(response: Response) {
  const body = await response.text()
  expect(response.status, body).toBeLessThan(500)
  expect(body).not.toMatch(/node_modules|\.ts:\d|\n\s+at /)
  const read = JSON.parse(body)
  if (response.status !== 200) expect(read).toMatchObject({ status: response.status, detail: expect.any(String) })
  if (response.status === 400) expect(read.field).toEqual(expect.any(String))
}

describe('whatever is sent, the answer is a result or a refusal', { timeout: 30_000 }, () => {
  it('parameters with any names and values', async () => {
    const parameters = fc.array(fc.tuple(name, text), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(text, parameters, async (q, others) => {
        await expectSane(await server.get(`/v1/search?${new URLSearchParams([['q', q], ...others])}`))
      }),
      { numRuns },
    )
  })

  it('any query string', async () => {
    const raw = fc.string({ unit: fc.constantFrom(...'abq0159%&=+;[].,-"\'*(){}<>?/\\~|^`:'), maxLength: 80 })
    await fc.assert(
      fc.asyncProperty(raw, async (query) => {
        await expectSane(await server.get(`/v1/search?${query}`))
        await expectSane(await server.get(`/v1/search?q=a&${query}`))
      }),
      { numRuns },
    )
  })

  it('any JSON body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (body) => expectSane(await server.post(body))),
      { numRuns },
    )
  })

  it('a body with the right names and any values', async () => {
    const fields = fc.dictionary(name, fc.oneof(text, fc.jsonValue(), fc.double(), fc.array(text, { maxLength: 3 })))
    await fc.assert(
      fc.asyncProperty(text, fields, async (q, others) => expectSane(await server.post({ q, ...others }))),
      { numRuns },
    )
  })

  it('any bytes as a body', async () => {
    const headers = { 'Content-Type': 'application/json' }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await expectSane(await fetch(`${server.url}/v1/search`, { method: 'POST', headers, body: Buffer.from(bytes) }))
      }),
      { numRuns },
    )
  })

  it('any path of a document', async () => {
    const raw = fc.string({ unit: fc.constantFrom(..."ab01%2F/.v:;,()&=+@!$*'~-"), minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(raw, async (path) => expectSane(await server.get(`/v1/documents/${path}`))),
      { numRuns },
    )
  })

  it('any cursor', async () => {
    const cursor = fc.oneof(
      text,
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    )
    await fc.assert(
      fc.asyncProperty(cursor, async (given) => {
        await expectSane(await server.get(`/v1/search?${new URLSearchParams({ q: 'agents', cursor: given })}`))
      }),
      { numRuns },
    )
  })
})
