import type Database from 'better-sqlite3'
import type { Delivery, DeliveryId, MatchMark, SearchId } from '../../domain/saved-search.ts'
import type { Outbox } from '../../ports.ts'
import { readMatch } from './matches.ts'

/** One row a webhook, and in it the delivery under way, if there is one. */
export const outboxSchema = `
  CREATE TABLE IF NOT EXISTS webhooks (
    search TEXT PRIMARY KEY REFERENCES searches (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    secret TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'on',
    told INTEGER NOT NULL,        -- The receiver has every match up to here,
    offered INTEGER NOT NULL,     -- and deliveries were made of every match up to here.
    delivery TEXT UNIQUE,
    body TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_ms INTEGER,
    delivered_ms INTEGER,
    error TEXT
  ) STRICT;
`

interface DeliveryRow {
  readonly search: SearchId
  readonly url: string
  readonly secret: string
  readonly offered: MatchMark
  readonly delivery: DeliveryId
  readonly body: string
  readonly attempts: number
}

export function outboxOf(db: Database.Database): Outbox {
  const untold = db.prepare<[string], Parameters<typeof readMatch>[0]>(`
    SELECT m.mark, m.document, m.at_ms, m.first_seen_ms FROM webhooks w JOIN matches m USING (search)
    WHERE w.search = ? AND w.state <> 'gone' AND w.delivery IS NULL AND m.mark > w.told
      AND (SELECT max(mark) FROM matches WHERE search = w.search) > w.offered
    ORDER BY m.at_ms DESC, m.mark DESC`)
  const put = db.prepare<[string, string, number, number, string]>(`
    UPDATE webhooks SET state = 'on', delivery = ?, body = ?, offered = ?, attempts = 0, next_ms = ?
    WHERE search = ? AND delivery IS NULL AND state <> 'gone'`)
  const due = db.prepare<[number, number], DeliveryRow>(`
    SELECT search, url, secret, offered, delivery, body, attempts + 1 AS attempts FROM webhooks
    WHERE delivery IS NOT NULL AND next_ms <= ? ORDER BY next_ms LIMIT ?`)
  const count = db.prepare<[number, number, string]>('UPDATE webhooks SET attempts = ?, next_ms = ? WHERE delivery = ?')
  const succeed = db.prepare<[number, string]>(`
    UPDATE webhooks SET told = offered, delivered_ms = ?, error = NULL,
      delivery = NULL, body = NULL, attempts = 0, next_ms = NULL
    WHERE delivery = ?`)
  const fail = db.prepare<[string, number, string]>(
    'UPDATE webhooks SET error = ?, next_ms = max(next_ms, ?) WHERE delivery = ?',
  )
  const end = db.prepare<[string, string, string]>(
    'UPDATE webhooks SET error = ?, state = ?, delivery = NULL, body = NULL, next_ms = NULL WHERE delivery = ?',
  )

  const claim = db.transaction((limit: number, at: number, pauseMs: (attempts: number) => number) =>
    due.all(at, limit).map((row) => {
      count.run(row.attempts, Math.round(at + pauseMs(row.attempts)), row.delivery)
      return readDelivery(row)
    }),
  )
  return {
    untold: (search) => untold.all(search).map(readMatch),
    put(search, { id, body, upTo }, at) {
      put.run(id, body, upTo, at, search)
    },
    claim: (limit, at, pauseMs) => claim.immediate(limit, at, pauseMs),
    succeeded(id, at) {
      succeed.run(at, id)
    },
    failed(id, error, outcome) {
      if (typeof outcome === 'string') end.run(error, outcome, id)
      else fail.run(error, outcome.retryAt ?? 0, id)
    },
  }
}

const readDelivery = ({ delivery, offered, ...row }: DeliveryRow): Delivery => ({
  id: delivery,
  upTo: offered,
  search: row.search,
  url: row.url,
  secret: row.secret,
  body: row.body,
  attempts: row.attempts,
})
