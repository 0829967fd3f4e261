import type { Findings, IntervalFigure, Table, Verdict } from '../findings.ts'
import type { Study } from '../replay/study.ts'
import { applyHolm } from '../statistics/verdict.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { acronymMeasure, acronymsOf } from './acronyms.ts'
import {
  type Cut,
  classSlopes,
  cutFigure,
  cutsOf,
  cutTable,
  cutVerdict,
  measure,
  shareTable,
  slopeOver,
  wordsLeft,
} from './ambiguity/cuts.ts'
import { type Asking, type CheapArm, type Rivals, rivalsOver, rivalsWithin } from './ambiguity/rivals.ts'
import { armTable } from './arm-table.ts'
import type { Claim, Primary } from './claim.ts'
import { compared, type Measured, untested } from './compared.ts'
import { encodersOf } from './encoders/encoders.ts'
import { finiteRow } from './encoders/pieces.ts'
import { topicSet } from './material.ts'
import { range, slicesBy, sliceTable } from './slices.ts'
import { threatsOfTopics, trainedOnCorpus } from './threats.ts'

const primary = (arm: string): Primary => ({
  name: `ambiguity, ${arm}`,
  says: `Loss of ${arm} against the best arm (BM25 with MiniLM, else with the main encoder), subject nDCG@10, as queries are cut to their first 5, 3, 2, 1 words: the slope of each topic's loss against halvings of the words, mean over topics, is above 0.`,
  margin: 0,
})

const cheapArms = ['bm25', 'static-hybrid', 'static-alone'] as const satisfies readonly CheapArm[]
const primaries: Readonly<Record<CheapArm, Primary>> = {
  bm25: primary('BM25'),
  'static-hybrid': primary('BM25 with the static encoder'),
  'static-alone': primary('the static encoder alone'),
}

/** Papers that each sense of an acronym must have. */
const leastPapers = 5

export const ambiguity: Claim = {
  name: 'ambiguity',
  says: 'Swapping semantic depth for speed fails under ambiguity.',
  hypothesis:
    'What cheap arms lose against the best one grows as the query is cut, because what is left means more things.',
  falsifier:
    'The slope of the loss against the cut lies wholly at or below 0. Nothing is decided where judged@10 of the two arms differs by more than .05, which is to be expected where one or two words are left.',
  primaries: cheapArms.map((arm) => primaries[arm]),
  run,
}

async function run(study: Study): Promise<Findings> {
  const set = await topicSet(study)
  const generated = set.standing === 'simulation'
  const ask = generated ? rivalsWithin(study, set.replay) : rivalsOver(study)
  study.say('ambiguity: whole queries and cut ones')
  const whole = await ask(set.queries, set)
  const cuts = await cutsOf(set, ask)
  const short = generated ? [] : await study.topics('short')
  const shortened = short.length > 0 ? await ask(short, { name: `${set.name}-short`, complete: false }) : null
  const acronyms = await acronymRivals(study, set.queries, ask, generated)
  const verdicts = cheapArms.map((arm): Verdict => {
    const why = whole.cheap.has(arm) ? 'no query is longer than a word' : alone(generated)
    const effect = slopeOver(cuts, arm, set.seed)
    return effect
      ? cutVerdict(primaries[arm], effect, { cuts, arm, standing: set.standing })
      : untested(primaries[arm], set.standing, why)
  })
  return {
    claim: ambiguity.name,
    verdicts: applyHolm(verdicts),
    arms: everyForm(whole, cuts, shortened),
    slices: [classSlopes(cuts, cheapArms, set.seed), ...senseSlices(acronyms)],
    tables: [
      cutTable(cuts, cheapArms, set.seed),
      shareTable(cuts, cheapArms, set.seed),
      formTable(whole, shortened),
      ...acronymTables(acronyms),
    ],
    figures: [cutFigure(cuts, cheapArms), ...acronymFigures(acronyms)],
    threats: [
      ...threatsOfTopics(set),
      'Cutting a query is not how people are brief: the first words of a question may be the idlest of it. The topics’ short form was written to be short.',
      'When little is left of a query every arm fails, and no arm can lose more than the best one has: the absolute loss shrinks in the end whatever ambiguity does. Its share of the best arm’s figure is shown beside it.',
      'Where a query is cut to one or two words, most of what the arms show was never judged; the acronyms stand beside as a control without pools.',
      'An acronym alone cannot say which sense is meant: the best that an arm can do is to mix both.',
      ...(encodersOf(study.options).fp32 === null ? [] : [trainedOnCorpus]),
    ],
    notRun: [
      ...(whole.cheap.has('static-hybrid') ? [] : [`${primaries['static-hybrid'].name}: ${alone(generated)}.`]),
      ...(shortened ? [] : ['The short form: the generated stream has none.']),
      ...(acronyms ? [] : ['Acronyms with two senses: nothing here has enough of them.']),
    ],
  }
}

