import express, { type Express, type Request, type RequestHandler, type Response } from 'express'
import { InvalidQuery } from '../domain/errors.ts'
import { sendTagged } from './etag.ts'
import { safeHeaders, shareWith } from './headers.ts'
import { callerOf, openKeys } from './keys.ts'
import { openApi } from './openapi/document.ts'
import { readUrl, unknownParameter } from './params.ts'
import { answerWithProblem, onlyMethods, Refusal, refusedBody, unknownPath } from './problem.ts'
import { limitRate } from './rate-limit.ts'
import { logRequests, nameRequest, type RequestLog } from './requests.ts'
import { type Door, openService, type Service, type ServiceParts } from './service.ts'
import { eventStream, streamAnswer } from './stream.ts'

export interface AppParts extends ServiceParts {
  /** `reason` says what is being waited for while `ready` is false. */
  ready(): { readonly ready: boolean; readonly reason: string | null }
  /** As openKeys reads them. None: everybody who can reach the server may do everything. */
  readonly apiKeys: readonly string[]
  /** Whose scripts may read answers in a browser; left out, only those of the pages themselves. */
  readonly corsOrigins?: readonly string[]
  /** For each caller; null or left out, there is no limit. */
  readonly requestsPerMinute?: number | null
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
  // Parameters are read by readUrl, which makes no objects out of brackets.
  app.set('query parser', false)
  app.use(nameRequest, logRequests(parts.log), safeHeaders)
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
  if (parts.requestsPerMinute) app.use(limitRate(parts.requestsPerMinute, keysNeeded))
  app.use('/v1', guard('read'))
  const service = openService(parts)

  const search = app.route('/v1/search')
  search.get((request, response) => answerSearch(service, readUrl(parametersOf(request)), request, response))
  search.post(noParameters, jsonOnly, readJson, (request, response) =>
    answerSearch(service, request.body, request, response),
  )
  search.all(onlyMethods('GET', 'HEAD', 'POST'))

  const feedback = app.route('/v1/feedback')
  feedback.post(guard('feedback'), noParameters, jsonOnly, readJson, (request, response) => {
    service.judge(request.body)
    response.set('Cache-Control', 'no-store').json({ status: 'kept' })
  })
  feedback.all(onlyMethods('POST'))

  offer(app, '/v1/documents/*id', noParameters, (request, response) => {
    sendTagged(request, response, service.document(idIn(request)))
  })
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

/** Aborts when the client hangs up before it has its answer. */
function goneSignal(response: Response): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
}

function offer(app: Express, path: string, ...handlers: RequestHandler[]): void {
  app
    .route(path)
    .get(...handlers)
    .all(onlyMethods('GET', 'HEAD'))
}

const parametersOf = ({ url }: Request): URLSearchParams => {
  const start = url.indexOf('?')
  return new URLSearchParams(start < 0 ? '' : url.slice(start + 1))
}

/** Express splits the path at its slashes and decodes each part; an encoded slash is inside a part. */
function idIn({ params }: Request): string {
  return [params.id].flat().join('/')
}

const noParameters: RequestHandler = (request, _response, next) => {
  const [name] = parametersOf(request).keys()
  if (name === undefined) return next()
  if (request.method !== 'POST') throw unknownParameter(name, [])
  throw new InvalidQuery(name, 'a POST has all of its parameters in the body, and none in the address')
}

const jsonOnly: RequestHandler = (request, _response, next) => {
  if (request.is('application/json')) return next()
  const message = 'the body must be JSON: send it with "Content-Type: application/json"'
  throw new Refusal('unsupported-media-type', message, {
    field: 'Content-Type',
    headers: { Accept: 'application/json' },
  })
}

/** Not strict: a number or a string is JSON too, and the schema says what is wrong with it. */
const parseJson = express.json({ limit: '64kb', strict: false })
const readJson: RequestHandler = (request, response, next) =>
  parseJson(request, response, (error) => (error === undefined ? next() : next(refusedBody(error))))

const refuseLongUrl: RequestHandler = (request, _response, next) => {
  if (request.url.length <= longestUrl) return next()
  const [longest] = [...parametersOf(request)].sort(([, one], [, other]) => other.length - one.length)
  const advice = 'send long searches as a POST to /v1/search'
  const message = `the address may have at most ${longestUrl} characters, and this one has ${request.url.length}; ${advice}`
  throw new Refusal('url-too-long', message, { field: longest?.[0].slice(0, 100) ?? null })
}
