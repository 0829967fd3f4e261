import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCues } from '../../src/domain/cues.ts'
import type { DocumentKey } from '../../src/domain/document.ts'
import type { Evidence } from '../../src/domain/evidence.ts'
import { dayMs, instant } from '../../src/domain/instant.ts'
import type { Query } from '../../src/domain/query.ts'
import type { LiveSourceState, Route } from '../../src/domain/route.ts'
import { typedQuery } from '../../src/domain/understanding.ts'
import { gateWeightsFor } from '../../src/retrieval/calibration.ts'
import { noLeaning } from '../../src/retrieval/gate.ts'
import { handSet } from '../../src/retrieval/hand-set.ts'
import { route } from '../../src/retrieval/router.ts'
import type { DepthOf } from '../../src/retrieval/score.ts'
import { offerOf, type Prospect, prospectOf } from '../../src/retrieval/value.ts'

const weights = handSet.live
const now = instant(Date.parse('2026-02-03T09:16:00Z'))

const source = (facts: Partial<LiveSourceState> = {}): LiveSourceState => ({
  source: 'arxiv-api',
  batchesBehind: 1,
  pAnswer: 0.8,
  expectedMs: 700,
  scarcity: 0,
  barred: null,
  ...facts,
})
const prospect = (facts: Partial<Prospect> = {}): Prospect => ({
  pRecent: 0.8,
  perBatch: 0.5,
  pCoverage: 0.05,
  ...facts,
})
const offer = (of: Partial<LiveSourceState> = {}, on: Partial<Prospect> = {}, forced = false) =>
  offerOf(source(of), prospect(on), 1_500, weights, forced)

describe('an offer', () => {
  it('is worth P(answer) · (p_rec · P_new · gain + P_cov · gain), and costs time, CPU and a turn', () => {
    const { pNew, value, cost } = offer({ scarcity: 0.25 })
    expect(pNew).toBeCloseTo(1 - Math.exp(-0.5), 12)
    expect(value).toBeCloseTo(0.8 * (0.8 * pNew * weights.gainFresh + 0.05 * weights.gainCoverage), 12)
    expect(cost).toBeCloseTo(0.7 * weights.perSecond + weights.cpuMs * weights.perCpuMs + 0.25 * weights.perToken, 12)
  })

  it('is taken by a reader who wants recent papers behind an unharvested announcement, and by no other', () => {
    expect(offer().ask).toBe(true)
    expect(offer({ batchesBehind: 0 }).ask).toBe(false)
    expect(offer({}, { pRecent: 0.02 }).ask).toBe(false)
    expect(offer({}, { perBatch: 0.05 }).ask).toBe(false)
  })

  it('is taken where what we hold does not cover the query, announcement or not', () => {
    const gap = offer({ batchesBehind: 0 }, { pRecent: 0.02, pCoverage: 0.6 })
    expect(gap).toMatchObject({ ask: true, because: expect.stringContaining('does not seem to cover') })
  })

  it('is left when turns are scarce, or the source hardly ever answers in time', () => {
    expect(offer({ scarcity: 1 }, { perBatch: 0.3 }).ask).toBe(false)
    expect(offer({ scarcity: 1 }, { perBatch: 0.3 }).because).toContain('dear')
    expect(offer({ pAnswer: 0.05 }).ask).toBe(false)
  })

  it('is never taken of a source that cannot be asked, not even by force', () => {
    const barred = { why: 'rate_limited', says: 'in 9 s', retryAfterMs: 9_000 } as const
    for (const forced of [false, true]) {
      expect(offer({ barred }, {}, forced)).toMatchObject({
        ask: false,
        because: 'in 9 s',
        barred: 'rate_limited',
        retryAfterMs: 9_000,
      })
    }
    expect(offer({ batchesBehind: 0 }, { pCoverage: 0 }, true).ask).toBe(true)
  })

  it('grows with what it promises and shrinks with what it takes', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    const more = fc.double({ min: 0, max: 0.5, noNaN: true })
    fc.assert(
      fc.property(unit, unit, fc.nat(9), unit, more, (pRecent, pCoverage, batchesBehind, scarcity, step) => {
        const at = offer({ batchesBehind, scarcity }, { pRecent, pCoverage })
        expect(
          offer({ batchesBehind: batchesBehind + 1, scarcity }, { pRecent, pCoverage }).value,
        ).toBeGreaterThanOrEqual(at.value)
        expect(offer({ batchesBehind, scarcity }, { pRecent: pRecent + step, pCoverage }).value).toBeGreaterThanOrEqual(
          at.value,
        )
        expect(
          offer({ batchesBehind, scarcity }, { pRecent, pCoverage: pCoverage + step }).value,
        ).toBeGreaterThanOrEqual(at.value)
        expect(offer({ batchesBehind, scarcity: scarcity + step }, { pRecent, pCoverage }).cost).toBeGreaterThanOrEqual(
          at.cost,
        )
        expect(at.ask).toBe(at.value > at.cost)
      }),
    )
  })
})

