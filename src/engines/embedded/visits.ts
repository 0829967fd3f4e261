import type Database from 'better-sqlite3'
import { dayMs, instant } from '../../domain/instant.ts'
import type { VisitRecord } from '../../domain/visits.ts'
import type { VisitBook } from '../../ports.ts'

const hourMs = 3_600_000
/** Demand older than this is of no use to any schedule. */
const demandKeptMs = 60 * dayMs

export const visitsSchema = `
  CREATE TABLE visits (
    source TEXT PRIMARY KEY,
    next_visit_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    visits INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    observed_ms REAL NOT NULL,
    last_visit_ms INTEGER,
    last_change_ms INTEGER
  ) STRICT;
  -- By the hour, so that busy days take no more room than quiet ones.
  CREATE TABLE demand (
    source TEXT NOT NULL,
    hour_ms INTEGER NOT NULL,
    hits INTEGER NOT NULL,
    PRIMARY KEY (source, hour_ms)
  ) STRICT, WITHOUT ROWID;
`

interface VisitRow {
  readonly source: string
  readonly next_visit_ms: number
  readonly reason: string
  readonly visits: number
  readonly changed: number
  readonly observed_ms: number
  readonly last_visit_ms: number | null
  readonly last_change_ms: number | null
}

export function visitsOf(db: Database.Database): VisitBook {
  const select = db.prepare<[string], VisitRow>('SELECT * FROM visits WHERE source = ?')
  const upsert = db.prepare<VisitRow>(`
    INSERT OR REPLACE INTO visits VALUES
      (@source, @next_visit_ms, @reason, @visits, @changed, @observed_ms, @last_visit_ms, @last_change_ms)`)
  const count = db.prepare<[string, number, number]>(`
    INSERT INTO demand VALUES (?, ?, ?)
    ON CONFLICT (source, hour_ms) DO UPDATE SET hits = hits + excluded.hits`)
  // What lies ahead was counted by a clock that ran ahead, and would count as recent until that day comes.
  const forget = db.prepare<[number, number]>('DELETE FROM demand WHERE hour_ms < ? OR hour_ms > ?')
  const sums = db.prepare<[number], { source: string; hits: number }>(
    'SELECT source, sum(hits) AS hits FROM demand WHERE hour_ms >= ? GROUP BY source',
  )
  const demanded = db.transaction((source: string, hits: number, at: number) => {
    forget.run(at - demandKeptMs, at)
    count.run(source, hourOf(at), hits)
  })
  return {
    load(source) {
      const row = select.get(source)
      return row ? readVisit(row) : null
    },
    save(record) {
      upsert.run(rowOf(record))
    },
    demanded(source, hits, at) {
      if (hits > 0) demanded.immediate(source, hits, at)
    },
    // The hour of `since` counts whole.
    demand: (since) => Object.fromEntries(sums.all(hourOf(since)).map(({ source, hits }) => [source, hits])),
  }
}

const hourOf = (ms: number): number => Math.floor(ms / hourMs) * hourMs

const readVisit = (row: VisitRow): VisitRecord => ({
  source: row.source,
  nextVisit: instant(row.next_visit_ms),
  reason: row.reason,
  visits: row.visits,
  changed: row.changed,
  observedMs: row.observed_ms,
  lastVisit: row.last_visit_ms === null ? null : instant(row.last_visit_ms),
  lastChange: row.last_change_ms === null ? null : instant(row.last_change_ms),
})

const rowOf = (record: VisitRecord): VisitRow => ({
  source: record.source,
  // An estimated next visit may lie between two milliseconds.
  next_visit_ms: Math.round(record.nextVisit),
  reason: record.reason,
  visits: record.visits,
  changed: record.changed,
  observed_ms: record.observedMs,
  last_visit_ms: record.lastVisit,
  last_change_ms: record.lastChange,
})
