import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { harvest, windowFor } from '../../indexer/harvest.ts'
import { night } from '../../indexer/nightly.ts'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { SourceError } from '../../src/domain/errors.ts'
import { addDays, type Day, dayMs, dayOf } from '../../src/domain/instant.ts'
import { openRuntime } from '../../src/engines/embedded/runtime.ts'
import type { Engine, HarvestPage, HarvestWindow, Runtime, Source } from '../../src/ports.ts'
import {
  engines,
  idOf,
  idsIn,
  type OpenedEngine,
  record,
  request,
  type TempFolder,
  tempFolder,
} from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { wordEmbedder } from '../word-embedder.ts'

const never = new AbortController().signal
const today = '2026-03-02' as Day

const page = (...records: DocumentRecord[]): HarvestPage => ({ records, rejected: [], total: null })
const paper = (id: string) => record(id, { title: `Paper ${id}` })

interface FakeSource extends Source {
  readonly windows: HarvestWindow[]
  /** What the next harvests give: pages, then an error if there is one. */
  script: readonly (HarvestPage | Error)[]
}

function fakeSource(name = 'fake'): FakeSource {
  return {
    name,
    firstHarvestDays: 30,
    windows: [],
    script: [],
    async *changes(window, signal) {
      this.windows.push(window)
      for (const one of this.script) {
        signal.throwIfAborted()
        if (one instanceof Error) throw one
        yield one
      }
    },
  }
}

/** A feed that keeps every record under the day on which it came. */
function feed(): Source & { readonly days: Map<Day, DocumentRecord> } {
  const days = new Map<Day, DocumentRecord>()
  return {
    name: 'feed',
    firstHarvestDays: 30,
    days,
    async *changes({ from, through }) {
      yield page(...[...days].filter(([day]) => day >= from && day <= through).map(([, one]) => one))
    },
  }
}

