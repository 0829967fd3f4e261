import { typedQuery } from '../../src/domain/understanding.ts'
import type { Calibration } from '../../src/retrieval/calibration.ts'
import { type Decided, decide, subjectSample } from '../../src/retrieval/decide.ts'
import { type GateSigns, signsOf } from '../../src/retrieval/gate.ts'
import { stagewatch } from '../../src/retrieval/stagewatch.ts'
import type { Collection } from '../collection.ts'
import type { Labelled } from './labels.ts'

/** What the product saw of a labelled query on its day, and what the gate is fitted on. */
export interface Observed {
  readonly labelled: Labelled
  readonly decided: Decided
  readonly signs: GateSigns
  /** The query's vector plus the mean of those of the deepest documents: what the gate's directions are multiplied with. */
  readonly subject: readonly number[]
}

/** Takes the evidence of each query as of its day. */
export async function observe(
  queries: readonly Labelled[],
  collection: Collection,
  calibration: Calibration,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Observed[]> {
  const { engine, embedder, snapshot } = collection
  const parts = { documents: engine.documents, embedderFor: () => embedder, calibration, live: null }
  const observed: Observed[] = []
  for (const labelled of queries) {
    const query = typedQuery(labelled.text, labelled.asked, { mode: 'both' })
    const decided = await decide(
      query,
      snapshot,
      parts,
      { exact: true },
      stagewatch(() => 0),
    )
    observed.push({ labelled, decided, signs: signsOf(decided), subject: subjectOf(decided, collection) })
    onProgress(observed.length, queries.length)
  }
  return observed
}

function subjectOf({ request, deep }: Decided, { engine, embedder }: Collection): number[] {
  const documents = engine.documents.byKeys(deep.slice(0, subjectSample).map((one) => one.candidate.key))
  const hashes = [...documents.values()].map((one) => one.contentHash)
  const known = engine.embeddings.load(embedder.fingerprint, hashes)
  const vectors = hashes.flatMap((hash) => known.get(hash) ?? [])
  return Array.from({ length: embedder.dimension }, (_, i) => {
    const near = vectors.reduce((sum, vector) => sum + vector[i], 0) / Math.max(1, vectors.length)
    return (request.vector?.[i] ?? 0) + near
  })
}
