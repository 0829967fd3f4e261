import { expect, test } from 'vitest'
import { type DocumentRecord, noChanges, type Seq } from '../../../src/domain/document.ts'
import type { Engine, WriteCounts } from '../../../src/ports.ts'
import { daysAgo, idOf, keyOf, noon, purge, put, record, underLock } from '../../engines/fixtures.ts'

import type { Current } from './current.ts'

const title = 'Learned rankings of things that nobody has seen'
const preprint = record('2401.00001', { title, abstract: 'As it was first written.', announced: daysAgo(300) })
const journal = record('doi:10.1000/j.1', {
  source: 'crossref',
  version: 0,
  title: 'Learned Rankings of Unseen Things',
  doi: '10.1000/j.1',
  announced: daysAgo(100),
})
const gathered = record('2401.00001', {
  source: 'openalex',
  version: 0,
  title,
  abstract: 'As somebody copied it.',
  doi: '10.1000/j.1',
  identifiers: ['openalex:W1'],
  countries: ['CH'],
  announced: null,
  announcedBasis: 'unknown',
})

const counts = (facts: Partial<WriteCounts>): WriteCounts => ({ ...noChanges(), ...facts })
const all = (engine: Engine) => engine.documents.changesAfter(0 as Seq, 1_000)
const alive = (engine: Engine) => all(engine).flatMap(({ document }) => document ?? [])
const document = (engine: Engine, id: string) => engine.documents.byId(idOf(id))
const split = (engine: Engine, id: string, source: string) =>
  underLock(engine, () => engine.documents.split(idOf(id), source, noon))
const rejoin = (engine: Engine, id: string, source: string) =>
  underLock(engine, () => engine.documents.rejoin(idOf(id), source, noon))

