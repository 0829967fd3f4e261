import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentsOf } from '../../bench/contents.ts'
import type { HarvestPage } from '../../src/ports.ts'
import { engines } from '../engines/fixtures.ts'
import { type HarvestStage, harvestStage, paper, shelf } from './harvest-stage.ts'

/** A death of ours between two pages: no failure of the source, so nothing that is under way is stored any more. */
class Killed extends Error {}

/** Pages of papers of which some come again, on the same page or on a later one, in another version. */
const pages = fc.array(
  fc.array(fc.record({ id: fc.nat(12), version: fc.integer({ min: 1, max: 3 }) }), { maxLength: 3 }),
  {
    minLength: 1,
    maxLength: 7,
  },
)
const papersOf = (all: readonly (readonly { id: number; version: number }[])[]): Partial<HarvestPage>[] =>
  all.map((one) => ({
    records: one.map(({ id, version }) => paper(`p${id}`, { version, title: `Paper ${id}, version ${version}` })),
  }))

describe.each(engines)('a harvest on the %s engine that is killed', (name, open) => {
  const numRuns = name === 'memory' ? 50 : 8

  async function onStage(use: (stage: HarvestStage) => Promise<void>): Promise<void> {
    const stage = await harvestStage(open)
    try {
      await use(stage)
    } finally {
      await stage.close()
    }
  }

  test('between any two pages, as often as may be, ends like one that was not', async () => {
    const deaths = fc.array(fc.record({ at: fc.nat(7), aborted: fc.boolean() }), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(pages, deaths, async (given, killedAt) => {
        const undisturbed: unknown[] = []
        await onStage(async (stage) => {
          const source = shelf()
          source.pages = papersOf(given)
          await stage.run(source)
          undisturbed.push(...contentsOf(stage.engine, stage.embedder.fingerprint))
        })
        await onStage(async (stage) => {
          const source = shelf()
          source.pages = papersOf(given)
          for (const { at, aborted } of killedAt) {
            const controller = new AbortController()
            source.before = (number) => {
              if (number !== at) return
              if (!aborted) throw new Killed()
              controller.abort(new Killed())
            }
            await stage.run(source, null, controller.signal).catch((error) => expect(error).toBeInstanceOf(Killed))
            checkWhatIsClaimed(stage, source)
            stage.clock.advance(3_600_000)
          }
          source.before = () => undefined
          expect(await stage.run(source)).toMatchObject({ outcome: 'harvested' })
          expect(contentsOf(stage.engine, stage.embedder.fingerprint)).toEqual(undisturbed)
          expect(stage.markOf(source)?.through).toBe(stage.clock.now())
          expect(stage.engine.documents.checkpoint(source.name)).toBeNull()
        })
      }),
      { numRuns },
    )
  })

  test('at each page in turn goes on in the same window, and asks no page twice that was stored', async () => {
    for (let at = 0; at <= 6; at++) {
      await onStage(async (stage) => {
        const source = shelf()
        source.pages = Array.from({ length: 6 }, (_, number) => ({ records: [paper(`p${number}`)] }))
        source.before = (number) => {
          if (number === at) throw new Killed()
        }
        await expect(stage.run(source)).rejects.toBeInstanceOf(Killed)
        checkWhatIsClaimed(stage, source)
        // One page is held back for the next one, and one is being embedded while another is stored.
        const stored = Math.max(0, at - 2)
        expect(stage.ids()).toHaveLength(stored)
        const [{ after, upTo }] = source.windows
        stage.clock.advance(3_600_000)
        source.before = () => undefined
        await stage.run(source)
        if (stored > 0) expect(source.windows[1]).toMatchObject({ after, upTo, resume: String(stored) })
        expect(stage.ids().sort()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 'p5'])
      })
    }
  })
})

/** A mark or a checkpoint says that everything before it is stored. */
function checkWhatIsClaimed({ engine, ids }: HarvestStage, source: ReturnType<typeof shelf>): void {
  const claimed = Number(engine.documents.checkpoint(source.name)?.resume ?? 0)
  const before = source.pages.slice(0, claimed).flatMap(({ records = [] }) => records)
  const held = new Set<string>(ids())
  expect(before.filter(({ id }) => !held.has(id))).toEqual([])
  const mark = engine.documents.watermarks().length > 0
  if (mark) expect(new Set(source.pages.flatMap(({ records = [] }) => records.map(({ id }) => id)))).toEqual(held)
}
