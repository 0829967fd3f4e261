import type { Cues } from '../domain/cues.ts'
import type { Evidence, Tier } from '../domain/evidence.ts'
import { ageBins } from '../domain/evidence.ts'
import type { Mode, Query } from '../domain/query.ts'
import type { Gate, LiveDecision, LiveState, Reason, Route } from '../domain/route.ts'
import type { GateWeights, LiveWeights } from './calibration.ts'
import { ageDays, type DepthOf, halfLifeOf } from './score.ts'
import { offerOf, prospectOf } from './value.ts'

/**
 * Decides from the query, what static and fresh showed, the state of the sources, and nothing else; experiments replay
 * it. Static and fresh always run; whether a source is asked while the query waits is a matter of expected value.
 */
export function route(
  query: Query,
  cues: Cues,
  evidence: Evidence,
  deep: readonly DepthOf[],
  threshold: number,
  sources: LiveState,
  weights: { readonly gate: GateWeights; readonly live: LiveWeights },
): Route {
  const gate = gateOf(query, cues, evidence, deep, weights.gate)
  const live = liveDecision(query, gate, evidence, deep, threshold, sources, weights.live)
  return {
    tiers: live.ask ? [...tiersOf(query.mode), 'live'] : tiersOf(query.mode),
    live,
    gate,
    reasons: [...modeReasons(query.mode), ...gateReasons(query, cues, gate), liveReason(live)],
  }
}

function liveDecision(
  query: Query,
  gate: Gate,
  evidence: Evidence,
  deep: readonly DepthOf[],
  threshold: number,
  state: LiveState,
  weights: LiveWeights,
): LiveDecision {
  const { deadlineMs } = query
  const no = (because: string): LiveDecision => ({ ask: false, because, deadlineMs, offers: [] })
  if (query.mode !== 'auto' && query.mode !== 'live') return no('live-by-mode')
  if (query.past) return no('live-past')
  if (query.shown > 0) return no('live-later-page')
  if (query.fusion === 'rrf') return no('live-rrf')
  if (state.leftMs <= 0) return no('live-no-time')
  if (state.sources.length === 0) return no('live-no-source')
  const known = { subject: query.subject, pRecent: gate.pRecent, threshold }
  const prospect = prospectOf(known, evidence, deep, state, weights)
  const forced = query.mode === 'live'
  const offers = state.sources.map((source) => offerOf(source, prospect, state.leftMs, weights, forced))
  const ask = offers.some((one) => one.ask)
  const worth = forced ? 'live-asked-for' : 'live-worth-it'
  const idle = offers.every((one) => one.barred !== null) ? 'live-barred' : 'live-not-worth-it'
  return { ask, because: ask ? worth : idle, deadlineMs, offers }
}

function liveReason({ because, offers, ask, deadlineMs }: LiveDecision): Reason {
  const names = offers.filter((one) => one.ask === ask).map((one) => one.source)
  switch (because) {
    case 'live-by-mode':
      return { code: because, says: 'The mode leaves live sources out.' }
    case 'live-past':
      return { code: because, says: 'Live sources answer of today, and you asked as of a moment that has passed.' }
    case 'live-later-page':
      return { code: because, says: 'Live sources are asked for the first page only.' }
    case 'live-rrf':
      return { code: because, says: 'Live results have no rank in the pool that reciprocal ranks are of.' }
    case 'live-no-source':
      return { code: because, says: 'No source is set up that could be asked live for this.' }
    case 'live-no-time':
      return { code: because, says: 'The deadline leaves no time for live sources.' }
    case 'live-barred':
      return { code: because, says: `No source can be asked at the moment: ${offers[0].because}` }
    case 'live-not-worth-it':
      return { code: because, says: `Live sources were not asked: ${offers[0].because}` }
    default:
      return { code: because, says: `Asked live, within ${deadlineMs} ms for the whole answer: ${names.join(', ')}.` }
  }
}

export function tiersOf(mode: Mode): readonly Tier[] {
  switch (mode) {
    case 'static':
      return ['static']
    case 'fresh':
      return ['fresh']
    case 'auto':
    case 'both':
    case 'live':
      return ['static', 'fresh']
  }
}

function modeReasons(mode: Mode): Reason[] {
  switch (mode) {
    case 'static':
      return [{ code: 'mode-static', says: 'You asked for the static index only.' }]
    case 'fresh':
      return [{ code: 'mode-fresh', says: 'You asked only for what came after the last generation was built.' }]
    case 'both':
      return [{ code: 'mode-both', says: 'You asked for the static index and what came since.' }]
    case 'live':
      return [{ code: 'mode-live', says: 'You asked for static, fresh and live sources.' }]
    case 'auto':
      return [
        {
          code: 'static-and-fresh',
          says: 'The static index and what came since were both searched: fresh costs next to nothing.',
        },
      ]
  }
}

