import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DocumentKey } from '../../src/domain/document.ts'
import type { Candidate } from '../../src/domain/evidence.ts'
import { shippedCalibration } from '../../src/retrieval/calibration.ts'
import { convex, reciprocalRank } from '../../src/retrieval/fusion.ts'
import { depthOf } from '../../src/retrieval/score.ts'
import { anyBm25, anyCandidates, anyCosine, evidenceOf } from './candidates.ts'

const models = Object.entries(shippedCalibration.models)

describe.each(models)('the depth of %s', (_, model) => {
  const ideal = 40
  const depth = (cosine: number | null, bm25: number, idealBm25 = ideal) =>
    depthOf({ key: 1 as DocumentKey, tier: 'static', announced: null, cosine, bm25 }, idealBm25, model)
  // Between two knots the last bit of a sum may go either way.
  const rounding = 1e-12

  it('lies in [0, 1], also without a vector and where no term is known', () => {
    fc.assert(
      fc.property(fc.option(anyCosine), anyBm25, fc.constantFrom(0, ideal), (cosine, bm25, idealBm25) => {
        expect(depth(cosine, bm25, idealBm25)).toBeGreaterThanOrEqual(0)
        expect(depth(cosine, bm25, idealBm25)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('never falls when the cosine or BM25 rises', () => {
    fc.assert(
      fc.property(anyCosine, anyCosine, anyBm25, anyBm25, (cosine, otherCosine, bm25, otherBm25) => {
        const [low, high] = [cosine, otherCosine].sort((a, b) => a - b)
        const [few, many] = [bm25, otherBm25].sort((a, b) => a - b)
        expect(depth(high, bm25)).toBeGreaterThanOrEqual(depth(low, bm25) - rounding)
        expect(depth(cosine, many)).toBeGreaterThanOrEqual(depth(cosine, few) - rounding)
        expect(depth(null, many)).toBeGreaterThanOrEqual(depth(null, few) - rounding)
      }),
    )
  })

  it('tells a match from a stranger, and keeps the line of abstention between them', () => {
    expect(depth(-1, 0)).toBeLessThan(model.abstainBelow)
    expect(depth(0.9, ideal)).toBeGreaterThan(model.abstainBelow)
  })
})

describe('fusion', () => {
  it('the convex combination lies in [0, 1] and gives the best of both rankers exactly 1', () => {
    fc.assert(
      fc.property(anyCandidates, fc.double({ min: 0, max: 1, noNaN: true }), (candidates, alpha) => {
        for (const [, value] of convex(evidenceOf(candidates), alpha)) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1 + 1e-12)
        }
      }),
    )
    const both: Candidate = { key: 1 as DocumentKey, tier: 'static', announced: null, cosine: 0.4, bm25: 3 }
    const fused = convex(evidenceOf([both, { ...both, key: 2 as DocumentKey, cosine: -0.3, bm25: 1.5 }]), 0.7)
    expect(fused.get(both.key)).toBeCloseTo(1, 12)
    // 0.7 * (-0.3 + 1) / (0.4 + 1) + 0.3 * 1.5 / 3
    expect(fused.get(2 as DocumentKey)).toBeCloseTo(0.5, 12)
  })

  it('reciprocal ranks with k = 60; who has no score of a ranker gets nothing from it', () => {
    const scores = [
      [0.9, 0],
      [0.8, 7],
      [null, 9],
    ] as const
    const candidates = scores.map(([cosine, bm25], i): Candidate => {
      return { key: (i + 1) as DocumentKey, tier: 'static', announced: null, cosine, bm25 }
    })
    expect(Object.fromEntries(reciprocalRank(evidenceOf(candidates)))).toEqual({
      1: 1 / 61,
      2: 1 / 62 + 1 / 62,
      3: 1 / 61,
    })
  })
})
