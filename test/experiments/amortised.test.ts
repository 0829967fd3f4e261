import { describe, expect, it } from 'vitest'
import { bm25, current, nightlyStatic, router } from '../../experiments/arms.ts'
import { armTable } from '../../experiments/claims/arm-table.ts'
import { measured } from '../../experiments/claims/compared.ts'
import { bothKept, papersADay, upkeepMsADay, volumes } from '../../experiments/measures/amortised.ts'
import { built, onTime } from '../../experiments/replay/holding.ts'
import type { Upkeep } from '../../experiments/replay/upkeep.ts'
import { fakeReplay, judgedQuery } from './claims/fake-study.ts'

/** A minute for a generation; for each new paper 2 ms of writing and 5 of encoding. */
const upkeep: Upkeep = {
  build: { documents: 1_000, cpuMs: 60_000 },
  harvest: { papers: 300, writeMs: 600, embedMs: 1_500 },
}

describe('what keeping a store takes a day', () => {
  it('is a build, and the writing and encoding of 150 papers', () => {
    expect(papersADay).toBe(150)
    expect(upkeepMsADay(upkeep, { arm: router, keeping: onTime })).toBe(60_000 + 150 * (2 + 5))
    expect(upkeepMsADay(upkeep, { arm: nightlyStatic, keeping: onTime })).toBe(61_050)
  })

  it('is a share of a build where one serves for several days', () => {
    expect(upkeepMsADay(upkeep, { arm: router, keeping: built(2, 8) })).toBe(7_500 + 1_050)
  })

  it('is no build for an arm that sees all that was announced, and no encoding for one of words alone', () => {
    expect(upkeepMsADay(upkeep, { arm: current, keeping: onTime })).toBe(1_050)
    expect(upkeepMsADay(upkeep, { arm: { ...router, ranking: 'lexical' }, keeping: onTime })).toBe(60_300)
    expect(upkeepMsADay(upkeep, { arm: bm25, keeping: onTime })).toBe(300)
  })

  it('of two encoders is that of both stores, and unknown where either is', () => {
    const other: Upkeep = {
      build: { documents: 1_000, cpuMs: 30_000 },
      harvest: { papers: 300, writeMs: 300, embedMs: 30_000 },
    }
    const both = bothKept(upkeep, other)
    expect(both).not.toBeNull()
    expect(both && upkeepMsADay(both, { arm: router, keeping: onTime })).toBe(61_050 + 30_000 + 150 * (1 + 100))
    expect(bothKept(upkeep, null)).toBeNull()
    expect(bothKept(null, other)).toBeNull()
  })
})

describe('the cost columns of the table of arms', () => {
  const queries = [judgedQuery({ id: 'q1', class: 'recent', grades: { p1: 1 } })]
  const world = { announced: { p1: '2025-12-01' }, answer: () => ['p1'], cpuMs: () => 4 }

  async function costs(known: Upkeep | null) {
    const replay = { ...fakeReplay(world), upkeep: known }
    const set = { name: 'set', replay, queries, complete: true, standing: 'development', seed: 1 } as const
    const { all } = await measured(set, [router, bm25], onTime)
    const { columns, rows, note } = armTable({ title: 'arms', runs: all })
    const from = columns.indexOf('CPU ms')
    return { headings: columns.slice(from, from + 4), rows: rows.map((row) => row.slice(from, from + 4)), note }
  }

  it('spread a day of upkeep over the queries of a day', async () => {
    expect(volumes).toEqual([100, 10_000, 1_000_000])
    const { headings, rows } = await costs(upkeep)
    expect(headings).toEqual(['CPU ms', 'at 100 a day', 'at 10,000 a day', 'at 1,000,000 a day'])
    expect(rows).toEqual([
      [4, 4 + 610.5, 4 + 6.105, 4 + 0.06105],
      [4, 4 + 3, 4 + 0.03, 4 + 0.0003],
    ])
  })

  it('say what a build and a paper cost', async () => {
    expect((await costs(upkeep)).note).toContain(
      'under fake, 60 s for a generation of 1,000 papers, and for a new paper 2 ms of writing and 5 of encoding',
    )
  })

  it('are empty where nobody knows it', async () => {
    const { rows, note } = await costs(null)
    expect(rows).toEqual([
      [4, null, null, null],
      [4, null, null, null],
    ])
    expect(note).not.toContain('upkeep')
    expect(note).not.toContain('generation of')
  })
})
