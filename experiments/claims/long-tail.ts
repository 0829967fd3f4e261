import { bm25, current, router, routerNoLive, staticAged, staticFresh } from '../arms.ts'
import type { Findings, Table } from '../findings.ts'
import { onTime } from '../replay/holding.ts'
import type { Study } from '../replay/study.ts'
import { applyHolm } from '../statistics/verdict.ts'
import { acronymsOf } from './acronyms.ts'
import { armTable } from './arm-table.ts'
import type { Claim, Primary } from './claim.ts'
import { type ArmsMeasured, measured, type QuerySet, untested } from './compared.ts'
import { armsUnder, encoderName, encodersOf, scifactUnder } from './encoders/encoders.ts'
import { agesOf, ageTable, datedEncoder, type EncoderPair, monthFigure } from './long-tail/encoder-age.ts'
import {
  type Advantage,
  advantage,
  margin,
  measure,
  type Tail,
  tailFigure,
  tailOf,
  tailTable,
  tailVerdict,
} from './long-tail/tails.ts'
import { knownItemSet, topicSet } from './material.ts'
import { sliceTable } from './slices.ts'
import { threatsOfKnownItems, threatsOfTopics, trainedOnCorpus } from './threats.ts'

const primary = (name: string, says: string): Primary => ({
  name: `long tail, ${name}`,
  says: `${says} (${measure}) is larger, by more than ${margin}, among the fifth of the queries whose rarest word the fewest papers hold than among the others.`,
  margin,
})

const encoderOnItems = primary(
  'encoder on known items',
  'The loss of the static encoder alone against MiniLM alone on known items',
)
const encoderOnScifact = primary(
  'encoder on SciFact',
  'The loss of the static encoder alone against MiniLM alone on SciFact',
)
const behind = [
  {
    days: 7,
    primary: primary('fresh over 7 days', 'The gain of the router over a generation 7 days old on known items'),
  },
  {
    days: 30,
    primary: primary('fresh over 30 days', 'The gain of the router over a generation 30 days old on known items'),
  },
] as const

/** Papers that each sense of an acronym must have: senses that are young have few. */
const leastPapers = 3

export const longTail: Claim = {
  name: 'long-tail',
  says: 'Agility wins on the niche long tail.',
  hypothesis:
    'Static encoders lose more, and fresh and live tiers gain more, where the query holds rare words than elsewhere.',
  falsifier: `The interval of the difference lies wholly below the margin of ${margin}: within it nothing differs, below it the tail is where less is at stake.`,
  primaries: [encoderOnItems, encoderOnScifact, ...behind.map((one) => one.primary)],
  run,
}

async function run(study: Study): Promise<Findings> {
  const known = await knownItemSet(study)
  const set = known ?? (await topicSet(study))
  study.say(`long-tail: ${set.queries.length} queries of ${set.name}`)
  const tail = await tailOf(set)
  const arms = await measured(
    set,
    [bm25, staticAged(7), staticAged(30), staticFresh, routerNoLive, router, current],
    onTime,
  )
  const items = known && (await pairUnder(study, (encoder) => under(study, known, encoder)))
  const scifact = await pairUnder(study, (encoder) => scifactUnder(study, encoder))
  const advantages = [
    ...(items ? encoderAdvantages(items, tail, encoderOnItems) : []),
    ...(scifact ? encoderAdvantages(scifact, await tailOf(scifact.dear.dense.set), encoderOnScifact) : []),
    ...freshAdvantages(arms, tail),
  ]
  const aged = items && isDated(study) ? items : null
  const ages = aged ? await agesOf(aged, await acronymPair(study, aged.dear.dense.set)) : null
  const missing = missingEncoders(study, { items, scifact })
  return {
    claim: longTail.name,
    verdicts: applyHolm(longTail.primaries.map((one) => verdictFor(one, advantages, set, missing))),
    arms: armTable({
      title: `Arms on ${set.name}`,
      runs: [
        ...arms.all,
        ...(items ? [items.small.dense, items.small.hybrid, items.dear.dense, items.dear.hybrid] : []),
      ],
    }),
    slices: advantages.map(fifths),
    tables: [tailTable(advantages), ...(ages ? [ageTable(ages)] : [])],
    figures: [tailFigure(advantages), ...(aged ? [monthFigure(aged)] : [])],
    threats: [
      ...(known ? threatsOfKnownItems : threatsOfTopics(set)),
      'How rare a word is, is counted in this corpus: what is rare here may be common elsewhere.',
      'Words that no paper holds are left out: such a query fails under every arm.',
      'Rare words make a query easier for whoever matches words, so that a loss of the encoder may be hidden behind BM25: the encoder alone is tested, the hybrid shown.',
      ...(items ? [trainedOnCorpus] : []),
      ...(scifact ? ['The static encoder was chosen among eleven with SciFact’s training queries at hand.'] : []),
    ],
    notRun: [
      ...missing.map(({ primary: one, why }) => `${one.name}: ${why}.`),
      ...(known ? [] : ['Known items: there is no corpus to draw them from; gains are those on the generated stream.']),
      ...(ages
        ? []
        : [`Encoder age: it takes a corpus, a second encoder, and one whose age is known (${datedEncoder.name}).`]),
      'Bursts are told by terms that no paper had used before; a word that merely became frequent is not told apart.',
    ],
  }
}

