import { describe, expect, it } from 'vitest'
import { openLoad } from '../../bench/open-load.ts'

/** A server before a client, in virtual time: one request after another, each of so many milliseconds. */
function stage(serviceMs: (number: number) => number) {
  let now = 0
  let freeAt = 0
  const sentAt: number[] = []
  const timers: { at: number; wake(): void }[] = []
  const until = (at: number) => new Promise<void>((wake) => timers.push({ at, wake }))
  const send = (number: number) => {
    sentAt.push(now)
    freeAt = Math.max(now, freeAt) + serviceMs(number)
    return until(freeAt)
  }
  /** Time passes while anybody waits for it. */
  async function passing<T>(work: Promise<T>): Promise<T> {
    let done = false
    work.finally(() => {
      done = true
    })
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve))
      timers.sort((one, other) => one.at - other.at)
      const next = timers.shift()
      if (!next) continue
      now = next.at
      next.wake()
    }
    return work
  }
  return { send, sentAt, clock: { now: () => now, pause: (ms: number) => until(now + ms) }, passing }
}

const hundred = (sent: number) => sent < 100

describe('an open loop', () => {
  it('sends at its times, however long an answer takes', async () => {
    const { send, sentAt, clock, passing } = stage((number) => (number === 10 ? 500 : 1))
    await passing(openLoad({ send, ratePerSecond: 100, goesOn: hundred }, clock))
    expect(sentAt).toEqual(Array.from({ length: 100 }, (_, i) => i * 10))
  })

  it('counts what others wait behind a slow answer, which a loop that waits for its answers never sees', async () => {
    const { send, clock, passing } = stage((number) => (number === 10 ? 500 : 1))
    const { sent, failed, p50Ms, p99Ms, longestMs } = await passing(
      openLoad({ send, ratePerSecond: 100, goesOn: hundred }, clock),
    )
    // 500 ms of service are 50 requests' time: more than half of the hundred waited, the last of them least.
    expect([sent, failed, longestMs]).toEqual([100, 0, 500])
    expect(p50Ms).toBeGreaterThan(50)
    expect(p99Ms).toBeGreaterThan(480)
  })

  it('counts from when a request was to be sent where the client itself is late', async () => {
    const { send, clock, passing } = stage(() => 1)
    const lateClock = { ...clock, pause: (ms: number) => clock.pause(ms + 25) }
    const { longestMs } = await passing(openLoad({ send, ratePerSecond: 100, goesOn: hundred }, lateClock))
    expect(longestMs).toBeGreaterThanOrEqual(25)
  })

  it('goes on past a failure, and tells how many there were', async () => {
    const { send, clock, passing } = stage(() => 1)
    const failing = async (number: number) => {
      if (number % 4 === 0) throw new Error('no answer')
      await send(number)
    }
    const found = await passing(openLoad({ send: failing, ratePerSecond: 100, goesOn: hundred }, clock))
    expect([found.sent, found.failed, found.longestMs]).toEqual([100, 25, 1])
  })
})
