import { describe, expect, test } from 'vitest'
import { SourceError } from '../../src/domain/errors.ts'
import type { GatePolicy, GateTurn, RateGate } from '../../src/ports.ts'
import { inRuntime } from './in-runtime.ts'

const policy: GatePolicy = { spacingMs: 3_000, burst: 1, leaseMs: 60_000 }
const never = new AbortController().signal

const enter = (gate: RateGate, patienceMs?: number): Promise<GateTurn> =>
  gate.enter('arxiv', policy, never, patienceMs === undefined ? {} : { patienceMs })

async function fail(gate: RateGate, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) (await enter(gate)).leave({ failed: true })
}

async function refusalOf(gate: RateGate, patienceMs: number): Promise<SourceError> {
  const error = await enter(gate, patienceMs).catch((caught: unknown) => caught)
  expect(error).toBeInstanceOf(SourceError)
  return error as SourceError
}

describe('a provider that fails', () => {
  test('four times in a row is asked a fifth time', async () => {
    const { gate } = inRuntime().open()
    await fail(gate, 4)
    expect(gate.state('arxiv')).toMatchObject({ pausedUntil: null, failures: 4 })
    ;(await enter(gate, 3_000)).leave()
  })

  test('five times in a row is left alone for half a minute, by every process and after a restart', async () => {
    const { clock, open } = inRuntime()
    const runtime = open()
    await fail(runtime.gate, 5)
    runtime.close()
    const { gate } = open()
    expect(gate.state('arxiv')).toEqual({ waitMs: 30_000, pausedUntil: clock.now() + 30_000, failures: 5 })
    const error = await refusalOf(gate, 29_999)
    expect(error).toMatchObject({ failure: 'paused', source: 'arxiv', retryAfterMs: 30_000 })
    expect(error.message).toContain(new Date(clock.now() + 30_000).toISOString())
  })

  test('is asked by whoever has the patience to wait', async () => {
    const { clock, open } = inRuntime()
    const { gate } = open()
    await fail(gate, 5)
    const before = clock.now()
    await enter(gate, 30_000)
    expect(clock.now() - before).toBe(30_000)
  })

  test('has one trial, and nobody else a turn before the trial has ended well', async () => {
    const { clock, open } = inRuntime()
    const { gate } = open()
    await fail(gate, 5)
    const trial = await enter(gate)
    clock.advance(5_000)
    expect((await refusalOf(open().gate, 1_000)).failure).toBe('rate-limited')
    trial.leave({ failed: false })
    expect(gate.state('arxiv')).toEqual({ waitMs: 0, pausedUntil: null, failures: 0 })
    await fail(gate, 4)
    expect(gate.state('arxiv').pausedUntil).toBeNull()
  })

  test('in its trial too is left alone for twice as long, up to a quarter of an hour', async () => {
    const { clock, open } = inRuntime()
    const { gate } = open()
    await fail(gate, 5)
    const pauses: number[] = []
    for (let trial = 0; trial < 7; trial += 1) {
      pauses.push(gate.state('arxiv').waitMs / 1_000)
      await fail(gate, 1)
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 900, 900])
    expect(gate.state('arxiv').pausedUntil).toBe(clock.now() + 900_000)
  })

  test('whose trial was broken off, or whose tester died, has another trial', async () => {
    const { clock, open } = inRuntime()
    const { gate } = open()
    await fail(gate, 5)
    ;(await enter(gate)).leave()
    expect(gate.state('arxiv')).toMatchObject({ pausedUntil: null, failures: 5 })
    await enter(gate)
    const before = clock.now()
    const another = await enter(open().gate)
    expect(clock.now() - before).toBe(policy.leaseMs)
    another.leave({ failed: true })
    expect(gate.state('arxiv').waitMs).toBe(60_000)
  })

  test('and works in between is not left alone', async () => {
    const { gate } = inRuntime().open()
    await fail(gate, 4)
    ;(await enter(gate)).leave({ failed: false })
    await fail(gate, 4)
    expect(gate.state('arxiv')).toMatchObject({ pausedUntil: null, failures: 4 })
  })

  test('does not keep anybody from another', async () => {
    const { open } = inRuntime()
    const { gate } = open()
    await fail(gate, 5)
    await gate.enter('crossref', policy, never, { patienceMs: 0 })
  })

  test('a clock that jumps back does not leave it alone for longer', async () => {
    const { clock, open } = inRuntime()
    const { gate } = open()
    await fail(gate, 5)
    clock.jump(-86_400_000)
    expect(gate.state('arxiv').waitMs).toBe(30_000)
    const before = clock.now()
    await enter(open().gate)
    expect(clock.now() - before).toBe(30_000)
  })
})

describe('the state of a gate', () => {
  test('that nobody passed is open', () => {
    expect(inRuntime().open().gate.state('arxiv')).toEqual({ waitMs: 0, pausedUntil: null, failures: 0 })
  })

  test('tells the wait until the next turn, the line of queries included', async () => {
    const { clock, open } = inRuntime()
    const { gate } = open()
    ;(await enter(gate)).leave()
    expect(gate.state('arxiv').waitMs).toBe(3_000)
    const waiting = gate.enter('arxiv', policy, never, { urgent: true })
    const patient = gate.enter('arxiv', policy, never)
    expect(open().gate.state('arxiv').waitMs).toBe(6_000)
    ;(await waiting).leave()
    ;(await patient).leave()
    clock.advance(3_000)
    expect(gate.state('arxiv').waitMs).toBe(0)
  })

  test('that is held is not open, whatever the spacing', async () => {
    const { clock, open } = inRuntime()
    const { gate } = open()
    await enter(gate)
    clock.advance(20_000)
    expect(gate.state('arxiv').waitMs).toBeGreaterThan(0)
  })
})
