import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DocumentKey } from '../../src/domain/document.ts'
import type { Candidate, Evidence } from '../../src/domain/evidence.ts'
import type { Gate } from '../../src/domain/route.ts'
import { shippedCalibration } from '../../src/retrieval/calibration.ts'
import { convex, type Fused, reciprocalRank } from '../../src/retrieval/fusion.ts'
import { handSet } from '../../src/retrieval/hand-set.ts'
import {
  ageDays,
  halfLifeOf,
  measureDepth,
  type Ranking,
  rank,
  recencyOf,
  type Scored,
} from '../../src/retrieval/score.ts'
import { anyCandidates, daysFromNow, evidenceOf, now } from './candidates.ts'

const { gamma, halfLifeShare } = handSet.freshness.any
const models = Object.entries(shippedCalibration.models)
const anyModel = fc.constantFrom(...models.map(([, one]) => one))

const anyRanking = fc.record({
  candidates: anyCandidates,
  model: anyModel,
  abstainBelow: fc.double({ min: 0, max: 1, noNaN: true }),
  pRecent: fc.double({ min: 0, max: 1, noNaN: true }),
})
type Drawn = typeof anyRanking extends fc.Arbitrary<infer T> ? T : never

function ranked({ candidates, model, abstainBelow, pRecent }: Drawn, fuse?: (evidence: Evidence) => Fused): Ranking {
  const evidence = evidenceOf(candidates)
  const fused = fuse?.(evidence) ?? convex(evidence, model.alpha)
  return rank(measureDepth(evidence, fused, model), abstainBelow, { pRecent, gamma, halfLifeShare, now })
}
const keysOf = ({ scored }: Ranking): number[] => scored.map((one) => one.candidate.key)

describe('freshness is bounded', () => {
  it('R(x) < (1 - gamma) R(y): x never stands before y, however new it is', () => {
    fc.assert(
      fc.property(anyRanking, (drawn) => {
        let deepest = 0
        for (const { depth } of [...ranked(drawn).scored].reverse()) {
          // Whoever stands above must not be so much shallower than the deepest below it.
          expect(depth).toBeGreaterThanOrEqual((1 - gamma) * deepest)
          deepest = Math.max(deepest, depth)
        }
      }),
    )
  })

  it('no score exceeds its depth or falls below its share of 1 - gamma', () => {
    fc.assert(
      fc.property(anyRanking, (drawn) => {
        for (const { score, depth, freshness } of ranked(drawn).scored) {
          expect(score).toBeLessThanOrEqual(depth)
          expect(score).toBeGreaterThanOrEqual((1 - gamma) * depth)
          expect(freshness).toBeGreaterThanOrEqual(0)
          expect(freshness).toBeLessThanOrEqual(1)
        }
      }),
    )
  })

  it('below the threshold nothing is raised: last, in the order and with the scores that depth alone gives', () => {
    fc.assert(
      fc.property(anyRanking, (drawn) => {
        const { scored, threshold } = ranked(drawn)
        const below = (one: Scored) => one.depth < threshold
        const byDepthAlone = ranked({ ...drawn, pRecent: 0 }).scored.filter(below)
        expect(scored.slice(scored.length - byDepthAlone.length)).toEqual(byDepthAlone)
        expect(byDepthAlone.every((one) => one.score === one.depth)).toBe(true)
      }),
    )
  })

  it('the threshold is half the best depth, and never below the line of abstention', () => {
    fc.assert(
      fc.property(anyRanking, (drawn) => {
        const { scored, threshold, bestDepth } = ranked(drawn)
        expect(bestDepth).toBe(Math.max(0, ...scored.map((one) => one.depth)))
        expect(threshold).toBe(Math.max(drawn.abstainBelow, bestDepth / 2))
      }),
    )
  })

  it('nothing is dropped: every candidate is ranked once', () => {
    fc.assert(
      fc.property(anyRanking, (drawn) => {
        const keys = drawn.candidates.map((one) => one.key)
        expect(keysOf(ranked(drawn)).sort((a, b) => a - b)).toEqual(keys)
      }),
    )
  })

  it('pRecent = 0 is depth order', () => {
    fc.assert(
      fc.property(anyRanking, (drawn) => {
        const { scored } = ranked({ ...drawn, pRecent: 0 })
        const depths = scored.map((one) => one.depth)
        expect(depths).toEqual([...depths].sort((a, b) => b - a))
        expect(scored.map((one) => one.score)).toEqual(depths)
      }),
    )
  })

  it('of two that match alike, the newer stands first as soon as recent papers are wanted', () => {
    const twin = { cosine: 0.7, bm25: 40, tier: 'static' } as const
    const old = { ...twin, key: 2 as DocumentKey, announced: daysFromNow(-300) }
    const fresh = { ...twin, key: 1 as DocumentKey, announced: daysFromNow(-3) }
    const draw = { candidates: [old, fresh], model: models[0][1], abstainBelow: 0 }
    expect(keysOf(ranked({ ...draw, pRecent: 0.1 }))).toEqual([1, 2])
    expect(keysOf(ranked({ ...draw, pRecent: 0 }))).toEqual([2, 1])
  })
})

