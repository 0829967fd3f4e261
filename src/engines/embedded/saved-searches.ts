import type Database from 'better-sqlite3'
import { type Instant, instant } from '../../domain/instant.ts'
import type { Match, MatchMark, NewSearch, SavedSearch, SearchId, WebhookState } from '../../domain/saved-search.ts'
import type { SavedSearches } from '../../ports.ts'
import { matchesOf } from './matches.ts'

/** Each is searched for after every harvest. */
export const mostOfOneOwner = 100

interface SearchRow {
  readonly id: SearchId
  readonly owner: string
  readonly name: string | null
  readonly spelling: string
  readonly saved_ms: number
  readonly seen: MatchMark
  readonly url: string | null
  readonly state: WebhookState['state']
  readonly attempts: number
  readonly next_ms: number | null
  readonly delivered_ms: number | null
  readonly error: string | null
}

const columns = `
  SELECT s.id, s.owner, s.name, s.spelling, s.saved_ms, s.seen,
         w.url, w.state, w.attempts, w.next_ms, w.delivered_ms, w.error
  FROM searches s LEFT JOIN webhooks w ON w.search = s.id`

export function savedSearchesOf(db: Database.Database): SavedSearches {
  const matches = matchesOf(db)
  const select = db.prepare<[string], SearchRow>(`${columns} WHERE s.id = ? AND s.owner IS NOT NULL`)
  const selectAll = db.prepare<[{ owner: string | null }], SearchRow>(
    `${columns} WHERE s.owner IS NOT NULL AND (@owner IS NULL OR s.owner = @owner) ORDER BY s.saved_ms, s.rowid`,
  )
  const count = db.prepare<[string], number>('SELECT count(*) FROM searches WHERE owner = ?').pluck()
  const insert = db.prepare<[string, string, string | null, string, number, number]>(
    'INSERT INTO searches VALUES (?, ?, ?, ?, ?, ?, 0)',
  )
  const lastMark = db.prepare<[string], MatchMark | null>('SELECT max(mark) FROM matches WHERE search = ?').pluck()
  const setSeen = db.prepare<[number, string]>('UPDATE searches SET seen = max(seen, ?) WHERE id = ?')
  const insertWebhook = db.prepare<[string, string, string, number, number]>(
    'INSERT INTO webhooks (search, url, secret, told, offered) VALUES (?, ?, ?, ?, ?)',
  )
  const remove = db.prepare<[string]>('DELETE FROM searches WHERE id = ? AND owner IS NOT NULL')

  const find = (id: SearchId): SavedSearch | null => {
    const row = select.get(id)
    return row ? readSearch(row) : null
  }
  const save = db.transaction((search: NewSearch, matched: readonly Match[], at: Instant) => {
    if ((count.get(search.owner) ?? 0) >= mostOfOneOwner) return null
    const { id, owner, name, spelling, webhook } = search
    insert.run(id, owner, name, spelling, at, at)
    matches.add(id, matched, at)
    const seen = lastMark.get(id) ?? 0
    setSeen.run(seen, id)
    if (webhook) insertWebhook.run(id, webhook.url, webhook.secret, seen, seen)
    return find(id)
  })
  return {
    ...matches,
    save: (search, matched, at) => save.immediate(search, matched, at),
    find,
    list: (owner) => selectAll.all({ owner }).map(readSearch),
    remove: (id) => remove.run(id).changes > 0,
    lookedAt(id, mark) {
      setSeen.run(mark, id)
    },
  }
}

const readSearch = (row: SearchRow): SavedSearch => ({
  id: row.id,
  owner: row.owner,
  name: row.name,
  spelling: row.spelling,
  savedAt: instant(row.saved_ms),
  seen: row.seen,
  webhook: row.url === null ? null : { ...readState(row), url: row.url },
})

const readState = ({ state, attempts, next_ms, delivered_ms, error }: SearchRow): Omit<WebhookState, 'url'> => ({
  state,
  attempts,
  nextAttempt: next_ms === null ? null : instant(next_ms),
  lastDelivered: delivered_ms === null ? null : instant(delivered_ms),
  error,
})