/** p_rec(q): the probability that the reader wants recent papers. Soft, never a switch. */
function gateOf(query: Query, cues: Cues, evidence: Evidence, deep: readonly DepthOf[], weights: GateWeights): Gate {
  if (query.freshness === 'off') return { pRecent: 0, decidedBy: 'override', parts: {} }
  if (typeof query.freshness === 'number') return { pRecent: query.freshness, decidedBy: 'override', parts: {} }
  // A stated time is the reader's own answer to how new it should be.
  if (query.dates || query.filters.since !== null || query.filters.until !== null) {
    return { pRecent: 0, decidedBy: 'dates', parts: {} }
  }
  const signs = signsOf(query, cues, evidence, deep)
  const parts = {
    prior: weights.intercept,
    recencyWords: weights.recencyWords * signs.recencyWords,
    antiRecencyWords: weights.antiRecencyWords * signs.antiRecencyWords,
    burst: weights.burst * signs.burst,
    dateShift: weights.dateShift * signs.dateShift,
    logRate: weights.logRate * signs.logRate,
  }
  const logit = Object.values(parts).reduce((sum, part) => sum + part, 0)
  return { pRecent: 1 / (1 + Math.exp(-logit)), decidedBy: 'gate', parts }
}

export type GateSigns = Record<Exclude<keyof GateWeights, 'intercept'>, number>

/** Candidates whose dates the gate looks at. */
const dateSample = 50

export function signsOf(query: Query, cues: Cues, evidence: Evidence, deep: readonly DepthOf[]): GateSigns {
  const bestDepth = deep[0]?.depth ?? 0
  const ages = deep
    .slice(0, dateSample)
    .filter((one) => one.depth >= 0.5 * bestDepth)
    .flatMap(({ candidate }) => (candidate.announced === null ? [] : [ageDays(candidate.announced, query.now)]))
  const thisYear = new Date(query.now).getUTCFullYear()
  const namesNow = cues.years.some((year) => year >= thisYear)
  return {
    recencyWords: cues.recency.length > 0 || namesNow ? 1 : 0,
    antiRecencyWords: cues.antiRecency.length > 0 ? 1 : 0,
    burst: burstOf(evidence),
    dateShift: dateShiftOf(ages, evidence.corpusAges),
    logRate: Math.log(Math.LN2 / halfLifeOf(ages) / priorRate),
  }
}

const priorRate = Math.LN2 / 120

/** How much more often than by the corpus's own pace the query's terms came up in the last 7 days, in log odds, weighted by rarity. */
function burstOf({ terms, documents, lastWeek }: Evidence): number {
  const pace = documents === 0 ? 0 : lastWeek / documents
  let sum = 0
  let weights = 0
  for (const term of terms) {
    if (term.documents === 0) continue
    sum += term.ceiling * Math.log((term.ages[0] + 2) / (term.documents * pace + 2))
    weights += term.ceiling
  }
  return weights === 0 ? 0 : sum / weights
}

/**
 * Kullback-Leibler divergence of the candidates' ages from the corpus's own age curve, positive when they are younger
 * and negative when they are older: in a growing corpus every query looks recent against a flat curve.
 */
function dateShiftOf(ages: readonly number[], corpusAges: readonly number[]): number {
  const corpusTotal = corpusAges.reduce((sum, count) => sum + count, 0)
  if (ages.length === 0 || corpusTotal === 0) return 0
  const corpus = corpusAges.map((count) => (count + 1) / (corpusTotal + corpusAges.length))
  const strength = 5
  const counts = corpusAges.map(() => 0)
  for (const age of ages) counts[binOf(age)]++
  const found = counts.map((count, i) => (count + strength * corpus[i]) / (ages.length + strength))
  const divergence = found.reduce((sum, p, i) => sum + p * Math.log(p / corpus[i]), 0)
  const younger = found.reduce((sum, p, i) => sum + (corpus[i] - p) * i, 0)
  return Math.sign(younger) * divergence
}

function binOf(age: number): number {
  const bin = ageBins.findIndex((bound) => age <= bound)
  return bin < 0 ? ageBins.length : bin
}

function gateReasons(query: Query, cues: Cues, gate: Gate): Reason[] {
  const percent = Math.round(gate.pRecent * 100)
  switch (gate.decidedBy) {
    case 'override':
      return [{ code: 'freshness-override', says: `You set how much recency counts: ${percent}%.` }]
    case 'dates': {
      const words = query.dates ? `“${query.dates.words}” was read as a filter` : 'You set a time filter'
      return [{ code: 'dates-filter', says: `${words}, so age does not count beyond it.` }]
    }
    case 'gate': {
      const reasons = [{ code: 'gate', says: `Recent papers are wanted with a probability of ${percent}%.` }]
      if (cues.recency.length > 0)
        reasons.push({ code: 'recency-words', says: `It asks for recent work: ${cues.recency.join(', ')}.` })
      if (cues.antiRecency.length > 0) {
        reasons.push({
          code: 'anti-recency-words',
          says: `Older work may be the right answer: ${cues.antiRecency.join(', ')}.`,
        })
      }
      if ((gate.parts.burst ?? 0) > 0.2)
        reasons.push({ code: 'burst', says: 'Its words came up more often than usual in the last 7 days.' })
      if ((gate.parts.dateShift ?? 0) > 0.2)
        reasons.push({ code: 'young-matches', says: 'What matches is younger than the collection as a whole.' })
      if ((gate.parts.dateShift ?? 0) < -0.2)
        reasons.push({ code: 'old-matches', says: 'What matches is older than the collection as a whole.' })
      return reasons
    }
  }
}
