import { ceilingOf, idf, type LengthNorm, lengthNorm, termScore } from '../../domain/bm25.ts'
import type { DocumentKey, Seq } from '../../domain/document.ts'
import { ageBins, type Candidate, type Evidence, type TermEvidence } from '../../domain/evidence.ts'
import { admission } from '../../domain/filters.ts'
import { dayMs, type Instant } from '../../domain/instant.ts'
import type { GatherRequest, Snapshot } from '../../ports.ts'
import { analyse, byCeiling, LexicalRanker, type Scope, scoreAt, type WeightedTerm } from './lexical.ts'
import { inScope, type PhraseMatches, scopeOf, sizeOf } from './scope.ts'
import { type IndexedTier, nearestExactly } from './tier.ts'
import { dot, type Neighbour } from './vectors.ts'

/** A tier as one snapshot sees it. */
export interface VisibleTier {
  readonly tier: IndexedTier
  readonly high: number
  readonly mark: Seq
}

/** Shared by all snapshots: its arrays are scratch, and `gather` never yields while it uses them. */
const ranker = new LexicalRanker()

/**
 * Asks static and fresh for their best by vector and by words, and completes each candidate with the score that the
 * other ranker would have given it. Statistics are those of both tiers together, so one scale holds for both.
 */
export function gather(tiers: readonly VisibleTier[], request: GatherRequest, phrases: PhraseMatches): Evidence {
  const context = contextOf(tiers, request)
  const candidates: Candidate[] = []
  for (const visible of tiers) {
    if (!request.tiers[visible.tier.name]) continue
    const scope = scopeOf(visible.tier, { ...visible, high: announcedHigh(visible, request.horizon) }, request, phrases)
    candidates.push(...candidatesOf(visible.tier, scope, request, context))
  }
  return { candidates, best: bestOf(candidates), ...context.evidence }
}

/** Scores documents that were named, where the snapshot and the filters let them through. */
export function scoreNamed(
  tiers: readonly VisibleTier[],
  keys: readonly DocumentKey[],
  request: GatherRequest,
  phrases: PhraseMatches,
): Candidate[] {
  const context = contextOf(tiers, request)
  const found: Candidate[] = []
  for (const visible of tiers) {
    if (!request.tiers[visible.tier.name]) continue
    const scope = scopeOf(visible.tier, { ...visible, high: announcedHigh(visible, request.horizon) }, request, phrases)
    const ordinals = keys
      .map((key) => visible.tier.ordinalOf(key, visible.high))
      .filter((ordinal) => inScope(scope, ordinal))
    found.push(...complete(visible.tier, ordinals, request, context))
  }
  return found
}

/** Scores records that are in no tier, by the statistics of what is; null for what the conditions keep out. */
export function scoreRecords(
  tiers: readonly VisibleTier[],
  records: Parameters<Snapshot['scoreRecords']>[0],
  request: GatherRequest,
): (Candidate | null)[] {
  const { norm, evidence } = contextOf(tiers, request)
  const passes = admission({ ...request, horizon: request.now })
  // In the order in which the tiers' own documents are summed up, so that a live score is the one it will have there.
  const terms = [...evidence.terms].sort((one, other) => other.ceiling - one.ceiling)
  return records.map(({ record, vector }, i) => {
    if (!passes(record)) return null
    const { tfs, length } = analyse(record)
    const bm25 = terms.reduce((sum, { term, ceiling }) => sum + termScore(ceiling, tfs.get(term) ?? 0, length, norm), 0)
    const cosine = request.vector && vector ? dot(request.vector, vector, 0) : null
    return { key: (-1 - i) as DocumentKey, tier: 'live', announced: record.announced, cosine, bm25 }
  })
}

interface Context {
  readonly norm: LengthNorm
  readonly evidence: Omit<Evidence, 'candidates' | 'best'>
}

