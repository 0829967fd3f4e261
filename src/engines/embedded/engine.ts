import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { DocumentKey, Seq } from '../../domain/document.ts'
import { CorruptStore } from '../../domain/errors.ts'
import type { GenerationId } from '../../domain/generation.ts'
import type { Clock, Engine } from '../../ports.ts'
import { buildingSuffix, folderOf, generationCatalog } from './catalog.ts'
import { diagnose } from './doctor.ts'
import { documentStore } from './documents.ts'
import { embeddingTable } from './embeddings.ts'
import { takeWriterLock } from './lock.ts'
import { openEmbeddedReader } from './reader.ts'
import { migrate, needsMigration, renewIncarnation, schemaVersion, versionOf } from './schema.ts'
import { openSegmentWriter } from './segment-writer.ts'

const busyMs = 10_000
const migrationWaitMs = 60_000
const buildPage = 500

/**
 * SQLite and HNSW files in one folder:
 *
 *   freshet.db       documents, embeddings, watermarks, catalogue; written by the holder of the lock
 *   writer.lock      the single-writer lock
 *   generations/     one folder each, `.building` until published
 */
export async function openEmbeddedEngine(folder: string, clock: Clock): Promise<Engine> {
  const generations = join(folder, 'generations')
  mkdirSync(generations, { recursive: true })
  const file = join(folder, 'freshet.db')
  const db = new Database(file, { timeout: busyMs })
  db.pragma('journal_mode = WAL')
  // A power cut may take the last commits, watermark and documents together; never one without the other.
  db.pragma('synchronous = NORMAL')
  db.pragma('foreign_keys = ON')
  const lock = (purpose: string, waitMs: number) => takeWriterLock(folder, purpose, waitMs, clock)
  if (needsMigration(db)) {
    const held = await lock('migration', migrationWaitMs)
    try {
      migrate(db)
    } finally {
      held.release()
    }
  } else {
    migrate(db)
  }

  const embeddings = embeddingTable(db)
  const documents = documentStore(db, embeddings)
  const catalog = generationCatalog(db, generations)
  const incarnationOf = db.prepare<[], string>("SELECT value FROM meta WHERE name = 'incarnation'").pluck()
  const incarnation = () => incarnationOf.get() ?? ''
  const inOrder = db
    .prepare<[Seq], DocumentKey>(
      `SELECT key FROM documents WHERE seq <= ? AND withdrawn = 0 ORDER BY announced NULLS FIRST, key`,
    )
    .pluck()

  return {
    name: 'embedded',
    documents,
    embeddings,
    catalog,
    incarnation,
    lock,
    openReader: () =>
      openEmbeddedReader({ documents, embeddings, catalog, incarnation, folderOf: (id) => folderOf(generations, id) }),
    *forBuild(mark) {
      const keys = inOrder.all(mark)
      for (let start = 0; start < keys.length; start += buildPage) {
        const page = keys.slice(start, start + buildPage)
        const found = documents.byKeys(page)
        for (const key of page) {
          const document = found.get(key)
          if (document) yield document
        }
      }
    },
    openWriter(dimension) {
      const id = ((catalog.list()[0]?.id ?? 0) + 1) as GenerationId
      return openSegmentWriter(folderOf(generations, id) + buildingSuffix, id, incarnation(), dimension)
    },
    diagnose: () => diagnose(db, catalog, (id) => folderOf(generations, id)),
    async backup(target) {
      if (existsSync(target)) throw new CorruptStore(`${target} exists already; name a new file`)
      await db.backup(target)
    },
    restore: (source) => restoreFrom(source, file),
    async close() {
      db.close()
    },
  }
}

/**
 * The backup is made this store's own aside, and then copied over it: SQLite copies the pages in one transaction of the
 * live database, so readers see the old content, then the new, and dying anywhere changes nothing.
 */
async function restoreFrom(source: string, target: string): Promise<void> {
  if (!existsSync(source)) throw new CorruptStore(`${source} does not exist`)
  const staged = `${target}.restoring`
  removeDatabase(staged)
  try {
    await copyChecked(source, staged)
    const next = new Database(staged)
    try {
      migrate(next)
      next.transaction(() => {
        next.exec("DELETE FROM generations; DELETE FROM meta WHERE name = 'generation'")
        renewIncarnation(next)
      })()
      await next.backup(target)
    } finally {
      next.close()
    }
  } finally {
    removeDatabase(staged)
  }
}

async function copyChecked(source: string, target: string): Promise<void> {
  const backup = new Database(source, { readonly: true })
  try {
    const verdict = backup.pragma('integrity_check', { simple: true })
    if (verdict !== 'ok') throw new CorruptStore(`${source} is damaged: ${verdict}`)
    const version = versionOf(backup)
    if (version < 1 || version > schemaVersion) {
      throw new CorruptStore(
        `${source} is no backup of this Freshet (schema ${version}, expected 1 to ${schemaVersion})`,
      )
    }
    await backup.backup(target)
  } catch (cause) {
    if (cause instanceof CorruptStore) throw cause
    throw new CorruptStore(`${source} is no readable backup`, { cause })
  } finally {
    backup.close()
  }
}

function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true })
}
