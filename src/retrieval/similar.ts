import type { Degradation, Hit } from '../domain/answer.ts'
import type { StoredDocument } from '../domain/document.ts'
import type { Candidate, Evidence } from '../domain/evidence.ts'
import { titleKey } from '../domain/identifiers.ts'
import type { Instant } from '../domain/instant.ts'
import { noFilters } from '../domain/query.ts'
import { termsOf } from '../domain/terms.ts'
import type { DocumentStore, EmbeddingStore, GatherRequest, Snapshot } from '../ports.ts'
import { toHits } from './hits.ts'
import { unconditional } from './named.ts'
import { documentsAsOf } from './past.ts'
import { candidateDepth } from './request.ts'
import { byDepth, rank, unique } from './score.ts'

export interface SimilarWish {
  readonly limit: number
  /** Nothing announced later exists. */
  readonly now: Instant
  /** That moment was asked for. */
  readonly past: boolean
}

export interface SimilarPapers {
  readonly hits: readonly Hit[]
  readonly degraded: readonly Degradation[]
}

export interface SimilarParts {
  readonly documents: DocumentStore
  readonly embeddings: Pick<EmbeddingStore, 'load'>
}

/** Room for other records of the same title, which are left out. */
const spare = 10

/**
 * Papers whose texts lie nearest to the document's. Its vector is the one that is stored, so no model is asked; without
 * one the words of its title speak. Depth is the cosine of both texts (or the share of the ideal BM25), and no probability.
 * Null: the document did not exist at that moment.
 */
export async function similarTo(
  asked: StoredDocument,
  { limit, now, past }: SimilarWish,
  snapshot: Snapshot,
  parts: SimilarParts,
): Promise<SimilarPapers | null> {
  const documents = past ? documentsAsOf(parts.documents, now) : parts.documents
  const document = documents.byKeys([asked.key]).get(asked.key)
  if (!document) return null
  const vector = storedVector(document, snapshot, parts.embeddings)
  const evidence = await snapshot.gather(nearest(document, vector, now))
  const closeness = vector ? ({ cosine }: Candidate) => Math.max(0, cosine ?? 0) : sharedWords(evidence)
  const deep = unique(evidence.candidates)
    .filter((one) => one.key !== document.key && closeness(one) > 0)
    .map((candidate) => ({ candidate, fused: closeness(candidate), depth: closeness(candidate) }))
    .sort(byDepth)
  const recency = { pRecent: 0, gamma: 0, halfLifeShare: 1, now }
  const scale = rank(deep, 0, recency)
  const held = documents.byKeys(scale.scored.slice(0, limit + spare).map((one) => one.candidate.key))
  const own = titleKey(document.title)
  const page = scale.scored.filter(({ candidate }) => {
    const found = held.get(candidate.key)
    return found && titleKey(found.title) !== own
  })
  const query = { now, past, shown: 0 }
  const nothing = { named: new Map(), found: new Map(), outdated: new Set<never>() }
  return {
    hits: toHits(page.slice(0, limit), { query, evidence, scale, snapshot, held, recency, ...nothing }),
    degraded: vector ? [] : [withoutVector],
  }
}

const withoutVector: Degradation = {
  part: 'vectors',
  code: 'degraded',
  reason: 'no vector of this text is stored; the words of its title alone were matched',
  retryAfterMs: null,
}

const storedVector = (
  { contentHash }: StoredDocument,
  { fingerprint }: Snapshot,
  embeddings: SimilarParts['embeddings'],
): Float32Array | null =>
  fingerprint === null ? null : (embeddings.load(fingerprint, [contentHash]).get(contentHash) ?? null)

/** The title's words bring nobody who is not near, but are what snippets highlight. */
const nearest = ({ title }: StoredDocument, vector: Float32Array | null, now: Instant): GatherRequest => ({
  ...unconditional,
  filters: noFilters,
  terms: termsOf(title),
  vector,
  tiers: { static: true, fresh: true },
  now,
  horizon: now,
  depth: candidateDepth,
})

const sharedWords =
  ({ idealBm25 }: Evidence) =>
  ({ bm25 }: Candidate): number =>
    idealBm25 === 0 ? 0 : Math.min(1, bm25 / idealBm25)
