import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mean } from '../../experiments/measures.ts'
import { exponential, normal, seeded } from '../../experiments/seeded.ts'
import { bootstrapInterval } from '../../experiments/statistics/bootstrap.ts'
import { betaCdf, betaQuantile, binomialP, ratePosterior } from '../../experiments/statistics/counts.ts'
import { differenceInDifferences, effectOf, slopeEffect, slopeOf } from '../../experiments/statistics/effect.ts'
import { holm } from '../../experiments/statistics/holm.ts'
import { meanDifference, type PairedUnit, paired, sigmaOf, totalOf } from '../../experiments/statistics/paired.ts'
import { detectable, unitsNeeded } from '../../experiments/statistics/power.ts'
import { quantileOf } from '../../experiments/statistics/quantile.ts'
import { regroupP, signFlipP } from '../../experiments/statistics/randomisation.ts'
import { breakEven, ratioOfMeans, savingEffect } from '../../experiments/statistics/ratio.ts'

const seed = 1
const units = (...values: number[]): PairedUnit[] => values.map((value, i) => ({ unit: `${i}`, differences: [value] }))
const meanOf = ([group]: readonly (readonly number[])[]) => mean(group)
const scores = (values: Record<string, number>) => new Map(Object.entries(values))

describe('pairing', () => {
  it('is by query, and what one of the two lacks scores zero there', () => {
    const pairs = paired(scores({ a: 0.5, b: 0.25 }), scores({ b: 1, c: 0.125 }))
    expect(pairs).toEqual([
      { unit: 'a', differences: [0.5] },
      { unit: 'b', differences: [-0.75] },
      { unit: 'c', differences: [-0.125] },
    ])
  })

  it('counts a query that both lack where it is named, and leaves out what is not', () => {
    const pairs = paired(scores({ a: 1, z: 1 }), scores({}), { queries: ['a', 'b'] })
    expect(pairs.map((one) => one.differences)).toEqual([[1], [0]])
    expect(meanDifference(pairs.map(totalOf))).toBe(0.5)
  })

  it('keeps the queries of a week together, each weighing the same', () => {
    const pairs = paired(scores({ w1a: 1, w1b: 3, w2a: 7 }), scores({}), { unitOf: (query) => query.slice(0, 2) })
    expect(pairs).toEqual([
      { unit: 'w1', differences: [1, 3] },
      { unit: 'w2', differences: [7] },
    ])
    expect(meanDifference(pairs.map(totalOf))).toBeCloseTo(11 / 3, 12)
    // Week means 2 and 7: deviations of 2.5 to both sides, over n - 1.
    expect(sigmaOf(pairs)).toBeCloseTo(Math.sqrt(12.5), 12)
  })

  it('refuses a score that is no number instead of hiding it', () => {
    expect(() => paired(scores({ a: Number.NaN }), scores({}))).toThrow(RangeError)
  })
})

describe('the quantile', () => {
  it('is linear between neighbours', () => {
    expect(quantileOf([1, 2, 3, 4], 0.5)).toBe(2.5)
    expect(quantileOf([1, 2, 3, 4], 0.25)).toBe(1.75)
    expect(quantileOf([1, 2, 3, 4], 1)).toBe(4)
    expect(quantileOf([1, 2, Number.POSITIVE_INFINITY], 0.5)).toBe(2)
    expect(quantileOf([], 0.5)).toBeNaN()
  })
})

