import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import { callerOf } from './keys.ts'
import { pathOf } from './problem.ts'

export interface RequestLog {
  error(facts: object, message: string): void
  warn(facts: object, message: string): void
  info(facts: object, message: string): void
  debug(facts: object, message: string): void
}

/** Told of every request: at once, and again when its connection is done with it. */
export type Observer = (request: Request, response: Response, next: () => void) => void

const sane = /^[\w.:-]{1,128}$/

/** The caller's own id where it is one that can stand in a log, and otherwise a new one. */
export const nameRequest: RequestHandler = (request, response, next) => {
  const given = request.get('X-Request-Id') ?? ''
  const id = sane.test(given) ? given : randomUUID()
  response.locals.requestId = id
  response.set('X-Request-Id', id)
  next()
}

/**
 * One line for each request, without what was asked: parameters may hold what their owner does not want in logs. Probes
 * are for debugging; what the server could not do is a warning.
 */
export const logRequests =
  (log: RequestLog): RequestHandler =>
  (request, response, next) => {
    const startedAt = performance.now()
    response.once('close', () => {
      const path = pathOf(request.originalUrl)
      const facts = {
        requestId: response.locals.requestId,
        method: request.method,
        path,
        status: response.statusCode,
        ms: Math.round(performance.now() - startedAt),
        caller: callerOf(response).name,
        ...(response.writableFinished ? {} : { hungUp: true }),
      }
      if (path === '/healthz' || path === '/readyz') log.debug(facts, 'request')
      else if (response.statusCode >= 500) log.warn(facts, 'request')
      else log.info(facts, 'request')
    })
    next()
  }
