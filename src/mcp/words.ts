import type { WireDocument } from '../http/answers.ts'
import type { Explained, Found, Freshness } from './results.ts'

/** The tools' answers as short text. What others wrote stands in quotes on one line, so that it cannot pass for ours. */

const quoted = (text: string): string => JSON.stringify(text)

const list = (authors: readonly string[]): string =>
  authors.length > 3 ? `${authors.slice(0, 3).join(', ')} and ${authors.length - 3} more` : authors.join(', ')

export function sayFound({ hits, nextCursor, ...answer }: Found): string {
  const lines = hits.flatMap((hit) => [
    `${hit.rank}. ${quoted(hit.title)}`,
    `   ${standing(hit)}; by ${quoted(list(hit.authors))}; ${hit.url}`,
    `   ${quoted(hit.snippet.text)}`,
  ])
  const more = nextCursor === null ? [] : ['There are more: search again with the nextCursor.']
  return [...opening(answer, hits.length), ...lines, ...more].join('\n')
}

export function sayExplained({ query, route, live, hits, ...answer }: Explained): string {
  const { gate } = route
  return [
    ...opening(answer, hits.length),
    `Read as ${quoted(query.subject)}; wanted: ${gate.intent}, recency ${gate.pRecent.toFixed(2)} (${gate.decidedBy}).`,
    `Asked: ${route.tiers.join(', ')}.`,
    ...route.reasons.map(({ says }) => `- ${says}`),
    ...live.map((one) => `- ${one.source}: ${one.outcome}${one.reason ? `, ${one.reason}` : ''}; found ${one.found}`),
    ...hits.flatMap((hit) => [
      `${hit.rank}. ${quoted(hit.title)}`,
      `   ${standing(hit)}; score ${hit.score.toFixed(4)}; ${partsOf(hit.explain)}`,
    ]),
  ].join('\n')
}

export const sayDocument = (one: WireDocument): string =>
  [
    quoted(one.title),
    `${one.id}, version ${one.version}, announced ${one.announced ?? 'on an unknown day'}${one.withdrawn ? ', WITHDRAWN' : ''}`,
    `by ${quoted(one.authors.join(', '))}; ${one.categories.join(', ')}; ${one.url}`,
    ...(one.standIn ? ["The abstract is a summary by Freshet's authors."] : []),
    quoted(one.abstract),
  ].join('\n')

export function sayFreshness({ now, store, generation, fresh, sources }: Freshness): string {
  const index = generation
    ? `generation ${generation.id} of ${generation.createdAt} holds ${generation.documents}`
    : 'no generation is published yet'
  return [
    `At ${now}: ${store.documents} documents; ${index}; ${fresh.documents} newer ones are searched as well.`,
    ...sources.map((one) => {
      const upTo = one.watermark === null ? 'nothing harvested' : `complete up to ${one.watermark}`
      return `- ${one.source}: ${one.state}; ${one.harvested ? upTo : 'asked live only'}${one.error ? `; ${one.error}` : ''}`
    }),
  ].join('\n')
}

function opening(
  { asOf, abstained, message, candidates, degraded }: Omit<Found, 'hits' | 'nextCursor'>,
  shown: number,
) {
  const again = (ms: number | null) => (ms === null ? '' : `; ask again in ${Math.ceil(ms / 1000)} s`)
  return [
    ...(abstained ? [message ?? 'Nothing matches well.'] : []),
    `${shown} of ${candidates} candidates, as of ${asOf}.`,
    ...degraded.map((one) => `Without ${one.part}: ${one.reason}${again(one.retryAfterMs)}.`),
  ]
}

function standing(hit: Found['hits'][number] | Explained['hits'][number]): string {
  const flags = 'superseded' in hit ? [hit.superseded && 'superseded', hit.withdrawn && 'withdrawn'] : []
  const facts = [hit.id, hit.announced ?? 'undated', `depth ${hit.depth.toFixed(2)}`]
  return [...facts, `freshness ${hit.freshness.toFixed(2)}`, hit.tier, ...flags.filter(Boolean)].join(', ')
}

const partsOf = (parts: Explained['hits'][number]['explain']): string =>
  Object.entries(parts ?? {})
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toFixed(4)) : value}`)
    .join(', ')
