import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  allArms,
  bm25,
  currentGate,
  nightlyStatic,
  oneRule,
  randomLive,
  router,
  staticFresh,
  staticFreshLive,
} from '../../../experiments/arms.ts'
import { holdingAt, limitedTo, missed, onTime } from '../../../experiments/replay/holding.ts'
import type { ArmRun } from '../../../experiments/replay/study.ts'
import { dayMs, instant } from '../../../src/domain/instant.ts'
import { at } from '../../sources/api-stage.ts'
import { announcedIn, papers } from './collections.ts'
import { filesIn, query, replayOf } from './stage.ts'

const asked = at('2026-02-12T23:59')
const queries = [
  query('q1', 'latest river sediment', asked),
  query('q2', papers[30].title, asked, true),
  query('q3', 'glaciers and snow since 2026', at('2026-02-20T12:00')),
  query('q4', papers[150].title.split(' ').slice(0, 3).join(' '), at('2026-02-17T02:00')),
]

let stage: Awaited<ReturnType<typeof replayOf>>
beforeAll(async () => {
  stage = await replayOf()
})
afterAll(() => stage.close())

const answersOf = (runs: readonly ArmRun[]) => new Map(runs.map(({ arm, answers }) => [arm.name, answers]))

describe('a replay', () => {
  let folder: string
  let first: readonly ArmRun[]
  beforeAll(async () => {
    folder = stage.newFolder()
    const replay = await stage.start(folder)
    first = await replay.run('topics', allArms, queries, missed(3))
    await replay.close()
  })

  it('answers every query by every arm, with hits', () => {
    expect(first.map(({ arm }) => arm)).toEqual(allArms)
    for (const { arm, answers, timings } of first) {
      expect([...answers.keys()], arm.name).toEqual(queries.map(({ id }) => id))
      expect(timings.map((one) => one.query)).toEqual(queries.map(({ id }) => id))
      expect([...answers.values()].filter((one) => one.hits.length === 0)).toEqual([])
    }
  })

  it('writes the same bytes when it is done again, timings aside', async () => {
    const again = stage.newFolder()
    const replay = await stage.start(again)
    await replay.run('topics', allArms, queries, missed(3))
    await replay.close()
    const timed = ([name]: readonly [string, string]) => name.startsWith('timings')
    const files = [...filesIn(again)]
    expect(files.filter((one) => !timed(one))).toEqual([...filesIn(folder)].filter((one) => !timed(one)))
    expect(files.filter(timed)).toHaveLength(allArms.length)
    expect(files.map(([name]) => name)).toContain('runs/topics/missed-3d/static+fresh.run')
  })

  it('gives answers that no order of queries or arms changes', async () => {
    const replay = await stage.start()
    const turned = await replay.run('topics', allArms.toReversed(), queries.toReversed(), missed(3))
    await replay.close()
    const before = answersOf(first)
    for (const { arm, answers } of turned) {
      for (const [id, answer] of answers) expect(answer, `${arm.name} ${id}`).toEqual(before.get(arm.name)?.get(id))
    }
  })

  it('goes on after it died in the middle of a line', async () => {
    const torn = stage.newFolder()
    cpSync(folder, torn, { recursive: true })
    const lines = join(torn, 'records/topics/missed-3d/router.jsonl')
    truncateSync(lines, Math.floor(readFileSync(lines).length * 0.6))
    writeFileSync(join(torn, 'records/topics/missed-3d/bm25.jsonl'), '')
    const replay = await stage.start(torn)
    const runs = await replay.run('topics', allArms, queries, missed(3))
    await replay.close()
    expect(answersOf(runs)).toEqual(answersOf(first))
    const untimed = (of: string) => [...filesIn(of)].filter(([name]) => !name.startsWith('timings'))
    expect(untimed(torn)).toEqual(untimed(folder))
    expect(runs.map(({ timings }) => timings.length)).toEqual(allArms.map(() => queries.length))
  })

  it('asks nothing again that is there', async () => {
    const replay = await stage.start(folder)
    const before = filesIn(folder)
    const again = await replay.run('topics', allArms, queries, missed(3))
    await replay.close()
    expect(filesIn(folder)).toEqual(before)
    expect(again.map(({ timings }) => timings)).toEqual(first.map(({ timings }) => timings))
  })

  it('refuses a folder whose answers were determined by something else, and says by what', async () => {
    const replay = await stage.start(folder, 'another commit')
    await expect(replay.run('topics', [bm25], queries, missed(3))).rejects.toThrow(
      /with other code; name another folder/,
    )
    await expect(replay.run('topics', [bm25], queries.slice(1), missed(3))).rejects.toThrow('with other queries, code')
    await replay.close()
  })

  it('keeps no text of a paper', () => {
    const text = [...filesIn(folder).values()].join('\n')
    expect(text).not.toContain(papers[30].title)
    expect(text).not.toContain(papers[30].abstract.slice(0, 40))
  })
})

