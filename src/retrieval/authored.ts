import type { DocumentKey } from '../domain/document.ts'
import type { Reason } from '../domain/route.ts'
import { wordsOf } from '../domain/terms.ts'
import type { DocumentStore, GatherRequest, Snapshot } from '../ports.ts'
import type { Named } from './named.ts'

/** A query that is an author's name, and nothing else. */
export interface Authored {
  readonly papers: Named
  readonly reason: Reason
}

/** Papers that bear the words of a name and are looked at: of more, those nearest to the query by vector. */
const mostLookedAt = 500
const mostShown = 100
const nameShape = /^[\p{L}\p{M}.,'’‐-]+(?:\s+[\p{L}\p{M}.,'’‐-]+){1,3}$/u

/**
 * Papers of the author whose name the subject is: a family name with a given name or an initial, in any order, of one and
 * the same author. Words that more papers speak of than the author wrote are a topic ("Monte Carlo"). Null where it is no
 * such name. A topic costs a look at the index, which has no author of its words; a document is read only where there is one.
 */
export async function authoredBy(
  subject: string,
  request: GatherRequest,
  snapshot: Snapshot,
  documents: Pick<DocumentStore, 'traitsOf'>,
): Promise<Authored | null> {
  const words = wordsOf(subject)
  const spelled = words.filter((word) => word.length > 1)
  const typed = request.phrases.length + request.excludedTerms.length + request.excludedPhrases.length === 0
  if (!typed || request.vector === null || !nameShape.test(subject) || words.length < 2 || spelled.length === 0)
    return null
  const authors = [...request.filters.authors, ...spelled]
  const borne = { ...request, terms: [], filters: { ...request.filters, authors }, depth: mostLookedAt }
  const { candidates } = await snapshot.gather(borne)
  if (candidates.length === 0) return null
  const traits = documents.traitsOf([...new Set(candidates.map((one) => one.key))])
  const papers = candidates.flatMap(({ key, announced }) => {
    const name = traits.get(key)?.authors.find((author) => bears(author, words))
    return name === undefined ? [] : [{ key, announced: announced ?? 0, name }]
  })
  if (papers.length === 0 || (await isTopic(subject, papers.length, request, snapshot))) return null
  const newest = papers.sort((one, other) => other.announced - one.announced).slice(0, mostShown)
  return {
    papers: new Map(newest.map(({ key }): [DocumentKey, 'author'] => [key, 'author'])),
    reason: { code: 'author-named', says: reasonFor(newest.map(({ name }) => name)) },
  }
}

/** More papers than those hold the words side by side; in the snapshot, so that all pages of a search are read alike. */
async function isTopic(subject: string, papers: number, request: GatherRequest, snapshot: Snapshot): Promise<boolean> {
  const spoken = { ...request, terms: [], phrases: [subject], depth: papers + 1 }
  const { candidates } = await snapshot.gather(spoken)
  return new Set(candidates.map((one) => one.key)).size > papers
}

/** An initial stands for many names, and the same author is spelled in several ways. */
function reasonFor(names: readonly string[]): string {
  const others = new Set(names).size > 1 ? ' or others so named' : ''
  return `It is the name of an author, ${names[0]}${others}, whose papers come first, newest first.`
}

/** Every word is a part of the name or the initial of one, each of another, the family name in full and not alone. */
function bears(author: string, words: readonly string[]): boolean {
  const [beforeComma] = author.split(',', 1)
  const parts = wordsOf(author)
  const family = author.includes(',') ? wordsOf(beforeComma) : [parts.findLast((part) => part.length > 1) ?? '']
  if (parts.length < 2 || !family.some((part) => words.includes(part))) return false
  const left = [...parts]
  // Words in full first, so that no initial takes the place of one.
  return [...words]
    .sort((one, other) => other.length - one.length)
    .every((word) => {
      const at = left.findIndex((part) => part === word || (word.length === 1 && part.startsWith(word)))
      if (at >= 0) left.splice(at, 1)
      return at >= 0
    })
}
