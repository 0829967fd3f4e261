import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { problemOf, serve, type TestServer } from './fakes.ts'

let server: TestServer
beforeAll(async () => {
  server = await serve()
})
afterAll(() => server.close())

const search = (parameters: Record<string, string>) =>
  `/v1/search?${new URLSearchParams({ q: 'agents', ...parameters })}`

const inAnAddress: readonly (readonly [what: string, path: string, field: string])[] = [
  ['no parameter at all', '/v1/search', 'q'],
  ['an empty q', '/v1/search?q=', 'q'],
  ['a q of spaces', '/v1/search?q=%20%0A', 'q'],
  ['a q of 1001 characters', search({ q: 'a'.repeat(1001) }), 'q'],
  ['a null character', search({ q: 'agents\u0000' }), 'q'],
  ['an escape character', search({ q: 'a\u001b[31m' }), 'q'],
  ['a C1 control character', search({ q: 'a\u0085b' }), 'q'],
  ['a broken percent escape', '/v1/search?q=%', 'q'],
  ['broken UTF-8 alone', '/v1/search?q=%FF%FE', 'q'],
  ['emoji alone', search({ q: '🔥🚀' }), 'q'],
  ['punctuation alone', search({ q: '?!… --- ""' }), 'q'],
  ['FTS5 operators alone', search({ q: '"*" ^ ( ) :' }), 'q'],
  ['an exclusion alone', search({ q: '-agents' }), 'q'],
  ['an excluded phrase alone', search({ q: '-"agents memory"' }), 'q'],
  ['q given twice', '/v1/search?q=a&q=b', 'q'],
  ['limit given twice', '/v1/search?q=a&limit=1&limit=2', 'limit'],
  ['cursor given twice', '/v1/search?q=a&cursor=1&cursor=2', 'cursor'],
  ['an unknown parameter', search({ page: '2' }), 'page'],
  ['an unknown parameter given twice', '/v1/search?q=a&page=1&page=2', 'page'],
  ['a misspelt q', '/v1/search?query=agents', 'query'],
  ['a parameter in the wrong case', search({ Limit: '3' }), 'Limit'],
  ['an object in brackets', '/v1/search?q[a]=b', 'q[a]'],
  ['__proto__', search({ __proto__x: '1' }).replace('__x', '__'), '__proto__'],
  ['__proto__ in brackets', '/v1/search?q=a&__proto__[x]=1', '__proto__[x]'],
  ['constructor', search({ constructor: '1' }), 'constructor'],
  ['toString', '/v1/search?q=a&toString=1&toString=2', 'toString'],
  ['limit 0', search({ limit: '0' }), 'limit'],
  ['a kind that there is not', search({ kind: 'book' }), 'kind'],
  ['no kind at all', search({ kind: '' }), 'kind'],
  ['a country in words', search({ country: 'Switzerland' }), 'country'],
  ['an empty field', search({ field: ' ' }), 'field'],
  ['a negative deadline', search({ deadline_ms: '-1' }), 'deadline_ms'],
  ['a deadline of minutes', search({ deadline_ms: '60000' }), 'deadline_ms'],
  ['a deadline with a unit', search({ deadline_ms: '2s' }), 'deadline_ms'],
  ['a max_age of a week', search({ max_age: '604800' }), 'max_age'],
  ['a max_age in words', search({ max_age: 'fresh' }), 'max_age'],
  ['limit 101', search({ limit: '101' }), 'limit'],
  ['limit 10^9', search({ limit: '1000000000' }), 'limit'],
  ['a limit beyond all numbers', search({ limit: '9'.repeat(400) }), 'limit'],
  ['a negative limit', search({ limit: '-1' }), 'limit'],
  ['a broken limit', search({ limit: '1.5' }), 'limit'],
  ['a limit in words', search({ limit: 'ten' }), 'limit'],
  ['a limit in hexadecimal', search({ limit: '0x10' }), 'limit'],
  ['an empty limit', search({ limit: '' }), 'limit'],
  ['an unknown mode', search({ mode: 'fastest' }), 'mode'],
  ['a mode in capitals', search({ mode: 'AUTO' }), 'mode'],
  ['an unknown sort', search({ sort: 'price' }), 'sort'],
  ['an unknown fusion', search({ fusion: 'sum' }), 'fusion'],
  ['freshness above 1', search({ freshness: '1.01' }), 'freshness'],
  ['freshness below 0', search({ freshness: '-0.5' }), 'freshness'],
  ['freshness NaN', search({ freshness: 'NaN' }), 'freshness'],
  ['explain in other words', search({ explain: 'please' }), 'explain'],
  ['facets in other words', search({ facets: 'all' }), 'facets'],
  ['a day that is none', search({ since: '2026-02-30' }), 'since'],
  ['a month alone', search({ since: '2026-02' }), 'since'],
  ['a date in words', search({ until: 'yesterday' }), 'until'],
  ['an instant without a zone', search({ since: '2026-02-01T10:00:00' }), 'since'],
  ['an instant of 25 hours', search({ since: '2026-02-01T25:00:00Z' }), 'since'],
  ['a zone whose + became a space', '/v1/search?q=a&since=2026-02-01T10:00:00+02:00', 'since'],
  ['a date before 1900', search({ since: '1899-12-31' }), 'since'],
  ['a date after 2200', search({ until: '2201-01-01' }), 'until'],
  ['a date of year 275760', search({ until: '+275760-09-13' }), 'until'],
  ['a past moment without a zone', search({ as_of: '2025-11-03T21:00' }), 'as_of'],
  ['a past moment in words', search({ as_of: 'yesterday' }), 'as_of'],
  ['an empty since', search({ since: '' }), 'since'],
  ['since after until', search({ since: '2026-02-02', until: '2026-02-01' }), 'since'],
  ['an empty category', search({ category: '' }), 'category'],
  ['a category between two commas', search({ category: 'cs.CL,,cs.AI' }), 'category'],
  ['51 categories', search({ category: Array(51).fill('cs.CL').join(',') }), 'category'],
  ['a control character in a source', search({ source: 'arx\u0007iv' }), 'source'],
  ['an author of 201 characters', search({ author: 'a'.repeat(201) }), 'author'],
  ['an author without a letter', search({ author: '--' }), 'author'],
  ['an empty cursor', search({ cursor: '' }), 'cursor'],
  ['a cursor of another server', search({ cursor: 'eyJwYWdlIjoyfQ' }), 'cursor'],
  ['a cursor that is no base64', search({ cursor: '***' }), 'cursor'],
  ['a long cursor', search({ cursor: 'A'.repeat(5000) }), 'cursor'],
  ['a parameter for a document', '/v1/documents/2401.01234?version=2', 'version'],
  ['a parameter for the status', '/v1/status?verbose', 'verbose'],
]

