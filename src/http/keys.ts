import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import type { Request, RequestHandler, Response } from 'express'
import { BadSetting } from '../domain/errors.ts'
import { Refusal } from './problem.ts'

/** What a key is good for: each role may do what those before it may. */
export const roles = ['read', 'feedback', 'admin'] as const
export type Role = (typeof roles)[number]

export interface Caller {
  /** The same for the same key; says nothing of what the key is. */
  readonly name: string
  readonly role: Role
}

const everybody: Caller = { name: 'everybody', role: 'admin' }

/** Who asks, as the guard of the route found. */
export const callerOf = ({ locals }: Response): Caller => locals.caller ?? everybody

/** Lets through what carries one of the keys; without keys, everything. */
export function requireKey(apiKeys: readonly string[]): RequestHandler {
  const digests = apiKeys.map(digestOf)
  return (request, response, next) => {
    if (digests.length === 0) return next()
    response.vary('Authorization').vary('X-API-Key')
    const given = keysIn(request)
    const known = given.map(digestOf).find((digest) => isAmong(digest, digests))
    if (known === undefined) throw given.length === 0 ? missingKey() : unknownKey()
    const caller: Caller = { name: known.toString('hex').slice(0, 12), role: 'admin' }
    response.locals.caller = caller
    next()
  }
}

/** Both headers count: a proxy may fill Authorization with credentials of its own. */
function keysIn(request: Request): string[] {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.get('Authorization') ?? '')?.[1]
  return [bearer, request.get('X-API-Key')].filter((key) => key !== undefined && key !== '').map(String)
}

/** Digests have one length, and comparing all of them takes the same time whichever matches. */
const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest()
const isAmong = (given: Buffer, digests: readonly Buffer[]): boolean =>
  digests.map((digest) => timingSafeEqual(given, digest)).includes(true)

const missingKey = (): Refusal =>
  new Refusal('unauthorized', 'this server asks for an API key: send "Authorization: Bearer KEY" or "X-API-Key: KEY"', {
    headers: { 'WWW-Authenticate': 'Bearer realm="freshet"' },
  })

const unknownKey = (): Refusal =>
  new Refusal('unauthorized', 'the API key is not one of this server', {
    headers: { 'WWW-Authenticate': 'Bearer realm="freshet", error="invalid_token"' },
  })

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

/** Throws BadSetting when the server would be open to other machines without any key. */
export function assertBindable(host: string, apiKeys: readonly string[]): void {
  if (apiKeys.length > 0 || isLoopback(host)) return
  throw new BadSetting(
    `FRESHET_HOST is ${host}, which other machines can reach, and no API keys are set: ` +
      'set FRESHET_API_KEYS to one or more long random keys, or FRESHET_HOST to 127.0.0.1',
  )
}

function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (bare.toLowerCase() === 'localhost') return true
  const family = isIP(bare)
  return family !== 0 && loopback.check(bare, family === 6 ? 'ipv6' : 'ipv4')
}
