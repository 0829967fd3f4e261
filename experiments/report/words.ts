import type { Effect, Standing, Verdict } from '../findings.ts'

/** How figures and states are put into words, the same in every format. */

export function outcomeSays({ outcome, standing }: Pick<Verdict, 'outcome' | 'standing'>): string {
  if (standing === 'demonstration') return 'Shown, not tested'
  return { supported: 'Supported', refuted: 'Refuted', undecided: 'Undecided' }[outcome]
}

export const standingSays: Readonly<Record<Standing, string>> = {
  development: 'development: on topics that were looked at while building',
  confirmatory: 'confirmatory: on topics kept apart until this run',
  simulation: 'simulation: on generated data',
  demonstration: 'demonstration: shows, and tests nothing',
}

/** Decimals for all of the values: three digits of the largest, and no more than three or four places where those say something. */
export function alike(values: readonly number[]): number {
  const largest = Math.max(...values.map(Math.abs).filter(Number.isFinite), 0)
  if (largest === 0) return 0
  const digits = Math.max(2 - Math.floor(Math.log10(largest)), 0)
  return largest < 0.0001 ? digits : Math.min(digits, largest < 0.01 ? 4 : 3)
}

const minus = '\u2212'
const enDash = '\u2013'

export function plain(value: number, decimals: number): string {
  if (Number.isNaN(value)) return enDash
  return Number.isFinite(value) ? value.toFixed(decimals).replace('-', minus) : `${value < 0 ? minus : ''}\u221e`
}
export const signed = (value: number, decimals: number): string => `${value > 0 ? '+' : ''}${plain(value, decimals)}`

/** A figure that somebody chose, as it was chosen. */
export const exactly = (value: number): string => `${value > 0 ? '+' : ''}${value}`.replace('-', minus)

/** `+0.041 [0.012, 0.069]`: the mean and its interval. */
export function effectSays({ mean, interval: { low, high } }: Pick<Effect, 'mean' | 'interval'>): string {
  const decimals = alike([mean, low, high])
  return `${signed(mean, decimals)} [${signed(low, decimals)}, ${signed(high, decimals)}]`
}

export const pSays = (p: number): string => (p < 0.001 ? '< 0.001' : plain(p, 3))

type Facts = readonly (readonly [name: string, value: string])[]

/** What the verdict rests on, name and figure; what was not had is left out. */
export function factsOf({ effect, margin, pHolm, judgedGap, standing }: Verdict): Facts {
  return [
    ...(effect ? ([[`effect, ${plain(effect.interval.level * 100, 0)}% interval`, effectSays(effect)]] as const) : []),
    ...(margin === null ? [] : ([['registered margin', exactly(margin)]] as const)),
    ...(effect ? ([['n', `${effect.units} units, \u03c3 ${plain(effect.sigma, 3)}`]] as const) : []),
    ...(pHolm === null ? [] : ([['p, Holm', pSays(pHolm)]] as const)),
    ...judgedFacts(judgedGap),
    ['standing', standingSays[standing]],
  ]
}

/** What a table of verdicts has no room for. */
export const furtherFactsOf = ({ effect, judgedGap }: Verdict): Facts => [
  ...(effect ? ([['\u03c3 of the differences', plain(effect.sigma, 3)]] as const) : []),
  ...judgedFacts(judgedGap),
]

const judgedFacts = (gap: number | null): Facts => (gap === null ? [] : [['difference of judged@10', signed(gap, 3)]])

/**
 * Cells of a column in print: decimals in line, four digits for the largest. A value that would keep fewer than two of
 * its digits so has its own.
 */
export function printedColumn(cells: readonly (string | number | null)[]): string[] {
  const numbers = cells.filter((cell) => typeof cell === 'number')
  const whole = numbers.every(Number.isInteger)
  const largest = Math.max(...numbers.map(Math.abs), 0)
  const decimals = whole || largest === 0 ? 0 : clamped(3 - Math.floor(Math.log10(largest)), 0, 4)
  return cells.map((cell) => {
    if (cell === null) return enDash
    if (typeof cell === 'string') return cell
    if (whole) return grouped(cell)
    const own = cell === 0 ? 0 : 1 - Math.floor(Math.log10(Math.abs(cell)))
    return own > decimals ? plain(cell, Math.min(own, 20)) : grouped(cell, decimals)
  })
}

const grouped = (value: number, decimals = 0): string =>
  value
    .toLocaleString('en-GB', { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: 'min2' })
    .replace('-', minus)

const clamped = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most)
