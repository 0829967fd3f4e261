import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contentHashOf } from '../../indexer/ingest.ts'
import type { DocumentRecord, Seq } from '../../src/domain/document.ts'
import { CorruptStore, StoreLocked } from '../../src/domain/errors.ts'
import type { GenerationId } from '../../src/domain/generation.ts'
import { type Day, dayMs, instant } from '../../src/domain/instant.ts'
import { type Filters, noFilters } from '../../src/domain/query.ts'
import type { Clock, Engine, GatherRequest, Snapshot } from '../../src/ports.ts'
import {
  build,
  daysAgo,
  dimension,
  idOf,
  idsIn,
  keyOf,
  noon,
  purge,
  put,
  record,
  request,
  underLock,
} from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { vectorOf, wordEmbedder } from '../word-embedder.ts'

/** What every engine owes. `open` gives an empty engine; what it opened besides is its own to clean up. */
export function engineContract(name: string, open: (clock: Clock) => Promise<Engine>): void {
  let clock: VirtualClock
  let engine: Engine

  beforeEach(async () => {
    clock = new VirtualClock()
    engine = await open(clock)
  })

  afterEach(() => engine.close())

  const current = () => ({ engine, clock })
  describe(`${name}: documents`, () => documentTests(current))
  describe(`${name}: versions`, () => versionTests(current))
  describe(`${name}: embeddings and marks`, () => markTests(current))
  describe(`${name}: what can be found`, () => findTests(current))
  describe(`${name}: filters`, () => filterTests(current))
  describe(`${name}: the calendar`, () => calendarTests(current))
  describe(`${name}: generations`, () => generationTests(current))
  describe(`${name}: snapshots`, () => snapshotTests(current))
  describe(`${name}: the writer lock`, () => lockTests(current))
}

type Current = () => { engine: Engine; clock: VirtualClock }

const counts = (facts: Record<string, number>) => ({
  new: 0,
  revised: 0,
  withdrawn: 0,
  unchanged: 0,
  stale: 0,
  ...facts,
})

function documentTests(current: Current): void {
  test('a write says what became of each record', async () => {
    const { engine } = current()
    expect(await put(engine, [record('a'), record('b')])).toEqual(counts({ new: 2 }))
    expect(await put(engine, [record('a'), record('b', { version: 2, title: 'Better' }), record('c')])).toEqual(
      counts({ unchanged: 1, revised: 1, new: 1 }),
    )
    expect(await put(engine, [record('b'), record('c', { withdrawn: true })])).toEqual(
      counts({ stale: 1, withdrawn: 1 }),
    )
    expect(await put(engine, [record('c', { withdrawn: true })])).toEqual(counts({ unchanged: 1 }))
    expect(engine.documents.counts()).toEqual({ documents: 3, withdrawn: 1, bySource: { arxiv: 3 } })
  })

  test('the same id twice in one write is one document', async () => {
    const { engine } = current()
    expect(await put(engine, [record('a'), record('a'), record('a', { version: 2 })])).toEqual(
      counts({ new: 1, unchanged: 1, revised: 1 }),
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
    await put(engine, [record('a')], { watermark: { source: 's', through: '2026-01-01' as Day } })
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
          watermark: { source: 's', through: '2026-02-02' as Day },
          progress: { file: 'f', lines: 3, done: false },
        }),
      ),
    ).rejects.toThrow('poison')
    expect(engine.documents.changesAfter(0 as Seq, 10)).toEqual(before)
    expect(engine.documents.lastSeq()).toBe(before.at(-1)!.seq)
    expect(engine.embeddings.count('other')).toBe(0)
    expect(engine.embeddings.latest()!.fingerprint).toBe(wordEmbedder().fingerprint)
    expect(engine.documents.watermarks()).toEqual([{ source: 's', through: '2026-01-01' }])
    expect(engine.documents.importProgress('f')).toBeNull()
    expect(engine.documents.versionsOf(idOf('a'))).toHaveLength(1)
  })
}

