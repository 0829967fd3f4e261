import { describe, expect, test } from 'vitest'
import { dayOf } from '../../src/domain/instant.ts'
import type { Source } from '../../src/ports.ts'
import { arxivApi } from '../../src/sources/arxiv/api.ts'
import { arxivOai } from '../../src/sources/arxiv/oai.ts'
import { arxivRss } from '../../src/sources/arxiv/rss.ts'
import { arxivPolicy } from '../../src/sources/client/http.ts'
import { feed, feedPolicy } from '../../src/sources/feeds/feed.ts'
import { crossref, crossrefPolicy } from '../../src/sources/works/crossref.ts'
import { openAlex, openAlexPolicy } from '../../src/sources/works/openalex.ts'
import { semanticScholar, semanticScholarPolicy } from '../../src/sources/works/semantic-scholar.ts'
import { askFor, at, harvested, windowOf } from '../sources/api-stage.ts'
import { type Corpus, corpusOf, paperOf, publishedAt, stateAt } from './corpus.ts'
import { idsAsOf, smallCorpus, upstreamStage } from './stage.ts'

type Stage = Awaited<ReturnType<typeof upstreamStage>>

const signal = new AbortController().signal
const corpus = smallCorpus()
const categories = ['cs']
const topic = 'passage retrieval'

const sourcesOf = ({ upstream, clientFor }: Stage) => {
  const arxiv = clientFor(arxivPolicy)
  const oai = arxivOai({ client: arxiv, categories, baseUrl: upstream.url('arxiv-oai') })
  const topics = [topic]
  return {
    oai,
    api: arxivApi({ client: arxiv, categories, baseUrl: upstream.url('arxiv-api'), pageSize: 100 }),
    rss: arxivRss({ client: arxiv, categories, record: oai, baseUrl: upstream.url('arxiv-rss') }),
    semanticScholar: semanticScholar({
      client: clientFor(semanticScholarPolicy()),
      topics,
      baseUrl: upstream.url('semantic-scholar'),
    }),
    crossref: crossref({
      client: clientFor(crossrefPolicy('')),
      contact: '',
      topics,
      baseUrl: upstream.url('crossref'),
    }),
    openAlex: openAlex({ client: clientFor(openAlexPolicy), topics, baseUrl: upstream.url('openalex') }),
  }
}

/** Everything in one window, whatever the pages. */
async function idsOf(source: Source, after: string, upTo: string): Promise<string[]> {
  const { ids, error } = await harvested(source, windowOf(after, upTo))
  if (error !== null) throw error
  return [...new Set(ids)].sort()
}

const onTopic = (of: Corpus, now: string): typeof corpus.papers =>
  of.papers.filter((paper) => {
    const state = stateAt(paper, at(now))
    return state && `${state.title} ${state.abstract}`.toLowerCase().includes(topic)
  })

