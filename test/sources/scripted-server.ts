import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Reply = (response: ServerResponse, request: IncomingMessage) => unknown

export const answer =
  (status: number, body: string | Uint8Array = '', headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, headers).end(body)
  }

/** Sends the beginning of a body and drops the connection. */
export const reset =
  (start: string): Reply =>
  (response) => {
    response.writeHead(200, { 'content-length': String(start.length + 1000) })
    response.write(start, () => response.destroy())
  }

/** The same in chunks, of which the last never comes. */
export const chunkedReset =
  (start: string): Reply =>
  (response) => {
    response.writeHead(200)
    response.write(start, () => response.destroy())
  }

export interface ScriptedServer {
  readonly url: string
  readonly requests: {
    readonly path: string
    readonly query: URLSearchParams
    readonly headers: IncomingMessage['headers']
  }[]
  /** Connections opened so far. */
  readonly connections: () => number
  close(): Promise<void>
}

/** Answers with the next line of the script; a request that the script does not foresee is answered with 418. */
export async function scriptedServer(script: readonly Reply[]): Promise<ScriptedServer> {
  const requests: ScriptedServer['requests'] = []
  let connections = 0
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const reply = script[requests.length] ?? answer(418, 'the script has ended')
    requests.push({ path: pathname, query: searchParams, headers: request.headers })
    reply(response, request)
  })
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
