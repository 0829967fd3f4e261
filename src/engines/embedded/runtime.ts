import { randomUUID } from 'node:crypto'
import Database from 'better-sqlite3'
import { instant } from '../../domain/instant.ts'
import type { Clock, GateTurn, RateGate, Runtime, SourceHealth } from '../../ports.ts'

/** How often a waiter looks again: a lease may be given back at any time, and nobody tells it. */
const sliceMs = 250
/** Transactions here take well under a millisecond; who waits this long waits for a stopped process. */
const busyMs = 5_000

const schema = `
  CREATE TABLE IF NOT EXISTS source_health (
    source TEXT PRIMARY KEY,
    last_visit_ms INTEGER NOT NULL,
    last_success_ms INTEGER,
    failing_since_ms INTEGER,
    error TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS rate_gate (
    provider TEXT PRIMARY KEY,
    next_at_ms INTEGER NOT NULL,
    -- How far ahead next_at and the lease were set at most: what lies farther is a clock that jumped back.
    pause_ms INTEGER NOT NULL,
    holder TEXT,
    lease_until_ms INTEGER NOT NULL,
    lease_ms INTEGER NOT NULL
  ) STRICT;
`

/** Opens `runtime.db`, which every process of Freshet may open at once and none holds for longer than a moment. */
export function openRuntime(file: string, clock: Clock): Runtime {
  const db = new Database(file, { timeout: busyMs })
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  db.exec(schema)
  return {
    ...healthOf(db),
    gate: gateOf(db, clock),
    close: () => {
      db.close()
    },
  }
}

interface HealthRow {
  readonly source: string
  readonly last_visit_ms: number
  readonly last_success_ms: number | null
  readonly failing_since_ms: number | null
  readonly error: string | null
}

const instantOrNull = (ms: number | null) => (ms === null ? null : instant(ms))

function healthOf(db: Database.Database): Pick<Runtime, 'health' | 'succeeded' | 'failed'> {
  const all = db.prepare<[], HealthRow>('SELECT * FROM source_health ORDER BY source')
  const succeeded = db.prepare<[string, number, number]>(`
    INSERT INTO source_health VALUES (?, ?, ?, NULL, NULL)
    ON CONFLICT (source) DO UPDATE SET
      last_visit_ms = excluded.last_visit_ms,
      last_success_ms = excluded.last_success_ms,
      failing_since_ms = NULL,
      error = NULL`)
  const failed = db.prepare<[string, number, number, string]>(`
    INSERT INTO source_health VALUES (?, ?, NULL, ?, ?)
    ON CONFLICT (source) DO UPDATE SET
      last_visit_ms = excluded.last_visit_ms,
      failing_since_ms = coalesce(failing_since_ms, excluded.failing_since_ms),
      error = excluded.error`)
  return {
    // A source without a row was never visited; only the caller knows which sources there are.
    health: () => all.all().map(readHealth),
    succeeded: (source, at) => {
      succeeded.run(source, at, at)
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
})

interface GateRow {
  readonly next_at_ms: number
  readonly pause_ms: number
  readonly holder: string | null
  readonly lease_until_ms: number
  readonly lease_ms: number
}

const freeRow: GateRow = { next_at_ms: 0, pause_ms: 0, holder: null, lease_until_ms: 0, lease_ms: 0 }

/**
 * Turns are granted in no particular order among those who wait. Each look and each end of a turn is one immediate
 * transaction, so two processes never both see a free gate.
 */
function gateOf(db: Database.Database, clock: Clock): RateGate {
  const rows = gateRows(db)

  /** 0 when the turn was granted, else how long it certainly is not. */
  const tryEnter = db.transaction((provider: string, holder: string, spacingMs: number, leaseMs: number): number => {
    const now = clock.now()
    const row = rows.load(provider)
    const held = believed(row, now)
    const waitMs = Math.max(held.next_at_ms, held.holder === null ? 0 : held.lease_until_ms) - now
    if (waitMs <= 0) rows.save(provider, granted(now, holder, spacingMs, leaseMs))
    // Kept, or the wait would be counted anew from every look.
    else if (held !== row) rows.save(provider, held)
    return Math.max(0, waitMs)
  })

  const leave = db.transaction((provider: string, holder: string, pauseMs: number): void => {
    rows.save(provider, left(rows.load(provider), clock.now(), holder, pauseMs))
  })

  return {
    async enter(provider, { spacingMs, leaseMs }, signal) {
      const holder = randomUUID()
      while (true) {
        signal.throwIfAborted()
        const waitMs = tryEnter.immediate(provider, holder, Math.ceil(spacingMs), Math.ceil(leaseMs))
        if (waitMs === 0) return turnOf(db, (pauseMs) => leave.immediate(provider, holder, Math.ceil(pauseMs)))
        await clock.sleep(Math.min(waitMs, sliceMs), signal)
      }
    },
  }
}

const granted = (now: number, holder: string, spacingMs: number, leaseMs: number): GateRow => ({
  next_at_ms: now + spacingMs,
  pause_ms: spacingMs,
  holder,
  lease_until_ms: now + leaseMs,
  lease_ms: leaseMs,
})

function left(stored: GateRow, now: number, holder: string, pauseMs: number): GateRow {
  const row = believed(stored, now)
  // A turn whose lease ran out has passed to another, who keeps it. The pause counts all the same: the provider asked.
  const freed = row.holder === holder ? { ...row, holder: null } : row
  if (now + pauseMs <= row.next_at_ms) return freed
  return { ...freed, next_at_ms: now + pauseMs, pause_ms: Math.max(row.pause_ms, pauseMs) }
}

/** Nothing was ever set farther ahead than the row says, so what lies farther was written by a clock that ran ahead. */
function believed(row: GateRow, now: number): GateRow {
  const next = Math.min(row.next_at_ms, now + row.pause_ms)
  const lease = Math.min(row.lease_until_ms, now + row.lease_ms)
  if (next === row.next_at_ms && lease === row.lease_until_ms) return row
  return { ...row, next_at_ms: next, lease_until_ms: lease }
}

function gateRows(db: Database.Database) {
  const select = db.prepare<[string], GateRow>('SELECT * FROM rate_gate WHERE provider = ?')
  const upsert = db.prepare<[string, number, number, string | null, number, number]>(
    'INSERT OR REPLACE INTO rate_gate VALUES (?, ?, ?, ?, ?, ?)',
  )
  return {
    load: (provider: string): GateRow => select.get(provider) ?? freeRow,
    save: (provider: string, row: GateRow): void => {
      upsert.run(provider, row.next_at_ms, row.pause_ms, row.holder, row.lease_until_ms, row.lease_ms)
    },
  }
}

function turnOf(db: Database.Database, leave: (pauseMs: number) => void): GateTurn {
  let ended = false
  return {
    leave({ pauseMs = 0 } = {}) {
      // After close, at a shutdown, the lease ends by itself.
      if (ended || !db.open) return
      ended = true
      leave(pauseMs)
    },
  }
}
