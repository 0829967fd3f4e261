import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Holding, holdingAt, missed, onTime } from '../../../experiments/replay/holding.ts'
import { documentsAsOf, viewOf } from '../../../experiments/replay/view.ts'
import { dayMs, type Instant, instant } from '../../../src/domain/instant.ts'
import { noFilters } from '../../../src/domain/query.ts'
import { typedQuery } from '../../../src/domain/understanding.ts'
import type { GatherRequest, Snapshot } from '../../../src/ports.ts'
import { shippedCalibration } from '../../../src/retrieval/calibration.ts'
import { search } from '../../../src/retrieval/search.ts'
import { record, request } from '../../engines/fixtures.ts'
import { at } from '../../sources/api-stage.ts'
import { vectorOf } from '../../word-embedder.ts'
import { always, announcedIn, type Opened, opened, papers } from './collections.ts'

let whole: Opened
beforeAll(async () => {
  whole = await opened(papers)
})
afterAll(() => whole.close())

const moments: readonly (readonly [string, Instant, Holding])[] = [
  ['at the end of a day', at('2026-02-10T23:59'), holdingAt(at('2026-02-10T23:59'), onTime)],
  ['before the night’s harvest', at('2026-02-11T02:30'), holdingAt(at('2026-02-11T02:30'), onTime)],
  ['with a generation of last week', at('2026-02-12T12:00'), holdingAt(at('2026-02-12T12:00'), onTime, 7)],
  ['after a week of missed harvests', at('2026-02-20T12:00'), holdingAt(at('2026-02-20T12:00'), missed(7), 3)],
  ['before anything was announced', at('2026-01-01T12:00'), holdingAt(at('2026-01-01T12:00'), onTime)],
]

const asked = (text: string, now: Instant, facts: Partial<GatherRequest> = {}): GatherRequest =>
  request(text, { now, horizon: now, depth: 20, ...facts })

/** Words of the corpus, rare and frequent. */
const texts = ['river sediment', papers[40].title, papers[200].title, 'the of new measurements of rivers and snow']

describe.each(moments)('a view %s', (_, now, holding) => {
  let store: Opened
  let view: Snapshot
  beforeAll(async () => {
    const { cut, harvested } = holding
    store = await opened(announcedIn(papers, always, cut), announcedIn(papers, cut, harvested))
    view = viewOf(whole.snapshot, holding)
  })
  afterAll(() => store.close())

  const wishes: readonly (readonly [string, Partial<GatherRequest>])[] = [
    ['everything', {}],
    ['static alone', { tiers: { static: true, fresh: false } }],
    ['fresh alone', { tiers: { static: false, fresh: true } }],
    ['since', { filters: { ...noFilters, since: instant(now - 10 * dayMs) } }],
    ['until', { filters: { ...noFilters, until: instant(now - 2 * dayMs) } }],
    ['a category', { filters: { ...noFilters, categories: [papers[40].categories[0]] } }],
    ['without a word', { excludedTerms: ['river'] }],
    ['a phrase', { phrases: [papers[40].title.split(' ').slice(0, 2).join(' ')] }],
    ['words alone', { vector: null }],
  ]

  it('gives the very evidence of a store that holds no more', async () => {
    for (const text of texts) {
      for (const [name, wish] of wishes) {
        const evidence = await view.gather(asked(text, now, wish))
        expect(evidence, `${text}, ${name}`).toEqual(await store.snapshot.gather(asked(text, now, wish)))
      }
    }
  })

  it('gives the very answers of a store that holds no more', async () => {
    const parts = { calibration: shippedCalibration, live: null, stopwatch: () => 0 }
    for (const text of [...texts, papers[230].id, papers[30].title]) {
      const query = { ...typedQuery(text, now), limit: 100 }
      const seen = await search(query, view, {
        ...parts,
        documents: documentsAsOf(whole.engine.documents, holding),
        embedderFor: () => whole.embedder,
      })
      const kept = await search(
        query,
        store.snapshot,
        { ...parts, documents: store.engine.documents, embedderFor: () => store.embedder },
        { exact: true },
      )
      expect(seen.hits).toEqual(kept.hits)
      expect(seen.route).toEqual(kept.route)
      expect(seen.abstained).toBe(kept.abstained)
    }
  })

  it('scores what was named and what was found live as that store would', async () => {
    const keys = papers.flatMap(({ id }) => store.engine.documents.byId(id)?.key ?? []).slice(0, 50)
    const everyKey = papers.flatMap(({ id }) => whole.engine.documents.byId(id)?.key ?? [])
    const byKey = (one: { key: number }, other: { key: number }) => one.key - other.key
    expect([...(await view.scoreOf(keys, asked(texts[0], now)))].sort(byKey)).toEqual(
      [...(await store.snapshot.scoreOf(keys, asked(texts[0], now)))].sort(byKey),
    )
    expect(await view.scoreOf(everyKey, asked(texts[0], now))).toHaveLength(
      announcedIn(papers, always, holding.harvested).length,
    )
    const young = record('9999.00001', { title: 'River sediment', announced: now })
    const found = [{ record: young, vector: vectorOf('River sediment') }]
    const scored = await view.scoreRecords(found, asked(texts[0], now))
    expect(scored).toEqual(await store.snapshot.scoreRecords(found, asked(texts[0], now)))
    expect(scored[0]).not.toBeNull()
  })
})

describe('documents without a date', () => {
  const undated = [record('notes-1', { title: 'Notes on rivers', announced: null })]
  const now = at('2026-02-10T23:59')

  it('were always there, in a collection that has no other', async () => {
    const store = await opened(undated)
    const view = viewOf(store.snapshot, holdingAt(now, onTime))
    const { candidates, documents } = await view.gather(asked('rivers', now))
    expect(candidates).toMatchObject([{ tier: 'static', key: store.engine.documents.byId(undated[0].id)?.key }])
    expect(documents).toBe(1)
    await store.close()
  })

  it('are refused beside papers of which some are fresh', async () => {
    const store = await opened([...undated, ...papers])
    const view = viewOf(store.snapshot, holdingAt(now, onTime))
    await expect(view.gather(asked('rivers', now))).rejects.toThrow('1 documents without a date')
    await store.close()
  })
})

describe('the documents as of a holding', () => {
  const holding = holdingAt(at('2026-02-10T23:59'), onTime)

  it('are named, looked up by title and recognised only where they are held', () => {
    const documents = documentsAsOf(whole.engine.documents, holding)
    const later = papers.filter(({ announced }) => announced !== null && announced > holding.harvested)
    const earlier = announcedIn(papers, always, holding.harvested)
    expect(later.length).toBeGreaterThan(50)
    expect(later.flatMap((one) => documents.byId(one.id) ?? documents.identify(one) ?? [])).toEqual([])
    expect(earlier.every((one) => documents.byId(one.id)?.id === one.id)).toBe(true)
    expect(earlier.every((one) => documents.identify(one)?.id === one.id)).toBe(true)
  })
})
