import { describe, expect, test } from 'vitest'
import type { DocumentId } from '../../../src/domain/document.ts'
import { SourceError } from '../../../src/domain/errors.ts'
import { isoOf } from '../../../src/domain/instant.ts'
import { arxivLookUp, parseArxivAtom } from '../../../src/sources/arxiv/atom.ts'
import { stage } from '../arxiv-stage.ts'
import { answer, type Reply } from '../scripted-server.ts'
import { entry, errorFeed, feed } from './atom-xml.ts'

const refusal = (xml: string): SourceError => {
  try {
    parseArxivAtom(xml)
  } catch (error) {
    if (error instanceof SourceError) return error
    throw error
  }
  throw new Error('the answer was taken')
}

const only = (xml: string) => {
  const page = parseArxivAtom(xml)
  expect(page.rejected).toEqual([])
  expect(page.records).toHaveLength(1)
  return page.records[0]
}

describe('an entry', () => {
  test('is read with all its fields', () => {
    const inside = '<arxiv:comment>9 pages</arxiv:comment><arxiv:doi>10.1000/ABC</arxiv:doi>'
    const record = only(feed([entry('2603.00010v2', inside)]))
    expect(record).toMatchObject({
      id: '2603.00010',
      source: 'arxiv',
      version: 2,
      title: 'On rivers and 1984',
      abstract: 'Water goes down.',
      authors: ['Jane Doe', 'FOO Collaboration'],
      categories: ['cs.IR', 'cs.CL'],
      comment: '9 pages',
      doi: '10.1000/abc',
      url: 'https://arxiv.org/abs/2603.00010',
      announcedBasis: 'derived',
      withdrawn: false,
    })
    expect(record.versions.map((one) => [one.version, isoOf(one.at)])).toEqual([
      [1, '2026-03-02T15:04:05.000Z'],
      [2, '2026-03-05T10:00:00.000Z'],
    ])
    expect(isoOf(record.announced!)).toBe('2026-03-03T01:00:00.000Z')
  })

  test('of an old paper keeps its old id', () => {
    expect(only(feed([entry('math/0306266v1')]))).toMatchObject({ id: 'math/0306266', version: 1 })
  })

  test('is withdrawn when its comment says so', () => {
    const comment = '<arxiv:comment>This paper has been withdrawn by the authors</arxiv:comment>'
    expect(only(feed([entry('2603.00010v2', comment)])).withdrawn).toBe(true)
  })

  test('that cannot be read is named beside those that can', () => {
    const page = parseArxivAtom(feed([entry('2603.00010v1'), entry('nonsense')]))
    expect(page.records).toHaveLength(1)
    expect(page.rejected).toEqual([
      { id: 'http://arxiv.org/abs/nonsense', reason: expect.stringContaining('no arXiv id') },
    ])
  })

  test('that is an error among good ones is named beside them', () => {
    const error =
      '<entry><id>https://arxiv.org/api/errors#odd_id</id><title>Error</title><summary>odd id</summary></entry>'
    const page = parseArxivAtom(feed([entry('2603.00010v1'), error]))
    expect(page.records).toHaveLength(1)
    expect(page.rejected).toEqual([{ id: 'https://arxiv.org/api/errors#odd_id', reason: "arXiv's API said: odd id" }])
  })
})

