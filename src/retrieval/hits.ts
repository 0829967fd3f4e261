import type { Hit } from '../domain/answer.ts'
import type { DocumentKey, DocumentRecord, StoredDocument } from '../domain/document.ts'
import type { Evidence, TermEvidence } from '../domain/evidence.ts'
import { versionAnnounced } from '../domain/former.ts'
import type { Folded } from '../domain/identity/folding.ts'
import type { Query } from '../domain/query.ts'
import type { Snapshot } from '../ports.ts'
import type { Named } from './named.ts'
import { ageDays, type Recency, type Scale, type Scored } from './score.ts'
import { snippetOf } from './snippet.ts'

export interface HitContext {
  readonly query: Pick<Query, 'now' | 'past' | 'shown'>
  readonly evidence: Evidence
  readonly scale: Scale
  readonly named: Named
  readonly snapshot: Snapshot
  /** The documents of the page, as they were read once: an answer in two steps shows them alike. */
  readonly held: ReadonlyMap<DocumentKey, StoredDocument>
  readonly recency: Recency
  /** What live sources found, by the keys that stand for them. */
  readonly found: ReadonlyMap<DocumentKey, Folded>
  /** Documents of which a live source showed a newer version. */
  readonly outdated: ReadonlySet<DocumentKey>
}

/** The page as it is shown: documents of the store in their newest version, or in that of the past moment, records found live as they came. */
export function toHits(page: readonly Scored[], context: HitContext): Hit[] {
  const { query, held, snapshot, found, outdated } = context
  return page.flatMap((one, i) => {
    const { key } = one.candidate
    const rank = query.shown + i + 1
    const record = found.get(key)
    if (record)
      return [{ ...toHit(one, record, rank, context), sources: record.sources, superseded: false, laterText: false }]
    const document = held.get(key)
    // Withdrawn or purged after the snapshot was taken: it must not be shown all the same.
    if (!document || document.withdrawn) return []
    const superseded = document.seq > snapshot.mark || outdated.has(key)
    const laterText = query.past && (versionAnnounced(document) ?? query.now) > query.now
    return [{ ...toHit(one, document, rank, context), sources: document.sources, superseded, laterText }]
  })
}

function toHit(
  one: Scored,
  document: DocumentRecord | StoredDocument,
  rank: number,
  context: HitContext,
): Omit<Hit, 'sources' | 'superseded' | 'laterText'> {
  const { query, evidence, scale, named } = context
  const { candidate } = one
  return {
    id: document.id,
    rank,
    source: document.source,
    kind: document.kind,
    title: document.title,
    authors: document.authors,
    categories: document.categories,
    countries: document.countries,
    fields: document.fields,
    announced: document.announced,
    announcedBasis: document.announcedBasis,
    submitted: document.submitted,
    updated: document.updated,
    url: document.url,
    doi: document.doi,
    version: document.version,
    withdrawn: document.withdrawn,
    standIn: document.standIn,
    snippet: snippetOf(document.abstract, highlightable(evidence.terms)),
    score: one.score,
    depth: one.depth,
    freshness: one.freshness,
    tier: candidate.tier,
    parts: {
      cosine: candidate.cosine,
      bm25: candidate.bm25,
      idealBm25: evidence.idealBm25,
      fused: one.fused,
      depth: one.depth,
      freshness: one.freshness,
      ageDays: candidate.announced === null ? null : ageDays(candidate.announced, query.now),
      halfLifeDays: scale.halfLifeDays,
      pRecent: context.recency.pRecent,
      gamma: context.recency.gamma,
      threshold: scale.threshold,
      exact: named.get(candidate.key) ?? null,
    },
  }
}

/** Words in half of all documents ("the", "of") say nothing about a passage. */
const highlightable = (terms: readonly TermEvidence[]): ReadonlyMap<string, number> =>
  new Map(terms.filter((one) => one.ceiling > 0.01).map((one) => [one.term, one.ceiling]))
