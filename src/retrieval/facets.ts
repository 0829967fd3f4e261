import type { Facets, FacetValue } from '../domain/answer.ts'
import type { DocumentKey, Traits } from '../domain/document.ts'
import { dayOf } from '../domain/instant.ts'
import type { Scored } from './score.ts'

const mostValues = 20
const monthLength = 'YYYY-MM'.length

/** Of the candidates that match well; `traits` has those that are still held. */
export function countFacets(matching: readonly Scored[], traits: ReadonlyMap<DocumentKey, Traits>): Facets {
  const held = matching.flatMap(({ candidate }) => {
    const found = traits.get(candidate.key)
    return found ? [{ ...found, announced: candidate.announced }] : []
  })
  const months = countOf(held.flatMap(({ announced }) => (announced === null ? [] : monthOf(dayOf(announced)))))
  return {
    announced: months
      .map(([month, count]) => ({ month, count }))
      .sort((one, other) => (one.month < other.month ? -1 : 1)),
    category: commonest(held.flatMap((one) => one.categories)),
    source: commonest(held.flatMap((one) => one.sources)),
    country: commonest(held.flatMap((one) => one.countries)),
    kind: commonest(held.map((one) => one.kind)),
    field: commonest(held.flatMap((one) => one.fields)),
  }
}

const monthOf = (day: string): string => day.slice(0, monthLength)

function countOf(values: readonly string[]): [value: string, count: number][] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
}

const commonest = (values: readonly string[]): FacetValue[] =>
  countOf(values)
    .map(([value, count]) => ({ value, count }))
    .sort((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1))
    .slice(0, mostValues)
