import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildGeneration } from '../../indexer/build.ts'
import { contentHashOf } from '../../indexer/ingest.ts'
import { type DocumentId, type DocumentKey, type DocumentRecord, textOf } from '../../src/domain/document.ts'
import type { Evidence } from '../../src/domain/evidence.ts'
import type { Manifest } from '../../src/domain/generation.ts'
import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'
import { noFilters } from '../../src/domain/query.ts'
import { termsOf } from '../../src/domain/terms.ts'
import type { Watermark } from '../../src/domain/watermark.ts'
import { openEmbeddedEngine } from '../../src/engines/embedded/engine.ts'
import { openMemoryEngine } from '../../src/engines/memory.ts'
import type { Clock, Embedder, Engine, GatherRequest, WriteCounts } from '../../src/ports.ts'
import { vectorOf, wordEmbedder } from '../word-embedder.ts'

/** Of the word embedder. */
export const dimension = 16
/** Noon, long after every document of the tests. */
export const noon = instant(Date.parse('2026-03-02T12:00:00Z'))
export const daysAgo = (days: number): Instant => instant(noon - days * dayMs)

export const idOf = (text: string): DocumentId => text as DocumentId

export const record = (id: string, facts: Partial<DocumentRecord> = {}): DocumentRecord => ({
  id: idOf(id),
  source: 'arxiv',
  kind: 'paper',
  version: 1,
  title: `Title of ${id}`,
  abstract: '',
  authors: ['Ada Lovelace'],
  categories: ['cs.IR'],
  comment: null,
  doi: null,
  identifiers: [],
  countries: [],
  fields: [],
  url: `https://example.org/${id}`,
  submitted: null,
  updated: null,
  announced: daysAgo(100),
  announcedBasis: 'stated',
  withdrawn: false,
  standIn: false,
  versions: [],
  ...facts,
})

/** A watermark at the beginning of a day. */
export const markOf = (source: string, day: string): Watermark => ({
  source,
  scope: '',
  through: instant(Date.parse(`${day}T00:00:00Z`)),
  state: null,
})

export interface PutOptions {
  readonly embedder?: Embedder
  readonly harvested?: Instant
  readonly watermark?: Watermark
  /** False leaves the documents without embeddings. */
  readonly embed?: boolean
}

/** Writes records with their embeddings, as the indexer does. */
export async function put(
  engine: Engine,
  records: readonly DocumentRecord[],
  { embedder = wordEmbedder(), harvested = noon, watermark, embed = true }: PutOptions = {},
): Promise<WriteCounts> {
  const { fingerprint } = embedder
  const writes = records.map((one) => ({ record: one, contentHash: contentHashOf(one) }))
  const vectors = await embedder.embed(records.map(textOf), 'document')
  const embeddings = writes.map(({ contentHash }, i) => ({ fingerprint, contentHash, vector: vectors[i] }))
  return underLock(engine, () =>
    engine.documents.write({
      writes,
      embeddings: embed ? embeddings : [],
      harvested,
      ...(watermark && { watermark }),
    }),
  )
}

export async function underLock<T>(engine: Engine, run: () => T | Promise<T>): Promise<T> {
  const lock = await engine.lock('test', 1_000)
  try {
    return await run()
  } finally {
    lock.release()
  }
}

export const purge = (engine: Engine, ...ids: string[]): Promise<number> =>
  underLock(engine, () => engine.documents.purge(ids.map(idOf), noon))

/** Builds and publishes; the manifest of what serves then. */
export async function build(engine: Engine, clock: Clock, embedder: Embedder = wordEmbedder()): Promise<Manifest> {
  const built = await underLock(engine, () => buildGeneration(engine, embedder, { clock }))
  if (built.outcome !== 'published') throw new Error('there was nothing new to build')
  return built.manifest
}

/** A search for words, and for the vector of the same words. */
export const request = (text: string, facts: Partial<GatherRequest> = {}): GatherRequest => ({
  terms: termsOf(text),
  vector: vectorOf(text),
  filters: noFilters,
  phrases: [],
  excludedTerms: [],
  excludedPhrases: [],
  tiers: { static: true, fresh: true },
  now: noon,
  horizon: facts.now ?? noon,
  depth: 100,
  exact: true,
  ...facts,
})

export const keyOf = (engine: Engine, id: string): DocumentKey => {
  const found = engine.documents.byId(idOf(id))
  if (!found) throw new Error(`there is no document ${id}`)
  return found.key
}

/** Ids of the candidates, in no order; a purged document has none. */
export const idsIn = (engine: Engine, evidence: Pick<Evidence, 'candidates'>): string[] => {
  const documents = engine.documents.byKeys(evidence.candidates.map((one) => one.key))
  return evidence.candidates.map((one) => documents.get(one.key)?.id ?? `gone: ${one.key}`).sort()
}

export interface OpenedEngine {
  readonly engine: Engine
  close(): Promise<void>
}

/** Both engines, for tests of what stands on them. */
export const engines: readonly (readonly [string, (clock: Clock) => Promise<OpenedEngine>])[] = [
  [
    'memory',
    async (clock) => {
      const engine = openMemoryEngine(clock)
      return { engine, close: () => engine.close() }
    },
  ],
  [
    'embedded',
    async (clock) => {
      const folder = tempFolder()
      const engine = await openEmbeddedEngine(folder.path, clock)
      return {
        engine,
        async close() {
          await engine.close()
          folder.remove()
        },
      }
    },
  ],
]

export interface TempFolder {
  readonly path: string
  remove(): void
}

export function tempFolder(): TempFolder {
  const path = mkdtempSync(join(tmpdir(), 'freshet-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
