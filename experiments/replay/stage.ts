import type { DocumentKey, StoredDocument } from '../../src/domain/document.ts'
import type { Evidence } from '../../src/domain/evidence.ts'
import type { DocumentStore, Embedder, EmbeddingStore, GatherRequest, Snapshot } from '../../src/ports.ts'
import type { Calibration } from '../../src/retrieval/calibration.ts'
import type { LiveAnswer, LiveTier } from '../../src/retrieval/live.ts'
import type { SearchParts } from '../../src/retrieval/search.ts'
import { withKnown } from '../known-vectors.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { encoderCpuMs, type Meter, sharedWork } from './cost.ts'
import type { Holding } from './holding.ts'
import type { QueryLive, ReplayLive } from './live.ts'
import { documentsAsOf, viewOf } from './view.ts'

/** A store, who embeds for it, and the world before it. */
export interface Theatre {
  readonly documents: DocumentStore
  readonly snapshot: Snapshot
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
  { documents, snapshot, embedder, calibration, live, meter }: Theatre,
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
        documents: documentsAsOf(documents, holding),
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
    gather: (request) => gather(keyOf(request), () => view.gather(request)),
  }
}

/** Vectors of one query are told apart by less than all of their numbers. */
const keyOf = ({ vector, ...request }: GatherRequest): string =>
  JSON.stringify([request, vector && [...vector.subarray(0, 8)]])

/**
 * Documents as hits need them, read once: all arms show the same few hundred. Nobody wants their snippets here, which are
 * most of what a long page costs.
 */
export function withoutAbstracts(documents: DocumentStore): DocumentStore {
  const known = new Map<DocumentKey, StoredDocument>()
  return {
    ...documents,
    byKeys(keys) {
      const missing = keys.filter((key) => !known.has(key))
      for (const [key, document] of documents.byKeys(missing)) known.set(key, { ...document, abstract: '' })
      const found = keys.map((key) => [key, known.get(key)] as const)
      return new Map(found.flatMap(([key, document]) => (document ? [[key, document] as const] : [])))
    },
  }
}

/**
 * Vectors of queries are computed once and charged to every arm. Those of documents (records found live) are taken from
 * the store that holds all that the world can show: they are the ones that the documents have there.
 */
export function meteredEmbedder(inner: Embedder, vectors: EmbeddingStore, meter: Meter): Embedder {
  const queries = sharedWork<(Float32Array | null)[]>(meter, 'embed', encoderCpuMs)
  const documents = withKnown(inner, vectors)
  return {
    ...documents,
    embed(texts, role, signal) {
      if (role === 'document') return documents.embed(texts, role, signal)
      return queries(JSON.stringify(texts), () => inner.embed(texts, role, signal))
    },
  }
}
