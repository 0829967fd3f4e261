import { describe, expect, it } from 'vitest'
import { built, holdingAt, holdingFor, missed, onTime } from '../../../experiments/replay/holding.ts'
import { isoOf } from '../../../src/domain/instant.ts'
import { at } from '../../sources/api-stage.ts'

/** Wednesday 2026-02-11; announcements of this winter week are at 01:00 UTC of Monday to Friday. */
const wednesday = '2026-02-11'
const said = ({ cut, harvested }: ReturnType<typeof holdingAt>) => ({ cut: isoOf(cut), harvested: isoOf(harvested) })
const day = (date: string) => `${date}T01:00:00.000Z`

describe('a store that is kept on time', () => {
  it('holds an announcement once its feed has shown it, and not before', () => {
    expect(said(holdingAt(at(`${wednesday}T03:44`), onTime)).harvested).toBe(day('2026-02-10'))
    expect(said(holdingAt(at(`${wednesday}T03:45`), onTime)).harvested).toBe(day('2026-02-11'))
  })

  it('has in its generation what had been harvested at the hour of the build', () => {
    expect(said(holdingAt(at(`${wednesday}T23:59`), onTime))).toEqual({
      cut: day('2026-02-10'),
      harvested: day('2026-02-11'),
    })
    expect(said(holdingAt(at(`${wednesday}T23:59`), built(4)))).toEqual({
      cut: day('2026-02-11'),
      harvested: day('2026-02-11'),
    })
  })

  it('serves yesterday’s generation until the hour of the build', () => {
    expect(said(holdingAt(at(`${wednesday}T01:59`), onTime)).cut).toBe(day('2026-02-09'))
    expect(said(holdingAt(at(`${wednesday}T02:00`), onTime)).cut).toBe(day('2026-02-10'))
  })

  it('gains nothing on days without an announcement', () => {
    const [friday, sunday] = ['2026-02-13T12:00', '2026-02-15T12:00'].map((one) => said(holdingAt(at(one), onTime)))
    expect(friday.harvested).toBe(day('2026-02-13'))
    expect(sunday).toEqual({ cut: day('2026-02-13'), harvested: day('2026-02-13') })
  })

  it('keeps the hour of New York in summer', () => {
    expect(said(holdingAt(at('2025-07-10T12:00'), onTime)).harvested).toBe('2025-07-10T00:00:00.000Z')
  })
})

describe('an older generation', () => {
  it('was built so many days before the newest', () => {
    const cut = (olderDays: number) => said(holdingAt(at(`${wednesday}T12:00`), onTime, olderDays)).cut
    expect(cut(0)).toBe(day('2026-02-10'))
    expect(cut(1)).toBe(day('2026-02-09'))
    // Built on the Sunday: what was announced on the Friday.
    expect(cut(3)).toBe(day('2026-02-06'))
    expect(cut(30)).toBe(day('2026-01-09'))
  })

  it('is all that a static arm sees', () => {
    const holding = holdingFor({ kind: 'static', olderDays: 1 }, at(`${wednesday}T12:00`), onTime)
    expect(said(holding)).toEqual({ cut: day('2026-02-09'), harvested: day('2026-02-09') })
  })
})

describe('missed harvests', () => {
  it('leave the store where it was, in both tiers', () => {
    const asked = at('2026-02-12T23:59')
    expect(said(holdingAt(asked, missed(1))).harvested).toBe(day('2026-02-11'))
    expect(said(holdingAt(asked, missed(3)))).toEqual({ cut: day('2026-02-09'), harvested: day('2026-02-09') })
    expect(said(holdingAt(asked, missed(7)))).toEqual({ cut: day('2026-02-05'), harvested: day('2026-02-05') })
  })

  it('do not reach back into an older generation', () => {
    const asked = at('2026-02-12T23:59')
    expect(holdingAt(asked, missed(1), 14).cut).toBe(holdingAt(asked, onTime, 14).cut)
  })
})

describe('a build every few days', () => {
  it('falls on the same days whenever it is asked', () => {
    const cuts = Array.from({ length: 7 }, (_, i) => holdingAt(at(`2026-02-1${i}T12:00`), built(12, 7)).cut)
    expect(new Set(cuts).size).toBe(2)
  })
})

describe('an arm that is always current', () => {
  it('sees what is announced, harvested or not', () => {
    const asked = at(`${wednesday}T01:00`)
    expect(holdingFor({ kind: 'current' }, asked, missed(7))).toEqual({ cut: asked, harvested: asked })
  })
})
