import { parse, View } from 'vega'
import { type Config, compile } from 'vega-lite'
import { escaped } from '../../src/domain/escape.ts'
import type { Figure } from '../findings.ts'
import { intervalSpec } from './interval-figure.ts'
import { lineSpec } from './line-figure.ts'
import { font, fontSize, ink, pageColours } from './pens.ts'

/** The figure as SVG on no ground, with its title and caption as text alternative. The same figure gives the same bytes. */
export async function drawn(figure: Figure): Promise<string> {
  const spec = figure.kind === 'intervals' ? intervalSpec(figure) : lineSpec(figure)
  const { spec: vega } = compile(spec, { config })
  const view = new View(parse(vega), { renderer: 'none' })
  const svg = await view.toSVG()
  view.finalize()
  return described(svg, figure)
}

/** For a file of its own: black on white, wherever it is shown. */
export const asFile = (svg: string): string =>
  `${svg.replace(/<\/desc>/, `</desc><rect width="100%" height="100%" fill="${ink.paper}"/>`)}\n`

/** For a page: its colours become the page's own, light or dark. */
export const asPart = (svg: string): string =>
  [...pageColours].reduce((text, [colour, name]) => text.replaceAll(colour, `var(${name})`), svg)

function described(svg: string, { name, title, caption }: Figure): string {
  const size = /^<svg [^>]*?(width="[^"]*" height="[^"]*" viewBox="[^"]*")[^>]*>/.exec(svg)
  if (!size) throw new Error('vega no longer begins its SVG with the size')
  const id = `figure-${escaped(name)}`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size[1]} role="img" aria-labelledby="${id}-title ${id}-caption">`,
    `<title id="${id}-title">${escaped(title)}</title>`,
    `<desc id="${id}-caption">${escaped(caption)}</desc>`,
    svg.slice(size[0].length),
  ].join('')
}

const axis = {
  labelColor: ink.soft,
  titleColor: ink.text,
  gridColor: ink.line,
  domainColor: ink.soft,
  tickColor: ink.soft,
  labelFontSize: fontSize - 1,
  titleFontSize: fontSize,
  titleFontWeight: 'normal',
  titlePadding: 10,
  labelPadding: 6,
} as const

const config: Config = {
  font,
  // The text alternative stands at the head of the figure; its parts would only repeat it number by number.
  aria: false,
  autosize: { type: 'none' },
  background: 'transparent',
  view: { stroke: null },
  axis,
  text: { color: ink.text, fontSize },
  rule: { color: ink.text },
}
