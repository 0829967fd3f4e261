import type { RequestHandler } from 'express'
import { isLoopback } from './keys.ts'
import { Refusal } from './problem.ts'

/**
 * Against pages of elsewhere whose name was made to point at this machine, and to whom the server would seem their own.
 * Where no key stands in their way only this machine's names are answered, and those of the origins in the settings, such as
 * a proxy is reached by.
 */
export function refuseForeignHosts(origins: readonly string[]): RequestHandler {
  const named = new Set(origins.map((origin) => new URL(origin).hostname))
  return (request, _response, next) => {
    const host = hostnameOf(request.get('Host') ?? '')
    if (isLoopback(host) || named.has(host)) return next()
    const advice = 'FRESHET_CORS_ORIGINS may name others'
    throw new Refusal('forbidden', `without API keys only requests to localhost are answered; ${advice}`, {
      field: 'Host',
    })
  }
}

function hostnameOf(host: string): string {
  const address = `http://${host}`
  return URL.canParse(address) ? new URL(address).hostname : ''
}