function versionTests(current: Current): void {
  const announced = daysAgo(40)

  test('a revision keeps the first announcement', async () => {
    const { engine } = current()
    await put(engine, [record('a', { announced })])
    await put(engine, [record('a', { version: 2, title: 'Better', announced: daysAgo(1), updated: daysAgo(2) })])
    expect(engine.documents.byId(idOf('a'))).toMatchObject({ version: 2, title: 'Better', announced })
  })

  test('a stated announcement replaces a derived one; an unknown one replaces none', async () => {
    const { engine } = current()
    await put(engine, [record('a', { announced: daysAgo(41), announcedBasis: 'derived' })])
    await put(engine, [record('a', { version: 2, announced })])
    await put(engine, [record('a', { version: 3, announced: null, announcedBasis: 'unknown' })])
    expect(engine.documents.byId(idOf('a'))).toMatchObject({ version: 3, announced, announcedBasis: 'stated' })
  })

  test('what is announced later than it was harvested was announced when it was harvested', async () => {
    const { engine } = current()
    await put(engine, [record('a', { announced: instant(noon + dayMs) })])
    expect(engine.documents.byId(idOf('a'))).toMatchObject({ announced: noon, announcedBasis: 'derived' })
  })

  test('versions are listed in order, with the text of those that were seen', async () => {
    const { engine } = current()
    const versions = [1, 2, 3].map((version) => ({ version, at: daysAgo(100 - version) }))
    await put(engine, [
      record('a', { version: 2, title: 'Second', updated: daysAgo(98), versions: versions.slice(0, 2) }),
    ])
    await put(engine, [record('a', { version: 3, title: 'Third', updated: daysAgo(97), versions })])
    expect(engine.documents.versionsOf(idOf('a'))).toEqual([
      { version: 1, at: daysAgo(99), title: null, abstract: null },
      { version: 2, at: daysAgo(98), title: 'Second', abstract: '' },
      { version: 3, at: daysAgo(97), title: 'Third', abstract: '' },
    ])
  })

  test('a stale record still tells of versions', async () => {
    const { engine } = current()
    await put(engine, [record('a', { version: 2, updated: daysAgo(5) })])
    await put(engine, [record('a', { versions: [{ version: 1, at: daysAgo(9) }] })])
    expect(engine.documents.versionsOf(idOf('a')).map(({ version, at }) => [version, at])).toEqual([
      [1, daysAgo(9)],
      [2, daysAgo(5)],
    ])
  })

  test('purging takes every version', async () => {
    const { engine } = current()
    await put(engine, [record('a')])
    await put(engine, [record('a', { version: 2, title: 'Second' })])
    await purge(engine, 'a')
    await put(engine, [record('a', { version: 3, title: 'Third' })])
    expect(engine.documents.versionsOf(idOf('a')).map((one) => one.version)).toEqual([3])
  })
}

function markTests(current: Current): void {
  test('embeddings are kept by fingerprint and content; the first of a text stays', async () => {
    const { engine } = current()
    const [one, other] = [vectorOf('one')!, vectorOf('other')!]
    const embeddings = [
      { fingerprint: 'f', contentHash: 'h1', vector: one },
      { fingerprint: 'f', contentHash: 'h2', vector: null },
      { fingerprint: 'g', contentHash: 'h1', vector: other },
      { fingerprint: 'f', contentHash: 'h1', vector: other },
    ]
    await underLock(engine, () => engine.documents.write({ writes: [], embeddings, harvested: noon }))
    expect(engine.embeddings.load('f', ['h1', 'h2', 'h3'])).toEqual(
      new Map([
        ['h1', one],
        ['h2', null],
      ]),
    )
    expect(engine.embeddings.load('g', ['h1', 'h2'])).toEqual(new Map([['h1', other]]))
    expect(engine.embeddings.has('f', ['h1', 'h2', 'h3'])).toEqual(new Set(['h1', 'h2']))
    expect([engine.embeddings.count('f'), engine.embeddings.count('g')]).toEqual([2, 1])
    expect(engine.embeddings.latest()).toEqual({ fingerprint: 'g', dimension })
  })

  test('a fingerprint whose texts have no vectors has no dimension to be the latest with', async () => {
    const { engine } = current()
    const embeddings = [
      { fingerprint: 'f', contentHash: 'h', vector: vectorOf('one') },
      { fingerprint: 'g', contentHash: 'h', vector: null },
    ]
    await underLock(engine, () => engine.documents.write({ writes: [], embeddings, harvested: noon }))
    expect(engine.embeddings.latest()!.fingerprint).toBe('f')
  })

  test('watermarks move with a write, each for its source, and never back', async () => {
    const { engine } = current()
    const move = (source: string, through: string) =>
      put(engine, [], { watermark: { source, through: through as Day } })
    await move('s', '2026-01-05')
    await move('r', '2026-01-01')
    await move('s', '2026-01-03')
    expect(engine.documents.watermarks()).toEqual([
      { source: 'r', through: '2026-01-01' },
      { source: 's', through: '2026-01-05' },
    ])
  })

  test('the progress of an import is the last one written', async () => {
    const { engine } = current()
    for (const [lines, done] of [
      [10, false],
      [20, true],
    ] as const) {
      await underLock(engine, () =>
        engine.documents.write({ writes: [], embeddings: [], harvested: noon, progress: { file: 'f', lines, done } }),
      )
    }
    expect(engine.documents.importProgress('f')).toEqual({ file: 'f', lines: 20, done: true })
  })
}

