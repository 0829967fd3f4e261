/** Where the records of a stream come from, and what can be known of that by reading them: their precision, not their age. */
export interface Source {
  readonly name: string
  /** Dated by arXiv's calendar, with versions and withdrawals; what the local upstream shows. */
  readonly isArxiv: boolean
  /** Share of its records that serve their readers. */
  readonly precision: number
  /** When most of its records come. */
  readonly ages: 'young' | 'even' | 'old'
  /** Of the stream's records. */
  readonly share: number
}

/**
 * Young and old sources are as good as each other on the whole, so that age says nothing of a record's use once the
 * source is known, nor before.
 */
export const sources: readonly Source[] = [
  { name: 'arxiv', isArxiv: true, precision: 0.55, ages: 'even', share: 0.7 },
  { name: 'harbour-letters', isArxiv: false, precision: 0.9, ages: 'young', share: 0.06 },
  { name: 'evening-notes', isArxiv: false, precision: 0.75, ages: 'old', share: 0.06 },
  { name: 'common-reports', isArxiv: false, precision: 0.55, ages: 'even', share: 0.06 },
  { name: 'old-mill-papers', isArxiv: false, precision: 0.35, ages: 'old', share: 0.06 },
  { name: 'morning-digest', isArxiv: false, precision: 0.2, ages: 'young', share: 0.06 },
]

/** A place in the span, between 0 and 1, for a number drawn evenly there. */
export function placeIn({ ages }: Source, drawn: number): number {
  switch (ages) {
    case 'young':
      return Math.sqrt(drawn)
    case 'even':
      return drawn
    case 'old':
      return 1 - Math.sqrt(1 - drawn)
  }
}
