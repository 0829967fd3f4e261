import type { Degradation, Hit, RankedAnswer } from '../domain/answer.ts'
import { readCues, withoutRecencyWords } from '../domain/cues.ts'
import type { DocumentKey, StoredDocument } from '../domain/document.ts'
import type { Evidence, TermEvidence } from '../domain/evidence.ts'
import { arxivIdOfDoi, parseArxivId, parseDoi, titleKey } from '../domain/identifiers.ts'
import { type Filters, noFilters, type Query } from '../domain/query.ts'
import { termsOf } from '../domain/terms.ts'
import type { DocumentStore, Embedder, GatherRequest, Snapshot } from '../ports.ts'
import { type Calibration, depthCalibrationFor } from './calibration.ts'
import { convex, type Fused, reciprocalRank } from './fusion.ts'
import { route, tiersOf } from './router.ts'
import { ageDays, measureDepth, type Ranking, rank, type Scored } from './score.ts'
import { snippetOf } from './snippet.ts'

export interface SearchParts {
  readonly documents: DocumentStore
  /** The embedder that speaks the fingerprint; null when this process has none that does. */
  embedderFor(fingerprint: string): Embedder | null
  readonly calibration: Calibration
  /** Milliseconds of a monotonic clock. */
  readonly stopwatch: () => number
}

export interface SearchOptions {
  readonly signal?: AbortSignal
  /** Exact vector search instead of the graph: to measure what the graph costs. */
  readonly exact?: boolean
}

/** Candidates that each ranker brings from each tier, on every page the same, so that pages agree. More changes no figure. */
export const candidateDepth = 100
/** Largest share of its depth that a hit can lose to age. */
export const gamma = 0.4

type Exact = 'id' | 'doi' | 'title'

/** The journey of a query, top to bottom. */
export async function search(
  asked: Query,
  snapshot: Snapshot,
  parts: SearchParts,
  options: SearchOptions = {},
): Promise<RankedAnswer> {
  const took = stagewatch(parts.stopwatch)
  const degraded: Degradation[] = []
  const named = await namedDocuments(asked, snapshot, parts.documents)
  const query = asTyped(asked, named)
  const cues = readCues(query.subject, new Date(query.now).getUTCFullYear())
  // A title is matched word for word.
  const subject = named.size > 0 ? query.subject : withoutRecencyWords(query.subject, cues)

  const vector = await embed(subject, snapshot, parts, degraded, options.signal)
  took.mark('embed')

  const request = requestOf(query, subject, vector, options.exact ?? false)
  const gathered = await snapshot.gather(request)
  const evidence = named.size === 0 ? gathered : withNamed(gathered, await snapshot.scoreOf([...named.keys()], request))
  took.mark('gather')

  const calibration = depthCalibrationFor(snapshot.fingerprint, parts.calibration)
  const fused = query.fusion === 'convex' ? convex(evidence, calibration.alpha) : reciprocalRank(evidence)
  const deep = measureDepth(evidence, fused, calibration)
  const decided = route(query, cues, evidence, deep, parts.calibration.gate)
  const ranking = rank(deep, calibration.abstainBelow, { pRecent: decided.gate.pRecent, gamma, now: query.now })
  const ordered = pinNamed(inOrder(query, ranking, fused, named), named)
  took.mark('rank')

  const page = ordered.slice(query.offset, query.offset + query.limit)
  const hydrated = parts.documents.byKeys(page.map((one) => one.candidate.key))
  const context = { query, evidence, ranking, named, snapshot, pRecent: decided.gate.pRecent }
  const hits = page.flatMap((one, i) => {
    const document = hydrated.get(one.candidate.key)
    // Withdrawn or purged after the snapshot was taken: it must not be shown all the same.
    return document && !document.withdrawn ? [toHit(one, document, query.offset + i + 1, context)] : []
  })
  took.mark('hydrate')

  return {
    query,
    hits,
    candidates: ordered.length,
    abstained: !ordered.some((one) => named.has(one.candidate.key)) && ranking.bestDepth < calibration.abstainBelow,
    route: decided,
    asOf: query.now,
    generation: snapshot.generation?.id ?? null,
    mark: snapshot.mark,
    degraded,
    tookMs: took.all(),
  }
}

/** Documents that the query names outright: by id, DOI or exact title. */
async function namedDocuments(
  query: Query,
  snapshot: Snapshot,
  documents: DocumentStore,
): Promise<ReadonlyMap<DocumentKey, Exact>> {
  const { text } = query
  const doi = parseDoi(text)
  const arxiv = parseArxivId(text) ?? (doi ? arxivIdOfDoi(doi) : null)
  const byId = arxiv && documents.byId(arxiv.id)
  const byDoi = doi && documents.byDoi(doi)
  const named = new Map<DocumentKey, Exact>()
  if (byId) named.set(byId.key, 'id')
  if (byDoi) named.set(byDoi.key, 'doi')
  if (named.size === 0) for (const one of documents.byTitleKey(titleKey(text))) named.set(one.key, 'title')
  if (named.size === 0) return named
  // The store may be ahead of the snapshot: a title that came since must not change how the next page is read.
  const anything = requestOf({ ...query, ...unconditional }, '', null, false)
  const held = new Set((await snapshot.scoreOf([...named.keys()], anything)).map((one) => one.key))
  return new Map([...named].filter(([key]) => held.has(key)))
}

