import Database from 'better-sqlite3'
import type { Clock, Runtime } from '../../ports.ts'
import { feedbackOf, feedbackSchema } from './feedback.ts'
import { gateOf } from './gate.ts'
import { gateSchema } from './gate-rows.ts'
import { healthOf, healthSchema } from './health.ts'
import { inboxOf, inboxSchema } from './inbox.ts'
import { feedsOf, matchesSchema } from './matches.ts'
import { outboxOf, outboxSchema } from './outbox.ts'
import { queryLogOf, queryLogSchema } from './query-log.ts'
import { savedSearchesOf } from './saved-searches.ts'
import { visitsOf, visitsSchema } from './visits.ts'

/** Transactions here take well under a millisecond; who waits this long waits for a stopped process. */
const busyMs = 5_000

/** To be raised with every change of a table below, and of what the inbox holds: older content is dropped. */
const schemaVersion = 2

const ownTables = ['source_health', 'rate_gate', 'gate_waiters', 'visits', 'demand', 'inbox']

/** Opens `runtime.db`, which every process of Freshet may open at once and none holds for longer than a moment. */
export function openRuntime(file: string, clock: Clock): Runtime {
  const db = new Database(file, { timeout: busyMs })
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  prepareTables(db)
  return {
    ...healthOf(db),
    gate: gateOf(db, clock),
    visits: visitsOf(db),
    inbox: inboxOf(db),
    feedback: feedbackOf(db),
    queries: queryLogOf(db),
    feeds: feedsOf(db),
    searches: savedSearchesOf(db),
    outbox: outboxOf(db),
    close: () => {
      db.close()
    },
  }
}

/**
 * Nothing here but feedback, queries and saved searches is worth a migration: what an earlier version left is dropped, and learned
 * again in a day.
 */
function prepareTables(db: Database.Database): void {
  const prepare = db.transaction(() => {
    db.exec(feedbackSchema + queryLogSchema + matchesSchema + outboxSchema)
    if (db.pragma('user_version', { simple: true }) === schemaVersion) return
    for (const table of ownTables) db.exec(`DROP TABLE IF EXISTS ${table}`)
    db.exec(gateSchema + healthSchema + inboxSchema + visitsSchema)
    db.pragma(`user_version = ${schemaVersion}`)
  })
  // Immediate, because several processes may find an old file at the same moment.
  prepare.immediate()
}
