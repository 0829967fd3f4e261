import type { DocumentKey, StoredDocument } from '../domain/document.ts'
import { inState, stateAt } from '../domain/former.ts'
import { titleKey } from '../domain/identifiers.ts'
import type { Instant } from '../domain/instant.ts'
import type { DocumentStore } from '../ports.ts'

/** As many as the store gives. */
const mostOfOneTitle = 10

/** Documents as they were at `at`: what was revised or withdrawn since is what it was before, under its title of then. */
export function documentsAsOf(documents: DocumentStore, at: Instant): DocumentStore {
  const byKeys = (keys: readonly DocumentKey[]) => {
    const states = documents.formerStates(keys)
    const then = new Map<DocumentKey, StoredDocument>()
    for (const [key, document] of documents.byKeys(keys)) {
      if ((document.announced ?? at) > at) continue
      then.set(key, inState(document, stateAt(states.get(key) ?? [], at)))
    }
    return then
  }
  return {
    ...documents,
    byKeys,
    byTitleKey: (key) =>
      [...byKeys(documents.everTitled(key)).values()]
        .filter((one) => titleKey(one.title) === key)
        .sort((one, other) => firstOf(other) - firstOf(one) || one.key - other.key)
        .slice(0, mostOfOneTitle),
  }
}

/** Undated documents last. */
const firstOf = ({ announced }: StoredDocument): number => announced ?? Number.NEGATIVE_INFINITY