describe('the sign-flip test', () => {
  it('counts every pattern where there are few: 1, 2, 3 all on one side is 2 of 8', () => {
    expect(signFlipP([1, 2, 3], { seed })).toBe(2 / 8)
    // Sums of +-1 +-1 +-3: 5, 3, 3, 1 and their negatives. |-1 + 1 + 3| = 3 is reached by 6 of 8.
    expect(signFlipP([-1, 1, 3], { seed })).toBe(6 / 8)
    // Zeros change nothing, and equal sums are equal although .1 + .2 is not .3.
    expect(signFlipP([0.1, 0, 0.2, -0.3, 0], { seed })).toBe(1)
    expect(signFlipP([0, 0], { seed })).toBe(1)
  })

  it("agrees with Fisher's count for Darwin's maize: 1,726 of 32,768", () => {
    const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    expect(signFlipP(maize, { seed })).toBe(1726 / 32_768)
  })

  it('draws patterns where there are many, the same for the same seed, and is never 0', () => {
    // 16 equal differences: only the two patterns of one sign are as far, 2 of 65,536.
    const equal = Array.from({ length: 16 }, () => 1)
    expect(signFlipP(equal, { seed })).toBeGreaterThanOrEqual(1 / 10_001)
    expect(signFlipP(equal, { seed })).toBeLessThan(6 / 10_001)
    const mixed = [...equal, -3, -2, -2, 0.5, 0.25]
    expect(signFlipP(mixed, { seed: 7 })).toBe(signFlipP(mixed, { seed: 7 }))
  })

  it('drawn agrees with counted', () => {
    const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    // One more pair of a millionth makes it 16, and too many to count.
    const drawn = signFlipP([...maize, 1e-6], { seed, flips: 40_000 })
    expect(Math.abs(drawn - 1726 / 32_768)).toBeLessThan(4 * Math.sqrt((0.0527 * 0.9473) / 40_000))
  })

  it('finds as many false effects as its p says', () => {
    const random = seeded(5)
    const ps = Array.from({ length: 300 }, () =>
      signFlipP(
        Array.from({ length: 12 }, () => normal(random)),
        { seed },
      ),
    )
    // Kolmogorov's distance to the uniform, 1 % bound 1.63 / sqrt(n).
    const farthest = Math.max(...[...ps].sort((a, b) => a - b).map((p, i) => Math.abs(p - (i + 0.5) / ps.length)))
    expect(farthest).toBeLessThan(1.63 / Math.sqrt(300))
  })
})

describe('the regrouping test', () => {
  it('agrees with counting all regroupings of the mouse data (Efron and Tibshirani 1993)', () => {
    const treated = [94, 197, 16, 38, 99, 141, 23]
    const control = [52, 104, 146, 10, 51, 30, 40, 46, 27]
    const difference = (one: readonly number[], other: readonly number[]) => mean(one) - mean(other)
    expect(difference(treated, control)).toBeCloseTo(30.63, 2)
    const all = [...treated, ...control]
    const total = all.reduce((sum, one) => sum + one, 0)
    let regroupings = 0
    let far = 0
    for (let chosen = 0; chosen < 2 ** 16; chosen++) {
      const inside = all.filter((_, i) => (chosen >> i) & 1)
      if (inside.length !== 7) continue
      regroupings++
      const sum = inside.reduce((one, other) => one + other, 0)
      if (Math.abs(sum / 7 - (total - sum) / 9) >= 30.634) far++
    }
    expect(regroupings).toBe(11_440)
    const exact = far / regroupings
    expect(exact).toBeCloseTo(0.2783, 4)
    expect(Math.abs(regroupP(treated, control, difference, { seed }) - exact)).toBeLessThan(0.018)
  })
})

