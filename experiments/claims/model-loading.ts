import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import type { Findings, LineFigure, Table, Verdict } from '../findings.ts'
import type { Study } from '../replay/study.ts'
import { seeded } from '../seeded.ts'
import type { Claim } from './claim.ts'
import { type ColdStart, type MeasureColdStart, measureColdStart, type StageSpent } from './encoders/cold-start.ts'
import { encoderName, encodersOf } from './encoders/encoders.ts'
import { shuffled } from './encoders/encoding.ts'
import { topicSet } from './material.ts'

/** Asked once an encoder is warm. */
const warmQueries = 40

export const modelLoading: Claim = modelLoadingWith(measureColdStart)

export function modelLoadingWith(measure: MeasureColdStart): Claim {
  return {
    name: 'model-loading',
    says: 'Loading model weights eats the gain.',
    hypothesis:
      'Whether it does depends on how many queries a process answers before it ends: N* = (load B − load A) / (cost A − cost B) is where the encoder that loads longer and answers cheaper has paid for its loading.',
    falsifier: 'None: a curve over the length of a process’s life, and no verdict.',
    primaries: [],
    run: (study) => run(study, measure),
  }
}

/** In CPU ms: what a process pays once, and for every query. */
export interface Life {
  readonly name: string
  readonly load: number
  readonly cost: number
}

interface Started extends Life {
  readonly start: ColdStart
}

async function run(study: Study, measure: MeasureColdStart): Promise<Findings> {
  const encoders = encodersOf(study.options)
  const { queries } = await topicSet(study)
  const texts = shuffled(queries, seeded(study.options.seed)).map(({ text }) => text)
  const stores = join(readConfig(process.env).dataFolder, 'evaluate')
  const started: Started[] = []
  const notRun: string[] = []
  for (const [kind, model] of Object.entries(encoders)) {
    if (model === null) {
      notRun.push(`${kind}: no such encoder was named.`)
      continue
    }
    study.say(`model-loading: ${encoderName(model)}`)
    const start = await measure(model, [...new Set(texts)].slice(0, warmQueries + 1), stores)
    if (start) started.push({ name: encoderName(model), start, load: loadOf(start), cost: start.warmCpuMs })
    else notRun.push(`${encoderName(model)}: this system does not tell what a child process has used.`)
    if (start && start.index === null)
      notRun.push(`${encoderName(model)}: loading an index, for no store of it is at hand.`)
  }
  if (started.length < 2) notRun.push('N*: there is one encoder, and nothing to exchange it for.')
  return {
    claim: 'model-loading',
    verdicts: [shown(started)],
    arms: armsOf(started),
    slices: [],
    tables: [...pairTable(started), ...elapsedTable(started)],
    figures: lifeFigure(started),
    threats,
    notRun,
  }
}

const threats: readonly string[] = [
  'Start and library of the encoder’s process are timed in processes of their own and taken off the whole, so that what is left for the model carries the noise of all three.',
  'Files were in the system’s cache: a first load from disk takes longer by their size.',
  'CPU is counted in hundredths of a second where it is that of a child; N* is no more exact than its difference of costs.',
  'Quality is no part of it: what an encoder is worth stands under fast-noise and cheap-experts.',
  'The index is left out of N*, for both encoders of a pair load one; that of more dimensions is larger.',
]

/** Once in the life of the encoder's process. */
const loadOf = ({ process: begun, library, model, firstEmbed, warmCpuMs }: ColdStart): number =>
  begun.cpuMs + library.cpuMs + model.cpuMs + Math.max(0, firstEmbed.cpuMs - warmCpuMs)

export type BreakEvenLife =
  /** From so many queries on, what loads longer has paid for it. */
  | { readonly kind: 'at'; readonly queries: number; readonly paid: string }
  /** One loads and answers cheaper: it is never worth exchanging. */
  | { readonly kind: 'always'; readonly cheaper: string }
  | { readonly kind: 'same' }

/** N* = (load B − load A) / (cost A − cost B). */
export function breakEvenLife(a: Life, b: Life): BreakEvenLife {
  const load = b.load - a.load
  const cost = a.cost - b.cost
  if (load === 0 && cost === 0) return { kind: 'same' }
  if (load * cost > 0) return { kind: 'at', queries: load / cost, paid: cost > 0 ? b.name : a.name }
  return { kind: 'always', cheaper: load > 0 || cost < 0 ? a.name : b.name }
}

/** Mean CPU of a query in a process that answers so many. */
export const perQuery = ({ load, cost }: Life, queries: number): number => load / queries + cost

const lives = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000] as const

