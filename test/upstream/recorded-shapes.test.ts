import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { at } from '../sources/api-stage.ts'
import { corpusOf, paperOf } from './corpus.ts'
import type { Provider } from './exchange.ts'
import { lacking, shapeOfJson, shapeOfXml } from './shape.ts'
import { smallCorpus, upstreamStage } from './stage.ts'

const recorded = join(import.meta.dirname, '../../../shared/data/apis')
const absent = !existsSync(recorded)
const where = absent ? ' (skipped: ../shared/data/apis is absent)' : ''

const load = (...path: string[]): string => readFileSync(join(recorded, ...path), 'utf8')

interface Exchange {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const exchangesIn = (...path: string[]): Exchange[] =>
  gunzipSync(readFileSync(join(recorded, ...path)))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

/** Bodies of recorded answers of success whose address matches. */
const bodiesOf = (file: string[], url: RegExp): string[] =>
  exchangesIn(...file)
    .filter((one) => one.status === 200 && url.test(one.url))
    .map((one) => one.body)

const text = { title: 'A Paper of a Collective', abstract: 'Short.', comment: 'One page' }

/** With a paper that has all there is to say of one, so that every element has its occasion. */
const corpus = corpusOf([
  ...smallCorpus(200).papers,
  paperOf({
    id: '2601.09999',
    versions: [
      { ...text, submitted: at('2026-01-05'), announced: at('2026-01-07T01:00Z') },
      { ...text, submitted: at('2026-01-20'), announced: at('2026-01-21T01:00Z') },
    ],
    authors: ['Bourbaki', 'Jane Doe'],
    journal: { doi: '10.5555/x', name: 'Letters', published: at('2026-01-20') },
    countries: ['FR', 'US'],
  }),
])

async function ask(provider: Provider, path: string, asOf = '2026-05-01T12:00Z', init?: RequestInit): Promise<string> {
  const { upstream } = await upstreamStage({ corpus, asOf, oaiPaging: { records: 50 } })
  return (await fetch(upstream.origin(provider) + path, init)).text()
}

describe.skipIf(absent)(`beside what was recorded, ours lacks only${where}`, () => {
  test("affiliations in arXiv's API", async () => {
    const files = readdirSync(join(recorded, 'arxiv-atom')).filter((file) => file.endsWith('.xml'))
    const ours = await Promise.all(
      ['search_query=all:retrieval&max_results=200', 'search_query=all:sdfgh', 'id_list=abc'].map((query) =>
        ask('arxiv-api', `/api/query?${query}`),
      ),
    )
    expect(
      lacking(
        files.map((file) => shapeOfXml(load('arxiv-atom', file))),
        ours.map(shapeOfXml),
      ),
    ).toEqual(['/feed/entry/author/arxiv:affiliation'])
  })

  test('sizes of lists in OAI-PMH, which the present server does not state', async () => {
    const ours = await ask('arxiv-oai', '/oai?verb=ListRecords&metadataPrefix=oai_dc&from=2026-01-01')
    expect(
      lacking([shapeOfXml(load('arxiv-oai', 'adsingestparser-arxiv_multi_20230125.xml'))], [shapeOfXml(ours)]),
    ).toEqual(['/OAI-PMH/ListRecords/resumptionToken@completeListSize', '/OAI-PMH/ListRecords/resumptionToken@cursor'])
  })

  test("nothing of arXiv's listings", async () => {
    const [rss, atom] = await Promise.all(
      ['rss', 'atom'].map((form) => ask('arxiv-rss', `/${form}/cs+math+hep-th`, '2026-01-21T12:00Z')),
    )
    const files = readdirSync(join(recorded, 'arxiv-rss'))
    const of = (kind: string) => files.filter((file) => file.startsWith(kind)).map((file) => load('arxiv-rss', file))
    expect(lacking(of('rss').map(shapeOfXml), [shapeOfXml(rss)])).toEqual([])
    expect(lacking(of('atom').map(shapeOfXml), [shapeOfXml(atom)])).toEqual([])
  })

  test('nothing of Semantic Scholar', async () => {
    const fields =
      'abstract,authors,citationCount,citationStyles,corpusId,externalIds,fieldsOfStudy,influentialCitationCount,isOpenAccess,journal,openAccessPdf,publicationDate,publicationTypes,publicationVenue,referenceCount,s2FieldsOfStudy,title,url,venue,year'
    const file = ['semantic-scholar', 'exchanges-semanticscholar-py.jsonl.gz']
    const pages = bodiesOf(file, /\/paper\/search(?:\/bulk)?\?/)
    const ours = [
      await ask('semantic-scholar', `/graph/v1/paper/search?query=retrieval&limit=5&fields=${fields}`),
      await ask('semantic-scholar', `/graph/v1/paper/search/bulk?query=retrieval&fields=${fields}`),
    ]
    expect(lacking(pages.map(shapeOfJson), ours.map(shapeOfJson))).toEqual([])
    const batches = bodiesOf(file, /\/paper\/batch\?/)
    const body = JSON.stringify({ ids: ['ARXIV:2601.09999', 'ARXIV:2601.99998'] })
    const batch = await ask('semantic-scholar', `/graph/v1/paper/batch?fields=${fields}`, undefined, {
      method: 'POST',
      body,
    })
    expect(lacking(batches.map(shapeOfJson), [shapeOfJson(batch)])).toEqual([])
  })

  test('what few articles have at Crossref', async () => {
    const lists = bodiesOf(['crossref', 'exchanges-habanero.jsonl.gz'], /\/works\?(?!.*(?:select|facet|rows=0))/)
    const ours = await ask('crossref', '/works?rows=100&cursor=*')
    const missing = lacking(lists.map(onlyArticles).map(shapeOfJson), [shapeOfJson(ours)])
    expect(inItems(missing)).toEqual(
      words(`accepted alternative-id archive article-number assertion author editor funder journal-issue published-other
        reference relation special_numbering update-policy update-to updated-by`),
    )
  })

  test('what our papers never have at OpenAlex', async () => {
    const lists = bodiesOf(['openalex', 'exchanges-paper-qa.jsonl.gz'], /\/works\?/)
    const ours = await ask('openalex', '/works?search=retrieval')
    const all = [...lists, load('openalex', 'fastpaper-openalex_search.json')]
    const missing = lacking(all.map(shapeOfJson), [shapeOfJson(ours)])
    expect(inItems(missing)).toEqual(
      words(`apc_list apc_paid awards content_urls fulltext_origin funders grants has_content ids institutions is_xpac
        mesh sustainable_development_goals`),
    )
  })

  // Their words as recorded would be prose of theirs; what is held is the status, the type and the form.
  test('nothing of the errors', async () => {
    const recordedErrors = [
      ['crossref', '/works?query=widget&cursor=thing', 'exchanges-habanero.jsonl.gz', /cursor=thing/],
      ['crossref', '/works/10.48550%2Farxiv.2312.07559', 'exchanges-paper-qa.jsonl.gz', /10\.48550%2Farxiv/],
      ['semantic-scholar', '/graph/v1/paper/0', 'exchanges-semanticscholar-py.jsonl.gz', /\/paper\/0\?/],
      [
        'semantic-scholar',
        '/graph/v1/paper/0?fields=unknown',
        'exchanges-semanticscholar-py.jsonl.gz',
        /fields=unknown/,
      ],
      [
        'semantic-scholar',
        '/graph/v1/paper/search?query=n0+r3sult',
        'exchanges-semanticscholar-py.jsonl.gz',
        /n0\+r3sult/,
      ],
      ['openalex', '/works/https://doi.org/10.1046%2Fj.1', 'exchanges-paper-qa.jsonl.gz', /10\.1046/],
    ] as const
    const { upstream } = await upstreamStage({ corpus, asOf: '2026-05-01' })
    for (const [provider, path, file, url] of recordedErrors) {
      const theirs = exchangesIn(provider, file).find((one) => url.test(one.url))!
      const ours = await fetch(upstream.origin(provider) + path)
      expect([path, ours.status, ours.headers.get('content-type')]).toEqual([
        path,
        theirs.status,
        theirs.headers['content-type'],
      ])
      const body = await ours.text()
      const isJson = theirs.headers['content-type'].includes('json')
      if (isJson) expect([...shapeOfJson(body)].sort()).toEqual([...shapeOfJson(theirs.body)].sort())
    }
  })
})

const words = (text: string): string[] => text.split(/\s+/)

/** The parts of an item that are lacking, in whole or in part. */
const inItems = (missing: readonly string[]): string[] => [
  ...new Set(missing.map((place) => /^(?:\/message\/items|\/results)\/([^/]+)/.exec(place)?.[1] ?? place)),
]

/** Books, grants and the like have parts of their own. */
function onlyArticles(body: string): string {
  const list = JSON.parse(body)
  const items = list.message.items.filter((item: { type: string }) => item.type === 'journal-article')
  return JSON.stringify({ ...list, message: { ...list.message, items } })
}
