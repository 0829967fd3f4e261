import { type Arm, nightlyStatic, router, routerNoLive, staticFresh, staticFreshLive } from '../../arms.ts'
import type { IntervalFigure, Table } from '../../findings.ts'
import { built, onTime } from '../../replay/holding.ts'
import { type Compared, compared, measured, type QuerySet } from '../compared.ts'
import { finiteRow } from '../encoders/pieces.ts'
import { range, reading } from '../slices.ts'
import { isRecent, type Regime, recentMeasure, subjectMeasure } from './regimes.ts'

/**
 * Why something newer than last night's index might win at all, each apart: because the job ran at the wrong hour, because
 * the store does not hold what others have, because somebody else has it sooner.
 */
interface Reason {
  readonly reason: string
  readonly says: string
  readonly recent: Compared | null
  readonly all: Compared | null
}

/** The first hour of the sweep at which the feed shows the day's papers in summer and in winter. */
export const bestHour = 4

export async function reasonsOf(set: QuerySet, regimes: readonly Regime[]): Promise<readonly Reason[]> {
  const late = await measured(set, [nightlyStatic], built(bestHour))
  const regimeOf = (wanted: (one: Regime) => boolean) => regimes.filter(wanted)
  const punctual = regimeOf(({ keeping }) => keeping.name === onTime.name)
  const limited = regimeOf(({ keeping }) => keeping.categories !== null)
  const [well] = late.all
  return [
    ...punctual.flatMap(({ arms }) => [
      reasonOf('mistimed cron', 'static built at 04:00 − at 02:00', well, arms.of(nightlyStatic)),
      reasonOf('mistimed cron', 'fresh tier over static built at 02:00', arms.of(staticFresh), arms.of(nightlyStatic)),
      reasonOf('mistimed cron', 'fresh tier over static built at 04:00', arms.of(staticFresh), well),
    ]),
    ...limited.flatMap(({ arms }) => [
      ...punctual.map((whole) =>
        reasonOf('coverage', 'holding all categories − four', whole.arms.of(staticFresh), arms.of(staticFresh)),
      ),
      ...asking('coverage', arms.of),
    ]),
    ...punctual.flatMap(({ arms }) => asking('faster source', arms.of)),
  ]
}

const asking = (reason: string, of: (arm: Arm) => Parameters<typeof compared>[0]): readonly Reason[] => [
  reasonOf(reason, 'asking live by its value', of(router), of(routerNoLive)),
  reasonOf(reason, 'asking live always', of(staticFreshLive), of(staticFresh)),
]

function reasonOf(
  reason: string,
  says: string,
  treatment: Parameters<typeof compared>[0],
  comparator: Parameters<typeof compared>[1],
): Reason {
  const { queries } = treatment.set
  return {
    reason,
    says,
    recent: compared(treatment, comparator, recentMeasure, queries.filter(isRecent)),
    all: compared(treatment, comparator, subjectMeasure),
  }
}

export const reasonTable = (reasons: readonly Reason[]): Table => ({
  title: 'Three reasons why agility could win, apart',
  note: 'Mistimed cron: a build at 02:00 UTC comes before the feed of record shows the day’s papers (02:45 or 03:45). Coverage: the store harvests four categories, the sources have all. Faster source: the API shows papers 1.5 h later than the feed, so that a store harvested on time has nothing to learn from it; nothing is expected there.',
  columns: ['reason', 'comparison', 'recent, decayed 30 d', 'all, subject', 'recent reads'],
  rows: reasons.map(({ reason, says, recent, all }) => [
    reason,
    says,
    recent && range(recent.effect),
    all && range(all.effect),
    recent && reading(recent.effect.interval),
  ]),
})

export const reasonFigure = (reasons: readonly Reason[]): IntervalFigure => ({
  kind: 'intervals',
  name: 'three-reasons',
  title: 'What each reason for agility is worth, class recent',
  caption:
    'Difference in decayed nDCG@10 (gains halved every 30 days) on class recent, with 95% intervals over topics.',
  xLabel: 'difference in decayed nDCG@10',
  reference: 0,
  rows: reasons.flatMap(({ reason, says, recent }) => finiteRow(says, recent?.effect, reason)),
})
