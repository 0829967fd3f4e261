import type { Instant } from '../../domain/instant.ts'
import { lookUpCost } from './lexical.ts'
import { type PostingList, tfAt } from './postings.ts'
import type { IndexedTier } from './tier.ts'

/** Ordinals of a tier, announced by the horizon, that are not the text of their document, and what statistics must do without. */
export interface Gone {
  /** Rising. */
  readonly ordinals: Uint32Array
  readonly tokens: number
  readonly dates: Dates
  /** Of those that hold the term. */
  datesOf(term: string): Dates
}

/** When each of some documents was announced, rising; undated ones have always been there. */
export type Dates = Float64Array

const none: Dates = new Float64Array(0)

export const nothingGone: Gone = { ordinals: new Uint32Array(0), tokens: 0, dates: none, datesOf: () => none }

export function goneAmong(tier: IndexedTier, candidates: Iterable<number>, high: number, horizon: Instant): Gone {
  const inReach = (ordinal: number) =>
    ordinal >= 0 && ordinal < high && (tier.announcedAt(ordinal) ?? horizon) <= horizon
  const ordinals = Uint32Array.from([...candidates].filter(inReach)).sort()
  if (ordinals.length === 0) return nothingGone
  const mask = new Uint8Array(high)
  for (const ordinal of ordinals) mask[ordinal] = 1
  const { lengths } = tier.postings
  const known = new Map<string, Dates>()
  return {
    ordinals,
    tokens: ordinals.reduce((total, ordinal) => total + lengths[ordinal], 0),
    dates: datesOf(tier, ordinals),
    datesOf(term) {
      const dates = known.get(term) ?? datesOf(tier, amongThem(tier.postings.list(term), ordinals, mask))
      known.set(term, dates)
      return dates
    },
  }
}

/** How many were announced after `after`; all of them where there is no bound. */
export function newerThan(after: Instant | null, dates: Dates): number {
  if (after === null) return dates.length
  let low = 0
  let high = dates.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (dates[middle] <= after) low = middle + 1
    else high = middle
  }
  return dates.length - low
}

const datesOf = (tier: IndexedTier, ordinals: ArrayLike<number>): Dates =>
  Float64Array.from(ordinals, (ordinal) => tier.announcedAt(ordinal) ?? Number.NEGATIVE_INFINITY).sort()

function amongThem(list: PostingList | null, gone: Uint32Array, mask: Uint8Array): ArrayLike<number> {
  if (list === null) return none
  if (gone.length * lookUpCost < list.end - list.start) return gone.filter((ordinal) => tfAt(list, ordinal) > 0)
  const found: number[] = []
  for (let at = list.start; at < list.end && list.ordinals[at] < mask.length; at++) {
    if (mask[list.ordinals[at]] === 1) found.push(list.ordinals[at])
  }
  return found
}
