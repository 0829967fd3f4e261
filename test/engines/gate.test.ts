import { setMaxListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openRuntime } from '../../src/engines/embedded/runtime.ts'
import type { GateTurn, RateGate, Runtime } from '../../src/ports.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'

const policy = { spacingMs: 3_000, burst: 1, leaseMs: 60_000 }
const never = new AbortController().signal
setMaxListeners(0, never)

let folder: string
let clock: VirtualClock
let opened: Runtime[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'freshet-runtime-'))
  clock = new VirtualClock()
  opened = []
})

afterEach(() => {
  for (const runtime of opened) runtime.close()
  rmSync(folder, { recursive: true })
})

function open(file = 'runtime.db'): Runtime {
  const runtime = openRuntime(join(folder, file), clock)
  opened.push(runtime)
  return runtime
}

const waitOf = async (gate: RateGate): Promise<{ waitedMs: number; turn: GateTurn }> => {
  const before = clock.now()
  const turn = await gate.enter('arxiv', policy, never)
  return { waitedMs: clock.now() - before, turn }
}

describe('the gate', () => {
  test('lets the first in at once and the next after the spacing, counted from the start', async () => {
    const { gate } = open()
    const first = await waitOf(gate)
    expect(first.waitedMs).toBe(0)
    clock.advance(1_000)
    first.turn.leave()
    expect((await waitOf(gate)).waitedMs).toBe(2_000)
  })

  test('lets nobody in while a turn lasts, however long', async () => {
    const { gate } = open()
    const first = await waitOf(gate)
    const second = waitOf(gate)
    void clock.sleep(20_000).then(() => first.turn.leave())
    const { waitedMs } = await second
    expect(waitedMs).toBeGreaterThanOrEqual(20_000)
    expect(waitedMs).toBeLessThanOrEqual(20_250)
  })

  test('is freed by the lease when its holder died', async () => {
    const { gate } = open()
    await waitOf(gate)
    expect((await waitOf(open().gate)).waitedMs).toBe(60_000)
  })

  test('a holder whose lease ran out does not end the turn of the next', async () => {
    const { gate } = open()
    const late = await waitOf(gate)
    await waitOf(gate)
    late.turn.leave()
    expect((await waitOf(gate)).waitedMs).toBe(60_000)
  })

  test('keeps the pause a provider asked for, from the end of the turn and across processes', async () => {
    const { turn } = await waitOf(open().gate)
    clock.advance(10_000)
    turn.leave({ pauseMs: 45_000 })
    expect((await waitOf(open().gate)).waitedMs).toBe(45_000)
  })

  test('a pause is not shortened by a later, shorter one', async () => {
    const { gate } = open()
    const overdue = await waitOf(gate)
    const { turn } = await waitOf(gate)
    turn.leave({ pauseMs: 45_000 })
    overdue.turn.leave({ pauseMs: 5_000 })
    expect((await waitOf(gate)).waitedMs).toBe(45_000)
  })

  test('leaving twice is leaving once', async () => {
    const { gate } = open()
    const { turn } = await waitOf(gate)
    turn.leave()
    const next = await waitOf(gate)
    turn.leave({ pauseMs: 900_000 })
    next.turn.leave()
    expect((await waitOf(gate)).waitedMs).toBe(3_000)
  })

  test('providers do not wait for each other', async () => {
    const { gate } = open()
    await waitOf(gate)
    const before = clock.now()
    await gate.enter('crossref', policy, never)
    expect(clock.now()).toBe(before)
  })

  test('who is aborted while waiting gets the reason and takes no turn', async () => {
    const { gate } = open()
    ;(await waitOf(gate)).turn.leave()
    const controller = new AbortController()
    const reason = new Error('enough')
    void clock.sleep(1_000).then(() => controller.abort(reason))
    await expect(gate.enter('arxiv', policy, controller.signal)).rejects.toBe(reason)
    expect((await waitOf(gate)).waitedMs).toBe(2_000)
  })

  test('a runtime closed during a turn lets the turn end quietly', async () => {
    const runtime = openRuntime(join(folder, 'runtime.db'), clock)
    const { turn } = await waitOf(runtime.gate)
    runtime.close()
    expect(() => turn.leave()).not.toThrow()
  })
})

describe('a clock that jumps', () => {
  test('back by a day blocks for no longer than the spacing', async () => {
    const { gate } = open()
    ;(await waitOf(gate)).turn.leave()
    clock.jump(-86_400_000)
    expect((await waitOf(gate)).waitedMs).toBe(3_000)
  })

  test('back by a day during a pause blocks for no longer than the pause', async () => {
    const { gate } = open()
    ;(await waitOf(gate)).turn.leave({ pauseMs: 45_000 })
    clock.jump(-86_400_000)
    expect((await waitOf(gate)).waitedMs).toBe(45_000)
  })

  test('back by a day while a turn is held blocks for no longer than the lease', async () => {
    await waitOf(open().gate)
    clock.jump(-86_400_000)
    expect((await waitOf(open().gate)).waitedMs).toBe(60_000)
  })

  test('back before the turn is left does not make the gap of the jump a pause', async () => {
    const { gate } = open()
    const { turn } = await waitOf(gate)
    clock.jump(-86_400_000)
    turn.leave({ pauseMs: 10_000 })
    expect((await waitOf(gate)).waitedMs).toBe(10_000)
  })
})

describe('two processes', () => {
  test('never get two turns within the spacing, nor at once, whatever they do', async () => {
    const visit = fc.record({
      process: fc.constantFrom(0, 1),
      thinkMs: fc.integer({ min: 0, max: 8_000 }),
      holdMs: fc.integer({ min: 0, max: 9_000 }),
      pauseMs: fc.constantFrom(0, 0, 0, 500, 12_000),
    })
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(visit, { minLength: 2, maxLength: 12 }), async (visits) => {
        run += 1
        const gates = [open(`run-${run}.db`).gate, open(`run-${run}.db`).gate]
        const turns: { from: number; until: number; pauseMs: number }[] = []
        await Promise.all(
          visits.map(async ({ process, thinkMs, holdMs, pauseMs }) => {
            await clock.sleep(thinkMs)
            const turn = await gates[process].enter('arxiv', policy, never)
            const from = clock.now()
            await clock.sleep(holdMs)
            turns.push({ from, until: clock.now(), pauseMs })
            turn.leave({ pauseMs })
          }),
        )
        turns.sort((a, b) => a.from - b.from)
        expect(turns).toHaveLength(visits.length)
        for (const [at, next] of turns.slice(1).entries()) {
          const previous = turns[at]
          expect(next.from - previous.from).toBeGreaterThanOrEqual(policy.spacingMs)
          expect(next.from - previous.until).toBeGreaterThanOrEqual(previous.pauseMs)
        }
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})
