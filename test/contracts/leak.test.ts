import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Evidence } from '../../src/domain/evidence.ts'
import type { Instant } from '../../src/domain/instant.ts'
import { noFilters } from '../../src/domain/query.ts'
import type { GatherRequest, Snapshot } from '../../src/ports.ts'
import { daysAgo, engines, request } from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { vectorOf } from '../word-embedder.ts'
import { type Announcement, garbledAfter, growInto, libraries, until } from './dated-library.ts'

/**
 * The leak audit: as of a moment, a store that holds what came later answers to the last bit as one that never heard of
 * it, and as one in which all that came later is said in other words.
 */
const moments = fc.integer({ min: 0, max: 120 }).map(daysAgo)
const nights = fc.oneof(
  fc.constant([] as Instant[]),
  fc.constant([daysAgo(-1)]),
  fc.array(moments, { minLength: 1, maxLength: 3 }),
)
const texts = ['alpha beta', 'gamma of the models', 'GPT-4 été', 'xyzzy plugh', 'delta']

const questionsAt = (now: Instant): readonly GatherRequest[] => [
  ...texts.map((text) => request(text, { now })),
  request('alpha beta gamma', { now, vector: null, phrases: ['alpha beta'] }),
  request('alpha models', { now, excludedPhrases: ['the models'], excludedTerms: ['beta'] }),
  request('alpha models of', { now, filters: { ...noFilters, categories: ['cs'], sources: ['arxiv'] } }),
  request('delta', { now, filters: { ...noFilters, since: daysAgo(60) }, tiers: { static: true, fresh: false } }),
  request('delta', { now, vector: vectorOf('gamma'), tiers: { static: false, fresh: true } }),
]

type Open = (typeof engines)[number][1]

async function answersOf(open: Open, all: readonly Announcement[], days: readonly Instant[], moment: Instant) {
  const clock = new VirtualClock()
  const { engine, close } = await open(clock)
  try {
    const early = await engine.openReader()
    await growInto({ engine, clock }, all, days)
    await early.refresh()
    const readers = [early, await engine.openReader()]
    const answers = []
    for (const reader of readers) {
      for (const question of questionsAt(moment)) answers.push(await answerOf(reader.snapshot(), question))
    }
    return answers
  } finally {
    await close()
  }
}

async function answerOf(snapshot: Snapshot, question: GatherRequest) {
  const evidence = await snapshot.gather(question)
  const keys = evidence.candidates.map((one) => one.key)
  return { ...inOrder(evidence), named: inOrder({ ...evidence, candidates: await snapshot.scoreOf(keys, question) }) }
}

/** Candidates come in any order. */
const inOrder = (evidence: Evidence): Evidence => ({
  ...evidence,
  candidates: [...evidence.candidates].sort((one, other) => one.key - other.key),
})

describe.each(engines)('%s: as of a moment', (_, open) => {
  test('nothing that was announced later shows, whether it is there, is not, or says something else', async () => {
    await fc.assert(
      fc.asyncProperty(libraries, nights, moments, async (all, days, moment) => {
        const whole = await answersOf(open, all, days, moment)
        expect(await answersOf(open, until(all, moment), days, moment)).toEqual(whole)
        expect(await answersOf(open, garbledAfter(all, moment), days, moment)).toEqual(whole)
      }),
      { numRuns: 12 },
    )
  }, 120_000)
})
