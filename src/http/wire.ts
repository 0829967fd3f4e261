import type { Facets, FacetValue, Hit, LiveReport, RankedAnswer, ScoreParts } from '../domain/answer.ts'
import type { DocumentId, DocumentVersion, StoredDocument } from '../domain/document.ts'
import { dayOf, type Instant, isoOf } from '../domain/instant.ts'
import type { Query } from '../domain/query.ts'
import type { Gate, LiveOffer } from '../domain/route.ts'
import { effectiveFilters } from '../retrieval/request.ts'
import type { Said, WireAnswer, WireDocument, WireHit } from './answers.ts'
import { type Covered, reconstructionOf } from './grounds.ts'
import { titleMath } from './math.ts'

/** Answers and documents as they are sent. Field by field, so that nothing goes out that no schema names. */

interface Beside {
  readonly nextCursor: string | null
  readonly covered: Covered
  /** What the query names, and was taken back. */
  readonly withdrawn: DocumentId | null
}

export function toWireAnswer(answer: RankedAnswer, { nextCursor, covered, withdrawn }: Beside): Said {
  const { query, hits, route } = answer
  return {
    query: toEcho(query),
    hits: hits.map((hit) => toWireHit(hit, query.explain)),
    candidates: answer.candidates,
    abstained: answer.abstained,
    message: messageOf(answer, withdrawn),
    route: {
      tiers: [...route.tiers],
      live: { ...route.live, offers: route.live.offers.map(toWireOffer) },
      gate: toWireGate(route.gate),
      reasons: route.reasons.map(({ code, says }) => ({ code, says })),
    },
    asOf: isoOf(answer.asOf),
    reconstruction: reconstructionOf({ asOf: answer.asOf, past: query.past }),
    covered: [...covered],
    generation: answer.generation,
    mark: answer.mark,
    degraded: answer.degraded.map(({ part, code, reason, retryAfterMs }) => ({ part, code, reason, retryAfterMs })),
    live: answer.live.map(toWireReport),
    facets: answer.facets && toWireFacets(answer.facets),
    nextCursor,
    interleaved: answer.draft !== undefined,
  }
}

const toWireGate = ({ pRecent, intent, intents, decidedBy, parts }: Gate): WireAnswer['route']['gate'] => ({
  pRecent: rounded(pRecent),
  intent,
  intents: {
    recent: rounded(intents.recent),
    atemporal: rounded(intents.atemporal),
    old: rounded(intents.old),
    dated: rounded(intents.dated),
  },
  decidedBy,
  parts: roundedAll(parts),
})

const toWireOffer = (offer: LiveOffer): WireAnswer['route']['live']['offers'][number] => ({
  source: offer.source,
  ask: offer.ask,
  because: offer.because,
  pNew: rounded(offer.pNew),
  pCoverage: rounded(offer.pCoverage),
  pAnswer: rounded(offer.pAnswer),
  value: rounded(offer.value),
  cost: rounded(offer.cost),
  barred: offer.barred,
  retryAfterMs: offer.retryAfterMs,
})

const toWireFacets = (facets: Facets): NonNullable<WireAnswer['facets']> => ({
  announced: facets.announced.map(({ month, count }) => ({ month, count })),
  category: facets.category.map(toCounted),
  source: facets.source.map(toCounted),
  country: facets.country.map(toCounted),
  kind: facets.kind.map(toCounted),
  field: facets.field.map(toCounted),
})
const toCounted = ({ value, count }: FacetValue): FacetValue => ({ value, count })

const toWireReport = (report: LiveReport): WireAnswer['live'][number] => ({
  source: report.source,
  outcome: report.outcome,
  reason: report.reason,
  retryAfterMs: report.retryAfterMs,
  asked: report.asked,
  fetchedAt: isoOrNull(report.fetchedAt),
  found: report.found,
  unheld: report.unheld,
})

export const toTiming = ({ tookMs }: RankedAnswer): Pick<WireAnswer, 'tookMs'> => ({ tookMs: roundedAll(tookMs) })

export interface RequestedDocument {
  readonly document: StoredDocument
  /** Null when the path named none. */
  readonly version: number | null
}

