import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findMatches, heldMatches, look, type Matching } from '../../src/alerts/matching.ts'
import type { SearchId } from '../../src/domain/saved-search.ts'
import { readFeed } from '../../src/http/saved-searches.ts'
import type { LiveTier } from '../../src/retrieval/live.ts'
import { daysAgo, record } from '../engines/fixtures.ts'
import { inRuntime } from '../engines/in-runtime.ts'
import { type Library, noon, openLibrary } from '../retrieval/library.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())

/** The real search over the real engine, with a source that is as willing as can be. */
function started() {
  let asked = 0
  const live: LiveTier = {
    state: () => ({
      sources: [{ source: 'a', batchesBehind: 1, pAnswer: 0.9, expectedMs: 300, scarcity: 0, barred: null }],
      tenBatchesAgo: daysAgo(14),
      leftMs: 1_300,
    }),
    vectorsOf: (texts, embedder) => embedder.embed(texts, 'document'),
    async ask() {
      asked += 1
      return []
    },
    close() {},
  }
  const matching: Matching = {
    search: (query) => library.searchLive(query.text, live, query),
    documents: library.engine.documents,
    clock: { now: () => noon },
  }
  const { signal } = new AbortController()
  const find = async (q: string) =>
    (await findMatches(readFeed({ q }), matching, signal))?.map(({ document }) => document)
  return { live, matching, signal, find, asked: () => asked }
}

describe('matches of a search', () => {
  it('are what matches well, the newest announcement first', async () => {
    expect(await started().find('gears and ratchets of brass')).toEqual(['2601.00010', '2401.00010'])
  })

  it('are none where the best are merely the nearest', async () => {
    const { find } = started()
    const nearest = await library.search('underwater basket weaving in retrieval')
    expect([nearest.abstained, nearest.hits.length > 0]).toEqual([true, true])
    expect(await find('underwater basket weaving in retrieval')).toEqual([])
  })

  it('are never asked of live sources, which a search for the same would have asked', async () => {
    const { find, live, asked } = started()
    await library.searchLive('latest ratchets of brass', live, { mode: 'live' })
    expect(asked()).toBe(1)
    await find('latest ratchets of brass')
    expect(asked()).toBe(1)
  })

  it('grow with what commits, and keep what was withdrawn since', async () => {
    const { matching, signal } = started()
    const { searches } = inRuntime().open()
    const id = 's1' as SearchId
    const spelling = readFeed({ q: 'gears and ratchets of brass' })
    searches.save({ id, owner: 'a', name: null, spelling, webhook: null }, [], noon)
    const gears = record('2603.00077', {
      title: 'Ratchets of brass',
      abstract: 'Gears and ratchets of brass.',
      announced: daysAgo(1),
    })
    await library.add(gears)
    expect(await look({ id, spelling }, searches, matching, signal)).toBe(true)
    const before = searches.of(id).map(({ document }) => document)
    expect(before).toEqual(['2603.00077', '2601.00010', '2401.00010'])

    await library.add({ ...gears, version: 2, withdrawn: true })
    await look({ id, spelling }, searches, matching, signal)
    const after = heldMatches(searches.of(id), matching.documents, 9)
    expect(after.map(({ document, held }) => [document, held.withdrawn])).toEqual([
      ['2603.00077', true],
      ['2601.00010', false],
      ['2401.00010', false],
    ])
  })
})
