import { describe, expect, test } from 'vitest'
import { BadSetting } from '../../../src/domain/errors.ts'
import { instant } from '../../../src/domain/instant.ts'
import type { HarvestPage, HarvestWindow } from '../../../src/ports.ts'
import { arxivOai, oaiSetOf } from '../../../src/sources/arxiv/oai.ts'
import { stage } from '../arxiv-stage.ts'
import { answer, type Reply } from '../scripted-server.ts'
import { deleted, list, oaiError, raw } from './oai-xml.ts'

const window: HarvestWindow = {
  after: instant(Date.parse('2026-03-01T23:30:00Z')),
  upTo: instant(Date.parse('2026-03-02T12:00:00Z')),
  state: null,
  resume: null,
}

interface Wishes {
  readonly categories?: readonly string[]
  readonly signal?: AbortSignal
  readonly resume?: string | null
}

async function harvest(
  script: readonly Reply[],
  { categories = ['cs.IR'], signal = new AbortController().signal, resume = null }: Wishes = {},
) {
  const scene = await stage(script)
  const source = arxivOai({ client: scene.client, categories, baseUrl: `${scene.server.url}/oai` })
  const pages: HarvestPage[] = []
  let error: unknown = null
  try {
    for await (const page of source.changes({ ...window, resume }, signal)) pages.push(page)
  } catch (caught) {
    error = caught
  }
  return { ...scene, source, pages, error, ids: pages.flatMap((page) => page.records.map((record) => record.id)) }
}

const token = (value: string, attributes = ''): string => `<resumptionToken${attributes}>${value}</resumptionToken>`

describe('a harvest', () => {
  test('asks for each category from the first day of the window, without an end', async () => {
    const { server, ids, error, gate } = await harvest(
      [answer(200, list([raw()])), answer(200, list([raw({ id: '2603.00011' })]))],
      { categories: ['cs.IR', 'hep-th'] },
    )
    expect(error).toBeNull()
    expect(ids).toEqual(['2603.00010', '2603.00011'])
    expect(server.requests.map((one) => Object.fromEntries(one.query))).toEqual([
      { verb: 'ListRecords', metadataPrefix: 'arXivRaw', set: 'cs:cs:IR', from: '2026-03-01' },
      { verb: 'ListRecords', metadataPrefix: 'arXivRaw', set: 'physics:hep-th', from: '2026-03-01' },
    ])
    expect(gate.starts[1] - gate.starts[0]).toBeGreaterThanOrEqual(3_000)
  })

  test('follows resumption tokens as they are, and sends nothing else with them', async () => {
    // arXiv's tokens are escaped queries; sent back unescaped they would be another token.
    const odd = 'verb%3DListRecords%26set%3Dcs%26skip%3D1|2'
    const { server, ids, error } = await harvest([
      answer(200, list([raw()], token(odd))),
      answer(200, list([raw({ id: '2603.00011' })], token(''))),
    ])
    expect(error).toBeNull()
    expect(ids).toEqual(['2603.00010', '2603.00011'])
    expect(Object.fromEntries(server.requests[1].query)).toEqual({ verb: 'ListRecords', resumptionToken: odd })
  })

  test('hands out rejected records and the size of the list', async () => {
    const { pages } = await harvest([
      answer(200, list([raw(), deleted('2603.00013')], token('', ' completeListSize="2"'))),
    ])
    expect(pages).toHaveLength(1)
    expect(pages[0]).toMatchObject({ total: 2, rejected: [{ id: '2603.00013' }] })
  })

  test('of several sets does not pass the size of one off as the size of all', async () => {
    const page = answer(200, list([raw()], token('', ' completeListSize="1"')))
    const { pages } = await harvest([page, page], { categories: ['cs.IR', 'cs.CL'] })
    expect(pages.map((one) => one.total)).toEqual([null, null])
  })

  test('without matches is empty when that is said twice, and no failure', async () => {
    const { pages, error, server } = await harvest([
      answer(200, oaiError('noRecordsMatch')),
      answer(200, oaiError('noRecordsMatch')),
    ])
    expect({ pages, error }).toEqual({ pages: [], error: null })
    expect(server.requests.map((one) => one.query.get('until'))).toEqual([null, '2026-03-02'])
  })

  test('that has no matches and then some is contradictory', async () => {
    const { pages, error } = await harvest([answer(200, oaiError('noRecordsMatch')), answer(200, list([raw()]))])
    expect(pages).toEqual([])
    expect(error).toMatchObject({ failure: 'contradictory' })
  })

  test('of a page that comes twice, where no size is stated, is contradictory', async () => {
    const page = (after: string) => answer(200, list([raw(), raw({ id: '2603.00011' })], token(after)))
    const { error } = await harvest([page('1'), page('2')])
    expect(error).toMatchObject({ failure: 'contradictory', message: expect.stringContaining('same page twice') })
  })

  test('of which no record can be read is a format that we do not know', async () => {
    const unknown = Array.from({ length: 10 }, (_, at) => deleted(`2603.000${at + 10}`))
    const { pages, error } = await harvest([answer(200, list(unknown))])
    expect(pages).toEqual([])
    expect(error).toMatchObject({ failure: 'unreadable' })
  })

  test('that ends short of the stated size is contradictory, after handing out what came', async () => {
    const { ids, error } = await harvest([
      answer(200, list([raw()], token('t', ' completeListSize="3"'))),
      answer(200, list([raw({ id: '2603.00011' })], token('', ' completeListSize="3"'))),
    ])
    expect(ids).toEqual(['2603.00010', '2603.00011'])
    expect(error).toMatchObject({ failure: 'contradictory', source: 'arxiv-oai' })
  })

  test.each([
    ['a list without a record', [answer(200, list([]))]],
    [
      'a token that leads to nothing',
      [answer(200, list([raw()], token('t'))), answer(200, oaiError('noRecordsMatch'))],
    ],
    ['the same token again', [answer(200, list([raw()], token('t'))), answer(200, list([raw()], token('t')))]],
  ])('with %s is contradictory', async (_what, script) => {
    expect((await harvest(script)).error).toMatchObject({ failure: 'contradictory' })
  })

  test.each([
    ['an expired token', answer(200, oaiError('badResumptionToken')), 'expired'],
    ['half a page', answer(200, list([raw()]).slice(0, -40)), 'unreadable'],
    ['a page in HTML with status 403', answer(403, '<html><body>Forbidden</body></html>'), 'refused'],
    ['records with status 404', answer(404, list([raw()])), 'refused'],
    ['the throttle in plain text, with success', answer(200, 'Rate exceeded.'), 'rate-limited'],
    [
      'entities without end',
      answer(200, `<!DOCTYPE x [<!ENTITY a "a">]>${list([raw({ title: '&a;' })])}`),
      'unreadable',
    ],
    ['another encoding than it says', answer(200, Buffer.from(list([raw({ title: 'é' })]), 'latin1')), 'unreadable'],
  ])('fails on %s', async (_what, reply, failure) => {
    // Once for each attempt, where it is tried again.
    const { error, ids } = await harvest([answer(200, list([raw()], token('t'))), ...Array(5).fill(reply)])
    expect(ids).toEqual(['2603.00010'])
    expect(error).toMatchObject({ name: 'SourceError', failure })
  })

  test('survives a busy server between two pages', async () => {
    const { ids, error } = await harvest([
      answer(200, list([raw()], token('t'))),
      answer(503, 'busy', { 'retry-after': '0' }),
      answer(200, list([raw({ id: '2603.00011' })])),
    ])
    expect(error).toBeNull()
    expect(ids).toEqual(['2603.00010', '2603.00011'])
  })

  test('stops with the reason of the caller who aborts', async () => {
    const controller = new AbortController()
    const reason = new Error('the night is over')
    const { error } = await harvest([() => controller.abort(reason)], { signal: controller.signal })
    expect(error).toBe(reason)
  })
})

