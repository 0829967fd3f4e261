import { ceilingOf, idf, type LengthNorm, lengthNorm } from '../../domain/bm25.ts'
import { ageBins, type Evidence, type TermEvidence } from '../../domain/evidence.ts'
import { dayMs, type Instant } from '../../domain/instant.ts'
import type { GatherRequest } from '../../ports.ts'
import { newerThan } from './gone.ts'
import type { Standing } from './standing.ts'

/** What is true of all documents together, whatever the filters. */
export interface Context {
  readonly norm: LengthNorm
  readonly evidence: Omit<Evidence, 'candidates' | 'best'>
}

/**
 * Counts every document that was held by the horizon once. Tiers count what is in their lists, by binary search where they
 * can; what does not stand is looked up one by one and taken off.
 */
export function contextOf(standings: readonly Standing[], { terms, now, horizon }: GatherRequest): Context {
  const sum = (of: (standing: Standing) => number) => standings.reduce((total, standing) => total + of(standing), 0)
  const whole = standings.map(({ tier, high }) => tier.statistics(horizon, high))
  const documents = whole.reduce((total, one) => total + one.documents, 0) - sum(({ gone }) => gone.ordinals.length)
  const tokens = whole.reduce((total, one) => total + one.tokens, 0) - sum(({ gone }) => gone.tokens)
  const daysAgo = ageBins.map((days) => (now - days * dayMs) as Instant)
  const known = [...occurrences(terms)].map(([term, times]): TermEvidence => {
    const gone = standings.map((standing) => standing.gone.datesOf(term))
    const holding = (after: Instant | null) =>
      standings.reduce(
        (total, { tier, high }, i) => total + tier.frequency(term, after, horizon, high) - newerThan(after, gone[i]),
        0,
      )
    const all = holding(null)
    const ages = binned([...daysAgo.map(holding), all])
    return { term, documents: all, ages, ceiling: ceilingOf(idf(documents, all), times) }
  })
  const since = daysAgo.map((after) =>
    sum(({ tier, high, gone }) => tier.announcedBetween(after, horizon, high) - newerThan(after, gone.dates)),
  )
  return {
    norm: lengthNorm({ documents, tokens }),
    evidence: {
      idealBm25: known.reduce((sum, { ceiling }) => sum + ceiling, 0),
      terms: known,
      documents,
      corpusAges: binned([...since, documents]),
      lastWeek: since[0],
    },
  }
}

const binned = (cumulative: readonly number[]): number[] =>
  cumulative.map((count, i) => count - (i === 0 ? 0 : cumulative[i - 1]))

function occurrences(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1)
  return counts
}
