import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allArms } from '../../../experiments/arms.ts'
import { missed, onTime } from '../../../experiments/replay/holding.ts'
import type { AnswerRecord } from '../../../experiments/replay/records.ts'
import { at } from '../../sources/api-stage.ts'
import { corpusOf } from '../../upstream/corpus.ts'
import { corpus, papers } from './collections.ts'
import { query, replayOf } from './stage.ts'

/** Nobody who is asked then may know of what was announced later. */
const asked = at('2026-02-12T23:59')
const queries = [
  query('q1', 'latest river sediment', asked),
  query('q2', papers[30].title, asked, true),
  query('q3', papers[200].title, asked, true),
  query('q4', papers[140].id, asked),
  query('q5', 'snow "river" -glacier since 2026', asked),
]

const isLater = ({ announced }: { readonly announced: number | null }) => announced !== null && announced > asked
const junk = 'zyx wvut river latest river sediment snow'

/** What the store holds, and what the world shows, once everything after the instant is another. */
const futures = {
  'is deleted': {
    records: papers.filter((one) => !isLater(one)),
    world: corpusOf(corpus.papers.filter(({ versions: [first] }) => !isLater(first))),
  },
  'is of other words': {
    records: papers.map((one) => (isLater(one) ? { ...one, title: junk, abstract: `${junk} ${one.id}` } : one)),
    world: corpusOf(
      corpus.papers.map((paper) => {
        const [first] = paper.versions
        return isLater(first) ? { ...paper, versions: [{ ...first, title: junk, abstract: junk }] as const } : paper
      }),
    ),
  },
}

async function answers(given: Parameters<typeof replayOf>[0]): Promise<Record<string, AnswerRecord[]>> {
  const stage = await replayOf(given)
  const replay = await stage.start()
  const found: Record<string, AnswerRecord[]> = {}
  for (const keeping of [onTime, missed(3)]) {
    for (const { arm, answers: given } of await replay.run('audit', allArms, queries, keeping)) {
      found[`${arm.name}, ${keeping.name}`] = [...given.values()]
    }
  }
  await replay.close()
  await stage.close()
  return found
}

describe('an answer as of an instant', () => {
  let expected: Awaited<ReturnType<typeof answers>>
  beforeAll(async () => {
    expected = await answers({})
  })
  afterAll(() => {
    // Later papers must be there to be kept out, and live sources must have had a say.
    expect(papers.filter(isLater).length).toBeGreaterThan(50)
    expect(Object.values(expected).some((all) => all.some((one) => one.live.some(({ found }) => found > 0)))).toBe(true)
  })

  it.each(Object.entries(futures))('is the same when all that came later %s', async (_, future) => {
    expect(await answers(future)).toEqual(expected)
  })
})
