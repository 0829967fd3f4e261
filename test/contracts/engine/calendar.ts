import { expect, test } from 'vitest'
import { build, daysAgo, idsIn, put, record, request } from '../../engines/fixtures.ts'
import { vectorOf } from '../../word-embedder.ts'
import type { Current } from './current.ts'

export function calendarTests(current: Current): void {
  const ages = [1, 6, 8, 31, 91, 181, 366]
  const corpus = [
    ...ages.map((days) => record(`d${days}`, { title: days < 10 ? 'Alpha new' : 'Alpha', announced: daysAgo(days) })),
    record('undated', { title: 'Alpha', announced: null, announcedBasis: 'unknown' }),
  ]

  test.each(['static', 'fresh'] as const)(
    'nothing announced after `now` exists, in statistics neither, in %s',
    async (tier) => {
      const { engine, clock } = current()
      await put(engine, corpus)
      if (tier === 'static') await build(engine, clock)
      const snapshot = (await engine.openReader()).snapshot()
      const now = await snapshot.gather(request('alpha new'))
      expect(now).toMatchObject({ documents: 8, corpusAges: [2, 1, 1, 1, 1, 2], lastWeek: 2 })
      expect(now.terms).toMatchObject([
        { term: 'alpha', documents: 8, ages: [2, 1, 1, 1, 1, 2] },
        { term: 'new', documents: 3, ages: [2, 1, 0, 0, 0, 0] },
      ])
      const then = await snapshot.gather(request('alpha new', { now: daysAgo(31) }))
      expect(idsIn(engine, then)).toEqual(['d181', 'd31', 'd366', 'd91', 'undated'])
      expect(then).toMatchObject({ documents: 5, corpusAges: [1, 0, 1, 1, 1, 1], lastWeek: 1 })
      expect(then.terms).toMatchObject([
        { documents: 5, ages: [1, 0, 1, 1, 1, 1] },
        { documents: 0, ages: [0, 0, 0, 0, 0, 0] },
      ])
      const before = await snapshot.gather(request('alpha', { now: daysAgo(1000) }))
      expect(idsIn(engine, before)).toEqual(['undated'])
      expect(before).toMatchObject({ documents: 1, corpusAges: [0, 0, 0, 0, 0, 1] })
    },
  )

  test.each(['static', 'fresh'] as const)(
    'a store is what it was at the horizon, while ages count from now, in %s',
    async (tier) => {
      const { engine, clock } = current()
      const asked = request('alpha new', { horizon: daysAgo(8) })
      const early = corpus.filter((one) => (one.announced ?? 0) <= asked.horizon)
      await put(engine, early)
      if (tier === 'static') await build(engine, clock)
      const reader = await engine.openReader()
      const evidence = await reader.snapshot().gather(asked)
      expect(evidence).toMatchObject({ documents: 6, corpusAges: [0, 1, 1, 1, 1, 2], lastWeek: 0 })
      await put(
        engine,
        corpus.filter((one) => !early.includes(one)),
      )
      if (tier === 'static') await build(engine, clock)
      await reader.refresh()
      expect(await reader.snapshot().gather(asked)).toEqual(evidence)
      expect(await reader.snapshot().gather(request('alpha new'))).not.toEqual(evidence)
    },
  )

  test('a record that is in no tier may be younger than the horizon, whose statistics it is scored by', async () => {
    const { engine } = current()
    await put(engine, corpus)
    const snapshot = (await engine.openReader()).snapshot()
    const records = corpus.map((one) => ({ record: one, vector: vectorOf(one.title) }))
    const asked = request('alpha new', { now: daysAgo(6), horizon: daysAgo(31) })
    const scored = await snapshot.scoreRecords(records, asked)
    expect(scored.map((one) => one !== null)).toEqual([false, true, true, true, true, true, true, true])
    const held = (await snapshot.scoreRecords(records, { ...asked, now: asked.horizon })).map((one) => one?.bm25)
    expect(scored.slice(3).map((one) => one?.bm25)).toEqual(held.slice(3))
    expect(await snapshot.scoreRecords(records, { ...asked, horizon: asked.now })).not.toEqual(scored)
  })
}
