import type { Table } from '../findings.ts'
import { papersADay, upkeepMsADay, volumes } from '../measures/amortised.ts'
import { mean } from '../measures.ts'
import { ascending, quantileOf } from '../statistics/quantile.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { type Measured, meanOf } from './compared.ts'

/** Heading and name of the measure. */
const quality = [
  ['nDCG@10', 'nDCG@10'],
  ['recall@100', 'recall@100'],
] as const
const doubt = [
  ['judged@10', 'judged@10'],
  ['condensed', 'nDCG@10 condensed'],
  ['at worst', 'nDCG@10 at worst'],
  ['at best', 'nDCG@10 at best'],
] as const
const freshness = [
  ['decayed 30 d', 'nDCG@10 decayed 30 d'],
  ['step 30 d', 'nDCG@10 step 30 d'],
  ['rescue rate', 'rescue rate'],
  ['stale rate', 'stale-answer rate'],
  ['age of missed, d', 'age of missed, days'],
] as const
const count = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 })
const cost = [
  'asked live',
  'CPU ms',
  ...volumes.map((volume) => `at ${count.format(volume)} a day`),
  'p50 ms',
  'p99 ms',
]

export interface ArmRows {
  readonly title: string
  readonly runs: readonly Measured[]
  /** All of the set if left out. */
  readonly queries?: readonly JudgedQuery[]
  /** The arm's own name if left out. */
  readonly labelOf?: (run: Measured) => string
}

/**
 * The arms side by side: quality with what is not known of it, freshness, cost of a query. What was not judged stands
 * only where anything was left unjudged.
 */
export function armTable({ title, runs, queries, labelOf = (run) => run.arm.name }: ArmRows): Table {
  const complete = runs.every((run) => run.set.complete)
  const columns = [...quality, ...(complete ? [] : doubt), ...freshness]
  return {
    title,
    note: [...(complete ? [] : [armNote]), staleNote, costNote, ...upkeepNotes(runs)].join(' '),
    columns: ['arm', ...columns.map(([heading]) => heading), ...cost],
    rows: runs.map((run) => [
      labelOf(run),
      ...columns.map(([, measure]) => numberOrNull(meanOf(run, measure, queries))),
      ...costOf(run, queries).map(numberOrNull),
    ]),
  }
}

const armNote =
  'What nobody judged counts as not relevant. Condensed: without what nobody judged. At worst and at best: whatever its grades would be.'
const staleNote = 'Stale: any of the first ten was superseded or withdrawn by the moment of the query.'
const costNote =
  'Cost is of one query: share of queries that asked a source live, processor time of all processes, elapsed time of one query after another without the sources’ own. Vectors are searched exactly. What an open loop of queries waits for, quiet and during a build, is in docs/results/openloop.md.'

/** What a day costs whoever asks, so that it can be held against the columns. */
function upkeepNotes(runs: readonly Measured[]): readonly string[] {
  const known = new Map(runs.flatMap(({ upkeep, set }) => (upkeep ? [[set.replay.fingerprint, upkeep] as const] : [])))
  const facts = [...known].map(([fingerprint, { build, harvest }]) => {
    const [written, encoded] = [harvest.writeMs, harvest.embedMs].map((ms) => count.format(ms / harvest.papers))
    return `under ${fingerprint}, ${count.format(build.cpuMs / 1000)} s for a generation of ${count.format(build.documents)} papers, and for a new paper ${written} ms of writing and ${encoded} of encoding`
  })
  if (facts.length === 0) return []
  return [
    `At so many queries a day: CPU ms with the query’s share of a build and of ${papersADay} new papers. Measured once for a store, processor time of all processes: ${facts.join('; ')}. The generation was the product’s own build of the store, thrown away; the papers were its newest, written into an empty one. An arm of words alone encodes nothing, one that sees all that was announced builds nothing. Fetching from the source and reading what it sends are not in it.`,
  ]
}

function costOf(run: Measured, queries = run.set.queries): readonly number[] {
  const { answers, timings, upkeep } = run
  const counted = new Set(queries.map(({ id }) => id))
  const timed = timings.filter(({ query }) => counted.has(query))
  const took = ascending(timed.map(({ tookMs }) => tookMs))
  const cpuMs = mean(timed.map((one) => one.cpuMs))
  const dailyMs = upkeep ? upkeepMsADay(upkeep, run) : Number.NaN
  return [
    mean(queries.map(({ id }) => ((answers.get(id)?.live.length ?? 0) > 0 ? 1 : 0))),
    cpuMs,
    ...volumes.map((volume) => cpuMs + dailyMs / volume),
    quantileOf(took, 0.5),
    quantileOf(took, 0.99),
  ]
}

/** One measure of every arm, class by class. */
export function classTable(title: string, runs: readonly Measured[], measure: string, note?: string): Table {
  const [first] = runs
  const classes = [...new Set(first?.set.queries.map((query) => query.class))]
  const of = (name: string) => first?.set.queries.filter((query) => query.class === name)
  return {
    title,
    ...(note && { note }),
    columns: ['arm', ...classes.map((name) => `${name} (${of(name)?.length})`), 'all'],
    rows: runs.map((run) => [
      run.arm.name,
      ...classes.map((name) => numberOrNull(meanOf(run, measure, of(name)))),
      numberOrNull(meanOf(run, measure)),
    ]),
  }
}

/** Several measures of every arm. */
export const measureTable = (title: string, runs: readonly Measured[], measures: readonly string[]): Table => ({
  title,
  columns: ['arm', ...measures],
  rows: runs.map((run) => [run.arm.name, ...measures.map((measure) => numberOrNull(meanOf(run, measure)))]),
})

export const numberOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)
