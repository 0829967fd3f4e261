import { describe, expect, it } from 'vitest'
import { barsOf } from '../../web/search/histogram.ts'
import { piecesOf } from '../../web/search/marks.ts'
import { ageInWords, authorsInWords, dayInWords, listed, momentInWords } from '../../web/search/words.ts'

describe('a snippet', () => {
  it('is cut at its highlights and loses nothing', () => {
    const pieces = piecesOf('deep agents plan', [
      [0, 4],
      [5, 11],
    ])
    expect(pieces).toEqual([
      { text: 'deep', marked: true },
      { text: ' ', marked: false },
      { text: 'agents', marked: true },
      { text: ' plan', marked: false },
    ])
  })

  it('without highlights is one piece, and an empty one is none', () => {
    expect(piecesOf('plain', [])).toEqual([{ text: 'plain', marked: false }])
    expect(piecesOf('', [])).toEqual([])
  })
})

describe('ages', () => {
  it.each([
    ['2026-02-03', 'today'],
    ['2026-02-04', 'today'],
    ['2026-02-02', 'yesterday'],
    ['2025-12-06', '59 days ago'],
    ['2025-11-03', '3 months ago'],
    ['2017-06-13', '8 years ago'],
  ])('of %s are counted in days, then months, then years', (announced, words) => {
    expect(ageInWords(announced, '2026-02-03T00:30:00.000Z')).toBe(words)
  })
})

it('days and moments are in UTC, whatever the clock of the reader', () => {
  expect(dayInWords('2026-02-03')).toBe('3 Feb 2026')
  expect(momentInWords('2026-12-31T23:59:00.000Z')).toBe('31 Dec 2026, 23:59 UTC')
})

it('four authors are named, of more the first three', () => {
  expect(authorsInWords(['A', 'B', 'C', 'D'])).toBe('A, B, C, D')
  expect(authorsInWords(['A', 'B', 'C', 'D', 'E'])).toBe('A, B, C and 2 more')
})

it('lists end in "and"', () => {
  expect([listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c'])
})

describe('the histogram', () => {
  const month = (name: string, count = 1) => ({ month: name, count })

  it('has a bar for every month between the first and the last', () => {
    expect(barsOf([month('2025-12', 3), month('2026-02', 1)])).toEqual([
      { since: '2025-12-01', until: '2025-12-31', label: 'Dec 2025', count: 3 },
      { since: '2026-01-01', until: '2026-01-31', label: 'Jan 2026', count: 0 },
      { since: '2026-02-01', until: '2026-02-28', label: 'Feb 2026', count: 1 },
    ])
  })

  it('has wider bars over longer times, which meet without gaps and lose no paper', () => {
    const spans = [
      ['2023-06', '2026-02', 'Jun 2023'],
      ['2020-06', '2026-02', 'Apr 2020 to Jun 2020'],
      ['1996-03', '2026-02', '1996'],
      ['1910-03', '2026-02', '1910 to 1914'],
    ]
    for (const [first, last, label] of spans) {
      const bars = barsOf([month(first, 2), month(last, 5)])
      expect(bars[0].label).toBe(label)
      expect(bars.length).toBeLessThanOrEqual(36)
      expect(bars.reduce((sum, bar) => sum + bar.count, 0)).toBe(7)
      for (const [i, bar] of bars.slice(1).entries()) {
        expect(Date.parse(bar.since) - Date.parse(bars[i].until)).toBe(86_400_000)
      }
    }
  })

  it('of nothing has no bars', () => {
    expect(barsOf([])).toEqual([])
  })
})
