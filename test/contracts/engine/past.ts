import { describe, expect, test } from 'vitest'
import type { DocumentRecord } from '../../../src/domain/document.ts'
import { endOfDay, type Instant, parseDay, startOfDay } from '../../../src/domain/instant.ts'
import { noFilters } from '../../../src/domain/query.ts'
import { build, idOf, idsIn, noon, purge, put, record, request } from '../../engines/fixtures.ts'
import type { Current } from './current.ts'

const on = (day: string): Instant => startOfDay(parseDay(day)!)
const asOf = (day: string) => ({ now: endOfDay(parseDay(day)!) })

/** Announced in January, revised in February and March, withdrawn in April. */
const paper = (version: number, title: string, facts: Partial<DocumentRecord> = {}): DocumentRecord =>
  record('p', {
    source: 'biorxiv',
    version,
    title,
    announced: on('2025-01-10'),
    updated: on(`2025-0${version}-10`),
    ...facts,
  })
const first = paper(1, 'Alpha', { abstract: 'Of early things.' })
const second = paper(2, 'Alpha beta', { abstract: 'Of later things, which are many.' })
const third = paper(3, 'Gamma')
const withdrawn = paper(4, 'Gamma', { withdrawn: true })
const other = record('o', { title: 'Alpha other', announced: on('2025-01-05') })

