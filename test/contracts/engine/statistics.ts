import { expect, test } from 'vitest'
import type { Evidence } from '../../../src/domain/evidence.ts'
import { build, daysAgo, purge, put, record, request } from '../../engines/fixtures.ts'
import type { Current } from './current.ts'

export function statisticsTests(current: Current): void {
  const library = Array.from({ length: 80 }, (_, i) =>
    record(`d${i}`, { title: i < 60 ? 'Alpha' : 'Beta', abstract: 'Of things. '.repeat(i % 5), announced: daysAgo(i) }),
  )
  const without = ({ candidates, ...figures }: Evidence) => ({
    ...figures,
    scores: candidates
      .map(({ key, bm25, cosine }) => ({ key, bm25, cosine }))
      .sort((one, other) => one.key - other.key),
  })

  test('each document counts once, in its newest text; withdrawn and purged ones do not', async () => {
    const { engine, clock } = current()
    await put(engine, library)
    await build(engine, clock)
    await put(engine, [
      record('d0', { version: 2, title: 'Alpha gamma', announced: daysAgo(0) }),
      record('d70', { version: 2, title: 'Alpha', announced: daysAgo(70) }),
      record('d5', { version: 2, withdrawn: true, announced: daysAgo(5) }),
    ])
    await purge(engine, 'd40')
    const { documents, terms, corpusAges } = await (await engine.openReader()).snapshot().gather(request('alpha gamma'))
    expect(documents).toBe(78)
    expect(corpusAges).toEqual([6, 23, 49, 0, 0, 0])
    expect(terms).toMatchObject([
      { term: 'alpha', documents: 59, ages: [6, 23, 30, 0, 0, 0] },
      { term: 'gamma', documents: 1, ages: [1, 0, 0, 0, 0, 0] },
    ])
  })

  test('publishing a generation changes no figure', async () => {
    const { engine, clock } = current()
    await put(engine, library)
    await build(engine, clock)
    const reader = await engine.openReader()
    await put(
      engine,
      library.slice(0, 30).map((one) => ({ ...one, version: 2, title: `Beta ${one.id}`, abstract: 'Of alpha.' })),
    )
    await put(engine, [record('new', { title: 'Alpha', announced: daysAgo(2) })])
    await purge(engine, 'd50')
    await reader.refresh()
    const before = await reader.snapshot().gather(request('alpha beta of'))
    await build(engine, clock)
    await reader.refresh()
    const after = await reader.snapshot().gather(request('alpha beta of'))
    expect(without(after)).toEqual(without(before))
    expect(after.candidates.map((one) => one.tier)).not.toEqual(before.candidates.map((one) => one.tier))
  })
}
