import { systemClock } from '../src/clock.ts'
import { Embedders, openEmbedder, openEngine, openRuntimeIn, openSources } from '../src/compose.ts'
import type { Config } from '../src/config.ts'
import { ModelUnavailable } from '../src/domain/errors.ts'
import { dayMs } from '../src/domain/instant.ts'
import type { Log } from '../src/log.ts'
import type { Engine, Runtime } from '../src/ports.ts'
import { type BuildResult, buildGeneration } from './build.ts'
import { type Night, night } from './nightly.ts'
import { importSample } from './sample.ts'

const lockWaitMs = 60 * 60_000

/** Everything the indexer holds open, and the jobs it does with it. */
export interface Indexer {
  readonly engine: Engine
  readonly runtime: Runtime
  /** On an empty store: the sample, and a first generation of it. Otherwise nothing. */
  begin(signal: AbortSignal): Promise<BuildResult | null>
  night(signal: AbortSignal, onProgress?: (done: number, of: number) => void): Promise<Night>
  /** True when a source has not been harvested for a day: a night was missed, or there was none yet. */
  overdue(): boolean
  close(): Promise<void>
}

export async function openIndexer(config: Config, log: Log): Promise<Indexer> {
  const engine = await openEngine(config.dataFolder)
  const runtime = openRuntimeIn(config.dataFolder)
  const { sources, close: closeSources } = openSources(config, runtime)
  const embedders = new Embedders(await openEmbedder(config.model, config.modelOverrides))
  const { configured } = embedders
  const clock = systemClock
  return {
    engine,
    runtime,
    async begin(signal) {
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
    async night(signal, onProgress) {
      const serving = await embedders.serving(engine).catch((error) => {
        if (!(error instanceof ModelUnavailable)) throw error
        // Tonight's generation will speak the configured model anyway; until then what is harvested is found by words.
        log.warn({ error: error.message }, 'the model of the serving generation is gone')
        return configured
      })
      return night({ engine, embedder: configured, serving, sources, runtime, clock }, lockWaitMs, signal, onProgress)
    },
    overdue() {
      const health = runtime.health()
      return sources.some(({ name }) => {
        const last = health.find((one) => one.source === name)?.lastSuccess ?? null
        return last === null || clock.now() - last > dayMs
      })
    },
    async close() {
      await closeSources()
      await embedders.close()
      runtime.close()
      await engine.close()
    },
  }
}
