import { describe, expect, it } from 'vitest'
import type { Candidate, Evidence } from '../../src/domain/evidence.ts'
import { instant } from '../../src/domain/instant.ts'
import { typedQuery } from '../../src/domain/understanding.ts'
import type { Snapshot } from '../../src/ports.ts'
import { authorNamesIn } from '../../src/retrieval/author-names.ts'
import { requestOf } from '../../src/retrieval/request.ts'

const query = typedQuery('perceptron rosenblatt', instant(Date.parse('2026-02-03T09:16:00Z')))
const candidate = { key: 1, tier: 'static', announced: null, cosine: 0.1, bm25: 0 } as Candidate

const evidence = (...documents: readonly [perceptron: number, rosenblatt: number]): Evidence => ({
  candidates: [],
  best: { cosine: 0, bm25: 0 },
  idealBm25: 0,
  terms: ['perceptron', 'rosenblatt'].map((term, i) => ({ term, ceiling: 1, documents: documents[i], ages: [] })),
  documents: 600,
  corpusAges: [],
  lastWeek: 0,
})

/** A collection with papers of these authors. */
function namesFound(seen: Evidence, authors: readonly string[], vector: Float32Array | null = Float32Array.of(1)) {
  const gather: Snapshot['gather'] = async ({ filters }) => ({
    ...seen,
    candidates: filters.authors.every((name) => authors.includes(name)) ? [candidate] : [],
  })
  const request = requestOf(query, query.subject, vector, false)
  return authorNamesIn(query.subject, seen, request, { gather } as Snapshot)
}

describe('names of authors in a query', () => {
  it('are words that hardly any paper uses and that an author bears', async () => {
    expect(await namesFound(evidence(60, 1), ['perceptron', 'rosenblatt'])).toEqual(['rosenblatt'])
  })

  it('are none where no author bears the rare word, and none where papers use it', async () => {
    expect(await namesFound(evidence(60, 0), ['lamport'])).toEqual([])
    expect(await namesFound(evidence(60, 40), ['rosenblatt'])).toEqual([])
  })

  it('are not looked for without an encoder', async () => {
    expect(await namesFound(evidence(60, 0), ['rosenblatt'], null)).toEqual([])
  })
})
