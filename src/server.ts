import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { basename, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { openPages } from '../web/door.ts'
import { docsPage } from '../web/pages/docs.tsx'
import { experimentsPage } from '../web/pages/experiments.tsx'
import { runFiles } from '../web/pages/experiments-files.ts'
import { runPage } from '../web/pages/experiments-run.tsx'
import { sourcesPage } from '../web/pages/sources.tsx'
import { openAlerts } from './alerts/alerts.ts'
import { systemClock } from './clock.ts'
import { Embedders, openEmbedder, openEngine, openRuntimeIn, version } from './compose.ts'
import { openLiveTier, openSources, openWebhookPoster } from './compose-sources.ts'
import { type Config, loadEnvFile, readConfig } from './config.ts'
import { countDemand } from './demand.ts'
import type { AnswerId } from './domain/feedback.ts'
import { type AnswerMemory, answerMemory } from './http/answer-memory.ts'
import { buildApp, serverOptions } from './http/app.ts'
import { endServer, openDrain } from './http/drain.ts'
import { assertBindable } from './http/keys.ts'
import { liveBudget } from './http/live-budget.ts'
import { openQueryNotes } from './http/query-log.ts'
import { openShelves, type Shelf } from './http/run-folders.ts'
import { type Log, openLog } from './log.ts'
import { mcpDoor } from './mcp/door.ts'
import type { Engine, IndexReader, Runtime } from './ports.ts'
import { loadCalibration } from './retrieval/calibration.ts'
import { interleaving, type Searching } from './retrieval/interleaving.ts'
import { type SearchParts, search } from './retrieval/search.ts'
import { similarTo } from './retrieval/similar.ts'
import { warmUp } from './retrieval/warm-up.ts'
import { harvestedThrough } from './source-status.ts'
import { standingAt } from './status.ts'
import { firstRestartMs, longestRestartMs, superviseIndexer } from './supervise.ts'
import { openMetrics } from './telemetry/metrics.ts'
import { openTraces } from './telemetry/traces.ts'

/** How soon a committed paper or a published generation is seen: a look costs microseconds. */
const refreshEveryMs = 250

interface Running {
  readonly server: Server
  /** Says that it is not ready any more, and goes on answering. */
  drain(): void
  close(): Promise<void>
}

/** Opens everything, listens, and starts the indexer beside it. */
export async function startServer(config: Config, log: Log): Promise<Running> {
  assertBindable(config.host, config.apiKeys)
  const engine = await openEngine(config.dataFolder)
  const runtime = openRuntimeIn(config.dataFolder)
  const [embedders, reader, pages] = await Promise.all([
    openEmbedders(config, engine),
    engine.openReader(),
    openPages([sourcesPage, experimentsPage, runPage, docsPage({ keysNeeded: config.apiKeys.length > 0 })]),
  ])
  const sources = openSources(config, runtime)
  const live = openLiveTier(sources, engine, runtime, (source, error) =>
    log.error({ source, err: error }, 'a source broke down'),
  )
  const demand = countDemand(sources.harvested, runtime, systemClock, log)
  const memory = config.feedback ? openMemory(runtime, log) : null
  const refreshing = keepFresh(reader, engine, embedders, log)
  const indexer = config.indexer === 'child' ? superviseIndexer(log) : null
  const startedAt = systemClock.now()
  const parts: SearchParts = {
    documents: engine.documents,
    embedderFor: (fingerprint) => embedders.get(fingerprint),
    calibration: loadCalibration(config.router),
    stopwatch: () => performance.now(),
    live,
  }
  await warmUp(reader.snapshot(), { ...parts, live: null }, startedAt)
  const product: Searching = (query, snapshot, options) => search(query, snapshot, parts, options)
  const served = config.challenger === null ? product : interleaving(product, config.challenger, Math.random)
  const drain = openDrain()
  const status = () => {
    const standing = { config, version, engine, runtime, reader, sources, news: indexer?.news() ?? null }
    return { startedAt, ...standingAt(systemClock.now(), standing) }
  }
  const metrics = openMetrics(status)
  const poster = openWebhookPoster(config)
  const alerts = openAlerts({
    // Nobody looks at what is found here: it is no demand, and there is no arm to judge.
    search: (query, signal) => product(query, reader.snapshot(), { signal }),
    documents: engine.documents,
    runtime,
    clock: systemClock,
    poster: { ...poster, post: (one) => metrics.delivered(poster.post(one)) },
    holding: () => `${reader.snapshot().generation?.id} ${reader.snapshot().mark}`,
    onTrouble: (error) => log.warn({ err: error }, 'a saved search could not be looked after; it is tried again'),
  })
  const traces = await openTraces(process.env, version)
  const budget = liveBudget(config.liveSearchesPerMinute, () => performance.now())
  const queries = openQueryNotes(runtime.queries, config.queryLogDays, systemClock, (error) =>
    log.warn({ err: error }, 'searches could not be written down; they are kept until they can'),
  )
  const app = buildApp({
    async search(query, snapshot, { caller, ...options }) {
      const liveTurn = budget.turnOf(caller.name)
      const answer = await served(query, snapshot, { ...options, liveTurn })
      demand.note(answer)
      queries.note(answer, caller.name)
      metrics.answered(answer)
      traces?.answered(answer)
      return answer
    },
    reader,
    documents: engine.documents,
    similar: (asked, wish, snapshot) => similarTo(asked, wish, snapshot, engine),
    status,
    ready: () => (drain.begun ? { ready: false, reason: 'the server is ending' } : readiness(reader)),
    clock: systemClock,
    feedback: memory,
    harvestedThrough: () => harvestedThrough(sources, engine.documents),
    shelves: openShelves(shelvesOf(config)),
    apiKeys: config.apiKeys,
    corsOrigins: config.corsOrigins,
    requestsPerMinute: config.requestsPerMinute,
    observers: [drain.observe, metrics.observe, ...(traces ? [traces.observe] : [])],
    scrape: metrics.scrape,
    doors: [pages, runFiles, ...alerts.doors, mcpDoor({ version, log, origins: config.corsOrigins })],
    log,
  })
  const server = await listen(createServer(serverOptions, app), config)
  return {
    server,
    drain: drain.begin,
    async close() {
      refreshing.stop()
      indexer?.stop()
      live.close()
      await endServer(server, longestAnswerMs)
      await alerts.close()
      await poster.close()
      await reader.close()
      await embedders.close()
      demand.close()
      memory?.close()
      queries.close()
      await traces?.close()
      await sources.close()
      runtime.close()
      await engine.close()
    },
  }
}

function openMemory({ feedback }: Runtime, log: Log): AnswerMemory {
  // Nobody guesses one, and so nobody judges what another was shown.
  const newId = () => randomBytes(16).toString('base64url') as AnswerId
  return answerMemory(feedback, newId, (error) =>
    log.warn({ err: error }, 'what answers showed could not be written down; it is kept until it can'),
  )
}

/** Runs that are kept with the code, and those that were made here. */
const shelvesOf = ({ dataFolder }: Config): readonly Shelf[] => [
  { name: 'published', path: fileURLToPath(new URL('../docs/results', import.meta.url)), shown: 'docs/results' },
  { name: 'local', path: join(dataFolder, 'runs'), shown: `${basename(dataFolder)}/runs` },
]

async function openEmbedders(config: Config, engine: Engine): Promise<Embedders> {
  const embedders = new Embedders(await openEmbedder(config.model, config.modelOverrides))
  await embedders.serving(engine)
  return embedders
}

/** Looks for commits and generations; a generation of another model gets its encoder before it gets its turn. */
function keepFresh(reader: IndexReader, engine: Engine, embedders: Embedders, log: Log): { stop(): void } {
  let timer: NodeJS.Timeout
  let stopped = false
  let pauseMs = refreshEveryMs
  const look = async () => {
    try {
      await embedders.serving(engine)
      await reader.refresh()
      pauseMs = refreshEveryMs
    } catch (error) {
      // Every attempt may load a model or a generation, so they become rare.
      pauseMs = Math.min(longestRestartMs, Math.max(firstRestartMs, pauseMs * 2))
      log.error({ err: error, pauseMs }, 'the newest generation could not be taken in; the one before goes on serving')
    }
    if (!stopped) timer = setTimeout(look, pauseMs)
  }
  timer = setTimeout(look, pauseMs)
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

function readiness({ counts }: IndexReader): { ready: boolean; reason: string | null } {
  const ready = counts.static + counts.fresh > 0
  return { ready, reason: ready ? null : 'the first generation is being built' }
}

function listen(server: Server, { host, port }: Config): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => resolve(server))
  })
}

/** What is still being answered then is cut off. */
const longestAnswerMs = 5_000
const longestGoodbyeMs = 8_000

async function main(): Promise<void> {
  loadEnvFile()
  const config = readConfig(process.env)
  const log = openLog('server', config.log)
  const running = await startServer(config, log)
  const address = running.server.address()
  const port = typeof address === 'object' && address ? address.port : config.port
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  console.log(`Freshet answers on http://${host}:${port}, and is described at /docs`)
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    // A child that does not end must not keep the process for ever.
    setTimeout(() => process.exit(0), longestGoodbyeMs).unref()
    running.close().catch((error) => log.error({ err: error }, 'closing failed'))
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', () => {
    running.drain()
    setTimeout(stop, config.drainMs)
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main().catch((error) => {
    // Settings and models that cannot be used are sentences for the operator; anything else shows where it broke.
    const expected = error instanceof Error && ['BadSetting', 'ModelUnavailable', 'CorruptStore'].includes(error.name)
    console.error(expected ? error.message : error)
    process.exit(1)
  })
}
