import type { Cues } from '../domain/cues.ts'
import type { Evidence, TermEvidence } from '../domain/evidence.ts'
import { ageBins } from '../domain/evidence.ts'
import type { Query } from '../domain/query.ts'
import { type Gate, type Intent, intents } from '../domain/route.ts'
import { asksQuestion, contentWordShare, joinsWords, namesVersion } from '../domain/wording.ts'
import type { GateWeights, SignWeights } from './calibration.ts'
import { ageDays, type DepthOf } from './score.ts'

/** What the gate may look at. All of it is there before the gate is asked. */
export interface Seen {
  readonly query: Query
  readonly cues: Cues
  readonly evidence: Evidence
  /** In depth order. */
  readonly deep: readonly DepthOf[]
  readonly leaning: Leaning
  /** Words of the query that are hardly anything but names of authors. */
  readonly authorNames: readonly string[]
}

/** How far the query's subject leans to either intent, in log odds; 0 where the encoder says nothing. */
export interface Leaning {
  readonly recent: number
  readonly old: number
}
export const noLeaning: Leaning = { recent: 0, old: 0 }

/**
 * A time that is named and no filter is made of ("slam 2016") is nearly always one that papers are wanted of; what it
 * leaves is shared out by the other signs.
 */
const spokenShare = 0.9

/**
 * The intent of a query, and p_rec(q), the probability that its reader wants recent papers: soft, never a switch. A
 * stated time decides by itself; the rest is for the signs.
 */
export function gateOf(seen: Seen, weights: GateWeights): Gate {
  const { query, cues } = seen
  const filtered = query.dates !== null || query.filters.since !== null || query.filters.until !== null
  const dated = filtered ? 1 : cues.times.length > 0 ? spokenShare : 0
  const { parts, shares } = weigh(signsOf(seen), seen.leaning, weights)
  const all: Record<Intent, number> = {
    recent: shares.recent * (1 - dated),
    atemporal: shares.atemporal * (1 - dated),
    old: shares.old * (1 - dated),
    dated,
  }
  const intent = intents.reduce((best, one) => (all[one] > all[best] ? one : best))
  const decided = { intent, intents: all }
  if (query.freshness !== 'auto') {
    return { ...decided, pRecent: query.freshness === 'off' ? 0 : query.freshness, decidedBy: 'override', parts: {} }
  }
  // A time filter is the reader's own answer to how new it should be.
  if (filtered) return { ...decided, pRecent: 0, decidedBy: 'dates', parts: {} }
  return { ...decided, pRecent: shares.recent, decidedBy: 'gate', parts }
}

export interface Weighed {
  /** Each sign's contribution to the log odds of recent against any age. */
  readonly parts: Readonly<Record<string, number>>
  readonly shares: Readonly<Record<Exclude<Intent, 'dated'>, number>>
}

/** A multinomial logit of recent and old against any age, for a query without a stated time. */
export function weigh(signs: GateSigns, leaning: Leaning, weights: GateWeights): Weighed {
  const parts = { ...partsOf(signs, weights.recent), subject: leaning.recent }
  const shares = softmax({ recent: sumOf(parts), old: sumOf(partsOf(signs, weights.old)) + leaning.old })
  return { parts, shares }
}

/** Against a log odds of 0 for any age. */
function softmax({ recent, old }: Leaning): Weighed['shares'] {
  const highest = Math.max(0, recent, old)
  const [r, o, a] = [recent, old, 0].map((logit) => Math.exp(logit - highest))
  return { recent: r / (r + o + a), old: o / (r + o + a), atemporal: a / (r + o + a) }
}

const sumOf = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((sum, part) => sum + part, 0)

function partsOf(signs: GateSigns, weights: SignWeights): Record<string, number> {
  const parts: Record<string, number> = { prior: weights.prior }
  for (const name of signNames) parts[name] = weights[name] * signs[name]
  return parts
}

export const signNames = [
  'recencyWords',
  'oldWords',
  'overviewWords',
  'pastYear',
  'version',
  'plainWords',
  'burst',
  'growth',
  'dateShift',
  'pace',
  'youth',
  'bestYouth',
  'bestDepth',
  'unknownTerms',
  'rarity',
  'authorName',
  'question',
  'hyphen',
] as const
export type GateSigns = Readonly<Record<(typeof signNames)[number], number>>

/** Candidates whose dates the gate looks at. */
const dateSample = 50

