import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asking, observeAsking } from '../../experiments/fit/asking.ts'
import { holdingAt, missed, onTime } from '../../experiments/replay/holding.ts'
import { openReplayLive, type ReplayLive } from '../../experiments/replay/live.ts'
import { openWorld, type World } from '../../experiments/replay/world.ts'
import type { JudgedQuery } from '../../experiments/topics/query.ts'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { shippedCalibration } from '../../src/retrieval/calibration.ts'
import { at } from '../sources/api-stage.ts'
import { announcedIn, corpus, type Opened, opened, papers } from './replay/collections.ts'
import { query } from './replay/stage.ts'

const asked = at('2026-02-12T23:59')
const late = missed(7)
const { harvested } = holdingAt(asked, late)
const [unharvested] = announcedIn(papers, harvested, asked)
const wanting = (id: string, { id: paper, title }: DocumentRecord, facts: Partial<JudgedQuery> = {}): JudgedQuery => ({
  ...query(id, title, asked, true),
  class: 'known-item',
  grades: new Map([[paper, 1]]),
  ...facts,
})

let whole: Opened
let world: World
let live: ReplayLive
beforeAll(async () => {
  whole = await opened(papers)
  world = await openWorld(corpus)
  live = openReplayLive(world, 1)
})
afterAll(async () => {
  await live.close()
  await world.close()
  await whole.close()
})

const observe = (queries: readonly JudgedQuery[], keepings = [onTime, late]): Promise<Asking[]> =>
  observeAsking(queries, {
    shelves: [{ collection: whole, keepings }],
    whole,
    live,
    calibrationFor: () => shippedCalibration,
    onProgress() {},
  })

describe('an asking', () => {
  it('gains the place of the paper that only the source has, and nothing where the store has it', async () => {
    const [inTime, behind] = await observe([wanting('new', unharvested)])
    expect(inTime).toMatchObject({ keeping: 'on-time', pNew: 0, gain: 0 })
    expect(behind).toMatchObject({ keeping: 'missed-7d', kind: 'known-item', asked })
    expect(behind.pNew).toBeGreaterThan(0)
    expect(behind.gain).toBeGreaterThan(0.3)
    expect(behind.gain).toBeLessThanOrEqual(1)
  })

  it('gains nothing for who looks for an old paper by its title', async () => {
    const [, behind] = await observe([wanting('old', papers[30])])
    expect(behind.gain).toBe(0)
  })

  it('waits for the answer, however long it takes: that it may come too late is the probability of an answer', async () => {
    const many = Array.from({ length: 12 }, (_, i) => wanting(`late${i}`, unharvested))
    const behind = await observe(many, [late])
    expect(behind.map((one) => one.gain)).toEqual(many.map(() => behind[0].gain))
    expect(behind.every((one) => one.pAnswer > 0 && one.pAnswer < 1 && one.cost > 0)).toBe(true)
  })

  it('is worth less to who wants recent work, the older the paper is', async () => {
    const grades = new Map([
      [unharvested.id, 1],
      [papers[30].id, 1],
    ])
    const [subject] = await observe([wanting('both', unharvested, { grades })], [late])
    const [recent] = await observe([wanting('both', unharvested, { grades, class: 'recent' })], [late])
    expect(subject.kind).toBe('known-item')
    expect(recent.kind).toBe('topic')
    expect(recent.gain).toBeGreaterThan(subject.gain)
  })

  it('follows the one rule where a word asks for recent work and something is not harvested', async () => {
    const typed = { plain: false, text: 'latest river sediment' }
    const [inTime, behind] = await observe([wanting('cued', unharvested, typed)])
    const [, uncued] = await observe([wanting('uncued', unharvested, { ...typed, text: 'river sediment' })])
    expect([inTime.oneRule, behind.oneRule, uncued.oneRule]).toEqual([false, true, false])
  })
})
