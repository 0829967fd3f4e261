import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import {
  arxivAnnouncement,
  arxivAnnouncements,
  arxivListingDay,
  derivedArxivAnnouncement,
  isArxivListingDay,
  nextArxivAnnouncement,
} from '../../src/domain/calendar.ts'
import { isArxivHoliday, weekdayOf } from '../../src/domain/holidays.ts'
import { addDays, type Day, dayMs, dayOf, type Instant, instant, isoOf, parseDay } from '../../src/domain/instant.ts'

const day = (text: string): Day => parseDay(text)!
const at = (text: string): Instant => instant(Date.parse(text))
const iso = (instants: readonly Instant[]): string[] => instants.map(isoOf)
const announcedWhen = (submitted: string): string => isoOf(derivedArxivAnnouncement(at(submitted)))

describe('arXiv announces', () => {
  it('Sunday to Thursday at 20:00 in New York', () => {
    const week = arxivAnnouncements(at('2026-10-10T12:00:00Z'), at('2026-10-17T12:00:00Z'))
    expect(iso(week)).toEqual([
      '2026-10-12T00:00:00.000Z',
      '2026-10-13T00:00:00.000Z',
      '2026-10-14T00:00:00.000Z',
      '2026-10-15T00:00:00.000Z',
      '2026-10-16T00:00:00.000Z',
    ])
  })

  it('an hour later in UTC once summer time ends, and earlier again once it begins', () => {
    expect(iso(arxivAnnouncements(at('2026-10-29T12:00:00Z'), at('2026-11-03T12:00:00Z')))).toEqual([
      '2026-10-30T00:00:00.000Z',
      '2026-11-02T01:00:00.000Z',
      '2026-11-03T01:00:00.000Z',
    ])
    expect(iso(arxivAnnouncements(at('2026-03-05T12:00:00Z'), at('2026-03-10T12:00:00Z')))).toEqual([
      '2026-03-06T01:00:00.000Z',
      '2026-03-09T00:00:00.000Z',
      '2026-03-10T00:00:00.000Z',
    ])
  })

  it('nothing on a holiday, and nothing on the Sunday after a Friday that was one', () => {
    expect(isArxivHoliday(day('2026-11-26'))).toBe(true)
    expect(isoOf(nextArxivAnnouncement(at('2026-11-26T12:00:00Z')))).toBe('2026-11-30T01:00:00.000Z')
    // Independence Day of 2026 is a Saturday, kept on Friday the 3rd.
    expect(isoOf(nextArxivAnnouncement(at('2026-07-03T12:00:00Z')))).toBe('2026-07-07T00:00:00.000Z')
  })

  it('in half-open windows that neither lose nor repeat an announcement', () => {
    const announcement = arxivAnnouncement(day('2026-10-14'))
    expect(arxivAnnouncements(announcement, announcement)).toEqual([])
    expect(arxivAnnouncements(instant(announcement - 1), announcement)).toEqual([announcement])
    const start = Date.parse('2024-01-01T00:00:00Z')
    const moments = fc.integer({ min: 0, max: 1000 * 24 * 3600 }).map((seconds) => instant(start + seconds * 1000))
    fc.assert(
      fc.property(fc.array(moments, { minLength: 3, maxLength: 3 }), (three) => {
        const [a, b, c] = three.sort((x, y) => x - y)
        expect([...arxivAnnouncements(a, b), ...arxivAnnouncements(b, c)]).toEqual(arxivAnnouncements(a, c))
        expect(arxivAnnouncements(a, nextArxivAnnouncement(a))).toEqual([nextArxivAnnouncement(a)])
      }),
    )
  })

  it('what the listing of the next day shows', () => {
    for (const announcement of arxivAnnouncements(at('2026-01-01T00:00:00Z'), at('2027-01-01T00:00:00Z'))) {
      expect(arxivAnnouncement(arxivListingDay(announcement))).toBe(announcement)
      expect(isArxivListingDay(arxivListingDay(announcement))).toBe(true)
    }
  })
})

