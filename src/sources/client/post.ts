import { Agent, request as send } from 'undici'
import { SourceError } from '../../domain/errors.ts'
import type { Clock, Poster } from '../../ports.ts'
import { type AddressRules, guardAddresses } from './addresses.ts'
import { headersOf } from './answer.ts'
import { brokenBy, withoutData } from './broken.ts'
import { firstHop } from './hop.ts'
import { retryAfterMs, startTimer } from './timing.ts'

/** Posts to addresses that strangers named, behind the same guard as everything else that strangers name. */
export function openPoster(source: string, userAgent: string, addresses: AddressRules, clock: Clock): Poster {
  const guard = guardAddresses(source, addresses)
  const agent = new Agent({ connections: 2, pipelining: 1, connect: guard.connect })
  return {
    check: (url) => guard.check(firstHop(source, url, {}).url),
    async post({ url, headers, body, deadlineMs, signal }) {
      const hop = firstHop(source, url, { headers })
      guard.check(hop.url)
      const deadline = startTimer(clock, deadlineMs)
      try {
        const response = await send(hop.url, {
          dispatcher: agent,
          method: 'POST',
          headers: { ...hop.headers, 'user-agent': userAgent },
          body,
          signal: AbortSignal.any([signal, deadline.signal]),
        })
        response.body.on('error', () => undefined)
        response.body.destroy()
        const retryAfter = headersOf(response.headers).get('retry-after')
        return {
          status: response.statusCode,
          retryAfterMs: retryAfter === null ? null : retryAfterMs(retryAfter, clock.now()),
        }
      } catch (cause) {
        signal.throwIfAborted()
        if (cause instanceof SourceError) throw cause
        if (deadline.signal.aborted)
          throw new SourceError(source, 'timeout', `${source}: no answer in ${deadlineMs} ms`)
        throw new SourceError(source, 'unreachable', `${source}: ${brokenBy(hop, cause)}`, {
          cause: withoutData(cause),
        })
      } finally {
        deadline.cancel()
      }
    },
    close: () => agent.close(),
  }
}
