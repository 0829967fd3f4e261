import { describe, expect, it } from 'vitest'
import { scheduleTables, withTables } from '../../experiments/schedule.ts'
import { calm, daily, hourly, lagOf, planned, rough, yearOf } from '../../experiments/schedule-arxiv.ts'
import {
  learned,
  measure,
  optimalBlind,
  optimalByDemand,
  proportional,
  uniform,
  worldOf,
} from '../../experiments/schedule-polling.ts'
import { quantile, seeded } from '../../experiments/seeded.ts'

const hourMs = 3_600_000

describe('a simulated year of arXiv', () => {
  const outMs = 2.5 * hourMs
  const ours = planned(2.75 * hourMs)

  it('gives the lags that are known of fixed schedules when all is on time', () => {
    const years = [yearOf(calm, outMs, 1)]
    const meanHours = (policy: Parameters<typeof lagOf>[0]) => lagOf(policy, years).meanMs / hourMs
    expect(meanHours(daily(2, 0, 'UTC'))).toBeCloseTo(23.2, 1)
    expect(meanHours(daily(6, 0, 'UTC'))).toBeCloseTo(3.2, 1)
    expect(meanHours(hourly)).toBeCloseTo(0.5, 1)
    expect(meanHours(ours)).toBeCloseTo(0.25, 2)
  })

  it('is fetched by the planner with one visit a day when all is on time', () => {
    const { visits } = lagOf(ours, [yearOf(calm, outMs, 1)])
    expect(visits).toBeGreaterThanOrEqual(365)
    expect(visits).toBeLessThan(370)
  })

  it('with delays and outages is fetched as early as by an hourly schedule, for a tenth of its visits', () => {
    const years = [1, 2, 3].map((seed) => yearOf(rough, outMs, seed))
    const [often, planner] = [lagOf(hourly, years), lagOf(ours, years)]
    expect(planner.meanMs).toBeLessThan(often.meanMs)
    expect(planner.p90Ms).toBeLessThan(often.p90Ms)
    expect(planner.visits).toBeLessThan(often.visits / 10)
  })
})

describe('simulated sources without a calendar', () => {
  const world = worldOf({ sources: 40, days: 40, visitsPerDay: 1, spread: 1.5, shifts: false, seed: 3 })
  const figures = (polling: typeof uniform) => measure(world, polling, 0, 1)

  it('are kept fresh best by the optimal intervals, and worst in proportion to their rates', () => {
    const [same, byRate, blind, best] = [uniform, proportional, optimalBlind, optimalByDemand].map(figures)
    expect(blind.freshness).toBeGreaterThan(same.freshness)
    expect(same.freshness).toBeGreaterThan(byRate.freshness)
    expect(best.demandedFreshness).toBeGreaterThan(same.demandedFreshness + 0.05)
  })

  it('are kept nearly as fresh by rates that had to be learned, for the same visits', () => {
    const [best, ours] = [optimalByDemand, learned].map(figures)
    expect(ours.demandedFreshness).toBeGreaterThan(best.demandedFreshness - 0.03)
    expect(ours.visits).toBeLessThan(1.05)
  })

  it('at a steady interval are up to date for the share of time that the theory gives', () => {
    const alike = worldOf({ sources: 200, days: 60, visitsPerDay: 1, spread: 0, shifts: false, seed: 5 })
    expect(measure(alike, uniform, 1, 1).freshness).toBeCloseTo(1 - Math.exp(-1), 1)
  })
})

describe('the tables', () => {
  const size = { seed: 2, years: 1, worlds: 1, sources: 5, days: 4 }

  it('are the same for the same seed', () => {
    expect(scheduleTables(size)).toBe(scheduleTables(size))
    expect(scheduleTables({ ...size, seed: 3 })).not.toBe(scheduleTables(size))
  })

  it('replace what stands between the marks of a document, and nothing else', () => {
    const document = 'before\n<!-- tables: begin -->\nold\n<!-- tables: end -->\nafter\n'
    const once = withTables(document, 'new\n')
    expect(once).toBe('before\n<!-- tables: begin -->\n\nnew\n\n<!-- tables: end -->\nafter\n')
    expect(withTables(once, 'new\n')).toBe(once)
    expect(() => withTables('no marks', 'new')).toThrow(/no place/)
  })
})

describe('a quantile', () => {
  it('counts weight, not values', () => {
    const values = [
      { value: 3, weight: 1 },
      { value: 1, weight: 8 },
      { value: 2, weight: 1 },
    ]
    expect([0.5, 0.8, 0.85, 1].map((share) => quantile(values, share))).toEqual([1, 1, 2, 3])
  })

  it('and what is random is the same for the same seed', () => {
    const draw = (seed: number) => Array.from({ length: 3 }, seeded(seed))
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })
})
