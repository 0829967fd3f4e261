import { describe, expect, onTestFinished, test } from 'vitest'
import type { FaultInput, Selection } from '../upstream/faults.ts'
import { asOf, type FaultStage, type FaultStageOptions, faultStage } from './fault-stage.ts'

/**
 * A harvest meets a fault, over real HTTP and as the product runs it, under virtual time; then the fault goes, and then the
 * store must be what it would have been without it.
 */
export interface FaultCase {
  readonly fault: FaultInput
  /** From the third request on unless it is said. */
  readonly which?: Selection
  /** What the harvest says that meets it once; null where it gets over it. Left out where that is as while it lasts. */
  readonly once?: RegExp | null
  /** What it says while the fault lasts. */
  readonly lasting?: RegExp | null
  /** From a request that met it to the next, at least. */
  readonly pauseMs?: number
}

export const third: Selection = { after: 2 }
export const first: Selection = {}

const minuteMs = 60_000
const attempts = 5

export function describeFaults(
  name: string,
  options: FaultStageOptions,
  cases: Readonly<Record<string, FaultCase>>,
): void {
  describe(`${name} with`, () => {
    for (const [what, one] of Object.entries(cases)) {
      if (one.once !== undefined) test(`${what}, once, loses nothing`, () => meetsOnce(options, one))
      if (one.lasting !== undefined) {
        test(`${what} for long costs few requests, moves no watermark and loses nothing`, () => outlasts(options, one))
      }
    }
  })
}

async function meetsOnce(options: FaultStageOptions, { fault, which = third, once, pauseMs = 0 }: FaultCase) {
  const whole = await undisturbed(options)
  const stage = await onStage(options)
  const met = stage.upstream.faults.add(fault, { times: 1, ...which })
  await meets(stage, whole, once ?? null)
  expect(met.hits).toBeGreaterThan(0)
  const { requests } = stage.upstream
  const next = requests.findIndex((one) => one.fault !== null) + 1
  if (next < requests.length) expect(requests[next].at - requests[next - 1].at).toBeGreaterThanOrEqual(pauseMs)
  await recovers(stage, whole)
  // An interrupted window, begun again at worst, and the one since.
  wasPolite(stage, options, 3 * whole.requests + attempts)
}

async function outlasts(options: FaultStageOptions, { fault, which = third, lasting }: FaultCase) {
  const whole = await undisturbed(options)
  const stage = await onStage(options)
  const met = stage.upstream.faults.add(fault, which)
  await meets(stage, whole, lasting ?? null)
  expect(met.hits).toBeGreaterThan(0)
  const { requests } = stage.upstream.manners()
  expect(requests).toBeLessThanOrEqual(2 * whole.requests + attempts)
  await recovers(stage, whole)
  wasPolite(stage, options, requests + 2 * whole.requests + 1)
}

export interface Undisturbed {
  readonly contents: ReturnType<FaultStage['contents']>
  readonly requests: number
}

const known = new Map<FaultStageOptions, Promise<Undisturbed>>()

/** What a harvest without any fault brings. */
export function undisturbed(options: FaultStageOptions): Promise<Undisturbed> {
  const before = known.get(options)
  if (before) return before
  const found = harvestAlone(options)
  known.set(options, found)
  return found
}

async function harvestAlone(options: FaultStageOptions): Promise<Undisturbed> {
  const stage = await faultStage(options)
  expect(await stage.run()).toMatchObject({ outcome: 'harvested', warning: null, rejected: [] })
  const { requests } = stage.upstream.manners()
  const contents = stage.contents()
  await stage.close()
  return { contents, requests }
}

export async function onStage(options: FaultStageOptions): Promise<FaultStage> {
  const stage = await faultStage(options)
  onTestFinished(stage.close)
  return stage
}

/** What a harvest that meets a fault may claim, and must say. */
export async function meets(stage: FaultStage, { contents }: Undisturbed, says: RegExp | null): Promise<void> {
  const report = await stage.run()
  const outcome = says === null ? 'harvested' : 'failed'
  expect(report).toMatchObject({ outcome, error: says === null ? null : expect.stringMatching(says) })
  expect(stage.health()).toMatchObject({ state: says === null ? 'ok' : 'unreachable', error: report.error })
  if (says === null) {
    expect(stage.contents()).toEqual(contents)
    expect(stage.mark()).toBe(asOf)
  } else {
    // What was good before the fault is kept, and nothing more is claimed.
    expect(contents).toEqual(expect.arrayContaining(stage.contents()))
    expect(stage.mark()).toBeNull()
  }
}

/** The source has come to itself, and a visit comes again. */
export async function recovers(stage: FaultStage, { contents }: Undisturbed): Promise<void> {
  stage.upstream.faults.clear()
  stage.clock.advance(15 * minuteMs)
  const began = stage.clock.now()
  expect(await stage.run()).toMatchObject({ outcome: 'harvested', error: null })
  expect(stage.contents()).toEqual(contents)
  expect(stage.mark()).toBeGreaterThanOrEqual(began)
  expect(stage.checkpoint()).toBeNull()
  expect(stage.health()).toMatchObject({ state: 'ok', error: null, failingSince: null })
}

export function wasPolite({ upstream }: FaultStage, { policy }: FaultStageOptions, most: number): void {
  const { requests, mostAtOnce } = upstream.manners()
  const starts = upstream.requests.map((one) => one.at)
  const spans = starts.slice(policy.burst).map((start, at) => start - starts[at])
  expect(Math.min(...spans, policy.spacingMs)).toBe(policy.spacingMs)
  expect(mostAtOnce).toBeLessThanOrEqual(policy.connections)
  expect(requests).toBeLessThanOrEqual(most)
}
