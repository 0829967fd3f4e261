import { describe, expect, test } from 'vitest'
import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'
import type { VisitRecord } from '../../src/domain/visits.ts'
import { inRuntime } from './in-runtime.ts'

const noon = Date.parse('2026-03-02T12:00:00Z')
const minute = (minutes: number): Instant => instant(noon + minutes * 60_000)

const record: VisitRecord = {
  source: 'crossref',
  nextVisit: minute(90),
  reason: 'changes about every 3 hours',
  visits: 12,
  changed: 5,
  observedMs: 123_456_789.5,
  lastVisit: minute(0),
  lastChange: null,
}

describe('the book of visits', () => {
  test('knows nothing of a source that was never visited', () => {
    expect(inRuntime().open().visits.load('crossref')).toBeNull()
  })

  test('hands what one process wrote to another, the latest for each source', () => {
    const { open } = inRuntime()
    open().visits.save(record)
    const later = { ...record, visits: 13, changed: 6, lastChange: minute(180) }
    open().visits.save(later)
    open().visits.save({ ...record, source: 'openalex' })
    expect(open().visits.load('crossref')).toEqual(later)
  })

  test('takes a next visit that was computed between two milliseconds', () => {
    const { visits } = inRuntime().open()
    visits.save({ ...record, nextVisit: instant(minute(90) + 0.4) })
    expect(visits.load('crossref')?.nextVisit).toBe(minute(90))
  })
})

describe('demand', () => {
  test('adds up hits by source, over processes, from the hour of the given instant', () => {
    const { open } = inRuntime()
    open().visits.demanded('arxiv', 3, minute(0))
    open().visits.demanded('arxiv', 4, minute(59))
    open().visits.demanded('hn', 2, minute(61))
    expect(open().visits.demand(minute(0))).toEqual({ arxiv: 7, hn: 2 })
    expect(open().visits.demand(minute(60))).toEqual({ hn: 2 })
    expect(open().visits.demand(minute(120))).toEqual({})
  })

  test('of two months ago is forgotten, and so is that of a clock that ran ahead', () => {
    const { visits } = inRuntime().open()
    visits.demanded('arxiv', 1, instant(noon - 61 * dayMs))
    visits.demanded('arxiv', 2, instant(noon + 365 * dayMs))
    visits.demanded('arxiv', 4, minute(0))
    expect(visits.demand(instant(0))).toEqual({ arxiv: 4 })
  })
})
