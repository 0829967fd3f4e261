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
  /** Null for who may do nothing: there are keys, and none was sent. */
  readonly role: Role | null
}

const everybody: Caller = { name: 'everybody', role: 'admin' }
const nobody: Caller = { name: 'nobody', role: null }

/** Who asks, by the key that was sent. */
export const callerOf = ({ locals }: Response): Caller => locals.caller ?? nobody

/** `identify` runs before every route, so that whatever looks at a request knows who asks; `guard` lets through or refuses. */
export interface Keys {
  readonly needed: boolean
  readonly identify: RequestHandler
  /** Lets through what carries a key of this role or a higher one; without keys, everything. */
  guard(role: Role): RequestHandler
}

/** Entries are `role:KEY`, or a key alone, which may do everything. Throws BadSetting for a role that is none. */
export function openKeys(entries: readonly string[]): Keys {
  const known = entries.map(readEntry)
  const needed = known.length > 0
  return {
    needed,
    identify(request, response, next) {
      response.locals.caller = needed ? (callerIn(request, known) ?? nobody) : everybody
      next()
    },
    guard: (role) => (request, response, next) => {
      if (!needed) return next()
      response.vary('Authorization').vary('X-API-Key')
      const caller = callerOf(response)
      if (caller.role === null) throw keysIn(request).length === 0 ? missingKey() : unknownKey()
      if (roles.indexOf(caller.role) < roles.indexOf(role)) throw tooLow(caller.role, role)
      next()
    },
  }
}

interface KnownKey {
  readonly digest: Buffer
  readonly caller: Caller
}

function readEntry(entry: string): KnownKey {
  const [, prefix, key] = /^([a-z]+):(.+)$/.exec(entry) ?? [null, 'admin', entry]
  const role = roles.find((one) => one === prefix)
  if (role === undefined) {
    throw new BadSetting(
      `FRESHET_API_KEYS holds a key of the role ${prefix}, and roles are ${roles.join(', ')}; ` +
        'write a key with a colon of its own as admin:KEY',
    )
  }
  const digest = digestOf(key)
  return { digest, caller: { name: digest.toString('hex').slice(0, 12), role } }
}

function callerIn(request: Request, known: readonly KnownKey[]): Caller | undefined {
  const callers = keysIn(request).map((key) => ownerOf(digestOf(key), known))
  return callers.find((one) => one !== undefined)
}

/** Both headers count: a proxy may fill Authorization with credentials of its own. */
function keysIn(request: Request): string[] {
  const [, scheme, credentials] = /^(Bearer|Basic) +(\S+) *$/i.exec(request.get('Authorization') ?? '') ?? []
  const key = scheme?.toLowerCase() === 'basic' ? passwordIn(credentials) : credentials
  return [key, request.get('X-API-Key')].filter((one) => one !== undefined && one !== '').map(String)
}

/** For feed readers, most of which send nothing but a name and a password. */
function passwordIn(credentials: string): string {
  const pair = Buffer.from(credentials, 'base64').toString()
  return pair.slice(pair.indexOf(':') + 1)
}

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest()

/** Digests have one length, and comparing all of them takes the same time whichever matches. */
const ownerOf = (given: Buffer, known: readonly KnownKey[]): Caller | undefined =>
  known.filter(({ digest }) => timingSafeEqual(given, digest))[0]?.caller

const missingKey = (): Refusal =>
  new Refusal('unauthorized', 'this server asks for an API key: send "Authorization: Bearer KEY" or "X-API-Key: KEY"', {
    headers: { 'WWW-Authenticate': 'Bearer realm="freshet"' },
  })

const unknownKey = (): Refusal =>
  new Refusal('unauthorized', 'the API key is not one of this server', {
    headers: { 'WWW-Authenticate': 'Bearer realm="freshet", error="invalid_token"' },
  })

const tooLow = (given: Role, needed: Role): Refusal =>
  new Refusal('forbidden', `this needs a key of the role ${needed}, and the one that was sent has the role ${given}`, {
    headers: { 'WWW-Authenticate': 'Bearer realm="freshet", error="insufficient_scope"' },
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

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (bare.toLowerCase() === 'localhost') return true
  const family = isIP(bare)
  return family !== 0 && loopback.check(bare, family === 6 ? 'ipv6' : 'ipv4')
}