function contextOf(tiers: readonly VisibleTier[], { terms, now, horizon }: GatherRequest): Context {
  const sum = (of: (visible: VisibleTier) => number) => tiers.reduce((total, visible) => total + of(visible), 0)
  const parts = tiers.map(({ tier, high }) => tier.statistics(horizon, high))
  const statistics = {
    documents: parts.reduce((total, part) => total + part.documents, 0),
    tokens: parts.reduce((total, part) => total + part.tokens, 0),
  }
  const daysAgo = ageBins.map((days) => (now - days * dayMs) as Instant)
  const known = [...occurrences(terms)].map(([term, times]): TermEvidence => {
    const documents = sum(({ tier, high }) => tier.frequency(term, null, horizon, high))
    const since = daysAgo.map((after) => sum(({ tier, high }) => tier.frequency(term, after, horizon, high)))
    const ages = binned([...since, documents])
    return { term, documents, ages, ceiling: ceilingOf(idf(statistics.documents, documents), times) }
  })
  const since = daysAgo.map((after) => sum(({ tier, high }) => tier.announcedBetween(after, horizon, high)))
  return {
    norm: lengthNorm(statistics),
    evidence: {
      idealBm25: known.reduce((sum, { ceiling }) => sum + ceiling, 0),
      terms: known,
      documents: statistics.documents,
      corpusAges: binned([...since, statistics.documents]),
      lastWeek: since[0],
    },
  }
}

const binned = (cumulative: readonly number[]): number[] =>
  cumulative.map((count, i) => count - (i === 0 ? 0 : cumulative[i - 1]))

function occurrences(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1)
  return counts
}

/** In a tier that is in order of dates, what is announced by the horizon is a prefix. */
const announcedHigh = ({ tier, high }: VisibleTier, horizon: Instant): number =>
  tier.dateRange(null, null) === null ? high : Math.min(high, tier.statistics(horizon, high).documents)

function candidatesOf(tier: IndexedTier, scope: Scope, request: GatherRequest, context: Context): Candidate[] {
  const terms = weighted(tier, context)
  const lexical = ranker.top(terms, tier.postings, context.norm, scope, request.depth)
  const known = new Map(lexical.map(({ ordinal, score }) => [ordinal, score]))
  const ordinals = lexical.map(({ ordinal }) => ordinal)
  if (request.vector) {
    for (const { label } of dense(tier, request.vector, scope, request)) if (!known.has(label)) ordinals.push(label)
  }
  return complete(tier, ordinals, request, context, known)
}

/** Both scores of each ordinal; `known` spares those that were just ranked by words. */
function complete(
  tier: IndexedTier,
  ordinals: readonly number[],
  { vector }: GatherRequest,
  context: Context,
  known: ReadonlyMap<number, number> = new Map(),
): Candidate[] {
  const terms = weighted(tier, context)
  const { lengths } = tier.postings
  return ordinals.map((ordinal) => ({
    key: tier.keyAt(ordinal),
    tier: tier.name,
    announced: tier.announcedAt(ordinal),
    cosine: vector ? tier.cosineAt(ordinal, vector) : null,
    bm25: known.get(ordinal) ?? scoreAt(terms, ordinal, lengths[ordinal], context.norm),
  }))
}

function weighted(tier: IndexedTier, { evidence }: Context): WeightedTerm[] {
  const found: WeightedTerm[] = []
  for (const { term, ceiling } of evidence.terms) {
    const list = tier.postings.list(term)
    if (list) found.push({ ceiling, list })
  }
  return found.sort(byCeiling)
}

/**
 * The graph knows no filter: what is not allowed is fetched and dropped, and more is fetched while that is cheaper than
 * scoring all that is allowed. A visited neighbour costs about eight times a dot product (measured at 54k x 256).
 */
const neighbourCost = 8

function dense(tier: IndexedTier, vector: Float32Array, scope: Scope, { depth, exact }: GatherRequest): Neighbour[] {
  const size = sizeOf(scope)
  if (exact === true || size === 0) return nearestExactly(tier, vector, scope, depth)
  const all = size === tier.postings.count
  let fetched = all ? depth : Math.ceil((depth * tier.postings.count * 1.2) / size) + 10
  while (all || fetched * neighbourCost < size) {
    const found = tier.nearest(vector, fetched).filter((one) => inScope(scope, one.label))
    if (all || found.length >= Math.min(depth, size)) return found.slice(0, depth)
    // What is left out lies where the query points: "language models" without "large language models".
    fetched *= 4
  }
  return nearestExactly(tier, vector, scope, depth)
}

function bestOf(candidates: readonly Candidate[]): Evidence['best'] {
  let cosine = -1
  let bm25 = 0
  for (const one of candidates) {
    if (one.cosine !== null && one.cosine > cosine) cosine = one.cosine
    if (one.bm25 > bm25) bm25 = one.bm25
  }
  return { cosine, bm25 }
}
