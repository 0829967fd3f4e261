import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCues } from '../../src/domain/cues.ts'
import type { DocumentKey } from '../../src/domain/document.ts'
import type { Evidence } from '../../src/domain/evidence.ts'
import { dayMs, instant } from '../../src/domain/instant.ts'
import { modes, noFilters, type Query } from '../../src/domain/query.ts'
import { type LiveState, noLive, type Route } from '../../src/domain/route.ts'
import { typedQuery } from '../../src/domain/understanding.ts'
import { noLeaning, signNames } from '../../src/retrieval/gate.ts'
import { handSet } from '../../src/retrieval/hand-set.ts'
import { route, tiersOf } from '../../src/retrieval/router.ts'
import type { DepthOf } from '../../src/retrieval/score.ts'

const now = instant(Date.parse('2026-02-03T09:16:00Z'))

/** Candidates of one depth, of these ages in days. */
const deepOf = (...agesInDays: number[]): DepthOf[] =>
  agesInDays.map((age, i) => ({
    candidate: {
      key: (i + 1) as DocumentKey,
      tier: 'static',
      announced: instant(now - age * dayMs),
      cosine: 0.6,
      bm25: 9,
    },
    fused: 0.8,
    depth: 0.5,
  }))

/** A thousand papers spread over three years, and a term that comes up at the corpus's own pace. */
const evidence: Evidence = {
  candidates: [],
  best: { cosine: 0.6, bm25: 9 },
  idealBm25: 20,
  terms: [{ term: 'memori', ceiling: 8, documents: 100, ages: [1, 2, 6, 9, 18, 64] }],
  documents: 1000,
  corpusAges: [10, 20, 60, 90, 180, 640],
  lastWeek: 10,
}

/** By hand, so that what a sign does is known; what was fitted is measured elsewhere. */
const weights = { gate: handSet.gate.any, live: handSet.live }

const usual = deepOf(20, 80, 200, 400, 600, 900)

function routed(
  asked: string | Query,
  deep: readonly DepthOf[] = usual,
  seen: Evidence = evidence,
  sources: LiveState = { ...noLive, leftMs: 1_380 },
): Route {
  const query = typeof asked === 'string' ? typedQuery(asked, now) : asked
  const about = { query, cues: readCues(query.subject, now), evidence: seen, deep, leaning: noLeaning, authorNames: [] }
  return route(about, 0.25, sources, weights)
}
const pRecent = (...asked: Parameters<typeof routed>): number => routed(...asked).gate.pRecent
const reason = (code: string, ...asked: Parameters<typeof routed>): string | undefined =>
  routed(...asked).reasons.find((one) => one.code === code)?.says

describe('the gate weighs words', () => {
  it.each(['latest', 'recent', 'state of the art in', 'new'])('“%s” raises it, and the reason says so', (words) => {
    expect(pRecent(`${words} agent memory`)).toBeGreaterThan(pRecent('agent memory') + 0.2)
    expect(reason('recency-words', `${words} agent memory`)).toContain(words.replace(/ in$/, ''))
  })

  it.each([
    ['history of', 'old-words'],
    ['survey of', 'overview-words'],
    ['seminal paper on', 'old-words'],
  ])('“%s” lowers it, and the reason says so', (words, code) => {
    expect(pRecent(`${words} agent memory`)).toBeLessThan(pRecent('agent memory'))
    expect(reason(code, `${words} agent memory`)).toContain(words.split(' ')[0])
  })

  it('a query that says both lies between', () => {
    const both = pRecent('recent survey of agent memory')
    expect(both).toBeLessThan(pRecent('recent work on agent memory'))
    expect(both).toBeGreaterThan(pRecent('survey of agent memory'))
  })

  it('a query without such words has neither reason', () => {
    expect(routed('agent memory').reasons.map((one) => one.code)).toEqual([
      'static-and-fresh',
      'gate',
      'live-no-source',
    ])
  })
})

