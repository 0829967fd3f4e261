import { Headers } from 'undici'
import { describe, expect, test } from 'vitest'
import { BadSetting } from '../../../src/domain/errors.ts'
import { noFilters } from '../../../src/domain/query.ts'
import { europePmc, europePmcPolicy, parseEuropePmcPage } from '../../../src/sources/works/europe-pmc.ts'
import { askFor, at, harvested, json, windowOf } from '../api-stage.ts'
import { stage } from '../arxiv-stage.ts'
import { refusalOf } from '../recorded-exchanges.ts'
import { answer, type Reply } from '../scripted-server.ts'

// No answer of Europe PMC is among the recordings; these are made after its documentation.

const article = (number: number, more: object = {}) => ({
  id: String(number),
  source: 'MED',
  pmid: String(number),
  doi: `10.1234/e${number}`,
  title: `Article number ${number}.`,
  firstPublicationDate: '2026-03-02',
  ...more,
})
const list = (results: readonly object[], hitCount: number, nextCursorMark?: string) => ({
  version: '6.9',
  hitCount,
  nextCursorMark,
  resultList: { result: results },
})
const page = (results: readonly object[], hitCount: number, next?: string): Reply => json(list(results, hitCount, next))

const parse = (body: unknown, status = 200) =>
  parseEuropePmcPage({ status, headers: new Headers(), body: JSON.stringify(body) })
const recordOf = (more: object) => parse(list([article(1, more)], 1)).records[0]

const march = windowOf('2026-03-01T12:00:00Z', '2026-03-02T12:00:00Z')

async function europePmcBefore(script: readonly Reply[], topics: readonly string[] = ['Gut Microbiome']) {
  const { client, server } = await stage(script, europePmcPolicy)
  return { source: europePmc({ client, topics, baseUrl: server.url }), server }
}

