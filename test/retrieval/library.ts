import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RankedAnswer } from '../../src/domain/answer.ts'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { parseDay, startOfDay } from '../../src/domain/instant.ts'
import type { Query } from '../../src/domain/query.ts'
import { typedQuery } from '../../src/domain/understanding.ts'
import { openEmbeddedEngine } from '../../src/engines/embedded/engine.ts'
import type { Clock, Embedder, Engine, IndexReader, Snapshot } from '../../src/ports.ts'
import { type Calibration, shippedCalibration } from '../../src/retrieval/calibration.ts'
import { handSet } from '../../src/retrieval/hand-set.ts'
import type { LiveTier } from '../../src/retrieval/live.ts'
import { type SearchParts, search } from '../../src/retrieval/search.ts'
import { build, noon, put, record } from '../engines/fixtures.ts'
import { wordEmbedder } from '../word-embedder.ts'

export { noon } from '../engines/fixtures.ts'

const paper = (id: string, announced: string, title: string, abstract: string, facts: Partial<DocumentRecord> = {}) =>
  record(id, { announced: startOfDay(parseDay(announced)!), title, abstract, ...facts })

/** Old enough for a generation. */
const early: readonly DocumentRecord[] = [
  paper('2401.00001', '2024-01-01', 'Sparse attention for long documents', 'Sparse attention for better retrieval.', {
    authors: ['Grace Hopper'],
  }),
  paper('2401.00002', '2024-01-02', 'Caching keys and values of transformers', 'Attention recalls, retrieval waits.', {
    doi: '10.1000/cache.7',
    version: 3,
  }),
  paper('2401.00003', '2024-01-03', 'Attention to images', 'An image needs sparse pixels and attention to each.', {
    authors: ['Grace Hopper', 'Emmy Noether'],
  }),
  paper('math/0306266', '2003-06-18', 'Graphs of old', 'Matchings in graphs, by patient attention.', {
    categories: ['math.CO'],
  }),
  record('notes-1', { source: 'own', title: 'My notes', abstract: 'Notes on retrieval.', announced: null }),
  paper('2402.00009', '2024-02-09', 'Cold fusion in a teacup', 'A teacup of cold fusion.', { withdrawn: true }),
  paper('2403.00001', '2024-03-01', 'Trends in retrieval since 2020', 'Retrieval went dense, then sparse again.'),
  paper('2403.00002', '2024-03-02', 'The latest news on graphs', 'Graphs once more.'),
  paper('2403.00003', '2024-03-03', 'Better ranking', 'We reach state-of-the-art retrieval.'),
  paper('2403.00004', '2024-03-04', 'Of museums', 'Retrieval of works of art, and the state they are in.'),
  paper('2401.00010', '2024-01-10', 'Ratchets of brass', 'Gears and ratchets of brass.'),
]
/** Of the last weeks. */
const late: readonly DocumentRecord[] = [
  paper('2601.00010', '2026-02-20', 'Ratchets of brass', 'Gears and ratchets of brass.'),
]
export const papers = [...early, ...late]

/** Linear in the log odds, so that what a test expects can be worked out; the gate is the shipped one. */
const depth = {
  alpha: 0.5,
  intercept: -3,
  cosine: 3,
  lexical: 5,
  neutralCosine: 0.3,
  isotonic: [
    [-6, 0],
    [6, 1],
  ] as [number, number][],
  abstainBelow: 0.42,
}
/** What asking live is worth is set by hand, so that no fit changes what tests expect. */
export const calibration: Calibration = {
  ...shippedCalibration,
  models: { words: depth, 'all-MiniLM-L6-v2': depth },
  live: handSet.live,
}

export interface Library {
  readonly engine: Engine
  readonly reader: IndexReader
  readonly embedder: Embedder
  readonly brokenEmbedder: Embedder
  search(
    text: string,
    wishes?: Partial<Query>,
    embedder?: Embedder | null,
    snapshot?: Snapshot,
    signal?: AbortSignal,
  ): Promise<RankedAnswer>
  /** With live sources; `onFirst` is told the answer without them. */
  searchLive(
    text: string,
    live: LiveTier,
    wishes?: Partial<Query>,
    onFirst?: (first: RankedAnswer) => void,
    embedder?: Embedder,
    snapshot?: Snapshot,
    liveTurn?: () => number,
  ): Promise<RankedAnswer>
  /** Stores papers and lets the reader see them. */
  add(...records: DocumentRecord[]): Promise<void>
  publish(): Promise<void>
  close(): Promise<void>
}

const clock: Clock = { now: () => noon, sleep: async () => {} }

/** A small embedded engine: a generation of the early papers, and a fresh tier of the late ones. */
export async function openLibrary(): Promise<Library> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-library-'))
  const engine = await openEmbeddedEngine(folder, clock)
  const embedder = wordEmbedder('words', 32)
  await put(engine, early, { embedder })
  await build(engine, clock, embedder)
  await put(engine, late, { embedder })
  const reader = await engine.openReader()
  const parts: SearchParts = {
    documents: engine.documents,
    embedderFor: () => embedder,
    calibration,
    stopwatch: () => performance.now(),
    live: null,
  }
  return {
    engine,
    reader,
    embedder,
    brokenEmbedder: { ...embedder, embed: () => Promise.reject(new Error('the encoder is gone')) },
    search(text, { now = noon, ...wishes } = {}, speaking = embedder, snapshot = reader.snapshot(), signal) {
      const query = typedQuery(text, now, wishes)
      return search(query, snapshot, { ...parts, embedderFor: () => speaking }, signal ? { signal } : {})
    },
    searchLive(
      text,
      live,
      { now = noon, ...wishes } = {},
      onFirst,
      speaking = embedder,
      snapshot = reader.snapshot(),
      liveTurn,
    ) {
      const query = typedQuery(text, now, wishes)
      const heard = { ...parts, live, embedderFor: () => speaking }
      return search(query, snapshot, heard, { ...(onFirst && { onFirst }), ...(liveTurn && { liveTurn }) })
    },
    async add(...records) {
      await put(engine, records, { embedder })
      await reader.refresh()
    },
    async publish() {
      await build(engine, clock, embedder)
      await reader.refresh()
    },
    async close() {
      await reader.close()
      await engine.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
