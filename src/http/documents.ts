import type { DocumentId } from '../domain/document.ts'
import { parseArxivId } from '../domain/identifiers.ts'
import type { Query } from '../domain/query.ts'
import type { DocumentStore } from '../ports.ts'
import { identified } from '../retrieval/named.ts'
import { Refusal } from './problem.ts'
import type { RequestedDocument } from './wire.ts'

/**
 * The document that a path names. An id is taken as it stands first, for owners may give theirs any form; then as an
 * arXiv id, with or without a version or a subject class. Throws Refusal when there is none.
 */
export function findRequested(documents: Pick<DocumentStore, 'byId'>, name: string): RequestedDocument {
  const asItStands = documents.byId(name as DocumentId)
  const arxiv = parseArxivId(name)
  // The store finds an arXiv paper under any way of writing its id, and does not tell the version that was written.
  if (asItStands && (asItStands.id === name || !arxiv?.version)) return { document: asItStands, version: null }
  const document = arxiv && documents.byId(arxiv.id)
  if (!document) throw notFound(`there is no document ${quoted(name)}`)
  const version = arxiv.version === 0 ? null : arxiv.version
  if (version !== null && document.version !== 0 && version > document.version) {
    throw notFound(`there is no version ${version} of ${quoted(document.id)} here; the newest is ${document.version}`)
  }
  return { document, version }
}

/** A paper that was taken back is no result; whoever searches for it by its id should not take it for unknown. */
export function withdrawnNamed(
  documents: Pick<DocumentStore, 'byId' | 'byDoi'>,
  { text, past }: Query,
): DocumentId | null {
  if (past) return null
  const { byId, byDoi } = identified(text, documents)
  const named = byId ?? byDoi
  return named?.withdrawn ? named.id : null
}

const notFound = (message: string): Refusal => new Refusal('not-found', message, { field: 'id' })

const quoted = (name: string): string => `"${name.slice(0, 200)}"`
