import type { ServerResponse } from 'node:http'
import { z } from 'zod'
import { type Instant, parseInstant } from '../../src/domain/instant.ts'
import { type Provider, providers } from './exchange.ts'
import { fault, type Switchboard, selection } from './faults.ts'
import type { RequestLog } from './request-log.ts'

export const controlPath = '/__control'

/** What of an upstream can be controlled. */
export interface Controlled extends Pick<RequestLog, 'requests' | 'manners'> {
  url(provider: Provider): string
  readonly faults: Switchboard
  forgetRequests(): void
}

/** What may be asked of an upstream that runs in another process; the empty body asks for its state alone. */
const command = z.object({
  /** Before anything else: all faults, or those of one provider. */
  clear: z.union([z.literal('all'), z.enum(providers)]).optional(),
  fault: fault.optional(),
  selection: selection.optional(),
  /** An ISO 8601 instant. */
  now: z.string().optional(),
  forgetRequests: z.boolean().optional(),
})

/** Obeys, and answers with the state after it as JSON. */
export function answerControl(
  upstream: Controlled,
  setNow: (now: Instant) => void,
  body: string,
  response: ServerResponse,
): void {
  const problem = obey(upstream, setNow, body)
  const answer = problem === null ? stateOf(upstream) : { error: problem }
  response.writeHead(problem === null ? 200 : 400, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(answer)}\n`)
}

/** What is wrong with the command; null when it was carried out. */
function obey(upstream: Controlled, setNow: (now: Instant) => void, body: string): string | null {
  const read = command.safeParse(jsonIn(body))
  if (!read.success) return z.prettifyError(read.error)
  const { clear, fault: added, selection: selected, now, forgetRequests } = read.data
  const at = now === undefined ? null : parseInstant(now)
  if (now !== undefined && at === null) return `${now} is no instant`
  if (clear !== undefined) upstream.faults.clear(clear === 'all' ? undefined : clear)
  if (added) upstream.faults.add(added, selected)
  if (at !== null) setNow(at)
  if (forgetRequests) upstream.forgetRequests()
  return null
}

const stateOf = (upstream: Controlled) => ({
  urls: Object.fromEntries(providers.map((provider) => [provider, upstream.url(provider)])),
  requests: upstream.requests.length,
  manners: upstream.manners(),
  faults: upstream.faults.active.map((one) => ({ fault: one.fault, hits: one.hits })),
})

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body)
  } catch {
    return null
  }
}
