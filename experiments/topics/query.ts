import type { Instant } from '../../src/domain/instant.ts'
import type { Filters } from '../../src/domain/query.ts'
import type { Grades } from '../measures.ts'

/** A query to be replayed, with what is known of its right answers. */
export interface JudgedQuery {
  readonly id: string
  /** As typed. */
  readonly text: string
  readonly asked: Instant
  /** Its words are only words: nothing in them is read as an operator or a date (BEIR, known items). */
  readonly plain: boolean
  /** Beside what the words ask for: the context of whoever asks. */
  readonly filters?: Partial<Filters>
  /** What is resampled: the topic itself, or the week of a known item. */
  readonly unit: string
  /** 'recent', 'atemporal', 'foundation', 'dated', 'ambiguous'; 'known-item', or the name of a collection. */
  readonly class: string
  /** Of the subject alone. A document that is not in it was not judged. */
  readonly grades: Grades
  /** Conditions that the words state: grades outside are 0. */
  readonly since: Instant | null
  readonly until: Instant | null
  /** Further facts to slice by: field, niche, terms, minDf, sense, kind of event. */
  readonly facts: Readonly<Record<string, string | number | boolean>>
}
