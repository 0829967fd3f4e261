import { describe, expect, it } from 'vitest'
import { readOwnLine } from '../../../src/sources/files/own.ts'

const line = (fields: object = {}): string => JSON.stringify({ id: 'note-1', title: 'A note', ...fields })

describe("one's own document", () => {
  it('needs an id and a title', () => {
    expect(readOwnLine(line())).toEqual({
      id: 'note-1',
      source: 'own',
      kind: 'paper',
      version: 0,
      title: 'A note',
      abstract: '',
      authors: [],
      categories: [],
      comment: null,
      doi: null,
      identifiers: [],
      countries: [],
      fields: [],
      url: 'urn:freshet:note-1',
      submitted: null,
      updated: null,
      announced: null,
      announcedBasis: 'unknown',
      withdrawn: false,
      standIn: false,
      versions: [],
    })
  })

  it('says as much of the rest as it wants', () => {
    const record = readOwnLine(
      line({
        text: 'What it says.',
        authors: ['Me', ' '],
        categories: ['notes'],
        url: 'https://example.org/note-1',
        date: '2025-03-18T20:00:00+02:00',
        doi: 'https://doi.org/10.1000/ABC',
        kind: 'post',
      }),
    )
    expect(record).toMatchObject({
      kind: 'post',
      abstract: 'What it says.',
      authors: ['Me'],
      categories: ['notes'],
      doi: '10.1000/abc',
      url: 'https://example.org/note-1',
      announced: Date.UTC(2025, 2, 18, 18),
      announcedBasis: 'stated',
    })
    expect(readOwnLine(line({ announced: '2025-03-18' })).announced).toBe(Date.UTC(2025, 2, 18))
  })

  it('may leave a field null', () => {
    expect(readOwnLine(line({ abstract: null, url: null, date: null, kind: null }))).toEqual(readOwnLine(line()))
  })

  it.each([
    [{ tilte: 'x' }, 'unknown field: "tilte"'],
    [{ id: 'note 1' }, '"id" must be 1 to 200 visible characters without spaces'],
    [{ title: undefined }, '"title" is missing'],
    [{ abstract: 'a', text: 'b' }, '"text" and "abstract" mean the same: give one'],
    [{ date: '2025-01-01', announced: '2025-01-01' }, '"date" and "announced" mean the same: give one'],
    [{ date: '2025-02-30' }, '"date" must be a day'],
    [{ doi: 'soon' }, '"doi" is not a DOI'],
    [{ kind: 'book' }, '"kind" must be one of paper, post, release'],
    [{ url: 'javascript:alert(1)' }, '"url" must be an http, https, urn or file address'],
    [{ authors: 'Me' }, '"authors" must be a list'],
  ])('is refused for %j', (fields, sentence) => expect(() => readOwnLine(line(fields))).toThrow(sentence))

  it('is not fooled by names that objects have anyway', () => {
    expect(() => readOwnLine('{"id":"a","title":"b","__proto__":{"kind":"post"}}')).toThrow(
      'unknown field: "__proto__"',
    )
    expect(() => readOwnLine('{"id":"a","title":"b","constructor":1}')).toThrow('unknown field: "constructor"')
  })
})
