import type { Degradation, LiveReport, RankedAnswer } from '../domain/answer.ts'
import type { DocumentKey, StoredDocument, Traits } from '../domain/document.ts'
import type { Folded } from '../domain/identity/folding.ts'
import type { Query } from '../domain/query.ts'
import type { Snapshot } from '../ports.ts'
import { freshnessWeightsFor } from './calibration.ts'
import { type Decided, type DecisionOptions, type DecisionParts, decide, reserveMs } from './decide.ts'
import { embedRecords } from './embedding.ts'
import { countFacets } from './facets.ts'
import { convex, type Fused } from './fusion.ts'
import { type HitContext, toHits } from './hits.ts'
import { scoreLate } from './late.ts'
import type { LiveAnswer, LiveTier } from './live.ts'
import { type Named, pinNamed } from './named.ts'
import { documentsAsOf } from './past.ts'
import { candidateDepth, findRequestOf } from './request.ts'
import { inOrderOf, measureDepth, place, type Ranking, type Recency, rank, recencyOf, type Scored } from './score.ts'
import { type Stagewatch, stagewatch } from './stagewatch.ts'

export interface SearchParts extends DecisionParts {
  /** Milliseconds of a monotonic clock. */
  readonly stopwatch: () => number
}

export interface SearchOptions extends DecisionOptions {
  /** Told the answer of static and fresh as soon as it is there, where live sources are asked beside it. */
  readonly onFirst?: (first: RankedAnswer) => void
}

/** Everything that was known and decided before a source was asked. */
interface Ranked extends Decided {
  readonly ranking: Ranking
  readonly recency: Recency
  readonly ordered: readonly Scored[]
  /** Those of the page. */
  readonly held: ReadonlyMap<DocumentKey, StoredDocument>
  /** Those of all that matches well; null where no facets are wanted. */
  readonly traits: ReadonlyMap<DocumentKey, Traits> | null
}

/** The journey of a query, top to bottom. */
export async function search(
  asked: Query,
  snapshot: Snapshot,
  all: SearchParts,
  options: SearchOptions = {},
): Promise<RankedAnswer> {
  const parts = asked.past ? { ...all, documents: documentsAsOf(all.documents, asked.now), live: null } : all
  const took = stagewatch(parts.stopwatch)
  const ranked = await rankTiers(asked, snapshot, parts, options, took)
  const { live } = parts
  if (!ranked.route.live.ask || !live) return answerOf(ranked, snapshot, nothingLate, took)

  options.onFirst?.(answerOf(ranked, snapshot, nothingLate, took))
  const answers = await askLive(ranked, live, took.elapsed(), options.signal)
  took.mark('live')
  const late = await rankLate(answers, ranked, snapshot, parts, live, () => ranked.query.deadlineMs - took.elapsed())
  took.mark('late')
  return answerOf(ranked, snapshot, late, took)
}

/** What static and fresh have to say, in order, and what is to be done beyond them. */
async function rankTiers(
  asked: Query,
  snapshot: Snapshot,
  parts: SearchParts,
  options: SearchOptions,
  took: Stagewatch,
): Promise<Ranked> {
  const decided = await decide(asked, snapshot, parts, options, took)
  const { query, deep, calibration, fused, named, route } = decided
  const recency = recencyOf(route.gate, freshnessWeightsFor(snapshot.fingerprint, parts.calibration), query.now)
  const ranking = rank(deep, calibration.abstainBelow, recency)
  const ordered = pinNamed(inOrder(ranking.scored, query, ranking, fused, named), named)
  took.mark('rank')
  const page = ordered.slice(query.offset, query.offset + query.limit)
  const held = parts.documents.byKeys(page.map((one) => one.candidate.key))
  const matching = ordered.filter(matchesWell(ranking, named))
  const traits = query.facets ? parts.documents.traitsOf(matching.map((one) => one.candidate.key)) : null
  took.mark('hydrate')
  return { ...decided, ranking, recency, ordered, held, traits }
}

const matchesWell =
  ({ threshold }: Ranking, named: Named) =>
  (one: Scored): boolean =>
    one.depth >= threshold || named.has(one.candidate.key)

