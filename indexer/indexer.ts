import { systemClock } from '../src/clock.ts'
import { Embedders, openEmbedder, openEngine, openRuntimeIn } from '../src/compose.ts'
import { openSources } from '../src/compose-sources.ts'
import type { Config } from '../src/config.ts'
import { noChanges } from '../src/domain/document.ts'
import { ModelUnavailable } from '../src/domain/errors.ts'
import { dayMs, type Instant } from '../src/domain/instant.ts'
import type { Log } from '../src/log.ts'
import type { Embedder, Engine, Runtime, Source } from '../src/ports.ts'
import { type BuildResult, buildGeneration } from './build.ts'
import { foundUnseen, type HarvestReport, harvest } from './harvest.ts'
import { drainInbox } from './inbox.ts'
import type { IngestCounts } from './ingest.ts'
import { type Night, night } from './nightly.ts'
import { importSample } from './sample.ts'
import { openVisits } from './visits.ts'

const lockWaitMs = 60 * 60_000

/** Everything the indexer holds open, and the jobs it does with it. */
export interface Indexer {
  readonly engine: Engine
  readonly runtime: Runtime
  /** On an empty store: the sample, and a first generation of it. Otherwise nothing. */
  begin(): Promise<BuildResult | null>
  /** Visits the sources whose time has come; returns at once. */
  visitDue(): void
  /** Stores what live search found. */
  drainInbox(): Promise<IngestCounts>
  /** Waits for visits that are under way, then builds. With `visitAll` every source is visited first, due or not. */
  night(options: { readonly visitAll: boolean; onProgress?(done: number, of: number): void }): Promise<Night>
  /** A night was missed: changes have waited for more than a day to be built in. */
  overdue(): boolean
  close(): Promise<void>
}

/** Ends what is under way when the signal aborts. */
export async function openIndexer(config: Config, log: Log, signal: AbortSignal): Promise<Indexer> {
  const engine = await openEngine(config.dataFolder)
  const runtime = openRuntimeIn(config.dataFolder)
  const { harvested, live, close: closeSources } = openSources(config, runtime)
  const embedders = new Embedders(await openEmbedder(config.model, config.modelOverrides))
  const { configured } = embedders
  const clock = systemClock
  const reports: HarvestReport[] = []

  /** Of the generation that serves, so that what comes in can be found at once. */
  const serving = (): Promise<Embedder> =>
    embedders.serving(engine).catch((error) => {
      if (!(error instanceof ModelUnavailable)) throw error
      // The next generation will speak the configured model anyway; until then what is harvested is found by words.
      log.warn({ error: error.message }, 'the model of the serving generation is gone')
      return configured
    })

  hastenWidened(harvested, engine, runtime, clock.now())
  const visits = openVisits({
    sources: harvested,
    book: runtime.visits,
    clock,
    log,
    signal,
    async harvest(source: Source, oddIfEmpty) {
      const embedder = await serving()
      const report = await harvest({ engine, embedder, runtime, clock }, source, signal, oddIfEmpty)
      reports.push(report)
      const { counts, rejected, error, warning } = report
      if (error !== null) log.warn({ source: source.name, ...counts, error }, 'a source failed; its watermark stays')
      else log.info({ source: source.name, ...counts, rejected: rejected.length }, 'harvested')
      return { changed: foundUnseen(counts), failed: error !== null, warning }
    },
  })

  return {
    engine,
    runtime,
    async begin() {
      if (engine.catalog.current()) return null
      if (engine.documents.count() === 0) {
        const { counts } = await importSample(engine, configured, clock, signal)
        log.info({ papers: counts.new }, 'the sample is in')
      }
      const lock = await engine.lock('first generation', lockWaitMs)
      try {
        await engine.catalog.sweep()
        return engine.catalog.current() ? null : await buildGeneration(engine, configured, { clock })
      } finally {
        lock.release()
      }
    },
    visitDue: () => visits.tick(),
    async drainInbox() {
      if (runtime.inbox.count() === 0) return noChanges()
      return drainInbox({ engine, embedder: await serving(), inbox: runtime.inbox, sources: live, clock }, signal)
    },
    night({ visitAll, onProgress }) {
      const harvestAll = async () => {
        await (visitAll ? visits.all() : visits.settled())
        return reports.splice(0)
      }
      return night({ engine, embedder: configured, harvest: harvestAll, clock }, lockWaitMs, signal, onProgress)
    },
    overdue() {
      const current = engine.catalog.current()
      if (current === null) return false
      return current.mark < engine.documents.lastSeq() && clock.now() - current.createdAt > dayMs
    },
    async close() {
      await visits.settled()
      await closeSources()
      await embedders.close()
      runtime.close()
      await engine.close()
    },
  }
}

/** What was harvested in another scope (fewer categories, other topics) is as if it had never been. */
function hastenWidened(sources: readonly Source[], { documents }: Engine, { visits }: Runtime, now: Instant): void {
  const marks = new Map(documents.watermarks().map((one) => [one.source, one.scope]))
  for (const { name, scope = '' } of sources) {
    const visit = visits.load(name)
    const widened = marks.has(name) && marks.get(name) !== scope
    if (visit && widened) visits.save({ ...visit, nextVisit: now, reason: 'What is harvested of it was changed.' })
  }
}
