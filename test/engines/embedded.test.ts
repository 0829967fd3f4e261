import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { CorruptStore, StoreLocked } from '../../src/domain/errors.ts'
import type { GenerationId } from '../../src/domain/generation.ts'
import { openEmbeddedEngine } from '../../src/engines/embedded/engine.ts'
import { segmentFiles } from '../../src/engines/embedded/segment.ts'
import { ExactIndex, HnswBuilder, HnswGraph } from '../../src/engines/embedded/vectors.ts'
import type { Engine, Finding } from '../../src/ports.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { vectorOf, wordEmbedder } from '../word-embedder.ts'
import {
  build,
  idOf,
  idsIn,
  keyOf,
  purge,
  put,
  record,
  request,
  type TempFolder,
  tempFolder,
  underLock,
} from './fixtures.ts'

let folder: TempFolder
let clock: VirtualClock
let opened: Engine[]

beforeEach(() => {
  folder = tempFolder()
  clock = new VirtualClock()
  opened = []
})

afterEach(async () => {
  for (const engine of opened) await engine.close()
  folder.remove()
})

async function open(path = folder.path): Promise<Engine> {
  const engine = await openEmbeddedEngine(path, clock)
  opened.push(engine)
  return engine
}

const texts = ['Alpha beta', 'Beta gamma', 'Gamma delta', 'Delta alpha', 'Epsilon']
const papers = (prefix = 'p') => texts.map((title, i) => record(`${prefix}${i}`, { title }))

/** Five papers in generation 1. */
async function built(): Promise<Engine> {
  const engine = await open()
  await put(engine, papers())
  await build(engine, clock)
  return engine
}

const generationFile = (name: string, id = 1) => join(folder.path, 'generations', String(id).padStart(6, '0'), name)
const database = () => join(folder.path, 'freshet.db')

async function findingsOf(engine: Engine): Promise<Finding[]> {
  const findings: Finding[] = []
  for await (const finding of engine.diagnose()) findings.push(finding)
  return findings
}

const brokenOf = async (engine: Engine): Promise<string[]> =>
  (await findingsOf(engine)).filter((one) => !one.ok).map((one) => one.check)

const found = async (engine: Engine, text: string) =>
  idsIn(engine, await (await engine.openReader()).snapshot().gather(request(text, { vector: null })))

describe('a folder that is opened again', () => {
  test('has everything: documents, embeddings, marks, generation and what came since', async () => {
    const engine = await built()
    await put(engine, [record('later', { title: 'Alpha later' })])
    const ask = async (one: Engine) => ({
      answer: await (await one.openReader()).snapshot().gather(request('alpha')),
      changes: one.documents.changesAfter(0 as never, 100),
      embeddings: one.embeddings.count(wordEmbedder().fingerprint),
      generations: one.catalog.list(),
      incarnation: one.incarnation(),
    })
    const before = await ask(engine)
    await engine.close()
    expect(await ask(await open())).toEqual(before)
    expect(before.answer.candidates).toHaveLength(6)
  })

  test('shows one process what another wrote, published and purged', async () => {
    const [writer, server] = [await open(), await open()]
    const reader = await server.openReader()
    await put(writer, papers())
    await reader.refresh()
    expect(reader.counts).toEqual({ static: 0, fresh: 5 })
    await build(writer, clock)
    await purge(writer, 'p0')
    await reader.refresh()
    expect(reader.counts).toEqual({ static: 5, fresh: 0 })
    expect(idsIn(server, await reader.snapshot().gather(request('alpha', { vector: null })))).toEqual(['p3'])
  })

  test('lets one process write at a time', async () => {
    const [one, other] = [await open(), await open()]
    const held = await one.lock('a long night', 0)
    await expect(other.lock('an import', 1_000)).rejects.toThrow(StoreLocked)
    await expect(other.lock('an import', 0)).rejects.toThrow(`process ${process.pid}, a long night`)
    held.release()
    ;(await other.lock('an import', 0)).release()
  })

  test('is refused when a newer Freshet wrote it', async () => {
    await (await built()).close()
    const db = new Database(database())
    db.pragma('user_version = 99')
    db.close()
    await expect(open()).rejects.toThrow(/schema 99/)
    await expect(open()).rejects.toThrow(CorruptStore)
  })
})

