import { describe, expect, test } from 'vitest'
import { creditOf, onlineSummary } from '../../experiments/interleaving.ts'
import type { DocumentId } from '../../src/domain/document.ts'
import type { AnswerId, JudgedAnswer, ShownHit } from '../../src/domain/feedback.ts'
import { dayMs, instant } from '../../src/domain/instant.ts'
import { daysAgo, noon } from '../engines/fixtures.ts'

interface Said extends Partial<Omit<ShownHit, 'id'>> {
  readonly useful?: boolean
}

let answers = 0
/** An answer of these hits, each with what was said of it; half a minute after the answer before. */
function answer(arms: JudgedAnswer['arms'], ...said: readonly Said[]): JudgedAnswer {
  const id = `a${++answers}` as AnswerId
  const idOf = (i: number) => `p${i}` as DocumentId
  return {
    id,
    at: noon,
    arms,
    hits: said.map(({ useful: _, ...facts }, i) => ({
      id: idOf(i),
      rank: i + 1,
      source: 'arxiv',
      tier: 'static',
      announced: daysAgo(100),
      team: null,
      ...facts,
    })),
    judgements: said.flatMap(({ useful }, i) =>
      useful === undefined ? [] : [{ answer: id, document: idOf(i), useful, at: instant(noon + answers * 30_000 + i) }],
    ),
  }
}

const gate = ['auto', 'gate-off'] as const
const first = { team: 'first', useful: true } as const
const second = { team: 'second', useful: true } as const

const summary = (...judged: readonly JudgedAnswer[]) =>
  Object.fromEntries(onlineSummary({ feedback: { judged: () => judged } }).map((table) => [table.title, table]))
const close = (value: number) => expect.closeTo(value, 3)

describe('an interleaved answer', () => {
  test('is won by the team that placed more of what was of use', () => {
    expect(creditOf(answer(gate, first, second, first))).toBe('win')
    expect(creditOf(answer(gate, first, second, second))).toBe('loss')
    expect(creditOf(answer(gate, first, second))).toBe('tie')
  })

  test('is no comparison where nothing was of use, or only what was nobody’s pick', () => {
    expect(creditOf(answer(gate, { team: 'first', useful: false }))).toBeNull()
    expect(creditOf(answer(gate, { team: null, useful: true }))).toBeNull()
  })
})

describe('the summary', () => {
  test('counts wins, losses and ties of each pair of arms, with the posterior of a win and an exact p', () => {
    const won = Array.from({ length: 8 }, () => answer(gate, first, { team: 'second' }))
    const table = summary(
      ...won,
      answer(gate, second),
      answer(gate, first, second),
      answer(['auto', 'rrf'], second),
      answer(null, { useful: true }),
    )['Interleaved answers']
    // Beta(9, 2), and 2 (1 + 9) / 2^9.
    expect(table.rows).toEqual([
      ['auto', 'gate-off', 8, 1, 1, close(9 / 11), close(0.555), close(0.975), close(20 / 512)],
      ['auto', 'rrf', 0, 1, 0, close(1 / 3), close(0.0126), close(0.842), 1],
    ])
  })

  test('gives each source the posterior of its precision', () => {
    const table = summary(
      answer(null, { useful: true }, { useful: true }, { source: 'openalex', useful: false }, { useful: false }, {}),
    )['Precision of sources']
    // Beta(3, 2) and Beta(1, 2).
    expect(table.rows).toEqual([
      ['arxiv', 3, 2, close(0.6), close(0.194), close(0.932)],
      ['openalex', 1, 0, close(1 / 3), close(0.0126), close(0.842)],
    ])
  })

  test('tells the use of hits by their age when they were shown, youngest first', () => {
    const aged = (days: number, useful: boolean) => ({ announced: instant(noon - days * dayMs), useful })
    const table = summary(
      answer(
        null,
        { announced: null, useful: true },
        aged(31, true),
        aged(30.5, false),
        aged(8, true),
        aged(2, true),
        aged(1.9, false),
        aged(-3, true),
      ),
    )['Usefulness by age']
    expect(table.rows.map((row) => row.slice(0, 3))).toEqual([
      ['0–1 d', 2, 1],
      ['2–7 d', 1, 1],
      ['8–30 d', 2, 1],
      ['> 30 d', 1, 1],
      ['unknown', 1, 1],
    ])
  })

  test('says whether source or age foretells use, of judgements that were still to come', () => {
    const rounds = Array.from({ length: 20 }, (_, i) => {
      const announced = i % 4 < 2 ? daysAgo(1) : daysAgo(100)
      return i % 2 === 0 ? { source: 'good', announced, useful: true } : { source: 'bad', announced, useful: false }
    })
    const rows = summary(answer(null, ...rounds))['What foretells use'].rows
    const bits = Object.fromEntries(rows.map(([knowing, , one]) => [knowing, Number(one)]))
    // Ten in a row of a sure thing: the surprise of each is log2((n + 2) / (n + 1)), and the sum telescopes.
    expect(bits.source).toBeCloseTo((2 * Math.log2(11)) / 20, 10)
    expect(bits.age).toBeGreaterThan(1)
    expect(bits['all alike']).toBeGreaterThan(1)
  })

  test('of nothing said is tables without rows', () => {
    const tables = Object.values(summary())
    expect(tables.slice(0, 3).map((table) => table.rows)).toEqual([[], [], []])
    expect(tables[3].rows.map((row) => row[2])).toEqual([null, null, null])
  })
})
