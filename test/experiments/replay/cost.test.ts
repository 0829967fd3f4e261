import { existsSync, readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { encoderCpuMs, Meter, sharedWork } from '../../../experiments/replay/cost.ts'
import { openEmbedder } from '../../../src/compose.ts'

/** Burns at least so much processor time. */
function work(ms: number): void {
  const started = process.cpuUsage()
  for (let used = 0; used < ms; ) {
    const { user, system } = process.cpuUsage(started)
    used = (user + system) / 1000
  }
}

describe('what arms are charged', () => {
  it('is what they share as well, though it was done once', async () => {
    const meter = new Meter()
    const share = sharedWork<number>(meter, 'gather')
    let times = 0
    const arm = () =>
      meter.measure(() =>
        share('same', async () => {
          work(30)
          times++
          return 7
        }),
      )
    const [first, second] = [await arm(), await arm()]
    expect([times, first.value, second.value]).toEqual([1, 7, 7])
    for (const { spent } of [first, second]) {
      expect(spent.cpuMs).toBeGreaterThanOrEqual(30)
      expect(spent.stages.gather).toBeGreaterThanOrEqual(30)
      expect(spent.stages.gather).toBeLessThanOrEqual(spent.cpuMs)
      expect(spent.stages.embed).toBe(0)
    }
    expect(second.spent.stages).toEqual(first.spent.stages)
  })

  it('is not what another arm did for itself', async () => {
    const meter = new Meter()
    await meter.measure(async () => work(30))
    const idle = await meter.measure(async () => 0)
    expect(idle.spent.cpuMs).toBeLessThan(20)
  })

  it('is what other processes did for them', async () => {
    const meter = new Meter()
    let elsewhereMs = 500
    const embed = sharedWork<void>(meter, 'embed', () => elsewhereMs)
    const arm = () =>
      meter.measure(() =>
        embed('text', async () => {
          elsewhereMs += 1_000
        }),
      )
    for (const { spent } of [await arm(), await arm()]) {
      expect(spent.cpuMs).toBeGreaterThanOrEqual(1_000)
      expect(spent.stages.embed).toBeGreaterThanOrEqual(1_000)
      expect(spent.tookMs).toBeLessThan(1_000)
    }
  })
})

describe('the processor time of encoders', () => {
  // A query had cost minus 22 seconds: the encoder of another model had just ended.
  it.skipIf(!existsSync('/proc'))('does not fall when one of them ends', async () => {
    const children = () => readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ')
    const others = children()
    const embedder = await openEmbedder('freshet-static')
    const encoder = children().find((one) => !others.includes(one))
    await embedder.embed(['any text'], 'query')
    const spent = encoderCpuMs()
    await embedder.close()
    while (children().includes(String(encoder))) await pause(10)
    expect(spent).toBeGreaterThan(0)
    expect(encoderCpuMs()).toBeGreaterThanOrEqual(spent)
  })
})
