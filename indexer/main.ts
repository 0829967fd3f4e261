import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import { systemClock } from '../src/clock.ts'
import { openEngine, openRuntimeIn } from '../src/compose.ts'
import { loadEnvFile, readConfig } from '../src/config.ts'
import { isoOf } from '../src/domain/instant.ts'
import { type Log, openLog } from '../src/log.ts'
import { type Indexer, openIndexer } from './indexer.ts'
import { saidOf } from './ingest.ts'
import type { IndexerNews } from './news.ts'
import type { Night } from './nightly.ts'
import { progressBar } from './progress.ts'
import { everyMinute, scheduleNightly } from './schedule.ts'

/** `index once | schedule | status | rollback`, alone or as part of the `freshet` command. */
export function indexCommand(): Command {
  const command = new Command('index').description('the nightly job: harvest, build, verify, publish')
  command.command('once').description('run one night now').action(once)
  command.command('schedule').description('run every night, until stopped').action(schedule)
  command.command('status').description('generations and watermarks').action(status)
  command.command('rollback').description('serve the generation before the current one').action(rollback)
  return command
}

async function once(): Promise<void> {
  const config = readConfig(process.env)
  const log = openLog('indexer', config.log)
  const stop = stopSignal()
  const indexer = await openIndexer(config, log, stop)
  const bar = progressBar('building')
  try {
    report(await indexer.begin())
    await indexer.drainInbox()
    const done = await indexer.night({ visitAll: true, onProgress: bar.update })
    bar.stop()
    reportNight(done)
    if (done.harvests.some((one) => one.outcome === 'failed')) process.exitCode = 3
  } finally {
    bar.stop()
    await indexer.close()
  }
}

async function schedule(): Promise<void> {
  const config = readConfig(process.env)
  const log = openLog('indexer', config.log)
  const stop = stopSignal()
  const indexer = await openIndexer(config, log, stop)
  let running: Promise<void> | null = null
  const nightly = scheduleNightly(config.nightly, log, () => run())
  const tell = () => {
    const news: IndexerNews = { running: running !== null, nextNight: nightly.next?.toISOString() ?? null }
    if (process.connected) process.send?.(news)
  }
  /** A missed night and the one of the schedule may meet; they are one. */
  const run = (): Promise<void> => {
    running ??= aNight(indexer, log).finally(() => {
      running = null
      tell()
    })
    tell()
    return running
  }
  tell()
  await unlessStopped(stop, log, () => indexer.begin())
  const inbox = keepDraining(stop, log, indexer)
  if (indexer.overdue()) await unlessStopped(stop, log, run)
  else indexer.visitDue()
  // A night waits for the visits under way; new ones would keep it waiting.
  const ticks = everyMinute(log, () => {
    if (!running) indexer.visitDue()
  })
  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
  await ticks.stop()
  await nightly.stop()
  await inbox
  await indexer.close()
}

async function aNight(indexer: Indexer, log: Log): Promise<void> {
  indexer.visitDue()
  const { build } = await indexer.night({ visitAll: false })
  const generation = build.outcome === 'published' ? build.manifest.id : null
  log.info({ outcome: build.outcome, generation }, 'the night is done')
}

/** What is due at the start: the first generation, a missed night. */
async function unlessStopped(stop: AbortSignal, log: Log, job: () => Promise<unknown>): Promise<void> {
  try {
    if (!stop.aborted) await job()
  } catch (error) {
    if (!stop.aborted) log.error({ err: error }, 'the first job failed; the schedule goes on')
  }
}

/** What live search found is to be in the index a moment later. Looking costs microseconds. */
const drainEveryMs = 500
const drainAfterTroubleMs = 30_000

async function keepDraining(stop: AbortSignal, log: Log, indexer: Indexer): Promise<void> {
  while (!stop.aborted) {
    let pauseMs = drainEveryMs
    try {
      const counts = await indexer.drainInbox()
      if (counts.new > 0) log.info(counts, 'stored what live search found')
    } catch (error) {
      if (stop.aborted) return
      pauseMs = drainAfterTroubleMs
      log.error({ err: error }, 'what live search found could not be stored; it waits')
    }
    await systemClock.sleep(pauseMs, stop).catch(() => {})
  }
}

async function status(): Promise<void> {
  const config = readConfig(process.env)
  const engine = await openEngine(config.dataFolder)
  const runtime = openRuntimeIn(config.dataFolder)
  const current = engine.catalog.current()
  for (const one of engine.catalog.list()) {
    const mark = one.id === current?.id ? '*' : ' '
    console.log(
      `${mark} generation ${one.id}  ${one.state}  ${isoOf(one.createdAt)}  ${one.documents} documents  ${one.fingerprint}`,
    )
  }
  if (!current) console.log('no generation is published yet')
  else console.log(`${engine.documents.lastSeq() - current.mark} changes since`)
  for (const one of engine.documents.watermarks())
    console.log(`${one.source} is harvested through ${isoOf(one.through)}`)
  runtime.close()
  await engine.close()
}

async function rollback(): Promise<void> {
  const config = readConfig(process.env)
  const engine = await openEngine(config.dataFolder)
  const lock = await engine.lock('rollback', 60_000)
  try {
    const now = engine.catalog.rollback(systemClock.now())
    console.log(`generation ${now.id} of ${isoOf(now.createdAt)} serves again; what came since is in the fresh tier`)
  } finally {
    lock.release()
    await engine.close()
  }
}

function reportNight({ swept, harvests, build }: Night): void {
  if (swept.length > 0) console.log(`swept ${swept.join(', ')}`)
  for (const one of harvests) {
    console.log(`${one.source}: ${saidOf(one.counts)} since ${isoOf(one.window.after)}`)
    if (one.error !== null) console.log(`  then it failed; the next harvest goes on from there: ${one.error}`)
    if (one.warning !== null) console.log(`  warning: ${one.warning}`)
    for (const { id, reason } of one.rejected.slice(0, 20)) console.log(`  unreadable ${id}: ${reason}`)
  }
  report(build)
}

function report(build: Night['build'] | null): void {
  if (build?.outcome === 'nothing-new') console.log('nothing new: the current generation stays')
  if (build?.outcome !== 'published') return
  const { manifest, verification } = build
  const recall = verification.recallAt10.toFixed(3)
  console.log(
    `generation ${manifest.id} is published: ${manifest.documents} documents, recall@10 ${recall} against exact search`,
  )
}

const longestGoodbyeMs = 5_000

/** Ends with Ctrl-C, with a terminate signal, or with the server that started us. */
function stopSignal(): AbortSignal {
  const controller = new AbortController()
  const stop = () => {
    controller.abort(new Error('stopped'))
    // Dying anywhere is safe, so a stop does not wait for a long build.
    setTimeout(() => process.exit(process.exitCode ?? 1), longestGoodbyeMs).unref()
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  process.once('disconnect', stop)
  // It may have died before we listened.
  if (process.connected === false) stop()
  return controller.signal
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  loadEnvFile()
  await indexCommand()
    .parseAsync()
    .catch((error) => {
      console.error(error instanceof Error ? `${error.name}: ${error.message}` : error)
      process.exitCode = 1
    })
  // An open channel to the server that started us would keep the process alive.
  if (process.connected) process.disconnect()
}
