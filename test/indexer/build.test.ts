import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { buildGeneration } from '../../indexer/build.ts'
import { harvest } from '../../indexer/harvest.ts'
import { night } from '../../indexer/nightly.ts'
import { VerificationFailed } from '../../src/domain/errors.ts'
import { openRuntime } from '../../src/engines/embedded/runtime.ts'
import type { Embedder, Engine } from '../../src/ports.ts'
import { engines, idsIn, markOf, type OpenedEngine, put, record, request, underLock } from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { vectorOf, wordEmbedder } from '../word-embedder.ts'
import { never, shelf } from './harvest-stage.ts'

describe.each(engines)('a build on the %s engine', (_, open) => {
  let opened: OpenedEngine
  let engine: Engine
  let clock: VirtualClock
  let embedder: ReturnType<typeof wordEmbedder>

  beforeEach(async () => {
    clock = new VirtualClock()
    opened = await open(clock)
    engine = opened.engine
    embedder = wordEmbedder()
  })

  afterEach(() => opened.close())

  const build = (by: Embedder = embedder) => underLock(engine, () => buildGeneration(engine, by, { clock }))
  const papers = (...ids: string[]) => ids.map((id) => record(id, { title: `Paper ${id}` }))

  test('embeds nothing that has been embedded, and a text of two documents once', async () => {
    await put(engine, papers('a', 'b'), { embedder })
    await put(engine, [...papers('c'), record('d', { title: 'Paper c' })], { embed: false })
    embedder.embedded.length = 0
    expect(await build()).toMatchObject({ outcome: 'published', manifest: { documents: 4, vectors: 4 } })
    expect(embedder.embedded).toEqual(['Paper c. '])
    await put(engine, papers('e'), { embedder })
    embedder.embedded.length = 0
    await build()
    expect(embedder.embedded).toEqual([])
  })

  test('of nothing new is none', async () => {
    await put(engine, papers('a'))
    await build()
    const before = engine.catalog.list()
    expect(await build()).toEqual({ outcome: 'nothing-new' })
    await put(engine, papers('a'))
    expect(await build()).toEqual({ outcome: 'nothing-new' })
    expect(engine.catalog.list()).toEqual(before)
  })

  test('of an empty store is an empty generation', async () => {
    expect(await build()).toMatchObject({ outcome: 'published', manifest: { documents: 0, mark: 0 } })
    expect(await build()).toEqual({ outcome: 'nothing-new' })
  })

  test('freezes marks before documents: what lands in between is the fresh tier’s', async () => {
    await put(engine, papers('a', 'b'), { embed: false, watermark: markOf('s', '2026-01-01') })
    const meddling: Embedder = {
      ...embedder,
      async embed(texts, role) {
        const harvested = clock.now()
        const [revised, added] = [record('b', { title: 'Revised b', version: 2 }), record('c', { title: 'Paper c' })]
        engine.documents.write({
          writes: [
            { record: revised, contentHash: 'b2' },
            { record: added, contentHash: 'c1' },
          ],
          embeddings: [],
          harvested,
          watermark: markOf('s', '2026-02-02'),
        })
        return embedder.embed(texts, role)
      },
    }
    const mark = engine.documents.lastSeq()
    const built = await build(meddling)
    expect(built).toMatchObject({ manifest: { mark, watermarks: { s: '2026-01-01T00:00:00.000Z' } } })
    const snapshot = (await engine.openReader()).snapshot()
    const { candidates } = await snapshot.gather(request('paper revised', { vector: null }))
    const inTier = (tier: string) => idsIn(engine, { candidates: candidates.filter((one) => one.tier === tier) })
    expect([inTier('static'), inTier('fresh')]).toEqual([['a'], ['b', 'c']])
  })

  test('says how far it is', async () => {
    await put(engine, papers(...Array.from({ length: 600 }, (_, i) => `p${i}`)))
    const progress: [number, number][] = []
    const onProgress = (done: number, of: number) => progress.push([done, of])
    await underLock(engine, () => buildGeneration(engine, embedder, { clock, onProgress }))
    expect(progress).toEqual([
      [256, 600],
      [512, 600],
      [600, 600],
    ])
  })

  test('lets timers have their turn', async () => {
    await put(engine, papers(...Array.from({ length: 600 }, (_, i) => `p${i}`)))
    let turns = 0
    const tick = setInterval(() => turns++, 0)
    await build()
    clearInterval(tick)
    expect(turns).toBeGreaterThan(0)
  })

  describe('that fails', () => {
    beforeEach(async () => {
      await put(engine, papers('a'))
      await build()
      await put(engine, papers('b'), { embed: false })
    })

    const expectYesterday = async () => {
      expect(engine.catalog.current()).toMatchObject({ id: 1 })
      expect(engine.catalog.list()).toHaveLength(1)
      expect(await engine.catalog.sweep()).toEqual([])
      const found = await (await engine.openReader()).snapshot().gather(request('paper', { vector: null }))
      expect(idsIn(engine, found)).toEqual(['a', 'b'])
      expect(await build()).toMatchObject({ outcome: 'published', manifest: { id: 2, documents: 2 } })
    }

    test('while it embeds leaves yesterday serving and nothing behind', async () => {
      const dying = { ...embedder, embed: () => Promise.reject(new Error('the encoder died')) }
      await expect(build(dying)).rejects.toThrow('the encoder died')
      await expectYesterday()
    })

    test('its verification leaves yesterday serving and nothing behind', async () => {
      const openWriter = engine.openWriter.bind(engine)
      const failing: Engine = {
        ...engine,
        async openWriter(dimension) {
          const writer = await openWriter(dimension)
          vi.spyOn(writer, 'verify').mockRejectedValue(new VerificationFailed('recall@10 is 0.1'))
          return writer
        },
      }
      await expect(underLock(engine, () => buildGeneration(failing, embedder, { clock }))).rejects.toThrow(
        VerificationFailed,
      )
      await expectYesterday()
    })

    test('as it publishes leaves yesterday serving and nothing behind', async () => {
      const { catalog } = engine
      const failing: Engine = {
        ...engine,
        catalog: {
          current: () => catalog.current(),
          list: () => catalog.list(),
          rollback: (at) => catalog.rollback(at),
          sweep: () => catalog.sweep(),
          publish() {
            throw new Error('the disk is full')
          },
        },
      }
      await expect(underLock(engine, () => buildGeneration(failing, embedder, { clock }))).rejects.toThrow(
        'the disk is full',
      )
      await expectYesterday()
    })
  })

  describe('after a change of model', () => {
    const successor = wordEmbedder('successor', 24)

    test('the old generation serves with its own fingerprint until the new one is published', async () => {
      await put(engine, papers('a'), { embedder })
      await build()
      const reader = await engine.openReader()
      const source = shelf()
      source.pages = [{ records: papers('b') }]
      /** Found by vector alone, as itself. */
      const found = async (vector: Float32Array | null) => {
        const { candidates } = await reader.snapshot().gather(request('', { vector }))
        return idsIn(engine, { candidates: candidates.filter((one) => (one.cosine ?? 0) > 0.999) })
      }
      // Looked at between harvest and build, and again after every step of the build.
      const during: unknown[] = []
      const watching: Embedder = {
        ...successor,
        async embed(texts, role) {
          await reader.refresh()
          during.push(reader.snapshot().fingerprint, engine.catalog.current()?.fingerprint)
          during.push(await found(vectorOf('paper b')))
          return successor.embed(texts, role)
        },
      }
      const runtime = openRuntime(':memory:', clock)
      const parts = {
        engine,
        embedder: watching,
        clock,
        // What comes in is embedded for the generation that serves.
        harvest: async () => [await harvest({ engine, embedder, runtime, clock }, source, never)],
      }
      expect((await night(parts, 1_000, never)).build).toMatchObject({
        outcome: 'published',
        manifest: { fingerprint: successor.fingerprint, model: 'successor', dimension: 24, documents: 2, vectors: 2 },
      })
      expect(during).toEqual([embedder.fingerprint, embedder.fingerprint, ['b']])
      expect(reader.snapshot().fingerprint).toBe(embedder.fingerprint)
      await reader.refresh()
      expect(reader.snapshot().fingerprint).toBe(successor.fingerprint)
      expect(await found(vectorOf('paper b', 'successor', 24))).toEqual(['b'])
      expect([embedder, successor].map((one) => engine.embeddings.count(one.fingerprint))).toEqual([2, 2])
      runtime.close()
    })

    test('there is something new to build, though no document changed; and back again nothing is embedded', async () => {
      await put(engine, papers('a'), { embedder })
      await build()
      expect(await build(successor)).toMatchObject({
        outcome: 'published',
        manifest: { fingerprint: successor.fingerprint },
      })
      expect(await build(successor)).toEqual({ outcome: 'nothing-new' })
      embedder.embedded.length = 0
      expect(await build()).toMatchObject({ outcome: 'published', manifest: { fingerprint: embedder.fingerprint } })
      expect(embedder.embedded).toEqual([])
    })
  })
})
