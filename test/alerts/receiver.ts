import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Received {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type Behaviour =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Takes everything in and never answers. */
  | 'silent'

/** Takes webhooks and behaves as it was told last; 204 at first. */
export async function receiver() {
  const received: Received[] = []
  let behaviour: Behaviour = { status: 204 }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    received.push({
      method: request.method ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    })
    if (behaviour !== 'silent') response.writeHead(behaviour.status, behaviour.headers).end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    behave(next: Behaviour) {
      behaviour = next
    },
  }
}
