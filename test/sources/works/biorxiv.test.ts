import { Headers } from 'undici'
import { describe, expect, test } from 'vitest'
import { isoOf } from '../../../src/domain/instant.ts'
import { biorxiv, biorxivPolicy, readBiorxivPage } from '../../../src/sources/works/biorxiv.ts'
import { biorxivRecords } from '../../../src/sources/works/biorxiv-record.ts'
import { at, harvested, json, windowOf } from '../api-stage.ts'
import { stage } from '../arxiv-stage.ts'
import { refusalOf } from '../recorded-exchanges.ts'
import { answer, type Reply } from '../scripted-server.ts'

// No answer of bioRxiv is among the recordings; these are made after its documentation.

const row = (number: number, more: object = {}) => ({
  doi: `10.1101/2026.02.20.${String(number).padStart(6, '0')}`,
  title: `Preprint number ${number}`,
  authors: 'Doe, J. A.; Roe, R.',
  date: '2026-03-01',
  version: '1',
  type: 'new results',
  category: 'cell biology',
  abstract: 'We looked.',
  published: 'NA',
  server: 'bioRxiv',
  ...more,
})
const idOf = (number: number): string => `doi:${row(number).doi}`
const list = (rows: readonly object[], total: string | number) => ({
  messages: [{ status: 'ok', interval: '2026-03-01:2026-03-02', cursor: 0, count: rows.length, total }],
  collection: rows,
})
const page = (rows: readonly object[], total: string | number = String(rows.length)): Reply => json(list(rows, total))
const nothing = json({ messages: [{ status: 'no posts found' }], collection: [] })

const records = (...rows: readonly object[]) => biorxivRecords({ server: 'biorxiv' }, rows)
const days = windowOf('2026-03-01T12:00:00Z', '2026-03-02T12:00:00Z')

async function serverBefore(script: readonly Reply[], more: object = {}) {
  const { client, server } = await stage(script, biorxivPolicy)
  return { source: biorxiv({ client, server: 'biorxiv', baseUrl: server.url, ...more }), server }
}

describe('a preprint', () => {
  test('is what its row says', () => {
    const made = records(
      row(7, {
        title: 'On <italic>E. coli</italic> in CO&lt;sub&gt;2&lt;/sub&gt; when p < 0.05',
        authors: 'Doe, J. A.; Roe, R., Jr.; The Gut Consortium;',
        category: 'Cell_Biology',
        published: '10.1038/S41-7',
      }),
    )
    expect(made.rejected).toEqual([])
    expect(made.records).toEqual([
      expect.objectContaining({
        id: idOf(7),
        doi: row(7).doi,
        identifiers: ['doi:10.1038/s41-7'],
        source: 'biorxiv',
        kind: 'paper',
        version: 1,
        title: 'On E. coli in CO2 when p < 0.05',
        authors: ['J. A. Doe', 'R. Roe Jr.', 'The Gut Consortium'],
        categories: ['cell biology'],
        fields: ['cell biology'],
        url: `https://www.biorxiv.org/content/${row(7).doi}v1`,
        announced: at('2026-03-01'),
        announcedBasis: 'stated',
        withdrawn: false,
      }),
    ])
  })

  test.each([
    [{ authors: ['Doe, J.', 'Roe, R.'] }, { authors: ['J. Doe', 'R. Roe'] }],
    [
      { authors: null, abstract: {}, type: 7, version: 2 },
      { authors: [], abstract: '', version: 2 },
    ],
  ])('with one odd field like %j is read all the same', (more, expected) => {
    expect(records(row(7, more))).toMatchObject({ records: [expected], rejected: [] })
  })

  test('of many versions is the newest, with the dates of all', () => {
    const made = records(
      row(7, { version: '2', date: '2026-03-05', title: 'Second' }),
      row(7, { version: '14', date: '2026-03-09', title: 'Last' }),
      row(8),
      row(7, { version: '1', date: '2026-03-01', title: 'First' }),
    )
    expect(made.records.map((one) => [one.id, one.version, one.title])).toEqual([
      [idOf(7), 14, 'Last'],
      [idOf(8), 1, 'Preprint number 8'],
    ])
    const [record] = made.records
    expect(record.versions.map((one) => [one.version, isoOf(one.at).slice(0, 10)])).toEqual([
      [1, '2026-03-01'],
      [2, '2026-03-05'],
      [14, '2026-03-09'],
    ])
    expect(record).toMatchObject({
      submitted: at('2026-03-01'),
      updated: at('2026-03-09'),
      announced: at('2026-03-01'),
      announcedBasis: 'stated',
    })
  })

  test.each([
    ['the day in its DOI', row(7).doi, '2026-02-20'],
    ['the day in a DOI of openRxiv', '10.64898/2025.12.31.700001', '2025-12-31'],
    ['its own day where the DOI is a number', '10.1101/123456', '2026-03-01'],
    ['its own day where the DOI holds no such day', '10.1101/2026.02.31.123456', '2026-03-01'],
    ['its own day where the DOI claims a later one', '10.1101/2026.04.01.123456', '2026-03-01'],
  ])('whose first version was not seen was announced, as far as can be told, on %s', (_what, doi, day) => {
    const [record] = records(row(7, { doi, version: '3' })).records
    expect(record).toMatchObject({ announced: at(day), announcedBasis: 'derived', submitted: null })
  })

  test.each([
    ['its type', { type: 'WITHDRAWN' }, true],
    ['its title', { title: 'Withdrawn: On cells' }, true],
    ['neither', { title: 'Withdrawn neurons', type: 'confirmatory results' }, false],
  ])('is withdrawn by %s', (_what, more, withdrawn) => {
    expect(records(row(7, more)).records[0].withdrawn).toBe(withdrawn)
  })

  test.each([
    ['without a DOI', { doi: 'none' }, 'none', /DOI/],
    ['without a title', { title: ' ' }, idOf(7), /no title/],
    ['without a day', { date: 'NA' }, idOf(7), /no day/],
    ['of another shape', { title: 7 }, row(7).doi, /title/],
    ['of another shape and no DOI', { doi: null }, 'row 1', /doi/],
  ])('%s is refused by name', (_what, more, id, reason) => {
    const made = records(row(7, more), row(8))
    expect(made.records.map((one) => one.id)).toEqual([idOf(8)])
    expect(made.rejected).toEqual([{ id, reason: expect.stringMatching(reason) }])
  })
})

