import type { DocumentRecord, StoredDocument } from './document.ts'
import type { Instant } from './instant.ts'
import type { Filters } from './query.ts'
import { termsOf, wordsOf } from './terms.ts'

/** What a document must be and must not be to answer a query, whatever its score. */
export interface Conditions {
  readonly filters: Filters
  readonly phrases: readonly string[]
  readonly excludedTerms: readonly string[]
  readonly excludedPhrases: readonly string[]
  /** Nothing announced later exists. */
  readonly horizon: Instant
}

/** Title and abstract as terms. */
export interface Analysed {
  readonly title: readonly string[]
  readonly abstract: readonly string[]
}

export const analysed = ({ title, abstract }: Pick<DocumentRecord, 'title' | 'abstract'>): Analysed => ({
  title: termsOf(title),
  abstract: termsOf(abstract),
})

type Filtered = Pick<
  DocumentRecord,
  'announced' | 'categories' | 'source' | 'authors' | 'kind' | 'countries' | 'fields' | 'title' | 'abstract'
> &
  /** Of a document that is held. */
  Partial<Pick<StoredDocument, 'sources'>>

/**
 * The conditions as one predicate over single documents: what the index does with masks, said directly. Tests hold the
 * index against it, and records that are in no index yet are let through by it.
 */
export function admission(conditions: Conditions): (document: Filtered, text?: Analysed) => boolean {
  const { since, until, categories, sources, authors, kinds, countries, fields } = conditions.filters
  const required = conditions.phrases.map(termsOf)
  const excluded = conditions.excludedPhrases.map(termsOf)
  const excludedTerms = conditions.excludedTerms.flatMap(termsOf)
  const names = authors.flatMap(wordsOf)
  return (document, text = analysed(document)) => {
    const { announced } = document
    const authorWords = wordsOf(document.authors.join(' '))
    return (
      kinds.includes(document.kind) &&
      (announced === null || announced <= conditions.horizon) &&
      (since === null || (announced !== null && announced >= since)) &&
      (until === null || (announced !== null && announced <= until)) &&
      anyOf(categories, (wanted) => document.categories.some((one) => within(one, wanted))) &&
      anyOf(sources, (wanted) => (document.sources ?? [document.source]).includes(wanted)) &&
      anyOf(countries, (wanted) => document.countries.some((one) => sameName(one, wanted))) &&
      anyOf(fields, (wanted) => document.fields.some((one) => sameName(one, wanted))) &&
      names.every((word) => authorWords.includes(word)) &&
      required.every((phrase) => holdsPhrase(text, phrase)) &&
      !excluded.some((phrase) => holdsPhrase(text, phrase)) &&
      !excludedTerms.some((term) => text.title.includes(term) || text.abstract.includes(term))
    )
  }
}

/** No wish lets everything through. */
const anyOf = (wishes: readonly string[], meets: (wanted: string) => boolean): boolean =>
  wishes.length === 0 || wishes.some(meets)

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** `cs` stands for every `cs.*`. */
const within = (category: string, wanted: string): boolean =>
  sameName(category, wanted) || sameName(category.split('.')[0], wanted)

/** Words adjacent and in order, within the title or within the abstract; a phrase without words is nowhere. */
export function holdsPhrase({ title, abstract }: Analysed, phrase: readonly string[]): boolean {
  const holds = (field: readonly string[]) => field.some((_, at) => phrase.every((term, i) => field[at + i] === term))
  return phrase.length > 0 && (holds(title) || holds(abstract))
}
