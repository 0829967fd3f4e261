import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { applyPatch } from 'rfc6902'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Indexer, openIndexer } from '../indexer/indexer.ts'
import { systemClock } from '../src/clock.ts'
import { readConfig } from '../src/config.ts'
import { dayMs, instant } from '../src/domain/instant.ts'
import { answerSchema, type WireAnswer } from '../src/http/answers.ts'
import { statusSchema } from '../src/http/status.ts'
import { openLog } from '../src/log.ts'
import { startServer } from '../src/server.ts'
import { generatedCorpus } from './upstream/generated.ts'
import { openUpstream, type Upstream } from './upstream/upstream.ts'

/** The whole server and the whole indexer before the local upstream, over real HTTP. */
const folder = mkdtempSync(join(tmpdir(), 'freshet-live-'))
const log = openLog('test', 'silent')
const stop = new AbortController()
const now = systemClock.now()
const corpus = generatedCorpus({ seed: 7, count: 400, from: instant(now - 60 * dayMs), to: instant(now - 5 * dayMs) })
/** Each is asked for by one test, so that no answer is remembered from another. */
const titles = corpus.papers.map((paper) => paper.versions[0].title)
const secret = 'a-key-that-nobody-may-see'

let upstream: Upstream
let indexer: Indexer
let running: Awaited<ReturnType<typeof startServer>>
let base = ''

beforeAll(async () => {
  upstream = await openUpstream({ corpus, now: () => now })
  const config = readConfig({
    FRESHET_DATA: folder,
    FRESHET_PORT: '0',
    FRESHET_INDEXER: 'off',
    FRESHET_SOURCES: 'openalex',
    FRESHET_LIVE_LIMIT: 'off',
    // Harvested and asked live: one source, and not two of one name.
    FRESHET_TOPICS: 'a topic that nobody visits here',
    FRESHET_OPENALEX_URL: upstream.url('openalex'),
    FRESHET_OPENALEX_KEY: secret,
  })
  indexer = await openIndexer(config, log, stop.signal)
  await indexer.begin()
  running = await startServer(config, log)
  const address = running.server.address()
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})

afterEach(() => {
  upstream.faults.clear()
  upstream.forgetRequests()
})

afterAll(async () => {
  await running.close()
  stop.abort()
  await indexer.close()
  await upstream.close()
  rmSync(folder, { recursive: true, force: true })
})

const address = (q: string, rest = 'mode=live&deadline_ms=10000') =>
  `${base}/v1/search?${new URLSearchParams({ q })}&${rest}`

async function search(q: string, rest?: string): Promise<WireAnswer> {
  return answerSchema.parse(await (await fetch(address(q, rest))).json())
}

async function until(q: string, holds: (answer: WireAnswer) => boolean): Promise<WireAnswer> {
  for (;;) {
    const answer = await search(q, 'mode=both')
    if (holds(answer)) return answer
    await pause(20)
  }
}

describe('a live search', () => {
  it('finds what is not held, and the indexer has it in the index a moment later', async () => {
    const [title] = titles
    expect((await search(title, 'mode=both')).hits.map((hit) => hit.title)).not.toContain(title)
    const { hits, live, route } = await search(title)
    expect(hits[0]).toMatchObject({ title, tier: 'live' })
    expect(live).toMatchObject([{ source: 'openalex', outcome: 'answered', asked: expect.stringContaining('search=') }])
    expect(route.tiers).toEqual(['static', 'fresh', 'live'])
    expect((await indexer.drainInbox()).new).toBeGreaterThan(0)
    const answer = await until(title, (found) => found.hits[0]?.title === title)
    expect(answer.hits[0]).toMatchObject({ id: hits[0].id, tier: 'fresh' })
    // What is held is not shown a second time.
    const again = await search(title)
    expect(again.hits.filter((hit) => hit.title === title)).toHaveLength(1)
  })

  it('streams static and fresh first, then a patch', async () => {
    const response = await fetch(address(titles[1]), { headers: { Accept: 'text/event-stream' } })
    const events = [...(await response.text()).matchAll(/event: (\w+)\ndata: (.*)\n\n/g)]
    expect(events.map(([, name]) => name)).toEqual(['answer', 'patch', 'done'])
    const answer = answerSchema.parse(JSON.parse(events[0][2]))
    expect(answer.hits.map((hit) => hit.tier)).not.toContain('live')
    expect(applyPatch(answer, JSON.parse(events[1][2])).filter(Boolean)).toEqual([])
    expect(answerSchema.parse(answer).hits[0]).toMatchObject({ title: titles[1], tier: 'live', rank: 1 })
  })

  it('shares one request among a hundred equal queries', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => search(titles[2])))
    expect(upstream.requests).toHaveLength(1)
    expect(new Set(answers.map(({ hits }) => hits[0].title))).toEqual(new Set([titles[2]]))
  })

  it('uses a remembered answer while it is young enough', async () => {
    const first = await search(titles[3])
    const second = await search(titles[3])
    expect(second.live).toEqual(first.live)
    expect(upstream.requests).toHaveLength(1)
    await search(titles[3], 'mode=live&deadline_ms=10000&max_age=0')
    expect(upstream.requests).toHaveLength(2)
  })

  it('without an answer in time is the answer of static and fresh, and says so', async () => {
    upstream.faults.add({ kind: 'trickle', chunkBytes: 4_000, pauseMs: 300 })
    const without = await search(titles[4], 'mode=both')
    const { hits, degraded } = await search(titles[4], 'mode=live&deadline_ms=250')
    expect(hits).toEqual(without.hits)
    expect(degraded).toMatchObject([{ part: 'openalex', code: 'timeout' }])
  })
})

describe('a source that fails', () => {
  it('is told with its reason and never with its key', async () => {
    upstream.faults.add({ kind: 'status', status: 403, body: `the key ${secret} is not known` })
    const { hits, degraded } = await search(titles[5], 'mode=live&deadline_ms=10000')
    expect(hits).toEqual((await search(titles[5], 'mode=both')).hits)
    expect(degraded).toMatchObject([{ part: 'openalex', code: 'degraded', reason: expect.stringContaining('403') }])
    const status = await (await fetch(`${base}/v1/status`)).text()
    const { sources } = statusSchema.parse(JSON.parse(status))
    expect(sources).toMatchObject([
      {
        source: 'openalex',
        state: 'never-visited',
        live: true,
        harvested: true,
        liveError: expect.stringContaining('403'),
      },
    ])
    expect(JSON.stringify(degraded) + status).not.toContain(secret)
  })

  // The last: its pause outlives it.
  it('by asking for patience is told with the time, and is not asked again before', async () => {
    upstream.faults.add({ kind: 'throttled', retryAfter: { seconds: 3_600 } })
    const { degraded } = await search(titles[6])
    expect(degraded).toMatchObject([{ part: 'openalex', code: 'rate_limited', retryAfterMs: 3_600_000 }])
    upstream.forgetRequests()
    const [barred] = (await search(titles[7])).degraded
    expect(barred).toMatchObject({ part: 'openalex', code: 'rate_limited' })
    expect(barred.retryAfterMs).toBeGreaterThan(3_000_000)
    expect(upstream.requests).toEqual([])
  })
})
