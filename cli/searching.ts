import { Embedders, openEmbedder, openEngine, openRuntimeIn } from '../src/compose.ts'
import { type OpenSources, openLiveTier, openSources } from '../src/compose-sources.ts'
import { type Config, readConfig } from '../src/config.ts'
import type { Engine, IndexReader, Runtime } from '../src/ports.ts'
import { loadCalibration } from '../src/retrieval/calibration.ts'
import type { SearchParts } from '../src/retrieval/search.ts'

/** The store of the settings and all that a search of it needs, without a server. */
export interface Searching {
  readonly config: Config
  readonly engine: Engine
  readonly runtime: Runtime
  readonly sources: OpenSources
  readonly reader: IndexReader
  readonly parts: SearchParts
  /** Takes in what was stored or published since. */
  refresh(): Promise<void>
  close(): Promise<void>
}

export async function openSearching(): Promise<Searching> {
  const config = readConfig(process.env)
  const engine = await openEngine(config.dataFolder)
  const embedders = new Embedders(await openEmbedder(config.model, config.modelOverrides))
  await embedders.serving(engine)
  const reader = await engine.openReader()
  const runtime = openRuntimeIn(config.dataFolder)
  const sources = openSources(config, runtime)
  const live = openLiveTier(sources, engine, runtime, (source, error) => console.error(`${source} broke down:`, error))
  return {
    config,
    engine,
    runtime,
    sources,
    reader,
    parts: {
      documents: engine.documents,
      embedderFor: (fingerprint) => embedders.get(fingerprint),
      calibration: loadCalibration(config.router),
      stopwatch: () => performance.now(),
      live,
    },
    async refresh() {
      await embedders.serving(engine)
      await reader.refresh()
    },
    async close() {
      live.close()
      await sources.close()
      runtime.close()
      await reader.close()
      await embedders.close()
      await engine.close()
    },
  }
}
