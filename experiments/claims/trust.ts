import { flat, router, staticFresh } from '../arms.ts'
import type { Findings, IntervalFigure, LineFigure, Table } from '../findings.ts'
import { onlineSummary } from '../interleaving.ts'
import { onTime } from '../replay/holding.ts'
import type { Study } from '../replay/study.ts'
import { sources } from '../stream/sources.ts'
import { armTable, numberOrNull } from './arm-table.ts'
import type { Claim, Primary } from './claim.ts'
import { type ArmsMeasured, meanOf, measured, type QuerySet, verdictOn } from './compared.ts'
import { finiteRow } from './encoders/pieces.ts'
import { byClass, range, sliceTable } from './slices.ts'
import { threatsOfTopics } from './threats.ts'
import { type Foretold, foretold } from './trust/predictors.ts'
import { type Interactions, simulated, type Usefulness, usefulByAge, usefulBySource } from './trust/users.ts'

const primary: Primary = {
  name: 'trust',
  says: 'Log loss, in nats, at whether a hit is of use, of whoever knows the rate of its age less that of whoever knows the posterior precision of its source; both learned from the earlier half of what simulated users said of the router’s answers on the generated stream, held against the later half. Topics are resampled.',
  margin: 0.01,
}

/** Of the flat decay; at 1 a hit is worth what its age leaves of it. */
const gammas = [0.2, 0.6, 0.8, 1] as const
const decayDays = 30
const strongest = flat(1, decayDays)

export const trust: Claim = trustOf(usefulBySource)

/** With users of some kind. */
export function trustOf(useful: Usefulness): Claim {
  return {
    name: 'trust',
    says: 'Trust is earned via precision, not age.',
    hypothesis:
      'What users said of a source’s hits foretells what they will say of its next ones; how old a hit is does not.',
    falsifier: `The interval of what age is worse by, in log loss, lies wholly below ${primary.margin}.`,
    primaries: [primary],
    run: (study) => run(study, useful),
  }
}

async function run(study: Study, useful: Usefulness): Promise<Findings> {
  const { seed } = study.options
  const set: QuerySet = { name: 'stream', ...(await study.stream()), complete: true, standing: 'simulation', seed }
  const decays = gammas.map((gamma) => flat(gamma, decayDays))
  const arms = await measured(set, [router, staticFresh, ...decays], onTime)
  study.say('trust: what simulated users say')
  const interactions = simulated(arms.of(router), useful)
  const found = foretold(interactions, seed)
  const control = foretold(simulated(arms.of(router), usefulByAge), seed)
  return {
    claim: 'trust',
    verdicts: [
      verdictOn(primary, found.effect && { effect: found.effect, judgedGap: null }, {
        rule: 'superiority',
        standing: 'simulation',
        missing: 'nothing was judged in one of the halves',
      }),
    ],
    arms: armTable({ title: 'The router and flat decay on the stream', runs: arms.all }),
    slices: [
      sliceTable({
        title: 'What decay does to topical precision',
        treatment: arms.of(strongest),
        comparator: arms.of(staticFresh),
        measure: 'P@5',
        slices: byClass(set.queries),
      }),
    ],
    tables: [predictorTable(found, control), truthTable, ...bookTables(interactions)],
    figures: [worldsFigure(found, control), decayFigure(arms)],
    threats: [
      ...threatsOfTopics(set),
      'The users were made to go by the precision of sources, so that it is no wonder that this shows: what is tested is whether the book and the posterior find it again through grades, position and so many judgements.',
      'Users look at rank r with chance 1/r and are independent of each other; people are neither. All of what they say is honest.',
      'The mix of ages of sources was laid out so that young and old ones are as good as each other. Where fresh sources are the better ones, age foretells use as well.',
      'The earlier half has other topics than the later one where a topic is asked about only for a while.',
    ],
    notRun: [
      'Real users: nobody has used the server for long enough. `experiment online` sums up what they say once they have.',
      'That γ → 1 lowers topical P@5 is true by construction: the curve is shown, and nothing is tested on it.',
    ],
  }
}

const world = { precision: 'users who go by the source', age: 'control: users who go by age' } as const

function predictorTable(found: Foretold, control: Foretold): Table {
  return {
    title: 'What foretells use',
    note: 'Learned from the earlier half of the judgements, held against the later half. Log loss in nats: less is better. AUC: a coin has .5. In the control use depends on age and not on the source, so that age must win there.',
    columns: ['world', 'knowing', 'learned from', 'judgements', 'log loss', 'AUC', 'age − precision'],
    rows: [
      { name: world.precision, one: found },
      { name: world.age, one: control },
    ].flatMap(({ name, one: { predictors, learnedFrom, judgements, effect } }) =>
      predictors.map(({ knowing, logLoss, auc }) => [
        name,
        knowing,
        learnedFrom,
        judgements,
        numberOrNull(logLoss),
        numberOrNull(auc),
        knowing === 'age' && effect ? range(effect) : null,
      ]),
    ),
  }
}

const truthTable: Table = {
  title: 'Sources of the stream as they were laid out',
  columns: ['source', 'precision', 'comes when', 'share'],
  rows: sources.map(({ name, precision, ages, share }) => [name, precision, ages, share]),
}

/** As `experiment online` shows a server's book; nothing was interleaved. */
const bookTables = ({ answers }: Interactions): readonly Table[] =>
  onlineSummary({ feedback: { judged: () => answers } }).filter(
    ({ rows, title }) => rows.length > 0 && title !== 'What foretells use',
  )

const worldsFigure = (found: Foretold, control: Foretold): IntervalFigure => ({
  kind: 'intervals',
  name: 'trust',
  title: 'How much worse age foretells use than precision does',
  caption:
    'Log loss of age minus that of the posterior precision of the source on the later half of the judgements, with 95% intervals over topics. In the control, where use depends on age, the difference must lie on the other side. Simulation.',
  xLabel: 'log loss, age − precision (nats)',
  reference: 0,
  margins: [primary.margin],
  rows: [...finiteRow(world.precision, found.effect), ...finiteRow(world.age, control.effect)],
})

const decayFigure = (arms: ArmsMeasured): LineFigure => ({
  kind: 'lines',
  name: 'decay-precision',
  title: 'Topical precision as decay grows',
  caption: `P@5 of static + fresh on the stream by the share γ of its score that a hit can lose to age, half of it within ${decayDays} days. True by construction: what is ordered by age is not ordered by subject.`,
  xLabel: 'γ',
  yLabel: 'P@5',
  series: [
    {
      label: 'static + fresh',
      points: [
        { x: 0, y: meanOf(arms.of(staticFresh), 'P@5') },
        ...gammas.map((gamma) => ({ x: gamma, y: meanOf(arms.of(flat(gamma, decayDays)), 'P@5') })),
      ],
    },
  ],
})
