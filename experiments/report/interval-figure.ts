import type { TopLevelSpec } from 'vega-lite'
import type { IntervalFigure } from '../findings.ts'
import { figureWidth, ink, lineHeight, spanOf, widthOf, wrapped } from './pens.ts'
import { alike, exactly, plain, signed } from './words.ts'

type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number]

/**
 * A line for each estimate: its name, its interval with the point, and its figures in print. Filled points are those
 * whose interval leaves the reference out.
 */
export function intervalSpec(figure: IntervalFigure): TopLevelSpec {
  const { rows, heights } = placed(figure)
  const height = heights.reduce((sum, one) => sum + one, 0)
  const left = Math.max(60, ...rows.flatMap(({ lines }) => lines).map((line) => widthOf(line) + 14))
  const right = Math.max(40, ...rows.map(({ figures }) => widthOf(figures) + 14))
  const width = figureWidth - left - right
  const marked = markedValues(figure)
  const ends = figure.rows.flatMap((row) => [row.low, row.mean, row.high]).filter(Number.isFinite)
  const [low, high] = spanOf([...ends, ...marked.map(({ value }) => value)], 0.05)
  const marks = stacked(marked, (value) => ((value - low) / (high - low)) * width)
  const levels = Math.max(0, ...marks.map(({ level }) => level + 1))
  const ground: Ground = {
    x: (field) => ({ field, type: 'quantitative' }),
    y: (field) => ({ field, type: 'quantitative', axis: null, scale: { domain: [height, 0] } }),
  }
  const axis = {
    scale: { domain: [low, high], nice: false, zero: false },
    axis: { title: figure.xLabel, grid: true, domain: false, ticks: false, tickCount: Math.floor(width / 70) },
  }
  // An end that is not known lies beyond the edge.
  const inside = (value: number) => Math.min(Math.max(value, low), high)
  const estimates = rows
    .filter((row) => row.kind === 'estimate')
    .map((row) => ({ ...row, low: inside(row.low), high: inside(row.high) }))
  return {
    width,
    height,
    padding: { left, right, top: 10 + levels * lineHeight, bottom: 48 },
    layer: [
      markLayer(marks, axis, height, ground),
      ...estimateLayers(estimates, width, ground),
      ...nameLayers(rows, ground),
    ],
  }
}

/** Along: the figure's own units. Down: pixels, since rows are of different heights. */
interface Ground {
  x(field: string): { field: string; type: 'quantitative' }
  y(field: string): { field: string; type: 'quantitative'; axis: null; scale: { domain: number[] } }
}

/** Reference and margins, each with its name; the axis is said here for all layers. */
const markLayer = (values: object[], axis: object, height: number, { x, y }: Ground): Layer => ({
  data: { values },
  layer: [
    {
      mark: { type: 'rule', y2: height },
      encoding: {
        x: { ...x('value'), ...axis },
        y: y('top'),
        strokeDash: {
          field: 'kind',
          type: 'nominal',
          scale: { domain: ['reference', 'margin'], range: [[], [4, 3]] },
          legend: null,
        },
      },
    },
    {
      mark: { type: 'text', baseline: 'bottom', color: ink.soft },
      encoding: { x: x('value'), y: y('at'), text: { field: 'says' } },
    },
  ],
})

const estimateLayers = (values: object[], width: number, { x, y }: Ground): Layer[] => [
  {
    data: { values },
    mark: { type: 'rule', strokeWidth: 2.5 },
    encoding: { x: x('low'), x2: { field: 'high' }, y: y('y') },
  },
  {
    data: { values },
    mark: { type: 'point', size: 70, strokeWidth: 2, opacity: 1, stroke: ink.text },
    encoding: { x: x('mean'), y: y('y'), fill: { field: 'fill', type: 'nominal', scale: null, legend: null } },
  },
  {
    data: { values },
    mark: { type: 'text', align: 'left', x: width + 12 },
    encoding: { y: y('y'), text: { field: 'figures' } },
  },
]

const nameLayers = (rows: readonly PlacedRow[], { y }: Ground): Layer[] =>
  (['heading', 'estimate'] as const).map((kind) => ({
    data: { values: rows.filter((row) => row.kind === kind) },
    mark: { type: 'text', align: 'right', x: -12, lineHeight, fontWeight: kind === 'heading' ? 'bold' : 'normal' },
    encoding: { y: y('textY'), text: { field: 'lines' } },
  }))

/** Of a row's name, in characters. */
const nameColumns = 28

interface PlacedRow {
  readonly kind: 'heading' | 'estimate'
  readonly lines: readonly string[]
  readonly figures: string
  readonly y: number
  /** Of the first line of several. */
  readonly textY: number
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly fill: string
}

/** Rows from top to bottom, a heading wherever the group changes. */
function placed({ rows, reference }: IntervalFigure): { rows: PlacedRow[]; heights: number[] } {
  const decimals = alike(rows.flatMap(({ mean, low, high }) => [mean, low, high]))
  const heights: number[] = []
  const out: PlacedRow[] = []
  const add = (row: Omit<PlacedRow, 'y' | 'textY'>): void => {
    const above = heights.reduce((sum, one) => sum + one, 0)
    const height = row.lines.length * lineHeight + (row.kind === 'heading' ? 14 : 10)
    const y = above + height / 2 + (row.kind === 'heading' ? 3 : 0)
    heights.push(height)
    out.push({ ...row, y, textY: y - ((row.lines.length - 1) * lineHeight) / 2 })
  }
  let group: string | undefined
  for (const row of rows) {
    if (row.group !== undefined && row.group !== group) {
      add({
        kind: 'heading',
        lines: wrapped(row.group, nameColumns),
        figures: '',
        mean: 0,
        low: 0,
        high: 0,
        fill: ink.paper,
      })
    }
    group = row.group
    const leavesOut = reference === undefined || row.low > reference || row.high < reference
    const print = (value: number) => (reference === 0 ? signed(value, decimals) : plain(value, decimals))
    add({
      kind: 'estimate',
      lines: wrapped(row.label, nameColumns),
      figures: `${print(row.mean)} [${print(row.low)}, ${print(row.high)}]`,
      mean: row.mean,
      low: row.low,
      high: row.high,
      fill: leavesOut ? ink.text : ink.paper,
    })
  }
  return { rows: out, heights }
}

interface MarkedValue {
  readonly kind: 'reference' | 'margin'
  readonly value: number
  readonly says: string
}

function markedValues({ reference, margins }: IntervalFigure): MarkedValue[] {
  const lines: MarkedValue[] = (margins ?? []).map((value) => ({
    kind: 'margin',
    value,
    says: `margin ${exactly(value)}`,
  }))
  if (reference === undefined) return lines
  const says = reference === 0 ? 'no difference' : exactly(reference)
  return [...lines, { kind: 'reference', value: reference, says }]
}

/** Labels side by side where there is room, one above the other where there is not. */
function stacked(marks: readonly MarkedValue[], pixelOf: (value: number) => number) {
  const ends: number[] = []
  return [...marks]
    .sort((one, other) => one.value - other.value)
    .map((mark) => {
      const half = widthOf(mark.says) / 2
      const middle = pixelOf(mark.value)
      const free = ends.findIndex((end) => end + 8 < middle - half)
      const level = free === -1 ? ends.length : free
      ends[level] = middle + half
      const at = -6 - level * lineHeight
      return { ...mark, level, at, top: at + 2 }
    })
}
