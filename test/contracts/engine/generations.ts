import { expect, test } from 'vitest'
import { CorruptStore } from '../../../src/domain/errors.ts'
import type { GenerationId } from '../../../src/domain/generation.ts'
import { build, daysAgo, dimension, idOf, idsIn, markOf, put, record, request } from '../../engines/fixtures.ts'
import { wordEmbedder } from '../../word-embedder.ts'

import type { Current } from './current.ts'

export function generationTests(current: Current): void {
  test('nothing of a generation shows before it is published; then a refresh swaps the snapshot', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' })])
    const reader = await engine.openReader()
    const before = reader.snapshot()
    const manifest = await build(engine, clock)
    expect(before.generation).toBeNull()
    expect(reader.snapshot().generation).toBeNull()
    expect(await reader.refresh()).toBe(true)
    expect(reader.snapshot().generation).toEqual(manifest)
    expect(reader.counts).toEqual({ static: 1, fresh: 0 })
    expect((await before.gather(request('alpha'))).candidates).toMatchObject([{ tier: 'fresh' }])
    expect((await reader.snapshot().gather(request('alpha'))).candidates).toMatchObject([{ tier: 'static' }])
  })

  test('a manifest says what is in the generation', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha beta' }), record('w', { withdrawn: true })], {
      watermark: markOf('s', '2026-01-05'),
    })
    await put(engine, [record('b', { title: '!' })])
    const manifest = await build(engine, clock)
    expect(manifest).toMatchObject({
      id: 1,
      createdAt: clock.now(),
      mark: engine.documents.lastSeq(),
      store: engine.incarnation(),
      documents: 2,
      vectors: 1,
      tokens: 2,
      dimension,
      fingerprint: wordEmbedder().fingerprint,
      watermarks: { s: '2026-01-05T00:00:00.000Z' },
    })
    expect(engine.catalog.current()).toEqual({
      id: 1,
      state: 'published',
      createdAt: clock.now(),
      publishedAt: clock.now(),
      mark: manifest.mark,
      documents: 2,
      fingerprint: wordEmbedder().fingerprint,
      model: wordEmbedder().model,
    })
  })

  test('documents for a build come in order of announcement, undated first, without the withdrawn and what came later', async () => {
    const { engine } = current()
    await put(engine, [
      record('new', { announced: daysAgo(1) }),
      record('old', { announced: daysAgo(9) }),
      record('undated', { announced: null, announcedBasis: 'unknown' }),
      record('gone', { withdrawn: true }),
    ])
    const mark = engine.documents.lastSeq()
    await put(engine, [
      record('later', { announced: daysAgo(5) }),
      record('old', { version: 2, announced: daysAgo(9) }),
    ])
    expect([...engine.forBuild(mark)].map((one) => one.id)).toEqual(['undated', 'new'])
    expect([...engine.forBuild(engine.documents.lastSeq())].map((one) => one.id)).toEqual([
      'undated',
      'old',
      'later',
      'new',
    ])
  })

  test('two generations are kept; the ones before are retired and swept', async () => {
    const { engine, clock } = current()
    for (const id of ['a', 'b', 'c']) {
      await put(engine, [record(id)])
      await build(engine, clock)
    }
    expect(engine.catalog.list().map(({ id, state }) => [id, state])).toEqual([
      [3, 'published'],
      [2, 'published'],
      [1, 'retired'],
    ])
    expect(await engine.catalog.sweep()).toHaveLength(1)
    expect(await engine.catalog.sweep()).toEqual([])
    expect((await engine.openReader()).counts.static).toBe(3)
  })

  test('a rollback serves the generation before, with everything since in the fresh tier', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' })])
    await build(engine, clock)
    await put(engine, [record('b', { title: 'Alpha' })])
    await build(engine, clock)
    const reader = await engine.openReader()
    expect(reader.counts).toEqual({ static: 2, fresh: 0 })
    expect(engine.catalog.rollback(clock.now())).toMatchObject({ id: 1 })
    expect(engine.catalog.current()).toMatchObject({ id: 1 })
    expect(await reader.refresh()).toBe(true)
    expect(reader.counts).toEqual({ static: 1, fresh: 1 })
    expect(idsIn(engine, await reader.snapshot().gather(request('alpha')))).toEqual(['a', 'b'])
    expect(() => engine.catalog.rollback(clock.now())).toThrow(CorruptStore)
    expect(engine.catalog.current()).toMatchObject({ id: 1 })
    await engine.catalog.sweep()
    expect((await build(engine, clock)).id).toBe(3)
    await reader.refresh()
    expect(reader.counts).toEqual({ static: 2, fresh: 0 })
    expect(engine.catalog.rollback(clock.now())).toMatchObject({ id: 1 })
  })

  test('with one generation or none there is nothing to roll back to', async () => {
    const { engine, clock } = current()
    expect(() => engine.catalog.rollback(clock.now())).toThrow(CorruptStore)
    await put(engine, [record('a')])
    await build(engine, clock)
    expect(() => engine.catalog.rollback(clock.now())).toThrow(CorruptStore)
    expect(engine.catalog.current()).toMatchObject({ id: 1 })
  })

  test('what a dead night left staged is swept, and its number is used again', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a')])
    const dead = await engine.openWriter(dimension)
    dead.add(engine.documents.byId(idOf('a'))!, null)
    expect(engine.catalog.current()).toBeNull()
    expect(await engine.catalog.sweep()).toHaveLength(1)
    expect(await engine.catalog.sweep()).toEqual([])
    expect((await build(engine, clock)).id).toBe(1)
  })

  test('a discarded writer leaves nothing', async () => {
    const { engine } = current()
    const writer = await engine.openWriter(dimension)
    await writer.discard()
    expect(await engine.catalog.sweep()).toEqual([])
  })

  test('what was never sealed cannot be published', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a')])
    const manifest = await build(engine, clock)
    const phantom = { ...manifest, id: 9 as GenerationId }
    expect(() => engine.catalog.publish(phantom, clock.now())).toThrow()
    expect(engine.catalog.current()).toMatchObject({ id: 1 })
    expect(engine.catalog.list()).toHaveLength(1)
  })

  test('a fresh document speaks the generation’s fingerprint, not the newest one', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' })])
    await build(engine, clock)
    await put(engine, [record('b', { title: 'Beta' })], { embedder: wordEmbedder('b', 8) })
    const snapshot = (await engine.openReader()).snapshot()
    expect(snapshot.fingerprint).toBe(wordEmbedder().fingerprint)
    const { candidates } = await snapshot.gather(request('alpha beta'))
    expect(candidates.map((one) => [one.tier, one.cosine !== null])).toEqual([
      ['static', true],
      ['fresh', false],
    ])
  })
}
