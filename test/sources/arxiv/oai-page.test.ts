import { describe, expect, test } from 'vitest'
import { SourceError } from '../../../src/domain/errors.ts'
import { isoOf } from '../../../src/domain/instant.ts'
import { parseOaiPage } from '../../../src/sources/arxiv/oai-page.ts'
import { deleted, envelope, list, oaiError, raw, v1 } from './oai-xml.ts'

const only = (xml: string) => {
  const page = parseOaiPage(xml)!
  expect(page.rejected).toEqual([])
  expect(page.records).toHaveLength(1)
  return page.records[0]
}

const refusal = (xml: string): SourceError => {
  try {
    parseOaiPage(xml)
  } catch (error) {
    if (error instanceof SourceError) return error
    throw error
  }
  throw new Error('the answer was taken')
}

describe('a record in arXivRaw', () => {
  test('is read with all its fields', () => {
    const record = only(list([raw({ extra: '<comments>9 pages</comments><doi>10.1000/ABC 10.1000/xyz</doi>' })]))
    expect(record).toMatchObject({
      id: '2603.00010',
      source: 'arxiv',
      kind: 'paper',
      version: 1,
      title: 'Rivers',
      abstract: 'Water goes down.',
      authors: ['Jane Doe', 'René Roe'],
      categories: ['cs.IR', 'cs.CL'],
      comment: '9 pages',
      doi: '10.1000/abc',
      url: 'https://arxiv.org/abs/2603.00010',
      announcedBasis: 'derived',
      withdrawn: false,
      standIn: false,
    })
  })

  test('keeps an id that looks like a number, and a title that is one', () => {
    expect(only(list([raw({ title: '1984' })]))).toMatchObject({ id: '2603.00010', title: '1984' })
  })

  test('has the dates of all versions, the newest of them as its own, and the announcement of the first', () => {
    const later = '<version version="v10"><date>Wed, 1 Apr 2026 08:00:00 GMT</date></version>'
    const second = '<version version="v2"><date>Tue, 3 Mar 2026 09:00:00 GMT</date></version>'
    const record = only(list([raw({ versions: later + v1 + second })]))
    expect(record.version).toBe(10)
    expect(record.versions.map((one) => one.version)).toEqual([1, 2, 10])
    expect([record.submitted, record.updated, record.announced].map((at) => isoOf(at!))).toEqual([
      '2026-03-02T15:04:05.000Z',
      '2026-04-01T08:00:00.000Z',
      // Submitted on Monday before 14:00 in New York, so mailed at 20:00 there.
      '2026-03-03T01:00:00.000Z',
    ])
  })

  test('without a first version has no announcement', () => {
    const third = '<version version="v3"><date>Wed, 1 Apr 2026 08:00:00 GMT</date></version>'
    expect(only(list([raw({ versions: third })]))).toMatchObject({
      version: 3,
      submitted: null,
      announced: null,
      announcedBasis: 'unknown',
    })
  })

  test('has entities and numeric references decoded', () => {
    const record = only(list([raw({ title: 'L&#xf6;sungen &amp; &lt;b&gt; &#233;' })]))
    expect(record.title).toBe('Lösungen & <b> é')
  })

  test('reads many entities as well as few', () => {
    const title = '&#xf6;'.repeat(3_000)
    const page = parseOaiPage(list(Array(100).fill(raw({ title }))))!
    expect(page.records.at(-1)?.title).toBe('ö'.repeat(3_000))
  })

  test("does not take arXiv's own DataCite DOI for a journal's", () => {
    expect(only(list([raw({ extra: '<doi>10.48550/arXiv.2603.00010</doi>' })])).doi).toBeNull()
  })

  test('reads old ids and drops their subject class', () => {
    expect(only(list([raw({ id: 'math/0306266', innerId: 'math/0306266' })])).id).toBe('math/0306266')
  })

  test('is withdrawn when the comment says so', () => {
    const extra = '<comments>This paper has been withdrawn by the author due to an error in Lemma 2</comments>'
    expect(only(list([raw({ extra })])).withdrawn).toBe(true)
  })

  test('is withdrawn when the last version has no source, whatever the comment says', () => {
    const gone = '<version version="v2"><date>Tue, 3 Mar 2026 09:00:00 GMT</date><source_type>I</source_type></version>'
    const back = '<version version="v3"><date>Wed, 4 Mar 2026 09:00:00 GMT</date><source_type>D</source_type></version>'
    expect(only(list([raw({ versions: v1 + gone })])).withdrawn).toBe(true)
    expect(only(list([raw({ versions: v1 + gone + back })])).withdrawn).toBe(false)
  })

  test('is not withdrawn because something else was', () => {
    const extra = '<comments>Withdrawn from the FOO 2025 submission; an earlier version was withdrawn</comments>'
    expect(only(list([raw({ extra })])).withdrawn).toBe(false)
  })
})