describe('a record of Europe PMC', () => {
  test('is the article with all of its names', () => {
    const record = recordOf({
      pmcid: 'PMC777',
      doi: '10.1234/ABC',
      title: 'Effects of <i>E. coli</i> &amp; others on health.',
      abstractText: '<h4>Background</h4>Guts &lt; brains.<h4>Methods</h4>We looked.',
      authorList: {
        author: [
          { fullName: 'Doe JA', firstName: 'Jane A', lastName: 'Doe' },
          { fullName: 'Roe R' },
          { collectiveName: 'The Gut Group' },
        ],
      },
    })
    expect(record).toMatchObject({
      id: 'doi:10.1234/abc',
      doi: '10.1234/abc',
      identifiers: ['pmid:1', 'europe-pmc:med/1', 'pmcid:pmc777'],
      source: 'europe-pmc',
      kind: 'paper',
      version: 0,
      title: 'Effects of E. coli & others on health.',
      abstract: 'Background Guts < brains. Methods We looked.',
      authors: ['Jane A Doe', 'Roe R', 'The Gut Group'],
      countries: [],
      url: 'https://europepmc.org/article/MED/1',
      announced: at('2026-03-02'),
      announcedBasis: 'stated',
      withdrawn: false,
    })
  })

  test('whose publisher escaped the markup once too often has it taken out', () => {
    const title = 'Role of &lt;i&gt;E. coli&lt;/i&gt; in CO&lt;sub&gt;2&lt;/sub&gt;'
    expect(recordOf({ title }).title).toBe('Role of E. coli in CO2')
  })

  test('without a list of authors has those of the line', () => {
    expect(recordOf({ authorString: 'Doe JA, Roe R.' }).authors).toEqual(['Doe JA', 'Roe R'])
  })

  test('without a DOI has the id that Europe PMC gives, and its PMID', () => {
    expect(recordOf({ doi: undefined })).toMatchObject({ id: 'europe-pmc:med/1', doi: null, identifiers: ['pmid:1'] })
  })

  test('of a preprint has its version and names the article that came of it', () => {
    const record = recordOf({
      id: 'PPR55',
      source: 'PPR',
      pmid: undefined,
      doi: '10.1101/2026.02.01.123456',
      versionNumber: 2,
      commentCorrectionList: {
        commentCorrection: [
          { id: '42', source: 'MED', type: 'Preprint of' },
          { id: '43', source: 'MED', type: 'Comment in' },
        ],
      },
    })
    expect(record).toMatchObject({ id: 'doi:10.1101/2026.02.01.123456', version: 2 })
    expect(record.identifiers).toEqual(['europe-pmc:ppr/ppr55', 'pmid:42'])
  })

  test('of an article names the preprint that it was', () => {
    const preprint = { id: 'PPR55', source: 'PPR', type: 'Preprint in' }
    expect(recordOf({ commentCorrectionList: { commentCorrection: [preprint] } }).identifiers).toContain(
      'europe-pmc:ppr/ppr55',
    )
  })

  test('of an arXiv paper is that paper, whose announcement and versions are for arXiv to tell', () => {
    expect(
      recordOf({ id: 'PPR9', source: 'PPR', pmid: undefined, doi: '10.48550/arXiv.2603.00011', versionNumber: 3 }),
    ).toMatchObject({
      id: '2603.00011',
      doi: null,
      version: 0,
      announced: null,
      announcedBasis: 'unknown',
      url: 'https://arxiv.org/abs/2603.00011',
    })
  })

  test.each([
    ['a retracted article', { pubTypeList: { pubType: ['Journal Article', 'Retracted Publication'] } }, true],
    [
      'an article whose retraction is linked',
      { commentCorrectionList: { commentCorrection: [{ type: 'Retraction in' }] } },
      true,
    ],
    ['a withdrawn preprint', { source: 'PPR', pubTypeList: { pubType: ['preprint-withdrawal'] } }, true],
    ['a title that says so', { title: 'WITHDRAWN: All is well' }, true],
    ['the notice of a retraction', { pubTypeList: { pubType: ['Retraction of Publication'] } }, false],
    [
      'a notice that calls itself so',
      { title: 'Retracted: All is well', pubTypeList: { pubType: ['Retraction of Publication'] } },
      false,
    ],
    [
      'a notice in capitals',
      { title: 'RETRACTED: All is well', pubTypeList: { pubType: ['retraction-notice'] } },
      false,
    ],
    ['a title that may be of a notice', { title: 'Retracted: All is well' }, false],
    ['an article about withdrawal', { title: 'Withdrawal from caffeine' }, false],
  ])('%s', (_what, more, withdrawn) => {
    expect(recordOf(more).withdrawn).toBe(withdrawn)
  })

  test.each([
    ['a patent', { source: 'PAT' }, 'europe-pmc:pat/1', /patent/],
    ['one without a title', { title: '<i> </i>' }, 'europe-pmc:med/1', /no title/],
    ['one of another shape', { title: 7 }, '1', /title/],
  ])('is refused by name: %s', (_what, more, id, reason) => {
    const { records, rejected } = parse(list([article(1, more), article(2)], 2))
    expect(records.map((one) => one.id)).toEqual(['doi:10.1234/e2'])
    expect(rejected).toEqual([{ id, reason: expect.stringMatching(reason) }])
  })
})

