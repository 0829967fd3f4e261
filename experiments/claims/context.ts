import type { Filters } from '../../src/domain/query.ts'
import { type Arm, routerNoLive } from '../arms.ts'
import type { Findings, IntervalFigure, Table, Verdict } from '../findings.ts'
import { onTime } from '../replay/holding.ts'
import type { Study } from '../replay/study.ts'
import { seeded } from '../seeded.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { armTable } from './arm-table.ts'
import type { Claim, Primary } from './claim.ts'
import { type Compared, compared, type Measured, measured, type QuerySet, verdictOn } from './compared.ts'
import { finiteRow } from './encoders/pieces.ts'
import { topicSet } from './material.ts'
import { byClass, byFact, range, sliceTable } from './slices.ts'
import { threatsOfTopics } from './threats.ts'

const primary: Primary = {
  name: 'context',
  says: 'P@5 of the product without live sources on topics that carry a field: with the field as a filter minus without any context. Decides only if the right field also surely beats a wrong one.',
  margin: 0.02,
}

export const context: Claim = {
  name: 'context',
  says: 'Geographic and contextual precision: knowing the context of whoever asks makes answers more precise.',
  hypothesis: `Telling the field of whoever asks raises P@5 by more than ${primary.margin}.`,
  falsifier: `The interval of the gain lies wholly below ${primary.margin}. A gain that a wrong field brings as well is none of context.`,
  primaries: [primary],
  run,
}

async function run(study: Study): Promise<Findings> {
  const set = await topicSet(study)
  const asked = { ...set, queries: set.queries.filter((query) => fieldOf(query) !== null) }
  study.say(`context: ${asked.queries.length} topics that carry a field`)
  // Fields of the stream have names of their own, which all of its records carry; those of topics are categories.
  const arms = await inContexts(asked, fieldOf, set.standing === 'simulation' ? 'fields' : 'categories')
  const right = compared(arms.right, arms.none, measure)
  const check = arms.wrong && compared(arms.right, arms.wrong, measure)
  const countries = await countryContexts(study)
  return {
    claim: context.name,
    verdicts: [verdictOf(right, check, set)],
    arms: armTable({ title: 'With the field as context, without, and with a wrong one', runs: runsOf(arms) }),
    slices: [byClass, ofField].map((slices) =>
      sliceTable({
        title: 'A field as context',
        treatment: arms.right,
        comparator: arms.none,
        measure,
        slices: slices(asked.queries),
      }),
    ),
    tables: [contextTable('What a field as context brings and costs', arms), ...countries.tables],
    figures: [contextFigure(arms)],
    threats: [
      ...threatsOfTopics(set),
      'The field was written down with the topic by its author, who knew what was asked for: people carry fields that fit less well.',
      'As a hard filter the context hides what is filed elsewhere: its cost in recall@100 stands beside the gain.',
      'The pools were made without filters: what only a filtered answer shows is unjudged and counts as wrong.',
    ],
    notRun: [
      'Context as a soft boost: the product has none; a context is a filter there.',
      'Countries on real papers: only records of OpenAlex and the generated stream name them, so country is a demonstration on the stream.',
      ...(arms.wrong ? [] : ['The wrong-field placebo: there are no two fields to exchange.']),
      ...countries.notRun,
    ],
  }
}

const measure = 'P@5'
const ofField = (queries: readonly JudgedQuery[]) => byFact(queries, 'field')

const textFact =
  (name: string) =>
  ({ facts }: JudgedQuery): string | null => {
    const fact = facts[name]
    return typeof fact === 'string' && fact !== '' ? fact : null
  }
const fieldOf = textFact('field')
const countryOf = textFact('country')

/** One set without context, with the right one, and with a wrong one where there is any. */
interface Contexts {
  readonly none: Measured
  readonly right: Measured
  readonly wrong: Measured | null
}

async function inContexts(
  set: QuerySet,
  contextOf: (query: JudgedQuery) => string | null,
  filter: 'categories' | 'fields' | 'countries',
): Promise<Contexts> {
  const placebo = derangement([...new Set(set.queries.flatMap((query) => contextOf(query) ?? []))], set.seed)
  const ask = async (name: string, says: string, placeOf: (query: JudgedQuery) => string | undefined) => {
    const queries = set.queries.map((query): JudgedQuery => {
      const value = placeOf(query)
      return value === undefined ? query : { ...query, filters: { [filter]: [value] } satisfies Partial<Filters> }
    })
    const asked: QuerySet = { ...set, name: `${set.name}-${filter}-${name}`, queries }
    return named((await measured(asked, [routerNoLive], onTime)).of(routerNoLive), { name: says, says })
  }
  return {
    none: await ask('none', 'no context', () => undefined),
    right: await ask('right', 'right context', (query) => contextOf(query) ?? undefined),
    wrong: placebo && (await ask('wrong', 'wrong context', (query) => placebo.get(contextOf(query) ?? ''))),
  }
}

