import { expect, test } from 'vitest'
import type { Seq } from '../../../src/domain/document.ts'
import type { GenerationId } from '../../../src/domain/generation.ts'
import { noFilters } from '../../../src/domain/query.ts'
import { build, daysAgo, idsIn, purge, put, record, request } from '../../engines/fixtures.ts'

import type { Current } from './current.ts'

export function snapshotTests(current: Current): void {
  test('what happens later never shows in a snapshot', async () => {
    const { engine, clock } = current()
    await put(
      engine,
      ['p', 'w', 'r', 'k'].map((id) => record(id, { title: `Alpha ${id}` })),
    )
    await build(engine, clock)
    await put(
      engine,
      ['fp', 'fw', 'fr', 'fk'].map((id) => record(id, { title: `Alpha ${id}` })),
    )
    const reader = await engine.openReader()
    const snapshot = reader.snapshot()
    const keys = engine.documents.changesAfter(0 as Seq, 100).map((one) => one.key)
    const ask = async () => ({
      both: await snapshot.gather(request('alpha r fr')),
      few: await snapshot.gather(request('alpha r fr', { depth: 2 })),
      approximate: await snapshot.gather(request('alpha r fr', { depth: 2, exact: false })),
      filtered: await snapshot.gather(request('alpha', { filters: { ...noFilters, categories: ['cs'] } })),
      named: await snapshot.scoreOf(keys, request('alpha')),
    })
    const before = await ask()
    expect(before.both.candidates).toHaveLength(8)
    expect(before.named).toHaveLength(8)
    await purge(engine, 'p', 'fp')
    await put(
      engine,
      ['w', 'fw'].map((id) => record(id, { withdrawn: true })),
    )
    await put(
      engine,
      ['r', 'fr'].map((id) => record(id, { title: 'Alpha revised', version: 2 })),
    )
    await put(engine, [record('new', { title: 'Alpha' })])
    expect(await ask()).toEqual(before)
    await reader.refresh()
    expect(await ask()).toEqual(before)
    expect(idsIn(engine, await reader.snapshot().gather(request('alpha')))).toEqual(['fk', 'fr', 'k', 'new', 'r'])
    await build(engine, clock)
    await reader.refresh()
    expect(await ask()).toEqual(before)
  })

  test('pinned at an earlier mark, a snapshot answers as it did then', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    const answers: [Seq, unknown][] = []
    const keys = () => engine.documents.changesAfter(0 as Seq, 100).map((one) => one.key)
    const steps: (() => Promise<unknown>)[] = [
      () => put(engine, [record('a', { title: 'Alpha' }), record('b', { title: 'Alpha beta' })]),
      () => put(engine, [record('a', { title: 'Alpha beta', version: 2 })]),
      () => purge(engine, 'b'),
      () => put(engine, [record('c', { title: 'Beta', announced: daysAgo(1) })]),
    ]
    let all = new Set<number>()
    for (const step of steps) {
      await step()
      await reader.refresh()
      all = new Set([...all, ...keys()])
      const snapshot = reader.snapshot()
      answers.push([snapshot.mark, await snapshot.gather(request('alpha beta'))])
    }
    for (const [mark, answer] of answers) {
      const pinned = reader.snapshot().pinnedAt(mark)
      expect(pinned.mark).toBe(mark)
      expect(await pinned.gather(request('alpha beta'))).toEqual(answer)
      const { candidates } = await pinned.gather(request('alpha beta'))
      const named = await pinned.scoreOf(
        candidates.map((one) => one.key),
        request('alpha beta'),
      )
      expect(new Set(named)).toEqual(new Set(candidates))
    }
    expect(reader.snapshot().pinnedAt((answers[3][0] + 5) as Seq).mark).toBe(answers[3][0])
  })

  test('the generation before can still be asked for, with its own fresh tier; older ones cannot', async () => {
    const { engine, clock } = current()
    const reader = await engine.openReader()
    await put(engine, [record('a', { title: 'Alpha' })])
    await build(engine, clock)
    await reader.refresh()
    await put(engine, [record('b', { title: 'Alpha' })])
    await reader.refresh()
    const mark = reader.snapshot().mark
    await build(engine, clock)
    await reader.refresh()
    const first = reader.snapshotOf(1 as GenerationId)!
    expect(first).toMatchObject({ generation: { id: 1 }, mark })
    expect(idsIn(engine, await first.gather(request('alpha')))).toEqual(['a', 'b'])
    expect(reader.snapshotOf(2 as GenerationId)).toMatchObject({ generation: { id: 2 } })
    expect(reader.snapshotOf(3 as GenerationId)).toBeNull()
    expect(reader.snapshotOf(null)).toBeNull()
  })

  test('refreshes that come while one runs share it', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    await put(
      engine,
      Array.from({ length: 100 }, (_, i) => record(`d${i}`)),
    )
    await Promise.all([reader.refresh(), reader.refresh(), reader.refresh()])
    expect(reader.counts.fresh).toBe(100)
    expect(reader.snapshot().mark).toBe(engine.documents.lastSeq())
  })
}
