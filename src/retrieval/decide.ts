import type { Degradation } from '../domain/answer.ts'
import { type Cues, readCues, withoutRecencyWords } from '../domain/cues.ts'
import type { Evidence } from '../domain/evidence.ts'
import type { Query } from '../domain/query.ts'
import { type LiveState, noLive, type Route } from '../domain/route.ts'
import type { DocumentStore, GatherRequest, Snapshot } from '../ports.ts'
import { authorNamesIn } from './author-names.ts'
import { authoredBy } from './authored.ts'
import {
  type Calibration,
  type DepthCalibration,
  depthCalibrationFor,
  type GateWeights,
  gateWeightsFor,
} from './calibration.ts'
import { type EmbedderFor, embedQuery } from './embedding.ts'
import { convex, type Fused, reciprocalRank } from './fusion.ts'
import { type Leaning, noLeaning } from './gate.ts'
import type { LiveTier } from './live.ts'
import { asTyped, type Named, namedDocuments, unconditional, withNamed } from './named.ts'
import { findRequestOf, requestOf } from './request.ts'
import { route } from './router.ts'
import { type DepthOf, measureDepth, thresholdOf } from './score.ts'
import type { Stagewatch } from './stagewatch.ts'

export interface DecisionParts {
  readonly documents: DocumentStore
  readonly embedderFor: EmbedderFor
  readonly calibration: Calibration
  /** Null where sources are never asked live. */
  readonly live: LiveTier | null
}

export interface DecisionOptions {
  readonly signal?: AbortSignal
  /** Exact vector search instead of the graph: to measure what the graph costs. */
  readonly exact?: boolean
  /**
   * Told that sources are about to be asked: 0 where whoever searches may have them asked, and otherwise the milliseconds
   * until they may.
   */
  readonly liveTurn?: () => number
}

/** What a query was taken for, what static and fresh showed for it, and what is to be done about it. */
export interface Decided {
  readonly query: Query
  /** What is matched. */
  readonly subject: string
  readonly cues: Cues
  readonly request: GatherRequest
  readonly evidence: Evidence
  readonly calibration: DepthCalibration
  readonly fused: Fused
  /** In depth order. */
  readonly deep: readonly DepthOf[]
  readonly authorNames: readonly string[]
  readonly threshold: number
  readonly named: Named
  readonly route: Route
  readonly degraded: readonly Degradation[]
}

/** The first half of a query's journey, up to the route; no document is read but those that the query names. */
export async function decide(
  asked: Query,
  snapshot: Snapshot,
  parts: DecisionParts,
  options: DecisionOptions,
  took: Stagewatch,
): Promise<Decided> {
  const degraded: Degradation[] = []
  const outright = await namedDocuments(asked, snapshot, parts.documents)
  const query = asTyped(asked, outright)
  const cues = readCues(query.subject, query.now)
  // A title is matched word for word.
  const subject = outright.size > 0 ? query.subject : withoutRecencyWords(query.subject, cues)

  const vector = await embedQuery(subject, snapshot, parts.embedderFor, degraded, options.signal)
  took.mark('embed')

  const request = requestOf(query, subject, vector, options.exact ?? false)
  const gathered = await snapshot.gather(request)
  const author = outright.size > 0 ? null : await authoredBy(subject, request, snapshot, parts.documents)
  const named = author?.papers ?? outright
  const evidence = named.size === 0 ? gathered : withNamed(gathered, await snapshot.scoreOf([...named.keys()], request))
  took.mark('gather')

  const calibration = depthCalibrationFor(snapshot.fingerprint, parts.calibration)
  const fused = query.fusion === 'convex' ? convex(evidence, calibration.alpha) : reciprocalRank(evidence)
  const deep = measureDepth(evidence, fused, calibration)
  const threshold = thresholdOf(deep, calibration.abstainBelow)
  const gate = gateWeightsFor(snapshot.fingerprint, parts.calibration)
  const leaning = await leaningOf(gate, request, deep, snapshot)
  const authorNames = await authorNamesIn(subject, evidence, request, snapshot)
  took.mark('rank')
  const state = liveState(query, subject, parts.live, took.elapsed())
  const seen = { query, cues, evidence, deep, leaning, authorNames }
  const weights = { gate, live: parts.calibration.live }
  const wanted = route(seen, threshold, state, weights)
  const waitMs = wanted.live.ask ? (options.liveTurn?.() ?? 0) : 0
  const decided = waitMs === 0 ? wanted : route(seen, threshold, withoutTurn(state, waitMs), weights)
  return {
    query,
    subject,
    cues,
    request,
    evidence,
    calibration,
    fused,
    deep,
    authorNames,
    threshold,
    named,
    route: author ? { ...decided, reasons: [author.reason, ...decided.reasons] } : decided,
    degraded: [...degraded, ...(waitMs === 0 ? barredSources(query, decided) : [noTurn(waitMs)])],
  }
}

/** Documents by which the gate tells the query's subject, beside the query itself: its few words say little. */
export const subjectSample = 10

/**
 * A dot product with the query's vector and, in the mean, with those of the deepest documents. They are measured by
 * `scoreOf` with the direction in the place of a query.
 */
async function leaningOf(
  { subject }: GateWeights,
  { vector, ...request }: GatherRequest,
  deep: readonly DepthOf[],
  snapshot: Snapshot,
): Promise<Leaning> {
  if (subject === null || vector === null || vector.length !== subject.recent.length) return noLeaning
  const keys = deep.slice(0, subjectSample).map((one) => one.candidate.key)
  const along = async (direction: readonly number[]): Promise<number> => {
    const vectorOf = Float32Array.from(direction)
    const own = vector.reduce((sum, value, i) => sum + value * vectorOf[i], 0)
    const asked = { ...request, ...unconditional, terms: [], vector: vectorOf }
    const cosines = (await snapshot.scoreOf(keys, asked)).flatMap((one) => one.cosine ?? [])
    return own + cosines.reduce((sum, cosine) => sum + cosine, 0) / Math.max(1, cosines.length)
  }
  return { recent: await along(subject.recent), old: await along(subject.old) }
}

/** Kept back from the sources for reading, embedding and scoring what they bring. */
export const reserveMs = 120

/** Sources are looked at only where the router could still say yes: that costs some reads of the rate gate. */
function liveState(query: Query, subject: string, live: LiveTier | null, elapsedMs: number): LiveState {
  const leftMs = query.deadlineMs - elapsedMs - reserveMs
  const possible = (query.mode === 'auto' || query.mode === 'live') && query.fusion === 'convex' && query.shown === 0
  if (live === null || !possible || leftMs <= 0) return { ...noLive, leftMs }
  return live.state(query.now, findRequestOf(query, subject), { leftMs, maxAgeMs: query.maxAgeMs })
}

const turnsSpent = 'the live searches that one caller may have in a minute are used up'

const withoutTurn = (state: LiveState, retryAfterMs: number): LiveState => ({
  ...state,
  sources: state.sources.map((one) => ({
    ...one,
    barred: one.barred ?? { why: 'rate_limited', says: turnsSpent, retryAfterMs },
  })),
})

const noTurn = (retryAfterMs: number): Degradation => ({
  part: 'live',
  code: 'rate_limited',
  reason: turnsSpent,
  retryAfterMs,
})

/** A source that would have been asked, had it been possible. */
const barredSources = ({ mode }: Query, { live }: Route): Degradation[] =>
  live.offers.flatMap((one) =>
    one.barred && (mode === 'live' || one.value > one.cost)
      ? [{ part: one.source, code: one.barred, reason: one.because, retryAfterMs: one.retryAfterMs }]
      : [],
  )
