import { describe, expect, test } from 'vitest'
import type { Arm } from '../../../experiments/arms.ts'
import { differenceWithin } from '../../../experiments/claims/contrast.ts'
import { longTail } from '../../../experiments/claims/long-tail.ts'
import type { JudgedQuery } from '../../../experiments/topics/query.ts'
import { type Answering, at, fakeStudy, judgedQuery } from './fake-study.ts'

const announced = { before: '2025-09-10T00:00:00Z', since: '2025-12-01T01:00:00Z' }

/** Every fifth has a rare word; targets are in turn younger and older than the encoder's training text. */
const queries = Array.from({ length: 100 }, (_, i) =>
  judgedQuery({
    id: `k${i}`,
    class: 'known-item',
    text: i % 5 === 0 ? 'rareword common' : 'usual common',
    unit: `week ${Math.floor(i / 5)}`,
    asked: at('2025-12-20T12:00:00Z'),
    plain: true,
    grades: { [i % 2 === 0 ? 'since' : 'before']: 1 },
  }),
)
const isRare = ({ text }: JudgedQuery) => text.startsWith('rare')
const right = ({ grades }: JudgedQuery): readonly string[] => [...grades.keys()]

const documents: Readonly<Record<string, number>> = { rareword: 2, usual: 900, common: 5000 }
const frequencies = async (text: string, asOf: number) =>
  text.split(' ').map((term) => ({
    term,
    documents: term === 'rareword' && asOf < at('2025-11-20') ? 0 : documents[term],
  }))

const staticModel = 'models/freshet-static'

interface Losing {
  /** Whether an arm misses what is sought. */
  readonly arm: (arm: Arm, query: JudgedQuery) => boolean
  readonly encoder: (query: JudgedQuery) => boolean
}

const run = (losing: Losing, given: { readonly scifact?: boolean; readonly single?: boolean } = {}) => {
  const main: Answering = (arm, query) => (losing.arm(arm, query) ? [] : right(query))
  const small: Answering = (arm, query) => (arm.ranking === 'dense' && losing.encoder(query) ? [] : right(query))
  return longTail.run(
    fakeStudy({
      knownItems: queries,
      controls: given.scifact ? { scifact: queries.map((query) => ({ ...query, unit: query.id })) } : {},
      world: { announced, answer: main, frequencies },
      rivals: { [staticModel]: { announced, answer: small, frequencies } },
      options: {
        embedder: given.single ? staticModel : 'models/MiniLM',
        rivals: { static: staticModel, int8: null, fp32: null },
      },
    }),
  )
}

const isAged = ({ name }: Arm): boolean => /^static-\d+d$/.test(name)
const outcomes = ({ verdicts }: Awaited<ReturnType<typeof run>>) =>
  Object.fromEntries(verdicts.map((one) => [one.primary.replace('long tail, ', ''), one.outcome]))

describe('the long tail', () => {
  test('is where it matters if encoder and old index fail on rare words alone', async () => {
    const found = await run({ arm: (arm, query) => isAged(arm) && isRare(query), encoder: isRare }, { scifact: true })
    expect(outcomes(found)).toEqual({
      'encoder on known items': 'supported',
      'encoder on SciFact': 'supported',
      'fresh over 7 days': 'supported',
      'fresh over 30 days': 'supported',
    })
    expect(found.verdicts.map((one) => one.primary)).toEqual(longTail.primaries.map((one) => one.name))
    expect(found.verdicts[0].says).toContain(
      '+1.000 where the rarest word is rarest (20 queries), 0.000 elsewhere (80)',
    )
  })

  test('is like the rest if they fail on all words alike', async () => {
    const found = await run({ arm: isAged, encoder: () => true })
    expect(outcomes(found)).toEqual({
      'encoder on known items': 'refuted',
      'encoder on SciFact': 'undecided',
      'fresh over 7 days': 'refuted',
      'fresh over 30 days': 'refuted',
    })
    expect(found.verdicts[0].says).toContain('equivalent within the margin')
    expect(found.notRun).toContain('long tail, encoder on SciFact: SciFact was not named.')
  })

  test('is undecided if rare words fail a little more often, and not surely', async () => {
    const found = await run({
      arm: (arm, query) =>
        isAged(arm) && (isRare(query) ? query.id.endsWith('5') : Number(query.id.slice(1)) % 3 === 0),
      encoder: () => false,
    })
    expect(outcomes(found)['fresh over 7 days']).toBe('undecided')
  })

  test('says that there is one encoder where there is one, and goes on with what it can tell', async () => {
    const found = await run({ arm: isAged, encoder: () => true }, { single: true })
    expect(found.verdicts[0]).toMatchObject({ outcome: 'undecided', effect: null })
    expect(found.verdicts[0].says).toContain('no second encoder')
    expect(outcomes(found)['fresh over 7 days']).toBe('refuted')
    expect(found.notRun.some((line) => line.startsWith('Encoder age'))).toBe(true)
  })

  test('runs on the generated stream, and says that it is simulation', async () => {
    const world = { announced, answer: (_arm: Arm, query: JudgedQuery) => right(query), frequencies }
    const { verdicts } = await longTail.run(fakeStudy({ stream: queries, world }))
    expect(new Set(verdicts.map((one) => one.standing))).toEqual(new Set(['simulation']))
  })

  test('shows by the age of the target whether the encoder is older than what it is asked for', async () => {
    const isYoung = ({ grades }: JudgedQuery) => [...grades.keys()].some((id) => String(id) === 'since')
    const { tables, figures } = await run({ arm: () => false, encoder: isYoung })
    const table = tables.find(({ title }) => title.startsWith('Encoder age'))
    const rows = table?.rows.filter(([, arm]) => arm === 'freshet-static') ?? []
    const young = rows.find(([name]) => String(name).includes('target announced since'))
    expect(young?.slice(2, 6)).toEqual([50, 50, 1, 0])
    expect(young?.at(-1)).toBe('larger')
    // A word that no paper had used before is in every fifth query, whatever the age of the target.
    const unheardOf = rows.find(([name]) => String(name).includes('no paper had used'))
    expect(unheardOf?.slice(2, 4)).toEqual([20, 80])
    const figure = figures.find(({ name }) => name === 'encoder-age')
    const points = figure?.kind === 'lines' ? figure.series[0].points : []
    expect(points.map(({ x, y }) => [x, y])).toEqual([
      [-2, 0],
      [1, 1],
    ])
  })
})

describe('a difference within units', () => {
  test('is that of the groups’ means, and as wide as the weeks differ', () => {
    const weeks = (differences: readonly number[]) =>
      differences.map((one, i) => ({ unit: `w${i}`, differences: [one] }))
    const one = weeks([0.5, 0.7, 0.6, 0.8, 0.4, 0.6, 0.7, 0.5])
    const effect = differenceWithin(one, weeks([0.1, 0.3, 0.2, 0.4, 0, 0.2, 0.3, 0.1]), 1)
    // Every week differs by the same, however the weeks differ from each other.
    expect(effect.mean).toBeCloseTo(0.4, 12)
    expect(effect.interval.low).toBeCloseTo(0.4, 12)
    expect(effect.interval.high).toBeCloseTo(0.4, 12)
    expect(effect.sigma).toBeCloseTo(0, 12)
    // Of eight weeks only the two patterns of equal signs are as far from zero.
    expect(effect.p).toBeCloseTo(2 / 2 ** 8, 12)
  })
})