describe('small numbers', () => {
  test('a generation of nothing is built, read and searched', async () => {
    const engine = await open()
    expect(await build(engine, clock)).toMatchObject({ documents: 0, vectors: 0 })
    const snapshot = (await engine.openReader()).snapshot()
    expect((await snapshot.gather(request('alpha', { exact: false }))).candidates).toEqual([])
    expect(await brokenOf(engine)).toEqual([])
  })

  test('a generation of one document finds it, however many are asked for', async () => {
    const engine = await open()
    await put(engine, [record('a', { title: 'Alpha' })])
    await build(engine, clock)
    const snapshot = (await engine.openReader()).snapshot()
    for (const depth of [1, 2, 10_000]) {
      expect((await snapshot.gather(request('omega', { exact: false, depth }))).candidates).toHaveLength(1)
    }
    expect(await brokenOf(engine)).toEqual([])
  })

  test('a generation without a single vector is searched by words', async () => {
    const engine = await open()
    await put(engine, papers())
    const silent = { ...wordEmbedder('silent'), embed: async (all: readonly string[]) => all.map(() => null) }
    expect(await build(engine, clock, silent)).toMatchObject({ documents: 5, vectors: 0 })
    const snapshot = (await engine.openReader()).snapshot()
    const { candidates } = await snapshot.gather(request('alpha', { exact: false }))
    expect(candidates.map((one) => one.cosine)).toEqual([null, null])
    expect(await brokenOf(engine)).toEqual([])
  })

  test('without `exact` the graph answers as exact search does, for a corpus that it can hold in its hand', async () => {
    const engine = await open()
    const many = Array.from({ length: 300 }, (_, i) =>
      record(`d${i}`, { title: `word${i} word${i % 7} word${i % 11}` }),
    )
    await put(engine, many)
    await build(engine, clock)
    const snapshot = (await engine.openReader()).snapshot()
    for (const text of ['word3', 'word5 word10', 'word250']) {
      const [graph, exact] = await Promise.all(
        [false, true].map((exact) => snapshot.gather(request(text, { exact, depth: 10 }))),
      )
      expect(idsIn(engine, graph)).toEqual(idsIn(engine, exact))
    }
  })
})

