import { documentKinds } from '../../domain/document.ts'
import type { Instant } from '../../domain/instant.ts'
import { termsOf, wordsOf } from '../../domain/terms.ts'
import type { GatherRequest } from '../../ports.ts'
import type { Scope } from './lexical.ts'
import { authorTerm, categoryTerm, countryTerm, fieldTerm, kindTerm, type PostingList, sourceTerm } from './postings.ts'
import type { Standing } from './standing.ts'

/** Which ordinals of a tier may be answers: what stands, was announced by the horizon and is let through by every filter. */
export function scopeOf({ tier, high: end, gone, phrases }: Standing, request: GatherRequest): Scope {
  const { filters, horizon } = request
  const range = tier.dateRange(filters.since, filters.until)
  const low = range?.low ?? 0
  const high = Math.min(range?.high ?? end, end)
  const mask = new Mask(low, Math.max(low, high))
  mask.exclude(gone.ordinals)
  if (range === null)
    mask.keepWhere((ordinal) => dated(tier.announcedAt(ordinal), filters.since, filters.until, horizon))
  const lists = (terms: readonly string[]) => terms.map((term) => tier.postings.list(term))
  if (filters.categories.length > 0) mask.keepAny(lists(filters.categories.map(categoryTerm)))
  if (filters.countries.length > 0) mask.keepAny(lists(filters.countries.map(countryTerm)))
  if (filters.fields.length > 0) mask.keepAny(lists(filters.fields.map(fieldTerm)))
  // Nearly everything is a paper: leaving out what is not costs nothing where there is nothing else.
  const unwanted = documentKinds.filter((kind) => !filters.kinds.includes(kind))
  for (const list of lists(unwanted.map(kindTerm))) if (list) mask.exclude(ordinalsOf(list))
  if (filters.sources.length > 0) mask.keepAny(lists(filters.sources.map(sourceTerm)))
  for (const word of filters.authors.flatMap(wordsOf)) mask.keepAny(lists([authorTerm(word)]))
  for (const keys of phrases.required) mask.keepWhere((ordinal) => keys.has(tier.keyAt(ordinal)))
  for (const keys of phrases.excluded) mask.keepWhere((ordinal) => !keys.has(tier.keyAt(ordinal)))
  for (const list of lists(request.excludedTerms.flatMap(termsOf))) if (list) mask.exclude(ordinalsOf(list))
  return mask.scope()
}

const dated = (at: Instant | null, since: Instant | null, until: Instant | null, horizon: Instant): boolean =>
  at === null ? since === null && until === null : at <= horizon && at >= (since ?? at) && at <= (until ?? at)

function* ordinalsOf(list: PostingList): Iterable<number> {
  for (let at = list.start; at < list.end; at++) yield list.ordinals[at]
}

export function sizeOf(scope: Scope): number {
  if (scope.allowed === null) return scope.high - scope.low
  let size = 0
  for (let ordinal = scope.low; ordinal < scope.high; ordinal++) size += scope.allowed[ordinal]
  return size
}

export const inScope = (scope: Scope, ordinal: number): boolean =>
  ordinal >= scope.low && ordinal < scope.high && (scope.allowed === null || scope.allowed[ordinal] === 1)

/** One byte an ordinal, made only when something must be left out of the range. */
class Mask {
  readonly #low: number
  readonly #high: number
  #allowed: Uint8Array | null = null

  constructor(low: number, high: number) {
    this.#low = low
    this.#high = high
  }

  #bytes(): Uint8Array {
    this.#allowed ??= new Uint8Array(this.#high).fill(1, this.#low)
    return this.#allowed
  }

  exclude(ordinals: Iterable<number>): void {
    for (const ordinal of ordinals) if (ordinal < this.#high) this.#bytes()[ordinal] = 0
  }

  keepWhere(test: (ordinal: number) => boolean): void {
    for (let ordinal = this.#low; ordinal < this.#high; ordinal++) {
      if (!test(ordinal)) this.#bytes()[ordinal] = 0
    }
  }

  /** Keeps what is in at least one of the lists. */
  keepAny(lists: readonly (PostingList | null)[]): void {
    const union = new Uint8Array(this.#high)
    for (const list of lists) {
      for (let at = list?.start ?? 0; list && at < list.end && list.ordinals[at] < this.#high; at++) {
        union[list.ordinals[at]] = 1
      }
    }
    const bytes = this.#bytes()
    for (let ordinal = this.#low; ordinal < this.#high; ordinal++) bytes[ordinal] &= union[ordinal]
  }

  scope(): Scope {
    return { low: this.#low, high: this.#high, allowed: this.#allowed }
  }
}
