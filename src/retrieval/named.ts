import { type DocumentKey, documentKinds } from '../domain/document.ts'
import type { Evidence } from '../domain/evidence.ts'
import { arxivIdOfDoi, parseArxivId, parseDoi, titleKey } from '../domain/identifiers.ts'
import { noFilters, type Query } from '../domain/query.ts'
import type { DocumentStore, Snapshot } from '../ports.ts'
import { requestOf } from './request.ts'
import type { Scored } from './score.ts'

/** Documents that a query names outright, and by what. */
export type Named = ReadonlyMap<DocumentKey, 'id' | 'doi' | 'title'>

export async function namedDocuments(query: Query, snapshot: Snapshot, documents: DocumentStore): Promise<Named> {
  const { text } = query
  const doi = parseDoi(text)
  const arxiv = parseArxivId(text) ?? (doi ? arxivIdOfDoi(doi) : null)
  const byId = arxiv && documents.byId(arxiv.id)
  const byDoi = doi && documents.byDoi(doi)
  const named = new Map<DocumentKey, 'id' | 'doi' | 'title'>()
  if (byId) named.set(byId.key, 'id')
  if (byDoi && !named.has(byDoi.key)) named.set(byDoi.key, 'doi')
  if (named.size === 0) for (const one of documents.byTitleKey(titleKey(text))) named.set(one.key, 'title')
  if (named.size === 0) return named
  // The store may be ahead of the snapshot: a title that came since must not change how the next page is read.
  const anything = requestOf({ ...query, ...unconditional, dates: null }, '', null, false)
  const held = new Set((await snapshot.scoreOf([...named.keys()], anything)).map((one) => one.key))
  return new Map([...named].filter(([key]) => held.has(key)))
}

/** What lets every document through. */
export const unconditional = {
  filters: { ...noFilters, kinds: documentKinds },
  phrases: [],
  excludedTerms: [],
  excludedPhrases: [],
}

/** A title is a title: a date inside it is no condition. */
export function asTyped(query: Query, named: Named): Query {
  return query.dates && [...named.values()].includes('title') ? { ...query, subject: query.text, dates: null } : query
}

export function withNamed(evidence: Evidence, named: Evidence['candidates']): Evidence {
  const known = new Set(evidence.candidates.map((one) => one.key))
  return { ...evidence, candidates: [...evidence.candidates, ...named.filter((one) => !known.has(one.key))] }
}

export function pinNamed(ordered: readonly Scored[], named: Named): readonly Scored[] {
  if (named.size === 0) return ordered
  const isNamed = (one: Scored) => named.has(one.candidate.key)
  return [...ordered.filter(isNamed), ...ordered.filter((one) => !isNamed(one))]
}
