import { termScore } from '../../domain/bm25.ts'
import type { DocumentKey } from '../../domain/document.ts'
import type { Candidate, Evidence } from '../../domain/evidence.ts'
import { admission } from '../../domain/filters.ts'
import type { GatherRequest, Snapshot } from '../../ports.ts'
import { byCeiling, LexicalRanker, type Scope, type Scored, scoreAt, type WeightedTerm } from './lexical.ts'
import { analyse } from './postings.ts'
import { inScope, scopeOf, sizeOf } from './scope.ts'
import type { Standing } from './standing.ts'
import { type Context, contextOf } from './statistics.ts'
import { type IndexedTier, nearestExactly } from './tier.ts'
import { dot, type Neighbour } from './vectors.ts'

/** Shared by all snapshots: its arrays are scratch, and `gather` never yields while it uses them. */
const ranker = new LexicalRanker()

/**
 * Asks static and fresh for their best by vector and by words, and completes each candidate with the score that the
 * other ranker would have given it. Statistics are those of both tiers together, so one scale holds for both.
 */
export function gather(standings: readonly Standing[], request: GatherRequest): Evidence {
  const context = contextOf(standings, request)
  const candidates = (['static', 'fresh'] as const)
    .filter((name) => request.tiers[name])
    .flatMap((name) =>
      candidatesOf(
        standings.filter((one) => one.name === name),
        request,
        context,
      ),
    )
  return { candidates, best: bestOf(candidates), ...context.evidence }
}

/** Scores documents that were named, where the snapshot and the filters let them through. */
export function scoreNamed(
  standings: readonly Standing[],
  keys: readonly DocumentKey[],
  request: GatherRequest,
): Candidate[] {
  const context = contextOf(standings, request)
  return standings
    .filter(({ name }) => request.tiers[name])
    .flatMap((standing) => {
      const scope = scopeOf(standing, request)
      const ordinals = keys.map(standing.ordinalOf).filter((ordinal) => inScope(scope, ordinal))
      return complete(standing, ordinals, request, context)
    })
}

/** Scores records that are in no tier, by the statistics of what is; null for what the conditions keep out. */
export function scoreRecords(
  standings: readonly Standing[],
  records: Parameters<Snapshot['scoreRecords']>[0],
  request: GatherRequest,
): (Candidate | null)[] {
  const { norm, evidence } = contextOf(standings, request)
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

/** The best of a tier; of several structures where texts of the past stand beside those of now. */
function candidatesOf(standings: readonly Standing[], request: GatherRequest, context: Context): Candidate[] {
  const found = standings.map((standing) => foundIn(standing, request, context))
  const several = found.length > 1
  // Together they bring as many as one would that held all of it.
  const enough = several
    ? floorOf(
        found.flatMap((one) => one.lexical.map(({ score }) => score)),
        request.depth,
      )
    : 0
  const near = several
    ? floorOf(
        found.flatMap((one) => one.dense.map(({ cosine }) => cosine)),
        request.depth,
      )
    : -2
  return found.flatMap(({ standing, lexical, dense }) => {
    const best = lexical.filter(({ score }) => score >= enough)
    const known = new Map(best.map(({ ordinal, score }) => [ordinal, score]))
    const ordinals = best.map(({ ordinal }) => ordinal)
    for (const { label, cosine } of dense) if (cosine >= near && !known.has(label)) ordinals.push(label)
    return complete(standing, ordinals, request, context, known)
  })
}

interface Found {
  readonly standing: Standing
  readonly lexical: readonly Scored[]
  readonly dense: readonly Neighbour[]
}

function foundIn(standing: Standing, request: GatherRequest, context: Context): Found {
  const { tier } = standing
  const scope = scopeOf(standing, request)
  return {
    standing,
    lexical: ranker.top(weighted(tier, context), tier.postings, context.norm, scope, request.depth),
    dense: request.vector ? dense(tier, request.vector, scope, request) : [],
  }
}

/** The `depth`-th best of the scores, below which nothing is wanted. */
const floorOf = (scores: readonly number[], depth: number): number =>
  scores.length <= depth ? Number.NEGATIVE_INFINITY : [...scores].sort((one, other) => other - one)[depth - 1]

/** Both scores of each ordinal; `known` spares those that were just ranked by words. */
function complete(
  { tier, name }: Standing,
  ordinals: readonly number[],
  { vector }: GatherRequest,
  context: Context,
  known: ReadonlyMap<number, number> = new Map(),
): Candidate[] {
  const terms = weighted(tier, context)
  const { lengths } = tier.postings
  return ordinals.map((ordinal) => ({
    key: tier.keyAt(ordinal),
    tier: name,
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
