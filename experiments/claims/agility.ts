import { allArms, bm25, dense, nightlyStatic, router } from '../arms.ts'
import type { Findings, IntervalFigure, Table, Verdict } from '../findings.ts'
import { type Keeping, limitedTo, missed, onTime } from '../replay/holding.ts'
import type { Study } from '../replay/study.ts'
import { applyHolm } from '../statistics/verdict.ts'
import { baselineTable, goalTable, oracleOf, regretTable } from './agility/baselines.ts'
import { ageFigure, ageTable, breakEvens, phaseFigure, phaseTable } from './agility/break-even.ts'
import { knownItemTables } from './agility/known.ts'
import { lagTable } from './agility/lag.ts'
import { reasonFigure, reasonsOf, reasonTable } from './agility/reasons.ts'
import {
  decomposition,
  equalCostTable,
  type Regime,
  recentMeasure,
  regimeArms,
  regimeVerdict,
  subjectMargin,
  subjectMeasure,
} from './agility/regimes.ts'
import { armTable, classTable, measureTable } from './arm-table.ts'
import type { Claim, Primary } from './claim.ts'
import { type ArmsMeasured, type Measured, measured, type QuerySet } from './compared.ts'
import { finiteRow } from './encoders/pieces.ts'
import { knownItemSet, topicSet } from './material.ts'
import { leastFrequencies, quintiles } from './rarity.ts'
import { byClass, byFact, byLength, byRank, byWeekday, type Slice, sliceTable } from './slices.ts'
import { threatOfEncoder, threatsOfKnownItems, threatsOfTopics } from './threats.ts'

const margin = 0.03

const primary = (name: string, store: string): Primary => ({
  name: `agility, ${name}`,
  says: `Router minus nightly static (built at 02:00 UTC), ${store}: on class recent at least ${margin} of nDCG@10 with gains halved every 30 days, confirmed by a step gain (at most 30 days old) above 0; on the other classes no more than ${subjectMargin} of subject nDCG@10 lost.`,
  margin,
})

interface Planned {
  readonly primary: Primary
  keeping(set: QuerySet): Keeping
}

const punctual: Planned = { primary: primary('harvest on time', 'all harvested on time'), keeping: () => onTime }
const others: readonly Planned[] = [
  ...[1, 3, 7].map((days) => ({
    primary: primary(
      `harvest missed ${days} ${days === 1 ? 'day' : 'days'}`,
      `no harvest in the last ${days === 1 ? 'day' : `${days} days`} before the query`,
    ),
    keeping: () => missed(days),
  })),
  {
    primary: primary(
      'four categories',
      'a store of the four largest primary categories before sources that have all (coverage)',
    ),
    keeping: fourCategories,
  },
]

/** The largest as of the first query, so that no later paper has a say. */
function fourCategories({ replay, queries }: QuerySet): Keeping {
  const first = queries.reduce((earliest, query) => (query.asked < earliest.asked ? query : earliest))
  return limitedTo('four-categories', replay.largestCategories(4, first.asked))
}

export const agility: Claim = {
  name: 'agility',
  says: 'Inference agility beats static indexes.',
  hypothesis:
    'Where recent work is wanted, the router (fresh tier, recency by the gate, sources asked by their value) is better than the index of last night, and elsewhere it is no worse: when harvests come on time, when they were missed, and when the store holds a part of what the sources have.',
  falsifier:
    'The interval of the gain on class recent lies wholly below the margin, or that of the loss on the other classes wholly beyond theirs.',
  primaries: [punctual, ...others].map((one) => one.primary),
  run,
}