describe('the BCa interval', () => {
  const variance = ([group]: readonly (readonly number[])[]) => {
    const centre = mean(group)
    return mean(group.map((one) => (one - centre) ** 2))
  }

  it('agrees with the published one of the spatial test (Efron and Tibshirani 1993, table 14.2: 115.8 to 259.6)', () => {
    const spatial = [
      48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
    ]
    expect(variance([spatial])).toBeCloseTo(171.5, 1)
    const { low, high, level } = bootstrapInterval([spatial], variance, { seed, resamples: 40_000, level: 0.9 })
    expect(level).toBe(0.9)
    // Theirs is one draw of 2,000 resamples; 200,000 by SciPy gave 115.4 to 260.3.
    expect(Math.abs(low - 115.4)).toBeLessThan(1.5)
    expect(Math.abs(high - 260.3)).toBeLessThan(1.5)
  })

  it('agrees with SciPy on the correlation of the law schools, .776', () => {
    const lsat = [576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594]
    const gpa = [3.39, 3.3, 2.81, 3.03, 3.44, 3.07, 3.0, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96]
    const schools = lsat.map((score, i) => [score, gpa[i]] as const)
    const correlation = ([group]: readonly (readonly (readonly [number, number])[])[]) => {
      const x = mean(group.map((one) => one[0]))
      const y = mean(group.map((one) => one[1]))
      const sum = (of: (one: readonly [number, number]) => number) => mean(group.map(of))
      return (
        sum((one) => (one[0] - x) * (one[1] - y)) /
        Math.sqrt(sum((one) => (one[0] - x) ** 2) * sum((one) => (one[1] - y) ** 2))
      )
    }
    expect(correlation([schools])).toBeCloseTo(0.776, 3)
    const { low, high } = bootstrapInterval([schools], correlation, { seed, resamples: 20_000 })
    // scipy.stats.bootstrap, paired, BCa, 40,000 resamples. The skewness is what makes it differ from .46 to .96.
    expect(Math.abs(low - 0.324)).toBeLessThan(0.02)
    expect(Math.abs(high - 0.9416)).toBeLessThan(0.004)
  })

  it('resamples two groups each by itself (SciPy on the mouse data: -19.1 to 85.8)', () => {
    const mice = [
      [94, 197, 16, 38, 99, 141, 23],
      [52, 104, 146, 10, 51, 30, 40, 46, 27],
    ]
    const { low, high } = bootstrapInterval(mice, ([one, other]) => mean(one) - mean(other), {
      seed,
      resamples: 40_000,
    })
    expect(Math.abs(low + 19.1)).toBeLessThan(1.2)
    expect(Math.abs(high - 85.8)).toBeLessThan(1.2)
  })

  it('holds the true mean of a skewed distribution about as often as it says', () => {
    const random = seeded(11)
    const held = Array.from({ length: 300 }, () => {
      const sample = Array.from({ length: 40 }, () => exponential(random, 1))
      const { low, high } = bootstrapInterval([sample], meanOf, { seed: 3, resamples: 1_000 })
      return low <= 1 && 1 <= high
    }).filter(Boolean).length
    expect(held / 300).toBeGreaterThanOrEqual(0.9)
    expect(held / 300).toBeLessThanOrEqual(0.97)
  })

  it('by week is wider than by query where the queries of a week go together, and holds what the other misses', () => {
    const random = seeded(12)
    const covered = { byWeek: 0, byQuery: 0 }
    for (let set = 0; set < 300; set++) {
      const weeks = Array.from({ length: 25 }, (_, i) => {
        const shared = normal(random)
        return { unit: `${i}`, differences: Array.from({ length: 8 }, () => shared + 0.5 * normal(random)) }
      })
      const queries = units(...weeks.flatMap((week) => week.differences))
      const over = (drawn: readonly PairedUnit[]) =>
        bootstrapInterval([drawn.map(totalOf)], ([group]) => meanDifference(group), { seed: 3, resamples: 400 })
      const byWeek = over(weeks)
      const byQuery = over(queries)
      if (byWeek.low <= 0 && 0 <= byWeek.high) covered.byWeek++
      if (byQuery.low <= 0 && 0 <= byQuery.high) covered.byQuery++
    }
    expect(covered.byWeek / 300).toBeGreaterThanOrEqual(0.9)
    expect(covered.byWeek / 300).toBeLessThanOrEqual(0.97)
    expect(covered.byQuery / 300).toBeLessThan(0.7)
  })

  it('moves with the values, mirrors with them and is the same for the same seed', () => {
    const sample = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 5, maxLength: 20 })
    const interval = (values: readonly number[]) => bootstrapInterval([values], meanOf, { seed, resamples: 300 })
    fc.assert(
      fc.property(sample, (values) => {
        const { low, high } = interval(values)
        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-9)
        expect(high).toBeLessThanOrEqual(Math.max(...values) + 1e-9)
        expect(low).toBeLessThanOrEqual(high)
        const moved = interval(values.map((one) => 2 * one + 7))
        expect(moved.low).toBeCloseTo(2 * low + 7, 6)
        expect(moved.high).toBeCloseTo(2 * high + 7, 6)
        const mirrored = interval(values.map((one) => -one))
        expect(mirrored.low).toBeCloseTo(-high, 6)
        expect(mirrored.high).toBeCloseTo(-low, 6)
        expect(interval(values)).toEqual({ low, high, level: 0.95 })
      }),
      { numRuns: 40 },
    )
  })

  it('of equal values is a point, and of a single one says nothing', () => {
    expect(bootstrapInterval([[0.5, 0.5, 0.5]], meanOf, { seed, resamples: 50 })).toMatchObject({ low: 0.5, high: 0.5 })
    expect(bootstrapInterval([[3]], meanOf, { seed })).toEqual({ low: -Infinity, high: Infinity, level: 0.95 })
  })
})

