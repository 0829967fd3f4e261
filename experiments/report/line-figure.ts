import type { TopLevelSpec } from 'vega-lite'
import type { LineFigure } from '../findings.ts'
import { figureWidth, ink, lineHeight, type Pen, pens, spanOf, widthOf, wrapped } from './pens.ts'

type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number]
type Series = LineFigure['series'][number]

const height = 320
/** Beyond so many points a series has a band instead of a bar at each point. */
const barsUpTo = 12
/** From the edge of the plot to the names of the lines; their point shapes stand before them. */
const nameIndent = 26

/** A line for each series, named at its end, with a bar or band for its intervals. */
export function lineSpec(figure: LineFigure): TopLevelSpec {
  const series = figure.series.filter(({ points }) => points.length > 0)
  const names = namesOf(figure, series)
  const right = Math.max(40, ...names.flatMap(({ lines }) => lines).map((line) => widthOf(line) + nameIndent + 4))
  const left = 58
  const frame = framed(figure, series, figureWidth - left - right)
  const ends = spread(names, frame)
  const ticks = frame.xTicks ? { values: frame.xTicks } : {}
  return {
    width: frame.width,
    height,
    padding: { left, right, top: 36, bottom: 52 },
    layer: [
      {
        // Scales and axes, said once for all layers.
        data: { values: [{ x: frame.x[0], y: frame.y[0] }] },
        mark: { type: 'point', opacity: 0 },
        encoding: {
          x: {
            field: 'x',
            type: 'quantitative',
            scale: { type: figure.xScale ?? 'linear', domain: frame.x, nice: false },
            axis: { title: figure.xLabel, grid: false, format: ',~r', labelFlush: false, labelOverlap: true, ...ticks },
          },
          y: {
            field: 'y',
            type: 'quantitative',
            scale: { domain: frame.y, nice: false, zero: false },
            axis: { title: null, domain: false, ticks: false, tickCount: 6 },
          },
        },
      },
      ...referenceLayers(figure),
      ...series.flatMap((one, i) => seriesLayers(one, penOf(i), (i - (series.length - 1) / 2) * 4)),
      ...ends.flatMap((end) => nameLayers(end, frame.width)),
      nameAt(-left + 4, -20, [figure.yLabel]),
    ],
  }
}

const penOf = (i: number): Pen => pens[i % pens.length]

interface Frame {
  readonly width: number
  readonly x: [number, number]
  readonly y: [number, number]
  /** Null leaves them to the library. */
  readonly xTicks: number[] | null
  pixel(point: { readonly x: number; readonly y: number }): { readonly x: number; readonly y: number }
}

/** Axes are set here and not by the library, because the names at the ends of lines need to know where those end. */
function framed(figure: LineFigure, series: readonly Series[], width: number): Frame {
  const points = series.flatMap((one) => one.points)
  const ys = points.flatMap(({ y, low, high }) => [y, low ?? y, high ?? y])
  const [low, high] = spanOf(figure.reference === undefined ? ys : [...ys, figure.reference], 0.06)
  // Nearly from nothing is from nothing.
  const least = Math.min(...ys)
  const fromZero = least >= 0 && least < 0.35 * Math.max(...ys)
  const y: [number, number] = [fromZero ? 0 : low, high]
  const xs = [...new Set(points.map((point) => point.x))].sort((one, other) => one - other)
  const log = figure.xScale === 'log'
  const along = log ? Math.log10 : (value: number) => value
  const [start, end] = spanOf(xs.map(along), 0.03)
  return {
    width,
    x: log ? [10 ** start, 10 ** end] : [start, end],
    y,
    xTicks: xs.length <= 8 ? xs : log ? decades(start, end) : null,
    pixel: (point) => ({
      x: ((along(point.x) - start) / (end - start)) * width,
      y: (1 - (point.y - y[0]) / (y[1] - y[0])) * height,
    }),
  }
}

const decades = (from: number, to: number): number[] =>
  Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, i) => 10 ** (Math.ceil(from) + i))

const referenceLayers = ({ reference }: LineFigure): Layer[] =>
  reference === undefined
    ? []
    : [{ data: { values: [{}] }, mark: { type: 'rule', color: ink.soft }, encoding: { y: { datum: reference } } }]