describe('a record of Europe PMC with one odd field', () => {
  test.each([
    [{ id: 1, pmid: 1 }, { identifiers: ['pmid:1', 'europe-pmc:med/1'] }],
    [{ id: 'PPR1', source: 'PPR', pmid: undefined, versionNumber: '2' }, { version: 2 }],
    [{ authorList: { author: { fullName: 'Doe J' } } }, { authors: ['Doe J'] }],
    [{ authorList: { author: [null, { fullName: 'Doe J' }, 'Roe'] } }, { authors: ['Doe J'] }],
    [{ authorList: [], authorString: 'Roe R' }, { authors: ['Roe R'] }],
    [{ pubTypeList: { pubType: 'Retracted Publication' } }, { withdrawn: true }],
    [{ commentCorrectionList: { commentCorrection: { type: 'Retraction in' } } }, { withdrawn: true }],
  ])('like %j is read all the same', (more, expected) => {
    expect(parse(list([article(1, more)], 1))).toMatchObject({ records: [expected], rejected: [] })
  })

  test.each([
    ['2027-03-01', '2026-11-01', '2026-11-01', 'derived'],
    ['2026-03-02', '2026-03-05', '2026-03-02', 'stated'],
    ['2026-03-01', '2026-03-05', '2026-03-01', 'derived'],
    ['2026-03-02', undefined, '2026-03-02', 'stated'],
  ])(
    'published on %s and indexed on %s, was announced on %s (%s)',
    (firstPublicationDate, firstIndexDate, announced, announcedBasis) => {
      expect(recordOf({ firstPublicationDate, firstIndexDate })).toMatchObject({
        announced: at(announced),
        announcedBasis,
      })
    },
  )
})

describe('an answer of Europe PMC', () => {
  test.each([
    ['an error in words', { version: '6.9', errCode: 404, errMsg: 'The query is not valid' }, /refused: .*not valid/],
    ['an error without words', { version: '6.9', errCode: 500 }, /refused: .*error 500/],
    ['something else', { hits: [] }, /unreadable/],
  ])('with %s is refused', (_what, body, refusal) => {
    expect(refusalOf(() => parse(body))).toMatch(refusal)
  })
})

describe('a harvest of Europe PMC', () => {
  test('asks for each topic as a phrase, over the days of the window', async () => {
    const { source, server } = await europePmcBefore(
      [page([article(1)], 1), page([], 0)],
      ['Gut Microbiome', 'AND "NOT" (x)'],
    )
    const { ids, error } = await harvested(source, march)
    expect(error).toBeNull()
    expect(ids).toEqual(['doi:10.1234/e1'])
    expect(server.requests.map((one) => [one.path, one.query.get('query')])).toEqual([
      [
        '/search',
        '(TITLE:"gut microbiome" OR ABSTRACT:"gut microbiome") AND FIRST_PDATE:[2026-03-01 TO 2026-03-02] NOT SRC:PAT',
      ],
      ['/search', '(TITLE:"and not x" OR ABSTRACT:"and not x") AND FIRST_PDATE:[2026-03-01 TO 2026-03-02] NOT SRC:PAT'],
    ])
    expect(Object.fromEntries(server.requests[0].query)).toMatchObject({ resultType: 'core', cursorMark: '*' })
  })

  test('follows the mark until it repeats', async () => {
    const { source, server } = await europePmcBefore([
      page([article(1), article(2)], 3, 'a+/='),
      page([article(3)], 3, 'b'),
      page([], 3, 'b'),
    ])
    const { pages, ids, error } = await harvested(source, march)
    expect(error).toBeNull()
    expect(ids).toEqual(['doi:10.1234/e1', 'doi:10.1234/e2', 'doi:10.1234/e3'])
    expect(server.requests.map((one) => one.query.get('cursorMark'))).toEqual(['*', 'a+/=', 'b'])
    expect(pages.map((one) => one.total)).toEqual([3, 3, 3])
    expect(pages.at(-1)).toMatchObject({ resume: null })
  })

  test('does not stop at a total that is too low', async () => {
    const { source } = await europePmcBefore([page([article(1)], 1, 'a'), page([article(2)], 1, 'b'), page([], 1, 'b')])
    expect((await harvested(source, march)).ids).toEqual(['doi:10.1234/e1', 'doi:10.1234/e2'])
  })

  test('goes on where it was interrupted', async () => {
    const first = await europePmcBefore([page([article(1)], 2, 'a'), answer(404, 'gone')])
    const { pages } = await harvested(first.source, march)
    const second = await europePmcBefore([page([article(2)], 2, 'a')])
    const { ids, error } = await harvested(second.source, { ...march, resume: pages[0].resume })
    expect(error).toBeNull()
    expect(ids).toEqual(['doi:10.1234/e2'])
    expect(second.server.requests[0].query.get('cursorMark')).toBe('a')
  })

  test.each([
    ['an empty page of a stated total', [page([], 7)]],
    ['an empty page after one', [page([article(1)], 7, 'a'), page([], 7, 'a')]],
    ['an end before the total', [page([article(1)], 7, 'a'), page([article(1)], 7)]],
    ['marks that lead back', [page([article(1)], 9, 'a'), page([article(2)], 9, 'b'), page([article(3)], 9, 'a')]],
  ])('with %s is contradictory', async (_what, script) => {
    const { source } = await europePmcBefore(script)
    expect((await harvested(source, march)).error).toMatchObject({ failure: 'contradictory', source: 'europe-pmc' })
  })

  test('whose mark is not known any more has expired', async () => {
    const first = await europePmcBefore([page([article(1)], 2, 'a'), answer(404, 'gone')])
    const { pages } = await harvested(first.source, march)
    const { source } = await europePmcBefore([json({ errCode: 400, errMsg: 'invalid cursorMark' })])
    const { error } = await harvested(source, { ...march, resume: pages[0].resume })
    expect(error).toMatchObject({ failure: 'expired' })
  })

  test('needs a topic', async () => {
    const { source } = await europePmcBefore([], [])
    expect(source.cadence).toEqual({ kind: 'never' })
    expect((await harvested(source, march)).error).toBeInstanceOf(BadSetting)
  })
})

