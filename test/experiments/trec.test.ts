import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exponentialGain, linearGain, ndcg, ndcgOf } from '../../experiments/measures.ts'
import {
  exponentialQrels,
  qrelsText,
  type RankedId,
  readQrels,
  readRun,
  runLines,
  runText,
  scaledQrels,
  scaledTop,
} from '../../experiments/trec.ts'
import type { DocumentId } from '../../src/domain/document.ts'

const id = (text: string) => text as DocumentId
const ranked = (...pairs: [string, number][]): RankedId[] => pairs.map(([one, score]) => ({ id: id(one), score }))
const inOrder = (run: readonly RankedId[]) => run.map((one) => one.id)

describe('a TREC run', () => {
  it('is a line a document', () => {
    expect(runLines('t1', ranked(['2401.00001', 1.5], ['scifact:7', -0.25]), 'router')).toEqual([
      't1 Q0 2401.00001 1 1.500000 router',
      't1 Q0 scifact:7 2 -0.250000 router',
    ])
  })

  it('gives equal scores falling ones, so that sorting by score keeps the order that was shown', () => {
    const lines = runLines('t', ranked(['a', 0.5], ['c', 0.5], ['b', 0.5], ['d', 0.5000001]), 'x')
    expect(lines.map((line) => line.split(' ')[4])).toEqual(['0.500000', '0.499999', '0.499998', '0.499997'])
    expect(inOrder(readRun(lines.join('\n')).get('t') ?? [])).toEqual(['a', 'c', 'b', 'd'])
  })

  it('keeps its order for whoever sorts by score in single or double precision and equals by id', () => {
    const score = fc.oneof(
      fc.double({ min: -2, max: 2, noNaN: true }),
      fc.double({ min: -5_000, max: 5_000, noNaN: true }),
      fc.constantFrom(0, -0, 1, 20, 0.3),
    )
    fc.assert(
      fc.property(fc.array(score, { minLength: 1, maxLength: 100 }), (scores) => {
        const falling = scores
          .sort((one, other) => other - one)
          .map((value, i) => ({ id: id(`d${i % 7}-${i}`), score: value }))
        const run = readRun(runLines('t', falling, 'x').join('\n')).get('t') ?? []
        expect(inOrder(run)).toEqual(inOrder(falling))
        for (let i = 1; i < run.length; i++) {
          expect(Math.fround(run[i].score)).toBeLessThan(Math.fround(run[i - 1].score))
        }
      }),
    )
  })

  it('is the same bytes whatever order the topics come in', () => {
    const topics: [string, RankedId[]][] = [
      ['b', ranked(['x', 1])],
      ['a', ranked(['y', 2], ['z', 1])],
      ['Z', []],
    ]
    const text = runText(new Map(topics), 'x')
    expect(text).toBe('a Q0 y 1 2.000000 x\na Q0 z 2 1.000000 x\nb Q0 x 1 1.000000 x\n')
    expect(runText(new Map(topics.reverse()), 'x')).toBe(text)
    expect(runText(new Map(), 'x')).toBe('')
  })

  it('refuses what the format cannot hold', () => {
    expect(() => runLines('t', ranked(['my paper', 1]), 'x')).toThrow(/"my paper" holds white space/)
    expect(() => runLines('t', ranked(['', 1]), 'x')).toThrow(/white space/)
    expect(() => runLines('t 1', ranked(['a', 1]), 'x')).toThrow(/white space/)
    expect(() => runLines('t', ranked(['a', 1]), 'two words')).toThrow(/white space/)
    expect(() => runLines('t', ranked(['a', 2], ['a', 1]), 'x')).toThrow(/t ranks a twice/)
    expect(() => runLines('t', ranked(['a', Number.NaN]), 'x')).toThrow(/the score NaN/)
  })

  it('is read as trec_eval reads it: by score, equals by id from the end of the alphabet, ranks ignored', () => {
    const text = 't Q0 a 1 0.5 x\nt\tQ0  b 2 0.75 x\nt Q0 c 3 0.5 x\n\n'
    expect(inOrder(readRun(text).get('t') ?? [])).toEqual(['b', 'c', 'a'])
    expect(() => readRun('t Q0 a 1 0.5')).toThrow(/has 5 fields where TREC has 6/)
    expect(() => readRun('t Q0 a 1 high x')).toThrow(/"high" is not a number/)
  })
})

describe('TREC qrels', () => {
  const grades = new Map(Object.entries({ b: 3, a: 1, c: 0, d: 2 }).map(([key, grade]) => [id(key), grade]))

  it('are written by topic and document, and read back', () => {
    const text = qrelsText(
      new Map([
        ['t2', new Map([[id('x'), 1]])],
        ['t1', grades],
      ]),
    )
    expect(text).toBe('t1 0 a 1\nt1 0 b 3\nt1 0 c 0\nt1 0 d 2\nt2 0 x 1\n')
    expect(qrelsText(readQrels(text))).toBe(text)
    expect(() => qrelsText(new Map([['t', new Map([[id('a b'), 1]])]]))).toThrow(/white space/)
    expect(() => qrelsText(new Map([['t', new Map([[id('a'), 0.5]])]]))).toThrow(/by 0\.5, not a whole number/)
    expect(() => readQrels('t 0 a')).toThrow(/has 3 fields where TREC has 4/)
  })

  it('with exponential gains make linear nDCG the subject measure', () => {
    const shown = ['c', 'd', 'x', 'b'].map(id)
    const written = readQrels(qrelsText(new Map([['t', exponentialQrels(grades)]]))).get('t')!
    expect(Object.fromEntries(written)).toEqual({ a: 1, b: 7, c: 0, d: 3 })
    expect(ndcg(shown, written, 10, linearGain)).toBe(ndcg(shown, grades, 10, exponentialGain))
  })

  it('with scaled gains make linear nDCG ours to 5e-6, however old everything is', () => {
    const gains = fc.array(
      fc
        .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 400 }))
        .map(([grade, age]) => (2 ** grade - 1) * 2 ** (-age / 7)),
      { minLength: 1, maxLength: 20 },
    )
    fc.assert(
      fc.property(gains, fc.infiniteStream(fc.nat()), (drawn, keys) => {
        const worth = new Map(drawn.map((gain, i) => [id(`d${i}`), gain]))
        const order = [...worth.keys()].map((one) => ({ one, key: keys.next().value })).sort((a, b) => a.key - b.key)
        const shown = order.map(({ one }) => one)
        const scaled = readQrels(qrelsText(new Map([['t', scaledQrels(worth)]]))).get('t')!
        expect(Math.abs(ndcg(shown, scaled, 10, linearGain) - ndcgOf(shown, worth))).toBeLessThan(5e-6)
        expect(Math.max(...scaled.values())).toBe(drawn.some((gain) => gain > 0) ? scaledTop : 0)
      }),
    )
  })
})