const inABody: readonly (readonly [what: string, body: unknown, field: string])[] = [
  ['an empty body', '', 'q'],
  ['an empty object', {}, 'q'],
  ['an array', [], 'body'],
  ['a string', '"agents"', 'body'],
  ['a number', '7', 'body'],
  ['null', 'null', 'body'],
  ['half an object', '{"q":', 'body'],
  ['an address', 'q=agents', 'body'],
  ['q of 10 kB', { q: 'a'.repeat(10_240) }, 'q'],
  ['q that is a number', { q: 7 }, 'q'],
  ['q that is null', { q: null }, 'q'],
  ['q that is a list', { q: ['agents'] }, 'q'],
  ['q that is an object', { q: { $gt: '' } }, 'q'],
  ['q with half a surrogate pair', '{"q":"agents \\ud83d"}', 'q'],
  ['q with a null character', { q: 'agents\u0000' }, 'q'],
  ['an unknown field', { q: 'agents', page: 2 }, 'page'],
  ['__proto__', '{"q":"agents","__proto__":{"limit":3}}', '__proto__'],
  ['a limit in quotes', { q: 'agents', limit: '10' }, 'limit'],
  ['limit 0', { q: 'agents', limit: 0 }, 'limit'],
  ['limit 10^9', { q: 'agents', limit: 1e9 }, 'limit'],
  ['a broken limit', { q: 'agents', limit: 1.5 }, 'limit'],
  ['explain in quotes', { q: 'agents', explain: 'true' }, 'explain'],
  ['freshness in quotes', { q: 'agents', freshness: '0.5' }, 'freshness'],
  ['a date that is a number', { q: 'agents', since: 20260101 }, 'since'],
  ['since after until', { q: 'agents', since: '2026-01-02', until: '2026-01-01' }, 'since'],
  ['an author that is a number', { q: 'agents', author: [1] }, 'author'],
  ['51 authors', { q: 'agents', author: Array(51).fill('Ada') }, 'author'],
  ['a cursor that is a number', { q: 'agents', cursor: 1 }, 'cursor'],
]

