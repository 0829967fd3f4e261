import type { CorpusStatistics } from '../../domain/bm25.ts'
import type { DocumentKey, Seq } from '../../domain/document.ts'
import type { Tier } from '../../domain/evidence.ts'
import type { Instant } from '../../domain/instant.ts'
import type { Scope } from './lexical.ts'
import type { Postings } from './postings.ts'
import type { Neighbour } from './vectors.ts'

/**
 * What the static segment and the fresh tier have in common for the reader: a row of ordinals with lists, vectors and
 * dates. `high` bounds the ordinals that exist for a snapshot.
 */
export interface IndexedTier {
  readonly name: Extract<Tier, 'static' | 'fresh'>
  readonly postings: Postings
  keyAt(ordinal: number): DocumentKey
  /** The document's last ordinal before `high`; -1 where the tier does not hold it. */
  ordinalOf(key: DocumentKey, high: number): number
  announcedAt(ordinal: number): Instant | null
  /** Ordinals whose text was replaced or removed by a change up to and including `mark`. */
  deadAt(mark: Seq): Iterable<number>
  /** Cosine with a unit vector; null where the document has none. */
  cosineAt(ordinal: number, vector: Float32Array): number | null
  /** Ordinals nearest to the vector, best first; approximate in the static tier unless `exact`. */
  nearest(vector: Float32Array, k: number): Neighbour[]
  /** Ordinals announced in [since, until], as a range where the tier is in order of dates; null where it is not. */
  dateRange(since: Instant | null, until: Instant | null): { low: number; high: number } | null
  /** Documents and tokens announced by `upTo`. */
  statistics(upTo: Instant, high: number): CorpusStatistics
  /** Documents that hold the term, announced in (after, upTo]; none where that is empty. */
  frequency(term: string, after: Instant | null, upTo: Instant, high: number): number
  /** Documents announced in (after, upTo]. */
  announcedBetween(after: Instant | null, upTo: Instant, high: number): number
}

/** Scores every ordinal of the scope: the oracle of the graph, and the quicker way when few are allowed. */
export function nearestExactly(tier: IndexedTier, vector: Float32Array, scope: Scope, k: number): Neighbour[] {
  if (k < 1) return []
  // The best so far, in order: an object for each ordinal and a sort of all would cost six times as much.
  const labels = new Uint32Array(k)
  const cosines = new Float64Array(k)
  let found = 0
  for (let label = scope.low; label < scope.high; label++) {
    if (scope.allowed !== null && scope.allowed[label] === 0) continue
    const cosine = tier.cosineAt(label, vector)
    if (cosine === null || (found === k && !(cosine > cosines[k - 1]))) continue
    let at = found < k ? found++ : k - 1
    for (; at > 0 && cosines[at - 1] < cosine; at--) {
      cosines[at] = cosines[at - 1]
      labels[at] = labels[at - 1]
    }
    cosines[at] = cosine
    labels[at] = label
  }
  return Array.from({ length: found }, (_, i) => ({ label: labels[i], cosine: cosines[i] }))
}
