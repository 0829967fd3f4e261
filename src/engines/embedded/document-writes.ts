import type Database from 'better-sqlite3'
import type { Change, DocumentId, DocumentKey, DocumentRecord, DocumentVersion, Seq } from '../../domain/document.ts'
import { noChanges } from '../../domain/document.ts'
import type { FormerState } from '../../domain/former.ts'
import { titleKey } from '../../domain/identifiers.ts'
import { keyFor, received, reunited, type Separation, separated } from '../../domain/identity/identity.ts'
import { nameOf, namesOf } from '../../domain/identity/names.ts'
import type { Settled, Settlement } from '../../domain/identity/settlement.ts'
import type { Instant } from '../../domain/instant.ts'
import type { DocumentStore, WriteCounts } from '../../ports.ts'
import type { EmbeddingTable } from './embeddings.ts'
import type { Identities } from './identities.ts'
import { valuesOf } from './rows.ts'

const columns = `id = @id, seq = @seq, source = @source, kind = @kind, version = @version, authors = @authors,
  categories = @categories, comment = @comment, doi = @doi,
  identifiers = @identifiers, countries = @countries, fields = @fields, url = @url, submitted = @submitted, updated = @updated,
  announced = @announced, announced_basis = @announcedBasis, harvested = @harvested, withdrawn = @withdrawn,
  stand_in = @standIn, content_hash = @contentHash, sources = @sources`

type Writes = Pick<DocumentStore, 'write' | 'purge' | 'split' | 'rejoin'>

export function documentWrites(db: Database.Database, embeddings: EmbeddingTable, identities: Identities): Writes {
  const documents = documentTable(db, identities)
  const marks = markTables(db)
  const transaction = <T>(run: () => T): T => db.transaction(run).immediate()

  function writeOne(record: DocumentRecord, contentHash: string, harvested: Instant): Change {
    const { change, settlement, place, key, earlier, former } = received(identities, record, contentHash, harvested)
    const keys = settlement ? documents.settle(settlement, harvested) : []
    const home = place === null ? key : keys[place]
    if (home === null) return change
    if (earlier) documents.keepVersion(home, record.source, earlier)
    if (former) documents.keepFormer(home, former)
    for (const { version, at } of record.versions) {
      documents.keepVersion(home, record.source, { version, at, title: null, abstract: null })
    }
    return change
  }

  /** Who is kept apart, and what follows, in one transaction. */
  function separate(decide: () => Separation | null, keep: (pairs: Separation['pairs']) => void, at: Instant) {
    return transaction((): readonly DocumentId[] | null => {
      const separation = decide()
      if (!separation) return null
      keep(separation.pairs)
      documents.settle(separation.settlement, at)
      return separation.ids
    })
  }

  return {
    write({ writes, embeddings: vectors, harvested, ...rest }) {
      return transaction((): WriteCounts => {
        const counts = noChanges()
        for (const one of vectors) embeddings.put(one.fingerprint, one.contentHash, one.vector)
        for (const { record, contentHash } of writes) counts[writeOne(record, contentHash, harvested)]++
        marks.move(rest)
        return counts
      })
    },
    purge: (ids, at) => transaction(() => ids.filter((id) => documents.purge(id, at)).length),
    split: (id, source, at) => separate(() => separated(identities, id, source), identities.keepApart, at),
    rejoin: (id, source, at) => separate(() => reunited(identities, id, source), identities.letTogether, at),
  }
}

interface DocumentTable {
  /** The keys of the settlement's documents, in their order. */
  settle(settlement: Settlement, at: Instant): DocumentKey[]
  keepVersion(key: DocumentKey, source: string, version: DocumentVersion): void
  keepFormer(key: DocumentKey, state: FormerState): void
  purge(id: DocumentId, at: Instant): boolean
}

