import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Effect, Outcome } from '../../experiments/findings.ts'
import { applyHolm, fewestUnits, type Rule, verdictOf } from '../../experiments/statistics/verdict.ts'

const effect = (low: number, high: number, more: Partial<Effect> = {}): Effect => ({
  mean: (low + high) / 2,
  interval: { low, high, level: 0.95 },
  units: 50,
  sigma: (Math.sqrt(50) * (high - low)) / 2 / 1.96,
  p: 0.5,
  ...more,
})
const held = (rule: Rule, judgedGap: number | null = 0) => ({ rule, standing: 'development', judgedGap }) as const
const primary = { name: 'gain', margin: 0.03 }
const outcomeOf = (rule: Rule, low: number, high: number): Outcome =>
  verdictOf(primary, effect(low, high), held(rule)).outcome

describe('a verdict', () => {
  it('of superiority: supported beyond the margin, refuted before it, undecided across it', () => {
    expect(outcomeOf('superiority', 0.031, 0.05)).toBe('supported')
    expect(outcomeOf('superiority', 0.01, 0.029)).toBe('refuted')
    expect(outcomeOf('superiority', -0.05, -0.04)).toBe('refuted')
    expect(outcomeOf('superiority', 0.029, 0.05)).toBe('undecided')
  })

  it('of non-inferiority: supported where the loss is surely smaller than the margin', () => {
    expect(outcomeOf('non-inferiority', -0.029, 0.001)).toBe('supported')
    expect(outcomeOf('non-inferiority', 0.1, 0.2)).toBe('supported')
    expect(outcomeOf('non-inferiority', -0.08, -0.031)).toBe('refuted')
    expect(outcomeOf('non-inferiority', -0.031, 0.02)).toBe('undecided')
  })

  it('of a loss that exceeds: supported where it surely does, refuted where it is surely smaller', () => {
    expect(outcomeOf('loss-exceeds', -0.08, -0.031)).toBe('supported')
    expect(outcomeOf('loss-exceeds', -0.029, 0.01)).toBe('refuted')
    expect(outcomeOf('loss-exceeds', -0.04, -0.02)).toBe('undecided')
  })

  it('of equivalence: supported inside the margins, refuted outside either', () => {
    expect(outcomeOf('equivalence', -0.029, 0.029)).toBe('supported')
    expect(outcomeOf('equivalence', 0.031, 0.05)).toBe('refuted')
    expect(outcomeOf('equivalence', -0.05, -0.031)).toBe('refuted')
    expect(outcomeOf('equivalence', -0.02, 0.031)).toBe('undecided')
    expect(outcomeOf('equivalence', -0.1, 0.1)).toBe('undecided')
  })

  it('is undecided where judged@10 of the arms differs by more than .05, whichever is judged better', () => {
    const clear = effect(0.1, 0.2)
    const of = (gap: number | null) => verdictOf(primary, clear, held('superiority', gap))
    expect(of(null).outcome).toBe('supported')
    // .85 - .80 is a hair more than .05 in the machine.
    expect(of(0.85 - 0.8).outcome).toBe('supported')
    expect(of(0.051).outcome).toBe('undecided')
    expect(of(-0.051).outcome).toBe('undecided')
    expect(of(-0.12).says).toMatch(/Undecided: judged@10 of the two arms differs by 0\.120, more than 0\.05/)
    expect(of(-0.12).judgedGap).toBe(-0.12)
  })

  it('is undecided over too few units to resample', () => {
    const few = verdictOf(primary, effect(0.1, 0.2, { units: fewestUnits - 1 }), held('superiority'))
    expect(few.outcome).toBe('undecided')
    expect(few.says).toMatch(/fewer than 10 units/)
    expect(verdictOf(primary, effect(0.1, 0.2, { units: fewestUnits }), held('superiority')).outcome).toBe('supported')
  })

  it('says so in a sentence with figures', () => {
    expect(verdictOf(primary, effect(0.04, 0.06, { p: 0.0001 }), held('superiority')).says).toBe(
      '+0.050 (95% interval +0.040 to +0.060, 50 units, p 0.00010 of no difference): all of the interval is a gain above 0.030',
    )
    expect(verdictOf(primary, effect(-0.06, -0.04), held('superiority')).says).toMatch(
      /^−0\.050 .*: nothing of the interval is a gain above 0\.030$/,
    )
    // .02 off the margin at sigma .25: 7.849 * (.25 / .02) ** 2 = 1226.4.
    const open = verdictOf(primary, effect(0.02, 0.08, { sigma: 0.25 }), held('superiority'))
    expect(open.says).toMatch(
      /only a part of the interval .*About 1227 units would decide it, were the true difference/,
    )
  })

  it('has a p that is below .05 just where a 95% interval leaves the margin out', () => {
    const rules: readonly Rule[] = ['superiority', 'non-inferiority', 'loss-exceeds', 'equivalence']
    const bound = fc.double({ min: -0.1, max: 0.1, noNaN: true })
    fc.assert(
      fc.property(
        bound,
        bound,
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.constantFrom(...rules),
        (a, b, at, rule) => {
          fc.pre(Math.abs(a - b) > 1e-6)
          const [low, high] = [Math.min(a, b), Math.max(a, b)]
          const { outcome, pHolm } = verdictOf(
            primary,
            effect(low, high, { mean: low + at * (high - low) }),
            held(rule),
          )
          expect((pHolm ?? 1) < 0.05).toBe(outcome !== 'undecided')
        },
      ),
      { numRuns: 500 },
    )
  })

  it('two arms that answer alike are not inferior and not superior', () => {
    const alike = effect(0, 0)
    expect(verdictOf(primary, alike, held('non-inferiority'))).toMatchObject({ outcome: 'supported', pHolm: 0 })
    expect(verdictOf(primary, alike, held('superiority'))).toMatchObject({ outcome: 'refuted', pHolm: 0 })
  })

  it('of an interval without bounds is undecided', () => {
    const open = effect(0, 0, { mean: 1, interval: { low: -Infinity, high: Infinity, level: 0.95 }, units: 20 })
    expect(verdictOf(primary, open, held('superiority'))).toMatchObject({ outcome: 'undecided', pHolm: 1 })
  })
})

describe("Holm's correction over verdicts", () => {
  const verdict = (low: number, high: number) => verdictOf(primary, effect(low, high), held('superiority'))

  it('leaves one verdict alone as it is', () => {
    const only = verdict(0.04, 0.06)
    expect(applyHolm([only])).toEqual([only])
  })

  it('takes back what is not significant among several, and says so', () => {
    // Half-width .02 and .0205 off the margin: z 2.009, p .0445. With two others it must be below .05 / 3 if it is least.
    const weak = verdict(0.0305, 0.0705)
    expect(weak.outcome).toBe('supported')
    expect(weak.pHolm).toBeCloseTo(0.0445, 3)
    const [strong, open, taken] = applyHolm([verdict(0.1, 0.11), verdict(0.02, 0.06), weak])
    expect(strong.outcome).toBe('supported')
    expect(open.outcome).toBe('undecided')
    expect(taken.outcome).toBe('undecided')
    expect(taken.pHolm).toBeCloseTo(2 * 0.0445, 3)
    expect(taken.says).toMatch(/Undecided: p 0\.089 after Holm's correction over 3 primaries$/)
  })

  it('does not count what tested nothing', () => {
    const shown = { ...verdict(0.04, 0.06), standing: 'demonstration', pHolm: null } as const
    const weak = verdict(0.0305, 0.0705)
    expect(applyHolm([shown, weak])).toEqual([shown, weak])
  })
})
