import type { Figure, Outcome, Table, Verdict } from '../findings.ts'
import type { Provenance } from './provenance.ts'
import type { Run } from './read.ts'
import { type ReadSlices, readSlices } from './slices.ts'
import {
  effectSays,
  exactly,
  factsOf,
  furtherFactsOf,
  outcomeSays,
  plain,
  printedColumn,
  pSays,
  standingSays,
} from './words.ts'

/** A page before it has a format: what it says, in which order. */
export interface Page {
  readonly title: string
  readonly blocks: readonly Block[]
}

export type Facts = readonly (readonly [name: string, value: string])[]
export type Cell = string | { readonly text: string; readonly href: string }

export interface PrintedTable {
  readonly title: string
  readonly note: string | null
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[]
  readonly rows: readonly (readonly Cell[])[]
}

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string; readonly notice?: true }
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly facts: Facts }
  | { readonly kind: 'facts'; readonly facts: Facts }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'table'; readonly table: PrintedTable }
  | { readonly kind: 'figure'; readonly figure: Figure; readonly caption: string }

/** One claim: the verdict first, then what it rests on, then what speaks against it, then how to get it again. */
export function reportPage({ findings, provenance }: Run): Page {
  const { claim } = provenance
  const { verdicts } = findings
  const [first, ...further] = findings.figures.map(figureBlock)
  const slices = readSlices(findings.slices)
  const more = [...further, ...findings.tables.map(tableBlock), ...slices.tables.map(tableBlock)]
  const several = verdicts.length > 1
  const cards = verdicts.map(
    (verdict): Block => ({ kind: 'verdict', verdict, facts: several ? furtherFactsOf(verdict) : factsOf(verdict) }),
  )
  return {
    title: claim.says,
    blocks: [
      { kind: 'text', text: `Experiment “${claim.name}”. ${countSays(verdicts)}` },
      ...notices(provenance),
      // Several in a table, to be taken in at a glance; their sentences follow the figure.
      ...(several ? [verdictTable(verdicts)] : cards),
      ...(first ? [first] : []),
      ...section('The verdicts in words', several ? cards : []),
      ...section('What was to be shown', [{ kind: 'facts', facts: intentOf(provenance) }]),
      ...section('The arms side by side', [tableBlock(findings.arms)]),
      ...section('Slices, and where it loses', sliceBlocks(slices)),
      ...section('What to hold against it', listBlocks(findings.threats)),
      ...section('What was not run', listBlocks(findings.notRun)),
      ...section('How to get it again', originBlocks(provenance)),
      // Of use to who doubts or goes on; nobody needs it to know what was found.
      ...section('More figures, tables and all slices', more),
    ],
  }
}

/** Several claims: a line for each verdict. `href` leads from the page to the report of the run. */
export function overviewPage(runs: readonly (Run & { readonly href: string })[]): Page {
  const rows = runs.flatMap(({ findings, provenance, href }) =>
    findings.verdicts.map((verdict): Cell[] => [
      { text: provenance.claim.name, href },
      ...verdictCells(verdict, provenance.unregistered.length > 0 ? ', unregistered code' : ''),
    ]),
  )
  const verdicts = runs.flatMap(({ findings }) => findings.verdicts)
  const table: PrintedTable = {
    title: 'A line for each verdict',
    note: standingNote(verdicts),
    columns: [{ name: 'claim', numeric: false }, ...verdictColumns],
    rows,
  }
  return {
    title: 'What the experiments found',
    blocks: [
      { kind: 'text', text: countSays(verdicts) },
      { kind: 'table', table },
    ],
  }
}

const verdictTable = (verdicts: readonly Verdict[]): Block => ({
  kind: 'table',
  table: {
    title: 'Verdicts',
    note: standingNote(verdicts),
    columns: verdictColumns,
    rows: verdicts.map((verdict) => verdictCells(verdict, '')),
  },
})

const verdictColumns: PrintedTable['columns'] = [
  ...['primary', 'verdict'].map((name) => ({ name, numeric: false })),
  ...['effect [interval]', 'margin', 'n', 'p, Holm'].map((name) => ({ name, numeric: true })),
  { name: 'standing', numeric: false },
]

