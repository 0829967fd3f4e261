import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { context, derangement } from '../../../experiments/claims/context.ts'
import type { JudgedQuery } from '../../../experiments/topics/query.ts'
import { fakeStudy, judgedQuery } from './fake-study.ts'

const names = ['cs.IR', 'cs.CL', 'cs.CV']
const ids = ['r1', 'r2', 'r3', 'r4', 'r5']
const wrong = ['w1', 'w2', 'w3', 'w4', 'w5']
const grades = Object.fromEntries([...ids.map((id) => [id, 2]), ...wrong.map((id) => [id, 0])])

const topics = Array.from({ length: 30 }, (_, i) =>
  judgedQuery({ id: `t${i}`, class: 'atemporal', grades, facts: { terms: 3, field: names[i % names.length] } }),
)
const stream = topics.map((topic) => ({ ...topic, facts: { ...topic.facts, country: 'NO' } }))

type Context = 'none' | 'right' | 'wrong'
const contextOf = ({ filters, facts }: JudgedQuery): Context => {
  const [given] = [...(filters?.categories ?? []), ...(filters?.fields ?? []), ...(filters?.countries ?? [])]
  return given === undefined ? 'none' : given === facts.field || given === facts.country ? 'right' : 'wrong'
}

/** So many right papers among five, by context. */
const findings = (right: Record<Context, number>, given: Partial<Parameters<typeof fakeStudy>[0]> = {}) =>
  context.run(
    fakeStudy({
      topics,
      stream,
      world: {
        announced: Object.fromEntries([...ids, ...wrong].map((id) => [id, '2025-06-02T00:00:00Z'])),
        answer: (_arm, query) => {
          const count = right[contextOf(query)]
          return [...ids.slice(0, count), ...wrong.slice(count)]
        },
      },
      ...given,
    }),
  )
const outcomeOf = async (...asked: Parameters<typeof findings>) => (await findings(...asked)).verdicts[0].outcome

describe('context', () => {
  test('is supported where the right field gains and a wrong one does not', async () => {
    const { verdicts } = await findings({ none: 2, right: 4, wrong: 1 })
    expect(verdicts).toHaveLength(1)
    expect(verdicts[0]).toMatchObject({ outcome: 'supported', primary: context.primaries[0].name, margin: 0.02 })
    expect(verdicts[0].effect?.mean).toBeCloseTo(0.4, 12)
  })

  test('is undecided where a wrong field gains as much', async () => {
    const [verdict] = (await findings({ none: 2, right: 4, wrong: 4 })).verdicts
    expect(verdict.outcome).toBe('undecided')
    expect(verdict.says).toContain('not surely better than a wrong one')
  })

  test('is refuted where the field gains nothing', async () => {
    expect(await outcomeOf({ none: 2, right: 2, wrong: 1 })).toBe('refuted')
  })

  test('is undecided without two fields to exchange, and says so', async () => {
    const one = topics.map((topic) => ({ ...topic, facts: { ...topic.facts, field: 'cs.IR' } }))
    const found = await findings({ none: 2, right: 4, wrong: 1 }, { topics: one })
    expect(found.verdicts[0].outcome).toBe('undecided')
    expect(found.notRun.some((line) => line.includes('placebo'))).toBe(true)
  })

  test('tests nothing where no topic carries a field', async () => {
    const bare = topics.map((topic) => ({ ...topic, facts: { terms: 3 } }))
    const found = await findings({ none: 2, right: 4, wrong: 1 }, { topics: bare })
    expect(found.verdicts[0]).toMatchObject({ outcome: 'undecided', effect: null })
  })

  test('is simulation on the stream, and shows countries on it alone', async () => {
    const found = await findings({ none: 2, right: 4, wrong: 1 }, { topics: [] })
    expect(found.verdicts[0].standing).toBe('simulation')
    expect(found.tables.filter(({ title }) => title.includes('demonstration'))).toHaveLength(2)
  })
})

test('a derangement gives every name another one, the same for the same seed', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 2 }), fc.nat(), (some, seed) => {
      const others = derangement(some, seed)
      expect(some.every((name) => others?.get(name) !== name)).toBe(true)
      expect(new Set(others?.values())).toEqual(new Set(some))
      expect(derangement(some, seed)).toEqual(others)
    }),
  )
})
