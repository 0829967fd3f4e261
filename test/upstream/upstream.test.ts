import { describe, expect, test } from 'vitest'
import { at } from '../sources/api-stage.ts'
import { corpusOf, paperOf, type UpstreamPaper } from './corpus.ts'
import { drawMs, usualLatencies } from './latencies.ts'
import { seededRandom } from './seeded.ts'
import { smallCorpus, upstreamStage } from './stage.ts'
import { arxivLagMs } from './upstream.ts'

const corpus = smallCorpus(100)
const asOf = '2026-05-01T12:00Z'

describe('latencies', () => {
  test('are drawn so that their quantiles come out', () => {
    const random = seededRandom(5)
    for (const latency of Object.values(usualLatencies)) {
      const draws = Array.from({ length: 20_000 }, () => drawMs(latency, random())).sort((a, b) => a - b)
      const quantile = (share: number) => draws[Math.floor(share * draws.length)]
      expect(quantile(0.5) / latency.medianMs).toBeCloseTo(1, 1)
      expect(quantile(0.9) / latency.p90Ms).toBeCloseTo(1, 1)
      expect(quantile(0.99) / latency.p99Ms).toBeCloseTo(1, 0)
      expect(draws[0]).toBeGreaterThanOrEqual(latency.medianMs / 2)
    }
  })

  test('are told, and left to the sleep that was given', async () => {
    const naps: number[] = []
    const { upstream } = await upstreamStage({
      corpus,
      asOf,
      latencies: usualLatencies,
      random: seededRandom(1),
      sleep: async (ms) => {
        naps.push(ms)
      },
    })
    const answers = await Promise.all([1, 2, 3].map(() => fetch(`${upstream.url('openalex')}/works?per_page=1`)))
    const told = answers.map((answer) => Number(answer.headers.get('x-upstream-latency-ms')))
    expect(told.toSorted()).toEqual(naps.toSorted())
    expect(upstream.requests.map((one) => one.latencyMs)).toEqual(naps)
    expect(new Set(naps).size).toBe(3)
  })
})

describe('the log', () => {
  test('tells when each request came, how it ended, and what was open beside it', async () => {
    const { upstream, clock } = await upstreamStage({ corpus, asOf })
    await (await fetch(`${upstream.url('arxiv-oai')}?verb=Identify`)).text()
    clock.advance(1_500)
    await (await fetch(`${upstream.url('arxiv-api')}?id_list=2601.00001`)).text()
    clock.advance(4_000)
    await (await fetch(`${upstream.url('crossref')}/works/10.5555%2Fx`)).text()
    const start = at('2026-03-02T12:00:00Z')
    expect(
      upstream.requests.map(({ provider, path, at: when, status }) => [provider, path, when - start, status]),
    ).toEqual([
      ['arxiv-oai', '/oai', 0, 200],
      ['arxiv-api', '/api/query', 1_500, 200],
      ['crossref', '/works/10.5555%2Fx', 5_500, 404],
    ])
    expect(upstream.manners('arxiv-oai', 'arxiv-api')).toEqual({
      requests: 2,
      shortestGapMs: 1_500,
      mostAtOnce: 1,
      connections: 2,
    })
    expect(upstream.manners().requests).toBe(3)
    upstream.forgetRequests()
    expect(upstream.manners()).toMatchObject({ requests: 0, shortestGapMs: null, mostAtOnce: 0 })
  })
})

test('a provider may be behind the world', async () => {
  const paper = corpus.papers[10]
  const announced = paper.versions[0].announced
  const iso = (ms: number) => new Date(ms).toISOString()
  const stage = await upstreamStage({ corpus, asOf: iso(announced), lagMs: arxivLagMs })
  const known = async () =>
    /<entry>/.test(await (await fetch(`${stage.upstream.url('arxiv-api')}?id_list=${paper.id}`)).text())
  expect(await known()).toBe(false)
  stage.moveTo(iso(announced + arxivLagMs['arxiv-api']))
  expect(await known()).toBe(true)
})

test('the feed host serves whatever else it is given', async () => {
  const document = { type: 'text/xml', body: '<rss/>', modified: at('2026-03-01') }
  const { upstream } = await upstreamStage({ corpus, asOf, hosted: new Map([['/odd.xml', document]]) })
  const url = `${upstream.url('feeds')}/odd.xml`
  const first = await fetch(url)
  expect([await first.text(), first.headers.get('content-type')]).toEqual(['<rss/>', 'text/xml'])
  const again = await fetch(url, { headers: { 'if-none-match': first.headers.get('etag')! } })
  expect(again.status).toBe(304)
  const since = await fetch(url, { headers: { 'if-modified-since': first.headers.get('last-modified')! } })
  expect(since.status).toBe(304)
})

