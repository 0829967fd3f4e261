import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addressOf,
  noWish,
  parametersOf,
  requestOf,
  type Wish,
  watched,
  wishOf,
  withoutConditions,
  withToggled,
} from '../../web/search/wish.ts'

const wishAt = (address: string): Wish => wishOf(new URL(address, 'http://localhost').searchParams)

describe('the address of the page', () => {
  it('says the whole search, and nothing that holds anyway', () => {
    const wish = {
      ...noWish,
      q: 'agent memory',
      category: ['cs.CL', 'cs.AI'],
      since: '2025-01-01',
      as_of: '2025-06-01',
    }
    expect(addressOf(wish)).toBe('/?q=agent+memory&category=cs.CL&category=cs.AI&since=2025-01-01&as_of=2025-06-01')
    expect(addressOf(noWish)).toBe('/')
  })

  it('is read back as the search it was made of', () => {
    const word = fc.string({ minLength: 1 }).filter((text) => text === text.trim() && text.isWellFormed())
    const wishes = fc.record({
      q: word,
      category: fc.array(word),
      source: fc.array(word),
      country: fc.array(word),
      kind: fc.array(word),
      author: fc.array(word),
      field: fc.array(word),
      since: word,
      until: word,
      as_of: word,
      sort: fc.constantFrom('relevance', 'date'),
    })
    fc.assert(
      fc.property(wishes, (wish) => {
        expect(wishAt(addressOf(wish))).toEqual(wish)
      }),
    )
  })

  it('may hold what other pages put into links, and fields that were left empty', () => {
    expect(wishAt('/?q=x&since=&category=&utm_source=mail')).toEqual({ ...noWish, q: 'x' })
  })
})

describe('a request to the API', () => {
  it('names only what was asked for, and wants what the page shows of scores and facets', () => {
    expect(requestOf({ ...noWish, q: 'x', country: ['CH'] }, 'both')).toEqual({
      q: 'x',
      mode: 'both',
      sort: 'relevance',
      explain: true,
      facets: true,
      country: ['CH'],
    })
  })

  it('to watch a search holds its question and filters alone', () => {
    expect(watched({ ...noWish, q: 'x', kind: ['post'], sort: 'date', as_of: '2025-01-01' })).toEqual({
      q: 'x',
      kind: ['post'],
    })
  })
})

describe('a condition', () => {
  it('comes with one choice of it and goes with the next', () => {
    const once = withToggled({ ...noWish, q: 'x', category: ['cs.AI'] }, 'category', 'cs.CL')
    expect(once.category).toEqual(['cs.AI', 'cs.CL'])
    expect(withToggled(once, 'category', 'cs.AI').category).toEqual(['cs.CL'])
  })

  it('leaves the words when all are taken back', () => {
    const wish = { ...noWish, q: 'x', category: ['cs.AI'], until: '2025-01-01', sort: 'date' }
    expect([...parametersOf(withoutConditions(wish))]).toEqual([['q', 'x']])
  })
})
