import type { IntervalFigure, Table } from '../../findings.ts'
import { effectSays } from '../../report/words.ts'
import type { Primary } from '../claim.ts'
import { compared, type Measured, type QuerySet } from '../compared.ts'
import { type Chosen, dearShare } from './choosing.ts'
import { finiteRow } from './pieces.ts'
import { type BlockCost, costTable, savedBy, wholeQuery } from './query-cost.ts'

/** Registered: the share of the CPU of a query that is to be saved, and the nDCG@10 that may be lost for it. */
export const savedMargin = 0.9
export const lossMargin = 0.01
export const measure = 'nDCG@10'

/** What stands in for the full encoder. */
export interface Expert {
  readonly primary: Primary
  readonly run: Measured
  /** Null where processor time could not be had. */
  readonly costs: readonly BlockCost[] | null
}

/** What all experts are held against. */
export interface Dear {
  readonly run: Measured
  readonly costs: readonly BlockCost[] | null
}

/** Null where either was not timed. */
export const savedByExpert = ({ run, costs }: Expert, dear: Dear, of: (cost: BlockCost) => number) =>
  costs && dear.costs && costs.length > 0 ? savedBy(costs, dear.costs, of, run.set.seed) : null

export function summary(experts: readonly Expert[], dear: Dear): Table {
  return {
    title: `The experts beside ${dear.run.arm.name}`,
    note: `Asked for: ${savedMargin} saved at no more than ${lossMargin} lost. Encoding alone is what the claim is mostly made about; end to end is what is paid.`,
    columns: [
      'expert',
      `${measure} difference`,
      'saved, encoding a query',
      'saved, a query end to end',
      'saved, encoding a paper',
    ],
    rows: experts.map((expert) => {
      const saved = [({ encode }: BlockCost) => encode, wholeQuery, ({ paper }: BlockCost) => paper].map((of) =>
        savedByExpert(expert, dear, of),
      )
      const effects = [compared(expert.run, dear.run, measure)?.effect, ...saved]
      return [expert.run.arm.name, ...effects.map((one) => (one ? effectSays(one) : null))]
    }),
  }
}

export const stageTables = (experts: readonly Expert[], dear: Dear): readonly Table[] =>
  experts.flatMap(({ run, costs }) =>
    costs && dear.costs
      ? [
          costTable(
            'Stage by stage',
            { name: run.arm.name, costs },
            { name: dear.run.arm.name, costs: dear.costs },
            run.set.seed,
          ),
        ]
      : [],
  )

export const rulesTable = (chosen: Chosen, { queries }: QuerySet): Table => ({
  title: 'When the router asks the full encoder as well',
  note: `Learned on one half of the queries and used on the other: of 42 thresholds on the depth of the cheap answer or the agreement of words and vectors in it, the one that asks least often while losing no more than half of ${lossMargin}, so that chance has room on the other half. In all it asked for ${Math.round(100 * dearShare(chosen, queries))}% of the queries.`,
  columns: ['half', 'signal', 'asks below'],
  rows: chosen.rules.map(({ signal, below }, i) => [
    i + 1,
    signal,
    Number.isFinite(below) ? below : below < 0 ? 'never' : 'always',
  ]),
})

export const lossFigure = (experts: readonly Expert[], dear: Dear): IntervalFigure => ({
  kind: 'intervals',
  name: 'cheap-experts-loss',
  title: 'What cheap experts lose',
  caption: `Difference of ${measure} on SciFact, expert minus ${dear.run.arm.name}. No more than ${lossMargin} may be lost.`,
  xLabel: `difference of ${measure}`,
  reference: 0,
  margins: [-lossMargin],
  rows: experts.flatMap(({ run }) => finiteRow(run.arm.name, compared(run, dear.run, measure)?.effect)),
})

export function savingFigure(experts: readonly Expert[], dear: Dear): readonly IntervalFigure[] {
  const rowsOf = (of: (cost: BlockCost) => number, group: string) =>
    experts.flatMap((one) => finiteRow(one.run.arm.name, savedByExpert(one, dear, of), group))
  const rows = [...rowsOf(wholeQuery, 'end to end'), ...rowsOf(({ encode }) => encode, 'encoding alone')]
  if (rows.length === 0) return []
  return [
    {
      kind: 'intervals',
      name: 'cheap-experts-saving',
      title: 'What cheap experts save',
      caption: `Share of the CPU of a query that is saved, end to end and in the encoder alone. The claim is ${savedMargin}.`,
      xLabel: 'share of CPU saved',
      margins: [savedMargin],
      rows,
    },
  ]
}
