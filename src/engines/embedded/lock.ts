import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { StoreLocked } from '../../domain/errors.ts'
import type { Clock, WriterLock } from '../../ports.ts'

const pollMs = 100

/**
 * The single-writer lock of a data folder: an exclusive SQLite transaction on a file of its own. The operating system
 * ends it with its process, however that dies, so there is no stale lock to break. A lock file with a heartbeat was
 * rejected: it stays locked after a kill and can be stolen from a process that was only slow.
 */
export async function takeWriterLock(
  folder: string,
  purpose: string,
  waitMs: number,
  clock: Clock,
): Promise<WriterLock> {
  const holderFile = join(folder, 'writer.json')
  const db = new Database(join(folder, 'writer.lock'), { timeout: 0 })
  const giveUpAt = clock.now() + waitMs
  while (!tryLock(db)) {
    if (clock.now() >= giveUpAt) {
      db.close()
      throw new StoreLocked(`another process writes to ${folder} (${holderOf(holderFile)}); try again when it is done`)
    }
    await clock.sleep(pollMs)
  }
  writeFileSync(holderFile, JSON.stringify({ pid: process.pid, purpose }))
  return {
    release() {
      if (db.open) db.close()
    },
  }
}

function tryLock(db: Database.Database): boolean {
  try {
    db.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false
    throw error
  }
}

function holderOf(file: string): string {
  try {
    const { pid, purpose } = JSON.parse(readFileSync(file, 'utf8'))
    return `process ${pid}, ${purpose}`
  } catch {
    return 'its name is not written down yet'
  }
}
