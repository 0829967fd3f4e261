import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HarvestReport } from '../../indexer/harvest.ts'
import { night } from '../../indexer/nightly.ts'
import { SourceError, StoreLocked } from '../../src/domain/errors.ts'
import { isoOf } from '../../src/domain/instant.ts'
import type { Embedder } from '../../src/ports.ts'
import { engines, idsIn, request } from '../engines/fixtures.ts'
import { type HarvestStage, harvestStage, never, page, type Shelf, shelf } from './harvest-stage.ts'

describe.each(engines)('a night on the %s engine', (_, open) => {
  let stage: HarvestStage
  let source: Shelf

  beforeEach(async () => {
    stage = await harvestStage(open)
    source = shelf()
  })

  afterEach(() => stage.close())

  const runNight = (embedder: Embedder = stage.embedder, ...sources: Shelf[]) =>
    night({ ...stage, embedder, harvest: () => all(sources.length > 0 ? sources : [source]) }, 1_000, never)
  const all = async (sources: readonly Shelf[]) => {
    const reports: HarvestReport[] = []
    for (const one of sources) reports.push(await stage.run(one))
    return reports
  }

  test('harvests and publishes; the same night again changes nothing', async () => {
    source.pages = [page('a', 'b')]
    const watermarks = { fake: isoOf(stage.clock.now()) }
    expect(await runNight()).toMatchObject({
      swept: [],
      harvests: [{ counts: { new: 2 } }],
      build: { outcome: 'published', manifest: { id: 1, documents: 2, watermarks } },
    })
    const { documents, catalog } = stage.engine
    const before = [documents.lastSeq(), catalog.list(), stage.embedder.embedded.length]
    expect(await runNight()).toMatchObject({ harvests: [{ counts: { new: 0 } }], build: { outcome: 'nothing-new' } })
    expect([documents.lastSeq(), catalog.list(), stage.embedder.embedded.length]).toEqual(before)
  })

  test('goes on without a source that fails', async () => {
    const [broken, sound] = [shelf('broken'), shelf('sound')]
    broken.before = () => {
      throw new SourceError('broken', 'unreachable', 'no route')
    }
    sound.pages = [page('a')]
    const { harvests, build } = await runNight(stage.embedder, broken, sound)
    expect(harvests.map((one) => one.outcome)).toEqual(['failed', 'harvested'])
    expect(build).toMatchObject({ outcome: 'published', manifest: { documents: 1 } })
    expect(stage.engine.documents.watermarks()).toMatchObject([{ source: 'sound' }])
  })

  test('sweeps what a dead one left, and what it retires itself', async () => {
    await stage.engine.openWriter(16)
    source.pages = [page('a')]
    expect((await runNight()).swept).toHaveLength(1)
    for (const id of ['b', 'c']) {
      source.pages = [page(id)]
      await runNight()
    }
    expect(await stage.engine.catalog.sweep()).toEqual([])
    expect(stage.engine.catalog.list().map((one) => one.state)).toEqual(['published', 'published', 'retired'])
  })

  test('gives the lock back, however it ends', async () => {
    const dying = {
      ...stage.embedder,
      fingerprint: 'other',
      embed: () => Promise.reject(new Error('the encoder died')),
    }
    source.pages = [page('a')]
    await expect(runNight(dying)).rejects.toThrow('the encoder died')
    expect(stage.engine.catalog.current()).toBeNull()
    ;(await stage.engine.lock('the next', 0)).release()
    expect(await stage.engine.catalog.sweep()).toEqual([])
    const found = await (await stage.engine.openReader()).snapshot().gather(request('paper'))
    expect(idsIn(stage.engine, found)).toEqual(['a'])
  })

  test('that finds the store locked keeps what it harvested, and says who writes', async () => {
    source.pages = [page('a')]
    const locked = async () => {
      const reports = await all([source])
      const lock = await stage.engine.lock('an import', 0)
      void stage.clock.sleep(3_600_000).then(() => lock.release())
      return reports
    }
    await expect(night({ ...stage, harvest: locked }, 60_000, never)).rejects.toThrow(StoreLocked)
    expect(stage.ids()).toEqual(['a'])
  })

  test('that is stopped while it harvests builds nothing', async () => {
    const controller = new AbortController()
    source.pages = [page('a')]
    const stopped = async () => {
      const reports = await all([source])
      controller.abort(new Error('stopped'))
      return reports
    }
    await expect(night({ ...stage, harvest: stopped }, 1_000, controller.signal)).rejects.toThrow('stopped')
    expect(stage.engine.catalog.list()).toEqual([])
  })
})