export function pastTests(current: Current): void {
  const ask = async (text: string, day: string, facts: Parameters<typeof request>[1] = {}) =>
    (await current().engine.openReader()).snapshot().gather(request(text, { ...asOf(day), ...facts }))
  const found = async (...asked: Parameters<typeof ask>) => idsIn(current().engine, await ask(...asked))

  const ways: readonly (readonly [string, (...records: DocumentRecord[]) => Promise<void>])[] = [
    [
      'harvested one after the other',
      async (...records) => {
        for (const one of records) await put(current().engine, [one])
      },
    ],
    [
      'published every night',
      async (...records) => {
        for (const one of records) {
          await put(current().engine, [one])
          await build(current().engine, current().clock)
        }
      },
    ],
    [
      'published once, harvested since',
      async (...records) => {
        for (const [i, one] of records.entries()) {
          await put(current().engine, [one])
          if (i === 0) await build(current().engine, current().clock)
        }
      },
    ],
  ]

  describe.each(ways)('%s', (_, take) => {
    test('a paper is found by the words of the version that it had', async () => {
      await put(current().engine, [other])
      await take(first, second, third)
      expect(await found('alpha', '2025-01-09', { vector: null })).toEqual(['o'])
      expect(await found('early', '2025-01-20', { vector: null })).toEqual(['p'])
      expect(await found('beta gamma', '2025-01-20', { vector: null })).toEqual([])
      expect(await found('beta', '2025-02-20', { vector: null })).toEqual(['p'])
      expect(await found('early gamma', '2025-02-20', { vector: null })).toEqual([])
      expect(await found('gamma', '2025-03-20', { vector: null })).toEqual(['p'])
      expect(await found('beta', '2025-03-20', { vector: null })).toEqual([])
    })

    test('and by their vector', async () => {
      await take(first, second, third)
      const best = async (text: string, day: string) => (await ask(text, day)).best.cosine
      expect(await best('alpha beta of later things which are many', '2025-02-20')).toBeCloseTo(1, 5)
      expect(await best('alpha beta of later things which are many', '2025-03-20')).toBeLessThan(0.9)
      expect(await best('gamma', '2025-03-20')).toBeCloseTo(1, 5)
    })

    test('it counts once, in its words of then', async () => {
      await put(current().engine, [other])
      await take(first, second, third)
      const counts = async (day: string) => {
        const { documents, terms } = await ask('alpha beta gamma', day)
        return [documents, ...terms.map((one) => one.documents)]
      }
      expect(await counts('2025-01-09')).toEqual([1, 1, 0, 0])
      expect(await counts('2025-01-20')).toEqual([2, 2, 0, 0])
      expect(await counts('2025-02-20')).toEqual([2, 2, 1, 0])
      expect(await counts('2025-03-20')).toEqual([2, 1, 0, 1])
    })

    test('what was withdrawn is there as of the days before', async () => {
      await take(first, second, third, withdrawn)
      expect(await found('gamma', '2025-03-20', { vector: null })).toEqual(['p'])
      expect(await found('beta', '2025-02-20', { vector: null })).toEqual(['p'])
      expect(await found('gamma', '2025-04-20', { vector: null })).toEqual([])
      expect((await ask('gamma', '2025-04-20')).documents).toBe(0)
    })

    test('phrases, exclusions and filters go by the text of then', async () => {
      await take(first, second, third)
      const phrases = { phrases: ['alpha beta'], vector: null }
      expect(await found('alpha', '2025-02-20', phrases)).toEqual(['p'])
      expect(await found('alpha', '2025-01-20', phrases)).toEqual([])
      expect(await found('gamma', '2025-03-20', phrases)).toEqual([])
      expect(await found('alpha', '2025-01-20', { excludedPhrases: ['alpha beta'] })).toEqual(['p'])
      expect(await found('alpha', '2025-02-20', { excludedPhrases: ['alpha beta'] })).toEqual([])
      expect(await found('alpha', '2025-01-20', { excludedTerms: ['beta'] })).toEqual(['p'])
      expect(await found('alpha', '2025-02-20', { excludedTerms: ['beta'] })).toEqual([])
      const filters = { ...noFilters, sources: ['biorxiv'], categories: ['cs'] }
      expect(await found('alpha', '2025-02-20', { filters })).toEqual(['p'])
      expect(await found('alpha', '2025-02-20', { filters: { ...filters, sources: ['arxiv'] } })).toEqual([])
    })

    test('a named document is scored in the text of then', async () => {
      await take(first, second, third)
      const snapshot = (await current().engine.openReader()).snapshot()
      const key = current().engine.documents.byId(idOf('p'))!.key
      for (const [day, text] of [
        ['2025-01-20', 'early'],
        ['2025-02-20', 'beta'],
        ['2025-03-20', 'gamma'],
      ]) {
        const asked = request(text, asOf(day))
        expect(await snapshot.scoreOf([key], asked)).toEqual((await snapshot.gather(asked)).candidates)
      }
      expect(await snapshot.scoreOf([key], request('alpha', asOf('2025-01-09')))).toEqual([])
    })
  })

  test('a former text is of the tier that held it', async () => {
    const { engine, clock } = current()
    await put(engine, [first])
    await build(engine, clock)
    await put(engine, [second])
    await put(engine, [third])
    const tierAsOf = async (day: string) => (await ask('alpha beta gamma', day)).candidates.map((one) => one.tier)
    expect(await tierAsOf('2025-01-20')).toEqual(['static'])
    expect(await tierAsOf('2025-02-20')).toEqual(['fresh'])
    expect(await found('alpha', '2025-01-20', { tiers: { static: false, fresh: true } })).toEqual([])
  })

  test('a text that was never seen is stood in for by the next that was', async () => {
    const { engine } = current()
    await put(engine, [second])
    expect(await found('beta', '2025-01-20', { vector: null })).toEqual(['p'])
    await put(engine, [paper(4, 'Delta')])
    expect(await found('beta', '2025-03-20', { vector: null })).toEqual(['p'])
    expect(await found('delta', '2025-03-20', { vector: null })).toEqual([])
  })

  test('never seen but withdrawn, it was there until that day', async () => {
    const { engine, clock } = current()
    await put(engine, [withdrawn, record('q', { title: 'Gamma', withdrawn: true })])
    expect(await found('gamma', '2025-03-20', { vector: null })).toEqual(['p'])
    await build(engine, clock).catch(() => {})
    expect(await found('gamma', '2025-03-20', { vector: null })).toEqual(['p'])
    expect(await found('gamma', '2025-04-20', { vector: null })).toEqual([])
  })

  test('arXiv announces a revision in the evening, as it does a paper', async () => {
    const { engine } = current()
    const handedIn = Date.parse('2025-02-11T18:00:00Z') as Instant
    await put(engine, [{ ...first, source: 'arxiv' }])
    await put(engine, [{ ...second, source: 'arxiv', updated: handedIn }])
    const revised = Date.parse('2025-02-12T01:00:00Z') as Instant
    const before = (await engine.openReader())
      .snapshot()
      .gather(request('beta', { vector: null, now: (revised - 1) as Instant }))
    expect((await before).candidates).toEqual([])
    expect((await ask('beta', '2025-02-12', { vector: null, now: revised })).candidates).toHaveLength(1)
  })

  test('a revision without a date is of the day it was harvested', async () => {
    const { engine } = current()
    await put(engine, [first])
    await put(engine, [{ ...second, updated: null }], { harvested: on('2025-02-14') })
    await put(engine, [{ ...third, updated: null }], { harvested: on('2025-03-14') })
    expect(await found('early', '2025-02-13', { vector: null })).toEqual(['p'])
    expect(await found('beta', '2025-02-14', { vector: null })).toEqual(['p'])
    expect(await found('beta', '2025-03-13', { vector: null })).toEqual(['p'])
    expect(await found('gamma', '2025-03-14', { vector: null })).toEqual(['p'])
  })

  test('what came back after a withdrawal was away in between', async () => {
    const { engine } = current()
    for (const one of [first, { ...second, withdrawn: true }, third]) await put(engine, [one])
    expect(await found('alpha', '2025-01-20')).toEqual(['p'])
    expect(await found('alpha', '2025-02-20')).toEqual([])
    expect(await found('gamma', '2025-03-20')).toEqual(['p'])
  })

  test('a reader that has looked back learns of what comes after', async () => {
    const { engine } = current()
    const reader = await engine.openReader()
    await put(engine, [first, other])
    await put(engine, [second])
    await reader.refresh()
    const asked = request('alpha beta', { vector: null, ...asOf('2025-01-20') })
    const then = reader.snapshot()
    const answer = await then.gather(asked)
    expect(answer.terms).toMatchObject([{ documents: 2 }, { documents: 0 }])
    await put(engine, [third])
    await reader.refresh()
    expect(await reader.snapshot().gather(asked)).toEqual(answer)
    expect(
      idsIn(engine, await reader.snapshot().gather(request('beta', { vector: null, ...asOf('2025-02-20') }))),
    ).toEqual(['p'])
    await purge(engine, 'p')
    await reader.refresh()
    expect(idsIn(engine, await reader.snapshot().gather(asked))).toEqual(['o'])
    expect(await then.gather(asked)).toEqual(answer)
  })

  test('the past of a record goes with it into another document, and out again', async () => {
    const { engine } = current()
    const article = record('doi:10.1000/a', { source: 'crossref', version: 0, title: 'Article', doi: '10.1000/a' })
    await put(engine, [{ ...article, announced: on('2025-01-15') }])
    await put(engine, [first])
    await put(engine, [{ ...second, doi: '10.1000/a' }])
    await put(engine, [third])
    expect(engine.documents.count()).toBe(1)
    expect(await found('early', '2025-01-20', { vector: null })).toHaveLength(1)
    expect(await found('beta', '2025-02-20', { vector: null })).toHaveLength(1)
    expect(await found('gamma', '2025-02-20', { vector: null })).toEqual([])
    engine.documents.split(engine.documents.byDoi('10.1000/a')!.id, 'biorxiv', noon)
    expect(await found('beta', '2025-02-20', { vector: null })).toHaveLength(1)
    expect(await found('article', '2025-02-20', { vector: null })).toHaveLength(1)
  })
}
