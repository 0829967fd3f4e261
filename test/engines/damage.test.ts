import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { CorruptStore } from '../../src/domain/errors.ts'
import { segmentFiles } from '../../src/engines/embedded/segment.ts'
import { vectorOf } from '../word-embedder.ts'
import { build, idOf, purge, put, record, request } from './fixtures.ts'

import { brokenOf, findingsOf, inFolder } from './in-folder.ts'

const folder = inFolder()

describe('a generation that is damaged on disk', () => {
  const refusals: readonly [string, () => void][] = [
    ['a truncated graph', () => truncateSync(folder.generationFile('graph.hnsw'), 100)],
    ['an empty graph', () => truncateSync(folder.generationFile('graph.hnsw'))],
    ['a graph with a tail', () => appendFileSync(folder.generationFile('graph.hnsw'), 'tail')],
    ['truncated postings', () => truncateSync(folder.generationFile('ordinals.u32'), 4)],
    ['a missing file', () => rmSync(folder.generationFile('vectors.f32'))],
    ['a missing manifest', () => rmSync(folder.generationFile('manifest.json'))],
    ['a manifest that is not JSON', () => writeFileSync(folder.generationFile('manifest.json'), '{"format": 1, ')],
    ['a manifest that says nothing', () => writeFileSync(folder.generationFile('manifest.json'), 'null')],
    ['a manifest without files', () => editManifest((manifest) => ({ ...manifest, files: undefined }))],
    ['a manifest of another format', () => editManifest((manifest) => ({ ...manifest, format: 2 }))],
    ['a manifest of a smaller dimension', () => editManifest((manifest) => ({ ...manifest, dimension: 8 }))],
    ['a manifest of a larger dimension', () => editManifest((manifest) => ({ ...manifest, dimension: 32 }))],
    ['a manifest of another count', () => editManifest((manifest) => ({ ...manifest, documents: 6 }))],
    ['a manifest of other vectors', () => editManifest((manifest) => ({ ...manifest, vectors: 4 }))],
    ['terms that are no JSON', () => overwrite(folder.generationFile('terms.json'), '!')],
    ['no folder at all', () => rmSync(folder.generationFile('..'), { recursive: true })],
  ]

  function editManifest(edit: (manifest: object) => object): void {
    const file = folder.generationFile('manifest.json')
    writeFileSync(file, JSON.stringify(edit(JSON.parse(readFileSync(file, 'utf8')))))
  }

  function overwrite(file: string, start: string): void {
    const bytes = readFileSync(file)
    bytes.write(start)
    writeFileSync(file, bytes)
  }

  test.each(refusals)('%s is refused, and said by the doctor', async (_, damage) => {
    const engine = await folder.built()
    damage()
    await expect(engine.openReader()).rejects.toThrow(CorruptStore)
    expect(await brokenOf(engine)).toHaveLength(1)
  })

  test('a reader that is open goes on with what it has', async () => {
    const engine = await folder.built()
    const reader = await engine.openReader()
    const before = await reader.snapshot().gather(request('alpha'))
    rmSync(folder.generationFile('..'), { recursive: true })
    await reader.refresh()
    expect(await reader.snapshot().gather(request('alpha'))).toEqual(before)
  })

  test.each(segmentFiles)('the doctor finds one flipped byte in %s', async (name) => {
    const engine = await folder.built()
    const bytes = readFileSync(folder.generationFile(name))
    bytes[bytes.length >> 1] ^= 0x40
    writeFileSync(folder.generationFile(name), bytes)
    expect(await brokenOf(engine)).toEqual(['generation files'])
  })

  test('a rollback to files that are gone is refused, and nothing changes', async () => {
    const engine = await folder.built()
    await put(engine, [record('later')])
    await build(engine, folder.clock)
    rmSync(folder.generationFile('..'), { recursive: true })
    expect(() => engine.catalog.rollback(folder.clock.now())).toThrow(CorruptStore)
    expect(engine.catalog.current()).toMatchObject({ id: 2, state: 'published' })
  })

  test('a generation damaged before its verification is not published', async () => {
    const engine = await folder.built()
    const writer = await engine.openWriter(16)
    writer.add(engine.documents.byId(idOf('p0'))!, vectorOf('alpha'))
    const facts = { createdAt: folder.clock.now(), mark: engine.documents.lastSeq(), fingerprint: 'f', model: 'm' }
    await writer.seal({ ...facts, dimension: 16, watermarks: {} })
    overwrite(join(folder.path, 'generations', '000002.building', 'keys.u32'), '?')
    await expect(writer.verify()).rejects.toThrow(CorruptStore)
  })
})

describe('the doctor', () => {
  const raw = (sql: string) => {
    const db = new Database(folder.database)
    db.exec(sql)
    db.close()
  }

  test('finds nothing in a sound store', async () => {
    const engine = await folder.built()
    await put(engine, [record('p1', { title: 'Revised', version: 2 })])
    await purge(engine, 'p2')
    const findings = await findingsOf(engine)
    expect(findings.filter((one) => !one.ok)).toEqual([])
    expect(findings.length).toBeGreaterThan(3)
  })

  test('finds a full-text index that disagrees with its documents', async () => {
    const engine = await folder.built()
    raw("DROP TRIGGER documents_fts_update; UPDATE documents SET title = 'Changed behind its back' WHERE id = 'p0'")
    expect(await brokenOf(engine)).toEqual(['full text'])
  })

  test('finds a document whose words are in no index', async () => {
    const engine = await folder.built()
    raw(`INSERT INTO documents_fts (documents_fts, rowid, title, abstract)
      SELECT 'delete', key, title, abstract FROM documents WHERE id = 'p0'`)
    expect(await brokenOf(engine)).toEqual(['full text'])
  })

  test('finds versions without a document', async () => {
    const engine = await folder.built()
    raw("PRAGMA foreign_keys = OFF; INSERT INTO versions (key, source, version) VALUES (999, 'arxiv', 1)")
    expect(await brokenOf(engine)).toEqual(['foreign keys'])
  })

  test('says that a store without a generation has none, which is no fault', async () => {
    const findings = await findingsOf(await folder.open())
    expect(findings.at(-1)).toMatchObject({ check: 'generation', ok: true })
  })
})
