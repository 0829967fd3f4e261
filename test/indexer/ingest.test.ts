import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Batch, contentHashOf, ingest } from '../../indexer/ingest.ts'
import { type DocumentRecord, noChanges } from '../../src/domain/document.ts'
import type { Engine } from '../../src/ports.ts'
import { engines, idOf, idsIn, markOf, type OpenedEngine, record, request } from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { wordEmbedder } from '../word-embedder.ts'

const [[, openMemory]] = engines

let opened: OpenedEngine
let engine: Engine
let clock: VirtualClock
let embedder: ReturnType<typeof wordEmbedder>

beforeEach(async () => {
  clock = new VirtualClock()
  opened = await openMemory(clock)
  engine = opened.engine
  embedder = wordEmbedder()
})

afterEach(() => opened.close())

async function* each(batches: readonly (Batch | Error)[]): AsyncIterable<Batch> {
  for (const one of batches) {
    if (one instanceof Error) throw one
    yield one
  }
}

const run = (...batches: (Batch | Error)[]) => ingest(engine, embedder, clock, each(batches), { purpose: 'test' })
const batch = (...records: DocumentRecord[]): Batch => ({ records })
const paper = (id: string, title = `Paper ${id}`, facts: Partial<DocumentRecord> = {}) =>
  record(id, { title, ...facts })

describe('ingest', () => {
  test('stores batches in order and counts what became of their records', async () => {
    const counts = await run(batch(paper('a'), paper('b')), batch(), batch(paper('a', 'Revised', { version: 2 })))
    expect(counts).toEqual({ ...noChanges(), new: 2, replaced: 1 })
    expect(engine.documents.byId(idOf('a'))).toMatchObject({ title: 'Revised', version: 2 })
    expect(await run()).toEqual(noChanges())
  })

  test('a document can be found by vector the moment its batch is stored', async () => {
    const reader = await engine.openReader()
    const seen: string[][] = []
    await ingest(engine, embedder, clock, each([batch(paper('a')), batch(paper('b'))]), {
      purpose: 'test',
      onBatch: () => {
        seen.push(engine.documents.changesAfter(0 as never, 9).map((one) => one.document!.id))
      },
    })
    expect(seen).toEqual([['a'], ['a', 'b']])
    await reader.refresh()
    const byVector = request('paper b', { terms: [], depth: 1 })
    expect(idsIn(engine, await reader.snapshot().gather(byVector))).toEqual(['b'])
  })

  test('marks move with the batch that they came with', async () => {
    const watermark = markOf('s', '2026-01-05')
    const progress = { file: 'f', lines: 7, done: false }
    await expect(
      run({ ...batch(paper('a')), watermark }, { ...batch(paper('b')), progress }, new Error('the wire')),
    ).rejects.toThrow('the wire')
    expect(engine.documents.watermarks()).toEqual([watermark])
    // The last batch before the failure was not stored, so its mark was not either.
    expect(engine.documents.count()).toBe(1)
    expect(engine.documents.importProgress('f')).toBeNull()
  })

  test('an embedder that fails costs its batch and those after it, not those before', async () => {
    const fails = {
      ...embedder,
      embed: async (texts: readonly string[]) => {
        if (texts.some((text) => text.includes('poison'))) throw new Error('the encoder died')
        return embedder.embed(texts, 'document')
      },
    }
    const batches = each([batch(paper('a')), batch(paper('b', 'poison')), batch(paper('c'))])
    await expect(ingest(engine, fails, clock, batches, { purpose: 'test' })).rejects.toThrow('the encoder died')
    expect(engine.documents.changesAfter(0 as never, 9).map((one) => one.document!.id)).toEqual(['a'])
  })

  test('leaves the lock to others while it waits for its source', async () => {
    async function* slow(): AsyncIterable<Batch> {
      yield batch(paper('a'))
      yield batch(paper('b'))
      ;(await engine.lock('somebody else', 0)).release()
      yield batch(paper('c'))
    }
    await ingest(engine, embedder, clock, slow(), { purpose: 'test' })
    expect(engine.documents.count()).toBe(3)
    ;(await engine.lock('the next', 0)).release()
  })

  test('waits for whoever writes', async () => {
    const lock = await engine.lock('a build', 0)
    void clock.sleep(60_000).then(() => lock.release())
    const before = clock.now()
    await run(batch(paper('a')))
    expect(clock.now() - before).toBeGreaterThanOrEqual(60_000)
  })
})

describe('a text is embedded once', () => {
  const embeddedOnce = () => {
    expect(embedder.embedded).toHaveLength(new Set(embedder.embedded).size)
    return embedder.embedded.length
  }

  test('in one batch, under however many ids', async () => {
    await run(batch(paper('a', 'Same'), paper('b', 'Same'), paper('c', 'Other')))
    expect(embeddedOnce()).toBe(2)
  })

  test('in a later run, revised in anything but the text or not at all', async () => {
    await run(batch(paper('a', 'Same')))
    await run(batch(paper('a', 'Same'), paper('a', 'Same', { version: 2, comment: 'accepted' })))
    expect(embeddedOnce()).toBe(1)
    expect(engine.documents.byId(idOf('a'))).toMatchObject({ version: 2, comment: 'accepted' })
  })

  // The next batch is embedded while this one is being written, so the store does not know its texts yet.
  test('in batches that follow each other', async () => {
    await run(
      batch(paper('a', 'Same')),
      batch(paper('b', 'Same')),
      batch(paper('c', 'Same')),
      batch(paper('d', 'Same')),
    )
    expect(embeddedOnce()).toBe(1)
    const { fingerprint } = embedder
    const hashes = engine.documents.changesAfter(0 as never, 9).map((one) => one.document!.contentHash)
    expect(engine.embeddings.has(fingerprint, hashes).size).toBe(new Set(hashes).size)
  })

  test('of a withdrawn paper not at all', async () => {
    await run(batch(paper('a', 'Same', { withdrawn: true })))
    expect(embedder.embedded).toEqual([])
    await run(batch(paper('a', 'Same', { withdrawn: true })), batch(paper('b', 'Same')))
    expect(embeddedOnce()).toBe(1)
    expect(engine.embeddings.has(embedder.fingerprint, [contentHashOf(paper('b', 'Same'))]).size).toBe(1)
  })

  test('without a vector, where it has no words', async () => {
    await run(batch(paper('a', '!')))
    await run(batch(paper('b', '!')))
    expect(embeddedOnce()).toBe(1)
  })
})
