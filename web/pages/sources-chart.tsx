import { dayMs } from '../../src/domain/instant.ts'
import type { WireCoverage } from '../../src/http/coverage.ts'
import { count, dayInWords, grouped, sourceName } from '../search/words.ts'

type Source = WireCoverage['sources'][number]
export type Period = Pick<WireCoverage, 'firstDay' | 'lastDay'>

const daysBetween = (first: string, later: string): number =>
  Math.round((Date.parse(later) - Date.parse(first)) / dayMs)

export interface Bar {
  readonly day: string
  readonly documents: number
  /** In days from the left edge. */
  readonly x: number
  /** Of the tallest bar. */
  readonly share: number
}

export interface Chart {
  /** How many days it is wide. */
  readonly width: number
  readonly most: number
  readonly bars: readonly Bar[]
  /** Where days begin of which more may come, in days from the left edge; null where nobody knows. */
  readonly open: number | null
}

export function chartOf({ days, uncovered }: Pick<Source, 'days' | 'uncovered'>, { firstDay, lastDay }: Period): Chart {
  const width = daysBetween(firstDay, lastDay) + 1
  const most = Math.max(0, ...days.map(({ documents }) => documents))
  const open = uncovered && Math.min(width, Math.max(0, daysBetween(firstDay, uncovered.firstDay)))
  return {
    width,
    most,
    open,
    bars: days.map(({ day, documents }) => ({
      day,
      documents,
      x: daysBetween(firstDay, day),
      share: documents / most,
    })),
  }
}

const height = 100

/** Stretched to the width there is, so its words stand outside: letters would be stretched too. */
export function CoverageChart({ source, period }: { source: Source; period: Period }) {
  const { width, most, bars, open } = chartOf(source, period)
  const says = `Papers of ${sourceName(source.source)} by day of announcement: ${describe(source, most)}`
  return (
    <figure class="coverage-chart">
      <div class="most" aria-hidden="true">
        {most > 0 && count(most, 'paper')}
      </div>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={says}>
        {open !== null && open < width && <rect class="open" x={open} y="0" width={width - open} height={height} />}
        {bars.map(({ day, documents, x, share }) => (
          <rect key={day} class="bar" x={x + 0.1} y={height * (1 - share)} width="0.8" height={height * share}>
            <title>{`${dayInWords(day)}: ${grouped(documents)}`}</title>
          </rect>
        ))}
      </svg>
      <div class="ends" aria-hidden="true">
        <span>{dayInWords(period.firstDay)}</span>
        <span>{dayInWords(period.lastDay)}</span>
      </div>
    </figure>
  )
}

function describe({ days, documents }: Source, most: number): string {
  const top = days.find((one) => one.documents === most)
  if (!top) return 'none.'
  return `${grouped(documents)} on ${count(days.length, 'day')}, at most ${grouped(most)} on ${dayInWords(top.day)}.`
}
