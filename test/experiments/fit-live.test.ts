import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fitGains, fitLive } from '../../experiments/fit/live.ts'
import { type Observed, overHand, policyFigures } from '../../experiments/fit/policies.ts'
import { askingFromLine, askingToLine } from '../../experiments/fit/recorded-askings.ts'
import { spansOf } from '../../experiments/fit/spans.ts'
import { seeded } from '../../experiments/seeded.ts'
import { parseDay } from '../../src/domain/instant.ts'
import { loadCalibration } from '../../src/retrieval/calibration.ts'
import { handSet } from '../../src/retrieval/hand-set.ts'
import { coverageGap } from '../../src/retrieval/value.ts'

const asking = (facts: Partial<Observed> = {}): Observed => ({
  id: 'q1',
  unit: 'q1',
  kind: 'topic',
  pRecent: 0,
  pNew: 0,
  signs: { shallow: 0, disagreement: 0, unknownTerms: 0 },
  pAnswer: 1,
  cost: 0.01,
  oneRule: false,
  gain: 0,
  ...facts,
})

interface Planted {
  readonly count: number
  readonly seed: number
  readonly gainFresh: number
  readonly gainCoverage: number
  readonly coverage: { intercept: number; shallow: number; disagreement: number; unknownTerms: number }
}

/** Askings whose gains come about as the model says: new matches bring their part, a gap is there or is not. */
function planted({ count, seed, gainFresh, gainCoverage, coverage }: Planted): Observed[] {
  const random = seeded(seed)
  return Array.from({ length: count }, (_, i) => {
    const signs = { shallow: random(), disagreement: random(), unknownTerms: random() < 0.3 ? random() : 0 }
    const pRecent = random()
    const pNew = i % 2 === 0 ? 0 : random()
    const isGap = random() < coverageGap(signs, { coverage })
    const kind = i % 3 === 0 ? 'topic' : 'known-item'
    const gain = pRecent * pNew * gainFresh + (isGap ? gainCoverage : 0)
    return asking({ id: `q${i}`, unit: `u${i}`, kind, pRecent, pNew, signs, gain })
  })
}

const truth = {
  gainFresh: 0.25,
  gainCoverage: 0.4,
  coverage: { intercept: -5, shallow: 4, disagreement: 2, unknownTerms: 6 },
}
const early = planted({ ...truth, count: 1200, seed: 1 })

describe('the gains of asking live', () => {
  it('are found where they were planted', () => {
    const fitted = fitGains(early)
    expect(Math.abs(fitted.gainFresh - truth.gainFresh)).toBeLessThan(0.03)
    expect(fitted.gainCoverage).toBeCloseTo(truth.gainCoverage, 3)
    const errors = early.map(({ signs }) => Math.abs(coverageGap(signs, fitted) - coverageGap(signs, truth)))
    expect(errors.reduce((sum, one) => sum + one, 0) / errors.length).toBeLessThan(0.02)
  })

  it('never take a sign of a gap for one of none', () => {
    const coverage = { intercept: -1, shallow: -4, disagreement: 3, unknownTerms: -6 }
    const fitted = fitGains(planted({ ...truth, coverage, count: 800, seed: 2 }))
    expect(fitted.coverage).toMatchObject({ shallow: 0, unknownTerms: 0 })
    expect(fitted.coverage.disagreement).toBeGreaterThan(0.5)
  })

  it('are nothing where new papers only ever pushed better ones down', () => {
    const worse = early.map((one) => ({ ...one, gain: -one.pRecent * one.pNew }))
    expect(fitGains(worse).gainFresh).toBe(0)
  })

  it('count a kind of query the same however many there are of it', () => {
    const known = Array.from({ length: 450 }, (_, i) =>
      asking({ id: `k${i}`, kind: 'known-item', pRecent: 1, pNew: 1 }),
    )
    const topics = Array.from({ length: 50 }, (_, i) => asking({ id: `t${i}`, pRecent: 1, pNew: 1, gain: 0.4 }))
    const { gainFresh, gainCoverage, coverage } = fitGains([...known, ...topics])
    const gap = coverageGap(asking().signs, { coverage })
    expect(gainFresh + gap * gainCoverage).toBeCloseTo(0.2, 1)
  })
})

describe('the fit of asking live', () => {
  const gained = {
    calibrate: planted({ ...truth, count: 300, seed: 3 }),
    confirm: planted({ ...truth, count: 600, seed: 4 }),
  }

  it('is kept where queries that it has not seen fare better by it than by hand, and then does so later', () => {
    const { kept, gains, fitted, crossValidated, later } = fitLive({ train: early, ...gained }, 3, 1)
    expect(crossValidated.fitted).toBeLessThan(crossValidated.byHand)
    expect(kept).toBe('fitted')
    expect(gains).toEqual(fitted)
    expect(later.fitted.regret).toBeLessThan(later['by hand'].regret)
    for (const simpler of ['always', 'never', 'random as often as fitted', 'one rule'] as const) {
      expect(later.fitted.regret, simpler).toBeLessThan(later[simpler].regret)
    }
  })

  it('gives way to the figures by hand where it does no better', () => {
    const nothing = early.map((one) => ({ ...one, pNew: 0, signs: asking().signs, gain: 0 }))
    const { kept, gains, crossValidated } = fitLive({ train: nothing, ...gained }, 3, 1)
    expect(crossValidated).toEqual({ fitted: 0, byHand: 0 })
    expect(kept).toBe('by hand')
    const { gainFresh, gainCoverage, coverage } = handSet.live
    expect(gains).toEqual({ gainFresh, gainCoverage, coverage })
  })

  it('does so too where there is nothing to learn from', () => {
    expect(fitLive({ train: [], calibrate: [], confirm: [] }, 3, 1).kept).toBe('by hand')
  })

  it('is scaled by what calibrates, and settled before anything later is seen', () => {
    const half = gained.calibrate.map((one) => ({ ...one, gain: one.gain / 2 }))
    const whole = fitLive({ train: early, ...gained }, 3, 1)
    const scaled = fitLive({ train: early, calibrate: half, confirm: gained.confirm }, 3, 1)
    expect(scaled.fitted.gainFresh / whole.fitted.gainFresh).toBeCloseTo(0.5, 1)
    expect(scaled.fitted.coverage).toEqual(whole.fitted.coverage)
    const otherwise = gained.confirm.map((one) => ({ ...one, gain: -one.gain }))
    const { later, ...settled } = fitLive({ train: early, calibrate: gained.calibrate, confirm: otherwise }, 3, 1)
    const { later: before, ...same } = whole
    expect(settled).toEqual(same)
    expect(later).not.toEqual(before)
  })
})