describe('a feed', () => {
  test('says how many there are, where it starts and what was understood', () => {
    const link = 'https://arxiv.org/api/query?search_query=all:%22a%26b%22+AND+cat:cs.IR&amp;start=10&amp;id_list='
    const page = parseArxivAtom(feed([entry('2603.00010v1')], { total: 42, start: 10, link }))
    expect(page).toMatchObject({ total: 42, startIndex: 10, echoedQuery: 'all:"a&b" AND cat:cs.IR' })
  })

  test('echoes the query also in the older, doubly escaped form', () => {
    const link = 'http://arxiv.org/api/query?search_query%3Dall%3Ariver%26id_list%3D%26start%3D0'
    expect(parseArxivAtom(feed([entry('2603.00010v1')], { link })).echoedQuery).toBe('all:river')
  })

  test('echoes the query in its title where its address is only a hash', () => {
    const titled = (query: string) =>
      feed([entry('2603.00010v1')], { link: 'http://arxiv.org/api/hQ8fL2' }).replace(
        'arXiv Query: whatever',
        `arXiv Query: search_query=${query}&amp;id_list=&amp;start=0&amp;max_results=10`,
      )
    expect(parseArxivAtom(titled('all:river OR all:"a&amp;b"')).echoedQuery).toBe('all:river OR all:"a&b"')
    expect(parseArxivAtom(titled('')).echoedQuery).toBeNull()
  })

  test('of a look-up echoes no query', () => {
    const link = 'https://arxiv.org/api/query?search_query=&amp;id_list=2603.00010'
    expect(parseArxivAtom(feed([entry('2603.00010v1')], { link })).echoedQuery).toBeNull()
  })

  test('may be empty where nothing is counted, or past the end', () => {
    expect(parseArxivAtom(feed([]))).toMatchObject({ records: [], total: 0 })
    expect(parseArxivAtom(feed([], { total: 20, start: 20 }))).toMatchObject({ records: [], total: 20 })
  })

  test.each([
    ['empty although more is counted', feed([], { total: 20, start: 10 }), 'contradictory', 'empty page at 10 of 20'],
    ['an error', errorFeed, 'refused', 'incorrect id format for x'],
    ['the throttle in plain text', 'Rate exceeded.', 'rate-limited', 'Rate exceeded'],
    ['an HTML page', '<html><body>Sorry</body></html>', 'unreadable', 'HTML page'],
    ['cut off', feed([entry('2603.00010v1')]).slice(0, -60), 'unreadable', 'cut off'],
    ['without a count', '<feed><title>x</title></feed>', 'unreadable', 'how many'],
  ])('that is %s is refused by name', (_what, body, failure, words) => {
    const error = refusal(body)
    expect(error.failure).toBe(failure)
    expect(error.message).toContain(words)
  })
})

async function lookUp(script: readonly Reply[], ids: readonly string[]) {
  const scene = await stage(script)
  const find = arxivLookUp(scene.client, { baseUrl: `${scene.server.url}/api/query`, deadlineMs: 600_000 })
  const signal = new AbortController().signal
  const result = await find(ids as DocumentId[], signal).catch((error: unknown) => error)
  return { ...scene, result }
}

describe('a look-up by ids', () => {
  test('asks for as many as it names, and what arXiv does not hold is absent', async () => {
    const { server, result } = await lookUp([answer(200, feed([entry('2603.00010v1')]))], ['2603.00010', '2603.00099'])
    expect(result).toMatchObject([{ id: '2603.00010' }])
    expect(Object.fromEntries(server.requests[0].query)).toEqual({
      id_list: '2603.00010,2603.00099',
      max_results: '100',
    })
  })

  test('goes in batches of a hundred, three seconds apart', async () => {
    const ids = Array.from({ length: 250 }, (_, n) => `2603.${String(n).padStart(5, '0')}`)
    const replies = [0, 100, 200].map((start) =>
      answer(200, feed(ids.slice(start, start + 100).map((id) => entry(`${id}v1`)))),
    )
    const { server, result, gate } = await lookUp(replies, ids)
    expect(result).toHaveLength(250)
    expect(server.requests.map((one) => one.query.get('id_list')?.split(',').length)).toEqual([100, 100, 50])
    expect(gate.starts[2] - gate.starts[0]).toBeGreaterThanOrEqual(6_000)
  })

  test('does not send ids that are not arXiv ids, nor the same twice', async () => {
    const ids = ['doi:10.1/x', '2603.00010', '2613.00001', '2603.00010', '2603.00010v2', 'math/0306266']
    const { server } = await lookUp([answer(200, feed([entry('2603.00010v1')]))], ids)
    expect(server.requests[0].query.get('id_list')).toBe('2603.00010,math/0306266')
  })

  test('of nothing possible asks nothing', async () => {
    const { server, result } = await lookUp([], ['doi:10.1/x'])
    expect(result).toEqual([])
    expect(server.requests).toEqual([])
  })

  test('leaves out papers that were not asked for', async () => {
    const { result } = await lookUp([answer(200, feed([entry('2603.00010v1'), entry('2603.77777v1')]))], ['2603.00010'])
    expect(result).toMatchObject([{ id: '2603.00010' }])
  })

  test.each([
    ['200', answer(200, errorFeed)],
    ['400', answer(400, errorFeed)],
  ])("passes on arXiv's own words when the error comes with status %s", async (_status, reply) => {
    const { result } = await lookUp([reply], ['2603.00010'])
    expect(result).toMatchObject({ failure: 'refused', message: expect.stringContaining('incorrect id format for x') })
  })

  test('says the status where the body says nothing', async () => {
    const { result } = await lookUp([answer(403, 'Forbidden')], ['2603.00010'])
    expect(result).toMatchObject({ failure: 'refused', message: expect.stringContaining('403') })
  })

  test('fails on a page that contradicts itself', async () => {
    const { result } = await lookUp([answer(200, feed([], { total: 1 }))], ['2603.00010'])
    expect(result).toMatchObject({ failure: 'contradictory' })
  })
})
