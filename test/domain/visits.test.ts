import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arxivAnnouncements } from '../../src/domain/calendar.ts'
import { dayMs, type Instant, instant, isoOf } from '../../src/domain/instant.ts'
import { changeRate, optimalIntervals, type Refreshed } from '../../src/domain/refresh.ts'
import {
  afterFailure,
  afterVisit,
  type Cadence,
  oddIfEmpty,
  pacesOf,
  planVisit,
  type Rhythm,
  type VisitRecord,
} from '../../src/domain/visits.ts'

const at = (text: string): Instant => instant(Date.parse(text))
const minuteMs = 60_000
const hourMs = 60 * minuteMs

const rhythm = (fields: Partial<Rhythm>): Rhythm => ({
  source: 'one',
  visits: 1,
  changed: 0,
  observedMs: 0,
  lastVisit: null,
  lastChange: null,
  ...fields,
})

describe('visits by arXiv’s calendar', () => {
  const cadence: Cadence = { kind: 'announcements', readyAfterMs: 165 * minuteMs }
  const next = (lastVisit: string, lastChange: string | null = null): string => {
    const seen = rhythm({ lastVisit: at(lastVisit), lastChange: lastChange === null ? null : at(lastChange) })
    return isoOf(planVisit(cadence, seen, null, at(lastVisit))!.nextVisit)
  }

  it('begin at once', () => {
    const now = at('2026-10-14T12:00:00Z')
    expect(planVisit(cadence, null, null, now)).toEqual({ nextVisit: now, reason: 'It has not been visited yet.' })
  })

  it('come when the next announcement is ready', () => {
    expect(next('2026-10-14T02:46:00Z', '2026-10-14T02:46:00Z')).toBe('2026-10-15T02:45:00.000Z')
  })

  it('keep to New York’s evening when summer time ends and begins', () => {
    expect(next('2026-11-01T12:00:00Z', '2026-11-01T12:00:00Z')).toBe('2026-11-02T03:45:00.000Z')
    expect(next('2026-03-08T12:00:00Z', '2026-03-08T12:00:00Z')).toBe('2026-03-09T02:45:00.000Z')
  })

  it('come again after 15, 30 and 60 minutes, then hourly, until something unseen appears', () => {
    const visits = [at('2026-10-14T02:45:00Z')]
    while (visits.length < 6) {
      const last = visits.at(-1)!
      visits.push(planVisit(cadence, rhythm({ lastVisit: last }), null, last)!.nextVisit)
    }
    expect(visits.map((visit) => (visit - visits[0]) / minuteMs)).toEqual([0, 15, 45, 105, 165, 225])
  })

  it('do not end by what was found before the announcement was ready', () => {
    expect(next('2026-10-14T02:45:00Z', '2026-10-14T01:30:00Z')).toBe('2026-10-14T03:00:00.000Z')
  })

  it('give an announcement up for the next evening', () => {
    expect(next('2026-10-15T02:31:00Z')).toBe('2026-10-15T02:45:00.000Z')
  })

  it('come once on an evening without an announcement, holidays too', () => {
    // Thanksgiving is Thursday the 26th.
    expect(next('2026-11-27T03:45:00Z')).toBe('2026-11-28T03:45:00.000Z')
    const plan = planVisit(
      cadence,
      rhythm({ lastVisit: at('2026-11-26T12:00:00Z'), lastChange: at('2026-11-26T12:00:00Z') }),
      null,
      at('2026-11-26T12:00:00Z'),
    )
    expect(plan?.reason).toBe('arXiv announces nothing for 2026-11-27; revisions may have come.')
  })

  it('lie in the past when nobody was there to keep them', () => {
    const plan = planVisit(cadence, rhythm({ lastVisit: at('2026-10-14T02:46:00Z') }), null, at('2026-10-17T09:00:00Z'))
    expect(plan!.nextVisit).toBeLessThan(at('2026-10-17T09:00:00Z'))
  })

  it('do not wait for a clock that ran ahead', () => {
    const seen = rhythm({ lastVisit: at('2027-03-01T00:00:00Z'), lastChange: at('2027-03-01T00:00:00Z') })
    expect(isoOf(planVisit(cadence, seen, null, at('2026-10-14T12:00:00Z'))!.nextVisit)).toBe(
      '2026-10-15T02:45:00.000Z',
    )
  })

  it('are never more than 25 hours apart, and always pass once an announcement is ready', () => {
    const moments = fc.integer({ min: Date.parse('2025-01-01'), max: Date.parse('2028-01-01') }).map(instant)
    fc.assert(
      fc.property(moments, fc.option(fc.integer({ min: 0, max: 5 * dayMs })), (lastVisit, ago) => {
        const seen = rhythm({ lastVisit, lastChange: ago === null ? null : instant(lastVisit - ago) })
        const { nextVisit } = planVisit(cadence, seen, null, lastVisit)!
        expect(nextVisit).toBeGreaterThan(lastVisit)
        expect(nextVisit - lastVisit).toBeLessThanOrEqual(25 * hourMs)
        const ready = arxivAnnouncements(instant(lastVisit - 165 * minuteMs), instant(nextVisit - 165 * minuteMs))
        expect(ready.every((one) => one + 165 * minuteMs === nextVisit)).toBe(true)
      }),
    )
  })

  it('are odd when they find nothing from the fourth try on', () => {
    const odd = (now: string, lastChange: string | null = null) =>
      oddIfEmpty(cadence, rhythm({ lastChange: lastChange === null ? null : at(lastChange) }), at(now))
    expect(odd('2026-10-14T04:00:00Z')).toBeNull()
    expect(odd('2026-10-14T04:30:00Z')).toMatch(/listing of 2026-10-14/)
    expect(odd('2026-10-14T04:30:00Z', '2026-10-14T02:45:00Z')).toBeNull()
    // A Saturday in New York.
    expect(odd('2026-10-18T04:30:00Z')).toBeNull()
    expect(
      oddIfEmpty({ kind: 'estimated', leastMs: hourMs, mostMs: dayMs }, null, at('2026-10-14T04:30:00Z')),
    ).toBeNull()
  })
})