describe('against the upstream, a harvest of', () => {
  test("arXiv's feed of record is the corpus as of then", async () => {
    const stage = await upstreamStage({ corpus, asOf: '2026-02-12T12:00Z', oaiPaging: { records: 50 } })
    const { oai } = sourcesOf(stage)
    expect(await idsOf(oai, '2026-01-01', '2026-02-12')).toEqual(
      idsAsOf(corpus, '2026-02-12T12:00Z', categories).sort(),
    )
  })

  test('a later window of it is what was modified since, in the version of then', async () => {
    const stage = await upstreamStage({ corpus, asOf: '2026-04-10T12:00Z', oaiPaging: { records: 40 } })
    const { pages, error } = await harvested(sourcesOf(stage).oai, windowOf('2026-03-20', '2026-04-10'))
    expect(error).toBeNull()
    const records = pages.flatMap((page) => page.records)
    const expected = idsAsOf(corpus, '2026-04-10T12:00Z', categories)
      .map((id) => stateAt(corpus.byId(id)!, at('2026-04-10T12:00Z'))!)
      .filter((state) => state.modified >= at('2026-03-20'))
    expect(records.map((record) => record.id).sort()).toEqual(expected.map((state) => state.paper.id).sort())
    for (const state of expected) {
      const record = records.find((one) => one.id === state.paper.id)!
      expect(record).toMatchObject({
        title: state.title,
        abstract: state.abstract,
        authors: state.paper.authors,
        categories: state.categories,
        version: state.versions.length,
        withdrawn: state.withdrawn,
        comment: state.comment,
        doi: state.doi,
        submitted: state.versions[0].submitted,
        updated: state.versions.at(-1)!.submitted,
      })
    }
    expect(records.some((record) => record.withdrawn)).toBe(true)
    expect(records.some((record) => record.version > 2)).toBe(true)
  })

  test("arXiv's API by submission is the corpus as of then", async () => {
    const stage = await upstreamStage({ corpus, asOf: '2026-02-12T12:00Z' })
    const { api } = sourcesOf(stage)
    expect(await idsOf(api, '2026-01-01', '2026-02-12')).toEqual(
      idsAsOf(corpus, '2026-02-12T12:00Z', categories).sort(),
    )
  })

  test("arXiv's listing is the newest announcement, and says that it was", async () => {
    const stage = await upstreamStage({ corpus, asOf: '2026-02-12T12:00Z' })
    const { pages, error } = await harvested(sourcesOf(stage).rss, windowOf('2026-02-11T06:00Z', '2026-02-12T12:00Z'))
    expect(error).toBeNull()
    const records = pages.flatMap((page) => page.records)
    const announced = at('2026-02-12T01:00Z')
    const fresh = corpus.papers.filter(
      (paper) => paper.versions[0].announced === announced && paper.categories[0].startsWith('cs.'),
    )
    const stated = records.filter((record) => record.announcedBasis === 'stated')
    expect(stated.map((record) => record.id).sort()).toEqual(fresh.map((paper) => paper.id).sort())
    expect(stated.every((record) => record.announced === announced)).toBe(true)
    expect(records.some((record) => record.version > 1)).toBe(true)
  })

  test('Semantic Scholar is what is on the topic', async () => {
    const stage = await upstreamStage({ corpus, asOf: '2026-02-12T12:00Z' })
    const { semanticScholar: source } = sourcesOf(stage)
    const expected = onTopic(corpus, '2026-02-12T12:00Z').map((paper) => paper.id)
    expect(expected.length).toBeGreaterThan(3)
    expect(await idsOf(source, '2026-01-01', '2026-02-12')).toEqual(expected.sort())
  })

  test('OpenAlex is what is on the topic, with countries', async () => {
    const stage = await upstreamStage({ corpus, asOf: '2026-02-12T12:00Z' })
    const { pages, ids, error } = await harvested(sourcesOf(stage).openAlex, windowOf('2026-01-01', '2026-02-12'))
    expect(error).toBeNull()
    const expected = onTopic(corpus, '2026-02-12T12:00Z')
    expect(ids.toSorted()).toEqual(expected.map((paper) => paper.id).sort())
    for (const record of pages.flatMap((page) => page.records)) {
      const paper = corpus.byId(record.id)!
      expect(record.countries.toSorted()).toEqual([...new Set(paper.countries)].sort())
      expect(record).toMatchObject({
        title: stateAt(paper, at('2026-02-12T12:00Z'))!.title,
        abstract: stateAt(paper, at('2026-02-12T12:00Z'))!.abstract,
      })
    }
  })

  test('Crossref is what a journal has published by then', async () => {
    const now = '2026-05-20T12:00Z'
    const stage = await upstreamStage({ corpus, asOf: now })
    const { pages, error } = await harvested(sourcesOf(stage).crossref, windowOf('2026-01-01', '2026-05-20'))
    expect(error).toBeNull()
    const expected = onTopic(corpus, now).filter(({ journal }) => journal !== null && journal.published <= at(now))
    const records = pages.flatMap((page) => page.records)
    expect(expected.length).toBeGreaterThan(3)
    expect(records.map((record) => record.doi).sort()).toEqual(expected.map((paper) => paper.journal!.doi).sort())
    for (const record of records) {
      const paper = expected.find((one) => one.journal!.doi === record.doi)!
      const state = stateAt(paper, at(now))!
      expect(record).toMatchObject({ title: state.title, abstract: state.abstract, authors: paper.authors })
      // When arXiv showed a paper is for arXiv to say. Of others some state only the month of an issue to come.
      const shown = record.announced === null ? null : dayOf(record.announced)
      expect(shown).toBe(record.id === paper.id ? null : dayOf(publishedAt(paper, at(now))))
    }
    const bases = records.filter((record) => record.announced !== null).map((record) => record.announcedBasis)
    expect(new Set(bases)).toEqual(new Set(['stated', 'derived']))
  })

  test('Crossref tells papers apart whose titles differ in a formula alone', async () => {
    const published = at('2026-02-10T09:00Z')
    const papers = ['H_2', 'H_\\infty'].map((tex, number) =>
      paperOf({
        id: `2601.0000${number + 1}`,
        versions: [
          {
            submitted: at('2026-01-05T09:00Z'),
            announced: at('2026-01-07T01:00Z'),
            title: `$${tex}$ Control of Passage Retrieval`,
            abstract: 'On rivers.',
            comment: null,
          },
        ],
        journal: { doi: `10.5555/formula.${number}`, name: 'Letters on Rivers', published },
      }),
    )
    const stage = await upstreamStage({ corpus: corpusOf(papers), asOf: '2026-02-12T12:00Z' })
    const { pages, error } = await harvested(sourcesOf(stage).crossref, windowOf('2026-02-09', '2026-02-12'))
    expect(error).toBeNull()
    expect(pages.flatMap((page) => page.records.map((record) => record.title)).sort()).toEqual([
      '$H_2$ Control of Passage Retrieval',
      '$H_\\infty$ Control of Passage Retrieval',
    ])
  })

  test.each(['semanticScholar', 'crossref', 'openAlex'] as const)(
    '%s that counts one paper more than it gives is whole all the same',
    async (name) => {
      const stage = await upstreamStage({ corpus, asOf: '2026-05-20T12:00Z' })
      const window = name === 'crossref' ? windowOf('2026-05-01', '2026-05-01') : windowOf('2026-01-01', '2026-05-20')
      stage.upstream.faults.add({ kind: 'wrong-total', by: 1 })
      const { pages, error } = await harvested(sourcesOf(stage)[name], window)
      expect(error).toBeNull()
      expect(pages.at(-1)!.warning).toMatch(/states \d+ works and ended after \d+/)
    },
  )

  test('a feed is its newest posts, and nothing the second time', async () => {
    const { upstream, clientFor } = await upstreamStage({ corpus, asOf: '2026-02-12T12:00Z' })
    for (const path of ['/rss.xml', '/atom.xml', '/feed.json']) {
      const url = upstream.url('feeds') + path
      const source = feed({ client: clientFor(feedPolicy(url)), url })
      const first = await harvested(source, windowOf('2026-02-11', '2026-02-12'))
      expect(first.error).toBeNull()
      const titles = first.pages.flatMap((page) => page.records.map((record) => record.title))
      const newest = corpus.papers.filter((paper) => paper.versions[0].announced <= at('2026-02-12T12:00Z')).slice(-50)
      expect(titles).toEqual(newest.toReversed().map((paper) => stateAt(paper, at('2026-02-12T12:00Z'))!.title))
      const state = first.pages.at(-1)!.state!
      const again = await harvested(source, { ...windowOf('2026-02-12', '2026-02-13'), state })
      expect(again.ids).toEqual([])
      expect(upstream.requests.at(-1)).toMatchObject({ status: 304 })
    }
  })
})