function askLive(
  { query, subject, route }: Ranked,
  live: LiveTier,
  elapsedMs: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly LiveAnswer[]> {
  const sources = route.live.offers.filter((one) => one.ask).map((one) => one.source)
  const leftMs = Math.max(0, query.deadlineMs - elapsedMs - reserveMs)
  return live.ask(findRequestOf(query, subject), { sources, leftMs, maxAgeMs: query.maxAgeMs }, signal)
}

/** What came in time, in its place among what was there. */
interface Ordered {
  readonly ordered: readonly Scored[] | null
  readonly found: ReadonlyMap<DocumentKey, Folded>
  readonly outdated: ReadonlySet<DocumentKey>
  readonly reports: readonly LiveReport[]
  readonly degraded: readonly Degradation[]
}

const nothingLate: Ordered = { ordered: null, found: new Map(), outdated: new Set(), reports: [], degraded: [] }

async function rankLate(
  answers: readonly LiveAnswer[],
  ranked: Ranked,
  snapshot: Snapshot,
  parts: SearchParts,
  live: LiveTier,
  leftMs: () => number,
): Promise<Ordered> {
  const { request, evidence, calibration, ranking, recency, query, fused, named } = ranked
  const degraded: Degradation[] = []
  const embed = (texts: readonly string[]) => embedRecords(texts, snapshot, parts.embedderFor, live, leftMs(), degraded)
  const { candidates, records, outdated, unheld } = await scoreLate(answers, snapshot, parts.documents, embed, request)
  const reports = answers.map(({ report }) => ({ ...report, unheld: unheld.get(report.source) ?? 0 }))
  const fit = candidates.filter((one) => one !== null)
  // The scale is that of static and fresh: what comes late moves nobody but itself.
  const lateEvidence = { ...evidence, candidates: fit }
  const deep = measureDepth(lateEvidence, convex(lateEvidence, calibration.alpha), calibration)
  const all = [...ranked.ordered, ...place(deep, ranking, recency)]
  const found = new Map(candidates.flatMap((one, i) => (one ? [[one.key, records[i]] as const] : [])))
  return { ordered: pinNamed(inOrder(all, query, ranking, fused, named), named), found, outdated, reports, degraded }
}

function answerOf(ranked: Ranked, snapshot: Snapshot, late: Ordered, took: Stagewatch): RankedAnswer {
  const { query, evidence, ranking, recency, named, route, held, traits } = ranked
  const ordered = late.ordered ?? ranked.ordered
  const page = ordered.slice(query.offset, query.offset + query.limit)
  const { found, outdated, reports } = late
  const offset = query.offset + page.filter((one) => !found.has(one.candidate.key)).length
  const context: HitContext = { query, evidence, scale: ranking, named, snapshot, held, recency, found, outdated }
  const hits = toHits(page, context)
  const facets =
    traits &&
    countFacets(ordered.filter(matchesWell(ranking, named)), new Map<DocumentKey, Traits>([...traits, ...found]))
  took.mark('hydrate')
  const best = Math.max(0, ...ordered.slice(0, query.limit).map((one) => one.depth), ranking.bestDepth)
  const failed = reports.flatMap(({ source, outcome, reason, retryAfterMs }) =>
    outcome === 'answered' ? [] : [{ part: source, code: outcome, reason: reason ?? outcome, retryAfterMs }],
  )
  return {
    query,
    hits,
    candidates: ordered.length,
    next: { offset, shown: query.shown + page.length, more: offset < Math.min(ranked.ordered.length, candidateDepth) },
    abstained: !ordered.some((one) => named.has(one.candidate.key)) && best < ranked.calibration.abstainBelow,
    route,
    asOf: query.now,
    generation: snapshot.generation?.id ?? null,
    mark: snapshot.mark,
    degraded: [...ranked.degraded, ...late.degraded, ...failed],
    live: reports,
    facets,
    tookMs: took.all(),
  }
}

function inOrder(
  scored: readonly Scored[],
  query: Query,
  ranking: Ranking,
  fused: Fused,
  named: Named,
): readonly Scored[] {
  if (query.sort === 'date') {
    // By date alone the newest of two hundred loose matches would lead: only what matches well is listed.
    return scored
      .filter(matchesWell(ranking, named))
      .sort(
        (one, other) => (other.candidate.announced ?? 0) - (one.candidate.announced ?? 0) || other.score - one.score,
      )
  }
  if (query.fusion === 'convex') return [...scored].sort(inOrderOf(ranking))
  const kept = (one: Scored) => (one.depth === 0 ? 1 : one.score / one.depth) * (fused.get(one.candidate.key) ?? 0)
  return [...scored].sort((one, other) => kept(other) - kept(one) || other.candidate.key - one.candidate.key)
}
