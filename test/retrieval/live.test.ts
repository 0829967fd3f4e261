import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { SourceError } from '../../src/domain/errors.ts'
import { type Instant, instant } from '../../src/domain/instant.ts'
import { noFilters } from '../../src/domain/query.ts'
import type { FindRequest, Found, GateState, Source } from '../../src/ports.ts'
import { type LiveParts, type LiveTier, openLive } from '../../src/retrieval/live.ts'
import { record } from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'

const never = new AbortController().signal
const hourMs = 3_600_000

const request = (subject: string): FindRequest => ({
  subject,
  phrases: [],
  excludedTerms: [],
  excludedPhrases: [],
  filters: noFilters,
  limit: 25,
})

type Behaviour = (signal: AbortSignal) => Promise<readonly DocumentRecord[]>

let clock: VirtualClock
let live: LiveTier
let asked: string[]
let put: { source: string; ids: string[] }[]
let health: string[]
let unexpected: unknown[]
let gate: GateState
let through: Instant | null

beforeEach(() => {
  clock = new VirtualClock('2026-03-03T12:00:00Z')
  asked = []
  put = []
  health = []
  unexpected = []
  gate = { waitMs: 0, pausedUntil: null, failures: 0 }
  through = null
})
afterEach(() => live.close())

function source(name: string, behaviour: Behaviour, facts: Partial<Source> = {}): Source {
  return {
    name,
    provider: name,
    origin: 'arxiv',
    cadence: { kind: 'announcements', readyAfterMs: 4 * hourMs },
    firstHarvestDays: 30,
    overlapMs: 0,
    async *changes() {},
    async find({ subject }, _deadlineMs, signal): Promise<Found> {
      asked.push(`${name}: ${subject}`)
      return { records: await behaviour(signal), rejected: [], asked: `all:${subject}` }
    },
    ...facts,
  }
}

function open(...sources: Source[]): void {
  const parts: LiveParts = {
    sources,
    runtime: {
      gate: { enter: () => Promise.reject(new Error('the fakes need no turn')), state: () => gate },
      inbox: {
        put: (name, records) => put.push({ source: name, ids: records.map((one) => one.id) }),
        peek: () => [],
        remove: () => {},
        count: () => 0,
      },
      succeeded: (name) => health.push(`${name} ok`),
      failed: (name, _at, error) => health.push(`${name} ${error}`),
    },
    harvested: () => new Map(through === null ? [] : [['arxiv', through]]),
    clock,
    onUnexpected: (_name, error) => unexpected.push(error),
  }
  live = openLive(parts)
}

const ask = (subject: string, sources: string[], { deadlineMs = 1_500, maxAgeMs = 300_000, signal = never } = {}) =>
  live.ask(request(subject), { sources, leftMs: deadlineMs, maxAgeMs }, signal)

const papers =
  (...ids: string[]) =>
  async () =>
    ids.map((id) => record(id))
const delayed = (ms: number, behaviour: Behaviour): Behaviour => {
  return async (signal) => {
    await clock.sleep(ms, signal)
    return behaviour(signal)
  }
}
const fails = (error: Error) => async () => Promise.reject(error)