/** Finds with one ranker alone: by words without a vector, or by a vector without words. */
const byWords = (text: string, facts: Partial<GatherRequest> = {}) => request(text, { vector: null, ...facts })
const byVector = (text: string, facts: Partial<GatherRequest> = {}) => request(text, { terms: [], depth: 1, ...facts })

function findTests(current: Current): void {
  test('a document is found by words and by vector right after its write and a refresh', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    expect(await reader.refresh()).toBe(false)
    await put(engine, [record('a', { title: 'Sparse mixtures' }), record('b', { title: 'Dense retrieval' })])
    expect(await reader.refresh()).toBe(true)
    expect(await reader.refresh()).toBe(false)
    const snapshot = reader.snapshot()
    expect(idsIn(engine, await snapshot.gather(byWords('mixture')))).toEqual(['a'])
    expect(idsIn(engine, await snapshot.gather(byVector('dense retrieval')))).toEqual(['b'])
    expect(snapshot).toMatchObject({
      generation: null,
      fingerprint: wordEmbedder().fingerprint,
      mark: engine.documents.lastSeq(),
    })
    expect(reader.counts).toEqual({ static: 0, fresh: 2 })
    await reader.close()
  })

  test('an empty engine answers with nothing', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    const evidence = await reader.snapshot().gather(request('anything'))
    expect(evidence).toMatchObject({ candidates: [], best: { cosine: -1, bm25: 0 }, documents: 0, lastWeek: 0 })
    expect(evidence.corpusAges).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('a candidate carries both scores, whichever ranker brought it', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha beta' }), record('b', { title: 'Gamma delta' })])
    await build(engine, clock)
    await put(engine, [record('c', { title: 'Alpha gamma' })])
    const reader = await engine.openReader()
    const { candidates } = await reader.snapshot().gather(request('alpha', { vector: vectorOf('gamma delta') }))
    expect(candidates.map((one) => [one.key, one.tier])).toEqual(
      expect.arrayContaining([
        [keyOf(engine, 'a'), 'static'],
        [keyOf(engine, 'b'), 'static'],
        [keyOf(engine, 'c'), 'fresh'],
      ]),
    )
    for (const one of candidates) expect(one.cosine).not.toBeNull()
    expect(candidates.filter((one) => one.bm25 > 0).map((one) => one.key)).toEqual([
      keyOf(engine, 'a'),
      keyOf(engine, 'c'),
    ])
    expect(candidates.find((one) => one.key === keyOf(engine, 'b'))!.cosine).toBeGreaterThan(0.9)
  })

  test('a document without a vector is found by words and has no cosine', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' })], { embed: false })
    await put(engine, [record('b', { title: 'Alpha beta' })])
    const reader = await engine.openReader()
    const cosines = async () =>
      Object.fromEntries(
        (await reader.snapshot().gather(request('alpha'))).candidates.map((one) => [one.key, one.cosine !== null]),
      )
    const expected = { [keyOf(engine, 'a')]: false, [keyOf(engine, 'b')]: true }
    expect(await cosines()).toEqual(expected)
    const silent = { ...wordEmbedder(), embed: async (texts: readonly string[]) => texts.map(() => null) }
    await build(engine, clock, silent)
    await reader.refresh()
    expect(await cosines()).toEqual(expected)
  })

  test('a vector at exactly right angles to the query has the cosine 0, not none', async () => {
    const { engine, clock } = current()
    const axis = (at: number) => Float32Array.from({ length: dimension }, (_, i) => (i === at ? 1 : 0))
    const onFirstAxis = { ...wordEmbedder(), embed: async (texts: readonly string[]) => texts.map(() => axis(0)) }
    await put(engine, [record('a', { title: 'Alpha' })], { embedder: onFirstAxis })
    const reader = await engine.openReader()
    const cosine = async () =>
      (await reader.snapshot().gather(request('alpha', { vector: axis(1) }))).candidates.map((one) => one.cosine)
    expect(await cosine()).toEqual([0])
    await build(engine, clock, onFirstAxis)
    await reader.refresh()
    expect(await cosine()).toEqual([0])
  })

  test('only the tiers asked for answer, but statistics are of both', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' }), record('z', { title: 'Zeta' })])
    await build(engine, clock)
    await put(engine, [record('b', { title: 'Alpha beta' })])
    const snapshot = (await engine.openReader()).snapshot()
    const both = await snapshot.gather(request('alpha'))
    for (const [tiers, id] of [
      [{ static: true, fresh: false }, 'a'],
      [{ static: false, fresh: true }, 'b'],
    ] as const) {
      const one = await snapshot.gather(byWords('alpha', { tiers }))
      expect(idsIn(engine, one)).toEqual([id])
      expect(one.terms).toEqual(both.terms)
      expect(one.documents).toBe(3)
    }
  })

  test('named documents are scored where the snapshot and the filters let them through', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' }), record('b', { title: 'Beta', categories: ['math.GT'] })])
    await build(engine, clock)
    await put(engine, [record('c', { title: 'Gamma' }), record('d', { title: 'Delta', withdrawn: true })])
    const snapshot = (await engine.openReader()).snapshot()
    const keys = ['a', 'b', 'c', 'd'].map((id) => keyOf(engine, id))
    const found = await snapshot.scoreOf(keys, request('alpha'))
    expect(found.map((one) => one.key)).toEqual([keys[0], keys[1], keys[2]])
    const gathered = await snapshot.gather(request('alpha'))
    for (const one of found) expect(gathered.candidates).toContainEqual(one)
    const filtered = request('alpha', { filters: { ...noFilters, categories: ['cs'] } })
    expect(idsIn(engine, { candidates: await snapshot.scoreOf(keys, filtered) })).toEqual(['a', 'c'])
  })

  test('a purged, withdrawn or revised document leaves the static tier at once', async () => {
    const { engine, clock } = current()
    await put(
      engine,
      ['p', 'w', 'r', 'k'].map((id) => record(id, { title: `Alpha ${id}` })),
    )
    await build(engine, clock)
    const reader = await engine.openReader()
    await purge(engine, 'p')
    await put(engine, [record('w', { title: 'Alpha w', withdrawn: true })])
    await put(engine, [record('r', { title: 'Omega r', version: 2 })])
    await reader.refresh()
    expect(
      idsIn(engine, await reader.snapshot().gather(request('alpha', { tiers: { static: true, fresh: false } }))),
    ).toEqual(['k'])
    expect(idsIn(engine, await reader.snapshot().gather(byWords('alpha')))).toEqual(['k'])
    expect(idsIn(engine, await reader.snapshot().gather(byWords('omega')))).toEqual(['r'])
  })

  test('the same goes for the fresh tier, change after change', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    for (const [version, title] of [
      [1, 'Alpha'],
      [2, 'Beta'],
      [3, 'Alpha again'],
    ] as const) {
      await put(engine, [record('a', { version, title })])
      await reader.refresh()
    }
    const found = await reader.snapshot().gather(request('alpha beta'))
    expect(found.candidates).toHaveLength(1)
    await put(engine, [record('a', { version: 4, title: 'Alpha', withdrawn: true })])
    await reader.refresh()
    expect((await reader.snapshot().gather(request('alpha beta'))).candidates).toEqual([])
    await put(engine, [record('a', { version: 5, title: 'Alpha' })])
    await reader.refresh()
    expect((await reader.snapshot().gather(request('alpha beta'))).candidates).toHaveLength(1)
    await purge(engine, 'a')
    await reader.refresh()
    expect((await reader.snapshot().gather(request('alpha beta'))).candidates).toEqual([])
  })

  test('a phrase that no syntax could be made of is a phrase, and one without words is nowhere', async () => {
    const { engine } = current()
    await put(engine, [record('a', { title: 'NOT "quoted" AND near(x)' })])
    const { documents } = engine
    const all = new Set([keyOf(engine, 'a')])
    for (const phrase of ['"quoted" and', 'NOT', 'near(x', 'AND NEAR'])
      expect(documents.withPhrase(phrase)).toEqual(all)
    for (const phrase of ['', '!!!', '*', 'quoted not', 'a" OR "quoted', 'title : x']) {
      expect(documents.withPhrase(phrase)).toEqual(new Set())
    }
  })
}