const verdictCells = (verdict: Verdict, remark: string): string[] => {
  const { primary, effect, margin, pHolm, standing } = verdict
  return [
    primary,
    outcomeSays(verdict),
    effect ? effectSays(effect) : '–',
    margin === null ? '–' : exactly(margin),
    effect ? String(effect.units) : '–',
    pHolm === null ? '–' : pSays(pHolm),
    standing + remark,
  ]
}

function standingNote(verdicts: readonly Verdict[]): string {
  const standings = [...new Set(verdicts.map(({ standing }) => standing))]
  const levels = [...new Set(verdicts.flatMap(({ effect }) => (effect ? effect.interval.level * 100 : [])))]
  const intervals = levels.map((level) => `Intervals of ${plain(level, 0)}%.`)
  return [...intervals, ...standings.map((standing) => `${capital(standingSays[standing])}.`)].join(' ')
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

const intentOf = ({ claim }: Provenance): Facts => [
  ['Hypothesis', claim.hypothesis],
  ['Refuted if', claim.falsifier],
  ...claim.primaries.map(({ name, says, margin }) => [name, `${says} Margin ${exactly(margin)}.`] as const),
]

function countSays(verdicts: readonly Verdict[]): string {
  const tested = verdicts.filter(({ standing }) => standing !== 'demonstration')
  if (tested.length === 0) return 'It shows and does not test: there is no verdict.'
  const counted = (['supported', 'refuted', 'undecided'] as const satisfies readonly Outcome[])
    .map((outcome) => ({ outcome, count: tested.filter((one) => one.outcome === outcome).length }))
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${count} ${outcome}`)
  return `${tested.length === 1 ? 'One verdict' : `${tested.length} verdicts`}: ${counted.join(', ')}.`
}

function notices({ unregistered }: Provenance): Block[] {
  if (unregistered.length === 0) return []
  const what = unregistered.length === 1 ? unregistered[0] : `${unregistered.length} differences, named at the end`
  return [{ kind: 'text', notice: true, text: `Not the registered code: ${what}. No verdict below is final.` }]
}

function figureBlock(figure: Figure): Block {
  const filled = 'Filled points: the interval leaves the reference out.'
  const hasFilling = figure.kind === 'intervals' && figure.reference !== undefined
  return { kind: 'figure', figure, caption: hasFilling ? `${figure.caption} ${filled}` : figure.caption }
}

export function tableBlock(table: Table): Block {
  const printed = table.columns.map((_, i) => printedColumn(table.rows.map((row) => row[i])))
  return {
    kind: 'table',
    table: {
      title: table.title,
      note: table.note ?? null,
      columns: table.columns.map((name, i) => ({
        name,
        numeric: table.rows.some((row) => typeof row[i] === 'number'),
      })),
      rows: table.rows.map((_, i) => printed.map((column) => column[i])),
    },
  }
}

const sliceBlocks = ({ says, losses }: ReadSlices): Block[] => [
  ...(says ? [{ kind: 'text' as const, text: says }] : []),
  ...(losses ? [tableBlock(losses)] : []),
]

const listBlocks = (items: readonly string[]): Block[] => (items.length === 0 ? [] : [{ kind: 'list', items }])

function originBlocks({ command, commit, seed, fingerprints, inputs, unregistered }: Provenance): Block[] {
  const facts: Facts = [
    ['Commit', commit ?? 'not from a checkout'],
    ['Seed', String(seed)],
    ...fingerprints.map((one) => ['Encoder', one] as const),
    ...inputs.map(({ path, sha256, papers }) => {
      const held = papers ? `, ${papers.count} papers announced ${papers.first} to ${papers.last}` : ''
      return ['Read', `${path}${held}, sha256 ${sha256.slice(0, 16)}`] as const
    }),
  ]
  return [
    { kind: 'command', text: command },
    { kind: 'facts', facts },
    ...(unregistered.length > 1 ? listBlocks([`Not as registered: ${unregistered.join('; ')}.`]) : []),
  ]
}

const section = (heading: string, blocks: readonly Block[]): Block[] =>
  blocks.length === 0 ? [] : [{ kind: 'heading', text: heading }, ...blocks]