describe('sources asked while a query waits', () => {
  it('answer side by side, each with what it was asked and when', async () => {
    open(source('a', papers('1', '2')), source('b', delayed(900, papers('3'))))
    const answers = await ask('agents', ['a', 'b'])
    expect(answers.map(({ report }) => report)).toMatchObject([
      { source: 'a', outcome: 'answered', asked: 'all:agents', found: 2, reason: null },
      { source: 'b', outcome: 'answered', found: 1 },
    ])
    expect(answers.map(({ records }) => records.map((one) => one.id))).toEqual([['1', '2'], ['3']])
    expect(health.sort()).toEqual(['a:live ok', 'b:live ok'])
  })

  it('are only those that were chosen', async () => {
    open(source('a', papers()), source('b', papers()))
    expect(await ask('agents', ['b'])).toHaveLength(1)
    expect(asked).toEqual(['b: agents'])
  })

  it('share one request among a hundred equal queries', async () => {
    open(source('a', delayed(300, papers('1'))))
    const all = await Promise.all(Array.from({ length: 100 }, () => ask('agents', ['a'])))
    expect(asked).toHaveLength(1)
    expect(new Set(all.map(([{ report }]) => report.outcome))).toEqual(new Set(['answered']))
    expect(put).toEqual([{ source: 'a', ids: ['1'] }])
  })

  it('are asked again for another query, and for the same one only when the answer is older than it may be', async () => {
    open(source('a', papers('1')))
    const [first] = await ask('agents', ['a'])
    await ask('memory', ['a'])
    clock.advance(60_000)
    const [again] = await ask('agents', ['a'], { maxAgeMs: 60_000 })
    expect(again.report.fetchedAt).toBe(first.report.fetchedAt)
    expect(asked).toHaveLength(2)
    const [anew] = await ask('agents', ['a'], { maxAgeMs: 59_000 })
    expect(anew.report.fetchedAt).toBe(clock.now())
    expect(asked).toHaveLength(3)
    await ask('agents', ['a'], { maxAgeMs: 0 })
    // Within the same millisecond the answer is not older than nothing.
    expect(asked).toHaveLength(3)
  })

  it('that are late are reported at the deadline, and what they bring goes to the inbox and to whoever asks next', async () => {
    open(source('a', delayed(4_000, papers('1'))))
    const began = clock.now()
    const [{ report, records }] = await ask('agents', ['a'])
    expect(report).toMatchObject({ outcome: 'timeout', reason: 'no answer in 1500 ms', found: 0, fetchedAt: null })
    expect(records).toEqual([])
    expect(clock.now() - began).toBe(1_500)
    expect(put).toEqual([])
    clock.advance(3_000)
    await new Promise((resolve) => setImmediate(resolve))
    expect(put).toEqual([{ source: 'a', ids: ['1'] }])
    expect((await ask('agents', ['a']))[0].report.outcome).toBe('answered')
    expect(asked).toHaveLength(1)
  })

  it('that fail are values with their reasons, and the others answer all the same', async () => {
    const limited = new SourceError('b', 'rate-limited', 'b: HTTP status 429', { retryAfterMs: 7_000 })
    open(
      source('a', fails(new SourceError('a', 'unreadable', 'a answered with HTML'))),
      source('b', fails(limited)),
      source('c', papers('1')),
      source('d', fails(new TypeError('a bug'))),
    )
    const answers = await ask('agents', ['a', 'b', 'c', 'd'])
    expect(answers.map(({ report }) => [report.outcome, report.reason, report.retryAfterMs])).toEqual([
      ['degraded', 'a answered with HTML', null],
      ['rate_limited', 'b: HTTP status 429', 7_000],
      ['answered', null, null],
      ['degraded', 'd could not be asked', null],
    ])
    expect(unexpected).toEqual([new TypeError('a bug')])
    expect(health).toEqual(expect.arrayContaining(['a:live a answered with HTML', 'c:live ok']))
    // That it is not our turn says nothing of the source.
    expect(health.filter((one) => one.startsWith('b'))).toEqual([])
    await ask('agents', ['a'])
    expect(asked.filter((one) => one.startsWith('a'))).toHaveLength(2)
  })

  it('take no more than two different requests at once, and say so', async () => {
    open(source('a', delayed(800, papers('1'))))
    const answers = await Promise.all(['one', 'two', 'three', 'four', 'two'].map((subject) => ask(subject, ['a'])))
    expect(answers.map(([{ report }]) => [report.outcome, report.retryAfterMs])).toEqual([
      ['answered', null],
      ['answered', null],
      ['rate_limited', 1_000],
      ['rate_limited', 1_000],
      ['answered', null],
    ])
    expect(asked).toHaveLength(2)
  })

  it('are no part of the answer where they can make nothing of the request', async () => {
    const deaf = source('a', papers())
    open({ ...deaf, find: async () => ({ records: [], rejected: [], asked: '' }) })
    expect(await ask('agents', ['a'])).toEqual([])
    expect([health, put]).toEqual([[], []])
  })

  it('lose no answer to a book that cannot be kept', async () => {
    open(source('a', papers('1')))
    health.push = () => {
      throw new Error('the disk is full')
    }
    const [{ report, records }] = await ask('agents', ['a'])
    expect([report.outcome, records.length, unexpected.length]).toEqual(['answered', 1, 1])
  })

  it('end the asking when the caller hangs up, and not the request that others may share', async () => {
    open(source('a', delayed(1_000, papers('1'))))
    const gone = new AbortController()
    const first = ask('agents', ['a'], { signal: gone.signal })
    const second = ask('agents', ['a'])
    gone.abort(new Error('hung up'))
    await expect(first).rejects.toThrow('hung up')
    expect((await second)[0].report.outcome).toBe('answered')
    expect(asked).toHaveLength(1)
  })

  it('are broken off when the tier closes', async () => {
    let aborted = false
    const watching: Behaviour = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true
          reject(signal.reason)
        })
      })
    open(source('a', watching))
    const asking = ask('agents', ['a'])
    live.close()
    expect((await asking)[0].report.outcome).toBe('degraded')
    expect([aborted, unexpected]).toEqual([true, []])
  })
})