/** Null where there is no second encoder, or nothing to ask. */
async function pairUnder(
  { options }: Study,
  open: (encoder: string) => Promise<QuerySet | null>,
): Promise<EncoderPair | null> {
  const { static: small, fp32 } = encodersOf(options)
  if (fp32 === null) return null
  const [cheap, dear] = [await open(small), await open(fp32)]
  return cheap && dear && { small: await armsUnder(cheap, small), dear: await armsUnder(dear, fp32) }
}

async function acronymPair(study: Study, known: QuerySet): Promise<EncoderPair | null> {
  const queries = await acronymsOf(study, leastPapers)
  if (queries.length === 0) return null
  study.say(`long-tail: ${queries.length} acronyms`)
  const set = { ...known, name: `acronyms-of-${leastPapers}`, queries, complete: false }
  return pairUnder(study, (encoder) => under(study, set, encoder))
}

/** The same queries of the corpus under another encoder. */
const under = async (study: Study, set: QuerySet, encoder: string): Promise<QuerySet> => ({
  ...set,
  replay: await study.replay(encoder),
})

const isDated = ({ options }: Study): boolean => encoderName(options.rivals.static) === datedEncoder.name

const encoderAdvantages = ({ small, dear }: EncoderPair, tail: Tail, primary: Primary): readonly Advantage[] => [
  advantage({ primary, says: 'Loss of the encoder alone', of: dear.dense, over: small.dense, tail }),
  advantage({ primary: null, says: 'Loss of the encoder with BM25', of: dear.hybrid, over: small.hybrid, tail }),
]

const freshAdvantages = (arms: ArmsMeasured, tail: Tail): readonly Advantage[] =>
  behind.flatMap(({ days, primary }): Advantage[] => {
    const over = arms.of(staticAged(days))
    return [
      advantage({ primary, says: `Gain of the router over ${days} days`, of: arms.of(router), over, tail }),
      advantage({
        primary: null,
        says: `Gain of the fresh tier alone over ${days} days`,
        of: arms.of(staticFresh),
        over,
        tail,
      }),
    ]
  })

interface Missing {
  readonly primary: Primary
  readonly why: string
}

function missingEncoders(
  study: Study,
  { items, scifact }: { readonly items: EncoderPair | null; readonly scifact: EncoderPair | null },
): readonly Missing[] {
  const single = encodersOf(study.options).fp32 === null ? 'there is no second encoder to compare with' : null
  return [
    ...(items ? [] : [{ primary: encoderOnItems, why: single ?? 'there is no corpus to draw known items from' }]),
    ...(scifact ? [] : [{ primary: encoderOnScifact, why: single ?? 'SciFact was not named' }]),
  ]
}

function verdictFor(one: Primary, advantages: readonly Advantage[], set: QuerySet, missing: readonly Missing[]) {
  const why = missing.find(({ primary: other }) => other === one)?.why ?? 'all queries are of words as rare'
  const found = advantages.find(({ primary: other }) => other === one)
  return found?.excess ? tailVerdict(one, found, found.excess) : untested(one, set.standing, why)
}

const fifths = ({ says, of, over, tail }: Advantage): Table =>
  sliceTable({
    title: `${of.set.name}, ${says}, by fifth of the rarest word`,
    treatment: of,
    comparator: over,
    measure,
    slices: tail.slices,
  })
