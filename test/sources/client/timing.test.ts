import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instant } from '../../../src/domain/instant.ts'
import { arxivPolicy } from '../../../src/sources/client/http.ts'
import { backoffMs, retryAfterMs } from '../../../src/sources/client/timing.ts'

describe('Retry-After', () => {
  const now = instant(Date.parse('2026-03-02T12:00:00Z'))

  test.each([
    ['120', 120_000],
    ['0', 0],
    [' 7 ', 7_000],
    ['Mon, 02 Mar 2026 12:00:30 GMT', 30_000],
    ['Monday, 02-Mar-26 12:00:30 GMT', 30_000],
    ['Mon, 02 Mar 2026 11:00:00 GMT', 0],
    ['999999999999', 86_400_000],
    ['soon', null],
    ['', null],
    ['-5', null],
  ])('%j is %j ms', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected)
  })

  test('our own backoff is never shorter than the spacing and never longer than spacing and cap', () => {
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), unit, (attempt, share) => {
        const pause = backoffMs(arxivPolicy, attempt, () => share)
        expect(pause).toBeGreaterThanOrEqual(arxivPolicy.spacingMs)
        expect(pause).toBeLessThanOrEqual(arxivPolicy.spacingMs + arxivPolicy.backoff.capMs)
      }),
    )
  })
})
