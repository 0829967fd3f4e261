import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import { documentRoutes } from './document-routes.ts'
import { sendTagged } from './etag.ts'
import { safeHeaders, shareWith } from './headers.ts'
import { callerOf, openKeys } from './keys.ts'
import { openApi } from './openapi/document.ts'
import { refuseForeignHosts } from './own-hosts.ts'
import { readUrl } from './params.ts'
import { answerWithProblem, onlyMethods, Refusal, unknownPath } from './problem.ts'
import { limitRate } from './rate-limit.ts'
import { goneSignal, noParameters, parametersOf, readJson } from './reading.ts'
import { logRequests, nameRequest, type RequestLog } from './requests.ts'
import { type Door, openService, type Service, type ServiceParts } from './service.ts'
import { eventStream, streamAnswer } from './stream.ts'

export interface AppParts extends ServiceParts {
  /** `reason` says what is being waited for while `ready` is false. */
  ready(): { readonly ready: boolean; readonly reason: string | null }
  /** As openKeys reads them. None: everybody who can reach the server may do everything. */
  readonly apiKeys: readonly string[]
  /** Whose scripts may read answers in a browser, and whose hosts are answered without keys; left out, only our own. */
  readonly corsOrigins?: readonly string[]
  /** For each caller; null or left out, there is no limit. */
  readonly requestsPerMinute?: number | null
  /** Told of every request before anything else is done with it. */
  readonly observers?: readonly RequestHandler[]
  /** What /metrics says; left out, there is none. */
  readonly scrape?: () => Promise<{ readonly type: string; readonly text: string }>
  readonly doors?: readonly Door[]
  readonly log: RequestLog
}

const longestUrl = 8 * 1024
/** For http.createServer: with room to spare, so that an address that is too long meets a sentence and not a bare 431. */
export const serverOptions = { maxHeaderSize: 64 * 1024 } as const

/** Builds the app and never listens: who calls it chooses the address, and closes what it opened. */
export function buildApp(parts: AppParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  // By which scheme and name people ask, a proxy on this machine may say.
  app.set('trust proxy', 'loopback')
  // Parameters are read by readUrl, which makes no objects out of brackets.
  app.set('query parser', false)
  app.use(nameRequest, logRequests(parts.log), ...(parts.observers ?? []), safeHeaders)
  if (parts.corsOrigins?.length) app.use(shareWith(parts.corsOrigins))
  const { identify, guard, needed: keysNeeded } = openKeys(parts.apiKeys)
  app.use(refuseLongUrl, identify)
  offer(app, '/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' })
  })
  offer(app, '/readyz', (_request, response) => {
    const { ready, reason } = parts.ready()
    if (!ready) throw new Refusal('unavailable', reason ?? 'the server is starting')
    response.set('Cache-Control', 'no-store').json({ status: 'ready' })
  })
  if (!keysNeeded) app.use(refuseForeignHosts(parts.corsOrigins ?? []))
  if (parts.requestsPerMinute) app.use(limitRate(parts.requestsPerMinute, keysNeeded))
  app.use('/v1', guard('read'))
  const service = openService(parts)

  const search = app.route('/v1/search')
  search.get((request, response) => answerSearch(service, readUrl(parametersOf(request)), request, response))
  search.post(...readJson, (request, response) => answerSearch(service, request.body, request, response))
  search.all(onlyMethods('GET', 'HEAD', 'POST'))

  const feedback = app.route('/v1/feedback')
  feedback.post(guard('feedback'), ...readJson, (request, response) => {
    service.judge(request.body)
    response.set('Cache-Control', 'no-store').json({ status: 'kept' })
  })
  feedback.all(onlyMethods('POST'))

  app.use(documentRoutes(service))
  offer(app, '/v1/status', noParameters, async (_request, response) => {
    response.set('Cache-Control', 'no-store').json(await service.status())
  })
  offer(app, '/v1/coverage', (request, response) => {
    response.set('Cache-Control', 'no-store').json(service.coverage(readUrl(parametersOf(request))))
  })
  offer(app, '/v1/experiments', noParameters, async (request, response) => {
    sendTagged(request, response, await service.experiments())
  })
  offer(app, '/v1/experiments/:run', noParameters, async (request, response) => {
    sendTagged(request, response, await service.experiment(String(request.params.run)))
  })
  const { scrape } = parts
  if (scrape) {
    offer(app, '/metrics', guard('admin'), async (_request, response) => {
      const { type, text } = await scrape()
      response.set({ 'Content-Type': type, 'Cache-Control': 'no-store' }).send(text)
    })
  }
  const description = openApi({ keysNeeded })
  offer(app, '/openapi.json', (request, response) => sendTagged(request, response, description))

  for (const door of parts.doors ?? []) app.use(door({ service, keysNeeded, guard }))
  app.use(unknownPath)
  app.use(answerWithProblem(parts.log))
  return app
}

async function answerSearch(service: Service, input: unknown, request: Request, response: Response): Promise<void> {
  const call = { caller: callerOf(response), signal: goneSignal(response) }
  // One address, two forms: what a cache keeps of the one is no answer to the other.
  response.vary('Accept')
  if (request.accepts(['application/json', eventStream]) === eventStream) {
    await streamAnswer(response, (onFirst) => service.search(input, { ...call, onFirst }))
    return
  }
  const answer = await service.search(input, call)
  // Whoever gets a 304 has an answer of another id, and may judge that.
  if (sendTagged(request, response, answer.said, answer.unsaid)) answer.shown()
}

function offer(app: Express, path: string, ...handlers: RequestHandler[]): void {
  app
    .route(path)
    .get(...handlers)
    .all(onlyMethods('GET', 'HEAD'))
}

const refuseLongUrl: RequestHandler = (request, _response, next) => {
  if (request.url.length <= longestUrl) return next()
  const [longest] = [...parametersOf(request)].sort(([, one], [, other]) => other.length - one.length)
  const advice = 'send long searches as a POST to /v1/search'
  const message = `the address may have at most ${longestUrl} characters, and this one has ${request.url.length}; ${advice}`
  throw new Refusal('url-too-long', message, { field: longest?.[0].slice(0, 100) ?? null })
}
