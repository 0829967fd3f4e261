import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Instant } from '../../src/domain/instant.ts'
import { typedQuery } from '../../src/domain/understanding.ts'
import { type SearchParts, search } from '../../src/retrieval/search.ts'
import { type Announcement, garbledAfter, growInto, libraries, until } from '../contracts/dated-library.ts'
import { daysAgo, engines } from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { wordEmbedder } from '../word-embedder.ts'
import { calibration } from './library.ts'

/** What a reader would have been shown at `moment`, said by a store that took in `all`. */
async function shown(
  open: (typeof engines)[number][1],
  all: readonly Announcement[],
  nights: readonly Instant[],
  moment: Instant,
  texts: readonly string[],
) {
  const clock = new VirtualClock()
  const { engine, close } = await open(clock)
  try {
    await growInto({ engine, clock }, all, nights)
    const snapshot = (await engine.openReader()).snapshot()
    const embedder = wordEmbedder()
    const parts: SearchParts = {
      documents: engine.documents,
      embedderFor: () => embedder,
      calibration,
      stopwatch: () => 0,
      live: null,
    }
    const answers = []
    for (const text of texts) {
      const query = typedQuery(text, moment, { past: true, limit: 100 })
      const { generation, mark, ...said } = await search(query, snapshot, parts, { exact: true })
      answers.push(said)
    }
    return answers
  } finally {
    await close()
  }
}

describe.each(engines)('%s: an answer of a past moment', (_, open) => {
  it('is the same in every word and figure, whatever was announced since', async () => {
    await fc.assert(
      fc.asyncProperty(
        libraries,
        fc.array(fc.integer({ min: -1, max: 120 }).map(daysAgo), { maxLength: 2 }),
        fc.integer({ min: 0, max: 120 }).map(daysAgo),
        async (all, nights, moment) => {
          // Titles of then and of later name papers, or do not.
          const titles = all.map((one) => one.record.title)
          const texts = [
            'latest models of gamma',
            'alpha beta',
            '"the models"',
            ...titles.slice(0, 3),
            ...titles.slice(-3),
          ]
          const whole = await shown(open, all, nights, moment, texts)
          expect(await shown(open, until(all, moment), nights, moment, texts)).toEqual(whole)
          expect(await shown(open, garbledAfter(all, moment), nights, moment, texts)).toEqual(whole)
        },
      ),
      { numRuns: 12 },
    )
  }, 120_000)
})
