import { afterEach, expect, it } from 'vitest'
import { endServer, openDrain } from '../../src/http/drain.ts'
import { rankedAnswer, serve, type TestServer } from './fakes.ts'

let server: TestServer
afterEach(() => server.close())

/** A server whose searches wait, after their first answer, until they are let go. */
async function serveWaiting() {
  const drain = openDrain()
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  server = await serve({
    observers: [drain.observe],
    ready: () => ({ ready: !drain.begun, reason: 'the server is ending' }),
    async search(query, snapshot, { onFirst }) {
      onFirst?.(rankedAnswer(query, snapshot))
      await held
      return rankedAnswer(query, snapshot)
    },
  })
  const stream = await server.get('/v1/search?q=agents', { Accept: 'text/event-stream' })
  return { drain, letGo, stream }
}

it('a server that ends is not ready first, and goes on answering over connections that end', async () => {
  const { drain, letGo, stream } = await serveWaiting()
  expect((await server.get('/readyz')).status).toBe(200)
  drain.begin()
  expect((await server.get('/readyz')).status).toBe(503)
  const status = await server.get('/v1/status')
  expect([status.status, status.headers.get('connection')]).toEqual([200, 'close'])
  letGo()
  await stream.text()
})

it('a server that ends takes nothing new, and finishes the streams that are open', async () => {
  const { letGo, stream } = await serveWaiting()
  const ended = endServer(server.server, 60_000)
  await expect(server.get('/v1/status')).rejects.toThrow()
  letGo()
  expect(await stream.text()).toMatch(/^event: answer\n[\s\S]*event: done\n/)
  await ended
})

it('a server that ends cuts off what does not come to an end', async () => {
  const { stream } = await serveWaiting()
  await endServer(server.server, 10)
  await expect(stream.text()).rejects.toThrow()
})
