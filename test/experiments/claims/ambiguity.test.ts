import { describe, expect, test } from 'vitest'
import type { Arm } from '../../../experiments/arms.ts'
import { ambiguity } from '../../../experiments/claims/ambiguity.ts'
import type { JudgedQuery } from '../../../experiments/topics/query.ts'
import type { DocumentId } from '../../../src/domain/document.ts'
import { type Answering, at, type FakeStudy, fakeStudy, judgedQuery } from './fake-study.ts'

const announced = { right: '2025-06-02T00:00:00Z' }
const wrong = ['w1', 'w2', 'w3', 'w4']
const grades = { right: 3, w1: 0, w2: 0, w3: 0, w4: 0 }

const topics = Array.from({ length: 12 }, (_, i) =>
  judgedQuery({ id: `t${i}`, class: 'atemporal', text: 'first second third fourth fifth sixth', grades }),
)

const wordsOf = ({ text }: JudgedQuery): number => text.split(' ').length

/** The right paper, behind so many wrong ones; all of them judged. */
const behind = (ahead: number): readonly string[] => [...wrong.slice(0, ahead), 'right']

const best: Answering = () => behind(0)

const findings = (cheap: Answering, given: Partial<FakeStudy> = {}) => {
  // Words alone are the same under every encoder.
  const main: Answering = (arm, ...rest) => (arm.ranking === 'hybrid' ? best(arm, ...rest) : cheap(arm, ...rest))
  return ambiguity.run(
    fakeStudy({
      topics,
      world: { announced, answer: main },
      rivals: { static: { announced, answer: cheap } },
      ...given,
    }),
  )
}

const outcomes = ({ verdicts }: Awaited<ReturnType<typeof findings>>) => verdicts.map((one) => one.outcome)

describe('ambiguity', () => {
  test('is supported where the loss grows with every cut', async () => {
    const found = await findings((_arm, query) => behind([4, 3, 2, 1, 0, 0, 0][wordsOf(query)]))
    expect(outcomes(found)).toEqual(['supported', 'supported', 'supported'])
    expect(found.verdicts.map((one) => one.primary)).toEqual(ambiguity.primaries.map((one) => one.name))
    expect(found.verdicts[0].says).toContain('surely grows')
  })

  test('is refuted where the loss shrinks with every cut', async () => {
    const found = await findings((_arm, query) => behind([0, 0, 1, 2, 3, 3, 3][wordsOf(query)]))
    expect(outcomes(found)).toEqual(['refuted', 'refuted', 'refuted'])
  })

  test('is undecided where the loss stays as it is', async () => {
    expect(outcomes(await findings(() => behind(1)))).toEqual(['undecided', 'undecided', 'undecided'])
  })

  test('is undecided, and says at which cuts, where what the arms show was not judged alike', async () => {
    const found = await findings((_arm, query) => (wordsOf(query) < 3 ? ['x', 'y', 'z', 'right'] : behind(0)))
    expect(outcomes(found)).toEqual(['undecided', 'undecided', 'undecided'])
    expect(found.verdicts[0].says).toContain('where 2, 1 words are left')
  })

  test('is the slope of the loss over halvings of the words: by hand', async () => {
    // Two words are left: rank 1 loses nothing. One word: rank 2 loses 1 - 1/log2(3), one halving later.
    const two = topics.map((topic) => ({ ...topic, text: 'first second' }))
    const found = await findings((_arm, query) => behind(wordsOf(query) === 1 ? 1 : 0), { topics: two })
    expect(found.verdicts[0].effect?.mean).toBeCloseTo(1 - 1 / Math.log2(3), 12)
  })

  test('tests nothing of the static encoder against itself, and says so', async () => {
    const found = await findings(() => behind(1), { options: { embedder: 'static' } })
    expect(found.verdicts.find((one) => one.primary.includes('BM25 with'))).toMatchObject({ effect: null })
    expect(found.notRun.some((line) => line.includes('no other encoder was named'))).toBe(true)
  })

  test('runs on the generated stream, and says that it is simulation', async () => {
    const stream = topics.map((topic, i) => (i < 4 ? { ...topic, class: 'ambiguous' } : topic))
    const found = await findings(() => behind(1), { topics: [], stream })
    expect(new Set(found.verdicts.map((one) => one.standing))).toEqual(new Set(['simulation']))
    expect(found.tables.some(({ title }) => title.startsWith('Acronyms with two senses'))).toBe(true)
  })
})

describe('acronyms', () => {
  test('are a control without pools: only papers that define the acronym count', async () => {
    const defining = (long: string, from: number) =>
      Array.from({ length: 6 }, (_, i) => ({
        id: `2501.000${from + i}` as DocumentId,
        title: `A paper of number ${from + i}`,
        abstract: `We study ${long} (TIP) in depth.`,
        announced: at('2025-01-02'),
      }))
    const papers = [...defining('tidal inlet prediction', 10), ...defining('trusted issuer protocol', 30)]
    // The best arm finds papers of the meant sense; the cheap ones show others first, and strangers before all.
    const meant = (query: JudgedQuery) => [...query.grades].filter(([, grade]) => grade === 1).map(([id]) => id)
    const other = (query: JudgedQuery) => [...query.grades].filter(([, grade]) => grade === 0).map(([id]) => id)
    const answer = (right: boolean) => (_arm: Arm, query: JudgedQuery) =>
      query.text !== 'TIP' ? behind(0) : right ? ['stranger', ...meant(query)] : ['stranger', ...other(query)]
    const main = (arm: Arm, query: JudgedQuery) => answer(arm.ranking === 'hybrid')(arm, query)
    const { tables } = await ambiguity.run(
      fakeStudy({
        topics,
        world: { announced, answer: main, papers },
        rivals: { static: { announced, answer: answer(false) } },
        options: { corpora: ['corpus'] },
      }),
    )
    const table = tables.find(({ title }) => title.startsWith('Acronyms with two senses'))
    expect(table?.rows[0].slice(0, 5)).toEqual(['BM25', 2, 1, 1, 0])
  })
})
