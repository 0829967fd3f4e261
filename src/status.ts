import type { Config } from './config.ts'
import type { Instant } from './domain/instant.ts'
import type { Engine, IndexReader, Runtime } from './ports.ts'
import { type SourcesInUse, sourceStatuses } from './source-status.ts'

interface Standing {
  readonly config: Pick<Config, 'model' | 'indexer'>
  readonly version: string
  readonly engine: Engine
  readonly runtime: Runtime
  readonly reader: IndexReader
  readonly sources: SourcesInUse
  /** What the indexer said last, if it is a child of this process. */
  readonly news: { readonly running: boolean; readonly nextNight: Instant | null } | null
}

/** How store, index, sources and indexer stand, as the server and the command line tell it. */
export function standingAt(now: Instant, { config, version, engine, runtime, reader, sources, news }: Standing) {
  const snapshot = reader.snapshot()
  return {
    name: 'freshet',
    version,
    now,
    store: { ...engine.documents.counts(), incarnation: engine.incarnation() },
    generation: engine.catalog.list().find((one) => one.id === snapshot.generation?.id) ?? null,
    fresh: { documents: reader.counts.fresh, mark: snapshot.mark },
    sources: sourceStatuses(sources, engine.documents, runtime, now),
    inbox: runtime.inbox.count(),
    model: { configured: config.model, serving: snapshot.fingerprint },
    indexer: { mode: config.indexer, running: news?.running ?? false, nextNight: news?.nextNight ?? null },
  }
}
