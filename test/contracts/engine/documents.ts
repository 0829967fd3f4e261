import { expect, test } from 'vitest'
import { contentHashOf } from '../../../indexer/ingest.ts'
import { type DocumentRecord, noChanges, type Seq } from '../../../src/domain/document.ts'
import { type Day, instant } from '../../../src/domain/instant.ts'
import type { WriteCounts } from '../../../src/ports.ts'
import { daysAgo, idOf, keyOf, markOf, noon, purge, put, record, underLock } from '../../engines/fixtures.ts'
import { vectorOf, wordEmbedder } from '../../word-embedder.ts'

import type { Current } from './current.ts'

const counts = (facts: Partial<WriteCounts>): WriteCounts => ({ ...noChanges(), ...facts })

export function documentTests(current: Current): void {
  test('a write says what became of each record', async () => {
    const { engine } = current()
    expect(await put(engine, [record('a'), record('b')])).toEqual(counts({ new: 2 }))
    expect(await put(engine, [record('a'), record('b', { version: 2, title: 'Better' }), record('c')])).toEqual(
      counts({ unchanged: 1, replaced: 1, new: 1 }),
    )
    expect(await put(engine, [record('b'), record('c', { withdrawn: true })])).toEqual(
      counts({ stale: 1, withdrawn: 1 }),
    )
    expect(await put(engine, [record('c', { withdrawn: true })])).toEqual(counts({ unchanged: 1 }))
    expect(engine.documents.counts()).toEqual({ documents: 3, withdrawn: 1, bySource: { arxiv: 3 } })
  })

  test('papers are counted by the UTC day of their announcement, for each of their sources, the withdrawn too', async () => {
    const { engine } = current()
    const at = (iso: string) => instant(Date.parse(iso))
    const doi = '10.1000/shared'
    await put(engine, [
      record('before', { announced: at('2026-01-04T23:59:59.999Z') }),
      record('first', { announced: at('2026-01-05T00:00:00Z') }),
      record('withdrawn', { announced: at('2026-01-05T12:00:00Z'), withdrawn: true }),
      record('shared', { announced: at('2026-01-07T01:00:00Z'), doi }),
      record('crossref:a', { source: 'crossref', announced: at('2026-01-07T09:00:00Z'), doi }),
      record('last', { announced: at('2026-01-07T23:59:59.999Z') }),
      record('after', { announced: at('2026-01-08T00:00:00Z') }),
      record('undated', { announced: null, announcedBasis: 'unknown' }),
    ])
    const days = engine.documents.announcedByDay('2026-01-05' as Day, '2026-01-07' as Day)
    expect(days).toEqual([
      { day: '2026-01-05', source: 'arxiv', documents: 2 },
      { day: '2026-01-07', source: 'arxiv', documents: 2 },
      { day: '2026-01-07', source: 'crossref', documents: 1 },
    ])
    expect(engine.documents.byDoi(doi)?.sources).toEqual(['arxiv', 'crossref'])
    expect(engine.documents.announcedByDay('2025-01-01' as Day, '2025-12-31' as Day)).toEqual([])
  })

  test('the same id twice in one write is one document', async () => {
    const { engine } = current()
    expect(await put(engine, [record('a'), record('a'), record('a', { version: 2 })])).toEqual(
      counts({ new: 1, unchanged: 1, replaced: 1 }),
    )
    expect(engine.documents.count()).toBe(1)
  })

  test('a document comes back as it was written', async () => {
    const { engine } = current()
    const full = record('2401.00001', {
      title: 'Été: a “title” — 数学',
      abstract: 'With 😀 and \u0000 in it',
      authors: ['Çelik, Ö.', 'O’Neil'],
      categories: ['math.GT', 'cs.IR'],
      comment: '12 pages',
      doi: '10.1000/x.y',
      submitted: daysAgo(102),
      updated: daysAgo(90),
    })
    await put(engine, [full])
    const stored = engine.documents.byId(full.id)!
    expect(stored).toMatchObject({ ...full, harvested: noon, contentHash: contentHashOf(full) })
    expect(engine.documents.byDoi('10.1000/x.y')).toEqual(stored)
    expect(engine.documents.byKeys([stored.key, (stored.key + 1) as typeof stored.key])).toEqual(
      new Map([[stored.key, stored]]),
    )
    const { kind, sources, authors, categories, countries, fields } = stored
    expect(engine.documents.traitsOf([stored.key, (stored.key + 1) as typeof stored.key])).toEqual(
      new Map([[stored.key, { kind, sources, authors, categories, countries, fields }]]),
    )
  })

  test('what is not there is null, empty or zero', () => {
    const { documents, embeddings, catalog } = current().engine
    expect(documents.byId(idOf('x'))).toBeNull()
    expect(documents.byDoi('10.1/x')).toBeNull()
    expect(documents.byTitleKey('x')).toEqual([])
    expect(documents.versionsOf(idOf('x'))).toEqual([])
    expect(documents.changesAfter(0 as Seq, 10)).toEqual([])
    expect(documents.counts()).toEqual({ documents: 0, withdrawn: 0, bySource: {} })
    expect(documents.lastSeq()).toBe(0)
    expect(documents.watermarks()).toEqual([])
    expect(documents.importProgress('f')).toBeNull()
    expect(embeddings.latest()).toBeNull()
    expect(embeddings.count('f')).toBe(0)
    expect(embeddings.load('f', ['h']).size + embeddings.has('f', ['h']).size).toBe(0)
    expect(catalog.current()).toBeNull()
    expect(catalog.list()).toEqual([])
  })

  test('titles are found by their key, newest announcement first, undated last', async () => {
    const { engine } = current()
    await put(engine, [
      record('old', { title: 'Attention!', announced: daysAgo(50) }),
      record('undated', { title: 'ATTENTION', announced: null, announcedBasis: 'unknown' }),
      record('new', { title: 'attention', announced: daysAgo(1) }),
    ])
    expect(engine.documents.byTitleKey('attention').map((one) => one.id)).toEqual(['new', 'old', 'undated'])
  })

  test('a stand-in gives way to any real record, and never the other way', async () => {
    const { engine } = current()
    const standIn = record('a', { standIn: true, source: 'sample', version: 0, title: 'Ours', announced: daysAgo(3) })
    await put(engine, [standIn])
    expect(await put(engine, [record('a', { title: 'Theirs', announced: daysAgo(2) })])).toEqual(counts({ revised: 1 }))
    expect(engine.documents.byId(idOf('a'))).toMatchObject({
      title: 'Theirs',
      source: 'arxiv',
      standIn: false,
      announced: daysAgo(2),
    })
    expect(engine.documents.versionsOf(idOf('a'))).toHaveLength(1)
    expect(await put(engine, [standIn])).toEqual(counts({ unchanged: 1 }))
    expect(engine.documents.byId(idOf('a'))).toMatchObject({ title: 'Theirs' })
  })

  test('changes come in order, each document once at its last change, the purged among them', async () => {
    const { engine } = current()
    await put(engine, [record('a'), record('b'), record('c')])
    const seen = engine.documents.lastSeq()
    const purgedKey = keyOf(engine, 'a')
    await put(engine, [record('c', { version: 2 })])
    expect(await purge(engine, 'a', 'nobody', 'a')).toBe(1)
    await put(engine, [record('b', { version: 2 })])
    const changes = engine.documents.changesAfter(0 as Seq, 10)
    expect(changes.map((one) => one.document?.id ?? one.key)).toEqual(['c', purgedKey, 'b'])
    expect(changes.map((one) => one.seq)).toEqual([seen + 1, seen + 2, seen + 3])
    expect(engine.documents.changesAfter(seen, 2)).toEqual(changes.slice(0, 2))
    expect(engine.documents.changesAfter(changes[1].seq, 10)).toEqual(changes.slice(2))
    expect(engine.documents.lastSeq()).toBe(seen + 3)
  })

  test('what changed nothing is no change', async () => {
    const { engine } = current()
    await put(engine, [record('a', { version: 3 })])
    const before = engine.documents.lastSeq()
    await put(engine, [record('a', { version: 3 }), record('a', { version: 2, title: 'Late' })])
    expect(engine.documents.lastSeq()).toBe(before)
  })

  test('a purged document can be added again, under a key that nobody had before', async () => {
    const { engine } = current()
    await put(engine, [record('a')])
    const first = keyOf(engine, 'a')
    await purge(engine, 'a')
    expect(engine.documents.byId(idOf('a'))).toBeNull()
    expect(await put(engine, [record('a')])).toEqual(counts({ new: 1 }))
    expect(keyOf(engine, 'a')).toBeGreaterThan(first)
  })

  test('a write that throws leaves nothing behind: no document, no embedding, no mark, no seq', async () => {
    const { engine } = current()
    await put(engine, [record('a')], { watermark: markOf('s', '2026-01-01') })
    const before = engine.documents.changesAfter(0 as Seq, 10)
    const poisoned: DocumentRecord = {
      ...record('c'),
      get title(): string {
        throw new Error('poison')
      },
    }
    await expect(
      underLock(engine, () =>
        engine.documents.write({
          writes: [
            { record: record('a', { version: 2, title: 'Revised' }), contentHash: 'h2' },
            { record: record('b'), contentHash: 'h3' },
            { record: poisoned, contentHash: 'h4' },
          ],
          embeddings: [{ fingerprint: 'other', contentHash: 'h3', vector: vectorOf('b') }],
          harvested: noon,
          watermark: markOf('s', '2026-02-02'),
          progress: { file: 'f', lines: 3, done: false },
        }),
      ),
    ).rejects.toThrow('poison')
    expect(engine.documents.changesAfter(0 as Seq, 10)).toEqual(before)
    expect(engine.documents.lastSeq()).toBe(before.at(-1)!.seq)
    expect(engine.embeddings.count('other')).toBe(0)
    expect(engine.embeddings.latest()!.fingerprint).toBe(wordEmbedder().fingerprint)
    expect(engine.documents.watermarks()).toEqual([markOf('s', '2026-01-01')])
    expect(engine.documents.importProgress('f')).toBeNull()
    expect(engine.documents.versionsOf(idOf('a'))).toHaveLength(1)
  })
}
