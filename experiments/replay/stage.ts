import type { Evidence } from '../../src/domain/evidence.ts'
import type { Embedder, EmbeddingStore, Snapshot } from '../../src/ports.ts'
import type { Calibration } from '../../src/retrieval/calibration.ts'
import type { LiveAnswer, LiveTier } from '../../src/retrieval/live.ts'
import type { SearchParts } from '../../src/retrieval/search.ts'
import type { Collection } from '../collection.ts'
import { withKnown } from '../known-vectors.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { encoderCpuMs, type Meter, sharedWork } from './cost.ts'
import type { Holding } from './holding.ts'
import type { QueryLive, ReplayLive } from './live.ts'
import { documentsAsOf, viewOf } from './view.ts'

/** A store, who embeds for it, and the world before it. */
export interface Theatre {
  readonly collection: Pick<Collection, 'engine' | 'snapshot'>
  readonly embedder: Embedder
  readonly calibration: Calibration
  readonly live: ReplayLive | null
  readonly meter: Meter
}

/** What the arms need to answer one query. What several of them ask for is done once. */
export interface Stage {
  /** What `search` takes, of a store that holds no more than this. */
  before(holding: Holding): { readonly snapshot: Snapshot; readonly parts: SearchParts }
  latencyMs(source: string): number
  close(): void
}

export async function openStage(
  { collection: { engine, snapshot }, embedder, calibration, live, meter }: Theatre,
  query: Pick<JudgedQuery, 'id' | 'asked'>,
): Promise<Stage> {
  const asked = live && (await live.begin(query))
  const ask = sharedWork<readonly LiveAnswer[]>(meter, 'live')
  const views = new Map<string, Snapshot>()
  return {
    before(holding) {
      const key = `${holding.cut} ${holding.harvested}`
      const view = views.get(key) ?? remembering(viewOf(snapshot, holding), meter)
      views.set(key, view)
      const parts: SearchParts = {
        documents: documentsAsOf(engine.documents, holding),
        embedderFor: () => embedder,
        calibration,
        live: asked && sharingAnswers(asked, holding, ask),
        // Nothing takes any time in a replay; what it took is measured apart.
        stopwatch: () => 0,
      }
      return { snapshot: view, parts }
    },
    latencyMs: (source) => asked?.latencyMs(source) ?? 0,
    close: () => asked?.close(),
  }
}

function sharingAnswers(
  asked: QueryLive,
  { harvested }: Holding,
  ask: ReturnType<typeof sharedWork<readonly LiveAnswer[]>>,
): LiveTier {
  const tier = asked.tier(harvested)
  return {
    ...tier,
    ask: (request, terms, signal) => ask(JSON.stringify([request, terms]), () => tier.ask(request, terms, signal)),
  }
}

/** Gathers once what is asked for more than once. */
function remembering(view: Snapshot, meter: Meter): Snapshot {
  const gather = sharedWork<Evidence>(meter, 'gather')
  return {
    ...view,
    // Of one query and one holding there is only one vector.
    gather: (request) =>
      gather(JSON.stringify({ ...request, vector: request.vector !== null }), () => view.gather(request)),
  }
}

/**
 * Vectors of queries are computed once and charged to every arm. Those of documents (records found live) are taken from
 * the store that holds all that the world can show: they are the ones that the documents have there.
 */
export function meteredEmbedder(inner: Embedder, vectors: EmbeddingStore, meter: Meter): Embedder {
  const queries = sharedWork<(Float32Array | null)[]>(meter, 'embed')
  const documents = withKnown(inner, vectors)
  return {
    ...documents,
    embed(texts, role, signal) {
      if (role === 'document') return documents.embed(texts, role, signal)
      return queries(JSON.stringify(texts), async () => {
        const before = encoderCpuMs()
        const vectors = await inner.embed(texts, role, signal)
        meter.charge(0, encoderCpuMs() - before)
        return vectors
      })
    },
  }
}
