import { monitorEventLoopDelay } from 'node:perf_hooks'
import autocannon from 'autocannon'
import { openEngine } from '../src/compose.ts'
import { loadEnvFile, readConfig } from '../src/config.ts'
import { openLog } from '../src/log.ts'
import { startServer } from '../src/server.ts'
import { titlesOf } from './sample.ts'

/**
 * Over HTTP on loopback: eight connections, the client in a thread of its own. Every query is another paper's title, so
 * nothing comes out of a cache. The event loop measured is the server's.
 */
const connections = 8
const seconds = 15

loadEnvFile()
const config = { ...readConfig(process.env), host: '127.0.0.1', port: 0, indexer: 'off' } as const
const engine = await openEngine(config.dataFolder)
const paths = titlesOf(engine, 20_000).map((title) => `/v1/search?q=${encodeURIComponent(title.slice(0, 300))}`)
await engine.close()
const running = await startServer(config, openLog('bench', 'error'))
const address = running.server.address()
if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
const url = `http://127.0.0.1:${address.port}`

const load = (duration: number, from: number) =>
  autocannon({
    url,
    connections,
    duration,
    workers: 1,
    requests: paths.slice(from, from + 8_000).map((path) => ({ path })),
  })
await load(3, 12_000)
const loop = monitorEventLoopDelay({ resolution: 1 })
loop.enable()
const result = await load(seconds, 0)
loop.disable()
console.log(`${connections} connections, ${seconds} s, distinct titles`)
console.log(
  `${result.requests.average.toFixed(0)} requests/s, p50 ${result.latency.p50} ms, p99 ${result.latency.p99} ms, ${result.non2xx} not 2xx, ${result.errors} errors`,
)
console.log(
  `event loop: p99 gap ${(loop.percentile(99) / 1e6).toFixed(1)} ms, longest ${(loop.max / 1e6).toFixed(1)} ms`,
)
console.log(`memory: ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB resident, client included`)
await running.close()
process.exit(0)
