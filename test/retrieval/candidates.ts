import fc from 'fast-check'
import type { DocumentKey } from '../../src/domain/document.ts'
import { ageBins, type Candidate, type Evidence } from '../../src/domain/evidence.ts'
import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'

export const now = instant(Date.parse('2026-02-03T09:16:00Z'))

export const daysFromNow = (days: number): Instant => instant(Math.round(now + days * dayMs))
const anyDate = fc.option(fc.double({ min: -4000, max: 30, noNaN: true }).map(daysFromNow))
export const anyCosine = fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(-1, 0, 1))
export const anyBm25 = fc.oneof(fc.double({ min: 0, max: 60, noNaN: true }), fc.constant(0))

export const anyCandidates = fc
  .array(fc.record({ cosine: fc.option(anyCosine), bm25: anyBm25, announced: anyDate, old: fc.boolean() }), {
    maxLength: 60,
    size: 'max',
  })
  .map((drafts) =>
    drafts.map(
      ({ old, ...draft }, i): Candidate => ({ ...draft, key: (i + 1) as DocumentKey, tier: old ? 'static' : 'fresh' }),
    ),
  )

/** What gather would say of these candidates: the maxima are theirs, and the ideal lies above every BM25. */
export function evidenceOf(candidates: readonly Candidate[], idealBm25 = 60): Evidence {
  const cosines = candidates.flatMap((one) => one.cosine ?? [])
  return {
    candidates,
    best: { cosine: Math.max(-1, ...cosines), bm25: Math.max(0, ...candidates.map((one) => one.bm25)) },
    idealBm25,
    terms: [],
    documents: candidates.length,
    corpusAges: [...ageBins, 0].map(() => 0),
    lastWeek: 0,
  }
}