describe('effects', () => {
  it('carry mean, interval, units, spread and p', () => {
    const effect = effectOf(units(0.1, 0.2, 0.3), { seed })
    expect(effect.mean).toBeCloseTo(0.2, 12)
    expect(effect.sigma).toBeCloseTo(0.1, 12)
    expect(effect.units).toBe(3)
    expect(effect.p).toBe(0.25)
    expect(effect.interval.low).toBeGreaterThanOrEqual(0.1)
    expect(effect.interval.high).toBeLessThanOrEqual(0.3)
    expect(() => effectOf([], { seed })).toThrow(RangeError)
  })

  it('a unit of several queries is flipped and drawn as one', () => {
    const weeks = [
      { unit: 'w1', differences: [1, 1, 1] },
      { unit: 'w2', differences: [2] },
    ]
    // Sums 3 and 2: 5 is reached by two patterns of four; by query it would be 2 of 16.
    expect(effectOf(weeks, { seed }).p).toBe(0.5)
    expect(effectOf(weeks, { seed }).mean).toBe(1.25)
  })

  it('a difference of differences is that of the group means, and zero where both are alike', () => {
    const apart = differenceInDifferences(units(3, 4, 5, 4), units(1, 1, 2, 0), { seed })
    expect(apart.mean).toBe(3)
    expect(apart.units).toBe(8)
    // Both groups have squares of 2 around their mean: 4 over 3 + 3.
    expect(apart.sigma).toBeCloseTo(Math.sqrt(4 / 6), 12)
    // Of 70 regroupings two are as far.
    expect(Math.abs(apart.p - 2 / 70)).toBeLessThan(0.006)
    expect(apart.interval.low).toBeGreaterThanOrEqual(2)
    expect(apart.interval.high).toBeLessThanOrEqual(4)
    const alike = differenceInDifferences(units(1, 2, 3), units(3, 1, 2), { seed })
    expect(alike.mean).toBe(0)
    expect(alike.p).toBe(1)
    expect(() => differenceInDifferences(units(1), [], { seed })).toThrow(RangeError)
  })

  it('a slope is that of least squares, by topic, over those that have one', () => {
    const points = (...ys: number[]) => ys.map((y, x) => ({ x, y }))
    // x 0 1 2, y 1 2 6: centred products 1 * 2 + 1 * 3 = 5 over 2.
    expect(slopeOf(points(1, 2, 6))).toBe(2.5)
    expect(slopeOf([{ x: 1, y: 3 }])).toBeNull()
    const effect = slopeEffect(
      [
        { unit: 'a', points: points(0, 1, 2) },
        { unit: 'b', points: points(5, 7) },
        { unit: 'too short', points: points(9) },
        { unit: 'c', points: points(3, 6) },
      ],
      { seed },
    )
    expect(effect.units).toBe(3)
    expect(effect.mean).toBe(2)
    expect(effect.p).toBe(0.25)
  })
})

