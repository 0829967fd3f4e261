import type { DocumentKey, Seq } from '../../domain/document.ts'
import type { Tier } from '../../domain/evidence.ts'
import type { Instant } from '../../domain/instant.ts'
import { lookUpCost, type PostingList, tfAt } from './lexical.ts'
import type { PhraseMatches } from './scope.ts'
import type { IndexedTier } from './tier.ts'

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

/** Rising, and the same as one byte an ordinal where there are any. */
export interface Gone {
  readonly ordinals: Uint32Array
  readonly mask: Uint8Array | null
}

/** `displaced`: documents that had another text as of the horizon than they have in this tier. */
export function standingOf(
  { tier, high, mark }: VisibleTier,
  horizon: Instant,
  phrases: PhraseMatches,
  displaced: Iterable<DocumentKey>,
): Standing {
  const announced = announcedHigh(tier, horizon, high)
  const gone = new Set<number>()
  for (const ordinal of tier.deadAt(mark)) gone.add(ordinal)
  for (const key of displaced) gone.add(tier.ordinalOf(key, high))
  return {
    tier,
    name: tier.name,
    high: announced,
    gone: goneAmong(tier, gone, announced, horizon),
    phrases,
    ordinalOf: (key) => tier.ordinalOf(key, announced),
  }
}

/** In a tier that is in order of dates, what is announced by the horizon is a prefix. */
const announcedHigh = (tier: IndexedTier, horizon: Instant, high: number): number =>
  tier.dateRange(null, null) === null ? high : Math.min(high, tier.statistics(horizon, high).documents)

export function goneAmong(tier: IndexedTier, candidates: Iterable<number>, high: number, horizon: Instant): Gone {
  const ordinals = Uint32Array.from(
    [...candidates].filter(
      (ordinal) => ordinal >= 0 && ordinal < high && (tier.announcedAt(ordinal) ?? horizon) <= horizon,
    ),
  ).sort()
  if (ordinals.length === 0) return { ordinals, mask: null }
  const mask = new Uint8Array(high)
  for (const ordinal of ordinals) mask[ordinal] = 1
  return { ordinals, mask }
}

/** Those of the gone that are in a list. */
export function goneIn(list: PostingList | null, { ordinals, mask }: Gone): readonly number[] {
  if (list === null || mask === null) return []
  if (ordinals.length * lookUpCost < list.end - list.start) {
    return [...ordinals].filter((ordinal) => tfAt(list, ordinal) > 0)
  }
  const found: number[] = []
  for (let at = list.start; at < list.end && list.ordinals[at] < mask.length; at++) {
    if (mask[list.ordinals[at]] === 1) found.push(list.ordinals[at])
  }
  return found
}
