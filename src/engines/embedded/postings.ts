import { titleWeight } from '../../domain/bm25.ts'
import type { DocumentRecord, StoredDocument } from '../../domain/document.ts'
import { termsOf, wordsOf } from '../../domain/terms.ts'

/**
 * Inverted lists over ordinals (positions in one tier). Fields to filter by are terms too, told apart by a first
 * character that no word has, so that one structure serves ranking, statistics and filters.
 */
export interface PostingList {
  /** Rising. */
  readonly ordinals: Uint32Array
  /** Weighted by field: title 2, abstract 1; at most 255. */
  readonly tfs: Uint8Array
  readonly start: number
  readonly end: number
}

export interface Postings {
  list(term: string): PostingList | null
  /** Tokens of title and abstract, by ordinal. */
  readonly lengths: Uint32Array
  readonly count: number
}

const mark = '\u0001'
export const categoryTerm = (category: string): string => `${mark}c${category.toLowerCase()}`
export const sourceTerm = (source: string): string => `${mark}s${source}`
export const kindTerm = (kind: string): string => `${mark}k${kind}`
export const authorTerm = (word: string): string => `${mark}a${word}`
export const countryTerm = (country: string): string => `${mark}n${country.toLowerCase()}`
export const fieldTerm = (field: string): string => `${mark}f${field.toLowerCase()}`

export interface Analysed {
  readonly tfs: ReadonlyMap<string, number>
  readonly length: number
}

/** A document as the index sees it. */
export function analyse(document: DocumentRecord & Partial<Pick<StoredDocument, 'sources'>>): Analysed {
  const tfs = new Map<string, number>()
  const add = (term: string, weight: number) => tfs.set(term, Math.min(255, (tfs.get(term) ?? 0) + weight))
  const title = termsOf(document.title)
  const abstract = termsOf(document.abstract)
  for (const term of title) add(term, titleWeight)
  for (const term of abstract) add(term, 1)
  for (const category of document.categories) {
    tfs.set(categoryTerm(category), 1)
    // `cs` finds every `cs.*`.
    tfs.set(categoryTerm(category.split('.')[0]), 1)
  }
  for (const source of document.sources ?? [document.source]) tfs.set(sourceTerm(source), 1)
  tfs.set(kindTerm(document.kind), 1)
  for (const country of document.countries) tfs.set(countryTerm(country), 1)
  for (const field of document.fields) tfs.set(fieldTerm(field), 1)
  for (const word of wordsOf(document.authors.join(' '))) tfs.set(authorTerm(word), 1)
  return { tfs, length: title.length + abstract.length }
}

/** First position in [start, end) whose ordinal is at least `ordinal`. */
export function seek(ordinals: Uint32Array, ordinal: number, start: number, end: number): number {
  let low = start
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ordinals[middle] < ordinal) low = middle + 1
    else high = middle
  }
  return low
}

/** Weighted tf of a term in a document; 0 where it does not occur. */
export function tfAt(list: PostingList, ordinal: number): number {
  const at = seek(list.ordinals, ordinal, list.start, list.end)
  return at < list.end && list.ordinals[at] === ordinal ? list.tfs[at] : 0
}
