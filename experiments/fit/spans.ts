import { addDays, type Day, dayOf, instant } from '../../src/domain/instant.ts'

/** Three spans of time: what trains, what tells how sure to be and how much age may cost, and what only looks on. */
export interface Spans<T> {
  readonly train: readonly T[]
  readonly calibrate: readonly T[]
  readonly confirm: readonly T[]
}

/** Between what trains and what calibrates. */
const embargoDays = 7
const calibrationMonths = 2

export function spansOf<T>(all: readonly T[], dayOfOne: (one: T) => Day, trainUntil: Day): Spans<T> {
  const calibrateFrom = addDays(trainUntil, embargoDays)
  const calibrateUntil = lastDayOf(trainUntil, calibrationMonths)
  return {
    train: all.filter((one) => dayOfOne(one) <= trainUntil),
    calibrate: all.filter((one) => dayOfOne(one) > calibrateFrom && dayOfOne(one) <= calibrateUntil),
    confirm: all.filter((one) => dayOfOne(one) > calibrateUntil),
  }
}

/** Of the month so many months later. */
function lastDayOf(day: Day, months: number): Day {
  const at = new Date(`${day}T00:00:00Z`)
  return dayOf(instant(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + months + 1, 0)))
}
