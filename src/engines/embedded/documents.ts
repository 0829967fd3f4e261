import type Database from 'better-sqlite3'
import { LRUCache } from 'lru-cache'
import {
  type Change,
  changeOf,
  type DocumentId,
  type DocumentKey,
  type DocumentRecord,
  type DocumentVersion,
  merged,
  noChanges,
  type Seq,
  type StoredDocument,
} from '../../domain/document.ts'
import { titleKey } from '../../domain/identifiers.ts'
import type { Instant } from '../../domain/instant.ts'
import type { Checkpoint, Watermark } from '../../domain/watermark.ts'
import type { DocumentStore, WriteCounts } from '../../ports.ts'
import type { EmbeddingTable } from './embeddings.ts'

interface Row {
  key: DocumentKey
  id: DocumentId
  seq: Seq
  source: string
  kind: StoredDocument['kind']
  version: number
  title: string
  abstract: string
  authors: string
  categories: string
  comment: string | null
  doi: string | null
  identifiers: string
  countries: string
  fields: string
  url: string
  submitted: Instant | null
  updated: Instant | null
  announced: Instant | null
  announced_basis: StoredDocument['announcedBasis']
  harvested: Instant
  withdrawn: 0 | 1
  stand_in: 0 | 1
  content_hash: string
}

export const toDocument = (row: Row): StoredDocument => ({
  key: row.key,
  id: row.id,
  seq: row.seq,
  source: row.source,
  kind: row.kind,
  version: row.version,
  title: row.title,
  abstract: row.abstract,
  authors: JSON.parse(row.authors),
  categories: JSON.parse(row.categories),
  comment: row.comment,
  doi: row.doi,
  identifiers: JSON.parse(row.identifiers),
  countries: JSON.parse(row.countries),
  fields: JSON.parse(row.fields),
  url: row.url,
  submitted: row.submitted,
  updated: row.updated,
  announced: row.announced,
  announcedBasis: row.announced_basis,
  harvested: row.harvested,
  withdrawn: row.withdrawn === 1,
  standIn: row.stand_in === 1,
  contentHash: row.content_hash,
  versions: [],
})

const toRow = (document: DocumentRecord) => ({
  id: document.id,
  source: document.source,
  kind: document.kind,
  version: document.version,
  title: document.title,
  abstract: document.abstract,
  titleKey: titleKey(document.title),
  authors: JSON.stringify(document.authors),
  categories: JSON.stringify(document.categories),
  comment: document.comment,
  doi: document.doi,
  identifiers: JSON.stringify(document.identifiers),
  countries: JSON.stringify(document.countries),
  fields: JSON.stringify(document.fields),
  url: document.url,
  submitted: document.submitted,
  updated: document.updated,
  announced: document.announced,
  announcedBasis: document.announcedBasis,
  withdrawn: document.withdrawn ? 1 : 0,
  standIn: document.standIn ? 1 : 0,
})

const columns = `id = @id, seq = @seq, source = @source, kind = @kind, version = @version, authors = @authors,
  categories = @categories, comment = @comment, doi = @doi,
  identifiers = @identifiers, countries = @countries, fields = @fields, url = @url, submitted = @submitted, updated = @updated,
  announced = @announced, announced_basis = @announcedBasis, harvested = @harvested, withdrawn = @withdrawn,
  stand_in = @standIn, content_hash = @contentHash`

export function documentStore(db: Database.Database, embeddings: EmbeddingTable): DocumentStore {
  return { ...documentReads(db), ...documentWrites(db, embeddings) }
}

const rememberedPhrases = 32

type Reads = Omit<DocumentStore, 'write' | 'purge'>

