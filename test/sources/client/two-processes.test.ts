import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { dayMs, instant } from '../../../src/domain/instant.ts'
import { arxivPolicy } from '../../../src/sources/client/http.ts'
import { seededRandom } from '../../upstream/seeded.ts'
import { LockStep } from './lock-step.ts'
import type { Said } from './polite-process.ts'

/** A request as the server saw it, in simulated time. */
interface Seen {
  readonly by: string
  readonly at: number
  /** Before this the server does not want to be asked again. */
  notBefore: number
  killed: boolean
}

const start = instant(Date.parse('2026-03-02T00:00:00Z'))
const program = new URL('./polite-process.ts', import.meta.url)
/** As long as the client takes before another may begin. */
const leaseMs = arxivPolicy.attemptMs + 5_000

/**
 * The indexer and the server as two real processes that share one runtime.db and ask one loopback server for a day of
 * simulated time; the indexer is killed while it holds the turn.
 */
async function aDay() {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-day-'))
  const random = seededRandom(7)
  const steps = new LockStep(start)
  const seen: Seen[] = []
  const said: Said[] = []
  let killsToDo = 0

  const server = createServer((request, response) => {
    const by = new URL(request.url ?? '/', 'http://localhost').pathname.slice(1)
    const one: Seen = { by, at: steps.now(), notBefore: 0, killed: false }
    seen.push(one)
    if (by === 'harvest' && killsToDo > 0) {
      killsToDo -= 1
      one.killed = true
      steps.asked(by, 200, async () => {
        await steps.kill('harvest')
        fork('harvest')
      })
      return
    }
    const latencyMs = random() < 0.02 ? 120_000 : 100 + Math.floor(random() ** 3 * 4_000)
    steps.asked(by, latencyMs, (awaited) => {
      if (awaited) one.notBefore = reply(response)
    })
  })

  function reply(response: ServerResponse): number {
    const dice = random()
    const now = steps.now()
    if (dice < 0.01) {
      const seconds = 1 + Math.floor(random() * 120)
      response.writeHead(429, { 'retry-after': String(seconds) }).end('Rate exceeded.')
      return now + seconds * 1_000
    }
    if (dice < 0.02) {
      const until = new Date(now + 1_000 * Math.floor(random() * 120))
      response.writeHead(503, { 'retry-after': until.toUTCString() }).end()
      return Math.floor(until.getTime() / 1_000) * 1_000
    }
    if (dice < 0.03) response.writeHead(500).end()
    else if (dice < 0.04) response.destroy()
    else response.end('<feed/>')
    return now
  }

  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  function fork(name: string): void {
    steps.fork(name, program, [url, join(folder, 'runtime.db'), name === 'live' ? '1' : '2'], (what) =>
      said.push(what as Said),
    )
  }
  for (const hour of [3, 9, 16]) {
    steps.in(hour * 3_600_000, () => {
      killsToDo += 1
    })
  }
  fork('harvest')
  fork('live')
  try {
    await steps.runUntil(instant(start + dayMs))
  } finally {
    await steps.close()
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  }
  return { seen, said }
}

describe('24 simulated hours of two processes and one provider', () => {
  let seen: readonly Seen[]
  let said: readonly Said[]
  let lives: readonly Extract<Said, { kind: 'live' }>[]
  /** From the grant to the end; that of a process that was killed ends with its lease. */
  let turns: readonly { readonly from: number; readonly until: number }[]

  beforeAll(async () => {
    ;({ seen, said } = await aDay())
    lives = said.filter((one) => one.kind === 'live')
    const broken = seen.filter((one) => one.killed).map((one) => ({ from: one.at, until: one.at + leaseMs }))
    turns = [...said.filter((one) => one.kind === 'turn'), ...broken].sort((a, b) => a.from - b.from)
  }, 120_000)

  test('the day was full: both asked a lot, at the same times, and the provider was moody', () => {
    const by = (name: string) => seen.filter((one) => one.by === name)
    expect(by('harvest').length).toBeGreaterThan(1_000)
    expect(by('live').length).toBeGreaterThan(500)
    const changes = seen.slice(1).filter((one, at) => one.by !== seen[at].by && one.at - seen[at].at < 10_000)
    expect(changes.length).toBeGreaterThan(50)
    expect(seen.filter((one) => one.notBefore > one.at).length).toBeGreaterThan(20)
    expect(seen.filter((one) => one.killed)).toHaveLength(3)
  })

  test('never were two requests begun within three seconds, nor one while another was under way', () => {
    for (const [at, next] of seen.slice(1).entries()) expect(next.at - seen[at].at).toBeGreaterThanOrEqual(3_000)
    for (const [at, next] of turns.slice(1).entries()) expect(next.from).toBeGreaterThanOrEqual(turns[at].until)
    expect(turns.map((turn) => turn.from)).toEqual(seen.map((one) => one.at))
  })

  test('neither process came back before the provider wanted, whichever was told', () => {
    let notBefore = 0
    for (const one of seen) {
      expect(one.at).toBeGreaterThanOrEqual(notBefore)
      notBefore = Math.max(notBefore, one.notBefore)
    }
  })

  test('the turn of a process that was killed went to the next when its lease had run out', () => {
    for (const killed of seen.filter((one) => one.killed)) {
      const next = seen[seen.indexOf(killed) + 1]
      expect(next.at - killed.at).toBeGreaterThanOrEqual(leaseMs)
    }
  })

  test('every live query was answered or refused within its deadline; for want of a turn in sight, at once', () => {
    expect(lives.length).toBeGreaterThan(800)
    for (const live of lives) {
      const tookMs = live.endedAt - live.askedAt
      expect(tookMs).toBeLessThanOrEqual(live.deadlineMs)
      if (live.outcome !== 'rate-limited' || tookMs === 0) continue
      // Who was not refused at once waited for a turn to end whose end nobody could know.
      const waitedFor = turns.some((turn) => turn.from <= live.endedAt && turn.until >= live.askedAt)
      expect(waitedFor).toBe(true)
    }
    const answered = lives.filter((one) => one.outcome === 'answer')
    expect(answered.length / lives.length).toBeGreaterThan(0.6)
  })

  test('the harvest made its progress in spite of it', () => {
    expect(said.filter((one) => one.kind === 'page').length).toBeGreaterThan(1_000)
  })
})