const named = (run: Measured, as: Pick<Arm, 'name' | 'says'>): Measured => ({ ...run, arm: { ...run.arm, ...as } })

/** Each for another one, in one round through all (Sattolo 1986); null where there is no other. */
export function derangement(names: readonly string[], seed: number): ReadonlyMap<string, string> | null {
  if (names.length < 2) return null
  const random = seeded(seed)
  const from = names.toSorted()
  const to = [...from]
  for (let last = to.length - 1; last > 0; last--) {
    const other = Math.floor(random() * last)
    ;[to[last], to[other]] = [to[other], to[last]]
  }
  return new Map(from.map((name, i) => [name, to[i]]))
}

/** A gain of context is one that a wrong context does not bring. */
function verdictOf(right: Compared | null, check: Compared | null, { standing }: QuerySet): Verdict {
  const verdict = verdictOn(primary, right, { rule: 'superiority', standing, missing: 'no topic carries a field' })
  if (verdict.outcome !== 'supported') return verdict
  if (check && check.effect.interval.low > 0) return verdict
  const doubt = check ? `the right field is not surely better than a wrong one (${range(check.effect)})` : 'no placebo'
  return { ...verdict, outcome: 'undecided', says: `${verdict.says}. Undecided: ${doubt}` }
}

const runsOf = ({ none, right, wrong }: Contexts): readonly Measured[] => [none, right, ...(wrong ? [wrong] : [])]

const contrastsOf = ({ none, right, wrong }: Contexts) => [
  { label: 'right context − none', treatment: right, comparator: none },
  ...(wrong
    ? [
        { label: 'right context − wrong (manipulation check)', treatment: right, comparator: wrong },
        { label: 'wrong context − none', treatment: wrong, comparator: none },
      ]
    : []),
]

const contextTable = (title: string, contexts: Contexts): Table => ({
  title,
  note: 'Paired differences with 95% intervals over topics.',
  columns: ['contrast', 'queries', measure, 'recall@100', 'judged@10'],
  rows: contrastsOf(contexts).flatMap(({ label, treatment, comparator }) => {
    const [precise, recalled] = [measure, 'recall@100'].map((name) => compared(treatment, comparator, name))
    if (!precise || !recalled) return []
    return [[label, precise.queries, range(precise.effect), range(recalled.effect), precise.judgedGap]]
  }),
})

const contextFigure = (contexts: Contexts): IntervalFigure => ({
  kind: 'intervals',
  name: 'context',
  title: 'What a field as context brings',
  caption:
    'Differences in P@5 and recall@100 with 95% intervals over topics: a filter of the right field against none, and against a wrong field.',
  xLabel: 'difference',
  reference: 0,
  margins: [primary.margin],
  rows: [measure, 'recall@100'].flatMap((name) =>
    contrastsOf(contexts).flatMap(({ label, treatment, comparator }) =>
      finiteRow(label, compared(treatment, comparator, name)?.effect, name),
    ),
  ),
})

/** Of the generated stream alone, whose questions of a country take nothing else for right. */
async function countryContexts(study: Study): Promise<Pick<Findings, 'tables' | 'notRun'>> {
  const stream = await study.stream()
  const queries = stream.queries.filter((query) => countryOf(query) !== null)
  if (queries.length === 0) return { tables: [], notRun: ['Country: no question of the stream asks for one.'] }
  const { seed } = study.options
  const set: QuerySet = { name: 'stream', ...stream, queries, complete: true, standing: 'simulation', seed }
  const contexts = await inContexts(set, countryOf, 'countries')
  return {
    tables: [countryTable(contexts), contextTable('Country as context, contrasts (demonstration)', contexts)],
    notRun: [],
  }
}

const countryTable = (contexts: Contexts): Table => ({
  ...armTable({ title: 'Country as context on the generated stream (demonstration)', runs: runsOf(contexts) }),
  note: 'Shows, and tests nothing: papers of other countries are wrong by construction, so that the filter must gain.',
})