describe('the gate weighs what was found', () => {
  it('a term that comes up more than usual raises it', () => {
    const burst = { ...evidence, terms: [{ ...evidence.terms[0], ages: [30, 2, 6, 9, 18, 35] }] }
    expect(pRecent('agent memory', usual, burst)).toBeGreaterThan(pRecent('agent memory'))
    expect(reason('burst', 'agent memory', usual, burst)).toContain('more often')
  })

  it('matches that are younger than the corpus raise it, older ones lower it', () => {
    const young = deepOf(1, 1, 2, 3, 3, 4, 5, 6, 6, 7, 7, 8)
    const old = deepOf(...Array.from({ length: 30 }, (_, i) => 800 + i))
    expect(pRecent('agent memory', young)).toBeGreaterThan(pRecent('agent memory'))
    expect(pRecent('agent memory', old)).toBeLessThan(pRecent('agent memory'))
    expect(reason('young-matches', 'agent memory', young)).toContain('younger')
    const steep = { ...evidence, corpusAges: [400, 300, 200, 60, 30, 10] }
    expect(reason('old-matches', 'agent memory', old, steep)).toContain('older')
  })

  it('matches that are spread as the whole corpus is say nothing', () => {
    const spread = deepOf(...[5, 20, 60, 70, 120, 150, 300, 350], ...Array.from({ length: 14 }, () => 500))
    expect(Math.abs(routed('agent memory', spread).gate.parts.dateShift)).toBeLessThan(0.05)
  })

  it('answers with a probability to any evidence, also to none', () => {
    const nothing = { ...evidence, terms: [], documents: 0, lastWeek: 0, corpusAges: [0, 0, 0, 0, 0, 0] }
    const ages = fc.array(fc.double({ min: -50, max: 20_000, noNaN: true }), { maxLength: 80, size: 'max' })
    fc.assert(
      fc.property(ages, fc.constantFrom(nothing, evidence), (days, seen) => {
        const p = pRecent('agent memory', deepOf(...days), seen)
        expect(p).toBeGreaterThan(0)
        expect(p).toBeLessThan(1)
      }),
    )
  })
})

describe('the reader has the last word', () => {
  it('by an override, whatever the words say', () => {
    const wish = (freshness: Query['freshness']) => routed(typedQuery('latest agent memory', now, { freshness }))
    expect(wish('off').gate).toMatchObject({ pRecent: 0, decidedBy: 'override' })
    expect(wish(0.8).gate).toMatchObject({ pRecent: 0.8, decidedBy: 'override' })
    expect(wish(0.8).reasons.find((one) => one.code === 'freshness-override')?.says).toContain('80%')
  })

  it('by a date in the query: it filters, age does not count beyond it, and the reason shows the words', () => {
    expect(routed('latest agent memory since 2025').gate).toMatchObject({ pRecent: 0, decidedBy: 'dates' })
    expect(reason('dates-filter', 'latest agent memory since 2025')).toContain('“since 2025”')
  })

  it('by a filter beside the query', () => {
    const since = instant(now - 30 * dayMs)
    const query = typedQuery('latest agent memory', now, { filters: { ...noFilters, since } })
    expect(routed(query).gate).toMatchObject({ pRecent: 0, decidedBy: 'dates' })
  })
})

describe('the route', () => {
  it('asks the tiers that the mode names, and says why', () => {
    const both = ['static', 'fresh']
    const tiers = { auto: both, both, live: both, static: ['static'], fresh: ['fresh'] }
    for (const mode of modes) {
      const decided = routed(typedQuery('agent memory', now, { mode }))
      expect(decided.tiers).toEqual(tiers[mode])
      expect(tiersOf(mode)).toEqual(tiers[mode])
      expect(decided.reasons[0].code).toBe(mode === 'auto' ? 'static-and-fresh' : `mode-${mode}`)
    }
  })

  it('does not ask live while no live source is set up', () => {
    expect(routed('agent memory').live).toMatchObject({ ask: false, because: 'live-no-source', offers: [] })
  })

  it('is a pure function: from frozen inputs, twice the same', () => {
    const inputs = [
      {
        query: typedQuery('recent survey of agent memory', now),
        cues: readCues('recent survey of agent memory', now),
        evidence,
        deep: usual,
        leaning: { recent: 0.3, old: -0.2 },
        authorNames: [],
      },
      0.25,
      { ...noLive, leftMs: 1_380 },
      weights,
    ] as const
    const before = structuredClone(inputs)
    freeze(inputs)
    expect(route(...inputs)).toEqual(route(...inputs))
    expect(inputs).toEqual(before)
  })

  it('tells each part of the log odds, and they add up to the probability', () => {
    const { gate } = routed('latest survey of agent memory')
    const logOdds = Object.values(gate.parts).reduce((sum, part) => sum + part, 0)
    expect(Math.log(gate.intents.recent / gate.intents.atemporal)).toBeCloseTo(logOdds, 10)
    expect(gate.parts.recencyWords).toBe(weights.gate.recent.recencyWords)
    expect(gate.parts.overviewWords).toBe(weights.gate.recent.overviewWords)
    expect(Object.keys(gate.parts).sort()).toEqual(['prior', 'subject', ...signNames].sort())
  })
})

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const inner of Object.values(value)) freeze(inner)
}
