import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Answerer, Asked } from './asked.ts'
import type { Provider, Reply } from './exchange.ts'
import type { TransportFault } from './faults.ts'

/** What it takes to send an answer, or to fail at it. */
export interface Delivery {
  readonly asked: Asked
  readonly answer: Answerer
  readonly response: ServerResponse
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  /** Aborts when the asker has gone or the upstream closes. */
  readonly signal: AbortSignal
}

export function send({ response, asked }: Delivery, { status, headers, body }: Reply): void {
  const bytes = Buffer.from(body)
  const length = status === 304 ? {} : { 'content-length': String(bytes.byteLength) }
  response.writeHead(status, { date: dateOf(asked), ...headers, ...length })
  response.end(status === 304 ? undefined : bytes)
}

const dateOf = ({ at }: Asked): string => new Date(at).toUTCString()

/** Resolves when nothing more will be sent. */
export async function failToSend(delivery: Delivery, fault: TransportFault): Promise<void> {
  const { asked, answer, response } = delivery
  switch (fault.kind) {
    case 'throttled':
      return send(delivery, withRetryAfter(throttled[asked.provider], asked, fault.retryAfter))
    case 'unavailable':
      return send(delivery, withRetryAfter(unavailable, asked, fault.retryAfter))
    case 'status':
      return send(delivery, fault)
    case 'error-message':
      return send(delivery, { ...answer(wronglyAsked(asked)), status: fault.status })
    case 'redirect':
      return send(delivery, { status: fault.status, headers: { location: fault.to }, body: '' })
    case 'redirect-loop':
      return send(delivery, { status: 302, headers: { location: nextHop(asked) }, body: '' })
    case 'html-page':
      return send(delivery, { status: 200, headers: { 'content-type': 'text/html' }, body: proxyPage })
    case 'entity-bomb':
      return send(delivery, { ...answer(asked), body: entityBomb(answer(asked)) })
    case 'wrong-type': {
      const { headers, ...rest } = answer(asked)
      return send(delivery, { ...rest, headers: { ...headers, 'content-type': fault.type } })
    }
    case 'dropped':
      response.destroy()
      return
    case 'hang':
      if (fault.after === 'headers') response.writeHead(200, answer(asked).headers).flushHeaders()
      return
    default:
      return sendBytes(delivery, answer(asked), fault)
  }
}

/** Faults of the bytes of a body that would have been right. */
async function sendBytes(
  { response, sleep, signal }: Delivery,
  { status, headers, body }: Reply,
  fault: Extract<TransportFault, { kind: 'truncated' | 'reset' | 'trickle' | 'wrong-encoding' | 'gzip-bomb' }>,
): Promise<void> {
  const bytes = Buffer.from(body)
  const part = bytes.subarray(0, 'share' in fault ? Math.floor(bytes.byteLength * fault.share) : undefined)
  switch (fault.kind) {
    case 'truncated':
      response.writeHead(status, { ...headers, 'content-length': String(part.byteLength) }).end(part)
      return
    case 'reset':
      response.writeHead(status, { ...headers, 'content-length': String(bytes.byteLength + 1) })
      response.write(part, () => response.destroy())
      return
    case 'wrong-encoding':
      response.writeHead(status, { ...headers }).end(Buffer.from(body, fault.encoding))
      return
    case 'gzip-bomb':
      response.writeHead(status, { ...headers, 'content-encoding': 'gzip' }).end(gzipBomb(fault.bytes))
      return
    case 'trickle':
      response.writeHead(status, { ...headers, 'content-length': String(bytes.byteLength) })
      for (let at = 0; at < bytes.byteLength; at += fault.chunkBytes) {
        if (at > 0) await sleep(fault.pauseMs, signal)
        if (signal.aborted) return
        response.write(bytes.subarray(at, at + fault.chunkBytes))
      }
      response.end()
  }
}

const text = (body: string): Reply => ({ status: 429, headers: { 'content-type': 'text/plain' }, body })
const json = (value: unknown): Reply => ({
  status: 429,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

/** arXiv's words and Semantic Scholar's are as users quote them; the others are assumed. */
const throttled: Readonly<Record<Provider, Reply>> = {
  'arxiv-api': text('Rate exceeded.'),
  'arxiv-oai': text('Rate exceeded.'),
  'arxiv-rss': text('Rate exceeded.'),
  'semantic-scholar': json({ message: 'Too Many Requests', code: '429' }),
  crossref: text('Too Many Requests'),
  openalex: json({ error: 'Rate limit exceeded', message: 'Try again later.' }),
  feeds: text(''),
}

const unavailable: Reply = { status: 503, headers: { 'content-type': 'text/html' }, body: '<h1>Unavailable</h1>' }

function withRetryAfter(
  reply: Reply,
  { at }: Asked,
  retryAfter: { readonly seconds: number; readonly as: 'seconds' | 'date' } | undefined,
): Reply {
  if (!retryAfter) return reply
  const { seconds, as } = retryAfter
  const value = as === 'seconds' ? String(seconds) : new Date(at + seconds * 1000).toUTCString()
  return { ...reply, headers: { ...reply.headers, 'retry-after': value } }
}

/** Something each provider has an error for. */
function wronglyAsked(asked: Asked): Asked {
  switch (asked.provider) {
    case 'arxiv-api':
      return { ...asked, query: new URLSearchParams({ id_list: 'abc' }) }
    case 'arxiv-oai':
      return {
        ...asked,
        query: new URLSearchParams({ verb: 'ListRecords', metadataPrefix: 'arXivRaw', from: 'never' }),
      }
    case 'arxiv-rss':
      return { ...asked, path: `${asked.path}+0` }
    case 'semantic-scholar':
      return { ...asked, query: new URLSearchParams({ fields: 'unknown' }) }
    case 'crossref':
      return { ...asked, path: '/works', query: new URLSearchParams({ rows: 'many' }) }
    case 'openalex':
      return { ...asked, path: '/works', query: new URLSearchParams({ 'per-page': '0' }) }
    case 'feeds':
      return { ...asked, path: '/nowhere' }
  }
}

function nextHop({ origin, path, query }: Asked): string {
  const next = new URLSearchParams(query)
  next.set('hop', String(Number(query.get('hop') ?? '0') + 1))
  return `${origin}${path}?${next}`
}

const proxyPage =
  '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><p>Please sign in.</p></body></html>\n'

/** A body of the reply's kind that grows without end in a parser that trusts it. */
function entityBomb({ headers }: Reply): string {
  if (/json/.test(headers['content-type'] ?? '')) return '['.repeat(200_000)
  const levels = Array.from({ length: 9 }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`)
  return `<?xml version="1.0"?>\n<!DOCTYPE feed [<!ENTITY e0 "boom">${levels.join('')}]>\n<feed>&e9;</feed>`
}

/** Members of a megabyte of spaces, one after the other, which is one gzip file. */
function gzipBomb(bytes: number): Buffer {
  const member = gzipSync(Buffer.alloc(1024 * 1024, ' '), { level: 9 })
  return Buffer.concat(Array.from({ length: Math.ceil(bytes / (1024 * 1024)) }, () => member))
}