describe('an answer of bioRxiv', () => {
  const read = (body: unknown, status = 200) =>
    readBiorxivPage('biorxiv', { status, headers: new Headers(), body: JSON.stringify(body) })

  test('states its total in letters or as a number', () => {
    expect(read(list([row(1)], '203')).total).toBe(203)
    expect(read(list([row(1)], 203)).total).toBe(203)
  })

  test.each([
    ['an error in its status', { messages: [{ status: 'Error: not a server' }] }, /refused: .*not a server/],
    ['no status', { messages: [], collection: [] }, /unreadable/],
    ['a total that is none', list([row(1)], 'many'), /unreadable/],
  ])('with %s is refused', (_what, body, refusal) => {
    expect(refusalOf(() => read(body))).toMatch(refusal)
  })
})

describe('a harvest of bioRxiv', () => {
  test('steps by what came, until nothing comes', async () => {
    const { source, server } = await serverBefore([
      page([row(1), row(2), row(3)], '5'),
      page([row(4), row(5)], '5'),
      nothing,
    ])
    const { pages, ids, error } = await harvested(source, days)
    expect(error).toBeNull()
    expect(ids).toEqual([1, 2, 3, 4, 5].map(idOf))
    expect(server.requests.map((one) => one.path)).toEqual(
      [0, 3, 5].map((cursor) => `/details/biorxiv/2026-03-01/2026-03-02/${cursor}`),
    )
    expect(pages.map((one) => one.total)).toEqual([5, 5, 5])
    expect(pages.at(-1)).toMatchObject({ records: [], resume: null })
  })

  test('of days without posts is empty, not a failure', async () => {
    const { source } = await serverBefore([nothing])
    const { pages, error } = await harvested(source, days)
    expect(error).toBeNull()
    expect(pages).toEqual([{ records: [], rejected: [], total: null, resume: null }])
  })

  test('loses nothing to a total that is too low', async () => {
    const { source } = await serverBefore([page([row(1)], '1'), page([row(2)], '1'), nothing])
    expect((await harvested(source, days)).ids).toEqual([idOf(1), idOf(2)])
  })

  test('tells versions on different pages together', async () => {
    const { source } = await serverBefore([
      page([row(1, { version: '2', date: '2026-03-02' })], '2'),
      page([row(1)], '2'),
      nothing,
    ])
    const { pages } = await harvested(source, days)
    expect(pages[1].records).toMatchObject([{ version: 2, announced: at('2026-03-01'), announcedBasis: 'stated' }])
  })

  test.each([
    ['an empty page of a stated total', [page([], '7')]],
    ['an end before the total', [page([row(1)], '4'), nothing]],
    ['rows that come twice instead of others', [page([row(1), row(2)], '6'), page([row(2), row(3)], '6'), nothing]],
    ['a server that does not know the cursor', [page([row(1)], '2'), page([row(1)], '2')]],
  ])('with %s is contradictory', async (_what, script) => {
    const { source } = await serverBefore(script)
    expect((await harvested(source, days)).error).toMatchObject({ failure: 'contradictory', source: 'biorxiv' })
  })

  // Its totals count some rows that it never gives.
  test('with an end a little before a large total is whole, with a warning', async () => {
    const rows = Array.from({ length: 298 }, (_, i) => row(i + 1))
    const { source } = await serverBefore([page(rows, '300'), nothing])
    const { pages, error, ids } = await harvested(source, days)
    expect([error, ids.length]).toEqual([null, 298])
    expect(pages.at(-1)).toMatchObject({ warning: 'biorxiv stated 300 rows and gave 298' })
    const short = await serverBefore([page(rows, '302'), nothing])
    expect((await harvested(short.source, days)).error).toMatchObject({ failure: 'contradictory' })
    const unfinished = await serverBefore([page(rows, '300'), page([], '300')])
    expect((await harvested(unfinished.source, days)).error).toMatchObject({ failure: 'contradictory' })
  })

  test('with an end a little before a small total is whole as well, if it says that it has no more', async () => {
    const { source } = await serverBefore([page([row(1), row(2)], '4'), nothing])
    const { pages, error } = await harvested(source, days)
    expect(error).toBeNull()
    expect(pages.at(-1)).toMatchObject({ warning: 'biorxiv stated 4 rows and gave 2' })
    const silent = await serverBefore([page([row(1), row(2)], '4'), page([], '4')])
    expect((await harvested(silent.source, days)).error).toMatchObject({ failure: 'contradictory' })
  })

  test('goes on where it was interrupted, and still counts the whole', async () => {
    const first = await serverBefore([page([row(1)], '2'), answer(404, 'gone')])
    const { pages, error } = await harvested(first.source, days)
    expect(error).toMatchObject({ failure: 'refused' })
    const whole = await serverBefore([page([row(2)], '2'), nothing])
    expect(await harvested(whole.source, { ...days, resume: pages[0].resume })).toMatchObject({
      ids: [idOf(2)],
      error: null,
    })
    expect(whole.server.requests[0].path).toMatch(/\/1$/)
  })

  test('that went on and came out short is begun again, for what is missing may lie before', async () => {
    const first = await serverBefore([page([row(1)], '4'), answer(404, 'gone')])
    const { pages } = await harvested(first.source, days)
    const { source } = await serverBefore([nothing])
    expect(await harvested(source, { ...days, resume: pages[0].resume })).toMatchObject({
      error: { failure: 'expired' },
    })
  })

  test.each(['', 'null', '{"cursor":"1"}'])('does not go on from %j', async (resume) => {
    const { source, server } = await serverBefore([])
    expect((await harvested(source, { ...days, resume })).error).toMatchObject({ failure: 'expired' })
    expect(server.requests).toEqual([])
  })

  test('keeps the chosen categories, and all where none is chosen', async () => {
    const script = () => [page([row(1), row(2, { category: 'Plant Biology' })]), nothing]
    const some = await serverBefore(script(), { categories: ['plant_biology'] })
    const { pages, ids, error } = await harvested(some.source, days)
    expect({ ids, error, total: pages[0].total }).toEqual({ ids: [idOf(2)], error: null, total: null })
    const all = await serverBefore(script(), { categories: [] })
    expect((await harvested(all.source, days)).ids).toEqual([idOf(1), idOf(2)])
  })

  test('of medRxiv passes the same gate and has its own name', async () => {
    const { source, server } = await serverBefore([page([row(1)]), nothing], { server: 'medrxiv' })
    expect(source).toMatchObject({ name: 'medrxiv', provider: 'biorxiv', origin: 'medrxiv' })
    const { pages } = await harvested(source, days)
    expect(server.requests[0].path).toBe('/details/medrxiv/2026-03-01/2026-03-02/0')
    expect(pages[0].records).toMatchObject([
      { source: 'medrxiv', url: `https://www.medrxiv.org/content/${row(1).doi}v1` },
    ])
  })
})
