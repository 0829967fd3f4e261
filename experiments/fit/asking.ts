import type { DocumentId } from '../../src/domain/document.ts'
import { dayMs, type Instant } from '../../src/domain/instant.ts'
import { typedQuery } from '../../src/domain/understanding.ts'
import type { Calibration } from '../../src/retrieval/calibration.ts'
import { decide } from '../../src/retrieval/decide.ts'
import { search } from '../../src/retrieval/search.ts'
import { stagewatch } from '../../src/retrieval/stagewatch.ts'
import { type CoverageSigns, coverageSignsOf } from '../../src/retrieval/value.ts'
import type { Collection } from '../collection.ts'
import { plainQuery } from '../evaluate.ts'
import { decayedNdcg } from '../measures/freshness.ts'
import { type Judging, judgingOf } from '../measures/judging.ts'
import { ndcg } from '../measures.ts'
import { asksForRecent } from '../replay/answer.ts'
import { Meter } from '../replay/cost.ts'
import { holdingAt, type Keeping } from '../replay/holding.ts'
import type { ReplayLive } from '../replay/live.ts'
import { meteredEmbedder, openStage, type Stage, withoutAbstracts } from '../replay/stage.ts'
import type { JudgedQuery } from '../topics/query.ts'

/** One query before one store: what the router knew when it had to decide, and what asking would have brought. */
export interface Asking {
  readonly id: string
  /** Never in two folds. */
  readonly unit: string
  readonly kind: 'topic' | 'known-item'
  readonly keeping: string
  readonly asked: Instant
  readonly pRecent: number
  readonly pNew: number
  readonly signs: CoverageSigns
  readonly pAnswer: number
  /** Of asking, in nDCG, at the prices of the weights. */
  readonly cost: number
  /** It holds a recency word, and something was announced since the harvest. */
  readonly oneRule: boolean
  /** nDCG@10 with what the source answers minus that without; what it is worth to a reader who wants recent work is decayed. */
  readonly gain: number
}

/** A store that is kept in some ways. */
export interface Shelf {
  readonly collection: Collection
  readonly keepings: readonly Keeping[]
}

export interface Theatre {
  readonly shelves: readonly Shelf[]
  /** Holds all that the world can show. */
  readonly whole: Collection
  readonly live: ReplayLive
  /** Its gate must not have seen the query. */
  calibrationFor(query: JudgedQuery): Calibration
  onProgress(done: number, of: number): void
}

/** Full information: every query is asked of every store, with the source and without it. */
export async function observeAsking(queries: readonly JudgedQuery[], theatre: Theatre): Promise<Asking[]> {
  const { shelves, whole, live } = theatre
  const meter = new Meter()
  const embedder = meteredEmbedder(whole.embedder, whole.engine.embeddings, meter)
  const observed: Asking[] = []
  for (const [i, { collection, keepings }] of shelves.entries()) {
    const documents = withoutAbstracts(collection.engine.documents)
    for (const [j, query] of queries.entries()) {
      const calibration = theatre.calibrationFor(query)
      const parts = { documents, snapshot: collection.snapshot, embedder, calibration, live, meter }
      const stage = await openStage(parts, query)
      try {
        const worth = worthTo(query, whole)
        for (const keeping of keepings) observed.push(...(await askingOf(query, keeping, stage, worth)))
      } finally {
        stage.close()
      }
      theatre.onProgress(i * queries.length + j + 1, shelves.length * queries.length)
    }
  }
  return observed
}

type Worth = (ranked: readonly DocumentId[]) => number

/** Of an order: recent work where that is wanted, else the subject. */
function worthTo(query: JudgedQuery, { engine }: Collection): Worth {
  const judging: Judging = judgingOf(query, {
    bestGrade: Math.max(1, ...query.grades.values()),
    announced: (id) => engine.documents.byId(id)?.announced ?? null,
    latest: () => null,
    inStatic: () => true,
  })
  return (ranked) => (query.class === 'recent' ? decayedNdcg(ranked, judging, 30) : ndcg(ranked, judging.grades))
}

/** The source's answer is waited for: that it may come too late is what `pAnswer` is for. */
const patienceMs = dayMs

/** None where the question of asking does not arise. */
async function askingOf(query: JudgedQuery, keeping: Keeping, stage: Stage, worth: Worth): Promise<Asking[]> {
  const { snapshot, parts } = stage.before(holdingAt(query.asked, keeping))
  const read = query.plain ? plainQuery(query.text, query.asked) : typedQuery(query.text, query.asked)
  const decided = await decide({ ...read, mode: 'auto' }, snapshot, parts, {}, stagewatch(parts.stopwatch))
  const [offer] = decided.route.live.offers
  if (!offer) return []
  let without: readonly DocumentId[] = []
  const answer = await search({ ...read, mode: 'live', deadlineMs: patienceMs }, snapshot, parts, {
    onFirst: ({ hits }) => {
      without = hits.map(({ id }) => id)
    },
  })
  const { pNew, pAnswer, cost } = offer
  return [
    {
      id: query.id,
      unit: query.unit,
      kind: query.class === 'known-item' ? 'known-item' : 'topic',
      keeping: keeping.name,
      asked: query.asked,
      pRecent: decided.route.gate.pRecent,
      pNew,
      signs: coverageSignsOf(decided.query.subject, decided.evidence, decided.deep),
      pAnswer,
      cost,
      oneRule: asksForRecent(decided.query) && pNew > 0,
      gain: worth(answer.hits.map(({ id }) => id)) - worth(without),
    },
  ]
}