const paper = (n: number): string => raw({ id: `2603.${String(n).padStart(5, '0')}` })
const queries = (server: { readonly requests: readonly { readonly query: URLSearchParams }[] }) =>
  server.requests.map((one) => Object.fromEntries(one.query))

describe('a harvest that was killed', () => {
  test('goes on with the token of the page that was stored last, and leaves out the sets that were done', async () => {
    const categories = ['cs.IR', 'cs.CL', 'hep-th']
    const first = await harvest(
      [
        answer(200, list([paper(1)])),
        answer(200, list([paper(2)], token('t1'))),
        answer(503, '', { 'retry-after': '0' }),
      ],
      { categories },
    )
    expect(first.pages).toHaveLength(2)
    const { server, ids, error } = await harvest([answer(200, list([paper(3)])), answer(200, list([paper(4)]))], {
      categories,
      resume: first.pages[1].resume,
    })
    expect({ ids, error }).toEqual({ ids: ['2603.00003', '2603.00004'], error: null })
    expect(queries(server)).toEqual([
      { verb: 'ListRecords', resumptionToken: 't1' },
      { verb: 'ListRecords', metadataPrefix: 'arXivRaw', set: 'physics:hep-th', from: '2026-03-01' },
    ])
  })

  test('begins with the next set when the page ended one', async () => {
    const categories = ['cs.IR', 'cs.CL']
    const { pages } = await harvest([answer(200, list([paper(1)])), answer(403, 'no')], { categories })
    const { server } = await harvest([answer(200, list([paper(2)]))], { categories, resume: pages[0].resume })
    expect(queries(server)).toMatchObject([{ set: 'cs:cs:CL' }])
  })

  test('after its very last page has nothing left to ask', async () => {
    const { pages } = await harvest([answer(200, list([paper(1)]))])
    const { server, error } = await harvest([], { resume: pages[0].resume })
    expect({ requests: server.requests, error }).toEqual({ requests: [], error: null })
  })

  test('knows how many papers came before, and misses the one that never came', async () => {
    const size = ' completeListSize="3"'
    const { pages } = await harvest([answer(200, list([paper(1), paper(2)], token('t', size))), answer(403, 'no')])
    const rest = (papers: readonly string[]) =>
      harvest([answer(200, list(papers, token('', size)))], { resume: pages[0].resume })
    expect((await rest([paper(3)])).error).toBeNull()
    const repeated = await harvest([
      answer(200, list([paper(1), paper(2)], token('t', size))),
      answer(200, list([paper(2)], token('', size))),
    ])
    expect(repeated.error).toMatchObject({ failure: 'contradictory' })
  })

  test('is told when its token has expired, and begins the window again', async () => {
    const { pages } = await harvest([answer(200, list([paper(1)], token('t'))), answer(403, 'no')])
    const { error } = await harvest([answer(200, oaiError('badResumptionToken'))], { resume: pages[0].resume })
    expect(error).toMatchObject({ name: 'SourceError', failure: 'expired' })
  })

  test('by another hand, with words it does not know, begins again too', async () => {
    const { error, server } = await harvest([], { resume: 'page 7' })
    expect(error).toMatchObject({ name: 'SourceError', failure: 'expired' })
    expect(server.requests).toEqual([])
  })

  test('forgets a set that the settings no longer name, and takes in a new one', async () => {
    const { pages } = await harvest([answer(200, list([paper(1)], token('t'))), answer(403, 'no')])
    const { server } = await harvest([answer(200, list([paper(2)]))], {
      categories: ['cs.CL'],
      resume: pages[0].resume,
    })
    expect(queries(server)).toMatchObject([{ set: 'cs:cs:CL' }])
  })

  test('on a list that was not the whole begins that set again, not behind it', async () => {
    const short = answer(200, list([paper(1)], token('', ' completeListSize="2"')))
    const { pages, error } = await harvest([answer(200, list([paper(9)])), short], { categories: ['cs.IR', 'cs.CL'] })
    expect(error).toMatchObject({ failure: 'contradictory' })
    const { server } = await harvest([answer(200, list([paper(1), paper(2)]))], {
      categories: ['cs.IR', 'cs.CL'],
      resume: pages[1].resume,
    })
    expect(queries(server)).toMatchObject([{ set: 'cs:cs:CL', from: '2026-03-01' }])
  })
})

