import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instant } from '../../../src/domain/instant.ts'
import { type Filters, noFilters } from '../../../src/domain/query.ts'
import { typedQuery } from '../../../src/domain/understanding.ts'
import type { FindRequest } from '../../../src/ports.ts'
import { arxivQueryOf, arxivQueryTree, mostSent } from '../../../src/sources/arxiv/query.ts'
import { type ArxivQuery, readQuery, sameQuery, written } from '../../../src/sources/arxiv/syntax.ts'

const at = (iso: string) => instant(Date.parse(iso))
const request = (subject: string, rest: Partial<FindRequest> = {}): FindRequest => ({
  subject,
  phrases: [],
  excludedTerms: [],
  excludedPhrases: [],
  filters: noFilters,
  limit: 10,
  ...rest,
})
const asked = (subject: string, rest: Partial<FindRequest> = {}) => arxivQueryOf(request(subject, rest))
const filtered = (filters: Partial<Filters>, subject = 'rivers') =>
  asked(subject, { filters: { ...noFilters, ...filters } })

describe('the subject', () => {
  test.each([
    ['rivers', 'all:rivers'],
    ['Graph neural networks', 'all:graph AND all:neural AND all:networks'],
    // Three words that tell something; the rest is in every abstract.
    ['How do we use graph neural networks?', 'all:graph AND all:neural AND all:networks'],
    ['graph neural networks for weather', 'all:graph OR all:neural OR all:networks OR all:weather'],
    ['rivers rivers Rivers', 'all:rivers'],
    ['state-of-the-art rivers', 'all:"state of the art" AND all:rivers'],
    ["Moore's law", 'all:moore AND all:law'],
    ['Erdős–Rényi', 'all:"erdos renyi"'],
    ['GPT-4', 'all:"gpt 4"'],
    ['C++', 'all:c'],
    ['to be or not to be', 'all:"to be or not to be"'],
    ['AND', 'all:"and"'],
    ['cat:cs.AI', 'all:"cat cs ai"'],
    ['all:x) OR (au:smith', 'all:"all x" AND all:"au smith"'],
  ])('%j is asked for as %s', (subject, query) => {
    expect(asked(subject)).toBe(query)
  })

  test('of many words is cut, and a run of letters that is no word is left out', () => {
    const words = Array.from({ length: 40 }, (_, n) => `w${n}`)
    const query = arxivQueryTree(request([...words, 'x'.repeat(5_000)].join(' ')))
    expect(query).toMatchObject({ op: 'or', of: { length: mostSent.words } })
    expect(asked('x'.repeat(5_000))).toBeNull()
  })

  test('without a letter is not asked for', () => {
    expect(asked('?!')).toBeNull()
  })
})

describe('phrases and exclusions', () => {
  test('a phrase must be there, and its words are not asked for twice', () => {
    expect(asked('deep rivers of sand', { phrases: ['rivers of sand'] })).toBe('all:"rivers of sand" AND all:deep')
  })

  test('what is left out is left out of title and abstract, in one group at the end', () => {
    expect(asked('rivers', { excludedTerms: ['lakes'], excludedPhrases: ['dead sea'] })).toBe(
      'all:rivers ANDNOT (ti:lakes OR abs:lakes OR ti:"dead sea" OR abs:"dead sea")',
    )
  })

  test('a phrase to be left out is sent whole or not at all: its beginning would leave out more', () => {
    expect(
      asked('rivers', {
        excludedPhrases: [
          'so long a phrase that no request line should have to hold all of it, however politely it is asked for',
        ],
      }),
    ).toBe('all:rivers')
  })

  test('of a query as it is typed', () => {
    const { subject, phrases, excludedTerms, excludedPhrases } = typedQuery(
      '"vector search" speed -quantum',
      at('2026-03-02T00:00:00Z'),
    )
    expect(asked(subject, { phrases, excludedTerms, excludedPhrases })).toBe(
      'all:"vector search" AND all:speed ANDNOT (ti:quantum OR abs:quantum)',
    )
  })
})

describe('filters', () => {
  test.each([
    [{ categories: ['cs.AI'] }, 'all:rivers AND cat:cs.AI'],
    [{ categories: ['cs', 'hep-th'] }, 'all:rivers AND (cat:cs.* OR cat:hep-th)'],
    [{ categories: ['astro-ph'] }, 'all:rivers AND (cat:astro-ph OR cat:astro-ph.*)'],
    [{ categories: ['CS.ai', 'physics.Optics'] }, 'all:rivers AND (cat:cs.AI OR cat:physics.optics)'],
    [{ categories: ['cs.AI', 'no such) OR (all:x'] }, 'all:rivers AND cat:cs.AI'],
    [{ authors: ['Jane Doe'] }, 'all:rivers AND au:jane AND au:doe'],
    [
      { since: at('2026-03-11T00:00:00Z') },
      // Ten days early: a paper is submitted before it is announced.
      'all:rivers AND submittedDate:[202603010000 TO 210001010000]',
    ],
    [
      { since: at('2026-03-11T00:00:00Z'), until: at('2026-03-12T23:59:59.999Z') },
      'all:rivers AND submittedDate:[202603010000 TO 202603130000]',
    ],
    [{ until: at('2026-03-12T12:00:00Z') }, 'all:rivers AND submittedDate:[199101010000 TO 202603121201]'],
    [{ sources: ['arxiv', 'crossref'] }, 'all:rivers'],
  ])('%j', (filters, query) => {
    expect(filtered(filters)).toBe(query)
  })

  test.each([
    [{ kinds: ['post' as const] }],
    [{ sources: ['crossref'] }],
    [{ countries: ['DE'] }],
    [{ fields: ['Hydrology'] }],
    [{ categories: ['05C80', 'Computer Science!'] }],
  ])('%j ask for nothing that arXiv could have', (filters) => {
    expect(filtered(filters)).toBeNull()
  })

  test('of more categories than a request can hold are left to whoever filters the answer', () => {
    const categories = Array.from(
      { length: 60 },
      (_, n) => `cs.x${'ab'.repeat(n % 10)}${'y'.repeat(Math.floor(n / 10))}z`,
    )
    expect(filtered({ categories })).toBe('all:rivers')
  })
})

