import { describe, expect, test } from 'vitest'
import { SourceError } from '../../../src/domain/errors.ts'
import { isoOf } from '../../../src/domain/instant.ts'
import { parseArxivRss } from '../../../src/sources/arxiv/rss-page.ts'
import { atom, atomEntry, item, rss } from './rss-xml.ts'

const only = (xml: string) => {
  const listing = parseArxivRss(xml)
  expect(listing.rejected).toEqual([])
  expect(listing.records).toHaveLength(1)
  return listing.records[0]
}

const refusal = (xml: string): SourceError => {
  try {
    parseArxivRss(xml)
  } catch (error) {
    if (error instanceof SourceError) return error
    throw error
  }
  throw new Error('the answer was taken')
}

/** Sunday evening in New York. */
const announced = '2026-03-02T01:00:00.000Z'

describe('an item of a listing', () => {
  test('is read with all its fields', () => {
    const inside = '<arxiv:DOI>10.1000/ABC 10.1000/x</arxiv:DOI>'
    const record = only(rss([item({ inside })]))
    expect(record).toMatchObject({
      id: '2603.00010',
      source: 'arxiv',
      kind: 'paper',
      version: 1,
      title: 'On rivers',
      abstract: 'Water goes down.',
      authors: ['Jane Doe', 'René Roe'],
      categories: ['cs.IR', 'cs.CL'],
      comment: null,
      doi: '10.1000/abc',
      url: 'https://arxiv.org/abs/2603.00010',
      submitted: null,
      updated: null,
      announcedBasis: 'stated',
      withdrawn: false,
    })
    expect(isoOf(record.announced!)).toBe(announced)
  })

  test.each([
    ['new', announced, null],
    ['cross', null, null],
    ['replace', null, announced],
    ['replace-cross', null, announced],
    ['something else', null, null],
  ])('of type %j was first announced at %s and revised at %s', (type, first, revised) => {
    const record = only(rss([item({ type, id: '2503.00010v3' })]))
    expect(record.version).toBe(3)
    expect(record.announced && isoOf(record.announced)).toBe(first)
    expect(record.announcedBasis).toBe(first ? 'stated' : 'unknown')
    expect(record.updated && isoOf(record.updated)).toBe(revised)
  })

  test('says its type in its description where an extension was lost on the way', () => {
    const bare = item({ type: 'replace' }).replace(/<arxiv:announce_type>.*<\/arxiv:announce_type>/, '')
    expect(only(rss([bare]))).toMatchObject({ announced: null, abstract: 'Water goes down.' })
  })

  test('says its id in its description where it has no guid, and keeps a description without a header', () => {
    const bare = item().replace(/<guid.*<\/guid>/, '<guid>https://example.org/1</guid>')
    expect(only(rss([bare]))).toMatchObject({ id: '2603.00010', version: 1 })
    const plain = item().replace(/arXiv:\S+ Announce Type: \S+\s+Abstract: /, '')
    expect(only(rss([plain])).abstract).toBe('Water goes down.')
  })

  test('of an old paper keeps its old id', () => {
    expect(only(rss([item({ id: 'math/0306266v4', type: 'replace' })]))).toMatchObject({
      id: 'math/0306266',
      version: 4,
    })
  })

  test('that cannot be read is named beside those that can', () => {
    const nameless = item().replaceAll('2603.00010v1', 'nonsense').replace('2603.00010', 'x')
    const untitled = item({ id: '2603.00011v1' }).replace('On  rivers', ' ')
    const { records, rejected, size } = parseArxivRss(rss([item(), nameless, untitled]))
    expect({ records: records.length, size }).toEqual({ records: 1, size: 3 })
    expect(rejected).toEqual([
      { id: 'oai:arXiv.org:nonsense', reason: expect.stringContaining('no arXiv id') },
      { id: '2603.00011', reason: expect.stringContaining('no title') },
    ])
  })

  test('reads the same under other namespace prefixes', () => {
    const xml = rss([item()]).replaceAll('arxiv:', 'ns0:').replaceAll('dc:', 'ns1:').replaceAll('xmlns:ns1:', 'xmlns:')
    expect(only(xml)).toEqual(only(rss([item()])))
  })

  test('reads the same in Atom', () => {
    expect(only(atom([atomEntry('2603.00010v1', 'new')]))).toMatchObject({
      id: '2603.00010',
      version: 1,
      abstract: 'Water goes down.',
      authors: ['Jane Doe', 'John Roe'],
      categories: ['cs.IR', 'cs.CL'],
      doi: '10.1000/abc',
      announced: Date.parse(announced),
    })
  })
})

describe('the day of a listing', () => {
  test.each([
    ['midnight in New York', rss([item()])],
    ['the same in UTC', rss([], { date: 'Mon, 02 Mar 2026 05:00:00 GMT' })],
    ['a bare day', rss([], { date: '2026-03-02' })],
    ['the entries of an Atom feed', atom([atomEntry('2603.00010v1', 'new')])],
    ['the moment an empty Atom feed was made', atom([])],
  ])('is read from %s', (_what, xml) => {
    expect(parseArxivRss(xml).day).toBe('2026-03-02')
  })

  test('is known on a weekend, when there is nothing', () => {
    const { day, records, size } = parseArxivRss(rss([], { date: 'Sat, 07 Mar 2026 00:00:00 -0500' }))
    expect({ day, records, size }).toEqual({ day: '2026-03-07', records: [], size: 0 })
  })

  test('is right in summer too', () => {
    const xml = rss([item({ date: 'Fri, 25 Sep 2026 00:00:00 -0400' })], { date: 'Fri, 25 Sep 2026 00:00:00 -0400' })
    expect(parseArxivRss(xml).day).toBe('2026-09-25')
    expect(isoOf(only(xml).announced!)).toBe('2026-09-25T00:00:00.000Z')
  })
})

describe('an answer that is no listing', () => {
  test.each([
    ['an error in words', rss([], { title: 'Feed error for query: cs.XX' }), 'refused', 'words about it'],
    ['a feed without a day', rss([], { date: 'some day' }), 'unreadable', 'which day'],
    ['RSS without a channel', '<rss version="2.0"><other/></rss>', 'unreadable', 'no channel'],
    ['the throttle in plain text', 'Rate exceeded.', 'rate-limited', 'Rate exceeded'],
    ['an HTML page', '<!DOCTYPE html><html><body>Sorry</body></html>', 'unreadable', 'HTML page'],
    ['another document', '<OAI-PMH/>', 'unreadable', 'another document'],
    ['half a feed', rss([item()]).slice(0, -30), 'unreadable', 'cut off'],
    ['its own entities', `<!DOCTYPE rss [<!ENTITY a "b">]>${rss([item()])}`, 'unreadable', 'entity declarations'],
  ])('%s is refused by name', (_what, body, failure, words) => {
    const error = refusal(body)
    expect(error).toMatchObject({ failure, source: 'arxiv-rss' })
    expect(error.message).toContain(words)
  })
})
