import type { Findings, Verdict } from '../findings.ts'
import type { Study } from '../replay/study.ts'
import { applyHolm, verdictOf } from '../statistics/verdict.ts'
import { armTable } from './arm-table.ts'
import type { Claim, Primary } from './claim.ts'
import { compared, type QuerySet, untested } from './compared.ts'
import { binaryTable, type Material, materialOf } from './encoders/binary-trial.ts'
import { type Chosen, chooseByHalves, routed, signalsOf } from './encoders/choosing.ts'
import { armsUnder, type EncoderArms, encodersOf, scifactUnder, topicsUnder } from './encoders/encoders.ts'
import {
  type Block,
  blocksOf,
  conditions,
  type Encoding,
  type MeasureEncoding,
  measureEncoding,
} from './encoders/encoding.ts'
import {
  type Dear,
  type Expert,
  lossFigure,
  lossMargin,
  measure,
  rulesTable,
  savedByExpert,
  savedMargin,
  savingFigure,
  stageTables,
  summary,
} from './encoders/experts.ts'
import { encoderSlices, onlyTheCheapOne } from './encoders/pieces.ts'
import { both, costsOf, wholeQuery } from './encoders/query-cost.ts'
import { jointly } from './joint.ts'
import { trainedOnCorpus } from './threats.ts'

const primary = (expert: string, says: string): Primary => ({
  name: `cheap experts, ${expert}`,
  says: `${says} beside BM25, against BM25 + MiniLM (fp32), on SciFact: at least ${savedMargin} of the CPU of a query saved, end to end over all processes, and no more than ${lossMargin} ${measure} lost.`,
  margin: savedMargin,
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
    hypothesis: `An int8 encoder, a static encoder, and a router between the static and the full one each save ${savedMargin} of the CPU of a query at no more than ${lossMargin} ${measure}.`,
    falsifier: `The interval of what is saved lies wholly below ${savedMargin}, or that of the loss wholly beyond ${lossMargin}.`,
    primaries: [ofInt8, ofStatic, ofRouter],
    run: (study) => run(study, trials),
  }
}

async function run(study: Study, trials: Trials): Promise<Findings> {
  const claim = { name: 'cheap-experts', primaries: [ofInt8, ofStatic, ofRouter] }
  const found = await onScifact(study, trials)
  if (typeof found === 'string') return onlyTheCheapOne(study, claim, found)
  const { experts, dear, arms, chosen, material } = found
  const int8 = experts.some((one) => one.primary === ofInt8)
  const topics = await topicTables(study)
  return {
    claim: claim.name,
    verdicts: applyHolm([
      ...experts.map((one) => verdictOfExpert(one, dear)),
      ...(int8 ? [] : [untested(ofInt8, dear.run.set.standing, 'no int8 encoder was named')]),
    ]),
    arms: armTable({ title: 'Arms on SciFact', runs: [arms.lexical, ...experts.map((one) => one.run), dear.run] }),
    slices: [...experts.flatMap((one) => encoderSlices(one.run, arms)), ...topics.slices],
    tables: [
      summary(experts, dear),
      ...stageTables(experts, dear),
      rulesTable(chosen, dear.run.set),
      ...(material ? [binaryTable(material)] : []),
      ...topics.tables,
    ],
    figures: [lossFigure(experts, dear), ...savingFigure(experts, dear)],
    threats,
    notRun: [
      ...neverRun,
      ...(int8 ? [] : ['int8: no such encoder was named.']),
      ...(material ? [] : ['Binary codes: no vectors were at hand.']),
      ...(topics.tables.length > 0 ? [] : ['Judged topics: none were named.']),
      ...(experts.every((one) => one.costs) && dear.costs
        ? []
        : ['CPU of encoding: this system does not tell what a child process has used.']),
    ],
  }
}

const threats: readonly string[] = [
  'SciFact has one field, short claims as queries and 5,183 abstracts: search costs little there, so that the encoder’s part of a query is larger than over a large corpus.',
  trainedOnCorpus,
  'freshet-static was chosen among eleven runs with SciFact’s training queries at hand.',
  'The router is decided by halves: the rule for each query was learned without it, but from queries like it. It needs both encoders loaded and every paper encoded by both.',
  conditions,
  'CPU is that of a shared machine, with exact search in every query.',
]

const neverRun: readonly string[] = [
  'Mixture-of-experts models: none fits this machine, and the encoders here have no experts. The router between two encoders is what stands in for routing.',
  'int8 over the whole corpus: it would have to be embedded anew, most of an hour here. SciFact decides.',
]

/** All that is compared; in words, why nothing can be. */
async function onScifact(study: Study, trials: Trials) {
  const { static: small, int8, fp32 } = encodersOf(study.options)
  if (fp32 === null) return 'no full-precision encoder was named to compare with'
  study.say('cheap-experts: SciFact')
  const [dearSet, cheapSet] = [await scifactUnder(study, fp32), await scifactUnder(study, small)]
  if (!dearSet || !cheapSet) return 'SciFact was not named'
  const blocks = blocksOf(dearSet)
  const under = async (encoder: string, set: QuerySet): Promise<Under> => ({
    arms: await armsUnder(set, encoder),
    encoding: await trials.encoding(encoder, blocks),
  })
  const [full, cheap] = [await under(fp32, dearSet), await under(small, cheapSet)]
  const int8Set = int8 === null ? null : await scifactUnder(study, int8)
  const quantised = int8 === null || !int8Set ? [] : [await under(int8, int8Set)]
  const chosen = chosenBetween(cheap.arms, full.arms)
  return {
    chosen,
    arms: full.arms,
    experts: [
      ...quantised.map((one) => singly(ofInt8, one, blocks)),
      singly(ofStatic, cheap, blocks),
      routing(chosen, cheap, full, blocks),
    ],
    dear: { run: full.arms.hybrid, costs: full.encoding && costsOf(full.arms.hybrid, blocks, full.encoding) },
    material: await trials.material(study, dearSet, fp32),
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

function verdictOfExpert(expert: Expert, dear: Dear): Verdict {
  const { primary: one, run: treatment } = expert
  const { standing } = treatment.set
  const found = compared(treatment, dear.run, measure)
  if (!found) return untested(one, standing, 'there is no query')
  const share = savedByExpert(expert, dear, wholeQuery)
  if (!share) return untested(one, standing, 'processor time could not be measured')
  const saved = verdictOf(one, share, { rule: 'superiority', standing, judgedGap: null })
  const kept = verdictOf({ name: one.name, margin: lossMargin }, found.effect, {
    rule: 'non-inferiority',
    standing,
    judgedGap: found.judgedGap,
  })
  return jointly(saved, [kept], `Share of CPU saved: ${saved.says}. ${measure}: ${kept.says}`)
}

/** Static and router over the whole corpus: no primary, for the topics are few and the weights were fitted on them. */
async function topicTables(study: Study) {
  const { static: small, fp32 } = encodersOf(study.options)
  if (fp32 === null) return { tables: [], slices: [] }
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
