import { ceilingOf, idf, type LengthNorm, lengthNorm, termScore, titleWeight } from '../../domain/bm25.ts'
import type { DocumentKey, StoredDocument } from '../../domain/document.ts'
import { ageBins, type Candidate, type Evidence, type TermEvidence } from '../../domain/evidence.ts'
import { type Analysed, admission, analysed } from '../../domain/filters.ts'
import { dayMs, type Instant } from '../../domain/instant.ts'
import type { GatherRequest, Snapshot } from '../../ports.ts'

/** A text as it was at one change of its document. */
export interface Entry extends Analysed {
  readonly document: StoredDocument
  readonly vector: Float32Array | null
}

export const entryOf = (document: StoredDocument, vector: Float32Array | null): Entry => ({
  document,
  ...analysed(document),
  vector,
})

/** What a snapshot sees: each document once. */
export interface View {
  readonly static: readonly Entry[]
  readonly fresh: readonly Entry[]
}

/** Scores everything, sorts, takes the best: whatever else finds something better is wrong. */
export function gather(view: View, request: GatherRequest): Evidence {
  const context = contextOf(view, request)
  const candidates = tiersOf(view, request).flatMap(([tier, answers]) => {
    const scored = answers.map((entry) => candidateOf(tier, entry, request, context))
    const lexical = scored.filter((one) => one.bm25 > 0).sort((one, other) => other.bm25 - one.bm25)
    const dense = scored
      .flatMap((one) => (one.cosine === null ? [] : [{ one, cosine: one.cosine }]))
      .sort((left, right) => right.cosine - left.cosine)
      .map(({ one }) => one)
    return [...new Set([...lexical.slice(0, request.depth), ...dense.slice(0, request.depth)])]
  })
  const best = {
    cosine: Math.max(-1, ...candidates.map((one) => one.cosine ?? -1)),
    bm25: Math.max(0, ...candidates.map((one) => one.bm25)),
  }
  return { candidates, best, ...context.evidence }
}

export function scoreNamed(view: View, keys: readonly DocumentKey[], request: GatherRequest): Candidate[] {
  const context = contextOf(view, request)
  return tiersOf(view, request).flatMap(([tier, answers]) =>
    answers
      .filter((entry) => keys.includes(entry.document.key))
      .map((entry) => candidateOf(tier, entry, request, context)),
  )
}

/** Records that are in no tier, by the statistics of what is. */
export function scoreRecords(view: View, records: Parameters<Snapshot['scoreRecords']>[0], request: GatherRequest) {
  const context = contextOf(view, request)
  const passes = admission({ ...request, horizon: request.now })
  return records.map(({ record, vector }, i): Candidate | null => {
    const text = analysed(record)
    if (!passes(record, text)) return null
    const [key, announced] = [(-1 - i) as DocumentKey, record.announced]
    return { key, tier: 'live', announced, cosine: cosineOf(request.vector, vector), bm25: bm25(text, context) }
  })
}

type TierName = 'static' | 'fresh'

function tiersOf(view: View, request: GatherRequest): (readonly [TierName, Entry[]])[] {
  const names: readonly TierName[] = ['static', 'fresh']
  const passes = admission(request)
  return names
    .filter((name) => request.tiers[name])
    .map((name) => [name, view[name].filter((entry) => passes(entry.document, entry))])
}

/** Announced in (after, upTo]; undated documents have always been there. */
const announcedIn = ({ announced }: StoredDocument, after: number | null, upTo: Instant): boolean =>
  announced === null ? after === null : announced <= upTo && (after === null || announced > after)

interface Context {
  readonly norm: LengthNorm
  readonly evidence: Omit<Evidence, 'candidates' | 'best'>
}

function contextOf(view: View, { terms, now, horizon }: GatherRequest): Context {
  const all = [...view.static, ...view.fresh].filter((entry) => announcedIn(entry.document, null, horizon))
  const newerThan = (days: number) => all.filter(({ document }) => announcedIn(document, now - days * dayMs, horizon))
  const newer = [...ageBins.map(newerThan), all]
  const known = [...new Set(terms)].map((term): TermEvidence => {
    const counts = newer.map((entries) => entries.filter((entry) => tfOf(entry, term) > 0).length)
    const documents = counts[ageBins.length]
    const termIdf = idf(all.length, documents)
    return {
      term,
      documents,
      ages: binned(counts),
      ceiling: ceilingOf(termIdf, timesIn(terms, term)),
    }
  })
  return {
    norm: lengthNorm({ documents: all.length, tokens: all.reduce((sum, entry) => sum + lengthOf(entry), 0) }),
    evidence: {
      idealBm25: known.reduce((sum, { ceiling }) => sum + ceiling, 0),
      terms: known,
      documents: all.length,
      corpusAges: binned(newer.map((entries) => entries.length)),
      lastWeek: newer[0].length,
    },
  }
}

const binned = (cumulative: readonly number[]): number[] =>
  cumulative.map((count, i) => count - (cumulative[i - 1] ?? 0))

const timesIn = (terms: readonly string[], term: string): number => terms.filter((one) => one === term).length

/** The embedded engine keeps a weighted tf in one byte. */
const tfOf = ({ title, abstract }: Analysed, term: string): number =>
  Math.min(255, titleWeight * timesIn(title, term) + timesIn(abstract, term))

const lengthOf = ({ title, abstract }: Analysed): number => title.length + abstract.length

const candidateOf = (tier: TierName, entry: Entry, { vector }: GatherRequest, context: Context): Candidate => ({
  key: entry.document.key,
  tier,
  announced: entry.document.announced,
  cosine: cosineOf(vector, entry.vector),
  bm25: bm25(entry, context),
})

/** Summed from the weightiest term on, as the embedded engine does: another order rounds otherwise, and ties would fall. */
function bm25(entry: Analysed, { norm, evidence }: Context): number {
  return [...evidence.terms]
    .sort((one, other) => other.ceiling - one.ceiling)
    .reduce((sum, { term, ceiling }) => sum + termScore(ceiling, tfOf(entry, term), lengthOf(entry), norm), 0)
}

/** Of unit vectors. */
const cosineOf = (left: Float32Array | null, right: Float32Array | null): number | null =>
  left && right && left.reduce((sum, value, i) => sum + value * right[i], 0)