describe('a record that cannot be read', () => {
  test('is named with its reason beside those that can', () => {
    const page = parseOaiPage(
      list([
        raw(),
        raw({ id: '2603.00011', title: ' ' }),
        raw({ id: '2603.00012', innerId: '2603.99999' }),
        raw({ id: 'not an id' }),
        deleted('2603.00013'),
        '<record><header><identifier>oai:arXiv.org:2603.00014</identifier></header><metadata><other/></metadata></record>',
      ]),
    )!
    expect(page.records.map((one) => one.id)).toEqual(['2603.00010'])
    expect(page.rejected).toEqual([
      { id: '2603.00011', reason: expect.stringContaining('title') },
      { id: '2603.00012', reason: expect.stringContaining('different papers') },
      { id: 'oai:arXiv.org:not an id', reason: expect.stringContaining('not an arXiv id') },
      { id: '2603.00013', reason: expect.stringContaining('deleted') },
      { id: '2603.00014', reason: expect.stringContaining('known format') },
    ])
  })

  test('a deleted record that still has a title is a withdrawn paper', () => {
    expect(only(list([raw({ status: 'deleted' })]))).toMatchObject({ id: '2603.00010', withdrawn: true })
  })
})

describe('the other formats', () => {
  test('arXiv: authors in parts, days for instants', () => {
    const record = only(
      list([
        `<record><header><identifier>oai:arXiv.org:2603.00020</identifier></header><metadata>
        <arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2603.00020</id><created>2026-03-06</created>
        <updated>2026-04-01</updated><authors>
        <author><keyname>Roe</keyname><forenames>John Q.</forenames><suffix>Jr</suffix></author>
        <author><keyname>FOO Collaboration</keyname></author></authors>
        <title>Lakes</title><categories>math.CO</categories><abstract>Still.</abstract></arXiv></metadata></record>`,
      ]),
    )
    expect(record).toMatchObject({
      authors: ['John Q. Roe Jr', 'FOO Collaboration'],
      version: 0,
      categories: ['math.CO'],
    })
    // Noon in New York on a Friday: mailed on Sunday.
    expect([record.submitted, record.updated, record.announced].map((at) => isoOf(at!))).toEqual([
      '2026-03-06T17:00:00.000Z',
      '2026-04-01T16:00:00.000Z',
      '2026-03-09T00:00:00.000Z',
    ])
  })

  test('oai_dc: names turned round, categories from the sets, comment and DOI from where they hide', () => {
    const record = only(
      list([
        `<record><header><identifier>oai:arXiv.org:2603.00021</identifier>
        <setSpec>cs:cs:IR</setSpec><setSpec>physics:hep-th</setSpec><setSpec>math</setSpec></header><metadata>
        <oai_dc:dc xmlns:oai_dc="o" xmlns:dc="d"><dc:title>Seas</dc:title>
        <dc:creator>Roe Jr, John</dc:creator><dc:creator>Plato</dc:creator>
        <dc:subject>Computer Science - Information Retrieval</dc:subject>
        <dc:description>Salt.</dc:description><dc:description>Comment: 3 pages</dc:description>
        <dc:date>2026-03-06</dc:date><dc:date>2026-04-01</dc:date>
        <dc:identifier>http://arxiv.org/abs/2603.00021</dc:identifier>
        <dc:identifier>doi:10.1000/sea</dc:identifier></oai_dc:dc></metadata></record>`,
      ]),
    )
    expect(record).toMatchObject({
      authors: ['John Roe Jr', 'Plato'],
      categories: ['cs.IR', 'hep-th', 'math'],
      abstract: 'Salt.',
      comment: '3 pages',
      doi: '10.1000/sea',
    })
  })
})

describe('an answer that is no list of records', () => {
  test.each([
    ['the throttle in plain text', 'Rate exceeded.', 'rate-limited', 'Rate exceeded'],
    ['an HTML page', '<!DOCTYPE html><html><body>Sorry</body></html>', 'unreadable', 'HTML page'],
    ['plain text', 'Service Unavailable', 'unreadable', 'plain text'],
    ['nothing', ' \n', 'unreadable', 'empty body'],
    ['half a document', list([raw()]).slice(0, -40), 'unreadable', 'cut off'],
    ['a document cut off inside a tag', list([raw()]).slice(0, 200), 'unreadable', 'cut off'],
    ['another document', '<feed><entry/></feed>', 'unreadable', 'another document'],
    ['its own entities', `<!DOCTYPE x [<!ENTITY a "b">]>${list([raw()])}`, 'unreadable', 'entity declarations'],
    ['an envelope without contents', envelope(''), 'unreadable', 'neither records nor an error'],
    ['an expired token', oaiError('badResumptionToken'), 'expired', 'badResumptionToken'],
    ['a bad argument', oaiError('badArgument'), 'refused', 'badArgument'],
  ])('%s is refused by name', (_what, body, failure, words) => {
    const error = refusal(body)
    expect(error.failure).toBe(failure)
    expect(error.message).toContain(words)
  })
})
