import { once } from 'node:events'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { Command } from 'commander'
import { systemClock } from '../src/clock.ts'
import { version } from '../src/compose.ts'
import { openShelves } from '../src/http/run-folders.ts'
import { openService, type Service } from '../src/http/service.ts'
import { mcpServer } from '../src/mcp/server.ts'
import { search } from '../src/retrieval/search.ts'
import { similarTo } from '../src/retrieval/similar.ts'
import { harvestedThrough } from '../src/source-status.ts'
import { standingAt } from '../src/status.ts'
import { openSearching, type Searching } from './searching.ts'

export const mcpCommand = (): Command =>
  new Command('mcp')
    .description('answer an agent on standard input and output (Model Context Protocol), without a server')
    .action(async () => {
      const opened = await openSearching()
      const server = mcpServer({
        service: serviceOf(opened),
        caller: { name: 'stdio', role: 'admin' },
        version,
        // What goes to standard output is the protocol's.
        log: { error: (facts, message) => console.error(message, facts) },
      })
      await server.connect(new StdioServerTransport())
      // Whoever started us closes our input when it is done.
      await once(process.stdin, 'end')
      await server.close()
      await opened.close()
    })

function serviceOf(opened: Searching): Service {
  const { config, engine, runtime, reader, sources, parts } = opened
  const startedAt = systemClock.now()
  const service = openService({
    search: (query, snapshot, { caller: _, ...options }) => search(query, snapshot, parts, options),
    similar: (asked, wish, snapshot) => similarTo(asked, wish, snapshot, engine),
    reader,
    documents: engine.documents,
    harvestedThrough: () => harvestedThrough(sources, engine.documents),
    status() {
      const standing = { config, version, engine, runtime, reader, sources, news: null }
      return { startedAt, ...standingAt(systemClock.now(), standing) }
    },
    clock: systemClock,
    feedback: null,
    shelves: openShelves([]),
  })
  return {
    ...service,
    async search(...asked) {
      await opened.refresh()
      return service.search(...asked)
    },
    async similar(...asked) {
      await opened.refresh()
      return service.similar(...asked)
    },
    async status() {
      await opened.refresh()
      return service.status()
    },
  }
}
