import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { CorruptStore, StoreLocked } from '../../src/domain/errors.ts'
import type { Engine } from '../../src/ports.ts'
import { wordEmbedder } from '../word-embedder.ts'
import { build, idsIn, purge, put, record, request } from './fixtures.ts'

import { brokenOf, inFolder, papers } from './in-folder.ts'

const folder = inFolder()

describe('a folder that is opened again', () => {
  test('has everything: documents, embeddings, marks, generation and what came since', async () => {
    const engine = await folder.built()
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
    expect(await ask(await folder.open())).toEqual(before)
    expect(before.answer.candidates).toHaveLength(6)
  })

  test('shows one process what another wrote, published and purged', async () => {
    const [writer, server] = [await folder.open(), await folder.open()]
    const reader = await server.openReader()
    await put(writer, papers())
    await reader.refresh()
    expect(reader.counts).toEqual({ static: 0, fresh: 5 })
    await build(writer, folder.clock)
    await purge(writer, 'p0')
    await reader.refresh()
    expect(reader.counts).toEqual({ static: 5, fresh: 0 })
    expect(idsIn(server, await reader.snapshot().gather(request('alpha', { vector: null })))).toEqual(['p3'])
  })

  test('lets one process write at a time', async () => {
    const [one, other] = [await folder.open(), await folder.open()]
    const held = await one.lock('a long night', 0)
    await expect(other.lock('an import', 1_000)).rejects.toThrow(StoreLocked)
    await expect(other.lock('an import', 0)).rejects.toThrow(`process ${process.pid}, a long night`)
    held.release()
    ;(await other.lock('an import', 0)).release()
  })

  test('is refused when a newer Freshet wrote it', async () => {
    await (await folder.built()).close()
    const db = new Database(folder.database)
    db.pragma('user_version = 99')
    db.close()
    await expect(folder.open()).rejects.toThrow(/schema 99/)
    await expect(folder.open()).rejects.toThrow(CorruptStore)
  })
})

describe('small numbers', () => {
  test('a generation of nothing is built, read and searched', async () => {
    const engine = await folder.open()
    expect(await build(engine, folder.clock)).toMatchObject({ documents: 0, vectors: 0 })
    const snapshot = (await engine.openReader()).snapshot()
    expect((await snapshot.gather(request('alpha', { exact: false }))).candidates).toEqual([])
    expect(await brokenOf(engine)).toEqual([])
  })

  test('a generation of one document finds it, however many are asked for', async () => {
    const engine = await folder.open()
    await put(engine, [record('a', { title: 'Alpha' })])
    await build(engine, folder.clock)
    const snapshot = (await engine.openReader()).snapshot()
    for (const depth of [1, 2, 10_000]) {
      expect((await snapshot.gather(request('omega', { exact: false, depth }))).candidates).toHaveLength(1)
    }
    expect(await brokenOf(engine)).toEqual([])
  })

  test('a generation without a single vector is searched by words', async () => {
    const engine = await folder.open()
    await put(engine, papers())
    const silent = { ...wordEmbedder('silent'), embed: async (all: readonly string[]) => all.map(() => null) }
    expect(await build(engine, folder.clock, silent)).toMatchObject({ documents: 5, vectors: 0 })
    const snapshot = (await engine.openReader()).snapshot()
    const { candidates } = await snapshot.gather(request('alpha', { exact: false }))
    expect(candidates.map((one) => one.cosine)).toEqual([null, null])
    expect(await brokenOf(engine)).toEqual([])
  })

  test('without `exact` the graph answers as exact search does, for a corpus that it can hold in its hand', async () => {
    const engine = await folder.open()
    const many = Array.from({ length: 300 }, (_, i) =>
      record(`d${i}`, { title: `word${i} word${i % 7} word${i % 11}` }),
    )
    await put(engine, many)
    await build(engine, folder.clock)
    const snapshot = (await engine.openReader()).snapshot()
    for (const text of ['word3', 'word5 word10', 'word250']) {
      const [graph, exact] = await Promise.all(
        [false, true].map((exact) => snapshot.gather(request(text, { exact, depth: 10 }))),
      )
      expect(idsIn(engine, graph)).toEqual(idsIn(engine, exact))
    }
  })
})
