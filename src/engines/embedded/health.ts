import type Database from 'better-sqlite3'
import { instant } from '../../domain/instant.ts'
import type { Runtime, SourceHealth } from '../../ports.ts'

export const healthSchema = `
  CREATE TABLE source_health (
    source TEXT PRIMARY KEY,
    last_visit_ms INTEGER NOT NULL,
    last_success_ms INTEGER,
    failing_since_ms INTEGER,
    error TEXT,
    warning TEXT
  ) STRICT;
`

interface HealthRow {
  readonly source: string
  readonly last_visit_ms: number
  readonly last_success_ms: number | null
  readonly failing_since_ms: number | null
  readonly error: string | null
  readonly warning: string | null
}

export function healthOf(db: Database.Database): Pick<Runtime, 'health' | 'succeeded' | 'failed'> {
  const all = db.prepare<[], HealthRow>('SELECT * FROM source_health ORDER BY source')
  const succeeded = db.prepare<[string, number, number, string | null]>(`
    INSERT INTO source_health VALUES (?, ?, ?, NULL, NULL, ?)
    ON CONFLICT (source) DO UPDATE SET
      last_visit_ms = excluded.last_visit_ms,
      last_success_ms = excluded.last_success_ms,
      failing_since_ms = NULL,
      error = NULL,
      warning = excluded.warning`)
  const failed = db.prepare<[string, number, number, string]>(`
    INSERT INTO source_health VALUES (?, ?, NULL, ?, ?, NULL)
    ON CONFLICT (source) DO UPDATE SET
      last_visit_ms = excluded.last_visit_ms,
      failing_since_ms = coalesce(failing_since_ms, excluded.failing_since_ms),
      error = excluded.error,
      warning = NULL`)
  return {
    // A source without a row was never visited; only the caller knows which sources there are.
    health: () => all.all().map(readHealth),
    succeeded: (source, at, warning = null) => {
      succeeded.run(source, at, at, warning)
    },
    failed: (source, at, error) => {
      failed.run(source, at, at, error)
    },
  }
}

const readHealth = (row: HealthRow): SourceHealth => ({
  source: row.source,
  state: row.failing_since_ms === null ? 'ok' : 'unreachable',
  lastVisit: instant(row.last_visit_ms),
  lastSuccess: instantOrNull(row.last_success_ms),
  failingSince: instantOrNull(row.failing_since_ms),
  error: row.error,
  warning: row.warning,
})

const instantOrNull = (ms: number | null) => (ms === null ? null : instant(ms))
