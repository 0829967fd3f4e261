import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hit, RankedAnswer } from '../../src/domain/answer.ts'
import type { DocumentId, DocumentKey, DocumentVersion, Seq, StoredDocument } from '../../src/domain/document.ts'
import type { GenerationId, Manifest } from '../../src/domain/generation.ts'
import { type Instant, instant } from '../../src/domain/instant.ts'
import type { Query } from '../../src/domain/query.ts'
import { type AppParts, buildApp, serverOptions } from '../../src/http/app.ts'
import { openShelves } from '../../src/http/run-folders.ts'
import type { Problem } from '../../src/http/schemas.ts'
import type { Status } from '../../src/http/status.ts'
import type { Snapshot } from '../../src/ports.ts'
import { candidateDepth } from '../../src/retrieval/request.ts'

/** 25 seconds past a minute; searches are of the end of it. */
export const clockNow = instant(Date.parse('2026-02-03T09:15:25Z'))
export const minute = instant(Date.parse('2026-02-03T09:16:00Z'))

export interface TestServer {
  readonly server: Server
  readonly url: string
  readonly queries: Query[]
  readonly snapshots: Snapshot[]
  /** Errors alone. */
  readonly logged: { facts: object; message: string }[]
  get(path: string, headers?: Record<string, string>): Promise<Response>
  post(body: unknown, headers?: Record<string, string>): Promise<Response>
  close(): Promise<void>
}

const silent = { warn() {}, info() {}, debug() {} }

/** The real app on a real socket, over fakes of what lies beneath it. */
export async function serve(overrides: Partial<AppParts> = {}): Promise<TestServer> {
  const queries: Query[] = []
  const snapshots: Snapshot[] = []
  const logged: TestServer['logged'] = []
  const parts: AppParts = {
    search: async (query, snapshot) => rankedAnswer(query, snapshot),
    reader: readerOf(snapshotOf(7, 100)),
    similar: async () => ({ hits: [hitAt(1)], degraded: [] }),
    documents: documentsOf([]),
    status: () => someStatus,
    ready: () => ({ ready: true, reason: null }),
    clock: { now: () => clockNow },
    feedback: null,
    harvestedThrough: () => new Map(),
    shelves: openShelves([]),
    apiKeys: [],
    log: { ...silent, error: (facts, message) => logged.push({ facts, message }) },
    ...overrides,
  }
  const app = buildApp({
    ...parts,
    search(query, snapshot, signal) {
      queries.push(query)
      snapshots.push(snapshot)
      return parts.search(query, snapshot, signal)
    },
  })
  const server = createServer(serverOptions, app).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    server,
    url,
    queries,
    snapshots,
    logged,
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers }),
    post: (body, headers = {}) =>
      fetch(`${url}/v1/search`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type')
  if (!type?.startsWith('application/problem+json')) throw new Error(`${response.status} came as ${type}`)
  return (await response.json()) as Problem
}

export function snapshotOf(generation: number | null, mark: number, store = 'store-a'): Snapshot {
  return {
    generation: generation === null ? null : manifestOf(generation, store),
    fingerprint: 'test',
    mark: mark as Seq,
    gather: () => Promise.reject(new Error('the fake search never gathers')),
    scoreOf: () => Promise.reject(new Error('the fake search never scores')),
    scoreRecords: () => Promise.reject(new Error('the fake search never scores')),
    pinnedAt: (earlier) => snapshotOf(generation, Math.min(earlier, mark), store),
  }
}

/** The first is current. */
export const readerOf = (...held: Snapshot[]): AppParts['reader'] => ({
  snapshot: () => held[0],
  snapshotOf: (id) => held.find((one) => (one.generation?.id ?? null) === id) ?? null,
})

const manifestOf = (id: number, store: string): Manifest => ({
  format: 1,
  id: id as GenerationId,
  createdAt: minute,
  mark: 1 as Seq,
  store,
  documents: 3,
  vectors: 3,
  dimension: 4,
  fingerprint: 'test',
  model: 'test',
  hnsw: { m: 16, efConstruction: 200, ef: 100 },
  terms: 1,
  postings: 1,
  tokens: 1,
  watermarks: {},
  files: {},
})

export const documentsOf = (
  documents: readonly StoredDocument[],
  versions: readonly DocumentVersion[] = [],
): AppParts['documents'] => ({
  byId: (id) => documents.find((one) => one.id === id) ?? null,
  byDoi: (doi) => documents.find((one) => one.doi === doi) ?? null,
  versionsOf: () => versions,
  announcedByDay: () => [],
})

