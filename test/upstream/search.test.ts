import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { termsOf, wordsOf } from '../../src/domain/terms.ts'
import { at } from '../sources/api-stage.ts'
import { parseArxivQuery } from './arxiv-syntax.ts'
import { parseWithOperators, parseWords } from './boolean-syntax.ts'
import { corpusOf, type PaperState, paperOf, papersAt, stateAt } from './corpus.ts'
import type { Query } from './query.ts'
import { searchOf } from './search.ts'
import { smallCorpus } from './stage.ts'

const corpus = smallCorpus(300)
const now = at('2026-03-15')

const found = (query: Query | null, asOf = now): string[] =>
  searchOf(corpus)
    .find({ query: query!, now: asOf, sortBy: 'relevance', ascending: false, start: 0, count: 1000 })
    .hits.map((hit) => hit.state.paper.id)
const byArxiv = (text: string, asOf = now): string[] => found(parseArxivQuery(text)!.query, asOf)

/** The same question put to every paper, one by one. */
const holding = (holds: (state: PaperState) => boolean, asOf = now): string[] =>
  papersAt(corpus, asOf)
    .filter((paper) => holds(stateAt(paper, asOf)!))
    .map((paper) => paper.id)
    .sort()
const hasTerm = (text: string, word: string): boolean => termsOf(text).includes(termsOf(word)[0])
const hasPhrase = (text: string, phrase: string): boolean =>
  ` ${termsOf(text).join(' ')} `.includes(` ${termsOf(phrase).join(' ')} `)

describe("a query in arXiv's syntax", () => {
  test('looks in the field that it names', () => {
    expect(byArxiv('ti:retrieval').sort()).toEqual(holding((one) => hasTerm(one.title, 'retrieval')))
    expect(byArxiv('abs:oracle').sort()).toEqual(holding((one) => hasTerm(one.abstract, 'oracle')))
    expect(byArxiv('au:Hayashi').sort()).toEqual(
      holding((one) => one.paper.authors.some((name) => wordsOf(name).includes('hayashi'))),
    )
    expect(byArxiv('au:"Ada Gupta"').sort()).toEqual(holding((one) => one.paper.authors.includes('Ada Gupta')))
    expect(byArxiv('cat:stat.ML').sort()).toEqual(holding((one) => one.categories.includes('stat.ML')))
    expect(byArxiv('cat:cs.*').sort()).toEqual(holding((one) => one.categories.some((name) => name.startsWith('cs.'))))
    expect(byArxiv('id:2602.00010')).toEqual(['2602.00010'])
  })

  test('takes phrases, operators and parentheses', () => {
    expect(byArxiv('abs:"passage retrieval"').sort()).toEqual(
      holding((one) => hasPhrase(one.abstract, 'passage retrieval')),
    )
    expect(byArxiv('cat:cs.IR ANDNOT (ti:retrieval OR ti:search)').sort()).toEqual(
      holding(
        (one) => one.categories.includes('cs.IR') && !hasTerm(one.title, 'retrieval') && !hasTerm(one.title, 'search'),
      ),
    )
    expect(byArxiv('ti:robust AND cat:cs.CV OR ti:gentle').sort()).toEqual(
      holding(
        (one) => (hasTerm(one.title, 'robust') && one.categories.includes('cs.CV')) || hasTerm(one.title, 'gentle'),
      ),
    )
  })

  test('takes dates to the minute, both ends included', () => {
    const [from, to] = [at('2026-01-20T00:00Z'), at('2026-01-21T12:30Z')]
    expect(byArxiv('submittedDate:[202601200000 TO 202601211230]').sort()).toEqual(
      holding(({ versions: [{ submitted }] }) => submitted >= from && submitted < to + 60_000),
    )
  })

  test('comes back as it was understood', () => {
    expect(parseArxivQuery('river')!.echo).toBe('all:river')
    expect(parseArxivQuery('ti:"a b" AND (title:x OR cat:cs.AI)')!.echo).toBe('ti:"a b" AND (all:x OR cat:cs.AI)')
    expect(parseArxivQuery('submittedDate:[202601200000 TO 202601211230]')!.echo).toBe(
      'submittedDate:[202601200000 TO 202601211230]',
    )
  })

  test.each(['ti:(', 'a AND', 'OR b', '(a', 'a)', 'ANDNOT', 'ti:"a'])('%s is malformed', (text) => {
    expect(parseArxivQuery(text)).toBeNull()
  })

  test('never throws, whatever is typed', () => {
    const piece = fc.constantFrom('ti:', 'x', '"', '(', ')', ' AND ', ' OR ', ' ANDNOT ', '[', ']', 'cat:cs.IR', ' ')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const read = parseArxivQuery(pieces.join(''))
        if (read) expect(parseArxivQuery(read.echo)?.echo).toBe(read.echo)
      }),
    )
  })
})