function documentReads(db: Database.Database): Reads {
  const byId = db.prepare<[string], Row>('SELECT * FROM documents WHERE id = ?')
  const byDoi = db.prepare<[string], Row>('SELECT * FROM documents WHERE doi = ? LIMIT 1')
  const byTitle = db.prepare<[string], Row>(
    'SELECT * FROM documents WHERE title_key = ? ORDER BY announced DESC, key LIMIT 10',
  )
  const byKey = db.prepare<[DocumentKey], Row>('SELECT * FROM documents WHERE key = ?')
  const versions = db.prepare<[DocumentKey], DocumentVersion>(
    'SELECT version, at, title, abstract FROM versions WHERE key = ? ORDER BY version',
  )
  const changed = db.prepare<[Seq, number], Row>('SELECT * FROM documents WHERE seq > ? ORDER BY seq LIMIT ?')
  const purgedAfter = db.prepare<[Seq, number], { key: DocumentKey; seq: Seq }>(
    'SELECT key, seq FROM purged WHERE seq > ? ORDER BY seq LIMIT ?',
  )
  const count = db.prepare<[], number>('SELECT count(*) FROM documents').pluck()
  const withdrawn = db.prepare<[], number>('SELECT count(*) FROM documents WHERE withdrawn = 1').pluck()
  const bySource = db.prepare<[], { source: string; n: number }>(
    'SELECT source, count(*) AS n FROM documents GROUP BY source ORDER BY source',
  )
  const seq = db.prepare<[], Seq>("SELECT value FROM meta WHERE name = 'seq'").pluck()
  const incarnation = db.prepare<[], string>("SELECT value FROM meta WHERE name = 'incarnation'").pluck()
  const phrase = db
    .prepare<[string], DocumentKey>('SELECT rowid FROM documents_fts WHERE documents_fts MATCH ?')
    .pluck()
  const watermarks = db.prepare<[], Watermark>('SELECT source, scope, through, state FROM watermarks ORDER BY source')
  const checkpoint = db.prepare<[string], Checkpoint>(
    'SELECT source, scope, after, up_to AS upTo, resume FROM checkpoints WHERE source = ?',
  )
  const progress = db.prepare<[string], { file: string; lines: number; done: 0 | 1 }>(
    'SELECT file, lines, done FROM imports WHERE file = ?',
  )
  // Pages of one search and its explanations ask for the same phrase again.
  const phrases = new LRUCache<string, ReadonlySet<DocumentKey>>({ max: rememberedPhrases })
  const orNull = (row: Row | undefined) => (row ? toDocument(row) : null)

  return {
    byId: (id) => orNull(byId.get(id)),
    byDoi: (doi) => orNull(byDoi.get(doi)),
    byTitleKey: (key) => byTitle.all(key).map(toDocument),
    byKeys(keys) {
      const found = new Map<DocumentKey, StoredDocument>()
      for (const key of keys) {
        const row = byKey.get(key)
        if (row) found.set(key, toDocument(row))
      }
      return found
    },
    versionsOf(id) {
      const row = byId.get(id)
      if (!row) return []
      const known = versions.all(row.key).filter((one) => one.version !== row.version)
      const now = { version: row.version, at: row.updated ?? row.submitted, title: row.title, abstract: row.abstract }
      return [...known, now].sort((one, other) => one.version - other.version)
    },
    changesAfter(after, limit) {
      const live = changed.all(after, limit).map((row) => ({ seq: row.seq, key: row.key, document: toDocument(row) }))
      const gone = purgedAfter.all(after, limit).map((row) => ({ ...row, document: null }))
      return [...live, ...gone].sort((one, other) => one.seq - other.seq).slice(0, limit)
    },
    count: () => count.get() ?? 0,
    counts: () => ({
      documents: count.get() ?? 0,
      withdrawn: withdrawn.get() ?? 0,
      bySource: Object.fromEntries(bySource.all().map((row) => [row.source, row.n])),
    }),
    lastSeq: () => seq.get() ?? (0 as Seq),
    // Doubling the quotes makes any text a plain FTS5 string, so no operator of its syntax can be reached.
    withPhrase(text) {
      const version = `${incarnation.get()} ${seq.get()}\n${text}`
      const known = phrases.get(version)
      if (known) return known
      const found = new Set(phrase.all(`"${text.replaceAll('"', '""')}"`))
      phrases.set(version, found)
      return found
    },
    watermarks: () => watermarks.all(),
    checkpoint: (source) => checkpoint.get(source) ?? null,
    importProgress(file) {
      const row = progress.get(file)
      return row ? { ...row, done: row.done === 1 } : null
    },
  }
}