export const storedDocument = (id: string, facts: Partial<StoredDocument> = {}): StoredDocument => ({
  id: id as DocumentId,
  key: 1 as DocumentKey,
  seq: 1 as Seq,
  source: 'arxiv',
  kind: 'paper',
  version: 1,
  title: 'A title',
  abstract: 'An abstract.',
  authors: ['Ada Lovelace'],
  categories: ['cs.CL'],
  comment: null,
  doi: null,
  identifiers: [],
  sources: ['arxiv'],
  countries: [],
  fields: [],
  url: `https://arxiv.org/abs/${id}`,
  submitted: at('2026-01-05T18:00:00Z'),
  updated: at('2026-01-09T12:00:00Z'),
  announced: at('2026-01-07T01:00:00Z'),
  announcedBasis: 'stated',
  withdrawn: false,
  standIn: false,
  versions: [],
  harvested: at('2026-01-08T03:45:00Z'),
  contentHash: 'hash',
  ...facts,
})

export function at(iso: string): Instant {
  return instant(Date.parse(iso))
}

export const candidatesOfFake = 45

/** As many hits as the page asks for, out of 45. */
export function rankedAnswer(query: Query, snapshot: Snapshot, facts: Partial<RankedAnswer> = {}): RankedAnswer {
  const ranks = Array.from({ length: candidatesOfFake }, (_, i) => i + 1)
  return {
    query,
    hits: ranks.slice(query.offset, query.offset + query.limit).map(hitAt),
    candidates: candidatesOfFake,
    next: nextOf(query, facts.candidates),
    abstained: false,
    route: {
      tiers: ['static', 'fresh'],
      live: { ask: false, because: 'live-no-source', deadlineMs: 1500, offers: [] },
      gate: {
        pRecent: 0.1234567891,
        intent: 'atemporal',
        intents: { recent: 0.1234567891, atemporal: 0.8, old: 0.0765432109, dated: 0 },
        decidedBy: 'gate',
        parts: { prior: -1 / 3 },
      },
      reasons: [{ code: 'plain', says: 'Nothing asks for recent papers.' }],
    },
    asOf: query.now,
    generation: snapshot.generation?.id ?? null,
    mark: snapshot.mark,
    degraded: [],
    live: [],
    facets: null,
    tookMs: { embed: 0.5, total: Math.random() },
    ...facts,
  }
}

function nextOf(query: Query, candidates = candidatesOfFake): RankedAnswer['next'] {
  const offset = Math.min(candidates, query.offset + query.limit)
  return { offset, shown: offset, more: offset < Math.min(candidates, candidateDepth) }
}

export function hitAt(rank: number): Hit {
  const { key: _key, seq: _seq, ...document } = storedDocument(`2601.${String(rank).padStart(5, '0')}`)
  const score = 1 / (rank + 2)
  return {
    ...document,
    rank,
    superseded: false,
    laterText: false,
    snippet: { text: 'An abstract.', highlights: [[3, 11]] },
    score,
    depth: score,
    freshness: 2 / 3,
    tier: 'static',
    parts: {
      cosine: null,
      bm25: 1 / 3,
      idealBm25: 10,
      fused: score,
      depth: score,
      freshness: 2 / 3,
      ageDays: 27.3,
      halfLifeDays: 30,
      pRecent: 0.1,
      gamma: 0.4,
      threshold: 0.2,
      exact: null,
    },
  }
}

export const someStatus: Status = {
  name: 'freshet',
  version: '0.1.0',
  startedAt: minute,
  now: clockNow,
  store: { documents: 3, withdrawn: 0, bySource: { arxiv: 3 }, incarnation: 'store-a' },
  generation: {
    id: 7 as GenerationId,
    createdAt: minute,
    publishedAt: minute,
    documents: 3,
    fingerprint: 'test',
    mark: 1 as Seq,
  },
  fresh: { documents: 0, mark: 100 },
  sources: [
    {
      source: 'arxiv',
      state: 'unreachable',
      lastVisit: minute,
      lastSuccess: null,
      failingSince: minute,
      error: 'no connection',
      warning: null,
      harvested: true,
      live: true,
      liveError: null,
      watermark: null,
      lagMs: null,
      nextVisit: null,
      visitReason: null,
      lastChange: null,
      waitMs: 0,
      pausedUntil: null,
    },
  ],
  inbox: 0,
  model: { configured: 'test', serving: 'test' },
  indexer: { mode: 'off', running: false, nextNight: null },
}