export function signsOf({ query, cues, evidence, deep, authorNames }: Omit<Seen, 'leaning'>): GateSigns {
  const dated = deep.slice(0, dateSample).flatMap(({ candidate, depth }) => {
    return candidate.announced === null
      ? []
      : [{ depth, bm25: candidate.bm25, age: ageDays(candidate.announced, query.now) }]
  })
  const bestDepth = deep[0]?.depth ?? 0
  const ages = dated.filter(({ depth }) => depth >= 0.5 * bestDepth).map(({ age }) => age)
  const thisYear = new Date(query.now).getUTCFullYear()
  const known = evidence.terms.filter((term) => term.documents > 0)
  return {
    recencyWords: flag(cues.recency.length > 0 || cues.years.some((year) => year >= thisYear)),
    oldWords: flag(cues.old.length > 0),
    overviewWords: flag(cues.overview.length > 0),
    pastYear: flag(cues.years.some((year) => year < thisYear)),
    version: flag(namesVersion(query.subject)),
    plainWords: 1 - contentWordShare(query.subject),
    burst: burstOf(known, evidence),
    growth: growthOf(known, evidence),
    dateShift: dateShiftOf(ages, evidence.corpusAges),
    pace: paceOf(ages, evidence.corpusAges),
    youth: youthOf(dated, evidence.corpusAges),
    bestYouth: youthOf(wordiest(dated), evidence.corpusAges),
    bestDepth,
    unknownTerms: flag(known.length < evidence.terms.length),
    rarity: rarityOf(evidence),
    authorName: flag(authorNames.length > 0),
    question: flag(asksQuestion(query.subject)),
    hyphen: flag(joinsWords(query.subject)),
  }
}

const flag = (yes: boolean): number => (yes ? 1 : 0)

const inBins = (ages: readonly number[], bins: number): number =>
  ages.slice(0, bins).reduce((sum, count) => sum + count, 0)
const monthBins = ageBins.findIndex((days) => days >= 30) + 1
const quarterBins = ageBins.findIndex((days) => days >= 90) + 1

/**
 * Log odds that a paper with the term is of the youngest bins, against the same for the whole corpus: unlike a ratio of
 * rates, they mean the same in a corpus of five months and in one of ten years.
 */
function younger(term: TermEvidence, { corpusAges, documents }: Evidence, bins: number): number {
  const pace = (inBins(corpusAges, bins) + 1) / (documents + 2)
  const came = inBins(term.ages, bins) + smoothing * pace
  const before = term.documents - inBins(term.ages, bins) + smoothing * (1 - pace)
  return Math.log(came / before) - Math.log(pace / (1 - pace))
}
const smoothing = 4

/** How much more often than by the corpus's own pace the query's terms came up in the last 30 days, weighted by rarity. */
function burstOf(terms: readonly TermEvidence[], evidence: Evidence): number {
  const weight = terms.reduce((sum, { ceiling }) => sum + ceiling, 0)
  if (weight === 0) return 0
  return terms.reduce((sum, term) => sum + term.ceiling * younger(term, evidence, monthBins), 0) / weight
}

/** Over 90 days for the one term that grows most surely: in standard errors, for common terms grow by little. */
function growthOf(terms: readonly TermEvidence[], evidence: Evidence): number {
  const grown = terms.map((term) => {
    const came = inBins(term.ages, quarterBins)
    const error = Math.sqrt(1 / (came + 1) + 1 / (term.documents - came + 1)) + drift
    return younger(term, evidence, quarterBins) / error
  })
  return grown.length === 0 ? 0 : Math.max(...grown)
}
/** What a corpus is made of changes by some per cent for no reason in any one subject. */
const drift = 0.1

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

interface Dated {
  readonly depth: number
  readonly bm25: number
  readonly age: number
}

/** The share of the corpus that is older than a candidate, in the mean over candidates, the deepest by far first; 1/2 says nothing. */
function youthOf(dated: readonly Dated[], corpusAges: readonly number[]): number {
  const total = corpusAges.reduce((sum, count) => sum + count, 0)
  const weights = dated.map(({ depth }) => depth ** 3)
  const weight = weights.reduce((sum, one) => sum + one, 0)
  if (total === 0 || weight === 0) return 0.5
  const olderThan = (age: number) => {
    const bin = binOf(age)
    const from = bin === 0 ? 0 : ageBins[bin - 1]
    const width = (ageBins[bin] ?? from * 2) - from
    const inside = corpusAges[bin] * Math.max(0, 1 - (age - from) / width)
    return (inside + corpusAges.slice(bin + 1).reduce((sum, count) => sum + count, 0)) / total
  }
  return dated.reduce((sum, { age }, i) => sum + weights[i] * olderThan(age), 0) / weight
}

/** Ages at which the bins are counted. */
const typicalAges = [...ageBins, 730].map((bound, i) => ((ageBins[i - 1] ?? 0) + bound) / 2)

/** How much younger the matches are than the corpus, in the logarithm of mean ages; few matches say little. */
function paceOf(ages: readonly number[], corpusAges: readonly number[]): number {
  const total = corpusAges.reduce((sum, count) => sum + count, 0)
  if (total === 0) return 0
  const usual = corpusAges.reduce((sum, count, i) => sum + count * typicalAges[i], 0) / total
  const sum = ages.reduce((left, age) => left + typicalAges[binOf(age)], 0)
  return Math.log((usual * (ages.length + 2)) / (sum + 2 * usual))
}

/** The three that hold most of the query's words. */
const wordiest = (dated: readonly Dated[]): readonly Dated[] =>
  [...dated].sort((one, other) => other.bm25 - one.bm25).slice(0, 3)

/** Of the query's rarest term, in the logarithm of all documents for one that holds it. */
const rarityOf = ({ terms, documents }: Evidence): number =>
  terms.length === 0 ? 0 : Math.log((documents + 1) / (Math.min(...terms.map((term) => term.documents)) + 1))
