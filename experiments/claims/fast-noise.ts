import type { Effect, Findings, IntervalFigure, Table, Verdict } from '../findings.ts'
import type { Study } from '../replay/study.ts'
import { applyHolm, verdictOf } from '../statistics/verdict.ts'
import { armTable } from './arm-table.ts'
import type { Claim, Primary } from './claim.ts'
import { compared, type QuerySet, untested } from './compared.ts'
import {
  armsUnder,
  type EncoderArms,
  encoderName,
  encodersOf,
  hybridName,
  scifactUnder,
  topicsUnder,
} from './encoders/encoders.ts'
import { blocksOf, conditions, type MeasureEncoding, measureEncoding } from './encoders/encoding.ts'
import { encoderSlices, finiteRow, onlyTheCheapOne } from './encoders/pieces.ts'
import { amortised, type BlockCost, costsOf, costTable, savedBy } from './encoders/query-cost.ts'
import { jointly } from './joint.ts'
import { threatsOfTopics, trainedOnCorpus } from './threats.ts'

const margin = 0.02
/** Five times less. */
const savedMargin = 0.8
/** The volume at which the premise is tested; the others are in the table. */
const registeredVolume = 10_000

const primary = (of: string): Primary => ({
  name: `fast noise, ${of}`,
  says: `BM25 + freshet-static minus BM25 + MiniLM (fp32) on ${of}: a loss of more than ${margin} nDCG@10; a loss counts only where the static arm costs at most a fifth of the CPU, a query with its share of the papers at ${registeredVolume.toLocaleString('en-GB')} queries a day.`,
  margin,
})
const onScifact = primary('SciFact')
const onTopics = primary('judged topics')

export const fastNoise: Claim = fastNoiseWith(measureEncoding)

export function fastNoiseWith(measure: MeasureEncoding): Claim {
  return {
    name: 'fast-noise',
    says: 'Efficiency without accuracy is fast noise.',
    hypothesis: `BM25 + freshet-static, named beforehand, costs at least five times less CPU than BM25 + MiniLM (fp32), and loses more than ${margin} nDCG@10.`,
    falsifier: `It surely loses less than ${margin}: the interval of the loss lies wholly inside the margin.`,
    primaries: [onScifact, onTopics],
    run: (study) => run(study, measure),
  }
}

/** One set of queries under both encoders. */
interface Side {
  readonly primary: Primary
  readonly cheap: EncoderArms
  readonly dear: EncoderArms
  readonly costs: { readonly cheap: readonly BlockCost[]; readonly dear: readonly BlockCost[] } | null
}

async function run(study: Study, measure: MeasureEncoding): Promise<Findings> {
  const { static: small, fp32 } = encodersOf(study.options)
  if (fp32 === null) return onlyTheCheapOne(study, fastNoise, 'no full-precision encoder was named to compare with')
  const opened: readonly (readonly [Primary, (encoder: string) => Promise<QuerySet | null>])[] = [
    [onScifact, (encoder) => scifactUnder(study, encoder)],
    [onTopics, (encoder) => topicsUnder(study, encoder)],
  ]
  const sides: Side[] = []
  const missing: Verdict[] = []
  for (const [one, open] of opened) {
    study.say(`fast-noise: ${one.name}`)
    const [cheap, dear] = [await open(small), await open(fp32)]
    if (cheap && dear) sides.push(await sideOf(one, { small, cheap }, { fp32, dear }, measure))
    else missing.push(untested(one, study.standing, 'its queries were not named'))
  }
  if (sides.length === 0) return onlyTheCheapOne(study, fastNoise, 'neither SciFact nor judged topics were named')
  const verdicts = applyHolm([...sides.map(verdictOfSide), ...missing])
  return {
    claim: 'fast-noise',
    verdicts,
    arms: armsOf(sides[0]),
    slices: sides.flatMap(({ cheap, dear }) => encoderSlices(cheap.hybrid, dear)),
    tables: [...sides.slice(1).map(armsOf), ...sides.flatMap(costOf)],
    figures: [lossFigure(sides), ...savingFigure(sides)],
    threats: threatsOf(sides),
    notRun: [
      ...missing.map((one) => `${one.primary}: ${one.says}`),
      ...sides
        .filter((one) => one.costs === null)
        .map((one) => `CPU of encoding, ${one.primary.name}: this system does not tell what a child process has used.`),
    ],
  }
}

const threatsOf = (sides: readonly Side[]): readonly string[] => [
  ...sides.flatMap(({ cheap: { hybrid } }) => (hybrid.set.complete ? [] : threatsOfTopics(hybrid.set))),
  trainedOnCorpus,
  'freshet-static was chosen among eleven runs with SciFact’s training queries and the judged topics at hand: on both it may look better than elsewhere.',
  'Fusion weights and depth of both encoders were fitted on the judged topics.',
  conditions,
  'CPU is that of a shared machine; exact search over the whole collection stands in every query, where the product asks a graph. The nightly build of that graph is left out: it costs every encoder about the same, and at few queries a day would bring all arms nearer to each other.',
]