function filterTests(current: Current): void {
  const corpus = [
    record('ir', { title: 'Alpha beta gamma', authors: ['Grace Hopper', 'Ada Lovelace'] }),
    record('cs', { title: 'Alpha', abstract: 'Gamma delta.', categories: ['cs'], announced: daysAgo(10) }),
    record('gt', { title: 'Alpha gamma', abstract: 'beta gamma', categories: ['math.GT', 'stat.ML'], source: 'own' }),
    record('undated', { title: 'Alpha, betas!', announced: null, announcedBasis: 'unknown', authors: ['Émile Çelik'] }),
  ]
  const everything = ['cs', 'gt', 'ir', 'undated']

  /** In the static tier, in the fresh tier, and half in each. */
  const tiers = ['static', 'fresh', 'both'] as const
  async function fill(tier: (typeof tiers)[number]): Promise<Snapshot> {
    const { engine, clock } = current()
    if (tier !== 'fresh') {
      await put(engine, tier === 'both' ? corpus.slice(0, 2) : corpus)
      await build(engine, clock)
    }
    if (tier !== 'static') await put(engine, tier === 'both' ? corpus.slice(2) : corpus)
    return (await engine.openReader()).snapshot()
  }

  const filters: readonly [string, Partial<Filters>, readonly string[]][] = [
    ['no filter', {}, everything],
    ['a category', { categories: ['math.GT'] }, ['gt']],
    ['a category that is not the primary one', { categories: ['stat.ML'] }, ['gt']],
    ['a category in other letters', { categories: ['CS.ir', 'MATH.gt'] }, ['gt', 'ir', 'undated']],
    ['an archive and all below it', { categories: ['cs'] }, ['cs', 'ir', 'undated']],
    ['an archive is not the beginning of another', { categories: ['c', 'sta'] }, []],
    ['a source', { sources: ['own'] }, ['gt']],
    ['sources are exact', { sources: ['Own', 'arxi'] }, []],
    ['an author by any words of the name', { authors: ['lovelace'] }, ['cs', 'gt', 'ir']],
    ['several authors are all wanted', { authors: ['Lovelace, A.', 'hopper'] }, []],
    ['an author with initials left out', { authors: ['hopper', 'ADA'] }, ['ir']],
    ['an author without accents', { authors: ['emile celik'] }, ['undated']],
    ['an author’s name is not stemmed', { authors: ['hop'] }, []],
    ['since', { since: daysAgo(10) }, ['cs']],
    ['until', { until: daysAgo(100) }, ['gt', 'ir']],
    ['both bounds are inclusive', { since: daysAgo(100), until: daysAgo(10) }, ['cs', 'gt', 'ir']],
    ['bounds that contradict each other', { since: daysAgo(1), until: daysAgo(2) }, []],
    [
      'everything at once',
      { since: daysAgo(200), categories: ['cs'], sources: ['arxiv'], authors: ['ada'] },
      ['cs', 'ir'],
    ],
  ]
  const words: readonly [string, Partial<GatherRequest>, readonly string[]][] = [
    ['a phrase in the title or in the abstract', { phrases: ['beta gamma'] }, ['gt', 'ir']],
    ['a phrase is stemmed and punctuation is nothing', { phrases: ['alphas; BETA'] }, ['ir', 'undated']],
    ['a phrase does not reach from the title into the abstract', { phrases: ['gamma beta'] }, []],
    ['every phrase is wanted', { phrases: ['beta gamma', 'alpha beta'] }, ['ir']],
    ['a phrase of no words is nowhere', { phrases: ['?!'] }, []],
    ['an excluded word', { excludedTerms: ['Betas'] }, ['cs']],
    ['every excluded word', { excludedTerms: ['delta', 'unheard'] }, ['gt', 'ir', 'undated']],
    ['an excluded phrase', { excludedPhrases: ['alpha beta'] }, ['cs', 'gt']],
    ['an excluded phrase of no words excludes nothing', { excludedPhrases: ['?!'] }, everything],
  ]

  test.each(tiers)('each filter lets through what it says, in %s', async (tier) => {
    const { engine } = current()
    const snapshot = await fill(tier)
    for (const [name, wanted, expected] of filters) {
      const evidence = await snapshot.gather(request('alpha', { filters: { ...noFilters, ...wanted } }))
      expect([name, idsIn(engine, evidence)]).toEqual([name, expected])
      const byGraph = request('alpha', { filters: { ...noFilters, ...wanted }, exact: false, depth: 4 })
      expect([name, idsIn(engine, await snapshot.gather(byGraph))]).toEqual([name, expected])
    }
  })

  test.each(tiers)('so do phrases and exclusions, in %s', async (tier) => {
    const { engine } = current()
    const snapshot = await fill(tier)
    for (const [name, wanted, expected] of words) {
      expect([name, idsIn(engine, await snapshot.gather(request('alpha', wanted)))]).toEqual([name, expected])
    }
  })

  test.each(tiers)('filters do not change statistics, in %s', async (tier) => {
    const snapshot = await fill(tier)
    const { candidates: _, best: __, ...unfiltered } = await snapshot.gather(request('alpha gamma'))
    const filtered = await snapshot.gather(request('alpha gamma', { filters: { ...noFilters, sources: ['own'] } }))
    expect(filtered).toMatchObject(unfiltered)
  })
}

