import type Database from 'better-sqlite3'
import { LRUCache } from 'lru-cache'
import type { DocumentId, DocumentKey, DocumentVersion, Seq, StoredDocument } from '../../domain/document.ts'
import type { EndedState } from '../../domain/former.ts'
import { identified, keyFor } from '../../domain/identity/identity.ts'
import { dayMs, dayOf, endOfDay, type Instant, instant, startOfDay } from '../../domain/instant.ts'
import type { Checkpoint, Watermark } from '../../domain/watermark.ts'
import type { DocumentStore } from '../../ports.ts'
import { documentWrites } from './document-writes.ts'
import type { EmbeddingTable } from './embeddings.ts'
import { type Identities, identityTables } from './identities.ts'
import { type FormerRow, type Row, type TraitsRow, toDocument, toEndedState, toTraits } from './rows.ts'

export function documentStore(db: Database.Database, embeddings: EmbeddingTable): DocumentStore {
  const identities = identityTables(db)
  return { ...documentReads(db, identities), ...documentWrites(db, embeddings, identities) }
}

const rememberedPhrases = 32

type Reads = Omit<DocumentStore, keyof ReturnType<typeof documentWrites>>

function documentReads(db: Database.Database, identities: Identities): Reads {
  const byDoi = db.prepare<[string], Row>('SELECT * FROM documents WHERE doi = ? LIMIT 1')
  const byTitle = db.prepare<[string], Row>(
    'SELECT * FROM documents WHERE title_key = ? ORDER BY announced DESC, key LIMIT 10',
  )
  const byKey = db.prepare<[DocumentKey], Row>('SELECT * FROM documents WHERE key = ?')
  // json_each lets one prepared statement serve any number of keys.
  const traits = db.prepare<[string], TraitsRow>(
    `SELECT key, kind, source, sources, authors, categories, countries, fields FROM documents
     WHERE key IN (SELECT value FROM json_each(?))`,
  )
  const versions = db.prepare<[DocumentKey, string], DocumentVersion>(
    'SELECT version, at, title, abstract FROM versions WHERE key = ? AND source = ? ORDER BY version',
  )
  const titled = db
    .prepare<[string, string], DocumentKey>(
      'SELECT key FROM documents WHERE title_key = ? UNION SELECT key FROM former_states WHERE title_key = ?',
    )
    .pluck()
  const formerStates = db.prepare<[string], FormerRow>(
    `SELECT f.* FROM former_states AS f JOIN documents AS d USING (key, source)
     WHERE f.key IN (SELECT value FROM json_each(?)) ORDER BY f.key, f.ended, f.rowid`,
  )
  const changedOnce = db.prepare<[], DocumentKey>('SELECT DISTINCT key FROM former_states').pluck()
  const lastEnd = db.prepare<[], Instant | null>('SELECT max(until) FROM former_states').pluck()
  const changed = db.prepare<[Seq, number], Row>('SELECT * FROM documents WHERE seq > ? ORDER BY seq LIMIT ?')
  const purgedAfter = db.prepare<[Seq, number], { key: DocumentKey; seq: Seq }>(
    'SELECT key, seq FROM purged WHERE seq > ? ORDER BY seq LIMIT ?',
  )
  const count = db.prepare<[], number>('SELECT count(*) FROM documents').pluck()
  const withdrawn = db.prepare<[], number>('SELECT count(*) FROM documents WHERE withdrawn = 1').pluck()
  const bySource = db.prepare<[], { source: string; n: number }>(
    // Sightings are few: only documents of several sources have any, and of those the leading one is the document's own.
    `SELECT source, sum(n) AS n FROM (
       SELECT source, count(*) AS n FROM documents GROUP BY source
       UNION ALL
       SELECT s.source, count(DISTINCT s.key) AS n FROM sightings AS s JOIN documents AS d USING (key)
         WHERE s.source != d.source GROUP BY s.source
     ) GROUP BY source ORDER BY source`,
  )
  const changes = db.prepare<[], number>('SELECT total_changes()').pluck()
  const byDay = db.prepare<{ from: Instant; to: Instant }, { source: string; day: number; documents: number }>(
    `SELECT source, day, sum(n) AS documents FROM (
       SELECT source, announced / ${dayMs} AS day, count(*) AS n FROM documents
         WHERE announced BETWEEN :from AND :to GROUP BY source, day
       UNION ALL
       SELECT s.source, d.announced / ${dayMs} AS day, count(DISTINCT s.key) AS n
         FROM sightings AS s CROSS JOIN documents AS d USING (key)
         WHERE d.announced BETWEEN :from AND :to AND s.source != d.source GROUP BY s.source, day
     ) GROUP BY source, day ORDER BY day, source`,
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

  const countAll = () => ({
    documents: count.get() ?? 0,
    withdrawn: withdrawn.get() ?? 0,
    bySource: Object.fromEntries(bySource.all().map((row) => [row.source, row.n])),
  })
  // Reading through 54,000 documents takes a tenth of a second, and every page says how many there are.
  let counted: { readonly version: string; readonly counts: ReturnType<typeof countAll> } | null = null

  const find = (id: DocumentId): StoredDocument | null => {
    const key = keyFor(identities, id)
    return key === null ? null : identities.document(key)
  }

  return {
    byId: find,
    byDoi: (doi) => orNull(byDoi.get(doi)) ?? find(`doi:${doi}` as DocumentId),
    byTitleKey: (key) => byTitle.all(key).map(toDocument),
    byKeys(keys) {
      const found = new Map<DocumentKey, StoredDocument>()
      for (const key of keys) {
        const row = byKey.get(key)
        if (row) found.set(key, toDocument(row))
      }
      return found
    },
    traitsOf: (keys) => new Map(traits.all(JSON.stringify(keys)).map((row) => [row.key, toTraits(row)])),
    everTitled: (key) => titled.all(key, key),
    formerStates(keys) {
      const rows = formerStates.all(JSON.stringify(keys))
      const found = new Map<DocumentKey, EndedState[]>()
      for (const row of rows) found.set(row.key, [...(found.get(row.key) ?? []), toEndedState(row)])
      return found
    },
    changedOnce: () => changedOnce.all(),
    lastEnd: () => lastEnd.get() ?? null,
    versionsOf(id) {
      const document = find(id)
      if (!document) return []
      const { key, source, version, updated, submitted, title, abstract } = document
      const known = versions.all(key, source).filter((one) => one.version !== version)
      const now = { version, at: updated ?? submitted, title, abstract }
      return [...known, now].sort((one, other) => one.version - other.version)
    },
    sightingsOf(id) {
      const document = find(id)
      return document ? identities.sightings(document) : []
    },
    identify: (record) => identified(identities, record),
    changesAfter(after, limit) {
      const live = changed.all(after, limit).map((row) => ({ seq: row.seq, key: row.key, document: toDocument(row) }))
      const gone = purgedAfter.all(after, limit).map((row) => ({ ...row, document: null }))
      return [...live, ...gone].sort((one, other) => one.seq - other.seq).slice(0, limit)
    },
    count: () => count.get() ?? 0,
    counts() {
      // Of the commits of other connections, and of the changes of this one.
      const version = `${db.pragma('data_version', { simple: true })} ${changes.get()}`
      if (counted?.version !== version) counted = { version, counts: countAll() }
      return counted.counts
    },
    announcedByDay: (first, last) =>
      byDay
        .all({ from: startOfDay(first), to: endOfDay(last) })
        .map(({ day, ...counted }) => ({ day: dayOf(instant(day * dayMs)), ...counted })),
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
