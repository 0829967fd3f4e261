import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it } from 'vitest'
import type { RankedAnswer } from '../../src/domain/answer.ts'
import { type Instant, instant } from '../../src/domain/instant.ts'
import { noFilters, type Query } from '../../src/domain/query.ts'
import { parseSearch } from '../../src/http/params.ts'
import { openQueryNotes } from '../../src/http/query-log.ts'
import type { Runtime } from '../../src/ports.ts'
import { type InRuntime, inRuntime } from '../engines/in-runtime.ts'
import { clockNow, rankedAnswer, snapshotOf } from './fakes.ts'

const troubles: unknown[] = []
let place: InRuntime
let runtime: Runtime
let now: Instant
beforeEach(() => {
  place = inRuntime()
  runtime = place.open()
  now = clockNow
  troubles.length = 0
})

const open = (days: number | null) =>
  openQueryNotes(runtime.queries, days, { now: () => now }, (error) => troubles.push(error))
const answerTo = (input: object, facts: Partial<Query> = {}): RankedAnswer => {
  const { query } = parseSearch(input, now)
  return rankedAnswer({ ...query, ...facts }, snapshotOf(7, 100), { tookMs: { total: 12.4 } })
}
const texts = () => runtime.queries.newest(10).map((one) => one.text)

describe('the query log', () => {
  it('keeps what was searched, and of filters and key only the names', () => {
    const notes = open(30)
    notes.note(answerTo({ q: 'graph learning', limit: 5 }), 'abc')
    notes.note(answerTo({ q: 'proteins', category: ['q-bio.BM'], author: 'Ada Lovelace' }), 'everybody')
    notes.close()
    const kept = { mode: 'auto', abstained: false, live: false, tookMs: 12, at: clockNow }
    expect(runtime.queries.newest(10)).toEqual([
      { ...kept, text: 'proteins', filters: ['categories', 'authors'], caller: 'everybody', hits: 10 },
      { ...kept, text: 'graph learning', filters: [], caller: 'abc', hits: 5 },
    ])
    expect(runtime.queries.newest(1)).toHaveLength(1)
  })

  it('leaves out later pages', () => {
    const notes = open(30)
    notes.note(answerTo({ q: 'graph learning' }, { shown: 10, filters: noFilters }), 'abc')
    notes.close()
    expect(texts()).toEqual([])
  })

  it('forgets what is older than its days', () => {
    const write = (q: string) => {
      const notes = open(30)
      notes.note(answerTo({ q }), 'abc')
      notes.close()
    }
    write('long ago')
    now = instant(clockNow + 29 * 86_400_000)
    write('later')
    expect(texts()).toEqual(['later', 'long ago'])
    now = instant(clockNow + 31 * 86_400_000)
    open(30).close()
    expect(texts()).toEqual(['later'])
  })

  it('that is off keeps nothing, nor what was kept before', () => {
    const before = open(30)
    before.note(answerTo({ q: 'before' }), 'abc')
    before.close()
    now = instant(clockNow + 1)
    const off = open(null)
    off.note(answerTo({ q: 'after' }), 'abc')
    off.close()
    expect(texts()).toEqual([])
  })

  it('goes on with what could not be written once it can be', () => {
    const notes = open(30)
    const other = new Database(place.file)
    other.exec('ALTER TABLE queries RENAME TO away')
    notes.note(answerTo({ q: 'graph learning' }), 'abc')
    notes.close()
    expect(troubles).toHaveLength(1)
    other.exec('ALTER TABLE away RENAME TO queries')
    other.close()
    notes.close()
    expect(texts()).toEqual(['graph learning'])
  })
})
