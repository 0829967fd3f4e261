import type { IncomingHttpHeaders } from 'node:http'
import type { Instant } from '../../src/domain/instant.ts'
import type { Corpus } from './corpus.ts'
import type { ContentFault } from './faults.ts'

export const providers = [
  'arxiv-api',
  'arxiv-oai',
  'arxiv-rss',
  'semantic-scholar',
  'crossref',
  'openalex',
  'feeds',
] as const
export type Provider = (typeof providers)[number]

/** A request as a provider answers it. */
export interface Asked {
  readonly provider: Provider
  readonly method: string
  /** Unescaped nowhere: `/works/10.1000%2Fx` keeps its `%2F`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly corpus: Corpus
  /** As of when the world is seen. */
  readonly now: Instant
  /** When the request came, by the clock that passes while nothing changes in the world. */
  readonly at: Instant
  /** Scheme, host and port that were asked. */
  readonly origin: string
  /** What the answer is to be wrong about; null for the truth. */
  readonly fault: ContentFault | null
}

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const reply = (status: number, type: string, body: string, headers: Record<string, string> = {}): Reply => ({
  status,
  headers: { 'content-type': type, ...headers },
  body,
})

export const jsonReply = (status: number, value: unknown, headers: Record<string, string> = {}): Reply =>
  reply(status, 'application/json', `${JSON.stringify(value)}\n`, headers)

/** Answers of one provider; it may remember things from one to the next. */
export type Answerer = (asked: Asked) => Reply

/** A whole number of a query within bounds; `otherwise` where there is none, null where it is no such number. */
export function countIn(query: URLSearchParams, name: string, otherwise: number, most: number): number | null {
  const text = query.get(name)
  if (text === null || text === '') return otherwise
  return /^\d+$/.test(text) && Number(text) <= most ? Number(text) : null
}
