import type { Evidence } from '../domain/evidence.ts'
import type { LiveOffer, LiveSourceState, LiveState } from '../domain/route.ts'
import { termsOf } from '../domain/terms.ts'
import type { LiveWeights } from './calibration.ts'
import type { DepthOf } from './score.ts'

/** What is known of a query before any source is asked. */
export interface Prospect {
  readonly pRecent: number
  /** Matching papers that a batch of announcements brings. */
  readonly perBatch: number
  readonly pCoverage: number
}

const batches = 10

/**
 * The rate of matches from the last ten announcement batches, with half a match on top so that a topic that has been quiet
 * is not taken for dead, and the probability that what is looked for is not here at all.
 */
export function prospectOf(
  { subject, pRecent, threshold }: { subject: string; pRecent: number; threshold: number },
  evidence: Evidence,
  deep: readonly DepthOf[],
  { tenBatchesAgo }: LiveState,
  weights: LiveWeights,
): Prospect {
  const recent = deep.filter(
    ({ depth, candidate }) => depth >= threshold && candidate.announced !== null && candidate.announced > tenBatchesAgo,
  )
  return {
    pRecent,
    perBatch: (recent.length + 0.5) / (batches + 1),
    pCoverage: coverageGap(coverageSignsOf(subject, evidence, deep), weights),
  }
}

/** What speaks for a gap in what we hold, each in [0, 1]: a low best depth, rankers that do not agree, words that no document holds. */
export interface CoverageSigns {
  readonly shallow: number
  readonly disagreement: number
  readonly unknownTerms: number
}

export const coverageSignsOf = (subject: string, evidence: Evidence, deep: readonly DepthOf[]): CoverageSigns => ({
  shallow: 1 - (deep[0]?.depth ?? 0),
  disagreement: 1 - agreementOf(deep),
  unknownTerms: unknownShare(subject, evidence),
})

/** P_cov. */
export function coverageGap(signs: CoverageSigns, { coverage }: Pick<LiveWeights, 'coverage'>): number {
  const logit =
    coverage.intercept +
    coverage.shallow * signs.shallow +
    coverage.disagreement * signs.disagreement +
    coverage.unknownTerms * signs.unknownTerms
  return 1 / (1 + Math.exp(-logit))
}

const agreementDepth = 10

/** Share of the ten nearest by vector that are among the ten best by words; 1 where there is only one ranker. */
function agreementOf(deep: readonly DepthOf[]): number {
  const best = (of: (one: DepthOf) => number | null) =>
    deep
      .filter((one) => (of(one) ?? 0) > 0)
      .sort((one, other) => (of(other) ?? 0) - (of(one) ?? 0))
      .slice(0, agreementDepth)
  const dense = best(({ candidate }) => candidate.cosine)
  const lexical = new Set(best(({ candidate }) => candidate.bm25))
  if (dense.length === 0 || lexical.size === 0) return deep.length === 0 ? 0 : 1
  return dense.filter((one) => lexical.has(one)).length / Math.min(dense.length, agreementDepth)
}

function unknownShare(subject: string, { terms }: Evidence): number {
  const asked = new Set(termsOf(subject))
  if (asked.size === 0) return 0
  return terms.filter((one) => one.documents === 0 && asked.has(one.term)).length / asked.size
}

/** The nDCG that an answer of a source should bring: p_rec · P_new · gain of fresh + P_cov · gain of coverage. */
export const gainOf = (
  { pRecent, pNew, pCoverage }: { readonly pRecent: number; readonly pNew: number; readonly pCoverage: number },
  { gainFresh, gainCoverage }: Pick<LiveWeights, 'gainFresh' | 'gainCoverage'>,
): number => pRecent * pNew * gainFresh + pCoverage * gainCoverage

/**
 * Whether asking a source is worth its price: VOI = P(answer) · (p_rec · P_new · gain of fresh + P_cov · gain of
 * coverage) against the reader's time, our CPU and the source's patience, all in nDCG. `forced` asks whatever it costs,
 * as long as the source can be asked at all.
 */
export function offerOf(
  source: LiveSourceState,
  prospect: Prospect,
  leftMs: number,
  weights: LiveWeights,
  forced: boolean,
): LiveOffer {
  const pNew = source.batchesBehind === 0 ? 0 : 1 - Math.exp(-prospect.perBatch * source.batchesBehind)
  const value = source.pAnswer * gainOf({ ...prospect, pNew }, weights)
  const waitMs = Math.min(leftMs, source.expectedMs)
  const cost =
    (weights.perSecond * waitMs) / 1000 + weights.perCpuMs * weights.cpuMs + weights.perToken * source.scarcity
  const said = {
    source: source.source,
    pNew,
    pCoverage: prospect.pCoverage,
    pAnswer: source.pAnswer,
    value,
    cost,
    barred: source.barred?.why ?? null,
    retryAfterMs: source.barred?.retryAfterMs ?? null,
  }
  if (source.barred) return { ...said, ask: false, because: source.barred.says }
  if (forced) return { ...said, ask: true, because: 'You asked for live sources.' }
  const worth = value > cost
  return { ...said, ask: worth, because: worth ? whyAsked(pNew, prospect, weights) : whyNot(source, said) }
}

function whyAsked(pNew: number, { pRecent, pCoverage }: Prospect, weights: LiveWeights): string {
  const fresh = pRecent * pNew * weights.gainFresh
  return fresh >= pCoverage * weights.gainCoverage
    ? 'It has probably announced something that matches since our last harvest.'
    : 'What we hold does not seem to cover the query.'
}

function whyNot({ scarcity, batchesBehind }: LiveSourceState, { pNew }: { pNew: number }): string {
  if (scarcity > 0.5) return 'A turn at this source is dear at the moment, and asking promises less.'
  if (batchesBehind === 0) return 'We hold what it has announced, and what we hold seems to cover the query.'
  return `What it has announced since our last harvest matches with a probability of ${Math.round(pNew * 100)}%: not worth the wait.`
}