const pairsOf = <T>(all: readonly T[]): (readonly [T, T])[] =>
  all.flatMap((one, i) => all.slice(i + 1).map((other) => [one, other] as const))

function shown(started: readonly Started[]): Verdict {
  const says = pairsOf(started).map(([a, b]) => `${a.name} and ${b.name}: ${lifeSays(breakEvenLife(a, b))}`)
  return {
    primary: 'queries in a process’s life',
    standing: 'demonstration',
    outcome: 'undecided',
    says:
      says.length > 0
        ? `A curve, not a verdict. ${says.join('; ')}.`
        : 'A curve needs two encoders; there was nothing to compare.',
    effect: null,
    margin: null,
    pHolm: null,
    judgedGap: null,
  }
}

function lifeSays(found: BreakEvenLife): string {
  switch (found.kind) {
    case 'at':
      return `${found.paid} has paid for its loading after ${Math.ceil(found.queries).toLocaleString('en-GB')} queries`
    case 'always':
      return `${found.cheaper} loads and answers cheaper, whatever the length of a life`
    case 'same':
      return 'no difference'
  }
}

const stages = ['process', 'library', 'model', 'firstEmbed', 'index'] as const
const stageNames = ['process', 'library', 'model', 'first embed', 'index'] as const

const armsOf = (started: readonly Started[]): Table => ({
  title: 'Cold start in parts, and a query once warm: CPU ms',
  note: 'User and system time, medians of five fresh processes. Loading is all but the index. Loads as much as: the queries after which loading is half of all that was spent.',
  columns: ['encoder', ...stageNames, 'papers in the index', 'loading', 'a warm query', 'loads as much as, queries'],
  rows: started.map(({ name, start, load, cost }) => [
    name,
    ...stages.map((stage) => start[stage]?.cpuMs ?? null),
    start.index?.papers ?? null,
    load,
    cost,
    cost > 0 ? load / cost : null,
  ]),
})

function elapsedTable(started: readonly Started[]): readonly Table[] {
  if (started.length === 0) return []
  const whole = (start: ColdStart) => stages.reduce((sum, stage) => sum + took(start[stage]), 0)
  return [
    {
      title: 'The same as time that somebody waits: elapsed ms',
      note: 'One after the other; the product loads index and encoder at the same time.',
      columns: ['encoder', ...stageNames, 'all'],
      rows: started.map(({ name, start }) => [
        name,
        ...stages.map((stage) => start[stage]?.tookMs ?? null),
        whole(start),
      ]),
    },
  ]
}

const took = (stage: StageSpent | null): number => stage?.tookMs ?? 0

/** How much of the gain is left at each length of a life. */
function pairTable(started: readonly Started[]): readonly Table[] {
  const pairs = pairsOf(started)
  if (pairs.length === 0) return []
  return [
    {
      title: 'How many times less CPU, by queries in a process’s life',
      note: 'Loading and queries together, the second encoder over the first. Where loading eats the gain, the ratio of short lives is near 1.',
      columns: ['pair', ...lives.map((life) => life.toLocaleString('en-GB')), 'N*'],
      rows: pairs.map(([a, b]) => [
        `${a.name} beside ${b.name}`,
        ...lives.map((life) => perQuery(b, life) / perQuery(a, life)),
        nStar(breakEvenLife(a, b)),
      ]),
    },
  ]
}

function nStar(found: BreakEvenLife): string {
  if (found.kind === 'same') return 'none'
  return found.kind === 'at' ? `${found.queries.toPrecision(3)}, then ${found.paid}` : `none: always ${found.cheaper}`
}

function lifeFigure(started: readonly Started[]): readonly LineFigure[] {
  if (started.length === 0) return []
  const crossings = pairsOf(started).flatMap(([a, b]) => {
    const found = breakEvenLife(a, b)
    return found.kind === 'at' && found.queries >= 1
      ? [{ label: `N* of ${a.name} and ${b.name}`, points: [{ x: found.queries, y: perQuery(a, found.queries) }] }]
      : []
  })
  return [
    {
      kind: 'lines',
      name: 'model-loading',
      title: 'What a query costs, loading included',
      caption: `Mean CPU of a query over the queries that a process answers before it ends. ${crossings.length > 0 ? 'Where two lines meet, the one that loads longer has paid for it (N*).' : 'No two lines meet: the encoder that loads cheaper answers cheaper too.'}`,
      xLabel: 'queries in a process’s life',
      yLabel: 'CPU ms a query',
      xScale: 'log',
      series: [
        ...started.map((one) => ({
          label: one.name,
          points: lives.flatMap((life) => [life, 3 * life]).map((life) => ({ x: life, y: perQuery(one, life) })),
        })),
        ...crossings,
      ],
    },
  ]
}
