/** What an experiment found, as plain data: reports and the page are made of this and of nothing else. */

export interface Interval {
  readonly low: number
  readonly high: number
  /** For example 0.95. */
  readonly level: number
}

/** A paired difference over topics (or weeks), treatment minus comparator. */
export interface Effect {
  readonly mean: number
  readonly interval: Interval
  /** Units that were resampled: topics, or weeks of known-item queries. */
  readonly units: number
  /** Standard deviation of the paired differences. */
  readonly sigma: number
  /** Of a two-sided randomisation test against no difference. */
  readonly p: number
}

export type Outcome = 'supported' | 'refuted' | 'undecided'

/**
 * `development`: on topics that were looked at while building. `confirmatory`: on topics kept apart until then.
 * `simulation`: on generated data. `demonstration`: shows, and tests nothing.
 */
export type Standing = 'development' | 'confirmatory' | 'simulation' | 'demonstration'

export interface Verdict {
  /** Name of the primary that it is the verdict on. */
  readonly primary: string
  readonly standing: Standing
  readonly outcome: Outcome
  /** In a sentence, with figures. */
  readonly says: string
  readonly effect: Effect | null
  /** The registered margin that the interval is held against. */
  readonly margin: number | null
  /** p after Holm's correction over the registered primaries; null where nothing was tested. */
  readonly pHolm: number | null
  /** Difference of judged@10 between the two arms: beyond .05 nothing is decided. Null where all is judged. */
  readonly judgedGap: number | null
}

export interface Table {
  readonly title: string
  readonly note?: string
  readonly columns: readonly string[]
  /** Numbers of a column are printed with decimals in line, null as an en dash. */
  readonly rows: readonly (readonly (string | number | null)[])[]
}

interface FigureText {
  /** File name without ending. */
  readonly name: string
  readonly title: string
  /** What is to be seen, in a sentence or two: it stands below the figure and is its text alternative. */
  readonly caption: string
}

/** A row for each estimate, with its interval. */
export interface IntervalFigure extends FigureText {
  readonly kind: 'intervals'
  readonly xLabel: string
  /** Vertical lines: no difference, and the registered margins. */
  readonly reference?: number
  readonly margins?: readonly number[]
  readonly rows: readonly {
    readonly label: string
    readonly group?: string
    readonly mean: number
    readonly low: number
    readonly high: number
  }[]
}

export interface LineFigure extends FigureText {
  readonly kind: 'lines'
  readonly xLabel: string
  readonly yLabel: string
  readonly xScale?: 'linear' | 'log'
  readonly reference?: number
  readonly series: readonly {
    readonly label: string
    readonly points: readonly {
      readonly x: number
      readonly y: number
      readonly low?: number
      readonly high?: number
    }[]
  }[]
}

export type Figure = IntervalFigure | LineFigure

export interface Findings {
  readonly claim: string
  readonly verdicts: readonly Verdict[]
  /** The arms side by side: quality, freshness, cost. */
  readonly arms: Table
  /** Slices, those where the treatment loses among them. */
  readonly slices: readonly Table[]
  readonly tables: readonly Table[]
  readonly figures: readonly Figure[]
  /** What a reviewer should hold against the result. */
  readonly threats: readonly string[]
  /** What was asked for and not run, with the reason. */
  readonly notRun: readonly string[]
}
