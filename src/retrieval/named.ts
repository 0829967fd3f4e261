import { type DocumentKey, documentKinds } from '../domain/document.ts'
import type { Evidence } from '../domain/evidence.ts'
import { arxivIdOfDoi, parseArxivId, parseDoi, titleKey } from '../domain/identifiers.ts'
import { noFilters, type Query } from '../domain/query.ts'
import type { DocumentStore, Snapshot } from '../ports.ts'
import { requestOf } from './request.ts'
import type { Scored } from './score.ts'

/** Documents that a query names outright, and by what. */
export type Named = ReadonlyMap<DocumentKey, 'id' | 'doi' | 'title' | 'author'>

export async function namedDocuments(query: Query, snapshot: Snapshot, documents: DocumentStore): Promise<Named> {
  const { byId, byDoi } = identified(query.text, documents)
  const named = new Map<DocumentKey, 'id' | 'doi' | 'title'>()
  if (byId) named.set(byId.key, 'id')
  if (byDoi && !named.has(byDoi.key)) named.set(byDoi.key, 'doi')
  if (named.size === 0) for (const one of documents.byTitleKey(titleKey(query.text))) named.set(one.key, 'title')
  if (named.size === 0) return named
  // The store may be ahead of the snapshot: a title that came since must not change how the next page is read.
  const anything = requestOf({ ...query, ...unconditional, dates: null }, '', null, false)
  const held = new Set((await snapshot.scoreOf([...named.keys()], anything)).map((one) => one.key))
  return new Map([...named].filter(([key]) => held.has(key)))
}

/** What is held of the id or DOI that a text is, in whatever way it is written; withdrawn documents too. */
export function identified(text: string, documents: Pick<DocumentStore, 'byId' | 'byDoi'>) {
  const bare = pasted(text)
  const doi = parseDoi(bare)
  const arxiv = parseArxivId(bare) ?? (doi ? arxivIdOfDoi(doi) : null)
  return { byId: arxiv && documents.byId(arxiv.id), byDoi: doi ? documents.byDoi(doi) : null }
}

/** As it is copied from a listing ("arXiv:1706.03762v7 [cs.CL]"), from references or from an address bar. */
const pasted = (text: string): string =>
  text
    .trim()
    .replace(/^arxiv preprint\s+/i, '')
    .replace(/^arxiv:\s+/i, 'arXiv:')
    .replace(/\s*\[[a-z-]+(?:\.[a-z-]+)?\]$/i, '')
    .replace(/^(?=(?:www\.|export\.|dx\.)?(?:arxiv|doi)\.org\/)/i, 'https://')
    .replace(/^(https?:\/\/(?:www\.|export\.)?arxiv\.org\/[^?#]*)[?#].*$/i, '$1')

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
  const first = ordered.filter(isNamed)
  if ([...named.values()].includes('author')) first.sort(newestFirst)
  return [...first, ...ordered.filter((one) => !isNamed(one))]
}

const newestFirst = ({ candidate: one }: Scored, { candidate: other }: Scored): number =>
  (other.announced ?? 0) - (one.announced ?? 0) || other.key - one.key
