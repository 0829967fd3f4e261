import type Database from 'better-sqlite3'
import { CorruptStore } from '../../domain/errors.ts'
import type { EmbeddingStore } from '../../ports.ts'

interface Row {
  content_hash: string
  vector: Buffer | null
}

export interface EmbeddingTable extends EmbeddingStore {
  /** Inside the caller's transaction. */
  put(fingerprint: string, contentHash: string, vector: Float32Array | null): void
}

export function embeddingTable(db: Database.Database): EmbeddingTable {
  const numberOf = db.prepare<[string], number>('SELECT number FROM fingerprints WHERE fingerprint = ?').pluck()
  const addFingerprint = db.prepare('INSERT INTO fingerprints (fingerprint) VALUES (?)')
  const add = db.prepare('INSERT OR IGNORE INTO embeddings (fingerprint, content_hash, vector) VALUES (?, ?, ?)')
  // json_each lets one prepared statement serve any number of hashes.
  const find = db.prepare<[number, string], Row>(
    'SELECT content_hash, vector FROM embeddings WHERE fingerprint = ? AND content_hash IN (SELECT value FROM json_each(?))',
  )
  const findHashes = db
    .prepare<[number, string], string>(
      'SELECT content_hash FROM embeddings WHERE fingerprint = ? AND content_hash IN (SELECT value FROM json_each(?))',
    )
    .pluck()
  const countAll = db.prepare<[number], number>('SELECT count(*) FROM embeddings WHERE fingerprint = ?').pluck()
  const newest = db.prepare<[], { fingerprint: string; bytes: number }>(
    `SELECT f.fingerprint, (SELECT length(vector) FROM embeddings e WHERE e.fingerprint = f.number AND vector IS NOT NULL
     LIMIT 1) AS bytes FROM fingerprints f WHERE bytes IS NOT NULL ORDER BY number DESC LIMIT 1`,
  )

  return {
    load(fingerprint, hashes) {
      const number = numberOf.get(fingerprint)
      const found = new Map<string, Float32Array | null>()
      if (number === undefined) return found
      for (const row of find.iterate(number, JSON.stringify(hashes))) {
        found.set(row.content_hash, row.vector && vectorOf(row.vector))
      }
      return found
    },
    has(fingerprint, hashes) {
      const number = numberOf.get(fingerprint)
      return new Set(number === undefined ? [] : findHashes.all(number, JSON.stringify(hashes)))
    },
    count(fingerprint) {
      const number = numberOf.get(fingerprint)
      return number === undefined ? 0 : (countAll.get(number) ?? 0)
    },
    latest() {
      const row = newest.get()
      return row ? { fingerprint: row.fingerprint, dimension: row.bytes / 4 } : null
    },
    put(fingerprint, contentHash, vector) {
      const number = numberOf.get(fingerprint) ?? Number(addFingerprint.run(fingerprint).lastInsertRowid)
      add.run(number, contentHash, vector && Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength))
    },
  }
}

function vectorOf(blob: Buffer): Float32Array {
  if (blob.length === 0 || blob.length % 4 !== 0) throw new CorruptStore(`an embedding of ${blob.length} bytes`)
  // A fresh copy: SQLite's buffer need not be aligned to four bytes.
  return new Float32Array(Uint8Array.from(blob).buffer)
}
