import type { ErrorRequestHandler, RequestHandler, Response } from 'express'
import { CursorExpired, InvalidQuery, ModelUnavailable, SourceError, StoreLocked } from '../domain/errors.ts'
import type { Problem } from './schemas.ts'

/** The only place that knows status codes. */
export const unchangedStatus = 304

const kinds = {
  'invalid-parameter': [400, 'A parameter cannot be used'],
  'malformed-request': [400, 'The request cannot be read'],
  unauthorized: [401, 'An API key is needed'],
  forbidden: [403, 'This may not be asked so'],
  'not-found': [404, 'There is no such thing here'],
  'unknown-answer': [404, 'The answer is not known, or not any more'],
  'not-acceptable': [406, 'There is no such form of it'],
  'method-not-allowed': [405, 'The method does not apply here'],
  'limit-reached': [409, 'There is room for no more'],
  'cursor-expired': [410, 'The cursor has expired'],
  'body-too-large': [413, 'The body is too large'],
  'url-too-long': [414, 'The address is too long'],
  'unsupported-media-type': [415, 'The body is of the wrong type'],
  'too-many-requests': [429, 'Too many requests'],
  internal: [500, 'Something went wrong in the server'],
  unavailable: [503, 'The server cannot answer at the moment'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type ProblemKind = keyof typeof kinds

/** A request that is refused before it reaches the domain. The message is the sentence that the caller reads. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly kind: ProblemKind
  readonly field: string | null
  readonly headers: Readonly<Record<string, string>>
  constructor(
    kind: ProblemKind,
    message: string,
    { field = null, headers = {} }: { field?: string | null; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.kind = kind
    this.field = field
    this.headers = headers
  }
}

/** Where unexpected errors go. */
export interface ErrorLog {
  error(facts: object, message: string): void
}

/** The last handler of the app. */
export function answerWithProblem(log: ErrorLog): ErrorRequestHandler {
  // Express tells an error handler by its four parameters.
  return (error: unknown, request, response, _next) => {
    const refusal = refusalOf(error)
    const gone = response.destroyed || response.writableEnded
    const unexpected = isUnexpected(error, refusal)
    if (unexpected && !(gone && isAbort(error))) {
      const { requestId } = response.locals
      log.error({ error, requestId, method: request.method, path: pathOf(request.originalUrl) }, 'a request failed')
    }
    if (gone) return
    if (response.headersSent) response.destroy()
    else sendProblem(response, refusal, pathOf(request.originalUrl))
  }
}

export const unknownPath: RequestHandler = (request) => {
  const path = pathOf(request.originalUrl)
  throw new Refusal('not-found', `there is nothing at ${path}; /openapi.json lists what there is`)
}

export const onlyMethods = (...methods: readonly string[]): RequestHandler => {
  const allow = methods.join(', ')
  return (request) => {
    const message = `${request.method} does not apply here; ${allow} ${methods.length > 1 ? 'do' : 'does'}`
    throw new Refusal('method-not-allowed', message, { headers: { Allow: allow } })
  }
}

function sendProblem(response: Response, refusal: Refusal, instance: string): void {
  const { requestId } = response.locals
  const problem: Problem = { ...toProblem(refusal), instance, ...(requestId && { requestId }) }
  // An ETag that was set before things went wrong is not of this body.
  response.removeHeader('ETag')
  response.status(problem.status).set({ ...refusal.headers, 'Cache-Control': 'no-store' })
  response.type('application/problem+json').send(JSON.stringify(problem))
}

function toProblem({ kind, message, field }: Refusal): Omit<Problem, 'instance'> {
  const [status, title] = kinds[kind]
  const named = field === null ? {} : { field }
  return { type: `urn:freshet:problem:${kind}`, title, status, detail: sentence(message), ...named }
}

/** What an error is to the caller, for doors whose refusals are not answers of HTTP. */
export function problemOf(error: unknown) {
  const refusal = refusalOf(error)
  const retryAfter = refusal.headers['Retry-After']
  return {
    problem: toProblem(refusal),
    retryAfterMs: retryAfter === undefined ? null : Number(retryAfter) * 1000,
    unexpected: isUnexpected(error, refusal),
  }
}

/** Somebody who runs the server should look at it. */
const isUnexpected = (error: unknown, { kind }: Refusal): boolean =>
  !(error instanceof Refusal) && (kind === 'internal' || kind === 'unavailable')

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (error instanceof InvalidQuery) return new Refusal('invalid-parameter', error.message, { field: error.field })
  if (error instanceof CursorExpired) return new Refusal('cursor-expired', error.message, { field: 'cursor' })
  if (error instanceof ModelUnavailable || error instanceof StoreLocked || error instanceof SourceError) {
    return new Refusal('unavailable', error.message, { headers: { 'Retry-After': '5' } })
  }
  // The router marks its own; any other URIError is a bug of ours.
  if (error instanceof URIError && 'status' in error) {
    return new Refusal('malformed-request', 'the path holds a broken % escape', { field: 'id' })
  }
  return new Refusal('internal', 'the server failed at this request; its log says why')
}

/** What the body reader threw, in words for people; anything that is not the body's fault stays what it is. */
export function refusedBody(error: unknown): unknown {
  const status = error instanceof Error && 'status' in error ? error.status : null
  const field = 'body'
  switch (status) {
    case 413:
      return new Refusal('body-too-large', 'the body may have at most 64 kB', { field })
    case 415:
      return new Refusal('unsupported-media-type', 'the body must be JSON in UTF-8, plain or gzipped', { field })
    case 400:
      return new Refusal('malformed-request', 'the body is not JSON; send an object as /openapi.json describes it', {
        field,
      })
    default:
      return error
  }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'

/** Without the query, which may hold what its owner does not want in logs; no longer than is useful. */
export const pathOf = (url: string): string => url.split('?', 1)[0].slice(0, 300)

/** Not capitalised: it often begins with the name of a parameter. */
const sentence = (message: string): string => (message.endsWith('.') ? message : `${message}.`)
