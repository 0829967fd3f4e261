import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Hit, RankedAnswer } from '../../src/domain/answer.ts'
import type { DocumentId } from '../../src/domain/document.ts'
import type { Query } from '../../src/domain/query.ts'
import { typedQuery } from '../../src/domain/understanding.ts'
import { isPlain, searchInterleaved, teamDraft } from '../../src/retrieval/interleaving.ts'
import { hitAt, minute, rankedAnswer, snapshotOf } from '../http/fakes.ts'

const ranking = fc.uniqueArray(fc.integer({ min: 0, max: 15 }), { maxLength: 12 })
const length = fc.integer({ min: 0, max: 14 })
/** True: the first side begins the round. */
const coins = fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })
const thrown = (sides: readonly boolean[]) => {
  let round = 0
  return () => (sides[round++] ? 0 : 0.5)
}
const draft = (first: readonly number[], second: readonly number[], most: number, sides: readonly boolean[]) =>
  teamDraft(first, second, String, most, thrown(sides))

describe('a draft of two teams', () => {
  test('places nothing twice, and ends when the page is full or nothing is left', () => {
    fc.assert(
      fc.property(ranking, ranking, length, coins, (first, second, most, sides) => {
        const items = draft(first, second, most, sides).map((one) => one.item)
        const all = new Set([...first, ...second])
        expect(new Set(items).size).toBe(items.length)
        expect(items.every((item) => all.has(item))).toBe(true)
        expect(items).toHaveLength(Math.min(most, all.size))
      }),
    )
  })

  test('lets each team place its best that is not placed yet, so that its hits keep its order', () => {
    fc.assert(
      fc.property(ranking, ranking, length, coins, (first, second, most, sides) => {
        const placed = new Set<number>()
        for (const { item, team } of draft(first, second, most, sides)) {
          const sidesOf = { first: [first], second: [second] }
          const asked = team === null ? [first, second] : sidesOf[team]
          expect(asked.map((side) => side.find((one) => !placed.has(one)))).toContain(item)
          placed.add(item)
        }
      }),
    )
  })

  test('gives both teams one place in every round, and credit only while both compete', () => {
    fc.assert(
      fc.property(ranking, ranking, length, coins, (first, second, most, sides) => {
        const drafted = draft(first, second, most, sides)
        const placed = new Set<number>()
        for (const [at, { item, team }] of drafted.entries()) {
          const compete = [first, second].every((side) => side.some((one) => !placed.has(one)))
          expect(team !== null).toBe(compete)
          if (at % 2 === 1 && team !== null) expect(team).not.toBe(drafted[at - 1].team)
          placed.add(item)
        }
      }),
    )
  })

  test('throws one coin for each round, and is its mirror where sides and coins are changed over', () => {
    const mirrored = { first: 'second', second: 'first' } as const
    fc.assert(
      fc.property(ranking, ranking, length, coins, (first, second, most, sides) => {
        const there = draft(first, second, most, sides)
        const back = draft(
          second,
          first,
          most,
          sides.map((one) => !one),
        )
        expect(back).toEqual(there.map(({ item, team }) => ({ item, team: team && mirrored[team] })))
        let throws = 0
        const coin = thrown(sides)
        teamDraft(first, second, String, most, () => {
          throws++
          return coin()
        })
        expect(throws).toBe(Math.ceil(there.filter((one) => one.team !== null).length / 2))
      }),
    )
  })

  test('is fair: over all coins each place goes to each team equally often, whatever the rankings share', () => {
    const rounds = 4
    const all = Array.from({ length: 2 ** rounds }, (_, bits) =>
      Array.from({ length: rounds }, (_, round) => ((bits >> round) & 1) === 1),
    )
    const [one, other] = [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [1, 2, 9, 3, 10, 11, 12, 13],
    ]
    for (const [first, second] of [
      [one, one],
      [one, other],
    ]) {
      const drafts = all.map((sides) => draft(first, second, 8, sides))
      for (let place = 0; place < 8; place++) {
        expect(drafts.filter((drafted) => drafted[place].team === 'first')).toHaveLength(all.length / 2)
      }
    }
  })
})

