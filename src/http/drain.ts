import type { Server } from 'node:http'
import type { RequestHandler } from 'express'

export interface Drain {
  /** From now on the server is not ready, and connections end with their answers; it goes on answering. */
  begin(): void
  readonly begun: boolean
  readonly observe: RequestHandler
}

export function openDrain(): Drain {
  let begun = false
  return {
    begin() {
      begun = true
    },
    get begun() {
      return begun
    },
    observe(_request, response, next) {
      if (begun) response.set('Connection', 'close')
      next()
    },
  }
}

/** Takes no more connections and lets what is under way finish, streams too; what is left after `patienceMs` is cut off. */
export async function endServer(server: Server, patienceMs: number): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), patienceMs)
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeIdleConnections()
  })
  clearTimeout(timer)
}
