import type Database from 'better-sqlite3'
import type { DocumentKey } from '../../domain/document.ts'
import { versionAnnounced } from '../../domain/former.ts'
import { titleKey } from '../../domain/identifiers.ts'
import { type Instant, instant } from '../../domain/instant.ts'

interface Seen {
  key: DocumentKey
  source: string
  version: number
  at: Instant | null
  title: string
  abstract: string
  harvested: Instant
}

/**
 * Makes former states of the earlier versions in a store from before there were any. Their hashes were not kept, so they
 * are found by their words alone.
 */
export function rememberAll(db: Database.Database): void {
  const seen = db
    .prepare<[], Seen>(
      `SELECT v.key, v.source, v.version, v.at, v.title, coalesce(v.abstract, '') AS abstract, d.harvested
       FROM versions AS v JOIN documents AS d USING (key, source)
       WHERE v.title IS NOT NULL AND v.version > 0 AND v.version < d.version
       UNION ALL
       SELECT key, source, version, updated, title, abstract, harvested FROM documents
       WHERE key IN (SELECT key FROM versions WHERE title IS NOT NULL)
       ORDER BY key, version`,
    )
    .all()
  const add = db.prepare(
    `INSERT INTO former_states (key, source, version, title, abstract, title_key, content_hash, updated, withdrawn, until,
       seq, ended) VALUES (@key, @source, @version, @title, @abstract, @titleKey, '', @at, 0, @until, 0, 0)`,
  )
  for (const [i, state] of seen.entries()) {
    const next = seen[i + 1]
    if (next?.key !== state.key) continue
    const announced = versionAnnounced({ ...next, updated: next.at }) ?? next.harvested
    const until = instant(Math.min(announced, next.harvested))
    const { harvested: _, ...facts } = state
    add.run({ ...facts, titleKey: titleKey(state.title), until })
  }
}
