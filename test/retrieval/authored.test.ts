import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noFilters, type Query } from '../../src/domain/query.ts'
import { daysAgo, record } from '../engines/fixtures.ts'
import { type Library, openLibrary } from './library.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
  const by = (id: string, ageDays: number, title: string, ...authors: string[]) =>
    record(id, { title, abstract: `${title} by its authors.`, authors, announced: daysAgo(ageDays) })
  await library.add(
    by('2602.00001', 9, 'Quilting', 'Ada Lovelace', 'Yoshua Bengio'),
    by('2602.00002', 2, 'Spinning', 'Yoshua Bengio'),
    by('2602.00003', 5, 'Knitting', 'Bengio, Y.', 'Grace Hopper'),
    by('2602.00004', 4, 'Felting', 'Samy Bengio', 'Yoshua Ibn'),
    by('2602.00005', 3, 'Carding', 'Ruixiang Zhang'),
    by('2602.00006', 8, 'Dyeing', 'Monte Carlo'),
    by('2602.00007', 7, 'Monte Carlo spinning', 'Emmy Noether'),
    by('2602.00008', 6, 'Monte Carlo looms', 'Emmy Noether'),
    by('2602.00009', 6, 'Yarn', 'José Núñez de la Torre'),
  )
})
afterAll(() => library.close())

async function authored(text: string, wishes: Partial<Query> = {}) {
  const { hits } = await library.search(text, { limit: 50, ...wishes })
  const named = hits.filter((hit) => hit.parts.exact === 'author').map((hit) => hit.id)
  // They stand before everything else.
  expect(hits.slice(0, named.length).map((hit) => hit.id)).toEqual(named)
  return named
}

describe('an author’s name brings the author’s papers first, newest first', () => {
  it.each([
    ['Yoshua Bengio', ['2602.00002', '2602.00001']],
    ['yoshua bengio', ['2602.00002', '2602.00001']],
    ['Bengio, Yoshua', ['2602.00002', '2602.00001']],
    ['bengio y', ['2602.00002', '2602.00003', '2602.00001']],
    ['Y. Bengio', ['2602.00002', '2602.00003', '2602.00001']],
    ['José de la Torre', ['2602.00009']],
    ['latest Yoshua Bengio', ['2602.00002', '2602.00001']],
  ])('%s', async (text, expected) => {
    expect(await authored(text)).toEqual(expected)
  })

  it('with the reason said, and nothing abstained from', async () => {
    const answer = await library.search('bengio yoshua')
    expect(answer.route.reasons[0]).toEqual({
      code: 'author-named',
      says: 'It is the name of an author, Yoshua Bengio, whose papers come first, newest first.',
    })
    expect(answer.abstained).toBe(false)
  })

  it('within the filters, and as of a past moment only those of then', async () => {
    expect(await authored('Yoshua Bengio', { filters: { ...noFilters, since: daysAgo(3) } })).toEqual(['2602.00002'])
    expect(await authored('Yoshua Bengio', { filters: { ...noFilters, authors: ['Ada'] } })).toEqual(['2602.00001'])
    expect(await authored('Yoshua Bengio', { now: daysAgo(6), past: true })).toEqual(['2602.00001'])
  })

  it('on every page the same', async () => {
    const first = await library.search('bengio y', { limit: 2 })
    const second = await library.search('bengio y', { limit: 2, offset: 2, shown: 2 })
    expect([...first.hits, ...second.hits].slice(0, 3).map((hit) => hit.id)).toEqual([
      '2602.00002',
      '2602.00003',
      '2602.00001',
    ])
  })
})

describe('what is no name stays a topic', () => {
  it.each([
    ['a family name alone', 'Bengio'],
    ['given names alone', 'jose nunez'],
    ['names of different authors', 'Hopper Noether'],
    ['given name and family name of different authors', 'Grace Bengio'],
    ['words that more papers speak of than their author wrote', 'Monte Carlo'],
    ['a name among other words', 'knitting by Yoshua Bengio'],
    ['a name in quotes', '"Yoshua Bengio"'],
    ['words of no author', 'sparse attention'],
    ['a topic with a letter', 'attention y'],
  ])('%s', async (_, text) => {
    const answer = await library.search(text)
    expect(answer.hits.every((hit) => hit.parts.exact === null)).toBe(true)
    expect(answer.route.reasons.map((one) => one.code)).not.toContain('author-named')
  })

  it('where the words cannot be embedded, nobody is found by name and the search answers all the same', async () => {
    const answer = await library.search('Yoshua Bengio', {}, library.brokenEmbedder)
    expect(answer.degraded).toMatchObject([{ part: 'vectors' }])
  })
})