describe.each(engines)('on the %s engine', (_, open) => {
  let opened: OpenedEngine
  let folder: TempFolder
  let engine: Engine
  let runtime: Runtime
  let clock: VirtualClock
  let embedder: ReturnType<typeof wordEmbedder>
  let source: FakeSource

  beforeEach(async () => {
    clock = new VirtualClock(`${today}T03:45:00Z`)
    folder = tempFolder()
    opened = await open(clock)
    engine = opened.engine
    runtime = openRuntime(join(folder.path, 'runtime.db'), clock)
    embedder = wordEmbedder()
    source = fakeSource()
  })

  afterEach(async () => {
    runtime.close()
    await opened.close()
    folder.remove()
  })

  const run = (from: Source = source, signal = never) => harvest(engine, embedder, from, runtime, clock, signal)
  const watermark = () => engine.documents.watermarks().find((one) => one.source === source.name)?.through ?? null
  const ids = () => engine.documents.changesAfter(0 as never, 99).flatMap((one) => one.document?.id ?? [])

  describe('a harvest', () => {
    test('reaches thirty days back the first time, and one day behind its watermark from then on', async () => {
      await run()
      await run()
      clock.advance(3 * dayMs)
      await run()
      expect(source.windows).toEqual([
        { from: '2026-01-31', through: today },
        { from: '2026-03-01', through: today },
        { from: '2026-03-01', through: '2026-03-05' },
      ])
      expect(watermark()).toBe('2026-03-05')
    })

    test('without a page moves the watermark all the same', async () => {
      expect(await run()).toMatchObject({
        source: 'fake',
        outcome: 'harvested',
        counts: { new: 0, revised: 0, withdrawn: 0, unchanged: 0, stale: 0 },
        rejected: [],
        error: null,
      })
      expect(watermark()).toBe(today)
      expect(runtime.health()).toMatchObject([{ source: 'fake', state: 'ok', lastSuccess: clock.now() }])
    })

    test('stores every page, and says what it could not read', async () => {
      const rejected = [{ id: 'x', reason: 'has no title' }]
      source.script = [page(paper('a')), { ...page(), rejected }, page(paper('b'), paper('c'))]
      expect(await run()).toMatchObject({ outcome: 'harvested', counts: { new: 3 }, rejected })
      expect(ids()).toEqual(['a', 'b', 'c'])
    })

    test('that fails is a report and a row of health; its watermark stays, and the next one gets the rest', async () => {
      source.script = [
        page(paper('a')),
        page(paper('b')),
        page(paper('c')),
        new SourceError('fake', 'timeout', 'no answer'),
      ]
      expect(await run()).toMatchObject({ outcome: 'failed', counts: null, error: 'no answer' })
      expect(watermark()).toBeNull()
      expect(runtime.health()).toMatchObject([
        { source: 'fake', state: 'unreachable', error: 'no answer', lastSuccess: null },
      ])
      const kept = ids()
      expect(kept).toContain('a')
      clock.advance(3_600_000)
      source.script = source.script.filter((one) => !(one instanceof Error))
      expect(await run()).toMatchObject({ counts: { new: 3 - kept.length, unchanged: kept.length } })
      expect(source.windows[1]).toEqual(source.windows[0])
      expect(watermark()).toBe(today)
      expect(ids().sort()).toEqual(['a', 'b', 'c'])
      expect(runtime.health()).toMatchObject([{ state: 'ok', failingSince: null, error: null }])
    })

    test('that fails before its first page keeps the mark of the night before', async () => {
      await run()
      clock.advance(dayMs)
      source.script = [new SourceError('fake', 'rate-limited', 'slow down')]
      expect(await run()).toMatchObject({ outcome: 'failed' })
      expect(watermark()).toBe(today)
    })

    test('does not hide a fault of ours behind the source', async () => {
      source.script = [page(paper('a')), new TypeError('a bug')]
      await expect(run()).rejects.toThrow(TypeError)
      expect(watermark()).toBeNull()
      expect(runtime.health()).toEqual([])
    })

    test('that is stopped moves nothing', async () => {
      const controller = new AbortController()
      controller.abort(new Error('stopped'))
      source.script = [page(paper('a'))]
      await expect(run(source, controller.signal)).rejects.toThrow('stopped')
      expect(watermark()).toBeNull()
    })

    test('asked twice brings nothing new and embeds nothing', async () => {
      source.script = [page(paper('a'), paper('b'))]
      await run()
      const { length } = embedder.embedded
      expect(await run()).toMatchObject({ counts: { new: 0, unchanged: 2 } })
      expect(embedder.embedded).toHaveLength(length)
    })

    test('finds what came late under a day that was harvested', async () => {
      const late = feed()
      await run(late)
      late.days.set(today, paper('late'))
      clock.advance(dayMs)
      expect(await run(late)).toMatchObject({ counts: { new: 1 } })
    })
  })

  describe('a clock that is wrong', () => {
    test('set back never turns the window around, and the mark never goes back', async () => {
      await run()
      clock.jump(-400 * dayMs)
      const window = windowFor(engine, source, clock)
      expect(window.from <= window.through).toBe(true)
      expect(window.through).toBe(dayOf(clock.now()))
      await run()
      expect(watermark()).toBe(today)
    })

    // A mark of the future says nothing of the days up to it: they had not come when it was set.
    test('that ran ahead for a night loses nothing of the nights after it', async () => {
      const real = feed()
      clock.jump(1_000 * dayMs)
      await run(real)
      clock.jump(-1_000 * dayMs)
      for (let day = 1; day <= 4; day++) {
        real.days.set(addDays(today, day), paper(`d${day}`))
        clock.advance(dayMs)
        // The second night is missed, as nights are.
        if (day !== 2) await run(real)
      }
      expect(ids()).toEqual(['d1', 'd2', 'd3', 'd4'].map(idOf))
    })
  })

  describe('a night', () => {
    const runNight = (...sources: Source[]) =>
      night({ engine, embedder, serving: embedder, sources, runtime, clock }, 1_000, never)

    test('harvests and publishes; the same night again changes nothing', async () => {
      source.script = [page(paper('a'), paper('b'))]
      expect(await runNight(source)).toMatchObject({
        swept: [],
        harvests: [{ counts: { new: 2 } }],
        build: { outcome: 'published', manifest: { id: 1, documents: 2, watermarks: { fake: today } } },
      })
      const before = [engine.documents.lastSeq(), engine.catalog.list(), embedder.embedded.length]
      expect(await runNight(source)).toMatchObject({
        harvests: [{ counts: { new: 0 } }],
        build: { outcome: 'nothing-new' },
      })
      expect([engine.documents.lastSeq(), engine.catalog.list(), embedder.embedded.length]).toEqual(before)
    })

    test('goes on without a source that fails', async () => {
      const [broken, sound] = [fakeSource('broken'), fakeSource('sound')]
      broken.script = [new SourceError('broken', 'unreachable', 'no route')]
      sound.script = [page(paper('a'))]
      const { harvests, build } = await runNight(broken, sound)
      expect(harvests.map((one) => one.outcome)).toEqual(['failed', 'harvested'])
      expect(build).toMatchObject({ outcome: 'published', manifest: { documents: 1 } })
      expect(engine.documents.watermarks()).toEqual([{ source: 'sound', through: today }])
    })

    test('sweeps what a dead one left, and what it retires itself', async () => {
      await engine.openWriter(16)
      source.script = [page(paper('a'))]
      expect((await runNight(source)).swept).toHaveLength(1)
      for (const id of ['b', 'c']) {
        source.script = [page(paper(id))]
        await runNight(source)
      }
      expect(await engine.catalog.sweep()).toEqual([])
      expect(engine.catalog.list().map((one) => one.state)).toEqual(['published', 'published', 'retired'])
    })

    test('gives the lock back, however it ends', async () => {
      const dying = { ...embedder, fingerprint: 'other', embed: () => Promise.reject(new Error('the encoder died')) }
      source.script = [page(paper('a'))]
      const parts = { engine, embedder: dying, serving: embedder, sources: [source], runtime, clock }
      await expect(night(parts, 1_000, never)).rejects.toThrow('the encoder died')
      expect(engine.catalog.current()).toBeNull()
      ;(await engine.lock('the next', 0)).release()
      expect(await engine.catalog.sweep()).toEqual([])
      const found = await (await engine.openReader()).snapshot().gather(request('paper'))
      expect(idsIn(engine, found)).toEqual(['a'])
    })
  })
})