/** All inside the caller's transaction. */
function documentTable(db: Database.Database, identities: Identities): DocumentTable {
  // RETURNING would do in one statement what two do; but like a trigger it opens a savepoint, at which FTS5 writes out
  // what it has gathered.
  const countOn = db.prepare("UPDATE meta SET value = value + 1 WHERE name = 'seq'")
  const counted = db.prepare<[], Seq>("SELECT value FROM meta WHERE name = 'seq'").pluck()
  const insert = db.prepare(
    `INSERT INTO documents (id, seq, source, kind, version, title, abstract, title_key, authors, categories, comment,
       doi, identifiers, countries, fields, url, submitted, updated, announced, announced_basis, harvested, withdrawn,
       stand_in, content_hash, sources)
     VALUES (@id, @seq, @source, @kind, @version, @title, @abstract, @titleKey, @authors, @categories, @comment,
       @doi, @identifiers, @countries, @fields, @url, @submitted, @updated, @announced, @announcedBasis, @harvested, @withdrawn,
       @standIn, @contentHash, @sources)`,
  )
  const insertWords = db.prepare('INSERT INTO documents_fts (rowid, title, abstract) VALUES (?, ?, ?)')
  // Two statements, so that a change of anything but the text does not rewrite the FTS index.
  const update = db.prepare(`UPDATE documents SET ${columns} WHERE key = @key`)
  const updateText = db.prepare(
    `UPDATE documents SET ${columns}, title = @title, abstract = @abstract, title_key = @titleKey WHERE key = @key`,
  )
  const setSources = db.prepare('UPDATE documents SET sources = ? WHERE key = ?')
  const vacate = db.prepare('UPDATE documents SET id = char(0) || key WHERE key = ?')
  const keepVersion = db.prepare(
    `INSERT INTO versions (key, source, version, at, title, abstract) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET at = coalesce(excluded.at, at), title = coalesce(excluded.title, title),
       abstract = coalesce(excluded.abstract, abstract)`,
  )
  const moveVersions = db.prepare('UPDATE OR IGNORE versions SET key = ? WHERE key = ? AND source = ?')
  const keepFormer = db.prepare(
    `INSERT INTO former_states (key, source, version, title, abstract, title_key, content_hash, updated, withdrawn, until,
       seq, ended)
     SELECT key, @source, @version, @title, @abstract, @titleKey, @contentHash, @updated, @withdrawn, @until, @seq, seq
       FROM documents WHERE key = @key`,
  )
  const moveFormer = db.prepare('UPDATE former_states SET key = ? WHERE key = ? AND source = ?')
  const remove = db.prepare<[DocumentKey]>('DELETE FROM documents WHERE key = ?')
  const bury = db.prepare('INSERT INTO purged (key, id, seq, at) VALUES (?, ?, ?, ?)')

  const takeSeq = (): Seq => {
    countOn.run()
    const seq = counted.get()
    if (seq === undefined) throw new Error('the store has no change counter')
    return seq
  }

  function put({ before, after, changed, sightings, plain, newNames, lostNames }: Settled, at: Instant): DocumentKey {
    const sources = plain ? null : JSON.stringify(after.sources)
    let key = before?.key
    if (before === null || key === undefined) {
      const values = { ...valuesOf(after), seq: takeSeq(), harvested: at, contentHash: after.contentHash, sources }
      key = Number(insert.run(values).lastInsertRowid) as DocumentKey
      insertWords.run(key, after.title, after.abstract)
    } else if (changed) {
      const sameText = before.title === after.title && before.abstract === after.abstract
      const values = { ...valuesOf(after), seq: takeSeq(), harvested: at, contentHash: after.contentHash, sources }
      ;(sameText ? update : updateText).run({ ...values, key })
    } else {
      setSources.run(sources, key)
    }
    if (!plain) identities.keepSightings(key, sightings)
    identities.dropNames(key, lostNames)
    identities.addNames(key, newNames)
    return key
  }

  return {
    settle({ documents, gone, moves }, at) {
      // Ids and sightings change hands, and nobody may hold what another gets.
      for (const { before, after } of documents) {
        if (before === null) continue
        identities.dropSightings(before.key)
        if (before.id !== after.id) vacate.run(before.key)
      }
      for (const { document, names } of gone) {
        identities.dropSightings(document.key)
        identities.dropNames(document.key, names)
        vacate.run(document.key)
      }
      const keys = documents.map((one) => put(one, at))
      for (const { from, source, to } of moves) {
        moveVersions.run(keys[to], from, source)
        moveFormer.run(keys[to], from, source)
      }
      for (const { document } of gone) {
        remove.run(document.key)
        bury.run(document.key, document.id, takeSeq(), at)
      }
      return keys
    },
    keepVersion: (key, source, { version, at, title, abstract }) =>
      void keepVersion.run(key, source, version, at, title, abstract),
    keepFormer: (key, state) =>
      void keepFormer.run({ ...state, key, titleKey: titleKey(state.title), withdrawn: state.withdrawn ? 1 : 0 }),
    purge(id, at) {
      const key = keyFor(identities, id)
      const document = key === null ? null : identities.document(key)
      if (!document) return false
      const names = identities.sightings(document).flatMap(namesOf)
      identities.dropNames(document.key, [...names, nameOf(document.id)])
      remove.run(document.key)
      bury.run(document.key, document.id, takeSeq(), at)
      return true
    },
  }
}

interface MarkTables {
  move(marks: Pick<Parameters<DocumentStore['write']>[0], 'watermark' | 'checkpoint' | 'progress'>): void
}

function markTables(db: Database.Database): MarkTables {
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
  return {
    move({ watermark, checkpoint, progress }) {
      if (checkpoint) setCheckpoint.run(checkpoint)
      if (watermark) {
        setWatermark.run(watermark)
        endHarvest.run(watermark.source)
      }
      if (progress) setProgress.run(progress.file, progress.lines, progress.done ? 1 : 0)
    },
  }
}
