import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { windowFor } from '../../indexer/harvest.ts'
import { SourceError, type SourceFailure } from '../../src/domain/errors.ts'
import { dayMs, instant, isoOf } from '../../src/domain/instant.ts'
import { engines, idOf } from '../engines/fixtures.ts'
import { type HarvestStage, harvestStage, page, paper, type Shelf, shelf } from './harvest-stage.ts'

const hourMs = 3_600_000
const failure = (kind: SourceFailure, message = 'no answer') => new SourceError('fake', kind, message)

describe.each(engines)('on the %s engine', (_, open) => {
  let stage: HarvestStage
  let source: Shelf

  beforeEach(async () => {
    stage = await harvestStage(open)
    source = shelf()
  })

  afterEach(() => stage.close())

  const run = (odd: string | null = null) => stage.run(source, odd)
  const through = () => stage.markOf(source)?.through ?? null
  const begunAt = () => source.windows.map(({ after }) => isoOf(after))
  /** The next harvest fails before the page of this number; those after it do not. */
  const failOnceAt = (number: number, error: unknown) => {
    source.before = (at) => {
      if (at !== number) return
      source.before = () => undefined
      throw error
    }
  }

  describe('the window', () => {
    test('reaches thirty days back the first time, and then begins where the last one ended', async () => {
      await run()
      stage.clock.advance(3 * dayMs)
      await run()
      expect(begunAt()).toEqual(['2026-01-31T03:45:00.000Z', '2026-03-02T03:45:00.000Z'])
      expect(source.windows.map(({ upTo }) => isoOf(upTo))).toEqual([
        '2026-03-02T03:45:00.000Z',
        '2026-03-05T03:45:00.000Z',
      ])
      expect(through()).toBe(stage.clock.now())
    })

    test('reaches behind the watermark by what the source asks for', async () => {
      source.overlapMs = dayMs
      await run()
      stage.clock.advance(3 * dayMs)
      await run()
      expect(begunAt()[1]).toBe('2026-03-01T03:45:00.000Z')
    })

    test('of a wider scope reaches back as if there were no watermark', async () => {
      await run()
      stage.clock.advance(dayMs)
      source.scope = 'cs.IR\ncs.CL'
      await run()
      expect(begunAt()[1]).toBe('2026-02-01T03:45:00.000Z')
      expect(stage.markOf(source)).toMatchObject({ scope: 'cs.IR\ncs.CL', through: stage.clock.now() })
    })

    // Both what the new scope asks for and what the old one has missed.
    test('of another scope after a long absence reaches back to the old watermark', async () => {
      await run()
      const mark = stage.clock.now()
      stage.clock.advance(100 * dayMs)
      source.scope = 'wider'
      await run()
      expect(source.windows[1].after).toBe(mark)
    })

    test('of a harvest that was interrupted under another scope is not gone on with', async () => {
      source.pages = [page('a'), page('b')]
      failOnceAt(1, failure('timeout'))
      await run()
      source.scope = 'wider'
      await run()
      expect(source.windows[1].resume).toBeNull()
      expect(stage.engine.documents.checkpoint('fake')).toBeNull()
    })
  })

  describe('a harvest', () => {
    test('without a page moves the watermark all the same', async () => {
      expect(await run()).toMatchObject({ source: 'fake', outcome: 'harvested', rejected: [], error: null })
      expect(through()).toBe(stage.clock.now())
      expect(stage.runtime.health()).toMatchObject([{ source: 'fake', state: 'ok', lastSuccess: stage.clock.now() }])
    })

    test('stores every page, and says what it could not read', async () => {
      const rejected = [{ id: 'x', reason: 'has no title' }]
      source.pages = [page('a'), { rejected }, page('b', 'c')]
      expect(await run()).toMatchObject({ outcome: 'harvested', counts: { new: 3 }, rejected })
      expect(stage.ids()).toEqual(['a', 'b', 'c'])
    })

    test('asked twice brings nothing new and embeds nothing', async () => {
      source.pages = [page('a', 'b'), page('c')]
      await run()
      const { length } = stage.embedder.embedded
      const seq = stage.engine.documents.lastSeq()
      expect(await run()).toMatchObject({ counts: { new: 0, unchanged: 3 } })
      expect(stage.embedder.embedded).toHaveLength(length)
      expect(stage.engine.documents.lastSeq()).toBe(seq)
    })

    test('tells what became of papers apart', async () => {
      const held = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => paper(id, { version: 2 }))
      source.pages = [{ records: held }]
      await run()
      const changes = [
        paper('a', { version: 3, title: 'Paper a, better' }),
        paper('b', { version: 2, comment: 'accepted' }),
        paper('c', { version: 2, categories: ['cs.IR', 'cs.CL'] }),
        paper('d', { version: 3, withdrawn: true }),
        paper('e', { version: 2 }),
        paper('f', { version: 1 }),
        paper('h'),
        { ...paper('g'), source: 'openalex', title: 'Paper g', identifiers: ['openalex:W1'] },
      ]
      source.pages = [{ records: changes.slice(0, 3) }, { records: changes.slice(3) }]
      expect((await run()).counts).toEqual({
        new: 1,
        replaced: 1,
        revised: 1,
        'cross-listed': 1,
        withdrawn: 1,
        unchanged: 1,
        stale: 1,
        folded: 1,
      })
      expect(stage.engine.documents.byId(idOf('d'))).toMatchObject({ withdrawn: true })
    })

    test('does not mind a page that comes twice, or pages in another order', async () => {
      const [old, young] = [paper('a', { version: 1 }), paper('a', { version: 2, title: 'Paper a again' })]
      source.pages = [{ records: [young] }, page('b'), page('b'), { records: [old] }]
      expect(await run()).toMatchObject({ counts: { new: 2, unchanged: 1, stale: 1 } })
      expect(stage.engine.documents.byId(idOf('a'))).toMatchObject({ version: 2, title: 'Paper a again' })
    })

    test('does not hide a fault of ours behind the source', async () => {
      source.pages = [page('a')]
      failOnceAt(1, new TypeError('a bug'))
      await expect(run()).rejects.toThrow(TypeError)
      expect(through()).toBeNull()
      expect(stage.runtime.health()).toEqual([])
    })

    test('that is stopped moves nothing', async () => {
      const controller = new AbortController()
      controller.abort(new Error('stopped'))
      source.pages = [page('a')]
      await expect(stage.run(source, null, controller.signal)).rejects.toThrow('stopped')
      expect(through()).toBeNull()
    })
  })

  describe('a source that fails', () => {
    test('is a report and a row of health; what it gave is kept, and the next harvest goes on after it', async () => {
      source.pages = [page('a'), page('b'), page('c')]
      failOnceAt(2, failure('timeout'))
      expect(await run()).toMatchObject({ outcome: 'failed', counts: { new: 2 }, error: 'no answer' })
      expect(through()).toBeNull()
      expect(stage.ids()).toEqual(['a', 'b'])
      expect(stage.runtime.health()).toMatchObject([
        { source: 'fake', state: 'unreachable', error: 'no answer', lastSuccess: null },
      ])
      stage.clock.advance(hourMs)
      expect(await run()).toMatchObject({ outcome: 'harvested', counts: { new: 1 } })
      expect(source.windows[1]).toEqual({ ...source.windows[0], resume: '2' })
      expect(through()).toBe(stage.clock.now())
      expect(stage.runtime.health()).toMatchObject([{ state: 'ok', failingSince: null, error: null }])
    })

    // Once two pages were always under way when a source failed, so one that failed at every third never got on.
    test('at every second page is harvested all the same', async () => {
      source.pages = Array.from({ length: 9 }, (_, at) => page(`p${at}`))
      let given = 0
      source.before = (at) => {
        if (at < source.pages.length && ++given % 2 === 0) throw failure('unreachable')
      }
      for (let visit = 0; visit < 9; visit++) {
        await run()
        stage.clock.advance(hourMs)
      }
      expect(stage.ids()).toHaveLength(9)
      expect(through()).toBe(source.windows[0].upTo)
    })

    test('before its first page keeps the mark of the night before', async () => {
      await run()
      const mark = through()
      stage.clock.advance(dayMs)
      failOnceAt(0, failure('rate-limited', 'slow down'))
      expect(await run()).toMatchObject({ outcome: 'failed', error: 'slow down' })
      expect(through()).toBe(mark)
    })

    test('goes on with the interrupted window, and then with what came since', async () => {
      source.pages = [page('a'), page('b')]
      failOnceAt(1, failure('timeout'))
      await run()
      const [{ after, upTo }] = source.windows
      stage.clock.advance(2 * dayMs)
      await run()
      expect(source.windows.slice(1)).toMatchObject([
        { after, upTo, resume: '1' },
        { after: upTo, upTo: stage.clock.now(), resume: null },
      ])
    })

    test('over pages that cannot be gone on after begins the window again', async () => {
      source.pages = [page('a'), { ...page('b'), resume: null }, page('c')]
      failOnceAt(2, failure('timeout'))
      await run()
      await run()
      // The first page has said where to go on.
      expect(source.windows[1].resume).toBe('1')
      expect(stage.ids().sort()).toEqual(['a', 'b', 'c'])
    })
  })

  describe('a place to go on from', () => {
    const interrupt = async () => {
      source.pages = [page('a'), { ...page('b'), rejected: [{ id: 'x', reason: 'torn' }] }, page('c')]
      failOnceAt(2, failure('timeout'))
      await run()
      source.windows.length = 0
    }
    const refuseResumed = (kind: SourceFailure) => {
      source.before = (_, { resume }) => {
        if (resume !== null) throw failure(kind, 'not there')
      }
    }

    test.each(['expired', 'contradictory'] as const)('that is %s costs one harvest of the window', async (kind) => {
      await interrupt()
      refuseResumed(kind)
      const report = await run()
      expect(source.windows.map(({ resume }) => resume)).toEqual(['2', null, null])
      // Two windows were harvested, the interrupted one and the one since.
      expect(report).toMatchObject({ outcome: 'harvested', counts: { new: 1, unchanged: 2 + 3 } })
      expect(report.rejected).toHaveLength(2)
      expect(stage.ids()).toEqual(['a', 'b', 'c'])
    })

    test('that the source forgets in mid-harvest begins the window anew, once', async () => {
      source.pages = [page('a'), page('b'), page('c')]
      failOnceAt(2, failure('expired'))
      expect(await run()).toMatchObject({ outcome: 'harvested', counts: { new: 3, unchanged: 2 } })
      source.before = (at) => {
        if (at === 2) throw failure('expired', 'again')
      }
      source.windows.length = 0
      expect(await run()).toMatchObject({ outcome: 'failed', error: 'again' })
      expect(source.windows).toHaveLength(2)
    })

    test.each(['timeout', 'unreadable'] as const)('is kept where the source is %s', async (kind) => {
      await interrupt()
      refuseResumed(kind)
      expect(await run()).toMatchObject({ outcome: 'failed' })
      expect(source.windows).toHaveLength(1)
      source.before = () => undefined
      expect(await run()).toMatchObject({ outcome: 'harvested', counts: { new: 1 } })
    })

    test('is not asked anew for a contradiction of a whole window', async () => {
      source.pages = [page('a')]
      source.before = (at) => {
        if (at === 1) throw failure('contradictory', 'promised more')
      }
      expect(await run()).toMatchObject({ outcome: 'failed', counts: { new: 1 } })
      expect(source.windows).toHaveLength(1)
    })
  })

  describe('what a source wants to be told again', () => {
    const etag = (state: string) => ({ ...page('a'), state })
    const told = () => source.windows.at(-1)?.state

    test('comes back at the next visit, and stays where a visit says nothing', async () => {
      source.pages = [etag('one')]
      await run()
      source.pages = [page()]
      await run()
      expect(told()).toBe('one')
      await run()
      expect(told()).toBe('one')
    })

    test('is not kept of a visit that failed after saying it', async () => {
      source.pages = [etag('one')]
      await run()
      source.pages = [etag('two')]
      failOnceAt(1, failure('unreadable'))
      await run()
      expect(stage.markOf(source)?.state).toBe('one')
    })

    test('is not told to another scope', async () => {
      source.pages = [etag('one')]
      await run()
      source.scope = 'wider'
      await run()
      expect(told()).toBeNull()
    })
  })

  describe('on a day on which something new was due', () => {
    const odd = 'nothing unseen has come yet'

    test('nothing is a warning, and not believed', async () => {
      source.pages = [{ ...page('a'), state: 'one' }]
      await run()
      const mark = stage.markOf(source)
      stage.clock.advance(dayMs)
      source.pages = [{ ...page('a'), state: 'two' }, page()]
      expect(await run(odd)).toMatchObject({ outcome: 'harvested', warning: odd, error: null })
      expect(stage.runtime.health()).toMatchObject([{ state: 'ok', warning: odd }])
      expect(stage.markOf(source)).toEqual(mark)
      stage.clock.advance(hourMs)
      source.pages = [page('b')]
      expect(await run(odd)).toMatchObject({ warning: null })
      expect(source.windows.at(-1)).toMatchObject({ after: mark?.through, state: 'one', resume: null })
      expect(through()).toBe(stage.clock.now())
    })

    test('at the first visit, nothing leaves the whole window to the next', async () => {
      source.overlapMs = dayMs
      await run(odd)
      stage.clock.advance(hourMs)
      await run()
      expect(begunAt()[1]).toBe(begunAt()[0])
    })

    test('a paper that only other sources had told of is something', async () => {
      const other = shelf('other')
      other.pages = [{ records: [paper('2601.00001', { source: 'openalex' })] }]
      await stage.run(other)
      source.pages = [page('2601.00001')]
      expect(await run(odd)).toMatchObject({ counts: { folded: 1 }, warning: null })
    })

    test('what the source itself finds odd is said before', async () => {
      source.pages = [{ ...page(), warning: 'the feed has moved on' }]
      expect(await run(odd)).toMatchObject({ warning: 'the feed has moved on' })
    })
  })

  describe('a clock that is wrong', () => {
    test('set back never turns the window around, and the mark never goes back', async () => {
      await run()
      const mark = through()
      stage.clock.jump(-400 * dayMs)
      const window = windowFor(stage, source)
      expect(window.after).toBeLessThan(window.upTo)
      expect(window.upTo).toBe(stage.clock.now())
      await run()
      expect(through()).toBe(mark)
    })

    // A mark of the future says nothing of the time up to it: that had not come when it was set.
    test('that ran ahead for a night loses nothing of the nights after it', async () => {
      const asked = () => source.windows.at(-1)
      stage.clock.jump(1_000 * dayMs)
      await run()
      stage.clock.jump(-1_000 * dayMs)
      for (let night = 1; night <= 4; night++) {
        stage.clock.advance(dayMs)
        await run()
        expect(asked()).toMatchObject({ after: instant(stage.clock.now() - 30 * dayMs), upTo: stage.clock.now() })
      }
    })

    test('that ran ahead while a harvest was interrupted does not keep its window', async () => {
      source.pages = [page('a'), page('b')]
      stage.clock.jump(10 * dayMs)
      failOnceAt(1, failure('timeout'))
      await run()
      stage.clock.jump(-10 * dayMs)
      await run()
      expect(source.windows[1]).toMatchObject({ upTo: stage.clock.now(), resume: null })
    })

    test('that is set back in mid-harvest leaves a mark that is not believed', async () => {
      source.pages = [page('a'), page('b')]
      source.before = (at) => {
        if (at === 1) stage.clock.jump(-5 * dayMs)
      }
      await run()
      source.before = () => undefined
      stage.clock.advance(dayMs)
      await run()
      expect(source.windows[1].after).toBe(stage.clock.now() - 30 * dayMs)
    })
  })

  test('two harvests of one source side by side store it once, and the mark is the later one', async () => {
    source.pages = [page('a'), page('b'), page('c')]
    const first = run()
    stage.clock.jump(hourMs)
    const later = through
    await Promise.all([first, run()])
    expect(stage.ids()).toEqual(['a', 'b', 'c'])
    expect(later()).toBe(Math.max(...source.windows.map(({ upTo }) => upTo)))
    expect(stage.engine.documents.checkpoint('fake')).toBeNull()
  })
})