function calendarTests(current: Current): void {
  const ages = [1, 6, 8, 31, 91, 181, 366]
  const corpus = [
    ...ages.map((days) => record(`d${days}`, { title: days < 10 ? 'Alpha new' : 'Alpha', announced: daysAgo(days) })),
    record('undated', { title: 'Alpha', announced: null, announcedBasis: 'unknown' }),
  ]

  test.each(['static', 'fresh'] as const)(
    'nothing announced after `now` exists, in statistics neither, in %s',
    async (tier) => {
      const { engine, clock } = current()
      await put(engine, corpus)
      if (tier === 'static') await build(engine, clock)
      const snapshot = (await engine.openReader()).snapshot()
      const now = await snapshot.gather(request('alpha new'))
      expect(now).toMatchObject({ documents: 8, corpusAges: [2, 1, 1, 1, 1, 2], lastWeek: 2 })
      expect(now.terms).toMatchObject([
        { term: 'alpha', documents: 8, lastWeek: 2 },
        { term: 'new', documents: 3, lastWeek: 2 },
      ])
      const then = await snapshot.gather(request('alpha new', { now: daysAgo(31) }))
      expect(idsIn(engine, then)).toEqual(['d181', 'd31', 'd366', 'd91', 'undated'])
      expect(then).toMatchObject({ documents: 5, corpusAges: [1, 0, 1, 1, 1, 1], lastWeek: 1 })
      expect(then.terms).toMatchObject([
        { documents: 5, lastWeek: 1 },
        { documents: 0, lastWeek: 0 },
      ])
      const before = await snapshot.gather(request('alpha', { now: daysAgo(1000) }))
      expect(idsIn(engine, before)).toEqual(['undated'])
      expect(before).toMatchObject({ documents: 1, corpusAges: [0, 0, 0, 0, 0, 1] })
    },
  )
}