describe('a generation that is damaged on disk', () => {
  const refusals: readonly [string, () => void][] = [
    ['a truncated graph', () => truncateSync(generationFile('graph.hnsw'), 100)],
    ['an empty graph', () => truncateSync(generationFile('graph.hnsw'))],
    ['a graph with a tail', () => appendFileSync(generationFile('graph.hnsw'), 'tail')],
    ['truncated postings', () => truncateSync(generationFile('ordinals.u32'), 4)],
    ['a missing file', () => rmSync(generationFile('vectors.f32'))],
    ['a missing manifest', () => rmSync(generationFile('manifest.json'))],
    ['a manifest that is not JSON', () => writeFileSync(generationFile('manifest.json'), '{"format": 1, ')],
    ['a manifest that says nothing', () => writeFileSync(generationFile('manifest.json'), 'null')],
    ['a manifest without files', () => editManifest((manifest) => ({ ...manifest, files: undefined }))],
    ['a manifest of another format', () => editManifest((manifest) => ({ ...manifest, format: 2 }))],
    ['a manifest of a smaller dimension', () => editManifest((manifest) => ({ ...manifest, dimension: 8 }))],
    ['a manifest of a larger dimension', () => editManifest((manifest) => ({ ...manifest, dimension: 32 }))],
    ['a manifest of another count', () => editManifest((manifest) => ({ ...manifest, documents: 6 }))],
    ['a manifest of other vectors', () => editManifest((manifest) => ({ ...manifest, vectors: 4 }))],
    ['terms that are no JSON', () => overwrite(generationFile('terms.json'), '!')],
    ['no folder at all', () => rmSync(generationFile('..'), { recursive: true })],
  ]

  function editManifest(edit: (manifest: object) => object): void {
    const file = generationFile('manifest.json')
    writeFileSync(file, JSON.stringify(edit(JSON.parse(readFileSync(file, 'utf8')))))
  }

  function overwrite(file: string, start: string): void {
    const bytes = readFileSync(file)
    bytes.write(start)
    writeFileSync(file, bytes)
  }

  test.each(refusals)('%s is refused, and said by the doctor', async (_, damage) => {
    const engine = await built()
    damage()
    await expect(engine.openReader()).rejects.toThrow(CorruptStore)
    expect(await brokenOf(engine)).toHaveLength(1)
  })

  test('a reader that is open goes on with what it has', async () => {
    const engine = await built()
    const reader = await engine.openReader()
    const before = await reader.snapshot().gather(request('alpha'))
    rmSync(generationFile('..'), { recursive: true })
    await reader.refresh()
    expect(await reader.snapshot().gather(request('alpha'))).toEqual(before)
  })

  test.each(segmentFiles)('the doctor finds one flipped byte in %s', async (name) => {
    const engine = await built()
    const bytes = readFileSync(generationFile(name))
    bytes[bytes.length >> 1] ^= 0x40
    writeFileSync(generationFile(name), bytes)
    expect(await brokenOf(engine)).toEqual(['generation files'])
  })

  test('a rollback to files that are gone is refused, and nothing changes', async () => {
    const engine = await built()
    await put(engine, [record('later')])
    await build(engine, clock)
    rmSync(generationFile('..'), { recursive: true })
    expect(() => engine.catalog.rollback(clock.now())).toThrow(CorruptStore)
    expect(engine.catalog.current()).toMatchObject({ id: 2, state: 'published' })
  })

  test('a generation damaged before its verification is not published', async () => {
    const engine = await built()
    const writer = await engine.openWriter(16)
    writer.add(engine.documents.byId(idOf('p0'))!, vectorOf('alpha'))
    const facts = { createdAt: clock.now(), mark: engine.documents.lastSeq(), fingerprint: 'f', model: 'm' }
    await writer.seal({ ...facts, dimension: 16, watermarks: {} })
    overwrite(join(folder.path, 'generations', '000002.building', 'keys.u32'), '?')
    await expect(writer.verify()).rejects.toThrow(CorruptStore)
  })
})

describe('the doctor', () => {
  const raw = (sql: string) => {
    const db = new Database(database())
    db.exec(sql)
    db.close()
  }

  test('finds nothing in a sound store', async () => {
    const engine = await built()
    await put(engine, [record('p1', { title: 'Revised', version: 2 })])
    await purge(engine, 'p2')
    const findings = await findingsOf(engine)
    expect(findings.filter((one) => !one.ok)).toEqual([])
    expect(findings.length).toBeGreaterThan(3)
  })

  test('finds a full-text index that disagrees with its documents', async () => {
    const engine = await built()
    raw("DROP TRIGGER documents_fts_update; UPDATE documents SET title = 'Changed behind its back' WHERE id = 'p0'")
    expect(await brokenOf(engine)).toEqual(['full text'])
  })

  test('finds versions without a document', async () => {
    const engine = await built()
    raw('PRAGMA foreign_keys = OFF; INSERT INTO versions VALUES (999, 1, NULL, NULL, NULL)')
    expect(await brokenOf(engine)).toEqual(['foreign keys'])
  })

  test('says that a store without a generation has none, which is no fault', async () => {
    const findings = await findingsOf(await open())
    expect(findings.at(-1)).toMatchObject({ check: 'generation', ok: true })
  })
})

