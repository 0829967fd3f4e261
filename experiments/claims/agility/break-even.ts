import { type Arm, router, routerNoLive, staticAged, staticAges, staticFresh } from '../../arms.ts'
import type { LineFigure, Table } from '../../findings.ts'
import { built, holdingAt, type Keeping } from '../../replay/holding.ts'
import { effectOf } from '../../statistics/effect.ts'
import { meanDifference, type PairedUnit, totalOf } from '../../statistics/paired.ts'
import { breakEven, type Ratio } from '../../statistics/ratio.ts'
import type { JudgedQuery } from '../../topics/query.ts'
import { type ArmsMeasured, differencesOf, type Measured, measured, type QuerySet } from '../compared.ts'
import { range } from '../slices.ts'
import { recentMeasure, subjectMeasure } from './regimes.ts'

/** What a generation of an age, built at an hour, costs and saves against an agile arm. */
export interface BreakEven {
  readonly age: number
  readonly hour: number
  readonly treatment: string
  readonly measure: string
  /** What the agile arm gains where relevant papers were unseen by the generation, by topic. */
  readonly gains: readonly PairedUnit[]
  /** What it loses on the others, counted positive. */
  readonly losses: readonly PairedUnit[]
  /** Null where either kind of query is missing. */
  readonly share: Ratio | null
}

/** Over the day, the registered hour among them. */
export const buildHours = [0, 2, 4, 8, 12, 16, 20] as const
export const nightlyHour = 2

const measures = [subjectMeasure, recentMeasure] as const

/** Static arms of every age under every phase, each against the agile arms of a store that is kept on time. */
export async function breakEvens(
  set: QuerySet,
  onTime: ArmsMeasured,
  treatments = [router, routerNoLive, staticFresh],
) {
  const found: BreakEven[] = []
  // Many an age and hour come to the same cuts, and so to the same answers: only what differs is run.
  const known = new Map<string, readonly BreakEven[]>()
  for (const hour of buildHours) {
    const keeping = built(hour)
    const cutsAt = (age: number) => set.queries.map(({ asked }) => holdingAt(asked, keeping, age).cut).join(' ')
    const unknown = staticAges.filter((age) => !known.has(cutsAt(age)))
    const aged = unknown.length > 0 ? await measured(set, unknown.map(staticAged), keeping) : null
    for (const age of staticAges) {
      const cuts = cutsAt(age)
      const those = known.get(cuts) ?? (aged ? against(treatments, onTime, aged, { age, hour, keeping }) : [])
      known.set(cuts, those)
      found.push(...those.map((one) => ({ ...one, age, hour })))
    }
  }
  return found
}

const against = (treatments: readonly Arm[], onTime: ArmsMeasured, aged: ArmsMeasured, phase: Phase): BreakEven[] =>
  treatments.flatMap((treatment) =>
    measures.map((measure) => breakEvenOf(onTime.of(treatment), aged.of(staticAged(phase.age)), measure, phase)),
  )

interface Phase {
  readonly age: number
  readonly hour: number
  readonly keeping: Keeping
}

export function breakEvenOf(
  agile: Measured,
  aged: Measured,
  measure: string,
  { age, hour, keeping }: Phase,
): BreakEven {
  const { queries, seed } = agile.set
  const unseen = queries.filter((query) => holdsUnseen(agile, query, keeping, age))
  const others = queries.filter((query) => !unseen.includes(query))
  const gains = differencesOf(agile, aged, measure, unseen)
  const losses = differencesOf(aged, agile, measure, others)
  const [gained, lost] = [gains, losses].map((units) => units.flatMap((one) => one.differences))
  const share = gained.length > 0 && lost.length > 0 ? breakEven(gained, lost, { seed }) : null
  return { age, hour, treatment: agile.arm.name, measure, gains, losses, share }
}

/** Whether a relevant paper had been announced that the generation cannot hold. */
function holdsUnseen({ judgings }: Measured, { id, asked }: JudgedQuery, keeping: Keeping, age: number): boolean {
  const judging = judgings.get(id)
  if (!judging) return false
  const { cut } = holdingAt(asked, keeping, age)
  // Where the scale ends at 1, that is relevant.
  const relevant = Math.min(2, judging.bestGrade)
  return [...judging.grades].some(([paper, grade]) => grade >= relevant && (judging.announced(paper) ?? cut) > cut)
}

