import type { LiveWeights } from '../../src/retrieval/calibration.ts'
import { handSet } from '../../src/retrieval/hand-set.ts'
import { coverageGap, gainOf } from '../../src/retrieval/value.ts'
import type { Effect } from '../findings.ts'
import { mean } from '../measures.ts'
import { effectOf } from '../statistics/effect.ts'
import type { Asking } from './asking.ts'

/** What the fit of one query before one store needs of it: figures only. */
export type Observed = Omit<Asking, 'keeping' | 'asked'>

/** What is learned; the rest of the weights are prices. */
export type LiveGains = Pick<LiveWeights, 'gainFresh' | 'gainCoverage' | 'coverage'>

export type PolicyName = 'fitted' | 'by hand' | 'always' | 'never' | 'random as often as fitted' | 'one rule'

export interface PolicyFigures {
  /** Share of the queries for which sources are asked. */
  readonly calls: number
  /** nDCG@10, price of asking taken off, below that of asking exactly where it pays. */
  readonly regret: number
}

export const expectedOf = ({ pRecent, pNew, signs }: Observed, gains: LiveGains): number =>
  gainOf({ pRecent, pNew, pCoverage: coverageGap(signs, gains) }, gains)

/** As the router would decide. */
export const asks = (one: Observed, gains: LiveGains): boolean => one.pAnswer * expectedOf(one, gains) > one.cost

/** None of them empty. */
export const kindsOf = (observed: readonly Observed[]): readonly (readonly Observed[])[] =>
  (['topic', 'known-item'] as const)
    .map((kind) => observed.filter((one) => one.kind === kind))
    .filter((some) => some.length > 0)

/** With which probability sources are asked. */
type Policy = (one: Observed) => number
export const chance = (yes: boolean): number => (yes ? 1 : 0)

/** What asking brings, a late answer none, its price taken off. */
const netOf = ({ pAnswer, gain, cost }: Observed): number => pAnswer * gain - cost

/** Topics and known items count the same. */
export function figuresOf(observed: readonly Observed[], policy: Policy): PolicyFigures {
  const kinds = kindsOf(observed)
  const meanOf = (of: (one: Observed) => number) => mean(kinds.map((some) => mean(some.map(of))))
  return {
    calls: rounded(meanOf(policy)),
    regret: rounded(meanOf((one) => Math.max(0, netOf(one)) - policy(one) * netOf(one))),
  }
}

const rounded = (value: number): number => Math.round(value * 1e5) / 1e5

/** Of gains and of everything that is simpler. */
export function policyFigures(
  observed: readonly Observed[],
  gains: LiveGains,
): Readonly<Record<PolicyName, PolicyFigures>> {
  const by = (policy: Policy) => figuresOf(observed, policy)
  const fitted = by((one) => chance(asks(one, gains)))
  return {
    fitted,
    'by hand': by((one) => chance(asks(one, handSet.live))),
    always: by(() => 1),
    never: by(() => 0),
    'random as often as fitted': by(() => fitted.calls),
    'one rule': by(({ oneRule }) => chance(oneRule)),
  }
}

/** What these gains bring more than those by hand, over units. Throws RangeError where nothing was observed. */
export function overHand(observed: readonly Observed[], gains: LiveGains, seed: number): Effect {
  const gained = (one: Observed) => (chance(asks(one, gains)) - chance(asks(one, handSet.live))) * netOf(one)
  const units = [...new Set(observed.map(({ unit }) => unit))]
  return effectOf(
    units.map((unit) => ({ unit, differences: observed.filter((one) => one.unit === unit).map(gained) })),
    { seed },
  )
}
