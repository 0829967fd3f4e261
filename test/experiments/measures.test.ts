import { describe, expect, it } from 'vitest'
import { exponentialGain, judged, linearGain, mean, ndcg, recall, within } from '../../experiments/measures.ts'
import type { DocumentId } from '../../src/domain/document.ts'

const id = (text: string) => text as DocumentId
const ids = (text: string) => text.split('').map(id)
const grades = new Map(Object.entries({ a: 3, b: 2, c: 3, d: 0, e: 1, f: 2 }).map(([key, grade]) => [id(key), grade]))

describe('nDCG', () => {
  it('agrees with a case worked out by hand, with both gains', () => {
    // Gains 7 3 7 0 1 3 over log2 of 2 to 7; ideal 7 7 3 3 1 0.
    const dcg = 7 + 3 / 1.5849625 + 7 / 2 + 1 / 2.5849625 + 3 / 2.80735492
    const ideal = 7 + 7 / 1.5849625 + 3 / 2 + 3 / 2.32192809 + 1 / 2.5849625
    expect(ndcg(ids('abcdef'), grades)).toBeCloseTo(dcg / ideal, 6)
    // Järvelin and Kekäläinen's form, the well-known 6.861 over 7.141 of gains 3 2 3 0 1 2.
    expect(ndcg(ids('abcdef'), grades, 10, linearGain)).toBeCloseTo(0.9608081943, 6)
    expect(exponentialGain(3)).toBe(7)
  })

  it('takes its ideal from all that was judged, shown or not, and cuts both at the depth', () => {
    // 7 / (7 + 7 / log2(3))
    expect(ndcg(ids('axxxxx'), grades, 2)).toBeCloseTo(0.6131471928, 6)
    expect(ndcg(ids('xa'), grades, 1)).toBe(0)
    expect(ndcg(ids('caf'), grades, 2)).toBe(1)
  })

  it('counts what was not judged, and an empty run, as nothing', () => {
    expect(ndcg([], grades)).toBe(0)
    expect(ndcg(ids('xyz'), grades)).toBe(0)
    expect(ndcg(ids('a'), new Map([[id('a'), 0]]))).toBe(0)
  })
})

describe('recall and judged', () => {
  it('recall is the share of the relevant that was shown', () => {
    expect(recall(ids('abx'), grades)).toBeCloseTo(2 / 5, 12)
    expect(recall(ids('abx'), grades, 1)).toBeCloseTo(1 / 5, 12)
    expect(recall(ids('abe'), grades, 100, 2)).toBeCloseTo(2 / 4, 12)
    expect(recall(ids('d'), new Map([[id('d'), 0]]))).toBe(0)
  })

  it('judged is the share of what was shown that anybody graded, also as 0', () => {
    expect(judged(ids('adxy'), grades)).toBe(0.5)
    expect(judged(ids('adxy'), grades, 2)).toBe(1)
    expect(judged([], grades)).toBe(0)
  })
})

describe('helpers of the measures', () => {
  it('grades outside the time that is asked for count as 0, and stay judged', () => {
    const inside = within(grades, (one) => one === 'a')
    expect(inside.get(id('a'))).toBe(3)
    expect(inside.get(id('b'))).toBe(0)
    expect(inside.size).toBe(grades.size)
  })

  it('the mean of nothing is no number, so that an empty class cannot pass for a bad one', () => {
    expect(mean([1, 2, 6])).toBe(3)
    expect(mean([])).toBeNaN()
  })
})
