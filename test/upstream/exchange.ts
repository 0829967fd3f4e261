/** Who is asked, and what comes back. */
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

/** A whole number of a query within bounds; `otherwise` where there is none, null where it is no such number. */
export function countIn(query: URLSearchParams, name: string, otherwise: number, most: number): number | null {
  const text = query.get(name)
  if (text === null || text === '') return otherwise
  return /^\d+$/.test(text) && Number(text) <= most ? Number(text) : null
}