const query = typedQuery('agents', minute, {})
const named = (name: string, tier: Hit['tier'] = 'static'): Hit => ({ ...hitAt(1), id: name as DocumentId, tier })
const ranked = (of: Query, hits: readonly Hit[], more = true): RankedAnswer => ({
  ...rankedAnswer(of, snapshotOf(7, 100)),
  hits: hits.map((hit, i) => ({ ...hit, rank: i + 1 })),
  next: { offset: hits.filter((hit) => hit.tier !== 'live').length, shown: hits.length, more },
  tookMs: { total: of.freshness === 'off' ? 9 : 5 },
})
const idsOf = (answer: RankedAnswer) => answer.hits.map((hit) => hit.id)

async function interleaved(product: readonly Hit[], rival: readonly Hit[], { limit = 4, more = true } = {}) {
  const asked: Query[] = []
  const answer = await searchInterleaved(
    { ...query, limit },
    'gate-off',
    async (one) => {
      asked.push(one)
      return ranked(one, one.freshness === 'off' ? rival : product, more)
    },
    () => 0.9,
  )
  return { answer, asked }
}

describe('an interleaved answer', () => {
  test('is one page of both, ranked anew, that says who placed what', async () => {
    const { answer, asked } = await interleaved(
      ['a', 'b', 'c', 'd'].map((id) => named(id)),
      [named('c'), named('e')],
    )
    expect(asked.map((one) => one.freshness)).toEqual(['auto', 'off'])
    expect(idsOf(answer)).toEqual(['c', 'a', 'e', 'b'])
    expect(answer.hits.map((hit) => hit.rank)).toEqual([1, 2, 3, 4])
    expect(answer.draft).toEqual({
      arms: ['auto', 'gate-off'],
      teams: new Map([
        ['c', 'second'],
        ['a', 'first'],
        ['e', 'second'],
        // Nobody competes with it any more.
      ]),
    })
    expect(answer.query.freshness).toBe('auto')
    expect(answer.tookMs.total).toBe(9)
  })

  test('is gone on with where the product has a hit that found no place, so that nothing is left out', async () => {
    const product = ['a', 'b', 'c', 'd'].map((id) => named(id))
    const { answer } = await interleaved(product, [named('d'), named('e')])
    expect(idsOf(answer)).toEqual(['d', 'a', 'e', 'b'])
    expect(answer.next).toEqual({ offset: 2, shown: 4, more: true })
  })

  test('is gone on with like any other where the product found all of its places', async () => {
    const product = ['a', 'b'].map((id) => named(id))
    const { answer } = await interleaved(product, product, { limit: 2, more: false })
    expect(answer.next).toEqual({ offset: 2, shown: 2, more: false })
  })

  test('counts hits of live sources in no ranking: they are on no second page', async () => {
    const product = [named('l', 'live'), named('a'), named('b'), named('c')]
    const { answer } = await interleaved(product, [named('d'), named('e')])
    expect(idsOf(answer)).toEqual(['d', 'l', 'e', 'a'])
    expect(answer.next).toEqual({ offset: 1, shown: 4, more: true })
  })
})

test.each([
  ['a mode', { mode: 'both' }],
  ['an order', { sort: 'date' }],
  ['a fusion', { fusion: 'rrf' }],
  ['a freshness', { freshness: 0.5 }],
  ['an explanation', { explain: true }],
  ['a second page', { offset: 10, shown: 10 }],
] as const)('a search that asks for %s is not interleaved', (_what, wish: Partial<Query>) => {
  expect(isPlain(query)).toBe(true)
  expect(isPlain({ ...query, ...wish })).toBe(false)
})
