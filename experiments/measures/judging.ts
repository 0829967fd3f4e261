import type { DocumentId } from '../../src/domain/document.ts'
import { dayMs, type Instant } from '../../src/domain/instant.ts'
import { type Grades, within } from '../measures.ts'
import type { JudgedQuery } from '../topics/query.ts'

/** A hit as measures see it. */
export interface Shown {
  readonly id: DocumentId
  /** Of the text that was ranked; 0 where the source names none. */
  readonly version: number
}

/** All that measures may know of a query and of the documents at the instant it was asked. */
export interface Judging extends Facts {
  readonly asked: Instant
  readonly grades: Grades
}

export interface Facts {
  /** Highest grade of the scale: what a paper that nobody judged could be at most. */
  readonly bestGrade: number
  /** First announcement; null where nobody knows it. */
  announced(id: DocumentId): Instant | null
  /** How the document stood when the query was asked; null where nobody knows. */
  latest(id: DocumentId): { readonly version: number; readonly withdrawn: boolean } | null
  /** The generation of the night before could hold it, when and of whatever category it was announced. */
  inStatic(id: DocumentId): boolean
}

/**
 * The query's grades as of its instant: what was announced later does not exist, for the ideal neither, and what lies
 * outside the time that the words ask for is worth nothing but stays judged.
 */
export function judgingOf({ asked, grades, since, until }: JudgedQuery, facts: Facts): Judging {
  const existing = new Map([...grades].filter(([id]) => (facts.announced(id) ?? asked) <= asked))
  const inside = (id: DocumentId): boolean => {
    const at = facts.announced(id)
    return at !== null && (since === null || at >= since) && (until === null || at <= until)
  }
  return { ...facts, asked, grades: since === null && until === null ? existing : within(existing, inside) }
}

/** Days since the announcement, in fractions; null where no date is known. A date ahead of the clock is of now. */
export function ageDays(id: DocumentId, { announced, asked }: Pick<Judging, 'announced' | 'asked'>): number | null {
  const at = announced(id)
  return at === null ? null : Math.max(0, asked - at) / dayMs
}
