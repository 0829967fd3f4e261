import type { Findings, IntervalFigure, Table, Verdict } from '../findings.ts'
import type { Study } from '../replay/study.ts'
import { effectSays } from '../report/words.ts'
import { applyHolm, verdictOf } from '../statistics/verdict.ts'
import { armTable } from './arm-table.ts'
import type { Claim, Primary } from './claim.ts'
import { compared, type Measured, type QuerySet, untested } from './compared.ts'
import { binaryTable, type Material, materialOf } from './encoders/binary-trial.ts'
import { type Chosen, chooseByHalves, dearShare, routed, signalsOf } from './encoders/choosing.ts'
import { armsUnder, type EncoderArms, encodersOf, topicsUnder } from './encoders/encoders.ts'
import {
  type Block,
  blocksOf,
  conditions,
  type Encoding,
  type MeasureEncoding,
  measureEncoding,
} from './encoders/encoding.ts'
import { jointly } from './encoders/joint.ts'
import { encoderSlices, finiteRow, onlyTheCheapOne } from './encoders/pieces.ts'
import { type BlockCost, both, costsOf, costTable, savedBy, wholeQuery } from './encoders/query-cost.ts'
import { controlSet } from './material.ts'
import { trainedOnCorpus } from './threats.ts'

const margin = 0.9
const lossMargin = 0.01
const measure = 'nDCG@10'

const primary = (expert: string, says: string): Primary => ({
  name: `cheap experts, ${expert}`,
  says: `${says} beside BM25, against BM25 + MiniLM (fp32), on SciFact: at least ${margin} of the CPU of a query saved, end to end over all processes, and no more than ${lossMargin} ${measure} lost.`,
  margin,
})
const ofInt8 = primary('int8', 'MiniLM quantised to int8')
const ofStatic = primary('static', 'The static encoder')
const ofRouter = primary(
  'router',
  'A router that asks the static encoder first, and MiniLM where that answer looks poor,',
)

/** What is measured outside of the replay. */
export interface Trials {
  readonly encoding: MeasureEncoding
  material(study: Study, set: QuerySet, encoder: string): Promise<Material | null>
}

export const cheapExperts: Claim = cheapExpertsWith({ encoding: measureEncoding, material: materialOf })

export function cheapExpertsWith(trials: Trials): Claim {
  return {
    name: 'cheap-experts',
    says: 'Quantisation and routing to cheap experts cut inference cost by up to 90%.',
    hypothesis: `An int8 encoder, a static encoder, and a router between the static and the full one each save ${margin} of the CPU of a query at no more than ${lossMargin} ${measure}.`,
    falsifier: `The interval of what is saved lies wholly below ${margin}, or that of the loss wholly beyond ${lossMargin}.`,
    primaries: [ofInt8, ofStatic, ofRouter],
    run: (study) => run(study, trials),
  }
}

/** An expert against the full encoder. */
interface Expert {
  readonly primary: Primary
  readonly run: Measured
  readonly costs: readonly BlockCost[] | null
}