describe('a change rate', () => {
  it('is found where visits are as rare as changes, which the naive quotient halves', () => {
    const rate = 1 / hourMs
    let changed = 0
    const visits = 100_000
    // Without randomness: so many of the visits find a change as a Poisson process says.
    changed = Math.round(visits * (1 - Math.exp(-2)))
    const estimated = changeRate(visits, changed, 2 * hourMs)!
    expect(estimated / rate).toBeCloseTo(1, 2)
    expect(changed / (visits * 2 * hourMs) / rate).toBeLessThan(0.5)
  })

  it('is finite when every visit found a change, zero when none did, unknown before the first', () => {
    expect(changeRate(10, 10, hourMs)! * hourMs).toBeCloseTo(Math.log(21), 10)
    expect(changeRate(10, 0, hourMs)).toBeCloseTo(0, 15)
    expect(changeRate(0, 0, Number.NaN)).toBeNull()
  })
})

const refreshed = fc.record({
  rate: fc.double({ min: -6, max: 0, noNaN: true }).map((log) => 10 ** log / hourMs),
  weight: fc.integer({ min: 1, max: 1000 }),
  leastMs: fc.constant(10 * minuteMs),
  mostMs: fc.constant(7 * dayMs),
})
const many = fc.array(refreshed, { minLength: 1, maxLength: 30 })
const budgets = fc.double({ min: 1, max: 50, noNaN: true }).map((perDay) => perDay / dayMs)
const spent = (intervals: readonly number[]): number => intervals.reduce((sum, interval) => sum + 1 / interval, 0)

/** Share of time in which a copy is up to date. */
const freshness = ({ rate }: Refreshed, interval: number): number =>
  (1 - Math.exp(-rate * interval)) / (rate * interval)