async function run(study: Study): Promise<Findings> {
  const set = await topicSet(study)
  const onTimeArms = await measured(set, unique([...allArms, ...regimeArms]), onTime)
  const regimes: Regime[] = [{ primary: punctual.primary, keeping: onTime, arms: onTimeArms }]
  for (const planned of others) {
    const keeping = planned.keeping(set)
    study.say(`agility: ${keeping.name}`)
    regimes.push({ primary: planned.primary, keeping, arms: await measured(set, regimeArms, keeping) })
  }
  study.say('agility: generations by age and phase')
  const shares = await breakEvens(set, onTimeArms)
  const reasons = await reasonsOf(set, regimes)
  const known = await knownItemSet(study)
  const verdicts = applyHolm(regimes.map(regimeVerdict))
  return {
    claim: agility.name,
    verdicts,
    arms: armTable({
      title: 'Arms on judged topics, harvest on time',
      runs: [...onTimeArms.all, oracleOf(onTimeArms)],
    }),
    slices: [...(await sliceTables(onTimeArms)), ...(known ? await knownItemTables(known) : [])],
    tables: [
      decomposition(regimes),
      equalCostTable(regimes),
      reasonTable(reasons),
      ageTable(shares, set.seed),
      phaseTable(shares),
      classTable('Subject nDCG@10 by class', onTimeArms.all, subjectMeasure),
      classTable('Decayed nDCG@10 (30 d) by class', onTimeArms.all, recentMeasure),
      measureTable('Freshness beside quality, all topics', onTimeArms.all, freshness),
      baselineTable(onTimeArms),
      regretTable(onTimeArms),
      goalTable(onTimeArms),
      lagTable(set),
    ],
    figures: [regimeFigure(verdicts), reasonFigure(reasons), ageFigure(shares), phaseFigure(shares)],
    threats: [
      ...threatsOfTopics(set),
      ...threatOfEncoder(study),
      ...(known ? threatsOfKnownItems : []),
      'The class of a topic was given by its author, who also had the claim in mind; in traffic nobody knows which queries want recent work.',
      'All topics are asked at the end of a day (UTC), when the papers of the day have been in the feed for twenty hours: the lag of a nightly build is near its longest.',
      'Live sources answer from the same corpus as the store: what the world has beyond it cannot be found.',
    ],
    notRun: [
      ...(known ? [] : ['Known items by age of the target: there is no corpus to draw them from.']),
      'Stale-answer rate: each paper of the corpus stands there in one version, so that nothing can be superseded.',
      'What an HNSW graph loses against exact search, and elapsed times during a rebuild: the benches measure them.',
    ],
  }
}

/** Read beside nDCG and never blended with it. */
const freshness = [
  'freshness gain 7 d',
  'freshness gain 30 d',
  'freshness gain 90 d',
  'nDCG@10 decayed 7 d',
  'nDCG@10 decayed 30 d',
  'nDCG@10 decayed 90 d',
  'nDCG@10 step 30 d',
]

const unique = <Named extends { readonly name: string }>(all: readonly Named[]): readonly Named[] => [
  ...new Map(all.map((one) => [one.name, one])).values(),
]

const regimeFigure = (verdicts: readonly Verdict[]): IntervalFigure => ({
  kind: 'intervals',
  name: 'agility-by-store',
  title: 'Router against nightly static, class recent',
  caption: `Difference in decayed nDCG@10 (gains halved every 30 days), with 95% intervals over topics; the line at ${margin} is the registered margin.`,
  xLabel: 'router − nightly static, decayed nDCG@10',
  reference: 0,
  margins: [margin],
  rows: verdicts.flatMap(({ primary: name, effect }) => finiteRow(name.replace('agility, ', ''), effect)),
})

async function sliceTables(arms: ArmsMeasured): Promise<readonly Table[]> {
  const [treatment, comparator] = [arms.of(router), arms.of(nightlyStatic)]
  const { queries, replay } = treatment.set
  const least = await leastFrequencies(replay, queries)
  const slices: Slice[] = [
    ...named('class', byClass(queries)),
    ...named('weekday', byWeekday(queries)),
    ...named('niche', byFact(queries, 'niche')),
    ...named('field', byFact(queries, 'field')),
    ...named('length', byLength(queries)),
    ...named(
      'rarest term, fifth',
      byRank(queries, ({ id }) => least.get(id) ?? 0, quintiles),
    ),
    ...named(
      'agreement of rankers',
      byRank(queries, ({ id }) => agreement(id, arms.of(bm25), arms.of(dense)), ['low', 'middle', 'high']),
    ),
  ]
  return [recentMeasure, subjectMeasure].map((measure) =>
    sliceTable({ title: 'Slices of the topics', treatment, comparator, measure, slices }),
  )
}

const named = (by: string, slices: readonly Slice[]): readonly Slice[] =>
  slices.map((slice) => ({ ...slice, name: `${by}: ${slice.name}` }))

/** How many of its first ten two arms have in common. */
function agreement(query: string, one: Measured, other: Measured): number {
  const [those, others] = [one, other].map(
    (run) =>
      run.answers
        .get(query)
        ?.hits.slice(0, 10)
        .map((hit) => hit.id) ?? [],
  )
  return those.filter((id) => others.includes(id)).length
}
