import type Database from 'better-sqlite3'
import {
  type DocumentId,
  type DocumentKey,
  type DocumentRecord,
  factsOf,
  type Sighting,
  type StoredDocument,
} from '../../domain/document.ts'
import { type Name, namesOf, nameWithin } from '../../domain/identity/names.ts'
import type { Holdings } from '../../domain/identity/neighbourhood.ts'
import { type Apart, type Label, partsOf } from '../../domain/identity/partition.ts'
import { bySource } from '../../domain/identity/precedence.ts'
import type { Instant } from '../../domain/instant.ts'
import { type Row, toDocument } from './rows.ts'

export interface Identities extends Holdings {
  addNames(key: DocumentKey, names: readonly Name[]): void
  dropNames(key: DocumentKey, names: readonly Name[]): void
  keepSightings(key: DocumentKey, sightings: readonly Sighting[]): void
  dropSightings(key: DocumentKey): void
  keepApart(pairs: readonly Apart[]): void
  letTogether(pairs: readonly Apart[]): void
}

interface SightingRow {
  record: string
  content_hash: string
  harvested: Instant
}

export function identityTables(db: Database.Database): Identities {
  const keyOf = db.prepare<[string], DocumentKey>('SELECT key FROM documents WHERE id = ?').pluck()
  const keyOfSighting = db
    .prepare<[string, string], DocumentKey>('SELECT key FROM sightings WHERE source = ? AND name = ?')
    .pluck()
  const named = db.prepare<[string, number], DocumentKey>('SELECT key FROM names WHERE name = ? LIMIT ?').pluck()
  const byKey = db.prepare<[DocumentKey], Row>('SELECT * FROM documents WHERE key = ?')
  const sightings = db.prepare<[DocumentKey], SightingRow>(
    'SELECT record, content_hash, harvested FROM sightings WHERE key = ?',
  )
  const apart = db.prepare<[string, string], Apart>(
    `SELECT taken, rest AS "from" FROM apart
     WHERE taken IN (SELECT value FROM json_each(?)) OR rest IN (SELECT value FROM json_each(?))`,
  )
  const addName = db.prepare('INSERT OR IGNORE INTO names (name, key) VALUES (?, ?)')
  const dropName = db.prepare('DELETE FROM names WHERE name = ? AND key = ?')
  const keepSighting = db.prepare(
    'INSERT INTO sightings (source, name, key, record, content_hash, harvested) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const dropSightings = db.prepare('DELETE FROM sightings WHERE key = ?')
  const keepApart = db.prepare('INSERT OR IGNORE INTO apart (taken, rest) VALUES (?, ?)')
  const letTogether = db.prepare('DELETE FROM apart WHERE taken = ? AND rest = ?')

  return {
    keyOf: (id) => keyOf.get(id) ?? null,
    keyOfSighting(label) {
      const [source, name] = partsOf(label)
      return keyOfSighting.get(source, name) ?? null
    },
    named: (name, limit) => named.all(name, limit),
    document(key) {
      const row = byKey.get(key)
      return row ? toDocument(row) : null
    },
    sightings(document) {
      const rows = sightings.all(document.key)
      return rows.length === 0 ? [asSighting(document)] : rows.map(toSighting).sort(bySource)
    },
    apart(labels: readonly Label[]) {
      const list = JSON.stringify(labels)
      return apart.all(list, list)
    },
    addNames(key, names) {
      for (const name of names) addName.run(name, key)
    },
    dropNames(key, names) {
      for (const name of names) dropName.run(name, key)
    },
    keepSightings(key, all) {
      for (const one of all) {
        const record = JSON.stringify(factsOf(one))
        keepSighting.run(one.source, nameWithin(one), key, record, one.contentHash, one.harvested)
      }
    },
    dropSightings: (key) => void dropSightings.run(key),
    keepApart(pairs) {
      for (const { taken, from } of pairs) keepApart.run(taken, from)
    },
    letTogether(pairs) {
      for (const { taken, from } of pairs) letTogether.run(taken, from)
    },
  }
}

const asSighting = (document: StoredDocument): Sighting => ({
  ...factsOf(document),
  contentHash: document.contentHash,
  harvested: document.harvested,
})

const toSighting = (row: SightingRow): Sighting => ({
  ...(JSON.parse(row.record) as DocumentRecord),
  contentHash: row.content_hash,
  harvested: row.harvested,
})

type NamedRow = Pick<Row, 'key' | 'source' | 'kind' | 'title' | 'authors' | 'doi' | 'submitted' | 'announced'> & {
  id: DocumentId
  stand_in: 0 | 1
}

/** Gives names to the documents of a store from before there were any. They came one to a record. */
export function nameAll(db: Database.Database): void {
  const rows = db.prepare<[], NamedRow>(
    'SELECT key, id, source, kind, title, authors, doi, submitted, announced, stand_in FROM documents',
  )
  const names: { name: Name; key: DocumentKey }[] = []
  for (const row of rows.iterate()) {
    const record = { ...row, authors: JSON.parse(row.authors), identifiers: [], standIn: row.stand_in === 1 }
    for (const name of namesOf(record)) names.push({ name, key: row.key })
  }
  // In their order they fill the pages of the index one after the other.
  names.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : one.key - other.key))
  const add = db.prepare('INSERT INTO names (name, key) VALUES (?, ?)')
  for (const { name, key } of names) add.run(name, key)
}