export function toWireDocument(
  { document, version }: RequestedDocument,
  versions: readonly DocumentVersion[],
): WireDocument {
  // A document whose source counts no versions cannot say which one is current.
  const comparable = version !== null && document.version !== 0
  return {
    ...toDescribed(document),
    abstract: document.abstract,
    comment: document.comment,
    harvested: isoOf(document.harvested),
    requestedVersion: version,
    requestedVersionIsCurrent: comparable ? version === document.version : null,
    versions: versions.map((one) => ({
      version: one.version,
      at: isoOrNull(one.at),
      title: one.title,
      abstract: one.abstract,
      superseded: one.version < document.version,
    })),
  }
}

function messageOf(answer: RankedAnswer, withdrawn: DocumentId | null): string | null {
  if (withdrawn === null) return matchesSay(answer)
  const gone = `${withdrawn} was withdrawn and is no result; /v1/documents/${encodeURIComponent(withdrawn)} keeps what is known of it.`
  return [gone, matchesSay(answer) ?? 'Besides:'].join(' ')
}

function matchesSay({ abstained, hits, query }: RankedAnswer): string | null {
  if (hits.length === 0) return query.offset === 0 ? 'Nothing matches.' : 'Nothing more matches.'
  return abstained ? 'Nothing matches well; the nearest are:' : null
}

function toEcho(query: Query): WireAnswer['query'] {
  const { since, until, categories, sources, authors, kinds, countries, fields } = effectiveFilters(query)
  const { dates } = query
  return {
    text: query.text,
    subject: query.subject,
    phrases: [...query.phrases],
    excluded: [...query.excludedTerms, ...query.excludedPhrases],
    mode: query.mode,
    sort: query.sort,
    fusion: query.fusion,
    freshness: query.freshness,
    filters: {
      since: isoOrNull(since),
      until: isoOrNull(until),
      categories: [...categories],
      sources: [...sources],
      authors: [...authors],
      kinds: [...kinds],
      countries: [...countries],
      fields: [...fields],
    },
    datesRead: dates && { words: dates.words, since: isoOrNull(dates.since), until: isoOrNull(dates.until) },
  }
}

export function toWireHit(hit: Hit, explain: boolean): WireHit {
  return {
    rank: hit.rank,
    ...toDescribed(hit),
    superseded: hit.superseded,
    laterText: hit.laterText,
    snippet: { text: hit.snippet.text, highlights: hit.snippet.highlights.map(([start, end]) => [start, end]) },
    score: rounded(hit.score),
    depth: rounded(hit.depth),
    freshness: rounded(hit.freshness),
    tier: hit.tier,
    ...(explain ? { explain: toWireParts(hit.parts) } : {}),
  }
}

const toWireParts = (parts: ScoreParts): NonNullable<WireHit['explain']> => ({
  cosine: parts.cosine === null ? null : rounded(parts.cosine),
  bm25: rounded(parts.bm25),
  idealBm25: rounded(parts.idealBm25),
  fused: rounded(parts.fused),
  depth: rounded(parts.depth),
  freshness: rounded(parts.freshness),
  ageDays: parts.ageDays === null ? null : rounded(parts.ageDays),
  halfLifeDays: rounded(parts.halfLifeDays),
  pRecent: rounded(parts.pRecent),
  gamma: rounded(parts.gamma),
  threshold: rounded(parts.threshold),
  exact: parts.exact,
})

type Described = Pick<WireHit, keyof WireHit & keyof WireDocument>

const toDescribed = (document: Hit | StoredDocument): Described => ({
  id: document.id,
  source: document.source,
  sources: [...document.sources],
  kind: document.kind,
  title: document.title,
  titleMath: titleMath(document.title),
  authors: [...document.authors],
  categories: [...document.categories],
  countries: [...document.countries],
  fields: [...document.fields],
  announced: document.announced === null ? null : dayOf(document.announced),
  announcedAt: isoOrNull(document.announced),
  announcedBasis: document.announcedBasis,
  submitted: isoOrNull(document.submitted),
  updated: isoOrNull(document.updated),
  url: document.url,
  doi: document.doi,
  version: document.version,
  withdrawn: document.withdrawn,
  standIn: document.standIn,
})

const isoOrNull = (at: Instant | null): string | null => (at === null ? null : isoOf(at))

/** Six decimals: enough to recompute an order by hand, and stable across machines that add in another order. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6
const roundedAll = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rounded(value)]))
