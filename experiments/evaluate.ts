import type { Candidate } from '../src/domain/evidence.ts'
import type { Instant } from '../src/domain/instant.ts'
import { noFilters, type Query } from '../src/domain/query.ts'
import { termsOf } from '../src/domain/terms.ts'
import { typedQuery } from '../src/domain/understanding.ts'
import { shippedCalibration } from '../src/retrieval/calibration.ts'
import { search } from '../src/retrieval/search.ts'
import type { Collection } from './collection.ts'
import type { RankedId } from './trec.ts'

/** How a ranking is made. `hybrid` is the product itself with freshness off; `shipped` is the product as it stands. */
export const arms = ['lexical', 'dense', 'hybrid', 'rrf', 'shipped'] as const
export type Arm = (typeof arms)[number]

const depth = 100

/** The first hundred of one arm for one query. `exact` replaces the graph by exact vector search. */
export async function rankBy(
  arm: Arm,
  query: Query,
  { engine, embedder, snapshot }: Collection,
  exact: boolean,
): Promise<RankedId[]> {
  if (arm === 'lexical' || arm === 'dense') return rankByOne(arm, query, { engine, embedder, snapshot }, exact)
  const off = { ...query, freshness: 'off', dates: null } as const
  const asked: Query = arm === 'shipped' ? query : { ...off, fusion: arm === 'rrf' ? 'rrf' : 'convex' }
  const answer = await search(
    { ...asked, limit: depth },
    snapshot,
    {
      documents: engine.documents,
      embedderFor: () => embedder,
      calibration: shippedCalibration,
      live: null,
      stopwatch: () => performance.now(),
    },
    { exact },
  )
  return answer.hits.map(({ id, score }) => ({ id, score }))
}

async function rankByOne(
  arm: 'lexical' | 'dense',
  query: Query,
  { engine, embedder, snapshot }: Omit<Collection, 'close'>,
  exact: boolean,
): Promise<RankedId[]> {
  const [vector] = arm === 'dense' ? await embedder.embed([query.text], 'query') : [null]
  const { candidates } = await snapshot.gather({
    terms: arm === 'lexical' ? termsOf(query.text) : [],
    vector,
    ...everythingAt(query.now),
    depth,
    exact,
  })
  const score = (one: Candidate) => (arm === 'lexical' ? one.bm25 : (one.cosine ?? -1))
  const best = [...candidates].sort((one, other) => score(other) - score(one)).slice(0, depth)
  const documents = engine.documents.byKeys(best.map((one) => one.key))
  return best.flatMap((one) => {
    const document = documents.get(one.key)
    return document ? [{ id: document.id, score: score(one) }] : []
  })
}

/** The part of a request that leaves nothing out but what was not announced yet. */
export const everythingAt = (now: Instant) => ({
  filters: noFilters,
  phrases: [],
  excludedTerms: [],
  excludedPhrases: [],
  tiers: { static: true, fresh: true },
  now,
  horizon: now,
})

/** A query of plain text, nothing in it read as an operator or a date. */
export const plainQuery = (text: string, now: Instant): Query => ({
  ...typedQuery('plain', now),
  text,
  subject: text,
})
