import type Database from 'better-sqlite3'
import type { DocumentId } from '../../domain/document.ts'
import { instant } from '../../domain/instant.ts'
import type { Match, MatchMark, SearchId, SeenMatch } from '../../domain/saved-search.ts'
import type { FeedBook, MatchBook } from '../../ports.ts'

/** Of one search, by announcement: months of a broad field. */
export const mostMatches = 500
/** Anybody who may read can make one; with all their matches some 50 MB. */
export const mostFeeds = 1_000
/** A feed is marked as read no more often than this, for readers come every few minutes. */
const readEveryMs = 3_600_000

/** What was seen and when cannot be found out again, so these tables are kept as those of feedback are. */
export const matchesSchema = `
  CREATE TABLE IF NOT EXISTS searches (
    id TEXT PRIMARY KEY,
    owner TEXT,                   -- NULL: a feed, of whoever reads it
    name TEXT,
    spelling TEXT NOT NULL,
    saved_ms INTEGER NOT NULL,
    read_ms INTEGER NOT NULL,
    seen INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS searches_by_owner ON searches (owner, saved_ms);
  CREATE TABLE IF NOT EXISTS matches (
    mark INTEGER PRIMARY KEY AUTOINCREMENT,
    search TEXT NOT NULL REFERENCES searches (id) ON DELETE CASCADE,
    document TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    UNIQUE (search, document)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS matches_by_date ON matches (search, at_ms, mark);
`

interface MatchRow {
  readonly mark: MatchMark
  readonly document: DocumentId
  readonly at_ms: number
  readonly first_seen_ms: number
}

export function matchesOf(db: Database.Database): MatchBook {
  const all = db.prepare<[string], MatchRow>(
    'SELECT mark, document, at_ms, first_seen_ms FROM matches WHERE search = ? ORDER BY at_ms DESC, mark DESC',
  )
  const known = db.prepare<[string], number>('SELECT 1 FROM searches WHERE id = ?').pluck()
  const insert = db.prepare<[string, string, number, number]>(
    'INSERT INTO matches (search, document, at_ms, first_seen_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const trim = db.prepare<[string, number]>(`
    DELETE FROM matches WHERE mark IN (
      SELECT mark FROM matches WHERE search = ? ORDER BY at_ms DESC, mark DESC LIMIT -1 OFFSET ?)`)

  const add = db.transaction((search: SearchId, matches: readonly Match[], at: number) => {
    // It may have been removed while it was searched for.
    if (!known.get(search)) return
    // Oldest first, so that of two that are announced together the better match leads.
    for (const one of matches.toReversed()) insert.run(search, one.document, one.at, at)
    trim.run(search, mostMatches)
  })
  return {
    of: (search) => all.all(search).map(readMatch),
    add(search, matches, at) {
      if (matches.length > 0) add.immediate(search, matches, at)
    },
  }
}

export function feedsOf(db: Database.Database): FeedBook {
  const find = db.prepare<[string], { saved_ms: number; read_ms: number }>(
    'SELECT saved_ms, read_ms FROM searches WHERE id = ? AND owner IS NULL',
  )
  const upsert = db.prepare<{ id: string; at: number }>(`
    INSERT INTO searches VALUES (@id, NULL, NULL, '', @at, @at, 0)
    ON CONFLICT (id) DO UPDATE SET read_ms = excluded.read_ms`)
  const forget = db.prepare<[number]>(`
    DELETE FROM searches WHERE id IN (
      SELECT id FROM searches WHERE owner IS NULL ORDER BY read_ms DESC, rowid DESC LIMIT -1 OFFSET ?)`)

  const mark = db.transaction((id: SearchId, at: number) => {
    upsert.run({ id, at })
    forget.run(mostFeeds)
  })
  return {
    ...matchesOf(db),
    read(feed, at) {
      const found = find.get(feed)
      // A clock that was set back must not let a feed that is read grow old.
      if (!found || Math.abs(at - found.read_ms) >= readEveryMs) mark.immediate(feed, at)
      return instant(found?.saved_ms ?? at)
    },
  }
}

export const readMatch = (row: MatchRow): SeenMatch => ({
  document: row.document,
  at: instant(row.at_ms),
  mark: row.mark,
  firstSeen: instant(row.first_seen_ms),
})
