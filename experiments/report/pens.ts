/**
 * What figures are drawn with. Dash and shape tell series apart in black and white; colour only helps. Each colour stands
 * once in a palette, so that a page can exchange it by its own (`pageColours`).
 */
export const ink = { text: '#1b1a18', soft: '#6a665e', line: '#dedad1', paper: '#ffffff' } as const

export interface Pen {
  readonly colour: string
  readonly dash: readonly number[]
  readonly shape: string
}

export const pens: readonly Pen[] = [
  { colour: '#1b1a18', dash: [], shape: 'circle' },
  { colour: '#0f5c8c', dash: [7, 3], shape: 'square' },
  { colour: '#a5440c', dash: [2, 3], shape: 'triangle-up' },
  { colour: '#4f6f16', dash: [10, 3, 2, 3], shape: 'diamond' },
  { colour: '#6b3a8f', dash: [4, 2], shape: 'cross' },
  { colour: '#7d6205', dash: [1, 2], shape: 'triangle-down' },
]

/** Names of the page's own colours, in its style sheet, by the colour of the figure that each replaces. */
export const pageColours: ReadonlyMap<string, string> = new Map([
  [ink.text, '--ink'],
  [ink.soft, '--soft'],
  [ink.line, '--line'],
  [ink.paper, '--paper'],
  ...pens.slice(1).map(({ colour }, i): [string, string] => [colour, `--pen-${i + 2}`]),
])

export const font = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif'
export const fontSize = 13
export const lineHeight = 16
/** Of the whole figure, labels among it. */
export const figureWidth = 700

/** Without a canvas nobody can measure text; this is how wide the widest of the usual fonts run. */
export const widthOf = (text: string): number => Math.ceil(text.length * fontSize * 0.6)

/** Lines of at most so many characters, broken at spaces; a longer word stands whole. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < columns) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** The least interval of an axis that holds all values, and some room on either side. */
export function spanOf(values: readonly number[], room: number): [number, number] {
  if (values.length === 0) return [0, 1]
  const low = Math.min(...values)
  const high = Math.max(...values)
  const margin = (high - low || Math.abs(high) || 1) * room
  return [low - margin, high + margin]
}
