import { setMaxListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SourceError } from '../../src/domain/errors.ts'
import type { GatePolicy, GateTurn, RateGate } from '../../src/ports.ts'
import type { VirtualClock } from '../sources/virtual-clock.ts'
import { inRuntime } from './in-runtime.ts'

const policy: GatePolicy = { spacingMs: 3_000, burst: 1, leaseMs: 60_000 }
const never = new AbortController().signal
setMaxListeners(0, never)

type Options = Parameters<RateGate['enter']>[3]

const enter = (gate: RateGate, options?: Options, given = policy): Promise<GateTurn> =>
  gate.enter('arxiv', given, never, options)

async function refusalOf(gate: RateGate, options: Options): Promise<SourceError> {
  const error = await enter(gate, options).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(SourceError)
  return error as SourceError
}

describe('a burst', () => {
  const bursty: GatePolicy = { spacingMs: 1_000, burst: 3, leaseMs: 60_000 }

  async function startsOf(clock: VirtualClock, gate: RateGate, turns: number): Promise<number[]> {
    const starts: number[] = []
    for (let turn = 0; turn < turns; turn += 1) {
      const held = await enter(gate, {}, bursty)
      starts.push(clock.now())
      held.leave()
    }
    return starts.map((start) => start - starts[0])
  }

  test('may follow a time of quiet, then turns keep their distance', async () => {
    const { clock, open } = inRuntime()
    const { gate } = open()
    expect(await startsOf(clock, gate, 5)).toEqual([0, 0, 0, 1_000, 2_000])
    clock.advance(2_000)
    expect(await startsOf(clock, gate, 4)).toEqual([0, 0, 1_000, 2_000])
  })

  test('does not follow a pause that was asked for', async () => {
    const { clock, open } = inRuntime()
    const { gate } = open()
    clock.advance(60_000)
    ;(await enter(gate, {}, bursty)).leave({ pauseMs: 30_000 })
    expect(await startsOf(clock, gate, 3)).toEqual([0, 1_000, 2_000])
  })

  test('never lets more turns begin in any time than the time and the burst allow', async () => {
    const law = fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 2, maxLength: 12 }),
      async (burst, thinks) => {
        const { clock, open } = inRuntime()
        const { gate } = open()
        const starts: number[] = []
        for (const thinkMs of thinks) {
          await clock.sleep(thinkMs)
          const turn = await enter(gate, {}, { ...bursty, burst })
          starts.push(clock.now())
          turn.leave()
        }
        for (const [from, first] of starts.entries()) {
          for (const [offset, last] of starts.slice(from).entries()) {
            expect(offset + 1).toBeLessThanOrEqual((last - first) / bursty.spacingMs + burst)
          }
        }
      },
    )
    await fc.assert(law, { numRuns: 30 })
  }, 60_000)
})

