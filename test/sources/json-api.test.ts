import { Headers } from 'undici'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  askableWords,
  identityOf,
  readItems,
  readJson,
  textOfEscapedMarkup,
  textWithOrWithoutMarkup,
} from '../../src/sources/json-api.ts'
import { unsaid } from '../../src/sources/record.ts'
import { refusalOf } from './recorded-exchanges.ts'

const schema = z.object({ hits: z.array(z.unknown()) })
const refusal = (status: number, body: string, type = 'application/json', secrets: readonly string[] = []): string =>
  refusalOf(() => readJson('here', { status, headers: new Headers({ 'content-type': type }), body }, schema, secrets))

describe('an answer of a JSON API', () => {
  test('that fits is read, whatever else it says', () => {
    expect(refusal(200, '{"hits": [], "message": "pages are slow today", "errors": []}')).toBe('was read')
  })

  test.each([
    ['plain text', 404, 'Resource not found.', 'text/plain', 'HTTP status 404: Resource not found.'],
    [
      'a page',
      404,
      '<!doctype html><title>404 Not\nFound</title><p>Sorry</p>',
      'text/html',
      'HTTP status 404: 404 Not Found',
    ],
    [
      'a page without a title',
      502,
      '<h1>Bad gateway</h1><script>x()</script>',
      'text/html',
      'HTTP status 502: Bad gateway',
    ],
    ['a word', 403, '{"message": "Forbidden"}', 'application/json', 'HTTP status 403: Forbidden'],
    [
      'an error and its story',
      400,
      '{"error": "Bad filter", "message": "no such field"}',
      'application/json',
      'HTTP status 400: Bad filter: no such field',
    ],
    [
      'a list of errors',
      422,
      '{"errors": [{"message": "a", "code": 7}, {"msg": "b"}]}',
      'application/json',
      'HTTP status 422: a; b',
    ],
    ['nothing', 410, '', 'text/plain', 'HTTP status 410'],
    [
      'an error in a success',
      200,
      '{"errCode": 404, "errMsg": "Bad query", "hits": []}',
      'application/json',
      'Bad query',
    ],
    [
      'a message in place of what was asked for',
      200,
      '{"message": "Come back later"}',
      'application/json',
      'Come back later',
    ],
  ])('in %s is refused in its own words', (_, status, body, type, words) => {
    expect(refusal(status, body, type)).toBe(`refused: here: ${words}`)
  })

  test.each([
    ['something else', '<rss/>', 'text/xml; charset=utf-8', 'the answer is no JSON (text/xml)'],
    ['half of one', '{"hits": [', 'application/json', 'the answer is no JSON (application/json)'],
    [
      'another shape',
      '{"hits": 7}',
      'application/json',
      'the answer has another shape (hits: Invalid input: expected array, received number)',
    ],
    [
      'a shape that holds its data under `message`',
      '{"message": {"title": "x"}}',
      'application/json',
      'the answer has another shape (hits: Invalid input: expected array, received undefined)',
    ],
  ])('that is %s is unreadable', (_, body, type, words) => {
    expect(refusal(200, body, type)).toBe(`unreadable: here: ${words}`)
  })

  test('that quotes our key does not bring it into the message', () => {
    const said = refusal(401, '{"error": "s3cret+key is wrong (s3cret%2Bkey)"}', 'application/json', ['s3cret+key', ''])
    expect(said).toBe('refused: here: HTTP status 401: (key) is wrong ((key))')
  })

  test('that complains at length is cut short', () => {
    expect(refusal(400, JSON.stringify({ error: 'x'.repeat(10_000) })).length).toBeLessThan(260)
  })
})

test('a bad item is named and costs the good ones nothing', () => {
  const item = z.object({ name: z.string() })
  const { records, rejected } = readItems([{ name: 'a' }, { id: 7 }, null, { name: '' }], item, ['id'], ({ name }) =>
    name === ''
      ? { id: 'last', reason: 'no name' }
      : { ...unsaid, id: name as never, source: 'here', title: name, url: 'https://example.org' },
  )
  expect(records.map((one) => one.title)).toEqual(['a'])
  expect(rejected).toEqual([
    { id: '7', reason: 'name: Invalid input: expected string, received undefined' },
    { id: 'item 3', reason: 'whole: Invalid input: expected object, received null' },
    { id: 'last', reason: 'no name' },
  ])
})

describe('the identity of a work', () => {
  test('is its arXiv id, else its DOI, else its own id', () => {
    const own = 'openalex:W1'
    expect(identityOf({ own, arxiv: 'arXiv:2401.01234v3', doi: 'https://doi.org/10.1234/X' })).toEqual({
      id: '2401.01234',
      doi: '10.1234/x',
      identifiers: [own],
    })
    expect(identityOf({ own, doi: 'https://doi.org/10.1234/X', pmid: 38012345 })).toEqual({
      id: 'doi:10.1234/x',
      doi: '10.1234/x',
      identifiers: ['pmid:38012345', own],
    })
    expect(identityOf({ own })).toEqual({ id: own, doi: null, identifiers: [] })
    expect(identityOf({ own: null, doi: 'none', pmid: 'none' })).toBeNull()
  })

  test('takes the DOI that DataCite gives an arXiv paper for its arXiv id', () => {
    expect(identityOf({ own: null, doi: '10.48550/arXiv.2401.01234', otherDois: ['10.1234/Y', '10.1234/y'] })).toEqual({
      id: '2401.01234',
      doi: '10.1234/y',
      identifiers: [],
    })
  })
})

test('what was typed is words and never an operator', () => {
  expect(askableWords('NOT "deep-sea" +(tides|moons) -x* ~2 don’t C++ été \u0000')).toEqual([
    'not',
    'deep',
    'sea',
    'tides',
    'moons',
    'x',
    '2',
    'don’t',
    'c',
    'été',
  ])
  expect(askableWords('"*"')).toEqual([])
})

describe('text of which nobody says whether it has markup', () => {
  test.each([
    ['for k<n we show p > q &amp; more', 'for k<n we show p > q & more'],
    ['<i>in vivo</i>, p < 0.05', 'in vivo, p < 0.05'],
    ['for k<n and <i>E. coli</i> growth', 'for k<n and E. coli growth'],
    ['<p>Vec<T> and Map<K, V>, vector<std::string></p>', 'Vec<T> and Map<K, V>, vector<std::string>'],
    ['where a<b and <i>c</i> <a href="x">is</a>', 'where a<b and c is'],
    ['<o:p>one</o:p> <my-tag id="x">two</my-tag>', 'one two'],
  ])('%s', (written, text) => {
    expect(textWithOrWithoutMarkup(written)).toBe(text)
    expect(textOfEscapedMarkup(written)).toBe(text)
  })

  test.each([
    ['<jats:p>p &amp;lt; 0.05 &lt;em&gt;so&lt;/em&gt;</jats:p>', 'p < 0.05 so'],
    ['Role of &lt;i&gt;E. coli&lt;/i&gt; in CO&lt;sub&gt;2&lt;/sub&gt;', 'Role of E. coli in CO2'],
    ['at low temperatures (&amp;lt;75 K)', 'at low temperatures (<75 K)'],
  ])('escaped once more, %s, is read once more', (written, text) => {
    expect(textOfEscapedMarkup(written)).toBe(text)
  })
})