describe('as of an instant', () => {
  test('a search knows no paper and no text of later', () => {
    const early = at('2026-01-20')
    expect(byArxiv('all:retrieval', early).sort()).toEqual(
      holding((one) => hasTerm(`${one.title} ${one.abstract}`, 'retrieval'), early),
    )
  })

  test('scores do not change by what comes later', () => {
    const half = corpusOf(corpus.papers.filter((paper) => paper.versions[0].announced <= now))
    const query = parseWords('passage retrieval for long queries', 'or')!
    const scores = (of: typeof corpus) =>
      searchOf(of)
        .find({ query, now, sortBy: 'relevance', ascending: false, start: 0, count: 500 })
        .hits.map(({ state, score }) => [state.paper.id, score])
    expect(scores(half)).toEqual(scores(corpus))
  })

  test('a replaced text is not found by its earlier words', () => {
    const text = (announced: string, title: string) => ({
      submitted: at(announced),
      announced: at(announced),
      title,
      abstract: '',
      comment: null,
    })
    const one = corpusOf([
      paperOf({ id: '2603.00001', versions: [text('2026-03-01', 'Brooks'), text('2026-03-08', 'Rivers')] }),
    ])
    const total = (word: string, day: string) =>
      searchOf(one).find({
        query: parseWords(word, 'and')!,
        now: at(day),
        sortBy: 'relevance',
        ascending: false,
        start: 0,
        count: 10,
      }).total
    expect([total('brooks', '2026-03-05'), total('rivers', '2026-03-05')]).toEqual([1, 0])
    expect([total('brooks', '2026-03-09'), total('rivers', '2026-03-09')]).toEqual([0, 1])
  })
})

describe('ranking', () => {
  test('puts rare words in the title first', () => {
    const name = stateAt(corpus.papers[5], now)!.title.split(':')[0]
    expect(found(parseWords(`${name} retrieval`, 'or'))[0]).toBe(corpus.papers[5].id)
  })

  test('leaves words out that are too common', () => {
    expect(found(parseWords('the retrieval of the', 'and'))).toEqual(found(parseWords('retrieval', 'and')))
    expect(found(parseWords('the retrieval of the', 'or'))).toEqual(found(parseWords('retrieval', 'or')))
  })

  test('is the same page by page as at once, in every order', () => {
    const query: Query = { kind: 'category', category: 'cs.LG' }
    for (const sortBy of ['relevance', 'submitted', 'updated', 'published'] as const) {
      for (const ascending of [true, false]) {
        const page = (start: number, count: number) =>
          searchOf(corpus)
            .find({ query, now, sortBy, ascending, start, count })
            .hits.map(({ state }) => state.paper.id)
        const first = page(0, 30)
        const all = page(0, 1000)
        expect([...first, ...page(30, 1000)]).toEqual(all)
        if (sortBy !== 'submitted') continue
        const dates = all.map((id) => corpus.byId(id)!.versions[0].submitted)
        expect(dates).toEqual(dates.toSorted((a, b) => (ascending ? a - b : b - a)))
      }
    }
  })
})

test('signs and words of the other providers mean the same', () => {
  const expected = found(parseArxivQuery('(all:retrieval OR all:parsing) ANDNOT all:"long queries"')!.query).sort()
  expect(found(parseWithOperators('(retrieval OR parsing) NOT "long queries"', 'words')).sort()).toEqual(expected)
  expect(found(parseWithOperators('(retrieval | parsing) -"long queries"', 'signs')).sort()).toEqual(expected)
  expect(expected.length).toBeGreaterThan(5)
})
