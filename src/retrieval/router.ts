import type { Cues } from '../domain/cues.ts'
import type { Tier } from '../domain/evidence.ts'
import type { Mode } from '../domain/query.ts'
import type { Gate, LiveDecision, LiveState, Reason, Route } from '../domain/route.ts'
import type { GateWeights, LiveWeights } from './calibration.ts'
import { gateOf, type Seen } from './gate.ts'
import { offerOf, prospectOf } from './value.ts'

/**
 * Decides from the query, what static and fresh showed, the state of the sources, and nothing else; experiments replay
 * it. Static and fresh always run; whether a source is asked while the query waits is a matter of expected value.
 */
export function route(
  seen: Seen,
  threshold: number,
  sources: LiveState,
  weights: { readonly gate: GateWeights; readonly live: LiveWeights },
): Route {
  const gate = gateOf(seen, weights.gate)
  const live = liveDecision(seen, gate, threshold, sources, weights.live)
  const { mode } = seen.query
  return {
    tiers: live.ask ? [...tiersOf(mode), 'live'] : tiersOf(mode),
    live,
    gate,
    reasons: [...modeReasons(mode), ...gateReasons(seen, gate), liveReason(live)],
  }
}

function liveDecision(
  { query, evidence, deep }: Seen,
  gate: Gate,
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

function gateReasons({ query, cues }: Seen, gate: Gate): Reason[] {
  const percent = Math.round(gate.pRecent * 100)
  switch (gate.decidedBy) {
    case 'override':
      return [{ code: 'freshness-override', says: `You set how much recency counts: ${percent}%.` }]
    case 'dates': {
      const words = query.dates ? `“${query.dates.words}” was read as a filter` : 'You set a time filter'
      return [{ code: 'dates-filter', says: `${words}, so age does not count beyond it.` }]
    }
    case 'gate':
      return [
        { code: 'gate', says: `Recent papers are wanted with a probability of ${percent}%.` },
        ...wordReasons(cues),
        ...partReasons(gate.parts),
      ]
  }
}

function wordReasons({ recency, old, overview, times }: Cues): Reason[] {
  const reasons: Reason[] = []
  if (times.length > 0) {
    const says = `It names a time, which is not sure enough for a filter: ${times.join(', ')}.`
    reasons.push({ code: 'spoken-time', says })
  }
  if (recency.length > 0)
    reasons.push({ code: 'recency-words', says: `It asks for recent work: ${recency.join(', ')}.` })
  if (old.length > 0) reasons.push({ code: 'old-words', says: `It asks for origins or classics: ${old.join(', ')}.` })
  if (overview.length > 0)
    reasons.push({
      code: 'overview-words',
      says: `It asks for an overview, which may be older: ${overview.join(', ')}.`,
    })
  return reasons
}

/** From what log odds on a part is worth a sentence. */
const tellingPart = 0.2

function partReasons(parts: Gate['parts']): Reason[] {
  const reasons: Reason[] = []
  const weight = (name: string): number => parts[name] ?? 0
  if (weight('burst') + weight('growth') > tellingPart)
    reasons.push({ code: 'burst', says: 'Its words come up more often than they used to.' })
  const dates = weight('dateShift') + weight('pace') + weight('youth') + weight('bestYouth')
  if (weight('dateShift') > tellingPart && dates > 0)
    reasons.push({ code: 'young-matches', says: 'What matches is younger than the collection as a whole.' })
  if (weight('dateShift') < -tellingPart)
    reasons.push({ code: 'old-matches', says: 'What matches is older than the collection as a whole.' })
  if (weight('subject') > tellingPart)
    reasons.push({ code: 'moving-subject', says: 'Its subject is one of those that move fast.' })
  if (weight('subject') < -tellingPart)
    reasons.push({ code: 'settled-subject', says: 'Its subject is one of those where age matters little.' })
  return reasons
}