const unconditional = { filters: noFilters, dates: null, phrases: [], excludedTerms: [], excludedPhrases: [] }

/** A title is a title: a date inside it is no condition. */
function asTyped(query: Query, named: ReadonlyMap<DocumentKey, Exact>): Query {
  return query.dates && [...named.values()].includes('title') ? { ...query, subject: query.text, dates: null } : query
}

/** A query without a vector is answered from its words, and says so. */
async function embed(
  subject: string,
  snapshot: Snapshot,
  parts: SearchParts,
  degraded: Degradation[],
  signal: AbortSignal | undefined,
): Promise<Float32Array | null> {
  if (snapshot.fingerprint === null || subject === '') return null
  const embedder = parts.embedderFor(snapshot.fingerprint)
  if (!embedder) {
    degraded.push({ part: 'vectors', reason: 'the model of the index is not loaded; words alone were matched' })
    return null
  }
  try {
    const [vector] = await embedder.embed([subject], 'query', signal)
    return vector
  } catch (error) {
    if (signal?.aborted) throw error
    degraded.push({ part: 'vectors', reason: 'the encoder failed; words alone were matched' })
    return null
  }
}

function requestOf(query: Query, subject: string, vector: Float32Array | null, exact: boolean): GatherRequest {
  const tiers = tiersOf(query.mode)
  // An excluded word of several terms ("state-of-the-art") is a phrase: its parts may stand in any document.
  const single = (word: string) => termsOf(word).length === 1
  return {
    terms: termsOf(subject),
    vector,
    filters: effectiveFilters(query),
    phrases: query.phrases,
    excludedTerms: query.excludedTerms.filter(single),
    excludedPhrases: [...query.excludedPhrases, ...query.excludedTerms.filter((word) => !single(word))],
    tiers: { static: tiers.includes('static'), fresh: tiers.includes('fresh') },
    now: query.now,
    depth: candidateDepth,
    exact,
  }
}

/** Filters that were given and dates that were read bind together. */
export function effectiveFilters({ filters, dates }: Query): Filters {
  if (!dates) return filters
  const latest = [filters.since, dates.since].filter((one) => one !== null).sort((a, b) => b - a)[0] ?? null
  const earliest = [filters.until, dates.until].filter((one) => one !== null).sort((a, b) => a - b)[0] ?? null
  return { ...filters, since: latest, until: earliest }
}

function withNamed(evidence: Evidence, named: Evidence['candidates']): Evidence {
  const known = new Set(evidence.candidates.map((one) => one.key))
  return { ...evidence, candidates: [...evidence.candidates, ...named.filter((one) => !known.has(one.key))] }
}

function inOrder(
  query: Query,
  ranking: Ranking,
  fused: Fused,
  named: ReadonlyMap<DocumentKey, Exact>,
): readonly Scored[] {
  if (query.sort === 'date') {
    // By date alone the newest of two hundred loose matches would lead: only what matches well is listed.
    return ranking.scored
      .filter((one) => one.depth >= ranking.threshold || named.has(one.candidate.key))
      .sort(
        (one, other) => (other.candidate.announced ?? 0) - (one.candidate.announced ?? 0) || other.score - one.score,
      )
  }
  if (query.fusion === 'convex') return ranking.scored
  const kept = (one: Scored) => (one.depth === 0 ? 1 : one.score / one.depth) * (fused.get(one.candidate.key) ?? 0)
  return [...ranking.scored].sort((one, other) => kept(other) - kept(one) || other.candidate.key - one.candidate.key)
}

function pinNamed(ordered: readonly Scored[], named: ReadonlyMap<DocumentKey, Exact>): readonly Scored[] {
  if (named.size === 0) return ordered
  const isNamed = (one: Scored) => named.has(one.candidate.key)
  return [...ordered.filter(isNamed), ...ordered.filter((one) => !isNamed(one))]
}

interface HitContext {
  readonly query: Query
  readonly evidence: Evidence
  readonly ranking: Ranking
  readonly named: ReadonlyMap<DocumentKey, Exact>
  readonly snapshot: Snapshot
  readonly pRecent: number
}

function toHit(one: Scored, document: StoredDocument, rankOfHit: number, context: HitContext): Hit {
  const { query, evidence, ranking, named, snapshot } = context
  const { candidate } = one
  return {
    id: document.id,
    rank: rankOfHit,
    source: document.source,
    kind: document.kind,
    title: document.title,
    authors: document.authors,
    categories: document.categories,
    announced: document.announced,
    announcedBasis: document.announcedBasis,
    submitted: document.submitted,
    updated: document.updated,
    url: document.url,
    doi: document.doi,
    version: document.version,
    superseded: document.seq > snapshot.mark,
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
      halfLifeDays: ranking.halfLifeDays,
      pRecent: context.pRecent,
      gamma,
      threshold: ranking.threshold,
      exact: named.get(candidate.key) ?? null,
    },
  }
}

/** Words in half of all documents ("the", "of") say nothing about a passage. */
const highlightable = (terms: readonly TermEvidence[]): ReadonlyMap<string, number> =>
  new Map(terms.filter((one) => one.ceiling > 0.01).map((one) => [one.term, one.ceiling]))

function stagewatch(now: () => number) {
  const start = now()
  let last = start
  const stages: Record<string, number> = {}
  return {
    mark(stage: string) {
      const at = now()
      stages[stage] = at - last
      last = at
    },
    all: () => ({ ...stages, total: now() - start }),
  }
}
