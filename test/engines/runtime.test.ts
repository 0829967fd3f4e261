import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openRuntimeIn } from '../../src/compose.ts'
import { addDays, parseDay, startOfDay } from '../../src/domain/instant.ts'
import { inRuntime } from './in-runtime.ts'

const never = new AbortController().signal

describe('runtime.db', () => {
  test('of an earlier version is begun anew, and what others keep in it stays', async () => {
    const { file, open } = inRuntime()
    const old = new Database(file)
    // As the first release left it.
    old.exec(`
      CREATE TABLE source_health (source TEXT PRIMARY KEY, last_visit_ms INTEGER NOT NULL) STRICT;
      CREATE TABLE rate_gate (provider TEXT PRIMARY KEY, next_at_ms INTEGER NOT NULL) STRICT;
      CREATE TABLE somebody_elses (note TEXT);
      INSERT INTO source_health VALUES ('arxiv', 1);
      INSERT INTO somebody_elses VALUES ('kept');`)
    const runtime = open()
    expect(runtime.health()).toEqual([])
    ;(await runtime.gate.enter('arxiv', { spacingMs: 3_000, burst: 1, leaseMs: 60_000 }, never)).leave()
    expect(old.prepare('SELECT note FROM somebody_elses').pluck().all()).toEqual(['kept'])
    old.close()
  })

  // Webhook secrets and queries could be read by every user of the machine.
  test('is for its owner alone, with all that lies beside it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'freshet-runtime-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const runtime = openRuntimeIn(folder)
    const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777])
    runtime.close()
    expect(Object.fromEntries(modes)).toEqual({ 'runtime.db': 0o600, 'runtime.db-wal': 0o600, 'runtime.db-shm': 0o600 })
  })

  test('opened by a second process keeps what the first wrote', () => {
    const { open } = inRuntime()
    open().succeeded('arxiv', startOfDay(parseDay('2026-03-02')!))
    expect(open().health()).toHaveLength(1)
  })
})

describe('the health of sources', () => {
  const day = parseDay('2026-03-02')!
  const [monday, tuesday, wednesday] = [0, 1, 2].map((days) => startOfDay(addDays(day, days)))

  test('a source that was never visited has no entry', () => {
    expect(inRuntime().open().health()).toEqual([])
  })

  test('a failure keeps the last success and the beginning of the trouble', () => {
    const { open } = inRuntime()
    const runtime = open()
    runtime.succeeded('arxiv-oai', monday, 'nothing new')
    runtime.failed('arxiv-oai', tuesday, 'no answer')
    runtime.failed('arxiv-oai', wednesday, 'still no answer')
    expect(open().health()).toEqual([
      {
        source: 'arxiv-oai',
        state: 'unreachable',
        lastVisit: wednesday,
        lastSuccess: monday,
        failingSince: tuesday,
        error: 'still no answer',
        warning: null,
      },
    ])
  })

  test('a success ends the trouble', () => {
    const runtime = inRuntime().open()
    runtime.failed('arxiv-oai', monday, 'no answer')
    runtime.succeeded('arxiv-oai', tuesday)
    expect(runtime.health()).toEqual([
      {
        source: 'arxiv-oai',
        state: 'ok',
        lastVisit: tuesday,
        lastSuccess: tuesday,
        failingSince: null,
        error: null,
        warning: null,
      },
    ])
  })

  test('a warning is of the last visit that succeeded', () => {
    const runtime = inRuntime().open()
    runtime.succeeded('arxiv-oai', monday, 'nothing new on a day of announcements')
    expect(runtime.health()[0]).toMatchObject({ state: 'ok', warning: 'nothing new on a day of announcements' })
    runtime.succeeded('arxiv-oai', tuesday)
    expect(runtime.health()[0]).toMatchObject({ state: 'ok', warning: null })
  })
})
