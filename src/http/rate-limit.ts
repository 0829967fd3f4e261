import { isIP } from 'node:net'
import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { callerOf, isLoopback } from './keys.ts'
import { Refusal } from './problem.ts'

/**
 * At most so many requests a minute for each key, and without one for each address. Programs of this machine that send no
 * key are not counted; what a proxy on it passes on counts for the address that the proxy names.
 */
export function limitRate(perMinute: number, keysNeeded: boolean): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    identifier: 'requests',
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    skip: (request, response) => !(keysNeeded && callerOf(response).role) && isLoopback(addressOf(request)),
    keyGenerator: (request, response) =>
      keysNeeded && callerOf(response).role ? callerOf(response).name : ipKeyGenerator(addressOf(request)),
    handler(_request, _response, next) {
      next(new Refusal('too-many-requests', `at most ${perMinute} requests a minute; wait as long as Retry-After says`))
    },
  })
}

/** A proxy puts the address that it saw behind those that it was told of, and only one on this machine is believed. */
function addressOf({ socket, headers }: Request): string {
  const peer = socket.remoteAddress ?? ''
  const named = [headers['x-forwarded-for']].flat().join(',').split(',').at(-1)?.trim() ?? ''
  return isLoopback(peer) && isIP(named) !== 0 ? named : peer
}
