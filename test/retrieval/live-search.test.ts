import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RankedAnswer } from '../../src/domain/answer.ts'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { noFilters, type Query } from '../../src/domain/query.ts'
import type { LiveSourceState } from '../../src/domain/route.ts'
import type { FindRequest } from '../../src/ports.ts'
import { type LiveAnswer, type LiveTier, silent } from '../../src/retrieval/live.ts'
import { daysAgo, record } from '../engines/fixtures.ts'
import { type Library, noon, openLibrary } from './library.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())

const punctual: LiveSourceState = {
  source: 'a',
  batchesBehind: 1,
  pAnswer: 0.9,
  expectedMs: 300,
  scarcity: 0,
  barred: null,
}

interface FakeLive extends LiveTier {
  readonly requests: FindRequest[]
  readonly deadlines: number[]
}

/** A live tier that gives what it is told, whatever it is asked. */
function liveOf(...answers: LiveAnswer[]): FakeLive {
  const requests: FindRequest[] = []
  const deadlines: number[] = []
  return {
    requests,
    deadlines,
    state: () => ({
      sources: answers.map(({ report }) => ({ ...punctual, source: report.source })),
      tenBatchesAgo: daysAgo(14),
      leftMs: 1_300,
    }),
    vectorsOf: (texts, embedder) => embedder.embed(texts, 'document'),
    async ask(request, { leftMs }) {
      requests.push(request)
      deadlines.push(leftMs)
      return answers
    },
    close() {},
  }
}

const answered = (source: string, ...records: DocumentRecord[]): LiveAnswer => ({
  report: {
    source,
    outcome: 'answered',
    reason: null,
    retryAfterMs: null,
    asked: 'all:x',
    fetchedAt: noon,
    found: records.length,
  },
  records,
})

const paper = (id: string, title: string, facts: Partial<DocumentRecord> = {}) =>
  record(id, { title, abstract: title, announced: daysAgo(1), ...facts })

const ask = (text: string, live: LiveTier, wishes: Partial<Query> = {}) =>
  library.searchLive(text, live, { mode: 'live', ...wishes })
const ids = ({ hits }: RankedAnswer) => hits.map((hit) => hit.id)
const withTiers = ({ hits }: RankedAnswer) => hits.map((hit) => `${hit.id} ${hit.tier}`)
const alone = (text: string, wishes: Partial<Query> = {}) => library.search(text, { mode: 'both', ...wishes })
const shown = (answer: RankedAnswer) => JSON.stringify(answer.hits)

