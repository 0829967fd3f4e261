import type { IncomingHttpHeaders } from 'node:http'
import type { Instant } from '../../src/domain/instant.ts'
import type { Provider } from './exchange.ts'

export interface LoggedRequest {
  readonly provider: Provider
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly at: Instant
  /** Number of the connection at its provider, from 1. */
  readonly connection: number
  /** The kind of fault that met it. */
  readonly fault: string | null
  readonly latencyMs: number
  /** Requests that were open when it came, by provider. */
  readonly alreadyOpen: readonly Provider[]
  /** Null while it is open. */
  readonly endedAt: Instant | null
  /** The status of an answer that was sent in full; null otherwise. */
  readonly status: number | null
  /** True where the connection ended before the answer did, whoever ended it. */
  readonly aborted: boolean
}

export interface Manners {
  readonly requests: number
  /** From the start of one request to the start of the next; null for fewer than two. */
  readonly shortestGapMs: number | null
  readonly mostAtOnce: number
  readonly connections: number
}

export interface RequestLog {
  readonly requests: readonly LoggedRequest[]
  /** Counts a connection and gives its number. */
  connected(provider: Provider): number
  arrived(request: Omit<LoggedRequest, 'alreadyOpen' | 'endedAt' | 'status' | 'aborted'>): {
    ended(status: number | null, at: Instant): void
  }
  manners(...of: readonly Provider[]): Manners
  /** Connections and open requests go on being counted. */
  forget(): void
}

export function openRequestLog(): RequestLog {
  const requests: LoggedRequest[] = []
  const open = new Set<LoggedRequest>()
  const connections = new Map<Provider, number>()
  return {
    requests,
    connected(provider) {
      const number = (connections.get(provider) ?? 0) + 1
      connections.set(provider, number)
      return number
    },
    arrived(request) {
      const alreadyOpen = [...open].map((one) => one.provider)
      const logged = { ...request, alreadyOpen, endedAt: null, status: null, aborted: false }
      requests.push(logged)
      open.add(logged)
      return {
        ended(status, at) {
          open.delete(logged)
          Object.assign(logged, { endedAt: at, status, aborted: status === null })
        },
      }
    },
    manners(...of) {
      const isOne = (provider: Provider): boolean => of.length === 0 || of.includes(provider)
      const counted = requests.filter((one) => isOne(one.provider))
      const gaps = counted.slice(1).map((one, n) => one.at - counted[n].at)
      return {
        requests: counted.length,
        shortestGapMs: gaps.length === 0 ? null : gaps.reduce((a, b) => Math.min(a, b)),
        mostAtOnce: counted.reduce((most, one) => Math.max(most, 1 + one.alreadyOpen.filter(isOne).length), 0),
        connections: new Set(counted.map((one) => `${one.provider} ${one.connection}`)).size,
      }
    },
    forget() {
      requests.length = 0
    },
  }
}
