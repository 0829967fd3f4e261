import { expect, test } from 'vitest'
import { noFilters } from '../../../src/domain/query.ts'
import type { GatherRequest } from '../../../src/ports.ts'
import { build, dimension, idsIn, keyOf, purge, put, record, request } from '../../engines/fixtures.ts'
import { vectorOf, wordEmbedder } from '../../word-embedder.ts'

import type { Current } from './current.ts'

/** Finds with one ranker alone: by words without a vector, or by a vector without words. */
const byWords = (text: string, facts: Partial<GatherRequest> = {}) => request(text, { vector: null, ...facts })
const byVector = (text: string, facts: Partial<GatherRequest> = {}) => request(text, { terms: [], depth: 1, ...facts })

export function findTests(current: Current): void {
  test('a document is found by words and by vector right after its write and a refresh', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    expect(await reader.refresh()).toBe(false)
    await put(engine, [record('a', { title: 'Sparse mixtures' }), record('b', { title: 'Dense retrieval' })])
    expect(await reader.refresh()).toBe(true)
    expect(await reader.refresh()).toBe(false)
    const snapshot = reader.snapshot()
    expect(idsIn(engine, await snapshot.gather(byWords('mixture')))).toEqual(['a'])
    expect(idsIn(engine, await snapshot.gather(byVector('dense retrieval')))).toEqual(['b'])
    expect(snapshot).toMatchObject({
      generation: null,
      fingerprint: wordEmbedder().fingerprint,
      mark: engine.documents.lastSeq(),
    })
    expect(reader.counts).toEqual({ static: 0, fresh: 2 })
    await reader.close()
  })

  test('an empty engine answers with nothing', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    const evidence = await reader.snapshot().gather(request('anything'))
    expect(evidence).toMatchObject({ candidates: [], best: { cosine: -1, bm25: 0 }, documents: 0, lastWeek: 0 })
    expect(evidence.corpusAges).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('a candidate carries both scores, whichever ranker brought it', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha beta' }), record('b', { title: 'Gamma delta' })])
    await build(engine, clock)
    await put(engine, [record('c', { title: 'Alpha gamma' })])
    const reader = await engine.openReader()
    const { candidates } = await reader.snapshot().gather(request('alpha', { vector: vectorOf('gamma delta') }))
    expect(candidates.map((one) => [one.key, one.tier])).toEqual(
      expect.arrayContaining([
        [keyOf(engine, 'a'), 'static'],
        [keyOf(engine, 'b'), 'static'],
        [keyOf(engine, 'c'), 'fresh'],
      ]),
    )
    for (const one of candidates) expect(one.cosine).not.toBeNull()
    expect(candidates.filter((one) => one.bm25 > 0).map((one) => one.key)).toEqual([
      keyOf(engine, 'a'),
      keyOf(engine, 'c'),
    ])
    expect(candidates.find((one) => one.key === keyOf(engine, 'b'))!.cosine).toBeGreaterThan(0.9)
  })

  test('a document without a vector is found by words and has no cosine', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' })], { embed: false })
    await put(engine, [record('b', { title: 'Alpha beta' })])
    const reader = await engine.openReader()
    const cosines = async () =>
      Object.fromEntries(
        (await reader.snapshot().gather(request('alpha'))).candidates.map((one) => [one.key, one.cosine !== null]),
      )
    const expected = { [keyOf(engine, 'a')]: false, [keyOf(engine, 'b')]: true }
    expect(await cosines()).toEqual(expected)
    const silent = { ...wordEmbedder(), embed: async (texts: readonly string[]) => texts.map(() => null) }
    await build(engine, clock, silent)
    await reader.refresh()
    expect(await cosines()).toEqual(expected)
  })

  test('a vector at exactly right angles to the query has the cosine 0, not none', async () => {
    const { engine, clock } = current()
    const axis = (at: number) => Float32Array.from({ length: dimension }, (_, i) => (i === at ? 1 : 0))
    const onFirstAxis = { ...wordEmbedder(), embed: async (texts: readonly string[]) => texts.map(() => axis(0)) }
    await put(engine, [record('a', { title: 'Alpha' })], { embedder: onFirstAxis })
    const reader = await engine.openReader()
    const cosine = async () =>
      (await reader.snapshot().gather(request('alpha', { vector: axis(1) }))).candidates.map((one) => one.cosine)
    expect(await cosine()).toEqual([0])
    await build(engine, clock, onFirstAxis)
    await reader.refresh()
    expect(await cosine()).toEqual([0])
  })

  test('only the tiers asked for answer, but statistics are of both', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' }), record('z', { title: 'Zeta' })])
    await build(engine, clock)
    await put(engine, [record('b', { title: 'Alpha beta' })])
    const snapshot = (await engine.openReader()).snapshot()
    const both = await snapshot.gather(request('alpha'))
    for (const [tiers, id] of [
      [{ static: true, fresh: false }, 'a'],
      [{ static: false, fresh: true }, 'b'],
    ] as const) {
      const one = await snapshot.gather(byWords('alpha', { tiers }))
      expect(idsIn(engine, one)).toEqual([id])
      expect(one.terms).toEqual(both.terms)
      expect(one.documents).toBe(3)
    }
  })

  test('named documents are scored where the snapshot and the filters let them through', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' }), record('b', { title: 'Beta', categories: ['math.GT'] })])
    await build(engine, clock)
    await put(engine, [record('c', { title: 'Gamma' }), record('d', { title: 'Delta', withdrawn: true })])
    const snapshot = (await engine.openReader()).snapshot()
    const keys = ['a', 'b', 'c', 'd'].map((id) => keyOf(engine, id))
    const found = await snapshot.scoreOf(keys, request('alpha'))
    expect(found.map((one) => one.key)).toEqual([keys[0], keys[1], keys[2]])
    const gathered = await snapshot.gather(request('alpha'))
    for (const one of found) expect(gathered.candidates).toContainEqual(one)
    const filtered = request('alpha', { filters: { ...noFilters, categories: ['cs'] } })
    expect(idsIn(engine, { candidates: await snapshot.scoreOf(keys, filtered) })).toEqual(['a', 'c'])
  })

  test('a purged, withdrawn or revised document leaves the static tier at once', async () => {
    const { engine, clock } = current()
    await put(
      engine,
      ['p', 'w', 'r', 'k'].map((id) => record(id, { title: `Alpha ${id}` })),
    )
    await build(engine, clock)
    const reader = await engine.openReader()
    await purge(engine, 'p')
    await put(engine, [record('w', { title: 'Alpha w', withdrawn: true })])
    await put(engine, [record('r', { title: 'Omega r', version: 2 })])
    await reader.refresh()
    expect(
      idsIn(engine, await reader.snapshot().gather(request('alpha', { tiers: { static: true, fresh: false } }))),
    ).toEqual(['k'])
    expect(idsIn(engine, await reader.snapshot().gather(byWords('alpha')))).toEqual(['k'])
    expect(idsIn(engine, await reader.snapshot().gather(byWords('omega')))).toEqual(['r'])
  })

  test('the same goes for the fresh tier, change after change', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    for (const [version, title] of [
      [1, 'Alpha'],
      [2, 'Beta'],
      [3, 'Alpha again'],
    ] as const) {
      await put(engine, [record('a', { version, title })])
      await reader.refresh()
    }
    const found = await reader.snapshot().gather(request('alpha beta'))
    expect(found.candidates).toHaveLength(1)
    await put(engine, [record('a', { version: 4, title: 'Alpha', withdrawn: true })])
    await reader.refresh()
    expect((await reader.snapshot().gather(request('alpha beta'))).candidates).toEqual([])
    await put(engine, [record('a', { version: 5, title: 'Alpha' })])
    await reader.refresh()
    expect((await reader.snapshot().gather(request('alpha beta'))).candidates).toHaveLength(1)
    await purge(engine, 'a')
    await reader.refresh()
    expect((await reader.snapshot().gather(request('alpha beta'))).candidates).toEqual([])
  })

  test('a phrase that no syntax could be made of is a phrase, and one without words is nowhere', async () => {
    const { engine } = current()
    await put(engine, [record('a', { title: 'NOT "quoted" AND near(x)' })])
    const { documents } = engine
    const all = new Set([keyOf(engine, 'a')])
    for (const phrase of ['"quoted" and', 'NOT', 'near(x', 'AND NEAR'])
      expect(documents.withPhrase(phrase)).toEqual(all)
    for (const phrase of ['', '!!!', '*', 'quoted not', 'a" OR "quoted', 'title : x']) {
      expect(documents.withPhrase(phrase)).toEqual(new Set())
    }
  })
}
