import { describe, expect, test } from 'vitest'
import { aucOf } from '../../../experiments/claims/trust/predictors.ts'
import { type Usefulness, usefulByAge, usefulBySource } from '../../../experiments/claims/trust/users.ts'
import { trustOf } from '../../../experiments/claims/trust.ts'
import type { Study } from '../../../experiments/replay/study.ts'
import { sources } from '../../../experiments/stream/sources.ts'
import { dayMs, instant } from '../../../src/domain/instant.ts'
import { at, fakeStudy, judgedQuery } from './fake-study.ts'

const names = sources.map(({ name, isArxiv }) => (isArxiv ? '2501.0000' : `${name}:`))
const first = at('2025-02-01T12:00:00Z')
const agesInDays = [0, 5, 20, 60]

/** Each query shows every source on top in its turn, every one with papers of every age. */
const streamOf = (queries: number): Study => {
  const shown = (i: number) => names.map((_, k) => `${names[(i + k) % names.length]}${i}`)
  const stream = Array.from({ length: queries }, (_, i) =>
    judgedQuery({
      id: `${i}`,
      class: 'atemporal',
      asked: instant(first + i * dayMs),
      grades: Object.fromEntries(shown(i).map((id) => [id, 3])),
    }),
  )
  const study = fakeStudy({ stream, world: { announced: {}, answer: (_arm, { id }) => shown(Number(id)) } })
  return { ...study, stream: async () => dated(await study.stream()) }
}

/** The made-up hits have no date of their own. */
const dated = ({ replay, queries }: Awaited<ReturnType<Study['stream']>>) => ({
  queries,
  replay: {
    ...replay,
    run: async (...asked: Parameters<typeof replay.run>) =>
      (await replay.run(...asked)).map((run) => ({
        ...run,
        answers: new Map(
          [...run.answers].map(([id, answer]) => [
            id,
            {
              ...answer,
              hits: answer.hits.map((hit, rank) => {
                const age = agesInDays[(Number(id) * 7 + rank * 3) % agesInDays.length]
                return { ...hit, announced: instant(answer.asked - age * dayMs) }
              }),
            },
          ]),
        ),
      })),
  },
})

const verdictOf = async (useful: Usefulness, queries = 60) => (await trustOf(useful).run(streamOf(queries))).verdicts[0]

describe('trust', () => {
  test('is supported where users go by the precision of sources, and is simulation', async () => {
    const verdict = await verdictOf(usefulBySource)
    expect(verdict).toMatchObject({ outcome: 'supported', standing: 'simulation', margin: 0.01 })
    expect(trustOf(usefulBySource).primaries.map(({ name }) => name)).toEqual([verdict.primary])
  })

  test('is refuted where users go by age', async () => {
    const verdict = await verdictOf(usefulByAge)
    expect(verdict.outcome).toBe('refuted')
    expect(verdict.effect?.mean).toBeLessThan(-0.05)
  })

  test('is refuted where neither source nor age tells anything', async () => {
    expect((await verdictOf(() => 0.5)).outcome).toBe('refuted')
  })

  test('is undecided on a handful of topics', async () => {
    expect((await verdictOf(usefulBySource, 12)).outcome).toBe('undecided')
  })

  test('tests nothing where nothing was asked', async () => {
    expect(await verdictOf(usefulBySource, 0)).toMatchObject({ outcome: 'undecided', effect: null })
  })

  test('shows the control beside it, and the rates that the book holds', async () => {
    const { tables } = await trustOf(usefulBySource).run(streamOf(60))
    const [predictors] = tables
    expect(predictors.rows).toHaveLength(6)
    const precision = tables.find(({ title }) => title === 'Precision of sources')
    const rates = new Map(precision?.rows.map(([name, , , mean]) => [name, Number(mean)]))
    for (const source of sources) expect(rates.get(source.name)).toBeCloseTo(source.precision, 0.7)
  })

  test('counts pairs for the AUC, ties by half', () => {
    const said = [true, false, true, false].map((useful) => ({ useful }))
    expect(aucOf(said, [0.9, 0.1, 0.5, 0.5])).toBe(0.875)
    expect(aucOf(said, [0.5, 0.5, 0.5, 0.5])).toBe(0.5)
  })
})