async function sideOf(
  one: Primary,
  { small, cheap }: { readonly small: string; readonly cheap: QuerySet },
  { fp32, dear }: { readonly fp32: string; readonly dear: QuerySet },
  measure: MeasureEncoding,
): Promise<Side> {
  const arms = { cheap: await armsUnder(cheap, small), dear: await armsUnder(dear, fp32) }
  const blocks = blocksOf(cheap)
  const encoding = { cheap: await measure(small, blocks), dear: await measure(fp32, blocks) }
  const costs =
    blocks.length > 0 && encoding.cheap && encoding.dear
      ? {
          cheap: costsOf(arms.cheap.hybrid, blocks, encoding.cheap),
          dear: costsOf(arms.dear.hybrid, blocks, encoding.dear),
        }
      : null
  return { primary: one, ...arms, costs }
}

/** A loss decides for the claim only where the premise holds; that nothing is lost decides against it whatever it costs. */
function verdictOfSide({ primary: one, cheap, dear, costs }: Side): Verdict {
  const { standing, seed } = cheap.hybrid.set
  const found = compared(cheap.hybrid, dear.hybrid, 'nDCG@10')
  if (!found) return untested(one, standing, 'there is no query')
  const loss = verdictOf(one, found.effect, { rule: 'loss-exceeds', standing, judgedGap: found.judgedGap })
  const premise = costs && premiseOf(savedBy(costs.cheap, costs.dear, amortised(registeredVolume), seed), standing)
  const says = `${loss.says}. Premise, the share of CPU saved at ${registeredVolume.toLocaleString('en-GB')} queries a day: ${premise?.says ?? 'not measured'}`
  if (loss.outcome !== 'supported') return { ...loss, says }
  if (premise?.outcome === 'supported') return jointly(loss, [premise], says)
  return {
    ...loss,
    outcome: 'undecided',
    says: `${says}. Undecided: it loses, but is not shown to be five times cheaper`,
  }
}

const premiseOf = (saved: Effect, standing: QuerySet['standing']): Verdict =>
  verdictOf({ name: 'five times less CPU', margin: savedMargin }, saved, {
    rule: 'superiority',
    standing,
    judgedGap: null,
  })

const armsOf = ({ cheap, dear }: Side): Table =>
  armTable({
    title: `Arms on ${cheap.hybrid.set.name}`,
    runs: [dear.lexical, cheap.dense, dear.dense, cheap.hybrid, dear.hybrid],
  })

const costOf = ({ cheap, dear, costs }: Side): readonly Table[] =>
  costs
    ? [
        costTable(
          `Cost on ${cheap.hybrid.set.name}`,
          { name: hybridName(cheap.encoder), costs: costs.cheap },
          { name: hybridName(dear.encoder), costs: costs.dear },
          cheap.hybrid.set.seed,
        ),
      ]
    : []

const lossFigure = (sides: readonly Side[]): IntervalFigure => ({
  kind: 'intervals',
  name: 'fast-noise-loss',
  title: 'What the cheap encoder loses',
  caption: `Difference of nDCG@10, static minus full encoder, with and without BM25 beside it. The claim needs the first row of each group wholly left of −${margin}.`,
  xLabel: 'difference of nDCG@10',
  reference: 0,
  margins: [-margin],
  rows: sides.flatMap(({ cheap, dear }) => [
    ...finiteRow(`BM25 + vectors`, compared(cheap.hybrid, dear.hybrid, 'nDCG@10')?.effect, cheap.hybrid.set.name),
    ...finiteRow('vectors alone', compared(cheap.dense, dear.dense, 'nDCG@10')?.effect, cheap.hybrid.set.name),
  ]),
})

function savingFigure(sides: readonly Side[]): readonly IntervalFigure[] {
  const rows = sides.flatMap(({ cheap, costs }) => {
    if (!costs) return []
    const { name, seed } = cheap.hybrid.set
    const saved = (of: (cost: BlockCost) => number) => savedBy(costs.cheap, costs.dear, of, seed)
    return [
      ...finiteRow(
        'encode a query',
        saved(({ encode }) => encode),
        name,
      ),
      ...finiteRow(
        'encode a paper',
        saved(({ paper }) => paper),
        name,
      ),
      ...finiteRow(`all, ${registeredVolume.toLocaleString('en-GB')} a day`, saved(amortised(registeredVolume)), name),
    ]
  })
  if (rows.length === 0) return []
  return [
    {
      kind: 'intervals',
      name: 'fast-noise-saving',
      title: 'What the cheap encoder saves',
      caption: `Share of CPU that ${encoderName(sides[0].cheap.encoder)} saves against ${encoderName(sides[0].dear.encoder)}. Five times less is ${savedMargin} saved.`,
      xLabel: 'share of CPU saved',
      margins: [savedMargin],
      rows,
    },
  ]
}
