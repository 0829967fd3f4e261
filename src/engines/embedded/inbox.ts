import type Database from 'better-sqlite3'
import type { DocumentRecord } from '../../domain/document.ts'
import { instant } from '../../domain/instant.ts'
import type { Inbox } from '../../ports.ts'

/** An indexer that is away for long must not fill the disk; what is dropped, the next harvest finds again. */
const mostRows = 10_000

export const inboxSchema = `
  CREATE TABLE inbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    -- Grows with every replacement, so that it tells the record that was taken from one put since.
    at_ms INTEGER NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (source, id)
  ) STRICT;
`

interface InboxRow {
  readonly source: string
  readonly at_ms: number
  readonly record: string
}

export function inboxOf(db: Database.Database): Inbox {
  // A replaced record keeps its place: else what is found again and again would never be the oldest.
  const upsert = db.prepare<[string, string, number, number, string]>(`
    INSERT INTO inbox (source, id, version, at_ms, record) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (source, id) DO UPDATE SET
      version = excluded.version,
      at_ms = max(excluded.at_ms, at_ms + 1),
      record = excluded.record
    WHERE excluded.version >= version AND excluded.record <> record`)
  const trim = db.prepare<[number]>(`
    DELETE FROM inbox WHERE position <= (SELECT position FROM inbox ORDER BY position DESC LIMIT 1 OFFSET ?)`)
  const oldest = db.prepare<[number], InboxRow>('SELECT source, at_ms, record FROM inbox ORDER BY position LIMIT ?')
  const drop = db.prepare<[string, string, number]>('DELETE FROM inbox WHERE source = ? AND id = ? AND at_ms = ?')
  const count = db.prepare<[], number>('SELECT count(*) FROM inbox').pluck()

  const put = db.transaction((source: string, records: readonly DocumentRecord[], at: number) => {
    for (const record of records) upsert.run(source, record.id, record.version, at, JSON.stringify(record))
    trim.run(mostRows)
  })
  const remove = db.transaction((taken: Parameters<Inbox['remove']>[0]) => {
    for (const { source, record, at } of taken) drop.run(source, record.id, at)
  })
  return {
    put: (source, records, at) => put.immediate(source, records, at),
    peek: (limit) =>
      oldest.all(limit).map((row) => ({ source: row.source, record: readRecord(row), at: instant(row.at_ms) })),
    remove: (taken) => remove.immediate(taken),
    count: () => count.get() ?? 0,
  }
}

/** Only `put` writes here, and a file of another schema version is dropped: the text is what a record was. */
function readRecord(row: InboxRow): DocumentRecord {
  const record: DocumentRecord = JSON.parse(row.record)
  return record
}