describe('the state of sources', () => {
  const state = (deadlineMs = 1_500, subject = 'anything') =>
    live.state(clock.now(), request(subject), { leftMs: deadlineMs, maxAgeMs: 300_000 }).sources

  it('bars a source whose turn cannot come in time, with the time until it can', () => {
    open(source('a', papers()))
    gate = { waitMs: 2_400, pausedUntil: null, failures: 0 }
    expect(state()[0].barred).toMatchObject({ why: 'rate_limited', retryAfterMs: 2_400 })
    expect(state(3_000)[0]).toMatchObject({ barred: null, scarcity: 0.8 })
    gate = { waitMs: 0, pausedUntil: null, failures: 0 }
    expect(state()[0]).toMatchObject({ barred: null, scarcity: 0 })
  })

  it('bars a source that is left alone after failures', () => {
    open(source('a', papers()))
    gate = { waitMs: 0, pausedUntil: instant(clock.now() + 30_000), failures: 5 }
    expect(state()[0].barred).toMatchObject({ why: 'degraded', retryAfterMs: 30_000 })
  })

  it('bars a source for which two other queries wait, and lets a third that asks the same join them', async () => {
    open(source('a', delayed(1_000, papers('1'))))
    const waiting = [ask('one', ['a']), ask('two', ['a'])]
    expect(state(1_500, 'three')[0].barred).toMatchObject({ why: 'rate_limited' })
    expect(state(1_500, 'two')[0]).toMatchObject({ barred: null, scarcity: 0 })
    await Promise.all(waiting)
    expect(state(1_500, 'three')[0].barred).toBeNull()
  })

  it('holds nothing against a source whose answer is remembered', async () => {
    open(source('a', papers('1')))
    await ask('agents', ['a'])
    gate = { waitMs: 2_900, pausedUntil: null, failures: 0 }
    expect(state(1_500, 'agents')[0]).toMatchObject({ barred: null, pAnswer: 1, expectedMs: 0 })
    expect(state(1_500, 'memory')[0].barred).not.toBeNull()
  })

  it('leaves out sources of which the filters would let nothing through', () => {
    open(
      source('a', papers()),
      source('hn', papers(), { origin: 'hn', kinds: ['post'] }),
      source('b', papers(), { origin: 'b' }),
    )
    const names = (filters: Partial<typeof noFilters>) =>
      live
        .state(clock.now(), { ...request('x'), filters: { ...noFilters, ...filters } }, { leftMs: 900, maxAgeMs: 0 })
        .sources.map((one) => one.source)
    expect(names({})).toEqual(['a', 'b'])
    expect(names({ kinds: ['post'] })).toEqual(['hn'])
    expect(names({ sources: ['b'] })).toEqual(['b'])
  })

  it('is that of no source where it cannot be read', () => {
    open(source('a', papers()))
    gate = null as never
    expect(state()).toEqual([])
    expect(unexpected).toHaveLength(1)
  })

  it('leaves out sources that cannot be asked', () => {
    const { find: _, ...silent } = source('oai', papers())
    open(silent, source('a', papers()))
    expect(state().map((one) => one.source)).toEqual(['a'])
  })

  it('counts the announcements that its origin has shown and our harvest cannot hold', () => {
    const { find: _, ...oai } = source('oai', papers(), {
      cadence: { kind: 'announcements', readyAfterMs: 2.75 * hourMs },
    })
    open(oai, source('a', papers()))
    const behind = (harvest: string | null, now: string) => {
      through = harvest === null ? null : instant(Date.parse(harvest))
      const at = instant(Date.parse(now))
      return live.state(at, request('anything'), { leftMs: 1_500, maxAgeMs: 0 }).sources[0].batchesBehind
    }
    // Tuesday 3 March 2026; Monday's announcement was at 01:00 UTC, its metadata were out at 03:45, the API at 05:00.
    expect(behind('2026-03-03T03:50:00Z', '2026-03-03T12:00:00Z')).toBe(0)
    expect(behind('2026-03-03T03:00:00Z', '2026-03-03T12:00:00Z')).toBe(1)
    expect(behind('2026-03-03T03:00:00Z', '2026-03-03T04:30:00Z')).toBe(0)
    expect(behind('2026-02-24T12:00:00Z', '2026-03-03T12:00:00Z')).toBe(5)
    expect(behind(null, '2026-03-03T12:00:00Z')).toBe(0)
  })

  it('learns how punctual a source is', async () => {
    open(source('quick', delayed(100, papers())), source('slow', delayed(4_000, papers())))
    const before = state()
    for (let i = 0; i < 20; i++) {
      await ask(`q${i}`, ['quick', 'slow'])
      clock.advance(5_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const [quick, slow] = state()
    expect(quick.pAnswer).toBeGreaterThan(before[0].pAnswer)
    expect(quick.pAnswer).toBeGreaterThan(0.9)
    expect(slow.pAnswer).toBeLessThan(0.2)
    expect(quick.expectedMs).toBe(100)
    expect(state(10_000)[1].pAnswer).toBeGreaterThan(0.9)
    // One bad hour must not bar a source for good.
    clock.advance(hourMs)
    expect(state().map((one) => one.pAnswer)).toEqual(before.map((one) => one.pAnswer))
  })
})