function generationTests(current: Current): void {
  test('nothing of a generation shows before it is published; then a refresh swaps the snapshot', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' })])
    const reader = await engine.openReader()
    const before = reader.snapshot()
    const manifest = await build(engine, clock)
    expect(before.generation).toBeNull()
    expect(reader.snapshot().generation).toBeNull()
    expect(await reader.refresh()).toBe(true)
    expect(reader.snapshot().generation).toEqual(manifest)
    expect(reader.counts).toEqual({ static: 1, fresh: 0 })
    expect((await before.gather(request('alpha'))).candidates).toMatchObject([{ tier: 'fresh' }])
    expect((await reader.snapshot().gather(request('alpha'))).candidates).toMatchObject([{ tier: 'static' }])
  })

  test('a manifest says what is in the generation', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha beta' }), record('w', { withdrawn: true })], {
      watermark: { source: 's', through: '2026-01-05' as Day },
    })
    await put(engine, [record('b', { title: '!' })])
    const manifest = await build(engine, clock)
    expect(manifest).toMatchObject({
      id: 1,
      createdAt: clock.now(),
      mark: engine.documents.lastSeq(),
      store: engine.incarnation(),
      documents: 2,
      vectors: 1,
      tokens: 2,
      dimension,
      fingerprint: wordEmbedder().fingerprint,
      watermarks: { s: '2026-01-05' },
    })
    expect(engine.catalog.current()).toEqual({
      id: 1,
      state: 'published',
      createdAt: clock.now(),
      publishedAt: clock.now(),
      mark: manifest.mark,
      documents: 2,
      fingerprint: wordEmbedder().fingerprint,
      model: wordEmbedder().model,
    })
  })

  test('documents for a build come in order of announcement, undated first, without the withdrawn and what came later', async () => {
    const { engine } = current()
    await put(engine, [
      record('new', { announced: daysAgo(1) }),
      record('old', { announced: daysAgo(9) }),
      record('undated', { announced: null, announcedBasis: 'unknown' }),
      record('gone', { withdrawn: true }),
    ])
    const mark = engine.documents.lastSeq()
    await put(engine, [
      record('later', { announced: daysAgo(5) }),
      record('old', { version: 2, announced: daysAgo(9) }),
    ])
    expect([...engine.forBuild(mark)].map((one) => one.id)).toEqual(['undated', 'new'])
    expect([...engine.forBuild(engine.documents.lastSeq())].map((one) => one.id)).toEqual([
      'undated',
      'old',
      'later',
      'new',
    ])
  })

  test('two generations are kept; the ones before are retired and swept', async () => {
    const { engine, clock } = current()
    for (const id of ['a', 'b', 'c']) {
      await put(engine, [record(id)])
      await build(engine, clock)
    }
    expect(engine.catalog.list().map(({ id, state }) => [id, state])).toEqual([
      [3, 'published'],
      [2, 'published'],
      [1, 'retired'],
    ])
    expect(await engine.catalog.sweep()).toHaveLength(1)
    expect(await engine.catalog.sweep()).toEqual([])
    expect((await engine.openReader()).counts.static).toBe(3)
  })

  test('a rollback serves the generation before, with everything since in the fresh tier', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' })])
    await build(engine, clock)
    await put(engine, [record('b', { title: 'Alpha' })])
    await build(engine, clock)
    const reader = await engine.openReader()
    expect(reader.counts).toEqual({ static: 2, fresh: 0 })
    expect(engine.catalog.rollback(clock.now())).toMatchObject({ id: 1 })
    expect(engine.catalog.current()).toMatchObject({ id: 1 })
    expect(await reader.refresh()).toBe(true)
    expect(reader.counts).toEqual({ static: 1, fresh: 1 })
    expect(idsIn(engine, await reader.snapshot().gather(request('alpha')))).toEqual(['a', 'b'])
    expect(() => engine.catalog.rollback(clock.now())).toThrow(CorruptStore)
    expect(engine.catalog.current()).toMatchObject({ id: 1 })
    await engine.catalog.sweep()
    expect((await build(engine, clock)).id).toBe(3)
    await reader.refresh()
    expect(reader.counts).toEqual({ static: 2, fresh: 0 })
    expect(engine.catalog.rollback(clock.now())).toMatchObject({ id: 1 })
  })

  test('with one generation or none there is nothing to roll back to', async () => {
    const { engine, clock } = current()
    expect(() => engine.catalog.rollback(clock.now())).toThrow(CorruptStore)
    await put(engine, [record('a')])
    await build(engine, clock)
    expect(() => engine.catalog.rollback(clock.now())).toThrow(CorruptStore)
    expect(engine.catalog.current()).toMatchObject({ id: 1 })
  })

  test('what a dead night left staged is swept, and its number is used again', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a')])
    const dead = await engine.openWriter(dimension)
    dead.add(engine.documents.byId(idOf('a'))!, null)
    expect(engine.catalog.current()).toBeNull()
    expect(await engine.catalog.sweep()).toHaveLength(1)
    expect(await engine.catalog.sweep()).toEqual([])
    expect((await build(engine, clock)).id).toBe(1)
  })

  test('a discarded writer leaves nothing', async () => {
    const { engine } = current()
    const writer = await engine.openWriter(dimension)
    await writer.discard()
    expect(await engine.catalog.sweep()).toEqual([])
  })

  test('what was never sealed cannot be published', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a')])
    const manifest = await build(engine, clock)
    const phantom = { ...manifest, id: 9 as GenerationId }
    expect(() => engine.catalog.publish(phantom, clock.now())).toThrow()
    expect(engine.catalog.current()).toMatchObject({ id: 1 })
    expect(engine.catalog.list()).toHaveLength(1)
  })

  test('a fresh document speaks the generation’s fingerprint, not the newest one', async () => {
    const { engine, clock } = current()
    await put(engine, [record('a', { title: 'Alpha' })])
    await build(engine, clock)
    await put(engine, [record('b', { title: 'Beta' })], { embedder: wordEmbedder('b', 8) })
    const snapshot = (await engine.openReader()).snapshot()
    expect(snapshot.fingerprint).toBe(wordEmbedder().fingerprint)
    const { candidates } = await snapshot.gather(request('alpha beta'))
    expect(candidates.map((one) => [one.tier, one.cosine !== null])).toEqual([
      ['static', true],
      ['fresh', false],
    ])
  })
}

