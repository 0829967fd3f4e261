import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { missedAges } from '../../experiments/measures/freshness.ts'
import { type Judging, judgingOf, type Shown } from '../../experiments/measures/judging.ts'
import { lagOf } from '../../experiments/measures/lag.ts'
import { measureNamed, measures, scoresOf } from '../../experiments/measures/measure.ts'
import { regret, riskCoverage, type Stake } from '../../experiments/measures/routes.ts'
import { condensedNdcg, ndcgBounds } from '../../experiments/measures/unjudged.ts'
import {
  exponentialGain,
  judged,
  linearGain,
  mean,
  ndcg,
  precision,
  recall,
  reciprocalRank,
  within,
} from '../../experiments/measures.ts'
import type { JudgedQuery } from '../../experiments/topics/query.ts'
import type { DocumentId } from '../../src/domain/document.ts'
import { dayMs, instant } from '../../src/domain/instant.ts'

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

describe('precision and reciprocal rank', () => {
  it('precision is over the depth, also where less is shown', () => {
    expect(precision(ids('adxbe'), grades)).toBe(3 / 5)
    expect(precision(ids('a'), grades)).toBe(1 / 5)
    expect(precision(ids('abcdefabc'), grades)).toBe(4 / 5)
    expect(precision(ids('aebdx'), grades, 5, 2)).toBe(2 / 5)
  })

  it('the reciprocal rank is that of the first relevant one', () => {
    expect(reciprocalRank(ids('dxe'), grades)).toBe(1 / 3)
    expect(reciprocalRank(ids('dxe'), grades, 2)).toBe(0)
    expect(reciprocalRank([], grades)).toBe(0)
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

const day = (days: number) => instant(1_700_000_000_000 + days * dayMs)

/** Asked on day 100. Announced: a on day 100, b 7 days before, c 30, d 40, e 90; f nobody knows. */
const announcedOn = new Map(
  Object.entries({ a: 100, b: 93, c: 70, d: 60, e: 10 }).map(([key, at]) => [id(key), day(at)]),
)
const judging: Judging = {
  asked: day(100),
  grades: new Map(Object.entries({ a: 1, b: 2, c: 3, d: 3, e: 2, f: 2, g: 0 }).map(([key, grade]) => [id(key), grade])),
  bestGrade: 3,
  announced: (one) => announcedOn.get(one) ?? null,
  latest: (one) => ({ a: { version: 2, withdrawn: false }, b: { version: 1, withdrawn: true } })[one as string] ?? null,
  inStatic: (one) => (announcedOn.get(one) ?? 0) <= day(92),
}
const hits = (text: string): Shown[] => ids(text).map((one) => ({ id: one, version: 1 }))
const measured = (name: string, text: string) => measureNamed(name).of(hits(text), judging)

describe('measures of freshness', () => {
  it('the freshness gain sums grades halved by age and discounted by rank', () => {
    // c at 30 d: 3/2; a at 0 d: 1 over log2(3); x is unjudged; b at 7 d: 2 * 2^(-7/30) over log2(5).
    const gain30 = 3 / 2 + 1 / 1.5849625007 + (2 * 0.8506671609) / 2.3219280949
    expect(measured('freshness gain 30 d', 'caxb')).toBeCloseTo(gain30, 6)
    // At 7 d: 3 * 2^(-30/7), 1, 2/2; 2^(-30/7) = .0512709597.
    const gain7 = 3 * 0.0512709597 + 1 / 1.5849625007 + 1 / 2.3219280949
    expect(measured('freshness gain 7 d', 'caxb')).toBeCloseTo(gain7, 6)
    // At 90 d: 2^(-1/3) = .7937005, 2^(-7/90) = .9475160078.
    const gain90 = 3 * 0.793700526 + 1 / 1.5849625007 + (2 * 0.9475160078) / 2.3219280949
    expect(measured('freshness gain 90 d', 'caxb')).toBeCloseTo(gain90, 6)
  })

  it('decayed nDCG takes its ideal from the same gains', () => {
    // Gains at 30 d: a 1, b 3 * .8506671609 = 2.5520015, c 7/2, d 7 * 2^(-40/30) = 2.7779519, e 3/8, f 0 (no date).
    const dcg = 2.7779519 + 3.5 / 1.5849625007 + 2.5520015 / 2
    const ideal = 3.5 + 2.7779519 / 1.5849625007 + 2.5520015 / 2 + 1 / 2.3219280949 + 0.375 / 2.5849625007
    expect(measured('nDCG@10 decayed 30 d', 'dcb')).toBeCloseTo(dcg / ideal, 6)
    expect(measured('nDCG@10 decayed 30 d', 'cdbaef')).toBeCloseTo(1, 12)
  })

  it('the step gain counts what is at most 30 days old, and a missing date for none', () => {
    // Gains c 7 (just 30 days), b 3, a 1; d, e and f nothing.
    const dcg = 3 / 1.5849625007 + 7 / 2
    const ideal = 7 + 3 / 1.5849625007 + 1 / 2
    expect(measured('nDCG@10 step 30 d', 'dbcf')).toBeCloseTo(dcg / ideal, 6)
  })

  it('a date ahead of the clock counts as now', () => {
    const ahead = { ...judging, announced: () => day(200) }
    expect(measureNamed('freshness gain 7 d').of(hits('a'), ahead)).toBe(1)
  })

  it('tells how old the relevant papers are that were missed', () => {
    // Of grade 2 or more b, c, d, e have dates: 7, 30, 40, 90 days.
    expect(missedAges(ids('c'), judging)).toEqual([7, 40, 90])
    expect(measured('age of missed, days', 'c')).toBe(40)
    expect(measured('age of missed, days', 'cb')).toBe(65)
    expect(measured('age of missed, days', 'bcdef')).toBeNull()
  })

  it('a rescue is a relevant paper in the first ten that static could not hold', () => {
    expect(measured('rescue rate', 'cdb')).toBe(1)
    // a is new too, but only of grade 1; c and d are held.
    expect(measured('rescue rate', 'acd')).toBe(0)
    expect(measured('rescue rate', 'xxxxxxxxxxb')).toBe(0)
  })

  it('an answer is stale where one of its first ten was superseded or withdrawn by then', () => {
    const answer = (...versions: [string, number][]) =>
      measureNamed('stale-answer rate').of(
        versions.map(([one, version]) => ({ id: id(one), version })),
        judging,
      )
    expect(answer(['a', 2], ['c', 1])).toBe(0)
    expect(answer(['c', 1], ['a', 1])).toBe(1)
    expect(answer(['b', 1])).toBe(1)
    // A source that names no version can have none superseded.
    expect(answer(['a', 0])).toBe(0)
  })
})

describe('what nobody judged', () => {
  it('is left out of the condensed list', () => {
    expect(condensedNdcg(ids('xaybzc'), grades)).toBe(ndcg(ids('abc'), grades))
    expect(condensedNdcg(ids('xyz'), grades)).toBe(0)
  })

  it('moves nDCG between bounds worked out by hand', () => {
    const two = new Map([
      [id('a'), 2],
      [id('b'), 1],
    ])
    // x may be 3. Shown x a: at least 3 / log2(3), at most 7 more; ideal 3 1 without x, 7 3 1 with it.
    const low = 3 / 1.5849625007 / (7 + 3 / 1.5849625007 + 1 / 2)
    expect(ndcgBounds(ids('xa'), two, 3).low).toBeCloseTo(low, 6)
    // (7 + 1.893) / (3 + .631) is more than 1.
    expect(ndcgBounds(ids('xa'), two, 3).high).toBe(1)
    // Judged on two grades: x is worth at most 1.
    expect(ndcgBounds(ids('bx'), two, 1).high).toBeCloseTo((1 + 1 / 1.5849625007) / (3 + 1 / 1.5849625007), 6)
    expect(ndcgBounds(ids('ab'), two, 3)).toEqual({ low: 1, high: 1 })
    expect(ndcgBounds(ids('x'), new Map(), 3)).toEqual({ low: 0, high: 1 })
    expect(ndcgBounds([], new Map(), 3)).toEqual({ low: 0, high: 0 })
  })

  it('stays between its bounds whatever the unjudged would be graded', () => {
    fc.assert(
      fc.property(
        ranking,
        someGrades,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 12, maxLength: 12 }),
        (shown, known, extra) => {
          const { low, high } = ndcgBounds(shown, known, 3)
          const graded = new Map(known)
          for (const [i, one] of shown.slice(0, 10).entries()) if (!graded.has(one)) graded.set(one, extra[i])
          for (const value of [ndcg(shown, known), ndcg(shown, graded)]) {
            expect(value).toBeGreaterThanOrEqual(low - 1e-12)
            expect(value).toBeLessThanOrEqual(high + 1e-12)
          }
        },
      ),
    )
  })
})

const pool = ids('abcdefghijklmnopqrst')
const ranking = fc.shuffledSubarray(pool, { minLength: 0, maxLength: 20 })
const someGrades = fc
  .array(fc.option(fc.integer({ min: 0, max: 3 })), { minLength: 20, maxLength: 20 })
  .map((drawn) => new Map(drawn.flatMap((grade, i) => (grade === null ? [] : [[pool[i], grade] as const]))))
const someAges = fc.array(fc.option(fc.integer({ min: 0, max: 200 })), { minLength: 20, maxLength: 20 })
const someJudging = fc.tuple(someGrades, someAges).map(([known, ages]): Judging => {
  const announced = (one: DocumentId) => {
    const age = ages[pool.indexOf(one)]
    return age === null ? null : day(100 - age)
  }
  return { ...judging, grades: known, announced, inStatic: (one) => (announced(one) ?? day(100)) <= day(99) }
})
const shownOf = (ranked: readonly DocumentId[]): Shown[] => ranked.map((one) => ({ id: one, version: 1 }))
/** Those that look at the first ten only; `P@5` at the first five of these. */
const ofTheFirstTen = measures.filter(({ name }) => !/recall|MRR|missed|condensed/.test(name))
const inUnit = measures.filter(({ name }) => !/freshness|missed/.test(name))

describe('laws of the measures', () => {
  it('the order behind the tenth changes nothing that looks at ten', () => {
    fc.assert(
      fc.property(ranking, someJudging, (ranked, one) => {
        const other = [...ranked.slice(0, 10), ...ranked.slice(10).reverse()]
        for (const { of } of ofTheFirstTen) expect(of(shownOf(other), one)).toBe(of(shownOf(ranked), one))
      }),
    )
  })

  it('all but ages and freshness gains lie between 0 and 1', () => {
    expect(inUnit.length).toBe(measures.length - 4)
    fc.assert(
      fc.property(ranking, someJudging, (ranked, one) => {
        for (const { of } of inUnit) {
          expect(of(shownOf(ranked), one)).toBeGreaterThanOrEqual(0)
          expect(of(shownOf(ranked), one)).toBeLessThanOrEqual(1 + 1e-12)
        }
      }),
    )
  })

  it('the ideal order scores 1, and no order more', () => {
    fc.assert(
      fc.property(someGrades, (known) => {
        const ideal = [...known].sort((one, other) => other[1] - one[1]).map(([one]) => one)
        expect(ndcg(ideal, known)).toBeCloseTo([...known.values()].some((grade) => grade > 0) ? 1 : 0, 12)
      }),
    )
  })

  it('putting a better paper before a worse one never lowers what is graded', () => {
    const graded = measures.filter(({ name }) =>
      /^(nDCG@10|nDCG@10 linear|nDCG@10 condensed|recall@100|P@5|MRR)$/.test(name),
    )
    expect(graded).toHaveLength(6)
    fc.assert(
      fc.property(ranking, someJudging, fc.nat(18), (ranked, one, at) => {
        fc.pre(at + 1 < ranked.length)
        const [first, second] = [ranked[at], ranked[at + 1]]
        fc.pre((one.grades.get(second) ?? 0) > (one.grades.get(first) ?? 0))
        const swapped = ranked.with(at, second).with(at + 1, first)
        for (const { of } of graded) {
          expect(of(shownOf(swapped), one) ?? 0).toBeGreaterThanOrEqual((of(shownOf(ranked), one) ?? 0) - 1e-12)
        }
      }),
    )
  })

  it('putting the younger of two equals first never lowers what is decayed', () => {
    const decayed = measures.filter(({ name }) => /decayed|step|freshness/.test(name))
    expect(decayed).toHaveLength(7)
    fc.assert(
      fc.property(ranking, someJudging, fc.nat(18), (ranked, one, at) => {
        fc.pre(at + 1 < ranked.length)
        const [first, second] = [ranked[at], ranked[at + 1]]
        const age = (document: DocumentId) => one.asked - (one.announced(document) ?? Number.NEGATIVE_INFINITY)
        fc.pre(one.grades.get(first) === one.grades.get(second) && age(second) < age(first))
        const swapped = ranked.with(at, second).with(at + 1, first)
        for (const { of } of decayed) {
          expect(of(shownOf(swapped), one) ?? 0).toBeGreaterThanOrEqual((of(shownOf(ranked), one) ?? 0) - 1e-12)
        }
      }),
    )
  })

  it('a judged topic that the run lacks scores as an empty answer, and one that nobody judged does not count', () => {
    const answers = new Map([
      ['t1', { hits: hits('cb') }],
      ['t3', { hits: hits('c') }],
    ])
    const judgings = new Map([
      ['t1', judging],
      ['t2', judging],
    ])
    expect([...scoresOf(measureNamed('P@5'), judgings, answers)]).toEqual([
      ['t1', 0.4],
      ['t2', 0],
    ])
    // Of t1 all but three are missed; of t2 all four. Where a measure says nothing there is no score.
    expect([...scoresOf(measureNamed('age of missed, days'), judgings, answers)]).toEqual([
      ['t1', 65],
      ['t2', 35],
    ])
    const all = new Map([['t1', { hits: hits('bcdef') }]])
    expect([...scoresOf(measureNamed('age of missed, days'), judgings, all).keys()]).toEqual(['t2'])
    expect(() => measureNamed('nDCG')).toThrow(/there is no measure "nDCG"; there are nDCG@10/)
  })
})

describe('grades as of the instant asked', () => {
  const query: JudgedQuery = {
    id: 't',
    text: 'moss',
    asked: day(80),
    plain: false,
    unit: 't',
    class: 'dated',
    grades: judging.grades,
    since: null,
    until: null,
    facts: {},
  }

  it('know nothing that was announced later, the ideal neither', () => {
    const then = judgingOf(query, judging)
    expect([...then.grades.keys()].join('')).toBe('cdefg')
    expect(then.asked).toBe(day(80))
  })

  it('are worth nothing outside the time that the words ask for, and still judged', () => {
    const dated = judgingOf({ ...query, since: day(20), until: day(65) }, judging)
    expect(Object.fromEntries(dated.grades)).toEqual({ c: 0, d: 3, e: 0, f: 0, g: 0 })
  })
})

describe('risk and coverage', () => {
  it('agree with a case worked out by hand', () => {
    const stakes = [
      { confidence: 0.2, risk: 1 },
      { confidence: 0.9, risk: 0 },
      { confidence: 0.5, risk: 0.5 },
      { confidence: 0.7, risk: 0 },
    ]
    const { points, aurc } = riskCoverage(stakes)
    expect(points.map(({ coverage }) => coverage)).toEqual([0.25, 0.5, 0.75, 1])
    for (const [i, risk] of [0, 0, 0.5 / 3, 1.5 / 4].entries()) expect(points[i].risk).toBeCloseTo(risk, 12)
    expect(points.map(({ threshold }) => threshold)).toEqual([0.9, 0.7, 0.5, 0.2])
    // (0 + 0 + 1/6 + 3/8) / 4
    expect(aurc).toBeCloseTo(0.13541667, 6)
  })

  it('take answers of equal confidence together, in whatever order they come', () => {
    const stakes: Stake[] = [
      { confidence: 1, risk: 1 },
      { confidence: 1, risk: 0 },
      { confidence: 0, risk: 1 },
    ]
    const { points, aurc } = riskCoverage(stakes)
    expect(points).toEqual([
      { coverage: 2 / 3, risk: 0.5, threshold: 1 },
      { coverage: 1, risk: 2 / 3, threshold: 0 },
    ])
    // One half at either place of the two.
    expect(aurc).toBeCloseTo((0.5 + 0.5 + 2 / 3) / 3, 12)
    expect(riskCoverage([...stakes].reverse())).toEqual({ points, aurc })
    expect(riskCoverage([]).aurc).toBeNaN()
  })

  it('the surer one is of the better answers, the smaller the area', () => {
    const risks = fc.array(
      fc.integer({ min: 0, max: 10 }).map((risk) => risk / 10),
      { minLength: 1, maxLength: 12 },
    )
    fc.assert(
      fc.property(risks, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (drawn, confidences) => {
        const best = riskCoverage(drawn.map((risk) => ({ risk, confidence: -risk }))).aurc
        const worst = riskCoverage(drawn.map((risk) => ({ risk, confidence: risk }))).aurc
        const some = riskCoverage(drawn.map((risk) => ({ risk, confidence: confidences.next().value }))).aurc
        expect(best).toBeLessThanOrEqual(some + 1e-12)
        expect(some).toBeLessThanOrEqual(worst + 1e-12)
      }),
    )
  })
})

describe('regret and lag', () => {
  it('regret is what the best route of each query has beyond the one taken', () => {
    const scores = (entries: Record<string, number>) => new Map(Object.entries(entries))
    const routes = [scores({ a: 0.5, b: 0.25, c: 0.5 }), scores({ a: 1, b: 0 })]
    expect(Object.fromEntries(regret(scores({ a: 0.5, b: 0.25 }), routes))).toEqual({ a: 0.5, b: 0, c: 0.5 })
  })

  it('lag is split where the source could have given the paper, and what never came counts as never', () => {
    const arrivals = [0, 1, 2, 3, 4].map((i) => ({
      available: day(i),
      obtainable: instant(day(i) + 100),
      searchable: i === 4 ? null : instant(day(i) + 100 + 10 * (i + 1)),
    }))
    const { papers, total, upstream, ours } = lagOf(arrivals)
    expect(papers).toBe(5)
    expect(upstream).toEqual({ p50: 100, p90: 100, p99: 100 })
    expect(ours).toEqual({ p50: 30, p90: Infinity, p99: Infinity })
    expect(total.p50).toBe(130)
  })
})