/** `aside` keeps bars of several series at the same x from covering each other. */
function seriesLayers({ points }: Series, { colour, dash, shape }: Pen, aside: number): Layer[] {
  // Copies: vega marks the objects that it is given.
  const data = { values: points.map((point) => ({ ...point })) }
  const bounded = { values: data.values.filter((one) => one.low !== undefined && one.high !== undefined) }
  const x = { field: 'x', type: 'quantitative' as const }
  const y = { field: 'y', type: 'quantitative' as const }
  const span = { x, y: { field: 'low', type: 'quantitative' as const }, y2: { field: 'high' } }
  const bars = points.length <= barsUpTo
  const interval: Layer[] =
    bounded.values.length === 0
      ? []
      : [
          bars
            ? {
                data: bounded,
                mark: { type: 'rule', color: colour, strokeWidth: 1.25, xOffset: aside, x2Offset: aside },
                encoding: span,
              }
            : { data: bounded, mark: { type: 'area', color: colour, opacity: 0.14 }, encoding: span },
        ]
  const offset = bars && bounded.values.length > 0 ? { xOffset: aside } : {}
  return [
    ...interval,
    {
      data,
      mark: { type: 'line', color: colour, strokeDash: [...dash], strokeWidth: 2, ...offset },
      encoding: { x, y },
    },
    ...(bars
      ? [
          {
            data,
            mark: { type: 'point' as const, color: colour, shape, filled: true, size: 64, opacity: 1, ...offset },
            encoding: { x, y },
          },
        ]
      : []),
  ]
}

/** What stands beside the plot: the name of a line, or of the reference, which has no pen. */
interface Name {
  readonly lines: readonly string[]
  readonly pen: Pen | null
  /** Where it belongs, in the figure's own units; null at the edge of the plot. */
  readonly x: number | null
  readonly y: number
}

function namesOf({ reference }: LineFigure, series: readonly Series[]): Name[] {
  const names = series.map(({ label, points }, i): Name => {
    const { x, y } = points.reduce((best, point) => (point.x >= best.x ? point : best))
    return { lines: wrapped(label, 24), pen: penOf(i), x, y }
  })
  if (reference === undefined) return names
  const says = reference === 0 ? 'no difference' : `reference ${reference}`
  return [...names, { lines: [says], pen: null, x: null, y: reference }]
}

interface End {
  readonly name: Name
  /** Of its line, in pixels. */
  readonly end: { readonly x: number; readonly y: number }
  /** Middle of the name. */
  readonly y: number
}

/** Names beside the ends of their lines, moved down and up as far as it takes for none to cover another. */
function spread(names: readonly Name[], frame: Frame): End[] {
  const tall = ({ name }: { name: Name }) => name.lines.length * lineHeight
  let free = Number.NEGATIVE_INFINITY
  const downwards = names
    .map((name) => {
      const { x, y } = frame.pixel({ x: name.x ?? 1, y: name.y })
      return { name, end: { x: name.x === null ? frame.width : x, y } }
    })
    .sort((one, other) => one.end.y - other.end.y)
    .map((one): End => {
      const y = Math.max(one.end.y, free + tall(one) / 2)
      free = y + tall(one) / 2 + 2
      return { ...one, y }
    })
  let ceiling = height + lineHeight
  return downwards.toReversed().map((one) => {
    const y = Math.min(one.y, ceiling - tall(one) / 2)
    ceiling = y - tall(one) / 2 - 2
    return { ...one, y }
  })
}

function nameLayers({ name: { lines, pen }, end, y }: End, width: number): Layer[] {
  const data = { values: [{}] }
  const leader: Layer = {
    data,
    mark: { type: 'rule', color: ink.soft, strokeWidth: 1, strokeDash: [1, 3] },
    encoding: { x: { value: end.x + 7 }, x2: { value: width + 8 }, y: { value: end.y }, y2: { value: y } },
  }
  const name = nameAt(width + (pen ? nameIndent : 12), y - ((lines.length - 1) * lineHeight) / 2, lines)
  if (!pen) return [leader, name]
  const { colour, shape } = pen
  const point: Layer = {
    data,
    mark: { type: 'point', color: colour, shape, filled: true, size: 64, opacity: 1 },
    encoding: { x: { value: width + 15 }, y: { value: y } },
  }
  return [leader, point, name]
}

const nameAt = (x: number, y: number, lines: readonly string[]): Layer => ({
  data: { values: [{ lines }] },
  mark: { type: 'text', align: 'left', baseline: 'middle', lineHeight },
  encoding: { x: { value: x }, y: { value: y }, text: { field: 'lines' } },
})