function snapshotTests(current: Current): void {
  test('what happens later never shows in a snapshot', async () => {
    const { engine, clock } = current()
    await put(
      engine,
      ['p', 'w', 'r', 'k'].map((id) => record(id, { title: `Alpha ${id}` })),
    )
    await build(engine, clock)
    await put(
      engine,
      ['fp', 'fw', 'fr', 'fk'].map((id) => record(id, { title: `Alpha ${id}` })),
    )
    const reader = await engine.openReader()
    const snapshot = reader.snapshot()
    const keys = engine.documents.changesAfter(0 as Seq, 100).map((one) => one.key)
    const ask = async () => ({
      both: await snapshot.gather(request('alpha r fr')),
      few: await snapshot.gather(request('alpha r fr', { depth: 2 })),
      approximate: await snapshot.gather(request('alpha r fr', { depth: 2, exact: false })),
      filtered: await snapshot.gather(request('alpha', { filters: { ...noFilters, categories: ['cs'] } })),
      named: await snapshot.scoreOf(keys, request('alpha')),
    })
    const before = await ask()
    expect(before.both.candidates).toHaveLength(8)
    expect(before.named).toHaveLength(8)
    await purge(engine, 'p', 'fp')
    await put(
      engine,
      ['w', 'fw'].map((id) => record(id, { withdrawn: true })),
    )
    await put(
      engine,
      ['r', 'fr'].map((id) => record(id, { title: 'Alpha revised', version: 2 })),
    )
    await put(engine, [record('new', { title: 'Alpha' })])
    expect(await ask()).toEqual(before)
    await reader.refresh()
    expect(await ask()).toEqual(before)
    expect(idsIn(engine, await reader.snapshot().gather(request('alpha')))).toEqual(['fk', 'fr', 'k', 'new', 'r'])
    await build(engine, clock)
    await reader.refresh()
    expect(await ask()).toEqual(before)
  })

  test('pinned at an earlier mark, a snapshot answers as it did then', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    const answers: [Seq, unknown][] = []
    const keys = () => engine.documents.changesAfter(0 as Seq, 100).map((one) => one.key)
    const steps: (() => Promise<unknown>)[] = [
      () => put(engine, [record('a', { title: 'Alpha' }), record('b', { title: 'Alpha beta' })]),
      () => put(engine, [record('a', { title: 'Alpha beta', version: 2 })]),
      () => purge(engine, 'b'),
      () => put(engine, [record('c', { title: 'Beta', announced: daysAgo(1) })]),
    ]
    let all = new Set<number>()
    for (const step of steps) {
      await step()
      await reader.refresh()
      all = new Set([...all, ...keys()])
      const snapshot = reader.snapshot()
      answers.push([snapshot.mark, await snapshot.gather(request('alpha beta'))])
    }
    for (const [mark, answer] of answers) {
      const pinned = reader.snapshot().pinnedAt(mark)
      expect(pinned.mark).toBe(mark)
      expect(await pinned.gather(request('alpha beta'))).toEqual(answer)
      const { candidates } = await pinned.gather(request('alpha beta'))
      const named = await pinned.scoreOf(
        candidates.map((one) => one.key),
        request('alpha beta'),
      )
      expect(new Set(named)).toEqual(new Set(candidates))
    }
    expect(reader.snapshot().pinnedAt((answers[3][0] + 5) as Seq).mark).toBe(answers[3][0])
  })

  test('the generation before can still be asked for, with its own fresh tier; older ones cannot', async () => {
    const { engine, clock } = current()
    const reader = await engine.openReader()
    await put(engine, [record('a', { title: 'Alpha' })])
    await build(engine, clock)
    await reader.refresh()
    await put(engine, [record('b', { title: 'Alpha' })])
    await reader.refresh()
    const mark = reader.snapshot().mark
    await build(engine, clock)
    await reader.refresh()
    const first = reader.snapshotOf(1 as GenerationId)!
    expect(first).toMatchObject({ generation: { id: 1 }, mark })
    expect(idsIn(engine, await first.gather(request('alpha')))).toEqual(['a', 'b'])
    expect(reader.snapshotOf(2 as GenerationId)).toMatchObject({ generation: { id: 2 } })
    expect(reader.snapshotOf(3 as GenerationId)).toBeNull()
    expect(reader.snapshotOf(null)).toBeNull()
  })

  test('refreshes that come while one runs share it', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    await put(
      engine,
      Array.from({ length: 100 }, (_, i) => record(`d${i}`)),
    )
    await Promise.all([reader.refresh(), reader.refresh(), reader.refresh()])
    expect(reader.counts.fresh).toBe(100)
    expect(reader.snapshot().mark).toBe(engine.documents.lastSeq())
  })
}

