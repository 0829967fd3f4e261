import type Database from 'better-sqlite3'
import { type Instant, instant } from '../../domain/instant.ts'
import type { LoggedQuery } from '../../domain/logged-query.ts'
import type { QueryLog } from '../../ports.ts'

/** However busy the server is: some 30 MB. */
const mostKept = 200_000

export const queryLogSchema = `
  CREATE TABLE IF NOT EXISTS queries (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    query TEXT NOT NULL           -- JSON
  ) STRICT;
  CREATE INDEX IF NOT EXISTS queries_by_age ON queries (at_ms);
`

interface Row {
  readonly at_ms: number
  readonly query: string
}

export function queryLogOf(db: Database.Database): QueryLog {
  const insert = db.prepare<[number, string]>('INSERT INTO queries (at_ms, query) VALUES (?, ?)')
  const forget = db.prepare<[number]>('DELETE FROM queries WHERE at_ms < ?')
  const trim = db.prepare<[number]>('DELETE FROM queries WHERE position <= (SELECT max(position) FROM queries) - ?')
  const newest = db.prepare<[number], Row>('SELECT at_ms, query FROM queries ORDER BY position DESC LIMIT ?')
  const add = db.transaction((queries: readonly LoggedQuery[]) => {
    for (const { at, ...query } of queries) insert.run(at, JSON.stringify(query))
    trim.run(mostKept)
  })
  // Only `add` writes the column: its text is what a query was.
  const read = ({ at_ms, query }: Row): LoggedQuery => ({ at: instant(at_ms), ...JSON.parse(query) })
  return {
    add: (queries) => add.immediate(queries),
    forget: (before: Instant) => {
      forget.run(before)
    },
    newest: (limit) => newest.all(limit).map(read),
  }
}