describe('a question to Europe PMC', () => {
  const signal = new AbortController().signal

  test('is words that cannot be operators, in one request', async () => {
    const { source, server } = await europePmcBefore([page([article(1)], 900, 'a')])
    const found = await source.find!(
      askFor({
        subject: 'covid-19 AND (TITLE:x) "odd\\ OR* C++ ---',
        phrases: ['long covid'],
        excludedTerms: ['mice'],
        excludedPhrases: ['animal model'],
        filters: { ...noFilters, since: at('2026-01-05'), authors: ['Jane Doe', 'Roe, R.'] },
        limit: 7,
      }),
      2_000,
      signal,
    )
    expect(found.asked).toBe(
      '"covid-19" AND "AND" AND "(TITLE:x)" AND "odd" AND "OR" AND "C++" AND "long covid" AND AUTH:"Doe" AND AUTH:"Roe" ' +
        'AND FIRST_PDATE:[2026-01-05 TO 3000-12-31] NOT "mice" NOT "animal model" NOT SRC:PAT',
    )
    expect(found.records.map((one) => one.id)).toEqual(['doi:10.1234/e1'])
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0].query.get('pageSize')).toBe('7')
    expect(server.requests[0].query.get('query')).toBe(found.asked)
  })

  test('without a word is not asked', async () => {
    const { source, server } = await europePmcBefore([])
    expect(await source.find!(askFor({ subject: '?!', excludedTerms: ['x'] }), 2_000, signal)).toMatchObject({
      records: [],
      asked: '',
    })
    expect(server.requests).toEqual([])
  })

  test.each([
    ['an error of 200', json({ errCode: 400, errMsg: 'no' }), 'refused'],
    ['nothing of many', page([], 12), 'contradictory'],
    ['too many requests', answer(429, 'slow down', { 'retry-after': '9' }), 'rate-limited'],
  ])('answered by %s fails at once', async (_what, reply, failure) => {
    const { source, server } = await europePmcBefore([reply])
    await expect(source.find!(askFor({ subject: 'gut' }), 2_000, signal)).rejects.toMatchObject({ failure })
    expect(server.requests).toHaveLength(1)
  })
})
