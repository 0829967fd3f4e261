import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import type { DocumentRecord, Seq } from '../../src/domain/document.ts'
import type { Instant } from '../../src/domain/instant.ts'
import { migrate } from '../../src/engines/embedded/schema.ts'
import { daysAgo, idOf, markOf, noon, put, record, request } from './fixtures.ts'

import { brokenOf, inFolder } from './in-folder.ts'

const folder = inFolder()

const title = 'Learned rankings of things that nobody has seen'
const papers: readonly DocumentRecord[] = [
  record('2401.00001', { title, version: 2, doi: '10.1000/a', abstract: 'Of rankings.' }),
  record('math/0309136', { title: 'Short', announced: null, announcedBasis: 'unknown' }),
  record('scifact:12', {
    source: 'scifact',
    title,
    version: 0,
    authors: [],
    announced: null,
    announcedBasis: 'unknown',
  }),
  record('2401.00002', { source: 'sample', version: 0, standIn: true }),
]

/** A store as the first schema kept it. */
function storeOfSchema1(): void {
  const db = new Database(folder.database)
  migrate(db, 1)
  const insert = db.prepare(
    `INSERT INTO documents (id, seq, source, kind, version, title, abstract, title_key, authors, categories, comment, doi,
       url, submitted, updated, announced, announced_basis, harvested, withdrawn, stand_in, content_hash)
     VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, NULL, ?, ?, NULL, NULL, ?, ?, ?, 0, ?, 'hash')`,
  )
  papers.forEach((one, i) => {
    const lists = [JSON.stringify(one.authors), JSON.stringify(one.categories)]
    const dates = [one.announced, one.announcedBasis, noon]
    const head = [one.id, i + 1, one.source, one.kind, one.version, one.title, one.abstract]
    insert.run(...head, ...lists, one.doi, one.url, ...dates, one.standIn ? 1 : 0)
  })
  db.exec(`UPDATE meta SET value = ${papers.length} WHERE name = 'seq';
    INSERT INTO versions VALUES (1, 1, ${daysAgo(120)}, 'As it was called first', '');
    INSERT INTO watermarks VALUES ('arxiv-oai', '2026-02-01');`)
  db.close()
}

describe('a store of the first schema', () => {
  test('is brought up to date with everything that is in it, each document of one source', async () => {
    storeOfSchema1()
    const { documents, ...engine } = await folder.open()
    const held = documents.changesAfter(0 as Seq, 10).map((one) => one.document!)
    expect(held).toMatchObject(papers.map((one, i) => ({ ...one, seq: i + 1, sources: [one.source] })))
    expect(documents.versionsOf(idOf('2401.00001')).map((one) => one.title)).toEqual(['As it was called first', title])
    expect(documents.watermarks()).toEqual([markOf('arxiv-oai', '2026-02-01')])
    expect(await brokenOf({ documents, ...engine })).toEqual([])
  })

  test('knows its papers as of the time before they were revised', async () => {
    storeOfSchema1()
    const engine = await folder.open()
    const { key } = engine.documents.byId(idOf('2401.00001'))!
    const states = engine.documents.formerStates([key]).get(key)
    expect(states).toMatchObject([{ version: 1, title: 'As it was called first', until: noon }])
    const snapshot = (await engine.openReader()).snapshot()
    const asOf = async (text: string, now: Instant) =>
      (await snapshot.gather(request(text, { vector: null, now }))).candidates.map((one) => one.key)
    expect(await asOf('called first', daysAgo(1))).toEqual([key])
    expect(await asOf('learned rankings', daysAgo(1))).not.toContain(key)
    expect(await asOf('learned rankings', noon)).toContain(key)
  })

  test('gives its documents the names that they are known by', async () => {
    storeOfSchema1()
    const engine = await folder.open()
    const { documents } = engine
    for (const id of ['2401.00001', 'arxiv:2401.00001v1', 'doi:10.1000/a']) {
      expect(documents.byId(idOf(id))).toMatchObject({ id: '2401.00001' })
    }
    expect(documents.byId(idOf('arxiv:math/0309136'))).toMatchObject({ id: 'math/0309136' })
    const elsewhere = record('openalex:W1', { source: 'openalex', version: 0, title: title.toUpperCase() })
    expect(documents.identify(elsewhere)).toMatchObject({ id: '2401.00001' })
    expect(await put(engine, [elsewhere])).toMatchObject({ folded: 1 })
    expect(await put(engine, [record('2401.00002', { abstract: 'Real.' })])).toMatchObject({ revised: 1 })
    expect(documents.count()).toBe(papers.length)
  })

  test('gets the words of what it takes from now on once', async () => {
    storeOfSchema1()
    const engine = await folder.open()
    await put(engine, [record('2401.00003', { title: 'Of newer things' })])
    const { key } = engine.documents.byId(idOf('2401.00003'))!
    expect(engine.documents.withPhrase('newer things')).toEqual(new Set([key]))
    // Words that a trigger and the store both had written would stand in the index twice.
    expect(await brokenOf(engine)).toEqual([])
  })

  test('is upgraded once, whatever opens it first, and twice does nothing', async () => {
    storeOfSchema1()
    const [one, other] = await Promise.all([folder.open(), folder.open()])
    expect(other.documents.changesAfter(0 as Seq, 10)).toEqual(one.documents.changesAfter(0 as Seq, 10))
    const db = new Database(folder.database, { readonly: true })
    const names = db.prepare('SELECT count(*) FROM names').pluck().get()
    db.close()
    await folder.open()
    expect(names).toBe(6)
  })
})
