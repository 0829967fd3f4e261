import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test, vi } from 'vitest'
import { CorruptStore } from '../../src/domain/errors.ts'
import type { GenerationId } from '../../src/domain/generation.ts'
import type { Engine } from '../../src/ports.ts'
import { build, idsIn, keyOf, purge, put, record, request, tempFolder, underLock } from './fixtures.ts'

import { brokenOf, inFolder } from './in-folder.ts'

const folder = inFolder()

const found = async (engine: Engine, text: string) =>
  idsIn(engine, await (await engine.openReader()).snapshot().gather(request(text, { vector: null })))

describe('backup and restore', () => {
  const backupFile = () => join(folder.path, 'backup.db')

  test('a backup taken while others write is sound, and is of one moment', async () => {
    const engine = await folder.open()
    // Large enough for several of the backup's steps.
    const abstract = 'Words and words. '.repeat(200)
    await put(
      engine,
      Array.from({ length: 400 }, (_, i) => record(`old${i}`, { abstract })),
    )
    const other = await folder.open()
    let writes = 0
    const backup = engine.backup(backupFile()).then(() => 'done' as const)
    while ((await Promise.race([backup, new Promise((resolve) => setImmediate(resolve, 'running'))])) !== 'done') {
      if (writes < 20) await put(other, [record(`new${writes++}`)])
    }
    await expect(engine.backup(backupFile())).rejects.toThrow(/exists already/)
    const copy = tempFolder()
    const restored = await folder.open(copy.path)
    await underLock(restored, () => restored.restore(backupFile()))
    const { documents } = restored
    expect(documents.lastSeq()).toBe(documents.count())
    expect(documents.count()).toBeGreaterThanOrEqual(400)
    expect(documents.changesAfter(0 as never, 1_000)).toEqual(
      engine.documents.changesAfter(0 as never, 1_000).slice(0, documents.count()),
    )
    expect(await brokenOf(restored)).toEqual([])
    copy.remove()
  })

  test('a restore over a live store is seen by its readers, and old marks are not taken for new ones', async () => {
    const engine = await folder.built()
    await engine.backup(backupFile())
    const server = await folder.open()
    const reader = await server.openReader()
    await purge(engine, 'p0')
    await put(engine, [record('after', { title: 'Alpha after the backup' })])
    await build(engine, folder.clock)
    await reader.refresh()
    const before = { incarnation: server.incarnation(), snapshot: reader.snapshot() }
    expect(before.snapshot.generation).toMatchObject({ id: 2, store: before.incarnation })

    await underLock(engine, () => engine.restore(backupFile()))
    expect(server.incarnation()).not.toBe(before.incarnation)
    expect(server.catalog.current()).toBeNull()
    expect(await reader.refresh()).toBe(true)
    expect(idsIn(server, await reader.snapshot().gather(request('alpha', { vector: null })))).toEqual(['p0', 'p3'])
    expect(reader.snapshotOf(2 as GenerationId)).toBeNull()
    // Who holds a snapshot keeps it.
    expect((await before.snapshot.gather(request('after', { vector: null }))).candidates).toHaveLength(1)

    await engine.catalog.sweep()
    await build(engine, folder.clock)
    await reader.refresh()
    expect(reader.snapshot().generation).toMatchObject({ id: 1, store: server.incarnation() })
    expect(await brokenOf(server)).toEqual([])
  })

  test('a generation of the same number in another incarnation is another generation', async () => {
    const engine = await folder.built()
    const reader = await engine.openReader()
    await engine.backup(backupFile())
    await put(engine, [record('p0', { version: 2, title: 'Omega' })])
    await underLock(engine, () => engine.restore(backupFile()))
    await engine.catalog.sweep()
    await put(engine, [record('p4', { version: 2, title: 'Omega' })])
    await build(engine, folder.clock)
    await reader.refresh()
    expect(reader.snapshot().generation).toMatchObject({ id: 1, store: engine.incarnation() })
    expect(idsIn(engine, await reader.snapshot().gather(request('omega', { vector: null })))).toEqual(['p4'])
  })

  // The number of the last change is no name for the content: two incarnations count alike.
  test('phrases asked before a restore are asked anew after it', async () => {
    const engine = await folder.open()
    await put(engine, [record('a', { title: 'Something else' })])
    await engine.backup(backupFile())
    await purge(engine, 'a')
    const other = await folder.open(join(folder.path, 'other'))
    await put(other, [record('a', { title: 'Alpha beta' })])
    expect(other.documents.withPhrase('alpha beta')).toEqual(new Set([keyOf(other, 'a')]))
    await underLock(other, () => other.restore(backupFile()))
    expect(other.documents.withPhrase('alpha beta')).toEqual(new Set())
  })

  test.each([
    ['a file that is not there', () => {}],
    ['an empty file', () => writeFileSync(backupFile(), '')],
    ['a file of something else', () => writeFileSync(backupFile(), 'SQLite format 3\0 but not really. '.repeat(500))],
    ['a database of something else', () => new Database(backupFile()).exec('CREATE TABLE t (x)').close()],
    [
      'a backup of a newer Freshet',
      () => {
        const db = new Database(backupFile())
        db.pragma('user_version = 99')
        db.close()
      },
    ],
    ['a damaged backup', () => damagedCopy()],
  ])('%s is refused, and nothing has changed', async (_, prepare) => {
    const engine = await folder.built()
    const before = [engine.incarnation(), engine.documents.changesAfter(0 as never, 100), engine.catalog.list()]
    prepare()
    await expect(underLock(engine, () => engine.restore(backupFile()))).rejects.toThrow(CorruptStore)
    expect([engine.incarnation(), engine.documents.changesAfter(0 as never, 100), engine.catalog.list()]).toEqual(
      before,
    )
    expect(await brokenOf(engine)).toEqual([])
  })

  function damagedCopy(): void {
    const db = new Database(folder.database, { readonly: true })
    const bytes = db.serialize()
    db.close()
    bytes.fill(0x5a, 8_192, bytes.length - 4_096)
    writeFileSync(backupFile(), bytes)
  }

  // It once copied the backup over the store first and made it the store's own afterwards; dying in between left a
  // pointer to a generation of other documents under the old incarnation.
  test('a restore that dies half way has changed nothing', async () => {
    const engine = await folder.built()
    await engine.backup(backupFile())
    await put(engine, [record('after', { title: 'Alpha after the backup' })])
    const before = [engine.incarnation(), engine.documents.count(), engine.catalog.list()]
    const real = Database.prototype.exec
    const dying = vi.spyOn(Database.prototype, 'exec').mockImplementation(function (this: Database.Database, sql) {
      if (sql.includes('DELETE FROM generations')) throw new Error('killed')
      return real.call(this, sql)
    })
    await expect(underLock(engine, () => engine.restore(backupFile()))).rejects.toThrow()
    dying.mockRestore()
    expect([engine.incarnation(), engine.documents.count(), engine.catalog.list()]).toEqual(before)
    expect(await found(engine, 'alpha')).toEqual(['after', 'p0', 'p3'])
    await underLock(engine, () => engine.restore(backupFile()))
    expect(engine.documents.count()).toBe(5)
    expect(readdirSync(folder.path).filter((name) => name.includes('restor'))).toEqual([])
  })
})
