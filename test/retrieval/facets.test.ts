import { afterAll, beforeAll, expect, test } from 'vitest'
import { daysAgo, record } from '../engines/fixtures.ts'
import { type Library, openLibrary } from './library.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
  const loom = (id: string, ageDays: number, facts: Parameters<typeof record>[1] = {}) =>
    record(id, { title: `Looms ${id}`, abstract: 'Looms that weave cloth.', announced: daysAgo(ageDays), ...facts })
  await library.add(
    loom('2602.00001', 1, { categories: ['cs.RO', 'cs.AI'], countries: ['CH'], fields: ['Engineering'] }),
    loom('2602.00002', 2, { categories: ['cs.RO'], countries: ['CH', 'DE'] }),
    loom('2512.00003', 75, { categories: ['cs.RO'] }),
    loom('post-1', 3, { kind: 'post', source: 'hacker-news', categories: [] }),
    record('undated', { title: 'Looms without a date', abstract: 'Looms that weave cloth.', announced: null }),
  )
})
afterAll(() => library.close())

test('facets count what matches well, commonest first and months in order', async () => {
  const { facets } = await library.search('looms weave cloth', { facets: true })
  expect(facets?.category.slice(0, 2)).toEqual(
    [
      { value: 'cs.RO', count: 3 },
      { value: 'cs.AI', count: 1 },
    ].map((one) => expect.objectContaining(one)),
  )
  expect(facets).toMatchObject({
    country: [
      { value: 'CH', count: 2 },
      { value: 'DE', count: 1 },
    ],
    field: [{ value: 'Engineering', count: 1 }],
    kind: [{ value: 'paper', count: 4 }],
  })
  const months = facets?.announced ?? []
  expect(months.map(({ month }) => month)).toEqual([...months.map(({ month }) => month)].sort())
  // The one without a date is in no month.
  expect(months.reduce((sum, { count }) => sum + count, 0)).toBe(3)
})

test('facets are of what the filters let through', async () => {
  const filters = { since: null, until: null, categories: [], sources: [], authors: [], countries: ['DE'], fields: [] }
  const { facets } = await library.search('looms weave cloth', {
    facets: true,
    filters: { ...filters, kinds: ['paper', 'post'] },
  })
  expect(facets).toMatchObject({ kind: [{ value: 'paper', count: 1 }], country: [{ value: 'CH' }, { value: 'DE' }] })
})

test('where nothing matches well there is nothing to count', async () => {
  const { abstained, facets } = await library.search('zeppelin moorings', { facets: true })
  expect(abstained).toBe(true)
  expect(facets).toEqual({ announced: [], category: [], source: [], country: [], kind: [], field: [] })
})

test('facets are the same on every page, and change no order', async () => {
  const plain = await library.search('looms weave cloth')
  const first = await library.search('looms weave cloth', { facets: true })
  const second = await library.search('looms weave cloth', { facets: true, offset: 2, shown: 2, limit: 2 })
  expect(plain.facets).toBeNull()
  expect(first.hits).toEqual(plain.hits)
  expect(second.facets).toEqual(first.facets)
})
