import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DocumentRecord, factsOf, type Seq } from '../../src/domain/document.ts'
import { labelOf } from '../../src/domain/identity/partition.ts'
import type { Engine } from '../../src/ports.ts'
import { daysAgo, engines, put, record } from '../engines/fixtures.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'

/** Few ids, few titles and many claims, so that nearly everything is mistaken for something. */
const arxivIds = ['2401.00001', '2401.00002', '2401.00003']
const dois = ['10.1000/a', '10.1000/b', '10.1101/2024.01.01.123456']
const titles = ['A long enough title, part I', 'A long enough title, part II', 'Short']
const sources = ['arxiv', 'crossref', 'openalex', 'feed', 'own']

const claims: fc.Arbitrary<DocumentRecord> = fc
  .record({
    source: fc.constantFrom(...sources),
    number: fc.integer({ min: 1, max: 3 }),
    arxiv: fc.option(fc.constantFrom(...arxivIds)),
    doi: fc.option(fc.constantFrom(...dois)),
    pmid: fc.option(fc.constantFrom('pmid:1', 'pmid:2'), { freq: 1 }),
    title: fc.constantFrom(...titles),
    abstract: fc.constantFrom('', 'One abstract.', 'Another abstract.'),
    authors: fc.constantFrom(['Ada Lovelace'], ['Lovelace A'], ['Grace Hopper'], []),
    year: fc.integer({ min: 0, max: 2 }),
    kind: fc.constantFrom('paper', 'paper', 'paper', 'post'),
    standIn: fc.integer({ min: 0, max: 9 }).map((luck) => luck === 0),
    withdrawn: fc.integer({ min: 0, max: 9 }).map((luck) => luck === 0),
  })
  .map(({ source, number, arxiv, doi, pmid, year, ...facts }) => {
    const own = source === 'arxiv' ? arxivIds[number - 1] : `${source}:${number}`
    const id = source === 'arxiv' || source === 'own' ? own : (arxiv ?? (doi === null ? own : `doi:${doi}`))
    return record(id, {
      ...facts,
      source,
      doi,
      identifiers: [own, pmid].filter((one) => one !== null && one !== id) as string[],
      announced: daysAgo(400 * year),
    })
  })

/** What each source calls its records is told apart, for one that says two things says the later one. */
const histories = fc
  .uniqueArray(claims, { selector: labelOf, minLength: 2, maxLength: 8 })
  .chain((records) =>
    fc.tuple(fc.constant(records), shuffled(records), fc.subarray(records), fc.integer({ max: 7, min: 1 })),
  )

const shuffled = (records: readonly DocumentRecord[]) =>
  fc.shuffledSubarray([...records], { minLength: records.length, maxLength: records.length })

/** Everything but the store's own numbers. */
const contentOf = ({ documents }: Engine) =>
  documents
    .changesAfter(0 as Seq, 1_000)
    .flatMap(({ document }) => document ?? [])
    .map((one) => {
      const made = documents.sightingsOf(one.id).map((sighting) => `${labelOf(sighting)}: ${sighting.abstract}`)
      return { ...factsOf(one), contentHash: one.contentHash, sources: one.sources, made }
    })
    .sort((one, other) => (one.id < other.id ? -1 : 1))

describe.each(engines)('%s: whatever sources claim', (name, open) => {
  const runs = name === 'memory' ? 300 : 40

  test('the documents do not depend on the order, nor on what came twice, nor on the batches', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ([records, other, again, size]) => {
        const [one, two] = [await open(new VirtualClock()), await open(new VirtualClock())]
        try {
          await put(one.engine, records, { embed: false })
          for (let i = 0; i < other.length; i += size) {
            await put(two.engine, other.slice(i, i + size), { embed: false })
          }
          expect(contentOf(two.engine)).toEqual(contentOf(one.engine))
          const before = one.engine.documents.changesAfter(0 as Seq, 1_000)
          await put(one.engine, again, { embed: false })
          expect(one.engine.documents.changesAfter(0 as Seq, 1_000)).toEqual(before)
        } finally {
          await one.close()
          await two.close()
        }
      }),
      { numRuns: runs },
    )
  }, 120_000)

  test('a split that is taken back leaves what was there, and every document is found by its id', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ([records]) => {
        const { engine, close } = await open(new VirtualClock())
        try {
          await put(engine, records, { embed: false })
          const before = contentOf(engine)
          for (const { id, sources: known } of before) {
            expect(engine.documents.byId(id)).toMatchObject({ id })
            const parts = engine.documents.split(id, known[0], daysAgo(0))
            expect(parts === null).toBe(known.length < 2)
            for (const part of parts ?? []) expect(engine.documents.byId(part)).toMatchObject({ id: part })
            // The id may be that of another document by now, one that claimed it too.
            const back = (parts ?? []).map((part) => engine.documents.rejoin(part, known[0], daysAgo(0)))
            if (parts) expect(back.filter((one) => one !== null)).toHaveLength(1)
            expect(contentOf(engine)).toEqual(before)
          }
        } finally {
          await close()
        }
      }),
      { numRuns: runs },
    )
  }, 120_000)
})
