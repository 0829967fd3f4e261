import { describe, expect, it } from 'vitest'
import { liveBudget } from '../../src/http/live-budget.ts'

describe('the live budget', () => {
  it('lets each caller have so many searches asked live, and then says how long to wait', () => {
    let now = 5_000_000
    const budget = liveBudget(3, () => now)
    const turns = (caller: string) => [1, 2, 3, 4].map(() => budget.turnOf(caller)())
    expect(turns('one')).toEqual([0, 0, 0, 20_000])
    expect(turns('other')).toEqual([0, 0, 0, 20_000])
    now += 15_000
    expect(budget.turnOf('one')()).toBe(5_000)
    now += 5_000
    expect([budget.turnOf('one')(), budget.turnOf('one')()]).toEqual([0, 20_000])
  })

  it('counts a search once, however often it wants to know', () => {
    const budget = liveBudget(2, () => 5_000_000)
    const turn = budget.turnOf('one')
    expect([turn(), turn(), turn()]).toEqual([0, 0, 0])
    expect(budget.turnOf('one')()).toBe(0)
    expect(budget.turnOf('one')()).toBeGreaterThan(0)
  })

  it('saves up no more than one minute has', () => {
    let now = 5_000_000
    const budget = liveBudget(2, () => now)
    budget.turnOf('one')()
    now += 3_600_000
    expect([1, 2, 3].map(() => budget.turnOf('one')() > 0)).toEqual([false, false, true])
  })

  it('has no end where it is off', () => {
    const budget = liveBudget(null, () => 0)
    expect(Array.from({ length: 1_000 }, () => budget.turnOf('one')()).every((waitMs) => waitMs === 0)).toBe(true)
  })
})
