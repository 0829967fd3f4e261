import type { DocumentId, DocumentKey, Sighting, StoredDocument } from '../document.ts'
import { type Name, namesOf } from './names.ts'
import type { Apart, Label } from './partition.ts'

/** What an engine looks up, so that decisions about identity can be made without it. */
export interface Holdings {
  /** Of the document that has this id now. */
  keyOf(id: DocumentId): DocumentKey | null
  /** Of the document that keeps a sighting under this label beside its own facts. */
  keyOfSighting(label: Label): DocumentKey | null
  /** Documents that go by this name, the oldest first, at most so many. */
  named(name: Name, limit: number): readonly DocumentKey[]
  document(key: DocumentKey): StoredDocument | null
  /** What a document is made of: the document itself where it is made of one sighting and has its id. */
  sightings(document: StoredDocument): readonly Sighting[]
  /** Who was taken from whom, where any of these is on either side. */
  apart(labels: readonly Label[]): readonly Apart[]
}

export interface Held {
  readonly document: StoredDocument
  readonly sightings: readonly Sighting[]
}

/** All documents that a decision may touch: whatever shares a name, and what shares a name with that, and so on. */
export interface Neighbourhood {
  readonly documents: ReadonlyMap<DocumentKey, Held>
  /** Names of so many documents that they tell nothing: a proceedings' DOI, "Reply to the letter by". */
  readonly crowded: ReadonlySet<Name>
}

const crowd = 16
/** A chain of names that is longer than this is none of works but of mistakes; what lies beyond is not looked at. */
const mostDocuments = 40

export function neighbourhoodOf(holdings: Holdings, names: Iterable<Name>, keys: Iterable<DocumentKey>): Neighbourhood {
  const documents = new Map<DocumentKey, Held>()
  const crowded = new Set<Name>()
  // A set goes on while it is read, and holds every name once.
  const toAsk = new Set(names)
  const add = (key: DocumentKey) => {
    if (documents.has(key) || documents.size >= mostDocuments) return
    const document = holdings.document(key)
    if (document === null) return
    const sightings = holdings.sightings(document)
    documents.set(key, { document, sightings })
    for (const one of sightings) for (const name of namesOf(one)) toAsk.add(name)
  }
  for (const key of keys) add(key)
  for (const name of toAsk) {
    const found = holdings.named(name, crowd + 1)
    if (found.length > crowd) crowded.add(name)
    else for (const key of found) add(key)
  }
  return { documents, crowded }
}