export function identityTests(current: Current): void {
  test('a work that two sources tell of is one document, which keeps what each said', async () => {
    const { engine } = current()
    await put(engine, [preprint])
    const before = document(engine, '2401.00001')
    expect(before).toMatchObject({ sources: ['arxiv'] })
    expect(engine.documents.sightingsOf(preprint.id)).toHaveLength(1)
    expect(await put(engine, [gathered])).toEqual(counts({ folded: 1 }))
    const after = document(engine, '2401.00001')!
    expect(after).toMatchObject({
      key: before!.key,
      seq: before!.seq + 1,
      contentHash: before!.contentHash,
      sources: ['arxiv', 'openalex'],
      source: 'arxiv',
      abstract: 'As it was first written.',
      doi: '10.1000/j.1',
      identifiers: ['openalex:W1'],
      countries: ['CH'],
      announced: daysAgo(300),
    })
    expect(engine.documents.sightingsOf(after.id).map((one) => one.abstract)).toEqual([
      'As it was first written.',
      'As somebody copied it.',
    ])
    expect(engine.documents.counts()).toMatchObject({ documents: 1, bySource: { arxiv: 1, openalex: 1 } })
  })

  test('the preprint’s id wins, and the document is still found by every id that it had', async () => {
    const { engine } = current()
    await put(engine, [journal])
    await put(engine, [gathered])
    expect(alive(engine)).toMatchObject([{ id: '2401.00001', sources: ['crossref', 'openalex'] }])
    for (const id of ['2401.00001', 'doi:10.1000/j.1', 'openalex:W1', 'arxiv:2401.00001']) {
      expect(document(engine, id)).toMatchObject({ id: '2401.00001' })
    }
    expect(engine.documents.byDoi('10.1000/j.1')).toMatchObject({ id: '2401.00001' })
  })

  test('a document has the abstract of whoever has one, with that one’s title', async () => {
    const { engine } = current()
    await put(engine, [journal])
    await put(engine, [gathered])
    expect(document(engine, '2401.00001')).toMatchObject({
      title,
      abstract: 'As somebody copied it.',
      contentHash: engine.documents.sightingsOf(idOf('2401.00001'))[1].contentHash,
    })
  })

  test('a record that names two documents makes them one: the older key stays, readers learn of the other', async () => {
    const { engine } = current()
    await put(engine, [journal])
    await put(engine, [{ ...preprint, title: 'Under the title of its beginnings' }])
    expect(alive(engine)).toHaveLength(2)
    const [older, newer] = alive(engine).map((one) => one.key)
    const seq = engine.documents.lastSeq()
    expect(await put(engine, [gathered])).toEqual(counts({ folded: 1 }))
    expect(alive(engine)).toMatchObject([{ key: older, id: '2401.00001', sources: ['arxiv', 'crossref', 'openalex'] }])
    expect(engine.documents.changesAfter(seq, 10).map((one) => [one.key, one.document?.id ?? null])).toEqual([
      [older, '2401.00001'],
      [newer, null],
    ])
    expect(document(engine, 'doi:10.1000/j.1')).toMatchObject({ key: older })
  })

  test('versions are those of the leading source, and go where it goes', async () => {
    const { engine } = current()
    const second = { ...preprint, version: 2, abstract: 'As it was improved.' }
    const versions = [{ version: 1, at: daysAgo(200) }]
    await put(engine, [journal])
    await put(engine, [{ ...preprint, title: 'Under the title of its beginnings' }, second])
    await put(engine, [{ ...gathered, versions }])
    const seen = () => engine.documents.versionsOf(idOf('2401.00001')).map((one) => [one.version, one.title])
    const both = [
      [1, 'Under the title of its beginnings'],
      [2, title],
    ]
    expect(seen()).toEqual(both)
    await split(engine, '2401.00001', 'arxiv')
    expect(seen()).toEqual(both)
  })

  test('what is delivered again changes nothing; what is revised, revises the document', async () => {
    const { engine } = current()
    await put(engine, [preprint, journal, gathered])
    const before = all(engine)
    expect(await put(engine, [preprint, journal, gathered])).toEqual(counts({ unchanged: 3 }))
    expect(all(engine)).toEqual(before)
    expect(await put(engine, [{ ...gathered, countries: ['CH', 'FR'] }])).toEqual(counts({ revised: 1 }))
    expect(document(engine, '2401.00001')).toMatchObject({ countries: ['CH', 'FR'] })
    expect(await put(engine, [{ ...preprint, version: 2, abstract: 'Better.' }])).toEqual(counts({ replaced: 1 }))
    expect(document(engine, '2401.00001')).toMatchObject({ version: 2, abstract: 'Better.' })
  })

  test('a revision that does not show is kept, and no reader hears of it', async () => {
    const { engine } = current()
    await put(engine, [preprint, gathered])
    const before = engine.documents.lastSeq()
    expect(await put(engine, [{ ...gathered, abstract: 'As it was copied anew.' }])).toEqual(counts({ revised: 1 }))
    expect(engine.documents.lastSeq()).toBe(before)
    expect(engine.documents.sightingsOf(preprint.id)[1]).toMatchObject({ abstract: 'As it was copied anew.' })
  })

  test('the same title by the same author of about the same year is the same work', async () => {
    const { engine } = current()
    await put(engine, [preprint])
    const elsewhere = {
      ...journal,
      title: 'Learned rankings of things (that nobody has seen)',
      authors: ['Lovelace A'],
    }
    expect(await put(engine, [elsewhere])).toEqual(counts({ folded: 1 }))
    expect(document(engine, 'doi:10.1000/j.1')).toMatchObject({ id: '2401.00001', doi: '10.1000/j.1' })
  })

  test('a source’s own documents are not one for their titles', async () => {
    const { engine } = current()
    await put(engine, [preprint, { ...preprint, id: idOf('2401.00002') }])
    await put(
      engine,
      ['a', 'b'].map((id) => ({ ...journal, id: idOf(`feed:${id}`), source: 'feed', doi: null })),
    )
    expect(alive(engine)).toHaveLength(4)
  })

  test('posts and releases are never papers', async () => {
    const { engine } = current()
    await put(engine, [preprint])
    const post = { ...preprint, source: 'hacker-news', kind: 'post' as const, identifiers: ['hacker-news:1'] }
    expect(await put(engine, [post])).toEqual(counts({ new: 1 }))
    expect(alive(engine).map((one) => [one.id, one.kind])).toEqual([
      ['2401.00001', 'paper'],
      ['hacker-news:1', 'post'],
    ])
  })

  test('a stand-in gives way to a record of any source that names it, and is never folded', async () => {
    const { engine } = current()
    const standIn = record('2401.00001', { source: 'sample', standIn: true, version: 0, abstract: 'Ours.' })
    await put(engine, [standIn])
    const { key } = document(engine, '2401.00001')!
    expect(await put(engine, [{ ...journal, identifiers: ['arxiv:2401.00001'] }])).toEqual(counts({ revised: 1 }))
    expect(alive(engine)).toMatchObject([{ key, id: 'doi:10.1000/j.1', sources: ['crossref'], abstract: '' }])
    expect(await put(engine, [standIn])).toEqual(counts({ unchanged: 1 }))
    expect(alive(engine)).toHaveLength(1)
  })

  test('what would become part of a held document is known before it is written', async () => {
    const { engine } = current()
    await put(engine, [preprint])
    const held = document(engine, '2401.00001')
    const before = all(engine)
    const { identify } = engine.documents
    expect(identify(preprint)).toEqual(held)
    expect(identify(gathered)).toEqual(held)
    expect(identify({ ...journal, title })).toEqual(held)
    expect(identify(journal)).toBeNull()
    expect(all(engine)).toEqual(before)
  })

  test('a wrong fold is split: both are as they would have been alone, and stay apart', async () => {
    const { engine } = current()
    const mistaken = { ...gathered, title: 'Quite another paper', abstract: 'Of something else.' }
    await put(engine, [preprint, mistaken])
    const { key } = document(engine, '2401.00001')!
    expect(await split(engine, '2401.00001', 'openalex')).toEqual(['2401.00001', 'openalex:W1'])
    expect(document(engine, '2401.00001')).toMatchObject({ ...preprint, key, sources: ['arxiv'], doi: null })
    expect(document(engine, 'openalex:W1')).toMatchObject({ title: 'Quite another paper', sources: ['openalex'] })
    expect(await put(engine, [preprint, mistaken])).toEqual(counts({ unchanged: 2 }))
    expect(await put(engine, [{ ...mistaken, countries: ['FR'], identifiers: ['openalex:W1', 'pmid:1'] }])).toEqual(
      counts({ revised: 1 }),
    )
    expect(alive(engine).map((one) => one.id)).toEqual(['2401.00001', 'openalex:W1'])
    // What the wrong one says of itself does not draw others away from the right one.
    await put(engine, [{ ...gathered, source: 'semantic-scholar', identifiers: ['s2:aa'] }])
    expect(document(engine, '2401.00001')).toMatchObject({ sources: ['arxiv', 'semantic-scholar'] })
  })

  test('a split is taken back from either side', async () => {
    const { engine } = current()
    await put(engine, [preprint, gathered, journal])
    const before = document(engine, '2401.00001')!
    for (const side of ['2401.00001', 'openalex:W1']) {
      // Nobody else had said that the preprint and the article are one.
      expect(await split(engine, '2401.00001', 'openalex')).toEqual(['2401.00001', 'doi:10.1000/j.1', 'openalex:W1'])
      expect(await rejoin(engine, side, 'openalex')).toEqual(['2401.00001'])
      expect(document(engine, '2401.00001')).toEqual({ ...before, seq: expect.anything() })
      expect(alive(engine)).toHaveLength(1)
    }
    expect(await rejoin(engine, '2401.00001', 'openalex')).toBeNull()
  })

  test('there is nothing to split where a source says nothing or everything', async () => {
    const { engine } = current()
    await put(engine, [preprint])
    expect(await split(engine, '2401.00001', 'arxiv')).toBeNull()
    expect(await split(engine, '2401.00001', 'openalex')).toBeNull()
    expect(await split(engine, '2401.99999', 'arxiv')).toBeNull()
  })

  test('purging takes every sighting and every name', async () => {
    const { engine } = current()
    await put(engine, [preprint, gathered, journal])
    expect(await purge(engine, 'doi:10.1000/j.1')).toBe(1)
    for (const id of ['2401.00001', 'doi:10.1000/j.1', 'openalex:W1']) expect(document(engine, id)).toBeNull()
    expect(engine.documents.sightingsOf(preprint.id)).toEqual([])
    expect(engine.documents.identify(gathered)).toBeNull()
    expect(await put(engine, [journal])).toEqual(counts({ new: 1 }))
    expect(alive(engine)).toMatchObject([{ sources: ['crossref'] }])
  })

  test('a write that throws in mid-fold leaves two documents as they were', async () => {
    const { engine } = current()
    await put(engine, [journal, { ...preprint, title: 'Under the title of its beginnings' }])
    const before = all(engine)
    const poisoned: DocumentRecord = {
      ...record('c'),
      get title(): string {
        throw new Error('poison')
      },
    }
    const writes = [gathered, poisoned].map((one) => ({ record: one, contentHash: 'h' }))
    await expect(
      underLock(engine, () => engine.documents.write({ writes, embeddings: [], harvested: noon })),
    ).rejects.toThrow('poison')
    expect(all(engine)).toEqual(before)
    expect(engine.documents.sightingsOf(journal.id)).toHaveLength(1)
    expect(document(engine, 'openalex:W1')).toBeNull()
    expect(await put(engine, [gathered])).toEqual(counts({ folded: 1 }))
  })

  test('a name of too many documents is none', async () => {
    const { engine } = current()
    const proceedings = Array.from({ length: 20 }, (_, i) => ({
      ...preprint,
      id: idOf(`2402.${String(i).padStart(5, '0')}`),
      doi: '10.1000/j.1',
      title: `Paper ${i} of the proceedings`,
    }))
    await put(engine, proceedings)
    expect(await put(engine, [journal])).toEqual(counts({ new: 1 }))
    expect(keyOf(engine, 'doi:10.1000/j.1')).toBe(21)
  })

  test('a record is known again though its names are those of a crowd and its id is another’s', async () => {
    const { engine } = current()
    const other = { ...journal, source: 'feed', title: 'The volume itself' }
    const claims = Array.from({ length: 20 }, (_, i) => ({
      ...journal,
      source: 'own',
      id: idOf(`notes-${i}`),
      identifiers: [],
      kind: 'post' as const,
    }))
    await put(engine, [journal, ...claims])
    expect(await put(engine, [other])).toEqual(counts({ new: 1 }))
    const { key } = document(engine, 'feed:doi:10.1000/j.1')!
    expect(await put(engine, [other])).toEqual(counts({ unchanged: 1 }))
    expect(await put(engine, [{ ...other, title: 'Another title by now' }])).toEqual(counts({ revised: 1 }))
    expect(document(engine, 'feed:doi:10.1000/j.1')).toMatchObject({ key, title: 'Another title by now' })
  })
}