describe('what an arm sees', () => {
  const { cut, harvested } = holdingAt(asked, missed(3))
  /** Titles of what was announced while harvests were missed. */
  const wanted = announcedIn(papers, harvested, instant(asked - dayMs)).map(({ title }, i) =>
    query(`w${i}`, title, asked),
  )
  let runs: ReturnType<typeof answersOf>
  beforeAll(async () => {
    const replay = await stage.start()
    const arms = [nightlyStatic, staticFresh, staticFreshLive, currentGate, bm25]
    runs = answersOf(await replay.run('missing', arms, wanted, missed(3)))
    await replay.close()
  })
  const hitsOf = (arm: string) => wanted.map(({ id }) => runs.get(arm)?.get(id)?.hits ?? [])
  const newest = (arm: string) => Math.max(...hitsOf(arm).flatMap((hits) => hits.map((one) => one.announced ?? 0)))

  it('ends where the store does, and beyond it only where it is current or live', () => {
    expect(newest('static-0d')).toBe(cut)
    expect(newest('static+fresh')).toBe(harvested)
    expect(newest('static+fresh+live')).toBeGreaterThan(harvested)
    expect(newest('current+gate')).toBeGreaterThan(harvested)
    expect(newest('bm25')).toBeGreaterThan(harvested)
    expect(new Set(hitsOf('static-0d').flatMap((hits) => hits.map((one) => one.tier)))).toEqual(new Set(['static']))
  })

  it('stays in its order when live sources add to it', () => {
    const plain = hitsOf('static+fresh')
    let added = 0
    for (const [i, hits] of hitsOf('static+fresh+live').entries()) {
      const kept = hits.filter((one) => one.tier !== 'live')
      expect(plain[i].slice(0, kept.length)).toEqual(kept)
      const live = hits.filter((one) => one.tier === 'live')
      expect(live.every((one) => one.announced !== null && one.announced > harvested)).toBe(true)
      added += live.length
    }
    expect(added).toBeGreaterThan(0)
  })
})

describe('live sources', () => {
  const many = Array.from({ length: 30 }, (_, i) => query(`k${i}`, papers[4 * i].title, asked, true))

  it('time out as often as their latencies say, and bring what was not harvested when they do not', async () => {
    const replay = await stage.start()
    const [run] = await replay.run('known', [staticFreshLive], many, missed(7))
    await replay.close()
    const reports = [...run.answers.values()].flatMap((one) => one.live)
    expect(reports).toHaveLength(many.length)
    const late = reports.filter((one) => one.outcome === 'timeout')
    expect(late.length).toBeGreaterThan(2)
    expect(late.length).toBeLessThan(20)
    expect(late.every((one) => one.found === 0 && one.latencyMs > 1_380)).toBe(true)
    const answered = reports.filter((one) => one.outcome === 'answered')
    expect(answered.every((one) => one.latencyMs <= 1_380)).toBe(true)
    expect(answered.some((one) => one.unheld > 0)).toBe(true)
  })

  it('are asked at random as often as by the router', async () => {
    const replay = await stage.start()
    const keeping = missed(7)
    const [random, routed] = await replay.run('known', [randomLive, router], many, keeping)
    const [alone] = await replay.run('others', [randomLive], many, keeping)
    await replay.close()
    const asking = ({ answers }: ArmRun) => many.filter(({ id }) => (answers.get(id)?.live.length ?? 0) > 0)
    expect(asking(routed).length).toBeGreaterThan(0)
    expect(asking(routed).length).toBeLessThan(many.length)
    expect(asking(random)).toHaveLength(asking(routed).length)
    expect(asking(random)).not.toEqual(asking(routed))
    expect(asking(alone)).toEqual(asking(random))
  })

  it('are asked by the one rule where a word asks for recent papers and something is not harvested', async () => {
    const replay = await stage.start()
    const [behind] = await replay.run('topics', [oneRule], queries, missed(3))
    const [inTime] = await replay.run('topics', [oneRule], queries, onTime)
    await replay.close()
    const asking = ({ answers }: ArmRun) => [...answers.values()].filter((one) => one.live.length > 0)
    expect(asking(behind).map((one) => one.query)).toEqual(['q1'])
    expect(asking(inTime)).toEqual([])
    expect(inTime.answers.get('q1')?.pRecent).toBe(1)
    expect(inTime.answers.get('q2')?.pRecent).toBe(0)
  })
})

describe('a store of few categories', () => {
  it('holds the largest ones alone, and live sources bring the others', async () => {
    const replay = await stage.start()
    const categories = replay.largestCategories(2, asked)
    const counts = new Map<string, number>()
    for (const paper of announcedIn(papers, at('2025-01-01'), asked)) {
      counts.set(paper.categories[0], (counts.get(paper.categories[0]) ?? 0) + 1)
    }
    const sizes = [...counts.values()].sort((one, other) => other - one)
    expect(categories.map((one) => counts.get(one))).toEqual(sizes.slice(0, 2))
    const primaries = ({ answers }: ArmRun, tiers: readonly string[]) =>
      [...answers.values()].flatMap(({ hits }) =>
        hits.filter(({ tier }) => tiers.includes(tier)).map(({ id }) => replay.paper(id)?.categories[0] ?? ''),
      )
    const keeping = limitedTo('two-categories', categories)
    const foreign = papers.filter(({ categories: [primary], announced }) => {
      return !categories.includes(primary) && announced !== null && announced < asked
    })
    const wanted = foreign.slice(0, 8).map(({ title }, i) => query(`f${i}`, title, asked, true))
    const [held, live] = await replay.run('topics', [staticFresh, staticFreshLive], wanted, keeping)
    await replay.close()
    expect(primaries(held, ['static', 'fresh']).every((one) => categories.includes(one))).toBe(true)
    expect(primaries(live, ['live']).length).toBeGreaterThan(0)
    expect(primaries(live, ['live']).every((one) => !categories.includes(one))).toBe(true)
  })
})