function documentWrites(db: Database.Database, embeddings: EmbeddingTable): Pick<DocumentStore, 'write' | 'purge'> {
  const byId = db.prepare<[string], Row>('SELECT * FROM documents WHERE id = ?')
  const nextSeq = db.prepare<[], Seq>("UPDATE meta SET value = value + 1 WHERE name = 'seq' RETURNING value").pluck()
  const insert = db.prepare(
    `INSERT INTO documents (id, seq, source, kind, version, title, abstract, title_key, authors, categories, comment,
       doi, identifiers, countries, fields, url, submitted, updated, announced, announced_basis, harvested, withdrawn, stand_in, content_hash)
     VALUES (@id, @seq, @source, @kind, @version, @title, @abstract, @titleKey, @authors, @categories, @comment,
       @doi, @identifiers, @countries, @fields, @url, @submitted, @updated, @announced, @announcedBasis, @harvested, @withdrawn, @standIn, @contentHash)`,
  )
  // Two statements, so that a change of anything but the text does not rewrite the FTS index.
  const update = db.prepare(`UPDATE documents SET ${columns} WHERE key = @key`)
  const updateText = db.prepare(
    `UPDATE documents SET ${columns}, title = @title, abstract = @abstract, title_key = @titleKey WHERE key = @key`,
  )
  const keepVersion = db.prepare(
    `INSERT INTO versions (key, version, at, title, abstract) VALUES (@key, @version, @at, @title, @abstract)
     ON CONFLICT DO UPDATE SET at = coalesce(excluded.at, at), title = coalesce(excluded.title, title),
       abstract = coalesce(excluded.abstract, abstract)`,
  )
  const setWatermark = db.prepare(
    // Two harvests side by side may end in either order; a mark never goes back.
    // It does under another scope, for then it speaks of something else.
    `INSERT INTO watermarks (source, scope, through, state) VALUES (@source, @scope, @through, @state)
     ON CONFLICT DO UPDATE SET scope = excluded.scope, through = excluded.through, state = excluded.state
       WHERE excluded.through >= through OR excluded.scope != scope`,
  )
  const setCheckpoint = db.prepare(
    `INSERT OR REPLACE INTO checkpoints (source, scope, after, up_to, resume)
     VALUES (@source, @scope, @after, @upTo, @resume)`,
  )
  const endHarvest = db.prepare<[string]>('DELETE FROM checkpoints WHERE source = ?')
  const setProgress = db.prepare('INSERT OR REPLACE INTO imports (file, lines, done) VALUES (?, ?, ?)')
  const remove = db.prepare<[DocumentKey]>('DELETE FROM documents WHERE key = ?')
  const bury = db.prepare('INSERT INTO purged (key, id, seq, at) VALUES (?, ?, ?, ?)')

  const takeSeq = (): Seq => {
    const seq = nextSeq.get()
    if (seq === undefined) throw new Error('the store has no change counter')
    return seq
  }

  function writeOne(record: DocumentRecord, contentHash: string, harvested: Instant): Change {
    const row = byId.get(record.id)
    const held = row ? toDocument(row) : null
    const change = changeOf(held, record, contentHash)
    if (change === 'unchanged' || change === 'stale') {
      if (held) keepDates(held.key, record)
      return change
    }
    const after = merged(held, record, harvested)
    // An older record may bring a date and leave the text as it was.
    const sameText = held !== null && held.title === after.title && held.abstract === after.abstract
    const hash = sameText ? held.contentHash : contentHash
    const values = { ...toRow(after), seq: takeSeq(), harvested, contentHash: hash }
    if (!held) {
      keepDates(Number(insert.run(values).lastInsertRowid) as DocumentKey, record)
      return change
    }
    if (values.version !== held.version && held.version > 0) {
      const { key, version, title, abstract } = held
      keepVersion.run({ key, version, at: held.updated ?? held.submitted, title, abstract })
    }
    ;(sameText ? update : updateText).run({ ...values, key: held.key })
    keepDates(held.key, record)
    return change
  }

  function keepDates(key: DocumentKey, record: DocumentRecord) {
    for (const { version, at } of record.versions) keepVersion.run({ key, version, at, title: null, abstract: null })
  }

  return {
    write({ writes, embeddings: vectors, harvested, watermark, checkpoint, progress }) {
      return db
        .transaction((): WriteCounts => {
          const counts = noChanges()
          for (const one of vectors) embeddings.put(one.fingerprint, one.contentHash, one.vector)
          for (const { record, contentHash } of writes) counts[writeOne(record, contentHash, harvested)]++
          if (checkpoint) setCheckpoint.run(checkpoint)
          if (watermark) {
            setWatermark.run(watermark)
            endHarvest.run(watermark.source)
          }
          if (progress) setProgress.run(progress.file, progress.lines, progress.done ? 1 : 0)
          return counts
        })
        .immediate()
    },
    purge(ids, at) {
      return db
        .transaction(() => {
          let purged = 0
          for (const id of ids) {
            const row = byId.get(id)
            if (!row) continue
            remove.run(row.key)
            bury.run(row.key, id, takeSeq(), at)
            purged++
          }
          return purged
        })
        .immediate()
    },
  }
}
