import { monthInWords } from './words.ts'

export interface Bar {
  /** First and last day. */
  readonly since: string
  readonly until: string
  readonly label: string
  readonly count: number
}

const mostBars = 36
/** In months. */
const steps = [1, 3, 12, 60, 120]

/** Counts by month as bars of equal time without gaps, each as wide as is needed for all of them to fit. */
export function barsOf(announced: readonly { readonly month: string; readonly count: number }[]): Bar[] {
  if (announced.length === 0) return []
  const numbered = announced.map(({ month, count }) => ({ at: indexOf(month), count }))
  const first = Math.min(...numbered.map(({ at }) => at))
  const last = Math.max(...numbered.map(({ at }) => at))
  const barOf = (at: number, step: number) => Math.floor(at / step)
  const step = steps.find((one) => barOf(last, one) - barOf(first, one) < mostBars) ?? 1200
  const bars = Array.from({ length: barOf(last, step) - barOf(first, step) + 1 }, (_, i) => {
    const start = (barOf(first, step) + i) * step
    return { since: `${monthAt(start)}-01`, until: lastDayOf(start + step - 1), label: labelOf(start, step), count: 0 }
  })
  for (const { at, count } of numbered) bars[barOf(at, step) - barOf(first, step)].count += count
  return bars
}

const indexOf = (month: string): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1
const monthAt = (index: number): string =>
  `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`

const lastDayOf = (index: number): string =>
  new Date(Date.UTC(Math.floor(index / 12), (index % 12) + 1, 0)).toISOString().slice(0, 10)

function labelOf(start: number, step: number): string {
  if (step === 1) return monthInWords(monthAt(start))
  if (step === 12) return monthAt(start).slice(0, 4)
  const end = start + step - 1
  return step < 12
    ? `${monthInWords(monthAt(start))} to ${monthInWords(monthAt(end))}`
    : `${monthAt(start).slice(0, 4)} to ${monthAt(end).slice(0, 4)}`
}
