import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCues } from '../../src/domain/cues.ts'
import type { DocumentKey } from '../../src/domain/document.ts'
import type { Evidence } from '../../src/domain/evidence.ts'
import { dayMs, instant } from '../../src/domain/instant.ts'
import { noFilters } from '../../src/domain/query.ts'
import { intents } from '../../src/domain/route.ts'
import { typedQuery } from '../../src/domain/understanding.ts'
import { gateOf, type Leaning, noLeaning, type Seen, signsOf } from '../../src/retrieval/gate.ts'
import { handSet } from '../../src/retrieval/hand-set.ts'
import type { DepthOf } from '../../src/retrieval/score.ts'

const now = instant(Date.parse('2026-02-03T09:16:00Z'))
const weights = handSet.gate.any

/** A corpus in which every bin of ages holds as many papers, and a term that follows it. */
const evidence: Evidence = {
  candidates: [],
  best: { cosine: 0.6, bm25: 9 },
  idealBm25: 20,
  terms: [{ term: 'memori', ceiling: 8, documents: 60, ages: [10, 10, 10, 10, 10, 10] }],
  documents: 600,
  corpusAges: [100, 100, 100, 100, 100, 100],
  lastWeek: 100,
}

const deepOf = (...agesInDays: readonly (number | null)[]): DepthOf[] =>
  agesInDays.map((age, i) => {
    const announced = age === null ? null : instant(now - age * dayMs)
    return {
      candidate: { key: (i + 1) as DocumentKey, tier: 'static', announced, cosine: 0.6, bm25: 9 },
      fused: 0.8,
      depth: 0.5,
    }
  })

function seen(text: string, facts: Partial<Seen> = {}): Seen {
  const query = facts.query ?? typedQuery(text, now)
  return {
    query,
    cues: readCues(query.subject, now),
    evidence,
    deep: deepOf(20, 200),
    leaning: noLeaning,
    authorNames: [],
    ...facts,
  }
}
const gate = (...asked: Parameters<typeof seen>) => gateOf(seen(...asked), weights)
const signs = (...asked: Parameters<typeof seen>) => signsOf(seen(...asked))

describe('the intent', () => {
  it.each([
    ['latest agent memory', 'recent'],
    ['agent memory', 'atemporal'],
    ['original paper on agent memory', 'old'],
    ['agent memory before 2020', 'dated'],
    ['agent memory 2020', 'dated'],
  ] as const)('of “%s” is %s', (text, intent) => {
    expect(gate(text).intent).toBe(intent)
  })

  it('is the likeliest, and the shares add up to 1, whatever was seen', () => {
    const leaning = fc.record({
      recent: fc.double({ min: -800, max: 800, noNaN: true }),
      old: fc.double({ min: -800, max: 800, noNaN: true }),
    })
    const texts = fc.constantFrom('agent memory', 'latest agents', 'history of agents', 'agents 2019', 'agents in 2019')
    fc.assert(
      fc.property(leaning, texts, (lean: Leaning, text) => {
        const decided = gate(text, { leaning: lean })
        const shares = intents.map((one) => decided.intents[one])
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9)
        expect(decided.intents[decided.intent]).toBe(Math.max(...shares))
        expect(decided.pRecent).toBeGreaterThanOrEqual(0)
        expect(decided.pRecent).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('by a stated time is sure, and age counts no more; by a time that is only named it is not', () => {
    expect(gate('latest agent memory in 2020')).toMatchObject({ pRecent: 0, decidedBy: 'dates', intents: { dated: 1 } })
    const since = instant(now - 30 * dayMs)
    const filtered = typedQuery('latest agent memory', now, { filters: { ...noFilters, since } })
    expect(gate('', { query: filtered })).toMatchObject({ intent: 'dated', decidedBy: 'dates' })
    const named = gate('latest agent memory 2020')
    expect(named).toMatchObject({ intent: 'dated', decidedBy: 'gate' })
    expect(named.pRecent).toBeGreaterThan(0)
    expect(named.intents.recent).toBeLessThan(named.pRecent)
  })

  it('is told beside an override, which changes only how much recency counts', () => {
    const off = gate('', { query: typedQuery('latest agent memory', now, { freshness: 'off' }) })
    expect(off).toMatchObject({ pRecent: 0, intent: 'recent', decidedBy: 'override' })
  })

  it('leans as the subject leans', () => {
    const lean = (leaning: Leaning) => gate('agent memory', { leaning }).intents
    expect(lean({ recent: 3, old: 0 }).recent).toBeGreaterThan(lean(noLeaning).recent)
    expect(lean({ recent: 0, old: 3 }).old).toBeGreaterThan(lean(noLeaning).old)
  })
})

describe('the signs', () => {
  const termOf = (ages: readonly number[]): Evidence => ({
    ...evidence,
    terms: [{ ...evidence.terms[0], documents: ages.reduce((sum, count) => sum + count, 0), ages }],
  })

  it('say nothing of a term that follows the corpus, however long that is kept', () => {
    expect(signs('agent memory').burst).toBeCloseTo(0, 1)
    const young = { ...evidence, documents: 300, corpusAges: [100, 100, 100, 0, 0, 0] }
    const terms = [{ ...evidence.terms[0], documents: 30, ages: [10, 10, 10, 0, 0, 0] }]
    expect(signs('agent memory', { evidence: { ...young, terms } }).burst).toBeCloseTo(0, 1)
  })

  it('see a term that comes up more than it did, and one that fades', () => {
    const rising = signs('agent memory', { evidence: termOf([30, 20, 5, 3, 1, 1]) })
    const fading = signs('agent memory', { evidence: termOf([1, 1, 3, 5, 20, 30]) })
    expect(rising.burst).toBeGreaterThan(1)
    expect(fading.burst).toBeLessThan(-1)
    expect(rising.growth).toBeGreaterThan(fading.growth)
  })

  it('are surer of growth that many papers show', () => {
    const few = signs('agent memory', { evidence: termOf([2, 2, 2, 1, 1, 1]) })
    const many = signs('agent memory', { evidence: termOf([200, 200, 200, 100, 100, 100]) })
    expect(many.growth).toBeGreaterThan(few.growth)
  })

  it('see matches that are younger than the corpus, and older ones', () => {
    const [young, old] = [deepOf(1, 2, 3, 4, 5), deepOf(500, 600, 700, 800)].map((deep) => signs('agents', { deep }))
    for (const name of ['dateShift', 'pace', 'youth', 'bestYouth'] as const) {
      expect(young[name]).toBeGreaterThan(old[name])
    }
  })

  it('see a word that nobody knows', () => {
    const unknown = termOf([0, 0, 0, 0, 0, 0])
    expect(signs('agent memory', { evidence: unknown }).unknownTerms).toBe(1)
    expect(signs('agent memory', { evidence: unknown }).rarity).toBeGreaterThan(signs('agent memory').rarity)
  })

  it('are finite for any evidence, also for none', () => {
    const nothing = { ...evidence, terms: [], documents: 0, lastWeek: 0, corpusAges: [0, 0, 0, 0, 0, 0] }
    const days = fc.array(fc.option(fc.double({ min: -50, max: 20_000, noNaN: true })), { maxLength: 60, size: 'max' })
    fc.assert(
      fc.property(days, fc.constantFrom(nothing, evidence), (ages, found) => {
        for (const value of Object.values(signs('agents', { deep: deepOf(...ages), evidence: found }))) {
          expect(Number.isFinite(value)).toBe(true)
        }
      }),
    )
  })
})