/**
 * Four askings, of which three concern new papers. Net of price, in hundredths: +9, -1, +4 (half of .1 answered in time) for
 * topics, -1 for the known item.
 */
const small = [
  asking({ id: 'a', unit: 't1', pRecent: 1, pNew: 1, oneRule: true, gain: 0.1 }),
  asking({ id: 'b', unit: 't1', pRecent: 1, pNew: 1, gain: 0 }),
  asking({ id: 'c', unit: 't2', pRecent: 0.1, pNew: 0.5, pAnswer: 0.5, gain: 0.1 }),
  asking({ id: 'k', unit: 'k1', kind: 'known-item', oneRule: true }),
]
/** Asks for all new papers, as soon as there may be any; by hand a and b are asked for, c is not. */
const eager = { gainFresh: 1, gainCoverage: 0, coverage: handSet.live.coverage }

describe('the figures of a policy', () => {
  it('are its share of calls and what it loses against asking exactly where it pays, by kind of query', () => {
    const figures = policyFigures(small, eager)
    expect(figures).toEqual({
      // Topics lose b's price of .01, a third of it each; of the known item nothing is lost. Half the sum.
      fitted: { calls: 0.5, regret: 0.00167 },
      'by hand': { calls: 0.33333, regret: 0.00833 },
      always: { calls: 1, regret: 0.00667 },
      never: { calls: 0, regret: 0.02167 },
      'random as often as fitted': { calls: 0.5, regret: 0.01417 },
      'one rule': { calls: 0.66667, regret: 0.01167 },
    })
  })

  it('are held against those by hand over units', () => {
    const { mean, units } = overHand(small, eager, 1)
    expect(units).toBe(3)
    // Only c is asked for more: .04 over four askings.
    expect(mean).toBeCloseTo(0.01, 10)
  })
})

describe('a recorded asking', () => {
  it('comes back as it went', () => {
    const one = asking({
      id: 'b12-query',
      unit: 'b12',
      kind: 'known-item',
      pRecent: 0.1234,
      pNew: 0.5,
      signs: { shallow: 0.25, disagreement: 0.75, unknownTerms: 0.3333 },
      pAnswer: 0.9,
      cost: 0.0055,
      oneRule: true,
      gain: -0.0101,
    })
    expect(askingFromLine(askingToLine(one))).toEqual(one)
  })

  it('keeps four places, and no more than the fit needs', () => {
    const all = { ...asking({ gain: 0.123456 }), keeping: 'on-time', asked: 7 }
    expect(askingFromLine(askingToLine(all))).toEqual(asking({ gain: 0.1235 }))
  })

  it('is refused where a figure is missing', () => {
    expect(() => askingFromLine('["q","u","topic",true,[1,2,3]]')).toThrow()
  })
})

describe('the spans of a fit', () => {
  const spans = (...days: string[]) =>
    spansOf(
      days.map((text) => parseDay(text)!),
      (day) => day,
      parseDay('2025-10-31')!,
    )

  it('are early time, two months after a week of embargo, and what comes later', () => {
    expect(spans('2025-03-01', '2025-10-31', '2025-11-01', '2025-11-07')).toEqual({
      train: ['2025-03-01', '2025-10-31'],
      calibrate: [],
      confirm: [],
    })
    expect(spans('2025-11-08', '2025-12-31', '2026-01-01')).toEqual({
      train: [],
      calibrate: ['2025-11-08', '2025-12-31'],
      confirm: ['2026-01-01'],
    })
  })
})

/**
 * Judged topics and known items asked from January 2026 on, later than anything that the gains were fitted or calibrated
 * on, before stores that were harvested on time, late and in part: what the router saw, and what asking brought.
 */
const recorded = readFileSync(new URL('./fixtures/later-askings.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map(askingFromLine)
const shipped = loadCalibration(null)
const byHand = shipped.provenance.live?.kept === 'fitted' ? '' : ' (skipped: those that ship are those by hand)'

describe.skipIf(byHand)(`the shipped gains of asking live${byHand}`, () => {
  it('cost less on later time than those by hand and whatever is simpler, but for asking always', () => {
    const figures = policyFigures(recorded, shipped.live)
    expect(recorded.length).toBeGreaterThan(500)
    // Measured .0095 of nDCG@10 a query against .0109 by hand; always .0100, never .0211.
    for (const simpler of ['by hand', 'never', 'random as often as fitted', 'one rule'] as const) {
      expect(figures.fitted.regret, simpler).toBeLessThan(figures[simpler].regret)
    }
  })

  it('do on the recorded askings what their provenance says', () => {
    const { regret, calls } = policyFigures(recorded, shipped.live).fitted
    const said = shipped.provenance.live?.later.fitted
    expect(said?.regret).toBeCloseTo(regret, 3)
    expect(said?.calls).toBeCloseTo(calls, 2)
  })
})
