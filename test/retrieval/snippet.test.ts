import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { termsOf } from '../../src/domain/terms.ts'
import { snippetOf } from '../../src/retrieval/snippet.ts'

const words = ['graphs', 'Graph', 'neural', 'the', 'müller', 'retrieval', '<b>', '&amp;', 'x', '图神经', '𝒢', 'GPT-4']
const seps = [' ', ' ', ' ', ', ', '\n', '-', '']
const run = fc
  .array(fc.tuple(fc.constantFrom(...words), fc.constantFrom(...seps)), { maxLength: 200, size: 'max' })
  .map((parts) => parts.flat().join(''))
/** Without a space in sight, as in Chinese, and with characters of two code units. */
const unbroken = fc
  .array(fc.constantFrom('图', '𝒢', '🌊', 'x', '。'), { maxLength: 500, size: 'max' })
  .map((parts) => parts.join(''))
const anyText = fc.oneof(
  run,
  unbroken,
  fc.tuple(run, unbroken, run).map((parts) => parts.join(' ')),
)
const anyTerms = fc.uniqueArray(fc.constantFrom(...words.flatMap(termsOf)))
const weigh = (terms: readonly string[]) => new Map(terms.map((term, i) => [term, i + 1]))

/** What of the text a snippet shows, without the marks of what was left out. */
const shown = (text: string) => text.replace(/^… /, '').replace(/ …$/, '')

describe('a snippet', () => {
  it('is a stretch of the text as it stands, at most some 300 characters, never half a character', () => {
    fc.assert(
      fc.property(anyText, anyTerms, (text, terms) => {
        const snippet = snippetOf(text, weigh(terms))
        expect(text).toContain(shown(snippet.text))
        expect(snippet.text.length).toBeLessThanOrEqual(310)
        // Once, a cut where no space was near left half of a 𝒢.
        expect(snippet.text).not.toMatch(/\p{Surrogate}/u)
        if (text.length <= 300) expect(snippet.text).toBe(text)
      }),
    )
  })

  it('highlights exactly words whose terms are wanted, in order and apart', () => {
    fc.assert(
      fc.property(anyText, anyTerms, (text, terms) => {
        const snippet = snippetOf(text, weigh(terms))
        let last = 0
        for (const [start, end] of snippet.highlights) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeLessThanOrEqual(snippet.text.length)
          const found = termsOf(snippet.text.slice(start, end))
          expect(found).toHaveLength(1)
          expect(terms).toContain(found[0])
          last = end
        }
      }),
    )
  })

  it('of a text that holds a wanted word shows one', () => {
    const prose = fc.array(fc.constantFrom('graphs', 'neural', 'the', 'of', 'retrieval'), {
      maxLength: 200,
      size: 'max',
    })
    fc.assert(
      fc.property(prose, fc.constantFrom('graphs', 'retrieval'), (tokens, word) => {
        const snippet = snippetOf(tokens.join(' '), weigh(termsOf(word)))
        expect(snippet.highlights.length > 0).toBe(tokens.includes(word))
      }),
    )
  })

  it('prefers the stretch that holds the weightiest terms, wherever it lies', () => {
    const filler = 'and so it goes on with words that say little about anything, '.repeat(8)
    const text = `A graph. ${filler}Sparse attention over a graph wins. ${filler}`
    const snippet = snippetOf(text, new Map([...termsOf('graph'), ...termsOf('attention')].map((term) => [term, 2])))
    expect(snippet.highlights.map(([start, end]) => snippet.text.slice(start, end))).toEqual(['attention', 'graph'])
    expect(snippet.text.startsWith('… ')).toBe(true)
    expect(snippet.text.endsWith(' …')).toBe(true)
  })

  it('leaves markup in a text as the text it is', () => {
    const snippet = snippetOf('We beat <b>graphs</b> & more.', weigh(termsOf('graphs')))
    expect(snippet).toEqual({ text: 'We beat <b>graphs</b> & more.', highlights: [[11, 17]] })
  })
})
