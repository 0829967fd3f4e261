import express, { type Request, type RequestHandler, type Response } from 'express'
import { InvalidQuery } from '../domain/errors.ts'
import { unknownParameter } from './params.ts'
import { Refusal, refusedBody } from './problem.ts'

/** What routes read of requests. */

export const parametersOf = ({ url }: Request): URLSearchParams => {
  const start = url.indexOf('?')
  return new URLSearchParams(start < 0 ? '' : url.slice(start + 1))
}

export const noParameters: RequestHandler = (request, _response, next) => {
  const [name] = parametersOf(request).keys()
  if (name === undefined) return next()
  if (request.method !== 'POST') throw unknownParameter(name, [])
  throw new InvalidQuery(name, 'a POST has all of its parameters in the body, and none in the address')
}

/** Aborts when the client hangs up before it has its answer. */
export function goneSignal(response: Response): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller.signal
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
const parseBody: RequestHandler = (request, response, next) =>
  parseJson(request, response, (error) => (error === undefined ? next() : next(refusedBody(error))))

/** A body of JSON, and nothing in the address. */
export const readJson: readonly RequestHandler[] = [noParameters, jsonOnly, parseBody]
