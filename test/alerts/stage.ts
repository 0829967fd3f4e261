import { onTestFinished } from 'vitest'
import { feedDoor } from '../../src/alerts/feed.ts'
import type { Matching } from '../../src/alerts/matching.ts'
import { savedDoor } from '../../src/alerts/saved.ts'
import type { Degradation } from '../../src/domain/answer.ts'
import type { DocumentId, StoredDocument } from '../../src/domain/document.ts'
import { SourceError } from '../../src/domain/errors.ts'
import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'
import type { Query } from '../../src/domain/query.ts'
import type { SearchId } from '../../src/domain/saved-search.ts'
import { inRuntime } from '../engines/in-runtime.ts'
import { hitAt, rankedAnswer, serve, snapshotOf, storedDocument } from '../http/fakes.ts'

export const secret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'
export const day = (number: number): Instant => instant(Date.parse('2026-02-01T01:00:00Z') + (number - 1) * dayMs)

/** The real doors over a real runtime.db; what is held, and which of it matches, the test decides. */
export async function stage({ apiKeys = [] }: { apiKeys?: readonly string[] } = {}) {
  const { clock, open } = inRuntime()
  const runtime = open()
  const held = new Map<string, StoredDocument>()
  const world = {
    matching: [] as string[],
    abstained: false,
    degraded: [] as Degradation[],
    /** Runs while a search is under way. */
    meanwhile: () => {},
  }
  const queries: Query[] = []
  let ids = 0

  /** Holds a paper, or what became of it; it matches every search unless it is said. */
  function hold(id: string, facts: Partial<StoredDocument> = {}, matches = true) {
    held.set(id, storedDocument(id, { ...held.get(id), harvested: clock.now(), ...facts }))
    if (matches && !world.matching.includes(id)) world.matching.push(id)
  }
  const matching: Matching = {
    async search(query) {
      queries.push(query)
      const found = world.matching.flatMap((id) => held.get(id) ?? []).filter((one) => !one.withdrawn)
      const newest = found.sort((one, other) => (other.announced ?? 0) - (one.announced ?? 0)).slice(0, query.limit)
      const hits = newest.map((one, at) => ({ ...hitAt(at + 1), ...one }))
      const { abstained, degraded } = world
      world.meanwhile()
      return rankedAnswer(query, snapshotOf(7, 100), { hits, abstained, degraded })
    },
    documents: { byId: (id) => held.get(id) ?? null },
    clock,
  }
  const server = await serve({
    apiKeys,
    doors: [
      feedDoor(runtime.feeds, matching),
      savedDoor({
        searches: runtime.searches,
        matching,
        checkAddress(url) {
          if (url.includes('10.0.0.1')) throw new SourceError('webhook', 'unsafe', 'webhook: 10.0.0.1 is private')
        },
        newId: () => `search-${++ids}` as SearchId,
        newSecret: () => secret,
      }),
    ],
  })
  onTestFinished(() => server.close())

  const call = (method: string, path: string, body?: unknown, key?: string) =>
    fetch(`${server.url}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(key !== undefined && { 'X-API-Key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  return { clock, runtime, held, world, queries, hold, matching, server, call }
}

export const idOf = (id: string): DocumentId => id as DocumentId
