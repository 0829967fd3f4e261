import { type Arm, nightlyStatic, router, routerNoLive, routes, staticFresh, staticFreshLive } from '../../arms.ts'
import type { Table, Verdict } from '../../findings.ts'
import type { Keeping } from '../../replay/holding.ts'
import { verdictOf } from '../../statistics/verdict.ts'
import type { JudgedQuery } from '../../topics/query.ts'
import type { Primary } from '../claim.ts'
import { type ArmsMeasured, type Compared, compared, untested } from '../compared.ts'
import { jointly } from '../joint.ts'
import { range } from '../slices.ts'

/** Whoever wants recent work has gains that halve every 30 days; for the others the subject alone counts. */
export const recentMeasure = 'nDCG@10 decayed 30 d'
export const stepMeasure = 'nDCG@10 step 30 d'
export const subjectMeasure = 'nDCG@10'
/** Registered: how much subject the other classes may lose. */
export const subjectMargin = 0.02

/** A way a store is kept, with the arms that were run under it. */
export interface Regime {
  readonly primary: Primary
  readonly keeping: Keeping
  readonly arms: ArmsMeasured
}

export const isRecent = (query: JudgedQuery): boolean => query.class === 'recent'

export const nightlyGate: Arm = routeNamed('static-0d+gate')

/** The arms that a regime needs. */
export const regimeArms: readonly Arm[] = [router, ...routes]

interface Halves {
  readonly gain: Compared | null
  readonly step: Compared | null
  readonly others: Compared | null
}

function halvesOf({ arms }: Regime, treatment: Arm = router, comparator: Arm = nightlyStatic): Halves {
  const [one, other] = [arms.of(treatment), arms.of(comparator)]
  const { queries } = one.set
  const recent = queries.filter(isRecent)
  return {
    gain: compared(one, other, recentMeasure, recent),
    step: compared(one, other, stepMeasure, recent),
    others: compared(
      one,
      other,
      subjectMeasure,
      queries.filter((query) => !isRecent(query)),
    ),
  }
}

/**
 * Supported if the gain on class recent is beyond the margin, the step gain above zero, and the other classes lose no more
 * than theirs; refuted if either margin is surely missed. For support every part must hold, so the largest p counts; any
 * one of two refutes, so its p is doubled.
 */
export function regimeVerdict(regime: Regime): Verdict {
  const { primary } = regime
  const { standing } = regime.arms.of(router).set
  const { gain, step, others } = halvesOf(regime)
  if (!gain || !step) return untested(primary, standing, 'no query is of class recent')
  if (!others) return untested(primary, standing, 'every query is of class recent')
  const gained = verdictOf(primary, gain.effect, { rule: 'superiority', standing, judgedGap: gain.judgedGap })
  const kept = verdictOf({ name: primary.name, margin: subjectMargin }, others.effect, {
    rule: 'non-inferiority',
    standing,
    judgedGap: others.judgedGap,
  })
  const confirmed = step.effect.interval.low > 0
  const says = [
    `Class recent, gains halved every 30 days: ${gained.says}`,
    `The step gain is ${range(step.effect)}, which ${confirmed ? 'confirms it' : 'does not confirm it'}`,
    `Other classes, subject alone: ${kept.says}`,
  ].join('. ')
  const joint = jointly(gained, [kept], says)
  return joint.outcome === 'supported' && !confirmed ? { ...joint, outcome: 'undecided' } : joint
}

interface Step {
  readonly name: string
  readonly treatment: Arm
  readonly comparator: Arm
}

/** After all of it the three on the way from static to the router, whose gains add up. */
const steps: readonly Step[] = [
  { name: 'all of it', treatment: router, comparator: nightlyStatic },
  { name: 'recency scoring alone', treatment: nightlyGate, comparator: nightlyStatic },
  { name: 'the fresh tier, recency scored', treatment: routerNoLive, comparator: nightlyGate },
  { name: 'live sources by their value', treatment: router, comparator: routerNoLive },
  { name: 'the fresh tier, without recency scoring', treatment: staticFresh, comparator: nightlyStatic },
  { name: 'recency scoring, given the fresh tier', treatment: routerNoLive, comparator: staticFresh },
  { name: 'live sources always, without recency scoring', treatment: staticFreshLive, comparator: staticFresh },
]

/** Router and static differ in three things; here each stands by itself, so that none is taken for another. */
export function decomposition(regimes: readonly Regime[]): Table {
  return {
    title: 'What the difference between router and nightly static is made of',
    note: 'The three steps from static to router (recency scoring, fresh tier, live sources) add up to all of it. Recency scoring needs no agility: a static index can do it too.',
    columns: ['store', 'step', 'arms', 'recent, decayed 30 d', 'recent, step 30 d', 'others, subject'],
    rows: regimes.flatMap((regime) =>
      steps.map(({ name, treatment, comparator }) => {
        const { gain, step, others } = halvesOf(regime, treatment, comparator)
        return [
          regime.keeping.name,
          name,
          `${treatment.name} − ${comparator.name}`,
          ...[gain, step, others].map((one) => one && range(one.effect)),
        ]
      }),
    ),
  }
}

/** Of equal processor time, to this share. */
const equalCost = 0.05

/** Whether the product does as well when it asks nobody. */
export function equalCostTable(regimes: readonly Regime[]): Table {
  return {
    title: 'Does static + fresh do as well as the router, with the same recency scoring?',
    note: 'Differences are router-no-live − router: an interval around zero says that asking live sources brought nothing here.',
    columns: [
      'store',
      'recent, decayed 30 d',
      'others, subject',
      'router asks live',
      'CPU ms, router',
      'CPU ms, no live',
      'equal cost',
    ],
    rows: regimes.map((regime) => {
      const { gain, others } = halvesOf(regime, routerNoLive, router)
      const [routed, alone] = [regime.arms.of(router), regime.arms.of(routerNoLive)]
      const [cost, costAlone] = [routed, alone].map((run) => meanCpuMs(run.timings))
      const calls = [...routed.answers.values()].filter((one) => one.live.length > 0).length
      const same = calls === 0 && Math.abs(costAlone / cost - 1) <= equalCost
      return [
        regime.keeping.name,
        gain && range(gain.effect),
        others && range(others.effect),
        calls / routed.set.queries.length,
        cost,
        costAlone,
        same ? 'yes' : costAlone < cost ? 'no: it costs less' : 'no',
      ]
    }),
  }
}

const meanCpuMs = (timings: readonly { readonly cpuMs: number }[]): number =>
  timings.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / timings.length

function routeNamed(name: string): Arm {
  const found = routes.find((arm) => arm.name === name)
  if (!found) throw new RangeError(`there is no route ${name}`)
  return found
}
