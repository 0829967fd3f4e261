import type { Calibration } from '../../src/retrieval/calibration.ts'
import type { Asking } from './asking.ts'
import type { LiveFit } from './live.ts'
import { overHand, policyFigures } from './policies.ts'
import type { Spans } from './spans.ts'

/** What was learned of asking live, for people: on early time, and what it does later, by store and kind of query. */
export function sayLive(
  { train, confirm }: Spans<Asking>,
  { kept, gains, fitted, crossValidated }: LiveFit,
  seed: number,
  say: (line: string) => void,
): void {
  if (train.length === 0) {
    say('asking live: nothing to learn from, the gains by hand are kept')
    return
  }
  say(
    `asking live, from ${train.length} queries before stores: regret ${figure(crossValidated.fitted)}, by hand ${figure(crossValidated.byHand)}; kept: ${kept}, ${JSON.stringify(gains)}`,
  )
  if (confirm.length === 0) return
  say('  asked later, share of calls and regret:')
  const stores = [...new Set(confirm.map((one) => one.keeping))]
  sayPolicies('all', confirm)
  for (const store of stores)
    sayPolicies(
      store,
      confirm.filter((one) => one.keeping === store),
    )
  for (const kind of ['topic', 'known-item'] as const) {
    const some = confirm.filter((one) => one.kind === kind)
    if (some.length === 0) continue
    sayPolicies(kind, some)
    const { mean, interval, units } = overHand(some, fitted, seed)
    say(
      `    gained over by hand: ${figure(mean)} [${figure(interval.low)}, ${figure(interval.high)}] over ${units} units`,
    )
  }

  function sayPolicies(name: string, some: readonly Asking[]): void {
    const figures = Object.entries(policyFigures(some, fitted)).map(
      ([policy, { calls, regret }]) => `${policy} ${calls.toFixed(3)} ${figure(regret)}`,
    )
    say(`  ${name}: ${figures.join(', ')}`)
  }
}

const figure = (value: number): string => value.toFixed(5)

/** The same for `data/router.json`; null where there was nothing to learn from. */
export const learnedFrom = (
  { train, calibrate, confirm }: Spans<Asking>,
  { kept, crossValidated, later }: LiveFit,
): Calibration['provenance']['live'] =>
  train.length === 0
    ? null
    : {
        kept,
        trained: train.length,
        calibrated: calibrate.length,
        stores: [...new Set(train.map((one) => one.keeping))],
        crossValidated,
        later: confirm.length === 0 ? {} : later,
      }
