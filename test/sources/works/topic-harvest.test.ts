import { describe, expect, test } from 'vitest'
import { SourceError } from '../../../src/domain/errors.ts'
import type { HarvestPage } from '../../../src/ports.ts'
import { harvestTopics, type Paging, type TopicPage, wholeTopics } from '../../../src/sources/works/topic-harvest.ts'

const stateless: Paging = { cursors: 'stateless', tolerated: { works: 2, share: 0.01 }, endsAtTotal: false }

/** A page of works `from` to `upTo`. */
const page = (from: number, upTo: number, total: number | null, cursor: string | null = null): TopicPage => ({
  records: [],
  rejected: [],
  ids: Array.from({ length: Math.max(0, upTo - from + 1) }, (_, at) => `work ${from + at}`),
  total,
  cursor,
})

async function harvestedFrom(script: readonly TopicPage[], paging = stateless, resume: string | null = null) {
  const left = [...script]
  const harvest = {
    source: 'somewhere',
    parts: wholeTopics(['tides']),
    fetchPage: () => Promise.resolve(left.shift() ?? Promise.reject(new Error('the script has ended'))),
    paging,
  }
  const pages: HarvestPage[] = []
  let failure: string | null = null
  try {
    for await (const one of harvestTopics(harvest, resume)) pages.push(one)
  } catch (caught) {
    failure = caught instanceof SourceError ? caught.failure : String(caught)
  }
  return { pages, failure, left: left.length }
}

describe('a stated total', () => {
  // Each of these stood still for ever: nothing at all was allowed to be missing of a small total.
  test.each([
    ['Semantic Scholar', 12, 11],
    ['OpenAlex', 40, 39],
    ['Europe PMC', 1001, 1000],
    ['an index with a ghost', 1, 0],
    ['a large index', 5000, 4950],
  ])('like that of %s may be a little too high (%i stated, %i given), with a warning', async (_who, total, given) => {
    const { pages, failure } = await harvestedFrom([page(1, given, total)])
    expect(failure).toBeNull()
    expect(pages.at(-1)).toMatchObject({
      resume: null,
      warning: `somewhere states ${total} works and ended after ${given} (topic: tides)`,
    })
  })

  test.each([
    [3, 0],
    [40, 37],
    [5000, 4949],
  ])('may not be far too high (%i stated, %i given)', async (total, given) => {
    expect(await harvestedFrom([page(1, given, total)])).toMatchObject({ pages: [], failure: 'contradictory' })
  })

  test('that was reached is no reason for a warning', async () => {
    const { pages } = await harvestedFrom([page(1, 40, 40)])
    expect(pages[0]).not.toHaveProperty('warning')
  })

  // Page 1 said 300, page 2 said 150: the harvest ended well with 150 works unseen.
  test('that sinks while one pages is not believed', async () => {
    const { pages, failure } = await harvestedFrom([page(1, 100, 300, 'b'), page(101, 150, 150)])
    expect([pages.length, failure]).toEqual([1, 'contradictory'])
  })

  test('that sinks does not end a topic before its last page, also where totals end it', async () => {
    const script = [page(1, 100, 300, 'b'), page(101, 150, 150, 'c'), page(151, 300, 150, 'd')]
    const endsAtTotal = { ...stateless, endsAtTotal: true }
    expect(await harvestedFrom(script, endsAtTotal)).toMatchObject({ failure: null, left: 0 })
  })

  test('is remembered over an interruption', async () => {
    const { pages } = await harvestedFrom([page(1, 100, 300, 'b')])
    const rest = await harvestedFrom([page(101, 150, 150)], stateless, pages[0].resume)
    expect(rest.failure).toBe('contradictory')
  })
})