describe('bad input is a 400 that names the field', () => {
  it.each(inAnAddress)('%s', async (_what, path, field) => {
    await expectRefusal(await server.get(path), 400, field)
  })

  it.each(inABody)('POST: %s', async (_what, body, field) => {
    await expectRefusal(await server.post(body), 400, field)
  })

  it('POST: parameters in the address', async () => {
    const response = await fetch(`${server.url}/v1/search?limit=3`, { method: 'POST' })
    await expectRefusal(response, 400, 'limit')
  })

  it('a broken escape in a path', async () => {
    await expectRefusal(await server.get('/v1/documents/%E0%A4%A'), 400, 'id')
  })

  it('gzip that is none', async () => {
    await expectRefusal(await server.post('not gzip', { 'Content-Encoding': 'gzip' }), 400, 'body')
  })
})

describe('what is refused before it is read', () => {
  it.each([10, 20, 40])('an address of %d kB is too long, and its longest parameter is named', async (kB) => {
    await expectRefusal(await server.get(search({ q: 'a'.repeat(kB * 1024), limit: '3' })), 414, 'q')
  })

  it('a body of more than 64 kB is too large', async () => {
    await expectRefusal(await server.post({ q: 'a'.repeat(65_536) }), 413, 'body')
  })

  it('a body that is small when compressed and large when not is too large', async () => {
    const body = gzipSync(JSON.stringify({ q: 'a'.repeat(1_000_000) }))
    const headers = { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    await expectRefusal(await fetch(`${server.url}/v1/search`, { method: 'POST', headers, body }), 413, 'body')
  })

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'nonsense'])(
    'a body of type %s is of the wrong type',
    async (type) => {
      await expectRefusal(await server.post({ q: 'agents' }, { 'Content-Type': type }), 415, 'Content-Type')
    },
  )

  it('a body without a type is of the wrong type', async () => {
    await expectRefusal(await fetch(`${server.url}/v1/search`, { method: 'POST' }), 415, 'Content-Type')
  })

  it.each([
    { 'Content-Encoding': 'rot13' },
    { 'Content-Type': 'application/json; charset=latin1' },
    { 'Content-Type': 'application/json; charset=utf-99' },
  ])('a body in an unknown coding is of the wrong type: %o', async (headers) => {
    await expectRefusal(await server.post({ q: 'agents' }, headers), 415, 'body')
  })
})

describe('what only looks bad is searched for', () => {
  it.each([
    ['FTS5 syntax', 'title:"agents" AND NEAR(a b) OR * ^x'],
    ['quotes that do not close', 'the "agents'],
    ['SQL', "agents'; DROP TABLE documents; --"],
    ['emoji beside words', 'agents 🔥'],
    ['right-to-left text', 'نماذج اللغة \u202e reversed'],
    ['Chinese', '大型语言模型'],
    ['a digit', '7'],
    ['tabs and line ends', 'agents\tand\r\nmemory'],
    ['markup', '<script>alert(1)</script>'],
    ['1000 characters', 'a'.repeat(1000)],
    ['a date alone', '2024'],
  ])('%s', async (_what, q) => {
    expect((await server.get(search({ q }))).status).toBe(200)
    expect((await server.post({ q })).status).toBe(200)
  })
})

async function expectRefusal(response: Response, status: number, field: string) {
  const problem = await problemOf(response)
  expect(problem).toMatchObject({ status, field })
  expect(response.status).toBe(status)
  expect(problem.detail).toMatch(/^.{15,600}\.$/s)
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\.ts:|\bat \w+ \(/)
  expect(response.headers.get('cache-control')).toBe('no-store')
}
