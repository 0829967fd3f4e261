import type { Verdict } from '../../src/http/findings.ts'

const minus = '−'
const enDash = '–'

const decimal = (value: number, decimals: number): string => value.toFixed(decimals).replace('-', minus)
const signed = (value: number): string => `${value > 0 ? '+' : ''}${decimal(value, 3)}`

/** `+0.159 [+0.096, +0.246]`: the mean and its interval; an end that is not known is infinite. */
export function effectInWords({ effect }: Pick<Verdict, 'effect'>): string {
  if (effect === null) return enDash
  const { low, high } = effect.interval
  return `${signed(effect.mean)} [${low === null ? `${minus}∞` : signed(low)}, ${high === null ? '+∞' : signed(high)}]`
}

export const marginInWords = (margin: number | null): string =>
  margin === null ? enDash : `${margin > 0 ? '+' : ''}${margin}`.replace('-', minus)

export function pInWords(p: number | null): string {
  if (p === null) return enDash
  return p < 0.001 ? '< 0.001' : decimal(p, 3)
}

export const outcomeInWords = ({ outcome, standing }: Pick<Verdict, 'outcome' | 'standing'>): string =>
  standing === 'demonstration' ? 'shown, not tested' : outcome

export const standingInWords: Readonly<Record<Verdict['standing'], string>> = {
  development: 'on topics that were looked at while building',
  confirmatory: 'on topics kept apart until the run',
  simulation: 'on generated data',
  demonstration: 'shows, and tests nothing',
}

/** `5 supported, 1 undecided`. */
export function tally(verdicts: readonly Verdict[]): string {
  const outcomes = [...new Set(verdicts.map(outcomeInWords))]
  return outcomes
    .map((one) => `${verdicts.filter((verdict) => outcomeInWords(verdict) === one).length} ${one}`)
    .join(', ')
}

/** Cells of one column, with decimals in line; null is an en dash. */
export function columnInWords(cells: readonly (string | number | null)[]): string[] {
  const numbers = cells.filter((cell) => typeof cell === 'number')
  const decimals = numbers.every(Number.isInteger) ? 0 : Math.max(...numbers.map(Math.abs)) < 100 ? 3 : 1
  return cells.map((cell) => {
    if (cell === null) return enDash
    if (typeof cell === 'string') return cell
    return decimals === 0 ? cell.toLocaleString('en').replace('-', minus) : decimal(cell, decimals)
  })
}