describe('backup and restore', () => {
  const backupFile = () => join(folder.path, 'backup.db')

  test('a backup taken while others write is sound, and is of one moment', async () => {
    const engine = await open()
    // Large enough for several of the backup's steps.
    const abstract = 'Words and words. '.repeat(200)
    await put(
      engine,
      Array.from({ length: 400 }, (_, i) => record(`old${i}`, { abstract })),
    )
    const other = await open()
    let writes = 0
    const backup = engine.backup(backupFile()).then(() => 'done' as const)
    while ((await Promise.race([backup, new Promise((resolve) => setImmediate(resolve, 'running'))])) !== 'done') {
      if (writes < 20) await put(other, [record(`new${writes++}`)])
    }
    await expect(engine.backup(backupFile())).rejects.toThrow(/exists already/)
    const copy = tempFolder()
    await (await openEmbeddedEngine(copy.path, clock)).close()
    const restored = await open(copy.path)
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
    const engine = await built()
    await engine.backup(backupFile())
    const server = await open()
    const reader = await server.openReader()
    await purge(engine, 'p0')
    await put(engine, [record('after', { title: 'Alpha after the backup' })])
    await build(engine, clock)
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
    await build(engine, clock)
    await reader.refresh()
    expect(reader.snapshot().generation).toMatchObject({ id: 1, store: server.incarnation() })
    expect(await brokenOf(server)).toEqual([])
  })

  test('a generation of the same number in another incarnation is another generation', async () => {
    const engine = await built()
    const reader = await engine.openReader()
    await engine.backup(backupFile())
    await put(engine, [record('p0', { version: 2, title: 'Omega' })])
    await underLock(engine, () => engine.restore(backupFile()))
    await engine.catalog.sweep()
    await put(engine, [record('p4', { version: 2, title: 'Omega' })])
    await build(engine, clock)
    await reader.refresh()
    expect(reader.snapshot().generation).toMatchObject({ id: 1, store: engine.incarnation() })
    expect(idsIn(engine, await reader.snapshot().gather(request('omega', { vector: null })))).toEqual(['p4'])
  })

  // The number of the last change is no name for the content: two incarnations count alike.
  test('phrases asked before a restore are asked anew after it', async () => {
    const engine = await open()
    await put(engine, [record('a', { title: 'Something else' })])
    await engine.backup(backupFile())
    await purge(engine, 'a')
    const other = await open(join(folder.path, 'other'))
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
    const engine = await built()
    const before = [engine.incarnation(), engine.documents.changesAfter(0 as never, 100), engine.catalog.list()]
    prepare()
    await expect(underLock(engine, () => engine.restore(backupFile()))).rejects.toThrow(CorruptStore)
    expect([engine.incarnation(), engine.documents.changesAfter(0 as never, 100), engine.catalog.list()]).toEqual(
      before,
    )
    expect(await brokenOf(engine)).toEqual([])
  })

  function damagedCopy(): void {
    const db = new Database(database(), { readonly: true })
    const bytes = db.serialize()
    db.close()
    bytes.fill(0x5a, 8_192, bytes.length - 4_096)
    writeFileSync(backupFile(), bytes)
  }

  // It once copied the backup over the store first and made it the store's own afterwards; dying in between left a
  // pointer to a generation of other documents under the old incarnation.
  test('a restore that dies half way has changed nothing', async () => {
    const engine = await built()
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

describe('the wrapper of the vector library', () => {
  const settings = { m: 8, efConstruction: 50, ef: 20 }
  const unit = vectorOf('alpha', 'words', 8)!
  const bad: readonly [string, Float32Array][] = [
    ['a NaN', Float32Array.from([Number.NaN, ...unit.slice(1)])],
    ['an infinity', Float32Array.from([Number.POSITIVE_INFINITY, ...unit.slice(1)])],
    ['a hole', Float32Array.from([undefined as never, null as never, ...unit.slice(2)])],
    ['too few numbers', unit.slice(1)],
    ['too many numbers', Float32Array.from([...unit, 0])],
    ['no numbers', new Float32Array(0)],
    ['zeros', new Float32Array(8)],
    ['a length that is not one', unit.map((value) => value * 2)],
  ]
  const labels = [-1, 0.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY]

  test.each(bad)('refuses a vector with %s, added or asked for', async (_, vector) => {
    const [builder, exact] = [new HnswBuilder(8, settings), new ExactIndex(8)]
    expect(() => builder.add(vector, 0)).toThrow(RangeError)
    expect(() => exact.add(vector, 0)).toThrow(RangeError)
    builder.add(unit, 7)
    exact.add(unit, 7)
    const graph = await saved(builder)
    expect(() => graph.nearest(vector, 1)).toThrow(RangeError)
    expect(() => exact.nearest(vector, 1)).toThrow(RangeError)
    expect([builder.count, exact.count, graph.nearest(unit, 1)[0].label, exact.nearest(unit, 1)[0].label]).toEqual([
      1, 1, 7, 7,
    ])
  })

  test.each(labels)('refuses the label %d', (label) => {
    expect(() => new HnswBuilder(8, settings).add(unit, label)).toThrow(RangeError)
    expect(() => new ExactIndex(8).add(unit, label)).toThrow(RangeError)
  })

  const graphFile = () => join(folder.path, 'graph.hnsw')
  function saved(builder: HnswBuilder): Promise<HnswGraph> {
    builder.save(graphFile())
    return HnswGraph.load(graphFile(), {
      dimension: 8,
      count: builder.count,
      ef: 20,
      bytes: readFileSync(graphFile()).length,
    })
  }

  test('gives as many as there are, for any k', async () => {
    const [builder, exact] = [new HnswBuilder(8, settings), new ExactIndex(8)]
    for (const [label, text] of texts.entries()) {
      builder.add(vectorOf(text, 'words', 8)!, label)
      exact.add(vectorOf(text, 'words', 8)!, label)
    }
    for (const index of [await saved(builder), exact]) {
      expect(index.nearest(unit, 3)).toHaveLength(3)
      for (const k of [5, 6, 1e9])
        expect(
          index
            .nearest(unit, k)
            .map((one) => one.label)
            .sort(),
        ).toEqual([0, 1, 2, 3, 4])
      for (const k of [0, -1, Number.NaN]) expect(index.nearest(unit, k)).toEqual([])
      const cosines = index.nearest(unit, 5).map((one) => one.cosine)
      expect(cosines).toEqual([...cosines].sort((one, other) => other - one))
    }
  })

  test('an empty graph and an empty exact index have no neighbours', async () => {
    expect((await saved(new HnswBuilder(8, settings))).nearest(unit, 5)).toEqual([])
    expect(new ExactIndex(8).nearest(unit, 5)).toEqual([])
  })

  test('both grow past their first capacity', async () => {
    const [builder, exact] = [new HnswBuilder(8, settings), new ExactIndex(8)]
    const vectors = Array.from({ length: 4_200 }, (_, i) => vectorOf(`word${i}`, 'words', 8)!)
    for (const [label, vector] of vectors.entries()) {
      if (label < 1_100) builder.add(vector, label)
      exact.add(vector, label)
    }
    const graph = await saved(builder)
    expect([graph.count, exact.count]).toEqual([1_100, 4_200])
    for (const label of [0, 1_023, 1_024, 1_099]) expect(graph.nearest(vectors[label], 1)[0].label).toBe(label)
    for (const label of [0, 4_095, 4_096, 4_199]) expect(exact.nearest(vectors[label], 1)[0].label).toBe(label)
  })

  test('a graph cannot be saved where there is no folder', () => {
    const builder = new HnswBuilder(8, settings)
    builder.add(unit, 0)
    expect(() => builder.save(join(folder.path, 'nowhere', 'graph.hnsw'))).toThrow()
    expect(existsSync(join(folder.path, 'nowhere'))).toBe(false)
  })
})