describe('papers that come twice', () => {
  test('within a page and across pages are no contradiction when the whole came', async () => {
    const size = ' completeListSize="3"'
    const { ids, error } = await harvest([
      answer(200, list([paper(2), paper(1), paper(1)], token('t', size))),
      answer(200, list([paper(3), paper(2)], token('', size))),
    ])
    expect(error).toBeNull()
    expect(new Set(ids).size).toBe(3)
  })

  test('do not make up for papers that never came', async () => {
    const size = ' completeListSize="4"'
    const { error } = await harvest([
      answer(200, list([paper(1), paper(2)], token('t', size))),
      answer(200, list([paper(2), paper(3)], token('', size))),
    ])
    expect(error).toMatchObject({ failure: 'contradictory', message: expect.stringContaining('4') })
  })

  test('are measured by the largest size that was stated: one that shrinks is a lie', async () => {
    const { error } = await harvest([
      answer(200, list([paper(1)], token('t', ' completeListSize="3"'))),
      answer(200, list([paper(2)], token('', ' completeListSize="2"'))),
    ])
    expect(error).toMatchObject({ failure: 'contradictory' })
  })

  test('of one category named twice are not asked for twice', async () => {
    const { server } = await harvest([answer(200, list([paper(1)]))], { categories: ['cs.IR', 'cs.IR'] })
    expect(server.requests).toHaveLength(1)
  })
})

test('a page of two thousand records is taken whole', async () => {
  const { ids, error } = await harvest([answer(200, list(Array.from({ length: 2_000 }, (_, n) => paper(n))))])
  expect(error).toBeNull()
  expect(new Set(ids).size).toBe(2_000)
})

describe('the sets of categories', () => {
  test.each([
    ['cs.AI', 'cs:cs:AI'],
    ['math.CO', 'math:math:CO'],
    ['stat.ML', 'stat:stat:ML'],
    ['eess.AS', 'eess:eess:AS'],
    ['q-bio.NC', 'q-bio:q-bio:NC'],
    ['q-fin.CP', 'q-fin:q-fin:CP'],
    ['econ.EM', 'econ:econ:EM'],
    ['hep-th', 'physics:hep-th'],
    ['math-ph', 'physics:math-ph'],
    ['astro-ph.CO', 'physics:astro-ph:CO'],
    ['cond-mat.mes-hall', 'physics:cond-mat:mes-hall'],
    ['physics.optics', 'physics:physics:optics'],
    ['cs', 'cs'],
  ])('%s is harvested as %s', (category, set) => {
    expect(oaiSetOf(category)).toBe(set)
  })

  test.each(['computer science', 'xx.YY', '', 'cs.', 'cs:cs:AI'])('%j is no category', (category) => {
    expect(() => oaiSetOf(category)).toThrow(BadSetting)
  })
})
