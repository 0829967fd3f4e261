import { describe, expect, it } from 'vitest'
import { derivedArxivAnnouncement } from '../../../src/domain/calendar.ts'
import { instant } from '../../../src/domain/instant.ts'
import { noFilters } from '../../../src/domain/query.ts'
import { kaggleFilter, readKaggleLine } from '../../../src/sources/files/kaggle.ts'

const line = (fields: object = {}): string =>
  JSON.stringify({
    id: '0704.0001',
    submitter: 'Somebody',
    authors: 'S. Mu\\~noz, P. Erd\\H{o}s',
    title: 'A title\n  on two lines',
    comments: '37 pages; published version',
    'journal-ref': 'J. 76:013009',
    doi: '10.1103/PhysRevD.76.013009 10.1103/PhysRevD.77.000001',
    'report-no': null,
    categories: 'hep-ph cs.LG',
    license: null,
    abstract: '  An abstract.\n',
    versions: [
      { version: 'v1', created: 'Mon, 2 Apr 2007 19:18:42 GMT' },
      { version: 'v2', created: 'Tue, 24 Jul 2007 20:10:27 GMT' },
    ],
    update_date: '2008-11-26',
    authors_parsed: [
      ['Mu{\\~n}oz', 'S.', ''],
      ['Erd\\H{o}s', 'P.', 'Jr'],
      ['The Collaboration', '', ''],
    ],
    ...fields,
  })

const first = instant(Date.UTC(2007, 3, 2, 19, 18, 42))
const last = instant(Date.UTC(2007, 6, 24, 20, 10, 27))

describe('a line of the Kaggle snapshot', () => {
  it('is a paper in its last version, announced when its first was', () => {
    expect(readKaggleLine(line())).toEqual({
      id: '0704.0001',
      source: 'arxiv',
      kind: 'paper',
      version: 2,
      title: 'A title on two lines',
      abstract: 'An abstract.',
      authors: ['S. Muñoz', 'P. Erdős Jr', 'The Collaboration'],
      categories: ['hep-ph', 'cs.LG'],
      comment: '37 pages; published version',
      doi: '10.1103/physrevd.76.013009',
      identifiers: [],
      countries: [],
      fields: [],
      url: 'https://arxiv.org/abs/0704.0001',
      submitted: first,
      updated: last,
      announced: derivedArxivAnnouncement(first),
      announcedBasis: 'derived',
      withdrawn: false,
      standIn: false,
      versions: [
        { version: 1, at: first },
        { version: 2, at: last },
      ],
    })
  })

  it('is read the same when its versions stand in another order', () => {
    const { versions } = JSON.parse(line())
    expect(readKaggleLine(line({ versions: versions.toReversed() }))).toEqual(readKaggleLine(line()))
  })

  it('may lack comment and DOI', () => {
    expect(readKaggleLine(line({ comments: null, doi: null }))).toMatchObject({ comment: null, doi: null })
    expect(readKaggleLine(line({ doi: 'in press' })).doi).toBeNull()
  })

  it('is withdrawn where its comment says so', () => {
    expect(readKaggleLine(line({ comments: 'Withdrawn by the author' })).withdrawn).toBe(true)
  })

  it.each([
    [{ versions: [] }, '"versions" is empty'],
    [{ versions: [{ version: 'v1', created: '2007-04-02' }] }, '"versions[0].created" must be a date like'],
    [{ versions: [{ version: 'v1', created: 'Tue, 2 Apr 2007 19:18:42 GMT' }] }, '"versions[0].created" must be'],
    [{ authors_parsed: undefined }, '"authors_parsed" is missing'],
    [{ title: '' }, '"title" is empty'],
  ])('is refused for %j', (fields, sentence) => expect(() => readKaggleLine(line(fields))).toThrow(sentence))
})

describe('the filter of a Kaggle import', () => {
  const record = readKaggleLine(line())
  const passes = (wanted: Partial<Parameters<typeof kaggleFilter>[0]>): boolean =>
    kaggleFilter({ ...noFilters, ...wanted })(record)

  it('lets everything through that it does not speak of', () => expect(passes({})).toBe(true))

  it('takes a category or an archive, any of several, in any case', () => {
    expect(passes({ categories: ['hep-ph'] })).toBe(true)
    expect(passes({ categories: ['cs'] })).toBe(true)
    expect(passes({ categories: ['math', 'CS.lg'] })).toBe(true)
    expect(passes({ categories: ['hep'] })).toBe(false)
    expect(passes({ categories: ['cs.L'] })).toBe(false)
  })

  it('counts its bounds as inside', () => {
    const at = record.announced!
    expect(passes({ since: at, until: at })).toBe(true)
    expect(passes({ since: instant(at + 1) })).toBe(false)
    expect(passes({ until: instant(at - 1) })).toBe(false)
    expect(kaggleFilter({ ...noFilters, since: at })({ ...record, announced: null })).toBe(false)
  })
})
