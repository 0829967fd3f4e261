import type { Evidence } from '../domain/evidence.ts'
import { termsOf, wordsOf } from '../domain/terms.ts'
import type { GatherRequest, Snapshot } from '../ports.ts'
import { unconditional } from './named.ts'

/** Papers that may use a word before it is taken for what they are about. */
const rareUntil = 3
/** Every word that is looked up costs a reading of the index; more than a few names is no query. */
const mostWords = 4

/**
 * Words of the subject that hardly any paper uses and that authors of the collection bear as a name: "perceptron
 * rosenblatt" asks for the paper by which its author is known. The index holds the names for its author filter.
 */
export async function authorNamesIn(
  subject: string,
  { terms }: Evidence,
  request: GatherRequest,
  snapshot: Snapshot,
): Promise<readonly string[]> {
  if (request.vector === null) return []
  const rare = new Set(terms.filter(({ documents }) => documents <= rareUntil).map(({ term }) => term))
  const isRare = (word: string) => word.length > 1 && termsOf(word).some((term) => rare.has(term))
  const words = [...new Set(wordsOf(subject))].filter(isRare).slice(0, mostWords)
  const borne = await Promise.all(words.map((word) => isBorne(word, request, snapshot)))
  return words.filter((_, i) => borne[i])
}

async function isBorne(word: string, request: GatherRequest, snapshot: Snapshot): Promise<boolean> {
  const filters = { ...unconditional.filters, authors: [word] }
  const { candidates } = await snapshot.gather({ ...request, ...unconditional, terms: [], filters, depth: 1 })
  return candidates.length > 0
}
