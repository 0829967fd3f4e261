import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { UnreadableRecord } from '../../../src/domain/errors.ts'
import {
  abstractField,
  idField,
  momentField,
  parseLine,
  titleField,
  urlField,
} from '../../../src/sources/files/record.ts'
import { plainText } from '../../../src/sources/record.ts'

const field = <T>(schema: z.ZodType<T>, value: unknown): T =>
  parseLine(z.object({ it: schema }), JSON.stringify({ it: value })).it

describe('plain text', () => {
  it.each([
    ['  two\n  lines\t\u00a0here\u2028', 'two lines here'],
    ['nul\u0000 and \u0007bell', 'nul and bell'],
    ['a \u0000 b', 'a b'],
    ['next\u0085line', 'next line'],
    ['Mu\u006e\u0303oz', 'Muñoz'],
    ['half \ud83d of a pair', 'half \ufffd of a pair'],
    ['whole 😀', 'whole 😀'],
    ['\ufeffmarked', 'marked'],
  ])('of %j is %j', (raw, plain) => expect(plainText(raw)).toBe(plain))

  it('is well-formed NFC without control characters or double spaces, and plain text stays as it is', () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
    )
    fc.assert(
      fc.property(anything, (raw) => {
        const plain = plainText(raw)
        expect(plain).toBe(plain.normalize('NFC'))
        expect(plain).not.toMatch(/\p{Cc}|\p{Surrogate}| {2}|^ | $/u)
        expect(plainText(plain)).toBe(plain)
      }),
    )
  })
})

describe('a complaint names the field', () => {
  const schema = z.object({ title: titleField, abstract: abstractField, authors: z.array(z.string()) })
  it.each([
    ['{', 'the line is not JSON'],
    ['', 'the line is not JSON'],
    ['[]', 'the line is not a JSON object'],
    ['null', 'the line is not a JSON object'],
    ['{"abstract":"","authors":[]}', '"title" is missing'],
    ['{"title":" \\n ","abstract":"","authors":[]}', '"title" is empty'],
    ['{"title":7,"abstract":"","authors":"me"}', '"title" must be a string; "authors" must be a list'],
    ['{"title":"t","abstract":"","authors":["a",null]}', '"authors[1]" must be a string'],
    [
      JSON.stringify({ title: 'x'.repeat(2_001), abstract: '', authors: [] }),
      '"title" is longer than 2,000 characters',
    ],
    [
      JSON.stringify({ title: 'x', abstract: 'x'.repeat(100_001), authors: [] }),
      '"abstract" is longer than 100,000 characters',
    ],
  ])('line %#', (line, sentence) => {
    expect(() => parseLine(schema, line)).toThrow(new UnreadableRecord(sentence))
  })
})

describe('fields', () => {
  it('a moment is a day or an instant with its zone', () => {
    expect(field(momentField, '2025-03-18')).toEqual({ at: Date.UTC(2025, 2, 18), dayOnly: true })
    expect(field(momentField, '2025-03-18T20:00:00-04:00')).toEqual({ at: Date.UTC(2025, 2, 19), dayOnly: false })
    for (const wrong of ['2025-02-30', '2025', '2025-03-18T20:00', '18.3.2025', 'yesterday', '2025-03-18T25:00Z']) {
      expect(() => field(momentField, wrong)).toThrow(UnreadableRecord)
    }
  })

  it('an address is one that may become a link', () => {
    expect(field(urlField, ' https://example.org/a?b=1 ')).toBe('https://example.org/a?b=1')
    expect(field(urlField, 'urn:isbn:0451450523')).toBe('urn:isbn:0451450523')
    for (const wrong of ['javascript:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x', 'example.org', '']) {
      expect(() => field(urlField, wrong)).toThrow(/"it" must be an http/)
    }
  })

  it('an id is visible and without spaces', () => {
    expect(field(idField, 'notes/2024-é-文')).toBe('notes/2024-é-文')
    for (const wrong of ['', 'a b', 'a\tb', 'a\u200bb', 'a\u202eb', '\ud800', 'x'.repeat(201)]) {
      expect(() => field(idField, wrong)).toThrow(/1 to 200 visible characters/)
    }
  })
})