describe('against the upstream, live search', () => {
  const known = corpus.papers[40]
  const asOf = '2026-05-20T12:00Z'
  const request = askFor({ subject: stateAt(known, at(asOf))!.title.split(':')[0], limit: 10 })

  test.each(['api', 'semanticScholar', 'openAlex'] as const)('finds a known paper by %s', async (name) => {
    const stage = await upstreamStage({ corpus, asOf })
    const found = await sourcesOf(stage)[name].find!(request, 10_000, signal)
    expect(found.records.map((record) => record.id)).toEqual([known.id])
    expect(found.rejected).toEqual([])
  })

  test('finds a published paper by Crossref', async () => {
    const stage = await upstreamStage({ corpus, asOf })
    const published = corpus.papers.find(({ journal }) => journal !== null && journal.published <= at(asOf))!
    const subject = stateAt(published, at(asOf))!.title.split(':')[0]
    const found = await sourcesOf(stage).crossref.find!(askFor({ subject }), 10_000, signal)
    expect(found.records[0].doi).toBe(published.journal!.doi)
  })

  test.each(['api', 'semanticScholar', 'openAlex'] as const)('knows nothing of tomorrow by %s', async (name) => {
    const stage = await upstreamStage({ corpus, asOf })
    const source = sourcesOf(stage)[name]
    const day = (n: number) => new Date(known.versions[0].announced + n).toISOString()
    stage.moveTo(day(-1000))
    expect((await source.find!(request, 10_000, signal)).records).toEqual([])
    stage.moveTo(day(0))
    expect((await source.find!(request, 10_000, signal)).records.map((record) => record.id)).toEqual([known.id])
  })

  test.each(['api', 'semanticScholar', 'openAlex'] as const)('looks papers up by %s', async (name) => {
    const stage = await upstreamStage({ corpus, asOf })
    const ids = corpus.papers.slice(10, 14).map((paper) => paper.id as never)
    const found = await sourcesOf(stage)[name].lookUp!([...ids, '2601.99999' as never], signal)
    expect(found.map((record) => record.id).sort()).toEqual(ids.toSorted())
  })
})
