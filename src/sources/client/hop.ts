import { SourceError } from '../../domain/errors.ts'

/** One request on the way to an answer: the first, or where a redirect leads. */
export interface Hop {
  readonly url: URL
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** The body of a POST; null for a GET. */
  readonly json: string | null
  /** How many redirects led here. */
  readonly redirects: number
}

const mostRedirects = 5

/** Of no use to anybody but whom they are meant for, and no secret. Whatever else we are told to send stays at its origin. */
const harmlessHeaders = ['if-none-match', 'if-modified-since', 'accept-language']

export function firstHop(
  source: string,
  address: string,
  { headers = {}, json }: { readonly headers?: Readonly<Record<string, string>>; readonly json?: unknown },
): Hop {
  const url = plainUrl(address)
  if (url === null) throw refused(source, 'an address that is not plain http or https')
  return {
    url,
    headers: sendable(source, headers),
    json: json === undefined ? null : JSON.stringify(json),
    redirects: 0,
  }
}

/** Where a redirect leads; null when the answer is none. Throws SourceError `refused` for one that is not followed. */
export function nextHop(source: string, from: Hop, status: number, location: string | null): Hop | null {
  if (location === null || ![301, 302, 303, 307, 308].includes(status)) return null
  const url = URL.canParse(location, from.url.href) ? plainUrl(new URL(location, from.url).href) : null
  const elsewhere = url?.origin !== from.url.origin
  const json = status === 307 || status === 308 ? from.json : null
  const downgraded = from.url.protocol === 'https:' && url?.protocol !== 'https:'
  if (url === null || downgraded || (elsewhere && json !== null)) {
    throw refused(source, `${placeOf(from)} redirects to an address that cannot be followed`)
  }
  if (from.redirects === mostRedirects) throw refused(source, `redirects without end at ${placeOf(from)}`)
  const headers = elsewhere ? pick(from.headers, harmlessHeaders) : from.headers
  return { url, headers, json, redirects: from.redirects + 1 }
}

/** Its servers are asked by the rules of arXiv, at arXiv's own gate. */
export const isArxivHost = ({ hostname }: URL): boolean => /(?:^|\.)arxiv\.org\.?$/i.test(hostname)

/**
 * For messages. Without the query, which may hold a key or an e-mail, and after a redirect without the path, which is
 * whatever the server made of what it was sent.
 */
export const placeOf = ({ url, redirects }: Hop): string =>
  redirects === 0 ? url.origin + url.pathname : `${url.origin} (redirected)`

/** Errors of the URL parser and of undici quote the whole address, so what they would refuse is refused here. */
function plainUrl(address: string): URL | null {
  const url = URL.canParse(address) ? new URL(address) : null
  return url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : null
}

/** The same for values of headers, of which a key with a line break at its end is the usual case. */
function sendable(source: string, headers: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value])
  for (const [name, value] of entries) {
    if (!/^[a-z0-9-]+$/.test(name)) throw refused(source, 'a header whose name cannot be sent')
    if (!/^[\t -~\u0080-\u00ff]*$/.test(value)) throw refused(source, `the value of the header ${name} cannot be sent`)
  }
  return Object.fromEntries(entries.filter(([name]) => name !== 'cookie'))
}

const pick = (headers: Readonly<Record<string, string>>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => names.includes(name)))

const refused = (source: string, message: string): SourceError =>
  new SourceError(source, 'refused', `${source}: ${message}`)
