import express, { type RequestHandler, Router } from 'express'
import { callerOf } from '../http/keys.ts'
import { onlyMethods, Refusal, refusedBody } from '../http/problem.ts'
import type { Door } from '../http/service.ts'
import type { McpParts } from './server.ts'

interface McpDoorParts extends Pick<McpParts, 'version' | 'log'> {
  /** Whose scripts may ask besides those of the server's own pages. */
  readonly origins: readonly string[]
}

/**
 * The Model Context Protocol over streamable HTTP. Without sessions: tools need none, every request is answered in its own
 * body, and it does not matter which server of several is asked.
 */
export const mcpDoor =
  ({ version, log, origins }: McpDoorParts): Door =>
  ({ service, guard }) => {
    const router = Router()
    const endpoint = router.route('/mcp')
    endpoint.post(refuseForeignScripts(origins), guard('read'), readMessage, async (request, response) => {
      // At the first message: the SDK would take a tenth of a second of every start.
      const [{ mcpServer }, { StreamableHTTPServerTransport }] = await Promise.all([
        import('./server.ts'),
        import('@modelcontextprotocol/sdk/server/streamableHttp.js'),
      ])
      const server = mcpServer({ service, caller: callerOf(response), version, log })
      const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true, maxRequestBodySize: longestBody })
      response.once('close', () => server.close())
      await server.connect(transport)
      await transport.handleRequest(request, response, request.body)
    })
    endpoint.all(onlyMethods('POST'))
    return router
  }

/** A script must come from the host that it asks, or from an origin of the settings. */
function refuseForeignScripts(origins: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const origin = request.get('Origin')
    if (origin !== undefined && !origins.includes(origin) && hostIn(origin) !== request.get('Host')) {
      const advice = 'FRESHET_CORS_ORIGINS lists those that may'
      throw new Refusal('forbidden', `scripts of this origin may not ask here; ${advice}`, { field: 'Origin' })
    }
    next()
  }
}

const hostIn = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null)

const longestBody = 64 * 1024
const parseJson = express.json({ limit: longestBody })

/** What is not sent as JSON is left to the transport, which says so in the words of the protocol. */
const readMessage: RequestHandler = (request, response, next) =>
  parseJson(request, response, (error) => {
    if (error !== undefined) next(refusedBody(error))
    else if (!Array.isArray(request.body)) next()
    // Each of a batch would be a search, under one turn of the rate limit; the protocol has given them up.
    else next(new Refusal('malformed-request', 'send one message at a time', { field: 'body' }))
  })
