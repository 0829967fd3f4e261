import type Database from 'better-sqlite3'

/** What is durable about one provider's gate. */
export interface GateRow {
  /** The clock when this was written. What is written later by an earlier clock means that the clock jumped back. */
  readonly seen_ms: number
  /** From when a turn may begin, as far as spacing and asked pauses go. */
  readonly open_at_ms: number
  readonly spacing_ms: number
  readonly holder: string | null
  readonly lease_until_ms: number
  /** In a row. */
  readonly failures: number
  readonly paused_until_ms: number
  /** Urgent turns in a row while somebody patient waited. */
  readonly urgent_in_row: number
}

export interface Waiter {
  /** Its place in the order of arrival. */
  readonly ticket: number
  readonly urgent: boolean
}

export const gateSchema = `
  CREATE TABLE rate_gate (
    provider TEXT PRIMARY KEY,
    seen_ms INTEGER NOT NULL,
    open_at_ms INTEGER NOT NULL,
    spacing_ms INTEGER NOT NULL,
    holder TEXT,
    lease_until_ms INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    paused_until_ms INTEGER NOT NULL,
    urgent_in_row INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE gate_waiters (
    ticket INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL,
    urgent INTEGER NOT NULL,
    -- When it means to look again; one that does not is dead.
    due_ms INTEGER NOT NULL
  ) STRICT;
`

const freeRow: GateRow = {
  seen_ms: 0,
  open_at_ms: 0,
  spacing_ms: 0,
  holder: null,
  lease_until_ms: 0,
  failures: 0,
  paused_until_ms: 0,
  urgent_in_row: 0,
}

export type GateRows = ReturnType<typeof gateRows>

export function gateRows(db: Database.Database) {
  const select = db.prepare<[string], GateRow>('SELECT * FROM rate_gate WHERE provider = ?')
  const upsert = db.prepare<GateRow & { readonly provider: string }>(`
    INSERT OR REPLACE INTO rate_gate VALUES (@provider, @seen_ms, @open_at_ms, @spacing_ms, @holder, @lease_until_ms,
      @failures, @paused_until_ms, @urgent_in_row)`)
  const waiting = db.prepare<[string, number], { ticket: number; urgent: number }>(
    'SELECT ticket, urgent FROM gate_waiters WHERE provider = ? AND due_ms >= ?',
  )
  const wait = db.prepare<[number | null, string, number, number]>(`
    INSERT INTO gate_waiters VALUES (?, ?, ?, ?) ON CONFLICT (ticket) DO UPDATE SET due_ms = excluded.due_ms`)
  const shiftDue = db.prepare<[number, string]>('UPDATE gate_waiters SET due_ms = due_ms - ? WHERE provider = ?')
  const forget = db.prepare<[number]>('DELETE FROM gate_waiters WHERE ticket = ?')
  const forgetDead = db.prepare<[string, number]>('DELETE FROM gate_waiters WHERE provider = ? AND due_ms < ?')
  return {
    load(provider: string, now: number): GateRow {
      return believed(select.get(provider) ?? freeRow, now)
    },
    save(provider: string, row: GateRow, now: number): void {
      const seen = select.get(provider)?.seen_ms ?? 0
      if (now < seen) shiftDue.run(seen - now, provider)
      upsert.run({ ...row, provider })
    },
    waiting(provider: string, dueSince: number): Waiter[] {
      return waiting.all(provider, dueSince).map(({ ticket, urgent }) => ({ ticket, urgent: urgent === 1 }))
    },
    /** Stays in line, or joins its end without a ticket; returns the ticket. */
    wait(provider: string, ticket: number | null, urgent: boolean, dueMs: number): number {
      const { lastInsertRowid } = wait.run(ticket, provider, urgent ? 1 : 0, Math.ceil(dueMs))
      return ticket ?? Number(lastInsertRowid)
    },
    forget(ticket: number): void {
      forget.run(ticket)
    },
    forgetDead(provider: string, dueBefore: number): void {
      forgetDead.run(provider, Math.floor(dueBefore))
    },
  }
}

/**
 * The row as a clock that shows `now` has to read it. Where the clock has jumped back, everything that lies ahead is as
 * far ahead as it was when it was written, and no farther.
 */
function believed(row: GateRow, now: number): GateRow {
  const backMs = Math.max(0, row.seen_ms - now)
  return {
    ...row,
    seen_ms: now,
    open_at_ms: row.open_at_ms - backMs,
    lease_until_ms: row.lease_until_ms - backMs,
    paused_until_ms: row.paused_until_ms - backMs,
  }
}