describe("arXiv's OAI-PMH server", () => {
  const asking = async () => {
    const { upstream } = await upstreamStage({ corpus, asOf, oaiPaging: { records: 7 } })
    return async (query: string) => (await fetch(`${upstream.url('arxiv-oai')}?${query}`)).text()
  }

  test.each([
    ['', 'badVerb'],
    ['verb=Nonsense', 'badVerb'],
    ['verb=Identify&verb=Identify', 'badArgument'],
    ['verb=ListRecords', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=arXivRaw&from=yesterday', 'badArgument'],
    ['verb=ListRecords&metadataPrefix=marc', 'cannotDisseminateFormat'],
    ['verb=ListRecords&metadataPrefix=arXivRaw&from=2027-01-01', 'noRecordsMatch'],
    ['verb=ListRecords&metadataPrefix=arXivRaw&set=nothing', 'noRecordsMatch'],
    ['verb=ListRecords&resumptionToken=1%7C2', 'badResumptionToken'],
    ['verb=GetRecord&metadataPrefix=arXivRaw&identifier=oai:arXiv.org:2601.99999', 'idDoesNotExist'],
  ])('answers %s with %s', async (query, code) => {
    const ask = await asking()
    expect(await ask(query)).toContain(`<error code="${code}">`)
  })

  test('gives a record in each of its formats, and lists its sets', async () => {
    const ask = await asking()
    const { id } = corpus.papers[0]
    for (const prefix of ['arXivRaw', 'arXiv', 'oai_dc']) {
      const record = await ask(`verb=GetRecord&metadataPrefix=${prefix}&identifier=oai:arXiv.org:${id}`)
      expect(record).toContain(`<identifier>oai:arXiv.org:${id}</identifier>`)
      expect(record).toMatch(prefix === 'oai_dc' ? /<dc:title>/ : /<title>/)
    }
    const sets = await ask('verb=ListSets')
    for (const set of ['cs', 'cs:cs', 'cs:cs:IR', 'physics', 'physics:hep-th', 'math:math:CO']) {
      expect(sets).toContain(`<setSpec>${set}</setSpec>`)
    }
    expect(await ask('verb=ListMetadataFormats')).toContain('<metadataPrefix>arXivRaw</metadataPrefix>')
    expect(await ask('verb=Identify')).toContain('<granularity>YYYY-MM-DD</granularity>')
  })

  test('lists identifiers without records, in days and within them by id', async () => {
    const ask = await asking()
    const list = await ask('verb=ListIdentifiers&metadataPrefix=arXivRaw&from=2026-02-01&until=2026-02-10')
    expect(list).not.toContain('<metadata>')
    const headers = [...list.matchAll(/<identifier>([^<]+)<\/identifier>\n<datestamp>([^<]+)</g)]
    const places = headers.map(([, id, day]) => `${day} ${id}`)
    expect(places.length).toBeGreaterThan(3)
    expect(places).toEqual(places.toSorted())
    expect(headers.every(([, , day]) => day >= '2026-02-01' && day <= '2026-02-10')).toBe(true)
  })
})

describe("arXiv's listing", () => {
  const text = (announced: string) => ({
    submitted: at(announced),
    announced: at(announced),
    title: 'Rivers',
    abstract: 'Water.',
    comment: null,
  })
  const wednesday = '2026-02-04T01:00Z'
  const paper = (number: number, primary: string, versions: string[], more: Partial<UpstreamPaper> = {}) =>
    paperOf({
      id: `2602.0000${number}`,
      versions: [text(versions[0]), ...versions.slice(1).map(text)],
      categories: [primary, 'cs.CL'],
      ...more,
    })
  const old = '2026-01-06T01:00Z'
  const listed = corpusOf([
    paper(1, 'cs.IR', [wednesday]),
    paper(2, 'math.CO', [wednesday]),
    paper(3, 'cs.IR', [old, wednesday]),
    paper(4, 'math.CO', [old, wednesday]),
    paper(5, 'math.CO', [old], { categories: ['math.CO'], crossListed: [{ category: 'cs.IR', at: at(wednesday) }] }),
    paper(6, 'cs.IR', [old], { journal: { doi: '10.5555/x', name: 'Letters', published: at(wednesday) } }),
    paper(7, 'cs.IR', [old, old, old, old, old, wednesday]),
    paper(8, 'cs.IR', [old], { withdrawn: { submitted: at(old), at: at(wednesday), comment: 'withdrawn' } }),
    paper(9, 'cs.IR', [wednesday, '2026-02-05T01:00Z']),
  ])
  const items = async (asOf: string, categories = 'cs') => {
    const { upstream } = await upstreamStage({ corpus: listed, asOf })
    const rss = await (await fetch(`${upstream.url('arxiv-rss')}/rss/${categories}`)).text()
    return [...rss.matchAll(/arXiv:2602\.0000(\S+) Announce Type: (\S+)/g)].map((match) => `${match[1]} ${match[2]}`)
  }

  test('tells new papers from cross-listed and replaced ones, new ones last, and leaves high versions out', async () => {
    expect(await items('2026-02-04T12:00Z')).toEqual([
      '4v2 replace-cross',
      '8v2 replace',
      '3v2 replace',
      '5v1 cross',
      '2v1 cross',
      '9v1 new',
      '1v1 new',
    ])
    expect(await items('2026-02-04T12:00Z', 'math.CO')).toEqual(['4v2 replace', '2v1 new'])
  })

  test("is of the day in New York: what the evening announces is tomorrow's", async () => {
    expect(await items('2026-02-05T04:59Z')).toContain('9v1 new')
    expect(await items('2026-02-05T05:00Z')).toEqual(['9v2 replace'])
  })

  test('is empty at weekends', async () => {
    expect(await items('2026-02-07T18:00Z')).toEqual([])
  })

  test('refuses what is no category', async () => {
    const { upstream } = await upstreamStage({ corpus: listed, asOf: wednesday })
    const answer = await fetch(`${upstream.url('arxiv-rss')}/rss/cs+0`)
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('Feed error')])
  })
})

test("a page of arXiv's API holds up to 2,000 entries", async () => {
  const { upstream } = await upstreamStage({ corpus: smallCorpus(2_200), asOf })
  const ask = async (start: number) =>
    (await fetch(`${upstream.url('arxiv-api')}?search_query=all:collections&start=${start}&max_results=2500`)).text()
  const entries = (feed: string) => feed.split('<entry>').length - 1
  expect([entries(await ask(0)), entries(await ask(2_000))]).toEqual([2_000, 200])
  expect(await ask(29_000)).toContain('/api/errors#')
})