describe('what live sources bring', () => {
  it('takes its place by the same depth, without moving what was there past each other', async () => {
    const live = liveOf(answered('a', paper('2603.00001', 'Sparse attention for retrieval of long documents')))
    const answer = await ask('sparse attention retrieval', live, { limit: 100 })
    const before = await alone('sparse attention retrieval', { limit: 100 })
    const hit = answer.hits.find((one) => one.tier === 'live')!
    expect(hit).toMatchObject({ id: '2603.00001', sources: ['arxiv'], superseded: false, withdrawn: false })
    expect(hit.depth).toBeGreaterThan(0.5)
    expect(ids(answer).filter((id) => id !== '2603.00001')).toEqual(ids(before))
    for (const one of answer.hits.filter(({ tier }) => tier !== 'live')) {
      const same = before.hits.find((other) => other.id === one.id)!
      expect({ ...one, rank: 0 }).toEqual({ ...same, rank: 0 })
    }
    expect(answer.hits.map((one) => one.rank)).toEqual(answer.hits.map((_, i) => i + 1))
    expect(answer.route.tiers).toEqual(['static', 'fresh', 'live'])
    expect(answer.live).toMatchObject([{ source: 'a', outcome: 'answered', found: 1, unheld: 1 }])
  })

  it('whatever it is never changes the order of static and fresh, nor their scores', async () => {
    const words = ['sparse', 'attention', 'retrieval', 'graphs', 'teacup', 'ratchets', 'brass', 'images']
    const found = fc.array(
      fc.record({
        title: fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 6 }),
        age: fc.integer({ min: -3, max: 900 }),
      }),
      { maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(fc.subarray(words, { minLength: 1, maxLength: 3 }), found, async (query, records) => {
        const text = query.join(' ')
        const live = liveOf(
          answered(
            'a',
            ...records.map(({ title, age }, i) => paper(`live-${i}`, title.join(' '), { announced: daysAgo(age) })),
          ),
        )
        const before = await alone(text, { limit: 100 })
        const answer = await ask(text, live, { limit: 100 })
        const held = answer.hits.filter((hit) => hit.tier !== 'live').map((hit) => ({ ...hit, rank: 0 }))
        expect(held).toEqual(before.hits.map((hit) => ({ ...hit, rank: 0 })))
        // What a source shows today was announced by today, whatever issue it is dated by.
        const liveHits = answer.hits.filter((hit) => hit.tier === 'live')
        expect(liveHits.filter((hit) => (hit.announced ?? 0) > noon)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('is left out where it is held, twice, withdrawn, or against the conditions', async () => {
    const live = liveOf(
      answered(
        'a',
        paper('2401.00001', 'Sparse attention for long documents'),
        paper('2603.00002', 'Sparse attention withdrawn', { withdrawn: true }),
        paper('2603.00003', 'Sparse attention by post', { kind: 'post' }),
        paper('2603.00004', 'Sparse attention to mathematics', { categories: ['math.CO'] }),
        paper('2603.00005', 'Sparse attention, nearly', { doi: '10.1000/new.5' }),
      ),
      answered(
        'b',
        paper('doi:10.1000/new.5', 'Sparse attention, nearly', { source: 'crossref', doi: '10.1000/new.5' }),
      ),
    )
    const answer = await ask('sparse attention', live, { filters: { ...noFilters, categories: ['cs'] } })
    expect(withTiers(answer).filter((one) => one.endsWith('live'))).toEqual(['2603.00005 live'])
    // Both showed it.
    expect(answer.live.map((one) => one.unheld)).toEqual([1, 1])
    expect(answer.hits.find((hit) => hit.tier === 'live')?.sources).toEqual(['arxiv', 'crossref'])
    expect(live.requests[0].filters.categories).toEqual(['cs'])
  })

  it('marks a paper that it shows in a newer version', async () => {
    const live = liveOf(answered('a', paper('2401.00002', 'Caching keys and values of transformers', { version: 4 })))
    const { hits } = await ask('caching keys and values', live)
    expect(hits.find((one) => one.id === '2401.00002')).toMatchObject({ version: 3, superseded: true, tier: 'static' })
  })

  it('stands once where it was revised after the snapshot that is searched', async () => {
    const old = library.reader.snapshot()
    const record = paper('2401.00003', 'Attention to images', { version: 2, announced: null })
    await library.add(record)
    const live = liveOf(answered('a', { ...record, version: 3 }))
    const { hits } = await library.searchLive('attention to images', live, { mode: 'live' }, undefined, undefined, old)
    expect(hits.filter((hit) => hit.id === '2401.00003')).toMatchObject([{ tier: 'static', superseded: true }])
  })

  it('is scored by its words when its vectors do not come in time, and the answer says so', async () => {
    const live = liveOf(answered('a', paper('2603.00011', 'Phosphorescent ratchets')))
    live.vectorsOf = async () => null
    const { hits, degraded } = await ask('phosphorescent ratchets', live)
    expect(hits[0]).toMatchObject({ id: '2603.00011', parts: { cosine: null } })
    expect(degraded).toMatchObject([{ part: 'vectors', code: 'timeout' }])
  })

  it('is not hidden by the date of an issue that is still to come', async () => {
    const live = liveOf(answered('a', paper('2603.00010', 'Sparse attention of tomorrow', { announced: daysAgo(-40) })))
    const { hits } = await ask('sparse attention of tomorrow', live)
    expect(hits[0]).toMatchObject({ id: '2603.00010', announced: noon, announcedBasis: 'derived' })
  })

  it('is found by words alone when the encoder fails', async () => {
    const live = liveOf(answered('a', paper('2603.00006', 'Phosphorescent teacups')))
    const { brokenEmbedder } = library
    const answer = await library.searchLive('phosphorescent teacups', live, { mode: 'live' }, undefined, brokenEmbedder)
    expect(answer.hits[0]).toMatchObject({ id: '2603.00006', tier: 'live', parts: { cosine: null } })
    expect(answer.hits[0].parts.bm25).toBeGreaterThan(0)
    expect(answer.degraded).toMatchObject([
      { part: 'vectors', reason: expect.stringContaining('words alone were matched') },
      { part: 'vectors', reason: expect.stringContaining('live records') },
    ])
  })

  it('keeps an answer from abstaining that would abstain without it', async () => {
    const text = 'phosphorescent iridium'
    const poor = await alone(text)
    const live = liveOf(answered('a', paper('2603.00007', 'Phosphorescent iridium')))
    const answer = await ask(text, live)
    expect(answer.hits[0].id).toBe('2603.00007')
    expect([poor.abstained, answer.abstained]).toEqual([true, false])
  })

  it('is in order of dates where that was asked for', async () => {
    const live = liveOf(answered('a', paper('2603.00008', 'Ratchets of brass', { announced: daysAgo(1) })))
    const { hits } = await ask('gears and ratchets', live, { sort: 'date' })
    expect(hits[0].id).toBe('2603.00008')
  })
})

describe('when live sources fail', () => {
  const failures: readonly LiveAnswer[] = [
    silent('a', 'timeout', 'no answer in 1500 ms', null),
    silent('a', 'rate_limited', 'a: HTTP status 429', 9_000),
    silent('a', 'degraded', 'a answered with HTML', null),
    answered('a'),
  ]

  it('the hits are those of static and fresh to the byte, and the answer says what happened', async () => {
    const before = await alone('sparse attention')
    for (const failure of failures) {
      const answer = await ask('sparse attention', liveOf(failure))
      expect(shown(answer)).toBe(shown(before))
      const { outcome, reason, retryAfterMs } = failure.report
      const expected = outcome === 'answered' ? [] : [{ part: 'a', code: outcome, reason, retryAfterMs }]
      expect(answer.degraded).toEqual(expected)
    }
  })

  it('a source that cannot be asked is told with the time until it can, and is not asked', async () => {
    const live = liveOf(answered('a'))
    const barred = { why: 'rate_limited' as const, says: 'a may be asked again in 3 s.', retryAfterMs: 2_600 }
    live.state = () => ({ sources: [{ ...punctual, barred }], tenBatchesAgo: daysAgo(14), leftMs: 1_300 })
    const answer = await ask('sparse attention', live)
    expect(live.requests).toEqual([])
    expect(answer.degraded).toEqual([
      { part: 'a', code: 'rate_limited', reason: barred.says, retryAfterMs: barred.retryAfterMs },
    ])
    expect(shown(answer)).toBe(shown(await alone('sparse attention')))
  })
})

describe('the course of a live search', () => {
  const found = () => answered('a', paper('2603.00009', 'Sparse attention, live'))

  it('tells the answer of static and fresh first', async () => {
    const firsts: RankedAnswer[] = []
    const answer = await library.searchLive('sparse attention', liveOf(found()), { mode: 'live' }, (first) =>
      firsts.push(first),
    )
    expect(firsts).toHaveLength(1)
    expect(shown(firsts[0])).toBe(shown(await alone('sparse attention')))
    expect(ids(answer)).toContain('2603.00009')
  })

  it('leaves the sources what is left of the deadline, and keeps something for itself', async () => {
    const live = liveOf(found())
    await ask('sparse attention', live, { deadlineMs: 400 })
    expect(live.deadlines[0]).toBeGreaterThan(0)
    expect(live.deadlines[0]).toBeLessThan(400)
  })

  it('goes on to the next page behind the ranks of static and fresh that were given', async () => {
    const live = liveOf(found())
    const first = await ask('sparse attention retrieval', live, { limit: 2 })
    expect(withTiers(first).filter((one) => one.endsWith('live'))).toHaveLength(1)
    expect(first.next).toEqual({ offset: 1, shown: 2, more: true })
    const second = await ask('sparse attention retrieval', live, { limit: 2, offset: 1, shown: 2 })
    expect(second.hits.map((one) => one.rank)).toEqual([3, 4])
    const all = await alone('sparse attention retrieval', { limit: 3 })
    expect([...ids(first), ...ids(second)].filter((id) => id !== '2603.00009')).toEqual(ids(all))
    expect(live.requests).toHaveLength(1)
  })

  it('asks nobody by mode, by reciprocal ranks, without time, or for what is not worth it', async () => {
    const live = liveOf(found())
    const wishes: Partial<Query>[] = [
      { mode: 'both' },
      { mode: 'static' },
      { mode: 'fresh' },
      { mode: 'live', fusion: 'rrf' },
      { mode: 'live', deadlineMs: 0 },
      { mode: 'auto', freshness: 'off' },
    ]
    const codes = []
    for (const wish of wishes) codes.push((await ask('sparse attention', live, wish)).route.live.because)
    expect(codes).toEqual([
      'live-by-mode',
      'live-by-mode',
      'live-by-mode',
      'live-rrf',
      'live-no-time',
      'live-not-worth-it',
    ])
    expect(live.requests).toEqual([])
  })
})

describe('a caller whose live searches are used up', () => {
  const spent = (live: LiveTier, wishes: Partial<Query>, waitMs: number) => {
    let asked = 0
    const turn = () => {
      asked++
      return waitMs
    }
    return library
      .searchLive('sparse attention retrieval', live, wishes, undefined, undefined, undefined, turn)
      .then((answer) => ({ answer, asked }))
  }

  it('is answered from what is held, and told when sources may be asked again', async () => {
    const live = liveOf(answered('a', paper('2603.00001', 'Sparse attention for retrieval')), answered('b'))
    const { answer } = await spent(live, { mode: 'live' }, 7_000)
    expect(live.requests).toEqual([])
    expect(shown(answer)).toBe(shown(await alone('sparse attention retrieval')))
    expect(answer.route.live).toMatchObject({ ask: false, because: 'live-barred' })
    expect(answer.degraded).toEqual([
      { part: 'live', code: 'rate_limited', reason: expect.any(String), retryAfterMs: 7_000 },
    ])
  })

  it('is counted only where sources are asked', async () => {
    const live = liveOf(answered('a'))
    expect((await spent(live, { mode: 'both' }, 0)).asked).toBe(0)
    expect((await spent(live, { mode: 'live' }, 0)).asked).toBe(1)
    expect(live.requests).toHaveLength(1)
  })
})
