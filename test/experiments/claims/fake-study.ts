import type { Arm } from '../../../experiments/arms.ts'
import type { Keeping } from '../../../experiments/replay/holding.ts'
import type { AnswerRecord } from '../../../experiments/replay/records.ts'
import type { Replay, Study, StudyOptions } from '../../../experiments/replay/study.ts'
import type { JudgedQuery } from '../../../experiments/topics/query.ts'
import type { DocumentId, DocumentRecord } from '../../../src/domain/document.ts'
import { type Instant, parseInstant } from '../../../src/domain/instant.ts'

/** What an arm shows for a query, best first. */
export type Answering = (arm: Arm, query: JudgedQuery, keeping: Keeping, set: string) => readonly string[]

export interface FakeWorld {
  /** When each paper was announced; one that is not in it is of no known date. */
  readonly announced: Readonly<Record<string, string>>
  readonly answer: Answering
  /** What the collection holds, by announcement. */
  readonly papers?: readonly FakePaper[]
  /** Queries for which an arm that may ask live sources does so. */
  readonly asksLive?: (arm: Arm, query: JudgedQuery) => boolean
  readonly cpuMs?: (arm: Arm, set: string) => number
  readonly frequencies?: Replay['termFrequencies']
}

export const at = (text: string): Instant => parseInstant(text) as Instant

export const judgedQuery = (
  given: Pick<JudgedQuery, 'id' | 'class'> & Partial<Omit<JudgedQuery, 'grades'>> & { grades: Record<string, number> },
): JudgedQuery => ({
  text: given.id,
  asked: at('2025-12-10T23:59:59Z'),
  plain: false,
  unit: given.id,
  since: null,
  until: null,
  facts: { terms: 3 },
  ...given,
  grades: new Map(Object.entries(given.grades).map(([id, grade]) => [id as DocumentId, grade])),
})

/** A replay whose answers are made up. */
export function fakeReplay(world: FakeWorld, fingerprint = 'fake'): Replay {
  const asksLive = world.asksLive ?? (() => false)
  return {
    fingerprint,
    paper: (id) => ({
      announced: world.announced[id] === undefined ? null : at(world.announced[id]),
      categories: ['cs.IR'],
      title: id,
      abstract: '',
      countries: [],
      fields: [],
    }),
    upkeep: null,
    papers: () => world.papers ?? [],
    standing: () => null,
    termFrequencies:
      world.frequencies ?? (async (text) => text.split(' ').map((term) => ({ term, documents: term.length }))),
    largestCategories: (count) => ['cs.CV', 'cs.CL', 'cs.LG', 'cs.IR', 'cs.RO'].slice(0, count),
    run: async (name, arms, queries, keeping) =>
      arms.map((arm) => ({
        arm,
        keeping,
        answers: new Map(
          queries.map((query) => [
            query.id,
            answerRecord(query, world.answer(arm, query, keeping, name), asksLive(arm, query)),
          ]),
        ),
        timings: queries.map((query) => ({
          arm: arm.name,
          keeping: keeping.name,
          query: query.id,
          tookMs: 5,
          cpuMs: world.cpuMs?.(arm, name) ?? 4,
          stages: { embed: 1, gather: 2, live: 0 },
        })),
      })),
  }
}

function answerRecord(query: JudgedQuery, ranked: readonly string[], live: boolean): AnswerRecord {
  return {
    query: query.id,
    asked: query.asked,
    hits: ranked.map((id, rank) => ({
      id: id as DocumentId,
      score: 1 - rank / 100,
      depth: 1 - rank / 100,
      tier: 'static',
      announced: null,
      version: 1,
    })),
    pRecent: 0,
    intent: null,
    abstained: ranked.length === 0,
    bestDepth: ranked.length === 0 ? 0 : 1,
    live: live ? [{ source: 'arxiv', outcome: 'answered', found: 1, unheld: 0, latencyMs: 400 }] : [],
    offer: null,
  }
}

export type FakePaper = Pick<DocumentRecord, 'id' | 'title' | 'abstract' | 'announced'>

export interface FakeStudy {
  readonly topics?: readonly JudgedQuery[]
  readonly forms?: (form: 'query' | 'short' | 'long') => readonly JudgedQuery[]
  readonly knownItems?: readonly JudgedQuery[]
  readonly controls?: Readonly<Record<string, readonly JudgedQuery[]>>
  readonly stream?: readonly JudgedQuery[]
  /** Of the main encoder; `rivals` has those of others. */
  readonly world: FakeWorld
  readonly rivals?: Readonly<Record<string, FakeWorld>>
  readonly options?: Partial<StudyOptions>
}

/** A study without a store, in which every arm says what it is told to say. */
export function fakeStudy(given: FakeStudy): Study {
  const { topics = [], knownItems = [], controls = {}, stream = [], rivals = {} } = given
  const options: StudyOptions = {
    corpora: knownItems.length > 0 ? ['corpus'] : [],
    format: 'arxiv-jsonl',
    topics: [],
    qrels: [],
    beir: [],
    embedder: 'main',
    rivals: { static: 'static', int8: null, fp32: null },
    knownItems: knownItems.length,
    seed: 7,
    out: '/nowhere',
    ...given.options,
  }
  const replayOf = (embedder = options.embedder) =>
    fakeReplay(embedder === options.embedder ? given.world : (rivals[embedder] ?? given.world), embedder)
  return {
    options,
    standing: 'development',
    topics: async (form = 'query') => given.forms?.(form) ?? topics,
    knownItems: async () => knownItems,
    controls: () => Object.keys(controls).map((name) => ({ name, folder: `/folders/${name}` })),
    replay: async (embedder) => replayOf(embedder),
    control: async (folder, embedder) => ({
      replay: replayOf(embedder),
      queries: controls[folder.slice('/folders/'.length)] ?? [],
    }),
    stream: async () => ({ replay: replayOf(), queries: stream }),
    say() {},
  }
}
