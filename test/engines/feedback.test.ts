import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import {
  type AnswerId,
  answersKeptMs,
  type Judgement,
  judgementsKeptMs,
  type ShownAnswer,
  type ShownHit,
} from '../../src/domain/feedback.ts'
import { type Instant, instant } from '../../src/domain/instant.ts'
import { idOf, noon } from './fixtures.ts'
import { inRuntime } from './in-runtime.ts'

const later = (ms: number): Instant => instant(noon + ms)
const hit = (id: string, rank: number, facts: Partial<ShownHit> = {}): ShownHit => ({
  id: idOf(id),
  rank,
  source: 'arxiv',
  tier: 'static',
  announced: noon,
  team: null,
  ...facts,
})
const answer = (id: string, facts: Partial<ShownAnswer> = {}): ShownAnswer => ({
  id: id as AnswerId,
  at: noon,
  arms: null,
  hits: [hit('p1', 1), hit('p2', 2, { announced: null, tier: 'live' })],
  ...facts,
})
const judgement = (answered: string, document: string, useful = true, at = noon): Judgement => ({
  answer: answered as AnswerId,
  document: idOf(document),
  useful,
  at,
})

describe('feedback', () => {
  test('is kept beside what the answer showed, for another process to read', () => {
    const { open } = inRuntime()
    const drafted = answer('a', {
      arms: ['auto', 'gate-off'],
      hits: [hit('p1', 1, { team: 'first' }), hit('p2', 2, { team: 'second' })],
    })
    open().feedback.remember([drafted, answer('b')])
    expect(open().feedback.judge(judgement('a', 'p2', false))).toBe('kept')
    expect(open().feedback.judged()).toEqual([{ ...drafted, judgements: [judgement('a', 'p2', false)] }])
  })

  test('said twice counts once, and a changed mind replaces what was said', () => {
    const { feedback } = inRuntime().open()
    feedback.remember([answer('a')])
    feedback.judge(judgement('a', 'p1', true))
    feedback.judge(judgement('a', 'p1', true, later(60_000)))
    expect(feedback.judged()[0].judgements).toEqual([judgement('a', 'p1', true)])
    feedback.judge(judgement('a', 'p1', false, later(120_000)))
    feedback.judge(judgement('a', 'p2', true, later(90_000)))
    expect(feedback.judged()[0].judgements).toEqual([
      judgement('a', 'p2', true, later(90_000)),
      judgement('a', 'p1', false, later(120_000)),
    ])
  })

  test('of an answer that is not known, or of a document that it did not show, is refused', () => {
    const { feedback } = inRuntime().open()
    feedback.remember([answer('a')])
    expect(feedback.judge(judgement('b', 'p1'))).toBe('unknown-answer')
    expect(feedback.judge(judgement('a', 'p3'))).toBe('not-shown')
    expect(feedback.judged()).toEqual([])
  })

  test('of an answer that live sources changed may be of what it showed before', () => {
    const { feedback } = inRuntime().open()
    feedback.remember([answer('a')])
    feedback.remember([answer('a', { hits: [hit('p3', 1, { tier: 'live' }), hit('p1', 2)] })])
    expect(feedback.judge(judgement('a', 'p2'))).toBe('kept')
    expect(feedback.judged()[0].hits.map((one) => [one.id, one.rank])).toEqual([
      ['p3', 1],
      ['p1', 2],
      ['p2', 2],
    ])
  })

  test('is taken for a week, and answers that nobody judged are forgotten then', () => {
    const { open, file } = inRuntime()
    const { feedback } = open()
    feedback.remember([answer('a'), answer('b')])
    expect(feedback.judge(judgement('a', 'p1', true, later(answersKeptMs)))).toBe('kept')
    expect(feedback.judge(judgement('a', 'p1', true, later(answersKeptMs + 1)))).toBe('unknown-answer')
    feedback.remember([answer('c', { at: later(answersKeptMs + 1) })])
    expect(idsIn(file)).toEqual(['a', 'c'])
    expect(feedback.judged().map((one) => one.id)).toEqual(['a'])
  })

  test('is kept for a year', () => {
    const { open, file } = inRuntime()
    const { feedback } = open()
    feedback.remember([answer('a')])
    feedback.judge(judgement('a', 'p1'))
    feedback.remember([answer('b', { at: later(judgementsKeptMs) })])
    expect(idsIn(file)).toEqual(['a', 'b'])
    feedback.remember([answer('c', { at: later(judgementsKeptMs + 1) })])
    expect(idsIn(file)).toEqual(['b', 'c'])
    expect(countIn(file, 'judgements')).toBe(0)
  })

  test('has room for fifty thousand answers that nobody judged, the newest', () => {
    const { open, file } = inRuntime()
    const { feedback } = open()
    feedback.remember([answer('judged', { hits: [hit('p1', 1)] })])
    feedback.judge(judgement('judged', 'p1'))
    feedback.remember(Array.from({ length: 50_010 }, (_, i) => answer(`a${i}`, { hits: [] })))
    expect(countIn(file, 'answers')).toBe(50_001)
    expect(feedback.judge(judgement('a9', 'p1'))).toBe('unknown-answer')
    expect(feedback.judge(judgement('a10', 'p1'))).toBe('not-shown')
  })

  test('outlives a change of the file that drops all other tables', () => {
    const { open, file } = inRuntime()
    const { feedback } = open()
    feedback.remember([answer('a')])
    feedback.judge(judgement('a', 'p1'))
    const db = new Database(file)
    db.pragma('user_version = 1')
    db.close()
    expect(open().feedback.judged()).toEqual(feedback.judged())
  })
})

function idsIn(file: string): unknown[] {
  const db = new Database(file, { readonly: true })
  const ids = db.prepare('SELECT id FROM answers ORDER BY id').pluck().all()
  db.close()
  return ids
}

function countIn(file: string, table: 'answers' | 'judgements'): unknown {
  const db = new Database(file, { readonly: true })
  const count = db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()
  db.close()
  return count
}