describe("Holm's correction", () => {
  it('agrees with the worked example of .01, .04, .03 and .005', () => {
    const corrected = holm([0.01, 0.04, 0.03, 0.005])
    // .005 * 4, .01 * 3, .03 * 2, and .04 * 1 raised to what came before.
    for (const [i, p] of [0.03, 0.06, 0.06, 0.02].entries()) expect(corrected[i]).toBeCloseTo(p, 12)
  })

  it('never makes p smaller, never beyond 1, keeps the order, and rejects as stepping down does', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), (ps) => {
        const corrected = holm(ps)
        const sorted = ps.map((_, i) => i).sort((a, b) => ps[a] - ps[b])
        let going = true
        for (const [rank, i] of sorted.entries()) {
          expect(corrected[i]).toBeGreaterThanOrEqual(ps[i])
          expect(corrected[i]).toBeLessThanOrEqual(1)
          if (rank > 0) expect(corrected[i]).toBeGreaterThanOrEqual(corrected[sorted[rank - 1]])
          going = going && (ps.length - rank) * ps[i] <= 0.05
          expect(corrected[i] <= 0.05).toBe(going)
        }
      }),
    )
  })
})

describe('power', () => {
  it('sigma .25 needs 197 units for .05 and 546 for .03', () => {
    expect(unitsNeeded(0.05, { sigma: 0.25 })).toBe(197)
    expect(unitsNeeded(0.03, { sigma: 0.25 })).toBe(546)
    expect(unitsNeeded(-0.03, { sigma: 0.25 })).toBe(546)
    expect(unitsNeeded(0, { sigma: 0.25 })).toBe(Infinity)
  })

  it('what so many units find needs so many units', () => {
    expect(detectable(197, { sigma: 0.25 })).toBeLessThanOrEqual(0.05)
    expect(detectable(196, { sigma: 0.25 })).toBeGreaterThan(0.05)
  })

  it('is what a simulation finds', () => {
    const random = seeded(4)
    const effect = 0.5
    const n = unitsNeeded(effect, { sigma: 1 })
    const found = Array.from({ length: 400 }, () => {
      const sample = Array.from({ length: n }, () => effect + normal(random))
      return signFlipP(sample, { seed, flips: 400 }) <= 0.05
    }).filter(Boolean).length
    expect(Math.abs(found / 400 - 0.8)).toBeLessThan(0.06)
  })
})

describe('ratios', () => {
  it('are of the sums over units, and a saving is what is left of 1', () => {
    const spent = [
      { treatment: 1, comparator: 10 },
      { treatment: 2, comparator: 10 },
      { treatment: 3, comparator: 20 },
      { treatment: 2, comparator: 40 },
    ]
    const { value, interval } = ratioOfMeans(spent, { seed })
    expect(value).toBe(0.1)
    // No resample leaves the range of the units' own ratios, .05 to .2.
    expect(interval.low).toBeGreaterThan(0.05)
    expect(interval.high).toBeLessThan(0.2)
    const saving = savingEffect(spent, { seed })
    expect(saving.mean).toBe(0.9)
    expect(saving.interval.low).toBeCloseTo(1 - interval.high, 6)
    expect(saving.interval.high).toBeCloseTo(1 - interval.low, 6)
    // Influences (.1 c - t) / 20: 0, -.05, -.05, .1.
    expect(saving.sigma).toBeCloseTo(Math.sqrt((0 + 0.0025 + 0.0025 + 0.01) / 3), 12)
    expect(saving.p).toBe(2 / 16)
  })

  it('the break-even share is L / (G + L)', () => {
    const { value, interval } = breakEven([0.2, 0.4, 0.3, 0.3], [0.1, 0.1, 0.05, 0.15], { seed })
    // G .3, L .1.
    expect(value).toBeCloseTo(0.25, 12)
    expect(interval.low).toBeGreaterThan(0.05 / (0.4 + 0.05))
    expect(interval.low).toBeLessThan(0.25)
    expect(interval.high).toBeLessThan(0.15 / (0.2 + 0.15))
    expect(interval.high).toBeGreaterThan(0.25)
  })

  it('the break-even share is 0 where nothing is lost and 1 where nothing is gained, resamples beyond included', () => {
    expect(breakEven([0.3, 0.2, 0.4], [-0.1, -0.2, -0.05], { seed })).toMatchObject({
      value: 0,
      interval: { low: 0, high: 0 },
    })
    expect(breakEven([-0.3, -0.2, -0.4], [0.1, 0.2, 0.05], { seed })).toMatchObject({
      value: 1,
      interval: { low: 1, high: 1 },
    })
    // The gain's sign is open: L / (G + L) itself would jump from large to negative over the pole.
    const open = breakEven([0.3, -0.4, 0.2, -0.05], [0.1, 0.12, 0.08, 0.1], { seed })
    expect(open.interval.high).toBe(1)
    expect(open.interval.low).toBeGreaterThan(0.2)
    expect(open.interval.low).toBeLessThan(open.value)
  })
})