async function run(study: Study, trials: Trials): Promise<Findings> {
  const { static: small, int8, fp32 } = encodersOf(study.options)
  const claim = { name: 'cheap-experts', primaries: [ofInt8, ofStatic, ofRouter] }
  if (fp32 === null) return onlyTheCheapOne(study, claim, 'no full-precision encoder was named to compare with')
  study.say('cheap-experts: SciFact')
  const dearSet = await controlSet(study, 'scifact', fp32)
  if (!dearSet) return onlyTheCheapOne(study, claim, 'SciFact was not named')
  const blocks = blocksOf(dearSet)
  const underOf = async (encoder: string, set: QuerySet | null) =>
    set && { arms: await armsUnder(set, encoder), encoding: await trials.encoding(encoder, blocks) }
  const dear = await underOf(fp32, dearSet)
  const cheap = await underOf(small, await controlSet(study, 'scifact', small))
  const quantised = int8 === null ? null : await underOf(int8, await controlSet(study, 'scifact', int8))
  if (!dear || !cheap) return onlyTheCheapOne(study, claim, 'SciFact was not named')
  const chosen = chosenBetween(cheap.arms, dear.arms)
  const experts: readonly Expert[] = [
    ...(quantised ? [singly(ofInt8, quantised, blocks)] : []),
    singly(ofStatic, cheap, blocks),
    routing(chosen, cheap, dear, blocks),
  ]
  const dearCosts = dear.encoding && costsOf(dear.arms.hybrid, blocks, dear.encoding)
  const verdicts = [
    ...experts.map((one) => verdictOfExpert(one, dear.arms.hybrid, dearCosts)),
    ...(quantised ? [] : [untested(ofInt8, study.standing, 'no int8 encoder was named')]),
  ]
  const material = await trials.material(study, dearSet, fp32)
  const topics = await topicTables(study, small, fp32)
  return {
    claim: claim.name,
    verdicts: applyHolm(verdicts),
    arms: armTable({
      title: 'Arms on SciFact',
      runs: [dear.arms.lexical, ...experts.map((one) => one.run), dear.arms.hybrid],
    }),
    slices: [...experts.flatMap((one) => encoderSlices(one.run, dear.arms)), ...topics.slices],
    tables: [
      summary(experts, dear.arms.hybrid, dearCosts),
      ...experts.flatMap(({ run: { arm, set }, costs }) =>
        costs && dearCosts
          ? [
              costTable(
                'Stage by stage',
                { name: arm.name, costs },
                { name: dear.arms.hybrid.arm.name, costs: dearCosts },
                set.seed,
              ),
            ]
          : [],
      ),
      rulesTable(chosen, dear.arms.hybrid.set),
      ...(material ? [binaryTable(material)] : []),
      ...topics.tables,
    ],
    figures: [lossFigure(experts, dear.arms.hybrid), ...savingFigure(experts, dearCosts)],
    threats: [
      'SciFact has one field, short claims as queries and 5,183 abstracts: search costs little there, so that the encoder’s part of a query is larger than over a large corpus.',
      trainedOnCorpus,
      'freshet-static was chosen among eleven runs with SciFact’s training queries at hand.',
      'The router is decided by halves: the rule for each query was learned without it, but from queries like it. It needs both encoders loaded and every paper encoded by both.',
      conditions,
      'CPU is that of a shared machine, with exact search in every query.',
    ],
    notRun: [
      'Mixture-of-experts models: none fits this machine, and the encoders here have no experts. The router between two encoders is what stands in for routing.',
      'int8 over the whole corpus: it would have to be embedded anew, most of an hour here. SciFact decides.',
      ...(quantised ? [] : ['int8: no such encoder was named.']),
      ...(material ? [] : ['Binary codes: no vectors were at hand.']),
      ...(topics.tables.length > 0 ? [] : ['Judged topics: none were named.']),
      ...(experts.some((one) => one.costs === null) || !dearCosts
        ? ['CPU of encoding: this system does not tell what a child process has used.']
        : []),
    ],
  }
}

interface Under {
  readonly arms: EncoderArms
  readonly encoding: Encoding | null
}

const singly = (one: Primary, { arms, encoding }: Under, blocks: readonly Block[]): Expert => ({
  primary: one,
  run: arms.hybrid,
  costs: encoding && costsOf(arms.hybrid, blocks, encoding),
})

const chosenBetween = (cheap: EncoderArms, dear: EncoderArms): Chosen =>
  chooseByHalves(
    cheap.hybrid.set.queries.map(({ id }) => id),
    {
      signals: signalsOf(cheap),
      cheap: cheap.hybrid.scores(measure),
      dear: dear.hybrid.scores(measure),
      margin: lossMargin / 2,
    },
    cheap.hybrid.set.seed,
  )

function routing(chosen: Chosen, cheap: Under, dear: Under, blocks: readonly Block[]): Expert {
  const costs =
    cheap.encoding && dear.encoding
      ? both(
          costsOf(cheap.arms.hybrid, blocks, cheap.encoding),
          costsOf(dear.arms.hybrid, blocks, dear.encoding, (id) => chosen.dear.has(id)),
        )
      : null
  return { primary: ofRouter, run: routed(cheap.arms.hybrid, dear.arms.hybrid, chosen), costs }
}

function verdictOfExpert(
  { primary: one, run: expert, costs }: Expert,
  dear: Measured,
  dearCosts: readonly BlockCost[] | null,
): Verdict {
  const { standing, seed } = expert.set
  const found = compared(expert, dear, measure)
  if (!found) return untested(one, standing, 'there is no query')
  if (!costs || !dearCosts || costs.length === 0) return untested(one, standing, 'processor time could not be measured')
  const saved = verdictOf(one, savedBy(costs, dearCosts, wholeQuery, seed), {
    rule: 'superiority',
    standing,
    judgedGap: null,
  })
  const kept = verdictOf({ name: one.name, margin: lossMargin }, found.effect, {
    rule: 'non-inferiority',
    standing,
    judgedGap: found.judgedGap,
  })
  return jointly(saved, [kept], `Share of CPU saved: ${saved.says}. ${measure}: ${kept.says}`)
}