const alone = (generated: boolean): string =>
  generated
    ? 'the generated stream is opened under one encoder'
    : 'no other encoder was named, and the best arm is this one'

/** Of the corpus; the stream has questions of its own about forks and acronyms, of which all is known. */
async function acronymRivals(
  study: Study,
  queries: readonly JudgedQuery[],
  ask: Asking,
  generated: boolean,
): Promise<Rivals | null> {
  const ambiguous = generated
    ? queries.filter((query) => query.class === 'ambiguous')
    : await acronymsOf(study, leastPapers)
  if (ambiguous.length === 0) return null
  study.say(`ambiguity: ${ambiguous.length} acronyms`)
  return ask(ambiguous, { name: 'acronyms', complete: generated })
}

function everyForm(whole: Rivals, cuts: readonly Cut[], shortened: Rivals | null): Table {
  const forms = [
    { form: 'whole query', rivals: whole },
    ...cuts.map(({ words, rivals }) => ({ form: wordsLeft(words), rivals })),
    ...(shortened ? [{ form: 'short form', rivals: shortened }] : []),
  ]
  const labelled = new Map<Measured, string>()
  for (const { form, rivals } of forms) {
    for (const run of [rivals.best, ...rivals.cheap.values()]) labelled.set(run, `${run.arm.name}, ${form}`)
  }
  const labelOf = (run: Measured) => labelled.get(run) ?? run.arm.name
  return armTable({
    title: 'The best arm and the cheap ones, by form of the query',
    runs: [...labelled.keys()],
    labelOf,
  })
}

const formTable = (whole: Rivals, shortened: Rivals | null): Table => ({
  title: 'Loss of cheap arms by form of the query',
  note: 'nDCG@10 of the best arm minus that of the cheap one.',
  columns: ['form', ...cheapArms],
  rows: [{ form: 'whole query', rivals: whole }, ...(shortened ? [{ form: 'short form', rivals: shortened }] : [])].map(
    ({ form, rivals }) => [
      form,
      ...cheapArms.map((arm) => {
        const cheap = rivals.cheap.get(arm)
        const found = cheap && compared(rivals.best, cheap, measure)
        return found ? range(found.effect) : null
      }),
    ],
  ),
})

const losses = ({ best, cheap }: Rivals) =>
  [...cheap.values()].flatMap((run) => {
    const found = compared(best, run, acronymMeasure)
    return found ? { run, found } : []
  })

const acronymTables = (acronyms: Rivals | null): readonly Table[] =>
  acronyms
    ? [
        {
          title: 'Acronyms with two senses, each asked alone for each',
          note: `Measured by ${acronymMeasure}: papers that define the acronym otherwise are wrong, those that do not define it are taken out. Acronyms are what is resampled.`,
          columns: ['arm', 'queries', 'acronyms', 'best arm', 'this arm', 'loss'],
          rows: losses(acronyms).map(({ run, found }) => [
            run.arm.name,
            found.queries,
            found.effect.units,
            found.treatment,
            found.comparator,
            range(found.effect),
          ]),
        },
      ]
    : []

const acronymFigures = (acronyms: Rivals | null): readonly IntervalFigure[] =>
  acronyms
    ? [
        {
          kind: 'intervals',
          name: 'acronyms',
          title: 'What cheap arms lose on acronyms with two senses',
          caption: `${acronymMeasure} of ${acronyms.best.arm.name} minus that of the cheap arm, with 95% intervals over acronyms. A control without pools.`,
          xLabel: 'loss against the best arm',
          reference: 0,
          rows: losses(acronyms).flatMap(({ run, found }) => finiteRow(run.arm.name, found.effect)),
        },
      ]
    : []

const senses = ['commoner sense', 'rarer sense'] as const

/** The first question of an acronym is about its commonest sense. */
function senseSlices(acronyms: Rivals | null): readonly Table[] {
  if (!acronyms) return []
  const slices = slicesBy(acronyms.best.set.queries, ({ id }) => (/-2@/.test(id) ? senses[1] : senses[0]), senses)
  return [...acronyms.cheap.values()].map((treatment) =>
    sliceTable({ title: 'Acronyms by sense', treatment, comparator: acronyms.best, measure: acronymMeasure, slices }),
  )
}