describe('a holiday', () => {
  it('beyond the published years comes by its rule', () => {
    const ofYear = (year: number): Day[] =>
      Array.from({ length: 366 }, (_one, n) => addDays(day(`${year}-01-01`), n)).filter(
        (one) => one.startsWith(`${year}`) && isArxivHoliday(one),
      )
    expect(ofYear(2027)).toEqual([
      '2027-01-01',
      '2027-01-18',
      '2027-06-18',
      '2027-07-05',
      '2027-09-06',
      '2027-11-25',
      '2027-12-24',
    ])
    expect(ofYear(2019)).toEqual(['2019-01-01', '2019-11-28', '2019-12-25'])
  })

  it('moves what is submitted on it to the next announcement', () => {
    // Before the freeze of Thanksgiving, which does not take place: Friday freezes, Sunday announces.
    expect(announcedWhen('2026-11-26T15:00:00Z')).toBe('2026-11-30T01:00:00.000Z')
    expect(announcedWhen('2026-11-25T15:00:00Z')).toBe('2026-11-26T01:00:00.000Z')
    // Friday is a holiday: nothing freezes before Monday.
    expect(announcedWhen('2026-07-02T20:00:00Z')).toBe('2026-07-07T00:00:00.000Z')
  })
})

describe('a submission', () => {
  it('is announced on the evening of its freeze at 14:00, and a Friday’s on Sunday', () => {
    expect(announcedWhen('2026-10-13T17:59:00Z')).toBe('2026-10-14T00:00:00.000Z')
    expect(announcedWhen('2026-10-13T18:00:00Z')).toBe('2026-10-15T00:00:00.000Z')
    expect(announcedWhen('2026-10-16T17:59:00Z')).toBe('2026-10-19T00:00:00.000Z')
    expect(announcedWhen('2026-10-16T18:00:00Z')).toBe('2026-10-20T00:00:00.000Z')
    expect(announcedWhen('2026-10-18T12:00:00Z')).toBe('2026-10-20T00:00:00.000Z')
  })

  it('had until 16:00 before 2017', () => {
    expect(announcedWhen('2016-10-11T19:30:00Z')).toBe('2016-10-12T00:00:00.000Z')
  })

  it('is always announced by an announcement of the calendar, the first one six hours off or more', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.parse('2017-01-03'), max: Date.parse('2029-01-01') }), (ms) => {
        const announced = derivedArxivAnnouncement(instant(ms))
        expect(nextArxivAnnouncement(instant(announced - 1))).toBe(announced)
        expect(announced - ms).toBeGreaterThanOrEqual(6 * 3_600_000)
        // Longest: a Friday's afternoon before a Monday's holiday, or a long Thanksgiving.
        expect(announced - ms).toBeLessThan(6 * dayMs)
      }),
    )
  })
})

const corpus = join(import.meta.dirname, '../../../shared/data/corpus/arxiv-cs-ir/2024-12_2026-03.jsonl.gz')
const absent = !existsSync(corpus)

test.skipIf(absent)(
  `the weekdays on which cs.IR really had a listing are those of the calendar${absent ? ' (skipped: ../shared/data/corpus is absent)' : ''}`,
  () => {
    const lines = gunzipSync(readFileSync(corpus)).toString('utf8').trimEnd().split('\n')
    const listed = new Set(lines.map((line): string => JSON.parse(line).announced))
    const [first] = [...listed].sort()
    const last = day([...listed].sort().at(-1)!)
    const wrong: string[] = []
    for (let one = day(first); one <= last; one = addDays(one, 1)) {
      if (listed.has(one) !== isArxivListingDay(one)) wrong.push(`${one} (weekday ${weekdayOf(one)})`)
    }
    expect(wrong).toEqual([])
    expect(listed.size).toBeGreaterThan(300)
    expect(dayOf(arxivAnnouncement(last))).toBe(last)
  },
)
