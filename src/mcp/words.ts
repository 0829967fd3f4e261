import type { WireDocument } from '../http/answers.ts'
import type { Explained, Found, Freshness, Near } from './results.ts'

/**
 * The tools' answers as short text. What others wrote, sources' errors as well, stands in quotes on one line, so that it
 * cannot pass for ours.
 */

const quoted = (text: string): string => JSON.stringify(text)

const list = (authors: readonly string[]): string =>
  authors.length > 3 ? `${authors.slice(0, 3).join(', ')} et al.` : authors.join(', ')

export function sayFound({ hits, nextCursor, ...answer }: Found): string {
  const more = nextCursor === null ? [] : ['There are more: search again with the nextCursor.']
  return [...opening(answer, hits.length), ...hits.flatMap(linesOf), ...more].join('\n')
}

export const sayNear = ({ id, hits, ...answer }: Near): string =>
  [`Nearest to ${quoted(id)}, as of ${answer.asOf}.`, ...groundsOf(answer), ...hits.flatMap(linesOf)].join('\n')

export function sayExplained({ query, route, live, hits, ...answer }: Explained): string {
  const { gate } = route
  return [
    ...opening(answer, hits.length),
    `Read as ${quoted(query.subject)}; wanted: ${gate.intent}, recency ${gate.pRecent.toFixed(2)} (${gate.decidedBy}).`,
    `Asked: ${route.tiers.join(', ')}.`,
    ...route.reasons.map(({ says }) => `- ${says}`),
    ...live.map(
      (one) => `- ${one.source}: ${one.outcome}${one.reason ? `, ${quoted(one.reason)}` : ''}; found ${one.found}`,
    ),
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
    `by ${quoted(one.authors.join(', '))}; in ${quoted(one.categories.join(', '))}; at ${quoted(one.url)}`,
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
      return `- ${one.source}: ${one.state}; ${one.harvested ? upTo : 'asked live only'}${one.error ? `; its error: ${quoted(one.error)}` : ''}`
    }),
  ].join('\n')
}

function opening({ message, candidates, ...answer }: Omit<Found, 'hits' | 'nextCursor'>, shown: number) {
  return [
    ...(message === null ? [] : [message]),
    `${shown} of ${candidates} candidates, as of ${answer.asOf}.`,
    ...groundsOf(answer),
  ]
}

function groundsOf({ reconstruction, covered, degraded }: Pick<Found, 'reconstruction' | 'covered' | 'degraded'>) {
  const again = (ms: number | null) => (ms === null ? '' : `; ask again in ${Math.ceil(ms / 1000)} s`)
  const upTo = covered.map(({ source, until }) => `${source} up to ${until}`)
  return [
    ...(reconstruction === null ? [] : [reconstruction]),
    ...(upTo.length === 0 ? [] : [`Covered: ${upTo.join(', ')}.`]),
    ...degraded.map((one) => `Without ${one.part}: ${quoted(one.reason)}${again(one.retryAfterMs)}.`),
  ]
}

const linesOf = (hit: Found['hits'][number]): string[] => [
  `${hit.rank}. ${quoted(hit.title)}`,
  `   ${standing(hit)}; by ${quoted(list(hit.authors))}; at ${quoted(hit.url)}`,
  `   ${quoted(hit.snippet.text)}`,
]

function standing(hit: Found['hits'][number] | Explained['hits'][number]): string {
  const flags = 'superseded' in hit ? [hit.superseded && 'superseded', hit.withdrawn && 'withdrawn'] : []
  const facts = [hit.id, hit.announced ?? 'undated', `depth ${hit.depth.toFixed(2)}`]
  return [...facts, `freshness ${hit.freshness.toFixed(2)}`, hit.tier, ...flags.filter(Boolean)].join(', ')
}

const partsOf = (parts: Explained['hits'][number]['explain']): string =>
  Object.entries(parts ?? {})
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toFixed(4)) : value}`)
    .join(', ')
