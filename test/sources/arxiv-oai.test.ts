import { describe, expect, test } from 'vitest'
import { BadSetting } from '../../src/domain/errors.ts'
import { parseDay } from '../../src/domain/instant.ts'
import type { HarvestPage } from '../../src/ports.ts'
import { arxivOai, oaiSetOf } from '../../src/sources/arxiv-oai.ts'
import { deleted, list, oaiError, raw } from './arxiv-oai-xml.ts'
import { stage } from './arxiv-stage.ts'
import { answer, type Reply } from './scripted-server.ts'

const window = { from: parseDay('2026-03-01')!, through: parseDay('2026-03-02')! }

async function harvest(script: readonly Reply[], categories = ['cs.IR'], signal = new AbortController().signal) {
  const scene = await stage(script)
  const source = arxivOai({ client: scene.client, categories, baseUrl: `${scene.server.url}/oai` })
  const pages: HarvestPage[] = []
  let error: unknown = null
  try {
    for await (const page of source.changes(window, signal)) pages.push(page)
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
      ['cs.IR', 'hep-th'],
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
    const { pages } = await harvest([page, page], ['cs.IR', 'cs.CL'])
    expect(pages.map((one) => one.total)).toEqual([null, null])
  })

  test('without matches is empty, not a failure', async () => {
    const { pages, error } = await harvest([answer(200, oaiError('noRecordsMatch'))])
    expect({ pages, error }).toEqual({ pages: [], error: null })
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
    ['an expired token', answer(200, oaiError('badResumptionToken')), 'refused'],
    ['half a page', answer(200, list([raw()]).slice(0, -40)), 'unreadable'],
    ['a page in HTML with status 403', answer(403, '<html><body>Forbidden</body></html>'), 'refused'],
    ['records with status 404', answer(404, list([raw()])), 'refused'],
  ])('fails on %s', async (_what, reply, failure) => {
    const { error } = await harvest([answer(200, list([raw()], token('t'))), reply])
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
    const { error } = await harvest([() => controller.abort(reason)], ['cs.IR'], controller.signal)
    expect(error).toBe(reason)
  })
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
