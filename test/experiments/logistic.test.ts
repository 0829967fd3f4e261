import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Example,
  fitLogistic,
  fitMultinomial,
  isotonic,
  logit,
  probabilities,
  probability,
} from '../../experiments/logistic.ts'

const flat = { mean: 0, sigma: 1e6 }
const example = (x: number, label: 0 | 1): Example => ({ features: [1, x], label })

describe('logistic regression', () => {
  it('without features finds the log odds of the labels', () => {
    const examples = [1, 1, 1, 0].map((label): Example => ({ features: [1], label: label === 1 ? 1 : 0 }))
    expect(fitLogistic(examples, [flat])[0]).toBeCloseTo(Math.log(3), 6)
  })

  it('with one sign finds the log odds of each group', () => {
    // Of four without the sign one is positive, of four with it three.
    const labels = [0, 0, 0, 1] as const
    const examples = [...labels.map((l) => example(0, l)), ...labels.map((l) => example(1, l === 1 ? 0 : 1))]
    const [intercept, slope] = fitLogistic(examples, [flat, flat])
    expect(intercept).toBeCloseTo(-Math.log(3), 6)
    expect(slope).toBeCloseTo(2 * Math.log(3), 6)
  })

  it('without examples keeps the prior, and with few stays near it', () => {
    const priors = [
      { mean: -1, sigma: 2 },
      { mean: 2, sigma: 0.1 },
    ]
    expect(fitLogistic([], priors)).toEqual([-1, 2])
    expect(fitLogistic([example(1, 0)], priors)[1]).toBeCloseTo(2, 1)
  })

  it('separable labels do not run away where there is a prior', () => {
    const priors = [flat, { mean: 0, sigma: 1 }]
    const slope = fitLogistic([example(-1, 0), example(1, 1)], priors)[1]
    // Where the gradient is none: 2 (1 - p) = slope, p the logistic of the slope.
    expect(2 * (1 - 1 / (1 + Math.exp(-slope)))).toBeCloseTo(slope, 6)
  })

  it('is at the top of its likelihood: no step to any side is better', () => {
    const drawn = fc.array(fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.boolean()), {
      minLength: 1,
      maxLength: 30,
      size: 'max',
    })
    const priors = [
      { mean: 0, sigma: 2 },
      { mean: 1, sigma: 1 },
    ]
    fc.assert(
      fc.property(drawn, (pairs) => {
        const examples = pairs.map(([x, positive]) => example(x, positive ? 1 : 0))
        const loss = (weights: readonly number[]) =>
          priors.reduce((sum, { mean, sigma }, i) => sum + (weights[i] - mean) ** 2 / (2 * sigma ** 2), 0) -
          examples.reduce((sum, { features, label }) => {
            const p = probability(weights, features)
            return sum + Math.log(label === 1 ? p : 1 - p)
          }, 0)
        const [a, b] = fitLogistic(examples, priors)
        const steps = [0.01, -0.01]
        for (const step of steps) {
          expect(loss([a + step, b])).toBeGreaterThan(loss([a, b]))
          expect(loss([a, b + step])).toBeGreaterThan(loss([a, b]))
        }
      }),
    )
    expect(logit([1, 2], [1, 3])).toBe(7)
  })
})

describe('logistic regression of three classes', () => {
  it('without features finds the share of each class', () => {
    const examples = [0, 1, 1, 2, 2, 2].map((label): Example => ({ features: [1], label }))
    const weights = fitMultinomial(examples, [[flat], [flat]])
    const shares = probabilities(weights, [1])
    for (const [i, share] of [1 / 6, 2 / 6, 3 / 6].entries()) expect(shares[i]).toBeCloseTo(share, 6)
  })

  it('finds the top also where a full step overshoots, from a far start', () => {
    // Newton's own steps run away from here: the likelihood is flat at the start and steep where it ends.
    const far = [{ mean: 40, sigma: 50 }]
    const examples = [1, 0, 0, 0].map((label): Example => ({ features: [1], label }))
    const [top] = fitMultinomial(examples, [far])[0]
    const slope = (w: number) => (40 - w) / 2500 + 1 - 4 / (1 + Math.exp(-w))
    expect(slope(top)).toBeCloseTo(0, 8)
  })

  it('is at the top of its posterior: no step to any side is better', () => {
    const drawn = fc.array(fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: 0, max: 2 })), {
      minLength: 1,
      maxLength: 20,
      size: 'max',
    })
    const prior = { mean: 0.5, sigma: 1 }
    fc.assert(
      fc.property(drawn, (pairs) => {
        const examples = pairs.map(([x, label]): Example => ({ features: [1, x], label }))
        const weights = fitMultinomial(examples, [
          [prior, prior],
          [prior, prior],
        ])
        const loss = (rows: readonly (readonly number[])[]) =>
          rows.flat().reduce((sum, weight) => sum + (weight - prior.mean) ** 2 / 2, 0) -
          examples.reduce((sum, { features, label }) => sum + Math.log(probabilities(rows, features)[label]), 0)
        for (const step of [0.01, -0.01]) {
          for (const [k, i] of [
            [0, 0],
            [0, 1],
            [1, 0],
            [1, 1],
          ]) {
            const moved = weights.map((row, at) => (at === k ? row.map((w, j) => (j === i ? w + step : w)) : row))
            expect(loss(moved)).toBeGreaterThan(loss(weights))
          }
        }
      }),
    )
  })
})

describe('isotonic regression', () => {
  const points = (...ys: number[]) => ys.map((y, x) => ({ x, y }))

  it('keeps what rises and pools what falls', () => {
    expect(isotonic(points(1, 2, 3), 1)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ])
    expect(isotonic(points(1, 3, 2, 4), 1)).toEqual([
      [0, 1],
      [1.5, 2.5],
      [3, 4],
    ])
    expect(isotonic(points(3, 2, 1), 1)).toEqual([[1, 2]])
  })

  it('reads its points in any order', () => {
    expect(isotonic(points(1, 3, 2, 4).reverse(), 1)).toEqual(isotonic(points(1, 3, 2, 4), 1))
  })

  it('joins steps of too few points, never losing the mean', () => {
    const drawn = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 1, maxLength: 60, size: 'max' })
    fc.assert(
      fc.property(drawn, fc.integer({ min: 1, max: 8 }), (labels, smallest) => {
        const steps = isotonic(points(...labels), smallest)
        for (let i = 1; i < steps.length; i++) {
          expect(steps[i][0]).toBeGreaterThan(steps[i - 1][0])
          expect(steps[i][1]).toBeGreaterThan(steps[i - 1][1])
        }
        expect(steps.length).toBeLessThanOrEqual(Math.max(1, Math.floor(labels.length / smallest)))
        expect(Math.min(...steps.map(([, y]) => y))).toBeGreaterThanOrEqual(0)
        expect(Math.max(...steps.map(([, y]) => y))).toBeLessThanOrEqual(1)
      }),
    )
  })
})
