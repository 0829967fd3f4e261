import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Arm,
  allArms,
  bm25,
  current,
  currentGate,
  dense,
  flat,
  nightlyStatic,
  routerNoLive,
  routes,
  rrf,
  rrfFlat,
  staticAged,
  staticFresh,
} from '../../../experiments/arms.ts'
import { holdingAt, onTime } from '../../../experiments/replay/holding.ts'
import type { AnswerRecord } from '../../../experiments/replay/records.ts'
import { dayMs, type Instant } from '../../../src/domain/instant.ts'
import { typedQuery } from '../../../src/domain/understanding.ts'
import { shippedCalibration } from '../../../src/retrieval/calibration.ts'
import { search } from '../../../src/retrieval/search.ts'
import { at } from '../../sources/api-stage.ts'
import { always, announcedIn, type Opened, opened, papers } from './collections.ts'
import { query, replayOf } from './stage.ts'

const asked = at('2026-02-20T23:59')
const queries = [
  query('plain', 'river sediment and snow', asked),
  query('recent', 'latest river sediment', asked),
  query('dated', 'river sediment before february 2026', asked),
]

describe('arms', () => {
  it('have names of their own that can be file names', () => {
    const all = [...allArms, ...routes]
    const names = new Map(all.map((arm) => [arm.name, arm]))
    expect(all.every((arm) => JSON.stringify(names.get(arm.name)) === JSON.stringify(arm))).toBe(true)
    expect(new Set(allArms.map((arm) => arm.name)).size).toBe(allArms.length)
    expect([...names.keys()].filter((name) => !/^[a-z0-9.+-]+$/.test(name))).toEqual([])
    expect(flat(0.2, 30).name).toBe('flat-.2-30d')
  })
})

describe('the answer of an arm', () => {
  let stage: Awaited<ReturnType<typeof replayOf>>
  let store: Opened
  const found = new Map<string, ReadonlyMap<string, AnswerRecord>>()
  beforeAll(async () => {
    stage = await replayOf()
    const replay = await stage.start()
    const arms = [...allArms, staticAged(90), flat(0, 30)]
    for (const { arm, answers } of await replay.run('topics', arms, queries, onTime)) found.set(arm.name, answers)
    await replay.close()
    const { cut, harvested } = holdingAt(asked, onTime)
    store = await opened(announcedIn(papers, always, cut), announcedIn(papers, cut, harvested))
  })
  afterAll(async () => {
    await store.close()
    await stage.close()
  })

  const answerOf = (arm: Arm, id: string): AnswerRecord => {
    const answer = found.get(arm.name)?.get(id)
    if (!answer) throw new Error(`${arm.name} was not asked ${id}`)
    return answer
  }
  const ids = (arm: Arm, id: string) => answerOf(arm, id).hits.map((hit) => hit.id)
  const falls = (values: readonly number[]) => values.every((value, i) => i === 0 || value <= values[i - 1])
  const ageDays = (announced: Instant | null) => (asked - (announced ?? asked)) / dayMs

  it('is the product’s own, over a store that was really kept so', async () => {
    const now = asked
    const parts = {
      documents: store.engine.documents,
      embedderFor: () => store.embedder,
      calibration: shippedCalibration,
      live: null,
      stopwatch: () => 0,
    }
    for (const { id, text } of queries) {
      const query = { ...typedQuery(text, now), limit: 100 }
      const shown = await search(query, store.snapshot, parts, { exact: true })
      expect(ids(routerNoLive, id)).toEqual(shown.hits.map((hit) => hit.id))
      const plain = await search({ ...query, freshness: 'off' }, store.snapshot, parts, { exact: true })
      expect(ids(staticFresh, id)).toEqual(plain.hits.map((hit) => hit.id))
      const fused = await search({ ...query, freshness: 'off', fusion: 'rrf' }, store.snapshot, parts, { exact: true })
      expect(ids(rrf, id)).toEqual(fused.hits.map((hit) => hit.id))
    }
  })

  it('keeps to the dates that the words of a query state', () => {
    for (const arm of allArms) {
      const inside = answerOf(arm, 'dated').hits.every((hit) => (hit.announced ?? asked) < at('2026-02-01'))
      expect(inside, arm.name).toBe(true)
    }
  })

  it('by words alone holds no paper without any of them, and knows no vector', () => {
    const { hits } = answerOf(bm25, 'plain')
    const texts = hits.map(({ id }) => {
      const paper = papers.find((one) => one.id === id)
      return `${paper?.title} ${paper?.abstract}`.toLowerCase()
    })
    expect(hits.length).toBeGreaterThan(0)
    expect(texts.filter((text) => !/river|sediment|snow|and/.test(text))).toEqual([])
    expect(ids(bm25, 'plain')).not.toEqual(ids(current, 'plain'))
  })

  it('by vectors alone is in order of cosine', () => {
    const scores = answerOf(dense, 'plain').hits.map((hit) => hit.score)
    expect(scores).toHaveLength(100)
    expect(falls(scores)).toBe(true)
    expect(ids(dense, 'plain')).not.toEqual(ids(current, 'plain'))
  })

  it('with a flat decay falls by depth times what age leaves', () => {
    const { hits } = answerOf(flat(0.6, 30), 'plain')
    for (const { score, depth, announced } of hits) {
      expect(score).toBeCloseTo(depth * (1 - 0.6 * (1 - 2 ** (-ageDays(announced) / 30))), 5)
    }
    expect(falls(hits.map((hit) => hit.score))).toBe(true)
    expect(ids(flat(0.6, 30), 'plain')).not.toEqual(ids(staticFresh, 'plain'))
    expect(ids(flat(0, 30), 'plain')).toEqual(ids(staticFresh, 'plain'))
  })

  it('with a flat decay of reciprocal ranks brings younger hits to the front', () => {
    const mean = (arm: Arm) =>
      answerOf(arm, 'plain')
        .hits.slice(0, 10)
        .reduce((sum, hit) => sum + ageDays(hit.announced), 0)
    expect(mean(rrfFlat(0.6, 30))).toBeLessThan(mean(rrf))
  })

  it('of an older generation has no younger paper than its cut, and of none no paper', () => {
    for (const days of [0, 1, 7, 30]) {
      const { cut } = holdingAt(asked, onTime, days)
      const answer = answerOf(staticAged(days), 'plain')
      expect(Math.max(...answer.hits.map((hit) => hit.announced ?? 0))).toBeLessThanOrEqual(cut)
      expect(answer.hits.length).toBeGreaterThan(0)
    }
    expect(answerOf(staticAged(90), 'plain')).toMatchObject({ hits: [], abstained: true, bestDepth: 0 })
  })

  it('counts recency only where its rule says so', () => {
    const pRecent = (arm: Arm) => answerOf(arm, 'recent').pRecent
    expect([nightlyStatic, staticFresh, current, rrf].map(pRecent)).toEqual([0, 0, 0, 0])
    expect(pRecent(routerNoLive)).toBeGreaterThan(0)
    expect(pRecent(currentGate)).toBeGreaterThan(0)
  })
})
