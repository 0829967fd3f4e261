import { afterEach, expect, test } from 'vitest'
import type { Instant } from '../../src/domain/instant.ts'
import { openMemoryEngine } from '../../src/engines/memory.ts'
import { coverageSchema, type WireCoverage } from '../../src/http/coverage.ts'
import { put, record } from '../engines/fixtures.ts'
import { at, clockNow, problemOf, serve, type TestServer } from './fakes.ts'

let server: TestServer
afterEach(() => server.close())

/** The clock of the fakes stands at 09:15 on 3 February 2026, a Tuesday. */
async function asked(path: string, through: Record<string, Instant> = {}): Promise<WireCoverage> {
  const engine = openMemoryEngine({ now: () => clockNow, sleep: () => Promise.resolve() })
  await put(engine, [
    record('a', { announced: at('2026-02-03T01:00:00Z') }),
    record('b', { announced: at('2026-02-02T01:00:00Z') }),
    record('c', { announced: at('2026-02-02T01:00:00Z') }),
    record('old', { announced: at('2025-02-02T01:00:00Z') }),
    record('crossref:x', { source: 'crossref', announced: at('2026-01-20T12:00:00Z') }),
  ])
  server = await serve({
    documents: engine.documents,
    harvestedThrough: () => new Map(Object.entries(through)),
  })
  const response = await server.get(path)
  expect(response.status).toBe(200)
  return coverageSchema.parse(await response.json())
}

test('coverage counts papers by source and day, today the last of ninety', async () => {
  const coverage = await asked('/v1/coverage')
  expect(coverage).toMatchObject({ firstDay: '2025-11-06', lastDay: '2026-02-03' })
  expect(coverage.sources).toEqual([
    {
      source: 'arxiv',
      documents: 3,
      days: [
        { day: '2026-02-02', documents: 2 },
        { day: '2026-02-03', documents: 1 },
      ],
      uncovered: null,
    },
    { source: 'crossref', documents: 1, days: [{ day: '2026-01-20', documents: 1 }], uncovered: null },
  ])
})

test('what lies behind the watermark is not covered yet, counted in announcements where the source has a calendar', async () => {
  const coverage = await asked('/v1/coverage?days=7', {
    // A Friday noon: since then arXiv announced in the evening of Sunday and of Monday, New York time.
    arxiv: at('2026-01-30T12:00:00Z'),
    'europe-pmc': at('2026-02-03T09:00:00Z'),
  })
  expect(coverage.sources.map(({ source, uncovered }) => ({ source, uncovered }))).toEqual([
    {
      source: 'arxiv',
      uncovered: {
        since: '2026-01-30T12:00:00.000Z',
        firstDay: '2026-01-30',
        lagMs: clockNow - at('2026-01-30T12:00:00Z'),
        announcements: 2,
      },
    },
    {
      source: 'europe-pmc',
      uncovered: {
        since: '2026-02-03T09:00:00.000Z',
        firstDay: '2026-02-03',
        lagMs: clockNow - at('2026-02-03T09:00:00Z'),
        announcements: null,
      },
    },
  ])
})

test.each(['days=0', 'days=367', 'days=1.5', 'days=all', 'days=', 'days=7&days=8'])(
  '%s is refused by name',
  async (query) => {
    server = await serve()
    const problem = await problemOf(await server.get(`/v1/coverage?${query}`))
    expect(problem).toMatchObject({ status: 400, field: 'days', detail: 'days must be a whole number from 1 to 366.' })
  },
)

test('an unknown parameter is refused', async () => {
  server = await serve()
  expect(await problemOf(await server.get('/v1/coverage?day=3'))).toMatchObject({ status: 400, field: 'day' })
})