describe('intervals under a budget', () => {
  it('keep to their bounds and to the budget, unless the bounds alone cost more', () => {
    fc.assert(
      fc.property(many, budgets, (sources, each) => {
        const budget = each * sources.length
        const intervals = optimalIntervals(sources, budget)
        for (const [n, { leastMs, mostMs }] of sources.entries()) {
          expect(intervals[n]).toBeGreaterThanOrEqual(leastMs)
          expect(intervals[n]).toBeLessThanOrEqual(mostMs)
        }
        const floor = spent(sources.map(({ mostMs }) => mostMs))
        expect(spent(intervals)).toBeLessThanOrEqual(Math.max(budget, floor) * (1 + 1e-6))
      }),
    )
  })

  it('grow no longer when a source is wanted more', () => {
    fc.assert(
      fc.property(many, budgets, fc.integer({ min: 2, max: 50 }), (sources, each, more) => {
        const budget = each * sources.length
        const wanted = sources.map((source, n) => (n === 0 ? { ...source, weight: source.weight * more } : source))
        const [before] = optimalIntervals(sources, budget)
        const [after] = optimalIntervals(wanted, budget)
        expect(after).toBeLessThanOrEqual(before * (1 + 1e-4))
      }),
    )
  })

  it('follow what changes now and then, and leave alone what nobody could follow', () => {
    const source = (changesPerDay: number) => ({
      rate: changesPerDay / dayMs,
      weight: 1,
      leastMs: minuteMs,
      mostMs: 30 * dayMs,
    })
    const [rare, brisk, frantic] = optimalIntervals([source(0.1), source(2), source(100)], 6 / dayMs)
    expect(brisk).toBeLessThan(rare)
    expect(brisk).toBeLessThan(frantic)
  })

  it('keep more copies up to date than the same for all or in proportion to the rate', () => {
    fc.assert(
      fc.property(many, (sources) => {
        const free = sources.map((source) => ({ ...source, leastMs: 1, mostMs: 1e15 }))
        const budget = sources.length / dayMs
        const total = (intervals: readonly number[]) =>
          free.reduce((sum, source, n) => sum + source.weight * freshness(source, intervals[n]), 0)
        const rates = free.reduce((sum, { rate }) => sum + rate, 0)
        const ours = total(optimalIntervals(free, budget))
        expect(ours * (1 + 1e-4)).toBeGreaterThanOrEqual(total(free.map(() => dayMs)))
        expect(ours * (1 + 1e-4)).toBeGreaterThanOrEqual(total(free.map(({ rate }) => rates / rate / budget)))
      }),
    )
  })

  it('are the longest for what never changes', () => {
    const still = { rate: 0, weight: 1, leastMs: minuteMs, mostMs: dayMs }
    expect(optimalIntervals([still, still], 1)).toEqual([dayMs, dayMs])
  })
})

describe('visits by change rate', () => {
  const cadence = { kind: 'estimated', leastMs: 15 * minuteMs, mostMs: 7 * dayMs } as const
  const polled = (source: string, seen: Rhythm | null, hits = 0) => ({ source, rhythm: seen, hits, ...cadence })

  it('give a source in demand more of the budget', () => {
    const seen = rhythm({ visits: 41, changed: 20, observedMs: 40 * hourMs })
    const paces = pacesOf([polled('asked for', seen, 50), polled('unknown', seen)], 4)
    expect(paces.get('asked for')!.intervalMs).toBeLessThan(paces.get('unknown')!.intervalMs)
  })

  it('say why they come when they do', () => {
    const lastVisit = at('2026-10-14T12:00:00Z')
    const plan = planVisit(
      cadence,
      rhythm({ lastVisit }),
      { intervalMs: 3 * hourMs, changesPerDay: 5.54, hits: 7 },
      lastVisit,
    )
    expect(plan).toEqual({
      nextVisit: at('2026-10-14T15:00:00Z'),
      reason: 'About 5.5 changes a day and 7 hits shown of late make a visit every 3.0 hours.',
    })
  })

  it('are none for a source that is only asked live', () => {
    expect(planVisit({ kind: 'never' }, null, null, at('2026-10-14T12:00:00Z'))).toBeNull()
  })
})