function summary(experts: readonly Expert[], dear: Measured, dearCosts: readonly BlockCost[] | null): Table {
  return {
    title: 'The experts beside BM25 + MiniLM (fp32)',
    note: `Asked for: ${margin} saved at no more than ${lossMargin} lost. Encoding alone is what the claim is mostly made about; end to end is what is paid.`,
    columns: [
      'expert',
      `${measure} difference`,
      'saved, encoding a query',
      'saved, a query end to end',
      'saved, encoding a paper',
    ],
    rows: experts.map(({ run: expert, costs }) => {
      const found = compared(expert, dear, measure)
      const saved = (of: (cost: BlockCost) => number) =>
        costs && dearCosts && costs.length > 0 ? effectSays(savedBy(costs, dearCosts, of, expert.set.seed)) : null
      return [
        expert.arm.name,
        found && effectSays(found.effect),
        saved(({ encode }) => encode),
        saved(wholeQuery),
        saved(({ paper }) => paper),
      ]
    }),
  }
}

const rulesTable = (chosen: Chosen, { queries }: QuerySet): Table => ({
  title: 'When the router asks the full encoder as well',
  note: `Learned on one half of the queries and used on the other: of 42 thresholds on the depth of the cheap answer or the agreement of words and vectors in it, the one that asks least often while losing no more than half of ${lossMargin}, so that chance has room on the other half. In all it asked for ${Math.round(100 * dearShare(chosen, queries))}% of the queries.`,
  columns: ['half', 'signal', 'asks below'],
  rows: chosen.rules.map(({ signal, below }, i) => [
    i + 1,
    signal,
    Number.isFinite(below) ? below : below < 0 ? 'never' : 'always',
  ]),
})

/** Static and router over the whole corpus: no primary, for the topics are few and the weights were fitted on them. */
async function topicTables(study: Study, small: string, fp32: string) {
  const [cheapSet, dearSet] = [await topicsUnder(study, small), await topicsUnder(study, fp32)]
  if (!cheapSet || !dearSet) return { tables: [], slices: [] }
  const [cheap, dear] = [await armsUnder(cheapSet, small), await armsUnder(dearSet, fp32)]
  const router = routed(cheap.hybrid, dear.hybrid, chosenBetween(cheap, dear))
  return {
    tables: [
      armTable({
        title: 'Arms on judged topics, not a primary',
        runs: [dear.lexical, cheap.hybrid, router, dear.hybrid],
      }),
    ],
    slices: encoderSlices(router, dear),
  }
}

const lossFigure = (experts: readonly Expert[], dear: Measured): IntervalFigure => ({
  kind: 'intervals',
  name: 'cheap-experts-loss',
  title: 'What cheap experts lose',
  caption: `Difference of ${measure} on SciFact, expert minus ${dear.arm.name}. No more than ${lossMargin} may be lost.`,
  xLabel: `difference of ${measure}`,
  reference: 0,
  margins: [-lossMargin],
  rows: experts.flatMap(({ run: expert }) => finiteRow(expert.arm.name, compared(expert, dear, measure)?.effect)),
})

function savingFigure(experts: readonly Expert[], dearCosts: readonly BlockCost[] | null): readonly IntervalFigure[] {
  const rows = experts.flatMap(({ run: { arm, set }, costs }) => {
    if (!costs || !dearCosts || costs.length === 0) return []
    const saved = (of: (cost: BlockCost) => number) => savedBy(costs, dearCosts, of, set.seed)
    return [
      ...finiteRow(
        arm.name,
        saved(({ encode }) => encode),
        'encoding alone',
      ),
      ...finiteRow(arm.name, saved(wholeQuery), 'end to end'),
    ]
  })
  if (rows.length === 0) return []
  return [
    {
      kind: 'intervals',
      name: 'cheap-experts-saving',
      title: 'What cheap experts save',
      caption: `Share of the CPU of a query that is saved, in the encoder alone and end to end. The claim is ${margin}.`,
      xLabel: 'share of CPU saved',
      margins: [margin],
      rows: rows.toSorted((one, other) => (one.group === other.group ? 0 : one.group === 'end to end' ? -1 : 1)),
    },
  ]
}