describe('counts', () => {
  it("the exact binomial test agrees with R's on Mendel's 682 of 925 against three quarters", () => {
    expect(binomialP(682, 925, 0.75)).toBeCloseTo(0.3825, 4)
  })

  it('at one half is the sign test', () => {
    // 8 of 10: (1 + 10 + 45) * 2 / 1024.
    expect(binomialP(8, 10)).toBeCloseTo(112 / 1024, 12)
    expect(binomialP(2, 10)).toBeCloseTo(112 / 1024, 12)
    expect(binomialP(5, 10)).toBeCloseTo(1, 12)
    expect(binomialP(0, 0)).toBe(1)
    expect(binomialP(3_000, 6_000)).toBeCloseTo(1, 9)
  })

  it('the Beta distribution is what it is in closed form and by SciPy', () => {
    expect(betaCdf(0.3, 1, 1)).toBeCloseTo(0.3, 12)
    expect(betaCdf(0.3, 4, 1)).toBeCloseTo(0.3 ** 4, 12)
    expect(betaCdf(0.3, 1, 4)).toBeCloseTo(1 - 0.7 ** 4, 12)
    expect(betaCdf(0.5, 7, 7)).toBeCloseTo(0.5, 12)
    expect(betaCdf(0.3, 2.5, 7.5)).toBeCloseTo(0.6789434858661821, 10)
    expect([betaCdf(0, 2, 3), betaCdf(1, 2, 3)]).toEqual([0, 1])
    expect(betaQuantile(0.025, 3, 9)).toBeCloseTo(0.06021773, 7)
    expect(betaQuantile(0.5, 3, 9)).toBeCloseTo(0.23578553, 7)
    expect(betaQuantile(0.975, 0.5, 10.5)).toBeCloseTo(0.217196268, 8)
  })

  it('the Beta distribution of whole numbers is a sum of binomial probabilities', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 25 }),
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        (a, b, x) => {
          const n = a + b - 1
          let choose = 1
          let sum = 0
          for (let k = 0; k <= n; k++) {
            if (k >= a) sum += choose * x ** k * (1 - x) ** (n - k)
            choose *= (n - k) / (k + 1)
          }
          expect(betaCdf(x, a, b)).toBeCloseTo(sum, 9)
        },
      ),
    )
  })

  it('what is believed of a rate starts flat and narrows with what is seen', () => {
    expect(ratePosterior(0, 0)).toMatchObject({ mean: 0.5, interval: { level: 0.95 } })
    expect(ratePosterior(0, 0).interval.low).toBeCloseTo(0.025, 9)
    const many = ratePosterior(400, 100)
    expect(many.mean).toBeCloseTo(401 / 502, 12)
    expect(many.interval.low).toBeCloseTo(0.76267147, 7)
    expect(many.interval.high).toBeCloseTo(0.83268346, 7)
    expect(ratePosterior(2, 8, { alpha: 1, beta: 1 })).toMatchObject({ alpha: 3, beta: 9 })
  })
})