/** Candidates by age in days, depth and both scores; the first is the deepest. */
const deepOf = (...rows: [age: number, depth: number, cosine: number, bm25: number][]): DepthOf[] =>
  rows.map(([age, depth, cosine, bm25], i) => ({
    candidate: { key: (i + 1) as DocumentKey, tier: 'static', announced: instant(now - age * dayMs), cosine, bm25 },
    fused: depth,
    depth,
  }))

const term = (name: string, documents: number) => ({
  term: name,
  ceiling: 8,
  documents,
  ages: [0, 0, 0, 0, 0, documents],
})
const evidence = (...terms: ReturnType<typeof term>[]): Evidence => ({
  candidates: [],
  best: { cosine: 0.6, bm25: 9 },
  idealBm25: 20,
  terms,
  documents: 1_000,
  corpusAges: [10, 20, 60, 90, 180, 640],
  lastWeek: 10,
})
const tenBatchesAgo = now - 14 * dayMs
const covered = deepOf([2, 0.6, 0.7, 12], [5, 0.5, 0.6, 10], [9, 0.4, 0.5, 8], [40, 0.4, 0.5, 8], [3, 0.1, 0.2, 1])

describe('the prospect of a query', () => {
  const of = (deep: readonly DepthOf[], seen: Evidence, subject = 'agent memory') =>
    prospectOf(
      { subject, pRecent: 0.5, threshold: 0.3 },
      seen,
      deep,
      { sources: [], tenBatchesAgo, leftMs: 1_500 },
      weights,
    )

  it('counts the matches of the last ten announcements, and half a one', () => {
    expect(of(covered, evidence(term('memori', 100))).perBatch).toBeCloseTo(3.5 / 11, 12)
    expect(of([], evidence(term('memori', 0))).perBatch).toBeCloseTo(0.5 / 11, 12)
  })

  it('sees a gap in a low best depth, in words that nobody has, and in rankers that disagree', () => {
    const known = evidence(term('agent', 50), term('memori', 100))
    const { pCoverage } = of(covered, known)
    expect(pCoverage).toBeLessThan(0.02)
    expect(of(deepOf([9, 0.05, 0.2, 1]), known).pCoverage).toBeGreaterThan(0.4)
    expect(of(covered, evidence(term('agent', 50), term('memori', 0))).pCoverage).toBeGreaterThan(pCoverage)
    const apart = deepOf(
      ...Array.from({ length: 24 }, (_, i): [number, number, number, number] =>
        i % 2 === 0 ? [9, 0.6, 0.9, 0.1] : [9, 0.6, 0.1, 9],
      ),
    )
    const agreed = deepOf(
      ...Array.from({ length: 24 }, (_, i): [number, number, number, number] => [9, 0.6, 1 - i / 30, 9 - i / 30]),
    )
    expect(of(apart, known).pCoverage).toBeGreaterThan(of(agreed, known).pCoverage)
  })
})

describe('the live part of a route', () => {
  const sources = {
    sources: [source(), source({ source: 'openalex', batchesBehind: 0 })],
    tenBatchesAgo,
    leftMs: 1_380,
  }
  const routed = (text: string, wishes: Partial<Query> = {}): Route => {
    const query = typedQuery(text, now, wishes)
    const seen = evidence(term('agent', 50), term('memori', 100))
    const cues = readCues(query.subject, query.now)
    const gate = gateWeightsFor(null, handSet)
    const about = { query, cues, evidence: seen, deep: covered, leaning: noLeaning, authorNames: [] }
    return route(about, 0.3, sources, { gate, live: weights })
  }
  const asked = ({ live }: Route) => live.offers.filter((one) => one.ask).map((one) => one.source)

  it('asks only the sources that are worth it', () => {
    const decided = routed('latest agent memory')
    expect(asked(decided)).toEqual(['arxiv-api'])
    expect(decided).toMatchObject({ tiers: ['static', 'fresh', 'live'], live: { ask: true, because: 'live-worth-it' } })
    expect(decided.reasons.at(-1)?.says).toBe('Asked live, within 1500 ms for the whole answer: arxiv-api.')
  })

  it('asks nobody for what is old or settled', () => {
    for (const text of ['history of agent memory', 'original agent memory paper', 'agent memory before 2020']) {
      expect([text, asked(routed(text))]).toEqual([text, []])
      expect(routed(text).live).toMatchObject({ ask: false, because: 'live-not-worth-it' })
    }
  })

  it('asks all of them when told to', () => {
    expect(asked(routed('history of agent memory', { mode: 'live' }))).toEqual(['arxiv-api', 'openalex'])
  })
})