describe('who comes first', () => {
  /** Lets every waiter in one after the other and tells the order. */
  async function orderOf(
    clock: VirtualClock,
    gates: readonly RateGate[],
    waiters: readonly ('live' | 'harvest')[],
    first: GateTurn,
  ): Promise<string[]> {
    const order: string[] = []
    const starts: number[] = []
    const waiting = waiters.map(async (who, at) => {
      await clock.sleep(at)
      const turn = await enter(gates[at % gates.length], { urgent: who === 'live' })
      order.push(`${who} ${at}`)
      starts.push(clock.now())
      turn.leave()
    })
    void clock.sleep(1_000).then(() => first.leave())
    await Promise.all(waiting)
    for (const [at, start] of starts.slice(1).entries()) expect(start - starts[at]).toBeGreaterThanOrEqual(3_000)
    return order
  }

  test('a live query goes before a harvest that waited longer, and within each kind the first to come', async () => {
    const { clock, open } = inRuntime()
    const first = await enter(open().gate)
    const order = await orderOf(clock, [open().gate, open().gate], ['harvest', 'harvest', 'live', 'live'], first)
    expect(order).toEqual(['live 2', 'live 3', 'harvest 0', 'harvest 1'])
  })

  test('after three live queries the harvest has a turn, so a busy page does not starve it', async () => {
    const { clock, open } = inRuntime()
    const first = await enter(open().gate)
    const waiters = ['harvest', 'live', 'live', 'live', 'live', 'live', 'harvest'] as const
    const order = await orderOf(clock, [open().gate, open().gate], waiters, first)
    expect(order).toEqual(['live 1', 'live 2', 'live 3', 'harvest 0', 'live 4', 'live 5', 'harvest 6'])
  })

  test('nobody waits for long behind a process that died in the line', async () => {
    const { clock, open } = inRuntime()
    const first = await enter(open().gate)
    const stopped = open({ now: () => clock.now(), sleep: () => new Promise<void>(() => undefined) })
    void enter(stopped.gate, { urgent: true })
    first.leave()
    const before = clock.now()
    await enter(open().gate)
    expect(clock.now() - before).toBeLessThanOrEqual(policy.spacingMs + 2_000)
  })

  test('a clock that jumps back while they wait changes neither the order nor the distance', async () => {
    const { clock, open } = inRuntime()
    const first = await enter(open().gate)
    void clock.sleep(500).then(() => clock.jump(-86_400_000))
    const order = await orderOf(clock, [open().gate, open().gate], ['harvest', 'live', 'harvest'], first)
    expect(order).toEqual(['live 1', 'harvest 0', 'harvest 2'])
  })

  // After such a jump everybody seems to be overdue, and the first to look again goes first.
  test('a clock that jumps ahead while they wait lets everybody in all the same, one after the other', async () => {
    const { clock, open } = inRuntime()
    const first = await enter(open().gate)
    void clock.sleep(500).then(() => clock.jump(86_400_000))
    const order = await orderOf(clock, [open().gate, open().gate], ['harvest', 'live', 'harvest'], first)
    expect([...order].sort()).toEqual(['harvest 0', 'harvest 2', 'live 1'])
  })
})

describe('patience', () => {
  test('that cannot be met is refused at once, with the time of the next turn', async () => {
    const { clock, open } = inRuntime()
    ;(await enter(open().gate)).leave({ pauseMs: 45_000 })
    const before = clock.now()
    const error = await refusalOf(open().gate, { urgent: true, patienceMs: 44_999 })
    expect(error).toMatchObject({ failure: 'rate-limited', source: 'arxiv', retryAfterMs: 45_000 })
    expect(clock.now()).toBe(before)
    await enter(open().gate, { urgent: true, patienceMs: 45_000 })
    expect(clock.now() - before).toBe(45_000)
  })

  test('counts those who are in line before', async () => {
    const { clock, open } = inRuntime()
    const { gate } = open()
    ;(await enter(gate)).leave()
    const before = clock.now()
    const waiting = [enter(gate, { urgent: true }), enter(gate, { urgent: true })]
    const refused = [
      await refusalOf(gate, { urgent: true, patienceMs: 8_000 }),
      await refusalOf(open().gate, { urgent: true, patienceMs: 8_000 }),
    ]
    expect(refused.map((error) => error.retryAfterMs)).toEqual([9_000, 9_000])
    expect(clock.now()).toBe(before)
    for (const turn of waiting) (await turn).leave()
  })

  test('ends while another holds the turn, for nobody knows how long', async () => {
    const { clock, open } = inRuntime()
    await enter(open().gate)
    clock.advance(10_000)
    const before = clock.now()
    expect((await refusalOf(open().gate, { urgent: true, patienceMs: 1_200 })).failure).toBe('rate-limited')
    expect(clock.now() - before).toBe(1_200)
  })

  test('of nothing takes a free turn', async () => {
    const { open } = inRuntime()
    await enter(open().gate, { patienceMs: 0 })
  })

  test('who was refused is not in line any more', async () => {
    const { open } = inRuntime()
    const { gate } = open()
    ;(await enter(gate)).leave()
    await refusalOf(gate, { urgent: true, patienceMs: 10 })
    expect(gate.state('arxiv').waitMs).toBe(3_000)
  })
})