describe('what the ranking does not depend on', () => {
  const fusions = { convex: (evidence: Evidence) => convex(evidence, 0.7), rrf: reciprocalRank }

  it.each(Object.entries(fusions))('the order in which candidates come, and how often (%s)', (_, fuse) => {
    const shuffled = anyRanking.chain((drawn) =>
      fc.tuple(
        fc.constant(drawn),
        fc.shuffledSubarray([...drawn.candidates, ...drawn.candidates], {
          minLength: 2 * drawn.candidates.length,
        }),
      ),
    )
    fc.assert(
      fc.property(shuffled, ([drawn, twice]) => {
        expect(ranked({ ...drawn, candidates: twice }, fuse)).toEqual(ranked(drawn, fuse))
      }),
    )
  })

  it('by how much a date lies in the future', () => {
    fc.assert(
      fc.property(anyRanking, (drawn) => {
        const clamp = ({ announced, ...one }: Candidate): Candidate => ({
          ...one,
          announced: announced !== null && announced > now ? now : announced,
        })
        const clamped = ranked({ ...drawn, candidates: drawn.candidates.map(clamp) })
        const numbers = ({ scored }: Ranking) =>
          scored.map(({ candidate, score, freshness }) => [candidate.key, score, freshness])
        expect(numbers(ranked(drawn))).toEqual(numbers(clamped))
      }),
    )
    expect(ageDays(daysFromNow(5), now)).toBe(0)
  })
})

describe('dates of the candidates', () => {
  it('a missing date takes the median freshness of the candidates that match', () => {
    const dated = [-10, -40, -200].map((days, i): Candidate => {
      return { key: (i + 2) as DocumentKey, tier: 'static', cosine: 0.7, bm25: 40, announced: daysFromNow(days) }
    })
    const undated: Candidate = { ...dated[0], key: 1 as DocumentKey, announced: null }
    const shallow: Candidate = { ...dated[0], key: 9 as DocumentKey, cosine: -0.5, bm25: 0, announced: now }
    const draw = { model: models[0][1], abstainBelow: 0.01, pRecent: 1 }
    const freshnessOf = (candidates: readonly Candidate[]) =>
      new Map(ranked({ ...draw, candidates: [...candidates] }).scored.map((one) => [one.candidate.key, one.freshness]))
    const odd = freshnessOf([undated, ...dated, shallow])
    expect(odd.get(undated.key)).toBe(odd.get(dated[1].key))
    const even = freshnessOf([undated, ...dated.slice(0, 2), shallow])
    const [one, other] = [dated[0], dated[1]].map(({ key }) => even.get(key)!)
    expect(even.get(undated.key)).toBeCloseTo((one + other) / 2, 12)
  })

  it('the half-life stays between 7 and 180 days, and grows with age', () => {
    const ages = fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { maxLength: 80, size: 'max' })
    fc.assert(
      fc.property(ages, (days) => {
        expect(halfLifeOf(days)).toBeGreaterThanOrEqual(7)
        expect(halfLifeOf(days)).toBeLessThanOrEqual(180)
        expect(halfLifeOf(days.map((age) => age + 1))).toBeGreaterThanOrEqual(halfLifeOf(days))
      }),
    )
    // (k + a - 1) / (b + sum of ages) with a = 2, b = 120, worked out by hand.
    expect(halfLifeOf([])).toBeCloseTo(120 * Math.LN2, 9)
    expect(halfLifeOf([30, 60, 90])).toBeCloseTo((300 / 4) * Math.LN2, 9)
    expect(halfLifeOf(Array(50).fill(0))).toBe(7)
    expect(halfLifeOf(Array(50).fill(3000))).toBe(180)
  })

  it('only candidates that match set the half-life', () => {
    const deep: Candidate = {
      key: 1 as DocumentKey,
      tier: 'static',
      cosine: 0.8,
      bm25: 50,
      announced: daysFromNow(-60),
    }
    const shallow = Array.from({ length: 40 }, (_, i): Candidate => {
      return { ...deep, key: (i + 2) as DocumentKey, cosine: -0.9, bm25: 0, announced: now }
    })
    const draw = { model: models[0][1], abstainBelow: 0.01, pRecent: 1 }
    expect(ranked({ ...draw, candidates: [deep, ...shallow] }).halfLifeDays).toBe(halfLifeOf([60]))
  })
})

describe('how far age counts', () => {
  const weights = { gamma: 0.7, halfLifeShare: 0.5, floor: 0.5 }
  const gate = (pRecent: number, decidedBy: Gate['decidedBy'] = 'gate'): Gate => ({
    pRecent,
    decidedBy,
    intent: 'recent',
    intents: { recent: pRecent, atemporal: 1 - pRecent, old: 0, dated: 0 },
    parts: {},
  })

  it('is not at all up to the floor, and in proportion from there on', () => {
    const counted = [0, 0.5, 0.75, 1].map((pRecent) => recencyOf(gate(pRecent), weights, now).pRecent)
    expect(counted).toEqual([0, 0, 0.5, 1])
  })

  it('is what a reader set it to, below the floor too', () => {
    expect(recencyOf(gate(0.3, 'override'), weights, now)).toEqual({
      pRecent: 0.3,
      gamma: 0.7,
      halfLifeShare: 0.5,
      now,
    })
  })
})
