import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { termsOf, tokensAmong, tokensOf } from '../../src/domain/terms.ts'

describe('terms', () => {
  const db = new Database(':memory:')
  db.exec("CREATE VIRTUAL TABLE f USING fts5 (text, tokenize = 'porter unicode61')")
  db.exec('CREATE VIRTUAL TABLE v USING fts5vocab (f, instance)')
  const clear = db.prepare('DELETE FROM f')
  const insert = db.prepare('INSERT INTO f (text) VALUES (?)')
  const read = db.prepare<[], string>('SELECT term FROM v ORDER BY offset').pluck()
  const fts5Terms = (text: string): string[] => {
    clear.run()
    insert.run(text)
    return read.all()
  }

  test.each([
    'relational databases are agreed upon; ponies caress generalizations of oscillators',
    'hopping, filing, sized, skies, ties, dying, controlling, electricity, hopefulness',
    "C++ and C# don't matter, don’t they? .NET 3.14 10^9 1,000 a_b snake_case",
    'GPT-4 GPT4 gpt4s 2nd 4ing x1ed state-of-the-art α-helix β',
    'été naïve naïvely Ångström Poincaré Erdős Müllers coöperating résumés façade ñandú über ÜBERALL',
    'e\u0301te\u0301 E\u0301coles l’école Schrödinger’s Gödels İstanbul Łódź Ørsted ð þ',
    '数学 こんにちは Привет مرحبا שלום ไทย ٣ 𐐀',
    'μm 10% ‘quoted’ “q” – — … a😀b 😀',
    'soft\u00ADhyphen zero\u200Bwidth tab\tand\nline \uFEFFbom nul\u0000inside',
    'http://example.org/a?b=c someone@example.org',
    `${'a'.repeat(64)}s ${'b'.repeat(62)}ing ${'c'.repeat(300)}s`,
    '   ?! ',
    '',
  ])('of "%s" are those of FTS5', (text) => {
    expect(termsOf(text)).toEqual(fts5Terms(text))
  })

  test('of any English-looking words are those of FTS5', () => {
    const ends =
      'ing ed s es ies eed y ational izer alli ousli ation iveness biliti icate ative ical ful ement ion ous ll'
    const words = fc
      .tuple(
        fc.stringMatching(/^[a-z0-9]{0,7}$/),
        fc.constantFrom('', ...ends.split(' ')),
        fc.constantFrom('', 's', 'ed'),
      )
      .map((parts) => parts.join(''))
      // FTS5 takes a doubled y for a doubled consonant ("Sayyed" is "sai"), Porter does not.
      .filter((word) => word !== '' && !word.includes('yy'))
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 200 }), (all) => {
        expect(termsOf(all.join(' '))).toEqual(fts5Terms(all.join(' ')))
      }),
      { numRuns: 60 },
    )
  })

  // Where FTS5 would miss what a reader sees as the same word.
  test.each([
    ['ligatures and full-width letters', 'ﬁne ｆｕｌｌ', ['fine', 'full']],
    ['letters with two marks', 'Việt ế', ['viet', 'e']],
    ['indices and powers', 'H₂O x²', ['h2o', 'x2']],
    ['words with letters beyond a to z are not stemmed', 'Großes Straße', ['großes', 'straße']],
  ])('depart from FTS5: %s', (_, text, expected) => {
    expect(termsOf(text)).toEqual(expected)
    expect(fts5Terms(text)).not.toEqual(expected)
  })

  test('among those wanted are the wanted ones of all', () => {
    const ascii = fc.stringMatching(/^[a-zA-Z0-9 .,'-]{0,60}$/)
    const sentences = fc.array(
      fc.constantFrom('Models', 'modeling', 'GPT-4', "don't", 'a', 'I', 'été', '数学', 'ties', '\n'),
    )
    const texts = fc.oneof(
      ascii,
      sentences.map((all) => all.join(' ')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(texts, fc.array(texts, { maxLength: 3 }), (text, others) => {
        const wanted = new Map([text.slice(0, 25), ...others].flatMap(termsOf).map((term) => [term, true]))
        expect(tokensAmong(text, wanted)).toEqual(tokensOf(text).filter((token) => wanted.has(token.term)))
      }),
      { numRuns: 2_000 },
    )
  })

  test('stand where their tokens say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        const tokens = tokensOf(text)
        expect(tokens.map((token) => token.term)).toEqual(termsOf(text))
        for (const { term, start, end } of tokens) expect(termsOf(text.slice(start, end))).toEqual([term])
      }),
      { numRuns: 1_000 },
    )
  })
})
