import type { RankedAnswer } from '../../src/domain/answer.ts'
import { arxivAnnouncements } from '../../src/domain/calendar.ts'
import { readCues } from '../../src/domain/cues.ts'
import type { FreshnessWish, Mode, Query } from '../../src/domain/query.ts'
import type { LiveOffer } from '../../src/domain/route.ts'
import { typedQuery } from '../../src/domain/understanding.ts'
import type { Snapshot } from '../../src/ports.ts'
import { type Decided, decide } from '../../src/retrieval/decide.ts'
import { pinNamed } from '../../src/retrieval/named.ts'
import { byDepth, place, rank, type Scored } from '../../src/retrieval/score.ts'
import { type SearchParts, search } from '../../src/retrieval/search.ts'
import { stagewatch } from '../../src/retrieval/stagewatch.ts'
import type { Arm, RecencyRule } from '../arms.ts'
import { plainQuery } from '../evaluate.ts'
import type { JudgedQuery } from '../topics/query.ts'
import { type Holding, holdingFor, type Keeping } from './holding.ts'
import type { AnswerRecord, ShownHit } from './records.ts'
import type { Stage } from './stage.ts'

/** Hits of a record. */
const shown = 100

/** How one arm answers one query. `drawn`: the queries for which an arm asks live sources that asks at random. */
export async function answerOf(
  arm: Arm,
  asked: JudgedQuery,
  keeping: Keeping,
  stage: Stage,
  drawn: ReadonlySet<string>,
): Promise<AnswerRecord> {
  const holding = holdingFor(arm.reach, asked.asked, keeping)
  const { snapshot, parts } = stage.before(holding)
  const read = asked.plain ? plainQuery(asked.text, asked.asked) : typedQuery(asked.text, asked.asked)
  const query: Query = {
    ...read,
    filters: { ...read.filters, ...asked.filters },
    limit: shown,
    mode: modeOf(arm, read, holding, drawn.has(asked.id)),
    fusion: arm.ranking === 'rrf' ? 'rrf' : 'convex',
    freshness: wishOf(arm.recency, read),
  }
  // A query without a vector is matched by its words alone.
  const equipped = arm.ranking === 'lexical' ? { ...parts, embedderFor: () => null } : parts
  const { recency } = arm
  if (arm.ranking === 'dense') return rankedHere(query, snapshot, equipped, asked, nearest)
  if (recency.kind === 'flat') return rankedHere(query, snapshot, equipped, asked, (of) => decayed(of, recency))
  return recordOf(await search(query, snapshot, equipped), asked, stage)
}

function modeOf(arm: Arm, query: Query, { harvested }: Holding, isDrawn: boolean): Mode {
  switch (arm.live) {
    case 'never':
      return 'both'
    case 'always':
      return 'live'
    case 'by-value':
      return 'auto'
    case 'random':
      return isDrawn ? 'live' : 'both'
    case 'one-rule':
      return asksForRecent(query) && arxivAnnouncements(harvested, query.now).length > 0 ? 'live' : 'both'
  }
}

function wishOf(rule: RecencyRule, query: Query): FreshnessWish {
  switch (rule.kind) {
    case 'off':
    case 'flat':
      return 'off'
    case 'gate':
      return 'auto'
    case 'recency-word':
      return asksForRecent(query) ? 1 : 'off'
  }
}

export const asksForRecent = ({ subject, now }: Query): boolean => readCues(subject, now).recency.length > 0

/** An order that the product has no wish for, of the very evidence that it would rank. */
async function rankedHere(
  query: Query,
  snapshot: Snapshot,
  parts: SearchParts,
  { id, asked }: JudgedQuery,
  order: (decided: Decided) => readonly Scored[],
): Promise<AnswerRecord> {
  const decided = await decide(query, snapshot, { ...parts, live: null }, {}, stagewatch(parts.stopwatch))
  const { named, deep, calibration } = decided
  const page = pinNamed(order(decided), named).slice(0, shown)
  const held = parts.documents.byKeys(page.map((one) => one.candidate.key))
  const bestDepth = deep[0]?.depth ?? 0
  return {
    query: id,
    asked,
    hits: page.flatMap(({ candidate: { key, tier, announced }, score, depth }): ShownHit[] => {
      const document = held.get(key)
      if (!document || document.withdrawn) return []
      return [shownHit({ id: document.id, score, depth, tier, announced, version: document.version })]
    }),
    pRecent: 0,
    intent: null,
    abstained: named.size === 0 && bestDepth < calibration.abstainBelow,
    bestDepth: rounded(bestDepth),
    live: [],
    offer: null,
  }
}

/** By cosine alone; what has no vector is no candidate. */
const nearest = ({ deep }: Decided): Scored[] =>
  deep
    .flatMap((one) => (one.candidate.cosine === null ? [] : { ...one, freshness: 0, score: one.candidate.cosine }))
    .sort((one, other) => other.score - one.score || byDepth(one, other))

/** Every hit decays alike, also where it does not match well: the plain blend that is found in practice. */
function decayed(
  { deep, calibration, query, fused }: Decided,
  { gamma, halfLifeDays }: Extract<RecencyRule, { kind: 'flat' }>,
): Scored[] {
  const recency = { pRecent: 1, gamma, halfLifeShare: 1, now: query.now }
  const { unknownFreshness, bestDepth } = rank(deep, calibration.abstainBelow, recency)
  const placed = place(deep, { halfLifeDays, threshold: 0, bestDepth, unknownFreshness }, recency)
  if (query.fusion === 'convex') return placed
  const kept = (one: Scored) => (1 - gamma * (1 - one.freshness)) * (fused.get(one.candidate.key) ?? 0)
  return placed
    .map((one) => ({ ...one, score: kept(one) }))
    .sort((one, other) => other.score - one.score || other.candidate.key - one.candidate.key)
}

function recordOf(answer: RankedAnswer, { id, asked }: JudgedQuery, stage: Stage): AnswerRecord {
  const { hits, route, abstained, live } = answer
  const [best] = route.live.offers.toSorted((one, other) => other.value - other.cost - (one.value - one.cost))
  return {
    query: id,
    asked,
    hits: hits.map(shownHit),
    pRecent: rounded(route.gate.pRecent),
    intent: route.gate.intent,
    abstained,
    bestDepth: rounded(Math.max(0, ...hits.map((hit) => hit.depth))),
    live: live.map(({ source, outcome, found, unheld }) => ({
      source,
      outcome,
      found,
      unheld,
      latencyMs: stage.latencyMs(source),
    })),
    offer: best ? offered(best) : null,
  }
}

const offered = ({ value, cost, pNew, pCoverage }: LiveOffer): AnswerRecord['offer'] => ({
  value: rounded(value),
  cost: rounded(cost),
  pNew: rounded(pNew),
  pCoverage: rounded(pCoverage),
})

const shownHit = ({ id, score, depth, tier, announced, version }: ShownHit): ShownHit => ({
  id,
  score: rounded(score),
  depth: rounded(depth),
  tier,
  announced,
  version,
})

/** A record is read by people too; the order of its hits is that of the full figures. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6
