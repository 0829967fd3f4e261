import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { type Instant, instant } from '../../src/domain/instant.ts'
import { answerArxivApi } from './arxiv-api.ts'
import { answerArxivOai, type OaiPaging, usualOaiPaging } from './arxiv-oai.ts'
import { answerArxivRss } from './arxiv-rss.ts'
import type { Answerer, Asked } from './asked.ts'
import { answerControl, controlPath } from './control.ts'
import type { Corpus } from './corpus.ts'
import { openCrossref } from './crossref.ts'
import { failToSend, send } from './delivery.ts'
import { type Provider, providers } from './exchange.ts'
import { isContentFault, openSwitchboard, type Switchboard } from './faults.ts'
import { type HostedDocument, openFeedHost } from './feeds.ts'
import { drawMs, type Latencies, noLatencies } from './latencies.ts'
import { answerOpenAlex } from './openalex.ts'
import { type LoggedRequest, openRequestLog, type RequestLog } from './request-log.ts'
import { answerSemanticScholar } from './semantic-scholar.ts'

export interface UpstreamOptions {
  readonly corpus: Corpus
  /** As of when the providers see the world; asked anew for every request. */
  readonly now: () => Instant
  /** What the requests are dated by; the machine's clock unless given. */
  readonly clock?: () => Instant
  /** How far behind `now` a provider is. None by default: what is announced is there. */
  readonly lagMs?: Partial<Readonly<Record<Provider, number>>>
  /** None by default. A draw is told in the header `x-upstream-latency-ms` and slept. */
  readonly latencies?: Latencies
  /** In [0, 1); needed where there are latencies. */
  readonly random?: () => number
  /** A replay adds the time up instead. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
  readonly oaiPaging?: Partial<OaiPaging>
  /** What the feed host serves beside its own feeds, by path. */
  readonly hosted?: ReadonlyMap<string, HostedDocument>
  /** The first of as many ports as there are providers, in their order; any free ones by default. */
  readonly firstPort?: number
  /** Answers `/__control` on every port, for a campaign in another process: what it does with `now`. */
  readonly control?: { readonly setNow: (now: Instant) => void }
}

/** Every provider on a port of its own, so that addresses, paths and connections are as they are with the real ones. */
export interface Upstream {
  readonly corpus: Corpus
  /** What the settings of the provider's sources take as `baseUrl`. */
  url(provider: Provider): string
  /** Scheme, host and port. */
  origin(provider: Provider): string
  readonly faults: Switchboard
  /** In the order in which they came. */
  readonly requests: readonly LoggedRequest[]
  forgetRequests(): void
  /** How politely these providers were asked, taken together; all of them where none is named. */
  manners: RequestLog['manners']
  close(): Promise<void>
}

/** What arXiv says of itself: OAI-PMH about 22:30 and the API about midnight of New York, announcements at 20:00. */
export const arxivLagMs = { 'arxiv-oai': 2.5 * 3_600_000, 'arxiv-api': 4 * 3_600_000 } as const

const basePath: Readonly<Record<Provider, string>> = {
  'arxiv-api': '/api/query',
  'arxiv-oai': '/oai',
  'arxiv-rss': '',
  'semantic-scholar': '/graph/v1',
  crossref: '',
  openalex: '',
  feeds: '',
}

interface Running {
  readonly options: UpstreamOptions
  readonly upstream: Upstream
  readonly log: RequestLog
  readonly faults: ReturnType<typeof openSwitchboard>
  readonly answerers: Readonly<Record<Provider, Answerer>>
  readonly closing: AbortSignal
}