describe('what visits found', () => {
  const start = at('2026-10-14T12:00:00Z')
  const record = (seen: Rhythm, everyMs: number): VisitRecord => ({
    ...seen,
    nextVisit: instant(seen.lastVisit! + everyMs),
    reason: 'test',
  })
  const seenAfter = (before: VisitRecord | null, when: Instant, changed: boolean): Rhythm =>
    afterVisit(before, 'one', { began: when, ended: when, changed })
  const visitedHourly = (times: number, changed: (n: number) => boolean): Rhythm => {
    let seen = seenAfter(null, start, true)
    for (let n = 1; n <= times; n += 1) {
      seen = seenAfter(record(seen, hourMs), instant(start + n * hourMs), changed(n))
    }
    return seen
  }

  it('knows when the last one ended, and when the last that found something began', () => {
    const ended = instant(start + 20 * minuteMs)
    expect(afterVisit(null, 'one', { began: start, ended, changed: true })).toMatchObject({
      lastVisit: ended,
      lastChange: start,
    })
  })

  it('leaves out the first, to which everything is new', () => {
    expect(seenAfter(null, start, true)).toEqual({
      source: 'one',
      visits: 1,
      changed: 0,
      observedMs: 0,
      lastVisit: start,
      lastChange: start,
    })
  })

  it('counts the visits after it, the changes and the time between', () => {
    expect(visitedHourly(4, (n) => n % 2 === 0)).toEqual({
      source: 'one',
      visits: 5,
      changed: 2,
      observedMs: 4 * hourMs,
      lastVisit: start + 4 * hourMs,
      lastChange: start + 4 * hourMs,
    })
  })

  it('does not take an absence of ours for the rhythm of the source', () => {
    const seen = visitedHourly(3, () => false)
    const back = seenAfter(record(seen, hourMs), instant(start + 80 * hourMs), true)
    expect(back).toEqual({ ...seen, lastVisit: start + 80 * hourMs, lastChange: start + 80 * hourMs })
  })

  it('does not count an interval that a clock set back made', () => {
    const seen = visitedHourly(3, () => false)
    expect(seenAfter(record(seen, hourMs), start, false)).toEqual({ ...seen, lastVisit: start })
  })

  it('fades, so that a source that woke up is noticed', () => {
    const asleep = visitedHourly(1000, () => false)
    const awake = visitedHourly(1100, (n) => n > 1000)
    expect(asleep.visits).toBeLessThanOrEqual(128)
    expect(asleep.observedMs).toBe((asleep.visits - 1) * hourMs)
    const polled = (seen: Rhythm) =>
      pacesOf([{ source: 'one', rhythm: seen, hits: 0, leastMs: hourMs, mostMs: dayMs }], 24).get('one')!.changesPerDay
    expect(polled(asleep)).toBeLessThan(0.1)
    expect(polled(awake)).toBeGreaterThan(20)
  })
})

describe('after failures', () => {
  it('the next try comes after 5 minutes, then twice as long, at most 6 hours, and never later than planned', () => {
    const now = at('2026-10-14T12:00:00Z')
    const regular = { nextVisit: instant(now + dayMs), reason: 'planned' }
    const pauses = [1, 2, 3, 8, 40].map((failures) => (afterFailure(failures, regular, now).nextVisit - now) / minuteMs)
    expect(pauses).toEqual([5, 10, 20, 360, 360])
    expect(afterFailure(3, { ...regular, nextVisit: instant(now + minuteMs) }, now).nextVisit).toBe(now + minuteMs)
    expect(afterFailure(2, regular, now).reason).toBe('The last 2 visits failed; another try after a pause.')
  })
})
