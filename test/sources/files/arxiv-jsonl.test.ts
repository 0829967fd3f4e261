import { describe, expect, it } from 'vitest'
import { arxivAnnouncement, derivedArxivAnnouncement } from '../../../src/domain/calendar.ts'
import { dayOf, instant, parseDay } from '../../../src/domain/instant.ts'
import { readArxivLine } from '../../../src/sources/files/arxiv-jsonl.ts'

const line = (fields: object): string =>
  JSON.stringify({ id: '2503.01234', title: 'A title', abstract: 'An\nabstract.', ...fields })

describe('a line of the arXiv format', () => {
  it('with a listing day is announced by it', () => {
    const record = readArxivLine(
      line({ authors: ['Ada  Lovelace'], categories: ['cs.IR', 'cs.CL'], comment: null, announced: '2025-03-18' }),
    )
    expect(record).toEqual({
      id: '2503.01234',
      source: 'arxiv',
      kind: 'paper',
      version: 0,
      title: 'A title',
      abstract: 'An abstract.',
      authors: ['Ada Lovelace'],
      categories: ['cs.IR', 'cs.CL'],
      comment: null,
      doi: null,
      identifiers: [],
      countries: [],
      fields: [],
      url: 'https://arxiv.org/abs/2503.01234',
      submitted: null,
      updated: null,
      announced: arxivAnnouncement(parseDay('2025-03-18')!),
      announcedBasis: 'stated',
      withdrawn: false,
      standIn: false,
      versions: [],
    })
    expect(dayOf(record.announced!)).toBe('2025-03-18')
  })

  it('with only days of submission and update derives the announcement from noon', () => {
    const record = readArxivLine(line({ version: 'v3', published: '2023-12-01', updated: '2024-10-11', comment: '' }))
    expect(record).toMatchObject({
      version: 3,
      comment: null,
      submitted: Date.UTC(2023, 11, 1),
      updated: Date.UTC(2024, 9, 11),
      announced: derivedArxivAnnouncement(instant(Date.UTC(2023, 11, 1, 12))),
      announcedBasis: 'derived',
      versions: [
        { version: 1, at: Date.UTC(2023, 11, 1) },
        { version: 3, at: Date.UTC(2024, 9, 11) },
      ],
    })
  })

  it('with an instant of submission derives from that instant', () => {
    const published = '2023-12-01T20:30:00Z'
    const record = readArxivLine(line({ published }))
    expect(record.announced).toBe(derivedArxivAnnouncement(instant(Date.parse(published))))
  })

  it('without any date is of unknown date', () => {
    expect(readArxivLine(line({}))).toMatchObject({ announced: null, announcedBasis: 'unknown', categories: [] })
  })

  it('takes the version from the id where no other is named', () => {
    expect(readArxivLine(line({ id: 'math.GT/0309136v2' }))).toMatchObject({ id: 'math/0309136', version: 2 })
  })

  it('is withdrawn where its comment says so', () => {
    expect(readArxivLine(line({ comment: 'This paper has been withdrawn' })).withdrawn).toBe(true)
    expect(readArxivLine(line({ comment: 'Withdrawn from ICLR 2025' })).withdrawn).toBe(false)
  })

  it.each([
    [{ id: 'paper-7' }, '"id" is not an arXiv id'],
    [{ announced: 'March' }, '"announced" must be a day'],
    [{ published: '2023' }, '"published" must be a day'],
    [{ version: '2' }, '"version" must be a version like v2'],
    [{ categories: 'cs.IR' }, '"categories" must be a list'],
  ])('is refused for %j', (fields, sentence) => expect(() => readArxivLine(line(fields))).toThrow(sentence))
})
