import { closeSync, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { CorruptStore } from '../../domain/errors.ts'
import type { Generation, GenerationId } from '../../domain/generation.ts'
import type { Instant } from '../../domain/instant.ts'
import type { Catalog } from '../../ports.ts'

/** How many generations stay on disk: the one that serves and the one to fall back to. */
const kept = 2

export const folderOf = (root: string, id: GenerationId): string => join(root, String(id).padStart(6, '0'))
export const buildingSuffix = '.building'

interface Row {
  id: GenerationId
  state: Generation['state']
  created_at: Instant
  published_at: Instant | null
  mark: Generation['mark']
  documents: number
  fingerprint: string
  model: string
}

const toGeneration = (row: Row): Generation => ({
  id: row.id,
  state: row.state,
  createdAt: row.created_at,
  publishedAt: row.published_at,
  mark: row.mark,
  documents: row.documents,
  fingerprint: row.fingerprint,
  model: row.model,
})

/** The pointer is one row of `meta`, moved in one transaction with the states: SQLite makes it atomic and durable. */
export function generationCatalog(db: Database.Database, root: string): Catalog {
  const pointer = db.prepare<[], GenerationId>("SELECT value FROM meta WHERE name = 'generation'").pluck()
  const point = db.prepare("INSERT OR REPLACE INTO meta VALUES ('generation', ?)")
  const all = db.prepare<[], Row>('SELECT * FROM generations ORDER BY id DESC')
  const one = db.prepare<[GenerationId], Row>('SELECT * FROM generations WHERE id = ?')
  const insert = db.prepare(
    `INSERT INTO generations (id, state, created_at, published_at, mark, documents, fingerprint, model)
     VALUES (@id, 'published', @createdAt, @at, @mark, @documents, @fingerprint, @model)`,
  )
  const retire = db.prepare("UPDATE generations SET state = 'retired' WHERE id = ?")

  const current = (): Generation | null => {
    const id = pointer.get()
    const row = id === undefined ? undefined : one.get(id)
    return row ? toGeneration(row) : null
  }
  const published = () => all.all().filter((row) => row.state === 'published')

  return {
    current,
    list: () => all.all().map(toGeneration),
    publish(manifest, at) {
      const folder = folderOf(root, manifest.id)
      renameSync(folder + buildingSuffix, folder)
      syncFolder(root)
      db.transaction(() => {
        insert.run({ ...manifest, at })
        point.run(manifest.id)
        for (const row of published().slice(kept)) retire.run(row.id)
      }).immediate()
    },
    rollback(_at) {
      return db
        .transaction(() => {
          const now = current()
          const before = published().find((row) => now !== null && row.id < now.id)
          if (!now || !before) throw new CorruptStore('there is no earlier generation to go back to')
          if (!existsSync(folderOf(root, before.id))) {
            throw new CorruptStore(`the files of generation ${before.id} are gone, so it cannot serve`)
          }
          point.run(before.id)
          retire.run(now.id)
          return toGeneration(before)
        })
        .immediate()
    },
    async sweep() {
      const alive = new Set(published().map((row) => folderOf(root, row.id)))
      const removed: string[] = []
      if (!existsSync(root)) return removed
      for (const name of readdirSync(root)) {
        if (alive.has(join(root, name))) continue
        rmSync(join(root, name), { recursive: true, force: true })
        removed.push(name)
      }
      return removed
    },
  }
}

/** Makes a rename inside the folder durable before the catalogue speaks of it. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