const typed = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        'AND',
        'OR',
        'ANDNOT',
        'NOT',
        'TO',
        '(',
        ')',
        '"',
        '[',
        ']',
        ':',
        'all:',
        'cat:cs.AI',
        '\\',
        '*',
        '⑴',
        '𝐀𝐍𝐃',
        'ﷺ',
        '½',
        'river',
        ' ',
        '+',
        '%22',
        '&',
        '{',
        '}',
        '~',
        '^',
        '-',
      ),
      { maxLength: 25 },
    )
    .map((parts) => parts.join('')),
)

const termsIn = (query: ArxivQuery): ArxivQuery[] => {
  if (query.op === 'and' || query.op === 'or') return query.of.flatMap(termsIn)
  return query.op === 'andnot' ? [...termsIn(query.wanted), ...termsIn(query.unwanted)] : [query]
}

describe('whatever is typed', () => {
  const requests = fc
    .record({
      subject: typed,
      phrases: fc.array(typed, { maxLength: 3 }),
      excludedTerms: fc.array(typed, { maxLength: 3 }),
      excludedPhrases: fc.array(typed, { maxLength: 3 }),
      authors: fc.array(typed, { maxLength: 2 }),
      categories: fc.array(fc.oneof(typed, fc.constant('cs.AI'), fc.constant('math')), { maxLength: 2 }),
    })
    .map(({ authors, categories, ...words }): FindRequest => {
      return { ...words, limit: 10, filters: { ...noFilters, authors, categories } }
    })

  test('becomes words and never an operator: what is sent reads back as the tree it was written from', () => {
    fc.assert(
      fc.property(requests, (one) => {
        const tree = arxivQueryTree(one)
        if (!tree) return
        expect(readQuery(written(tree))).toEqual(tree)
        for (const term of termsIn(tree)) {
          if (term.op !== 'term' || term.field === 'cat') continue
          expect(term.value).toMatch(/^[\p{L}\p{N}\p{M}\p{Co}]+(?: [\p{L}\p{N}\p{M}\p{Co}]+)*$/u)
          expect(term.value).not.toMatch(/[A-Z]/)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  test('stays short enough for a request line', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }), { maxLength: 300 }),
        (words) => {
          const text = words.join(' ')
          const query = asked(text, { phrases: [text, text], excludedTerms: words, excludedPhrases: [text] }) ?? ''
          expect(query.length).toBeLessThan(30_000)
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('the echo of a query', () => {
  const sent = 'submittedDate:[202607311500 TO 202608052359] AND (cat:gr-qc OR cat:math.OA OR cat:cs.*)'

  test.each([
    ['as it was sent', sent],
    // Both seen in answers of 2026: the range in quotes, groups nested to the right.
    [
      'in the form arXiv gives it',
      'submittedDate:"202607311500 TO 202608052359" AND (cat:gr-qc OR (cat:math.OA OR cat:cs.*))',
    ],
    ['in parentheses', `(${sent})`],
    ['in another order', '(cat:cs.* OR cat:gr-qc OR cat:math.OA) AND submittedDate:[202607311500 TO 202608052359]'],
  ])('%s is the same query', (_how, echoed) => {
    expect(sameQuery(sent, echoed)).toBe(true)
  })

  test.each([
    ['with another field', sent.replace('cat:gr-qc', 'all:gr-qc')],
    ['with another range', sent.replace('2359', '2358')],
    ['with one category less', sent.replace(' OR cat:cs.*', '')],
    ['with another operator', sent.replace(' AND ', ' OR ')],
    ['cut off', sent.slice(0, -1)],
    ['with a field that arXiv made up', `all:${sent}`],
    ['that is empty', ''],
  ])('%s is another query', (_how, echoed) => {
    expect(sameQuery(sent, echoed)).toBe(false)
  })

  test('may nest an exclusion to the right, which says the same, but not turn it round', () => {
    const excluding = 'all:a AND all:b ANDNOT (ti:c OR abs:c)'
    expect(sameQuery(excluding, 'all:a AND (all:b ANDNOT (ti:c OR abs:c))')).toBe(true)
    expect(sameQuery(excluding, '(all:a AND all:b) ANDNOT (abs:c OR ti:c)')).toBe(true)
    expect(sameQuery(excluding, 'all:a AND all:b AND (ti:c OR abs:c)')).toBe(false)
    expect(sameQuery(excluding, '(ti:c OR abs:c) ANDNOT (all:a AND all:b)')).toBe(false)
  })

  test.each(['(all:a', 'all:a)', 'all:a AND', 'AND all:a', 'all:"a', 'all:a all:b', '()'])(
    '%s cannot be read',
    (text) => {
      expect(readQuery(text)).toBeNull()
    },
  )
})
