import type { Filters, Query } from '../domain/query.ts'
import { termsOf } from '../domain/terms.ts'
import type { FindRequest, GatherRequest } from '../ports.ts'
import { tiersOf } from './router.ts'

/** Candidates that each ranker brings from each tier, on every page the same, so that pages agree. More changes no figure. */
export const candidateDepth = 100

/** What the tiers are asked for. */
export function requestOf(query: Query, subject: string, vector: Float32Array | null, exact: boolean): GatherRequest {
  const tiers = tiersOf(query.mode)
  return {
    terms: termsOf(subject),
    vector,
    filters: effectiveFilters(query),
    phrases: query.phrases,
    ...exclusionsOf(query),
    tiers: { static: tiers.includes('static'), fresh: tiers.includes('fresh') },
    now: query.now,
    horizon: query.now,
    depth: candidateDepth,
    exact,
  }
}

/** How many records a source is asked for: a page, and some to spare for what we hold already. */
const fromEachSource = 25

/** What the sources are asked for. */
export const findRequestOf = (query: Query, subject: string): FindRequest => ({
  subject,
  phrases: query.phrases,
  ...exclusionsOf(query),
  filters: effectiveFilters(query),
  limit: fromEachSource,
})

/** An excluded word of several terms ("state-of-the-art") is a phrase: its parts may stand in any document. */
function exclusionsOf({ excludedTerms, excludedPhrases }: Query) {
  const single = (word: string) => termsOf(word).length === 1
  return {
    excludedTerms: excludedTerms.filter(single),
    excludedPhrases: [...excludedPhrases, ...excludedTerms.filter((word) => !single(word))],
  }
}

/** Filters that were given and dates that were read bind together. */
export function effectiveFilters({ filters, dates }: Query): Filters {
  if (!dates) return filters
  const latest = [filters.since, dates.since].filter((one) => one !== null).sort((a, b) => b - a)[0] ?? null
  const earliest = [filters.until, dates.until].filter((one) => one !== null).sort((a, b) => a - b)[0] ?? null
  return { ...filters, since: latest, until: earliest }
}