export async function openUpstream(options: UpstreamOptions): Promise<Upstream> {
  const log = openRequestLog()
  const faults = openSwitchboard()
  const closing = new AbortController()
  const answerers = answerersOf(options)
  const servers = new Map<Provider, Server>()
  const origin = (provider: Provider): string => originOf(servers.get(provider))
  const upstream: Upstream = {
    corpus: options.corpus,
    origin,
    url: (provider) => origin(provider) + basePath[provider],
    faults,
    requests: log.requests,
    forgetRequests: log.forget,
    manners: log.manners,
    async close() {
      closing.abort()
      await Promise.all([...servers.values()].map(closed))
    },
  }
  const running: Running = { options, upstream, log, faults, answerers, closing: closing.signal }
  try {
    for (const [at, provider] of providers.entries()) {
      const port = options.firstPort ? options.firstPort + at : 0
      servers.set(provider, await listening(running, provider, port))
    }
  } catch (error) {
    await upstream.close()
    throw error
  }
  return upstream
}

function answerersOf({ oaiPaging, hosted }: UpstreamOptions): Readonly<Record<Provider, Answerer>> {
  const paging = { ...usualOaiPaging, ...oaiPaging }
  return {
    'arxiv-api': answerArxivApi,
    'arxiv-oai': (asked) => answerArxivOai(asked, paging),
    'arxiv-rss': answerArxivRss,
    'semantic-scholar': answerSemanticScholar,
    crossref: openCrossref(),
    openalex: answerOpenAlex,
    feeds: openFeedHost(hosted ?? new Map()),
  }
}

function originOf(server: Server | undefined): string {
  const address = server?.address()
  return `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })

async function listening(running: Running, provider: Provider, port: number): Promise<Server> {
  const numbers = new WeakMap<Socket, number>()
  const server = createServer((request, response) => {
    serve(running, provider, numbers.get(request.socket) ?? 0, request, response).catch((error) => {
      // Unless the asker has gone in mid-sentence, a bug of ours: whoever runs the test must see it.
      if (!response.closed) console.error(error)
      response.destroy()
    })
  })
  // Clients keep connections; one that we close at the moment of a request would be a fault that nobody asked for.
  server.keepAliveTimeout = 10 * 60_000
  server.on('connection', (socket) => numbers.set(socket, running.log.connected(provider)))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return server
}

async function serve(
  running: Running,
  provider: Provider,
  connection: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { options, upstream, log, faults, answerers } = running
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://upstream')
  if (options.control && path === controlPath) {
    answerControl(upstream, options.control.setNow, await text(request), response)
    return
  }
  const { method = 'GET', headers } = request
  const fault = faults.faultFor({ provider, path, query })
  const latencyMs = latencyOf(options, provider)
  const at = clockOf(options)
  const seen = { provider, method, path, query, headers, at }
  const logged = log.arrived({ ...seen, connection, fault: fault?.kind ?? null, latencyMs })
  const gone = new AbortController()
  response.on('close', () => {
    logged.ended(response.writableFinished ? response.statusCode : null, clockOf(options))
    gone.abort()
  })
  const asked: Asked = {
    ...seen,
    body: method === 'POST' ? await text(request) : '',
    corpus: options.corpus,
    now: instant(options.now() - (options.lagMs?.[provider] ?? 0)),
    origin: upstream.origin(provider),
    fault: fault && isContentFault(fault) ? fault : null,
  }
  const signal = AbortSignal.any([gone.signal, running.closing])
  const { latencies, sleep = realSleep } = options
  if (latencies) {
    response.setHeader('x-upstream-latency-ms', String(latencyMs))
    await sleep(latencyMs, signal)
    if (signal.aborted) return
  }
  const delivery = { asked, answer: answerers[provider], response, sleep, signal }
  if (fault && !isContentFault(fault)) await failToSend(delivery, fault)
  else send(delivery, answerers[provider](asked))
}

const clockOf = ({ clock }: UpstreamOptions): Instant => clock?.() ?? instant(Date.now())

function latencyOf({ latencies = noLatencies, random }: UpstreamOptions, provider: Provider): number {
  return Math.round(drawMs(latencies[provider], random?.() ?? 0.5))
}

async function realSleep(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined)
}
