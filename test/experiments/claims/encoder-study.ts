import { onTime } from '../../../experiments/replay/holding.ts'
import type { AnswerRecord, Timing } from '../../../experiments/replay/records.ts'
import type { Replay, Study } from '../../../experiments/replay/study.ts'
import type { JudgedQuery } from '../../../experiments/topics/query.ts'
import { idOf, noon, record } from '../../engines/fixtures.ts'

export const small = 'models/freshet-static'
export const full = 'models/MiniLM@fp32'
export const quantised = 'models/MiniLM@int8'

const query = (i: number): JudgedQuery => ({
  id: `q${i}`,
  text: `what is number ${i}`,
  asked: noon,
  plain: true,
  unit: `q${i}`,
  class: i % 2 === 0 ? 'recent' : 'atemporal',
  grades: new Map([[idOf(`right-${i}`), 1]]),
  since: null,
  until: null,
  facts: { terms: 3 + (i % 4) },
})

export interface Given {
  /** Rank of the one right answer, from 1, under an encoder. */
  rank?(encoder: string, query: number): number
  /** What the best answer says of itself. */
  depth?(encoder: string, query: number): number
  readonly queries?: number
  readonly rivals?: Partial<Study['options']['rivals']>
  readonly embedder?: string
  readonly scifact?: boolean
  readonly topics?: boolean
}

/** Every query costs 3 ms beside its encoding: 2 of searching, 1 of ranking. */
const restMs = { search: 2, score: 1 }

export function encoderStudy(given: Given = {}): Study {
  const { queries: count = 80, rivals, embedder = full, scifact = true, topics = false } = given
  const queries = Array.from({ length: count }, (_, i) => query(i))
  const options = {
    corpora: [],
    format: 'arxiv-jsonl' as const,
    topics: [],
    qrels: [],
    beir: [],
    embedder,
    rivals: { static: small, int8: quantised, fp32: full, ...rivals },
    knownItems: 0,
    seed: 1,
    out: '',
  }
  return {
    options,
    standing: 'development',
    topics: async () => (topics ? queries : []),
    knownItems: async () => [],
    controls: () => (scifact ? [{ name: 'scifact', folder: 'scifact' }] : []),
    replay: async (encoder = embedder) => replayUnder(encoder, given),
    control: async (_, encoder = embedder) => ({ replay: replayUnder(encoder, given), queries }),
    stream: async () => ({ replay: replayUnder(embedder, given), queries }),
    say() {},
  }
}

function replayUnder(encoder: string, { rank = () => 1, depth = () => 0.5 }: Given): Replay {
  return {
    fingerprint: encoder,
    paper: (id) => record(id),
    upkeep: null,
    papers: () => [],
    standing: () => null,
    termFrequencies: async () => [],
    largestCategories: () => [],
    run: async (_, arms, queries) =>
      arms.map((arm) => ({
        arm,
        keeping: onTime,
        answers: new Map(queries.map(({ id }, i) => [id, answer(i, rank(encoder, i), depth(encoder, i))] as const)),
        timings: queries.map(({ id }): Timing => {
          const stages = { embed: 99, gather: restMs.search, live: 0 }
          const cpuMs = stages.embed + restMs.search + restMs.score
          return { arm: arm.name, keeping: onTime.name, query: id, tookMs: 5, cpuMs, stages }
        }),
      })),
  }
}

function answer(query: number, rank: number, bestDepth: number): AnswerRecord {
  const ids = Array.from({ length: 10 }, (_, i) => (i === rank - 1 ? `right-${query}` : `wrong-${query}-${i}`))
  return {
    query: `q${query}`,
    asked: noon,
    hits: ids.map((id, i) => ({
      id: idOf(id),
      score: 1 - i / 10,
      depth: bestDepth,
      tier: 'static',
      announced: null,
      version: 1,
    })),
    pRecent: 0,
    intent: null,
    abstained: false,
    bestDepth,
    live: [],
    offer: null,
  }
}