/** What the share says, in words; 0 and 1 are ends and not estimates. */
export function readingOf({ gains, losses }: Pick<BreakEven, 'gains' | 'losses'>): string {
  if (gains.length === 0) return 'no query here has unseen papers'
  if (losses.length === 0) return 'every query here has unseen papers'
  const [g, l] = [gains, losses].map((units) => meanDifference(units.map(totalOf)))
  if (l <= 0)
    return g > 0 ? 'costs nothing elsewhere: wins with the first such query' : 'neither gains nor costs anything'
  return g > 0 ? 'wins where such queries are more than this share' : 'gains nothing: never wins'
}

export function ageTable(all: readonly BreakEven[], seed: number): Table {
  return {
    title: `Break-even by age of the generation, built at ${clock(nightlyHour)} UTC`,
    note: 'G: mean gain over static on queries with unseen relevant papers; L: mean loss on the others; break-even: L / (G + L), the share of such queries from which on the agile arm wins. No query log says what that share is, so no winner follows; how many such queries are among these topics says nothing of any traffic.',
    columns: ['age, d', 'agile arm', 'measure', 'unseen', 'others', 'G', 'L', 'break-even', 'low', 'high', 'reads'],
    rows: all
      .filter((one) => one.hour === nightlyHour)
      .map((one) => [
        one.age,
        one.treatment,
        one.measure,
        one.gains.length,
        one.losses.length,
        ...[one.gains, one.losses].map((units) => (units.length > 0 ? range(effectOf(units, { seed })) : null)),
        ...(one.share ? [one.share.value, one.share.interval.low, one.share.interval.high] : [null, null, null]),
        readingOf(one),
      ]),
  }
}

export function phaseTable(all: readonly BreakEven[], treatment = router.name): Table {
  const cell = (age: number, hour: number, measure: string): string | null => {
    const one = all.find(
      (found) => found.age === age && found.hour === hour && found.measure === measure && found.treatment === treatment,
    )
    if (!one?.share) return one ? `– (${one.gains.length} unseen)` : null
    const { value, interval } = one.share
    return `${value.toFixed(2)} [${interval.low.toFixed(2)}, ${interval.high.toFixed(2)}] (${one.gains.length} unseen)`
  }
  return {
    title: `Break-even of ${treatment} by age and phase`,
    note: 'Hour of the nightly build, UTC; queries are asked at the end of the day. In brackets: the interval, and how many topics have relevant papers that the generation has not seen.',
    columns: ['age, d', 'measure', ...buildHours.map(clock)],
    rows: staticAges.flatMap((age) =>
      measures.map((measure) => [age, measure, ...buildHours.map((hour) => cell(age, hour, measure))]),
    ),
  }
}

export function ageFigure(all: readonly BreakEven[]): LineFigure {
  const nightly = all.filter((one) => one.hour === nightlyHour)
  return {
    kind: 'lines',
    name: 'break-even-by-age',
    title: 'From which share of queries with unseen papers on agility wins',
    caption:
      'Break-even L / (G + L) against the age of the generation, with 95% intervals. 0: agility costs nothing elsewhere. 1: it gains nothing. Where no query has unseen papers there is no point.',
    xLabel: 'age of the generation, days',
    yLabel: 'break-even share of queries',
    series: seriesOf(nightly, ({ age }) => age),
  }
}

export function phaseFigure(all: readonly BreakEven[]): LineFigure {
  const newest = all.filter((one) => one.age === 0)
  return {
    kind: 'lines',
    name: 'break-even-by-phase',
    title: 'Break-even of the newest generation by the hour at which it is built',
    caption:
      'Break-even share against the hour (UTC) of the nightly build, queries asked at the end of the day. A build after the feed shows the day’s papers leaves nothing unseen: there is no point then.',
    xLabel: 'hour of the build, UTC',
    yLabel: 'break-even share of queries',
    series: seriesOf(newest, ({ hour }) => hour),
  }
}

/** Between them lies the router without live sources, which the table has. */
const drawnArms = [router.name, staticFresh.name]

const seriesOf = (all: readonly BreakEven[], x: (one: BreakEven) => number): LineFigure['series'] =>
  drawnArms
    .flatMap((treatment) => measures.map((measure) => ({ treatment, measure })))
    .map(({ treatment, measure }) => ({
      label: `${treatment}, ${measure === subjectMeasure ? 'subject' : 'decayed'}`,
      points: all
        .filter((one) => one.treatment === treatment && one.measure === measure)
        .flatMap((one) =>
          one.share
            ? { x: x(one), y: one.share.value, low: one.share.interval.low, high: one.share.interval.high }
            : [],
        ),
    }))
    .filter(({ points }) => points.length > 0)

const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`
