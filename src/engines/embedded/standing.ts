import type { DocumentKey, Seq } from '../../domain/document.ts'
import type { Tier } from '../../domain/evidence.ts'
import type { Instant } from '../../domain/instant.ts'
import { type Gone, goneAmong } from './gone.ts'
import type { IndexedTier } from './tier.ts'

/** Who holds the phrases: FTS5 says it, once for both tiers, of the texts of now. */
export interface PhraseMatches {
  readonly required: readonly ReadonlySet<DocumentKey>[]
  readonly excluded: readonly ReadonlySet<DocumentKey>[]
}

/** A tier as one snapshot sees it. */
export interface VisibleTier {
  readonly tier: IndexedTier
  readonly high: number
  readonly mark: Seq
}

/**
 * What of a tier stands as of one horizon: each document once, in the text it had then. A tier holds other texts beside,
 * some replaced or removed, some yet to come.
 */
export interface Standing {
  readonly tier: IndexedTier
  /** What its candidates report. */
  readonly name: Extract<Tier, 'static' | 'fresh'>
  /** Ordinals from here on are of no concern: of later changes or, in a tier that is in order of dates, of later papers. */
  readonly high: number
  /** Which of the rest, announced by the horizon, do not stand. */
  readonly gone: Gone
  readonly phrases: PhraseMatches
  /** -1 where the document's text does not stand here. */
  ordinalOf(key: DocumentKey): number
}

/** `displaced`: documents that had another text as of the horizon than they have in this tier; one list for one horizon. */
export function standingOf(
  { tier, high, mark }: VisibleTier,
  horizon: Instant,
  phrases: PhraseMatches,
  displaced: readonly DocumentKey[],
): Standing {
  const announced = announcedHigh(tier, horizon, high)
  return {
    tier,
    name: tier.name,
    high: announced,
    gone: goneFrom(tier, { mark, high, announced, horizon, displaced }),
    phrases,
    ordinalOf: (key) => tier.ordinalOf(key, announced),
  }
}

/** In a tier that is in order of dates, what is announced by the horizon is a prefix. */
const announcedHigh = (tier: IndexedTier, horizon: Instant, high: number): number =>
  tier.dateRange(null, null) === null ? high : Math.min(high, tier.statistics(horizon, high).documents)

interface Extent {
  readonly mark: Seq
  readonly high: number
  readonly announced: number
  readonly horizon: Instant
  readonly displaced: readonly DocumentKey[]
}

/** Searches of one moment see the same: what is gone from a tier, with what they look up in it, is remembered for the next. */
const remembered = new WeakMap<IndexedTier, Extent & { readonly gone: Gone }>()

function goneFrom(tier: IndexedTier, extent: Extent): Gone {
  const known = remembered.get(tier)
  if (known && extentFields.every((name) => known[name] === extent[name])) return known.gone
  const ordinals = new Set(tier.deadAt(extent.mark))
  for (const key of extent.displaced) ordinals.add(tier.ordinalOf(key, extent.high))
  const gone = goneAmong(tier, ordinals, extent.announced, extent.horizon)
  remembered.set(tier, { ...extent, gone })
  return gone
}

const extentFields = ['mark', 'high', 'announced', 'horizon', 'displaced'] as const