function lockTests(current: Current): void {
  test('excludes a second holder and is free after its release', async () => {
    const { engine, clock } = current()
    const first = await engine.lock('the first', 0)
    const asked = clock.now()
    await expect(engine.lock('the second', 1_000)).rejects.toThrow(StoreLocked)
    expect(clock.now() - asked).toBeGreaterThanOrEqual(1_000)
    await expect(engine.lock('the second', 0)).rejects.toThrow('the first')
    first.release()
    const second = await engine.lock('the second', 0)
    first.release()
    await expect(engine.lock('the third', 0)).rejects.toThrow(StoreLocked)
    second.release()
    ;(await engine.lock('the third', 0)).release()
  })

  test('who waits gets it when it is released', async () => {
    const { engine, clock } = current()
    const first = await engine.lock('the first', 0)
    void clock.sleep(5_000).then(() => first.release())
    const before = clock.now()
    const second = await engine.lock('the second', 60_000)
    expect(clock.now() - before).toBeGreaterThanOrEqual(5_000)
    second.release()
  })

  test('readers need no lock', async () => {
    const { engine } = current()
    const lock = await engine.lock('a long write', 0)
    expect((await (await engine.openReader()).snapshot().gather(request('alpha'))).candidates).toEqual([])
    lock.release()
  })
}
