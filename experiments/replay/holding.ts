import { arxivAnnouncements } from '../../src/domain/calendar.ts'
import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'
import type { Reach } from '../arms.ts'

/** What a store holds at one instant. All that is not announced by `harvested` does not exist in it. */
export interface Holding {
  /** The generation holds what had been harvested when it was cut; what came since is fresh. */
  readonly cut: Instant
  readonly harvested: Instant
}

/** How a store is kept: when it is harvested, when a generation is built, and what was missed. */
export interface Keeping {
  /** For tables and file names: 'on-time', 'missed-3d', 'four-categories'. */
  readonly name: string
  /** From an announcement to its papers being in the store; the source's own delay is in it. */
  readonly harvestDelayMs: number
  /** Days without any harvest just before a query is asked; 0 when all went well. */
  readonly missedDays: number
  /** Hour of the day, UTC, at which a generation is built. */
  readonly buildHour: number
  /** Days from one build to the next. */
  readonly buildEveryDays: number
  /** Categories (primary) that are harvested; null: all. Upstream has all of them. */
  readonly categories: readonly string[] | null
}

const hourMs = 3_600_000

/** Every announcement is harvested as soon as arXiv's feed of record shows it; a generation is built every night. */
export const onTime: Keeping = {
  name: 'on-time',
  harvestDelayMs: 2.75 * hourMs,
  missedDays: 0,
  buildHour: 2,
  buildEveryDays: 1,
  categories: null,
}

export const missed = (days: number): Keeping => ({ ...onTime, name: `missed-${days}d`, missedDays: days })

/** Built at another hour, or more seldom: for sweeps over the phase and the period of a nightly job. */
export const built = (hour: number, everyDays = 1): Keeping => ({
  ...onTime,
  name: `built-${String(hour).padStart(2, '0')}h-every-${everyDays}d`,
  buildHour: hour,
  buildEveryDays: everyDays,
})

/** A store of a few categories before an upstream that has all. */
export const limitedTo = (name: string, categories: readonly string[]): Keeping => ({ ...onTime, name, categories })

/**
 * What a store that is kept that way holds when it is asked, its generation built `olderDays` before the newest one.
 * Harvests of the missed days never came; builds did, of what was there.
 */
export function holdingAt(asked: Instant, keeping: Keeping, olderDays = 0): Holding {
  const { harvestDelayMs, missedDays } = keeping
  // The last instant at which a harvest could have come that this query knows of.
  const reached = instant(asked - missedDays * dayMs)
  const heldAt = (then: number) => lastAnnouncement(instant(Math.min(then, reached) - harvestDelayMs))
  return { cut: heldAt(lastBuild(asked, keeping) - olderDays * dayMs), harvested: heldAt(asked) }
}

/** What an arm may see of a store that is kept that way; one that is static freezes its statistics at its cut. */
export function holdingFor(reach: Reach, asked: Instant, keeping: Keeping): Holding {
  switch (reach.kind) {
    case 'static': {
      const { cut } = holdingAt(asked, keeping, reach.olderDays)
      return { cut, harvested: cut }
    }
    case 'static+fresh':
      return holdingAt(asked, keeping)
    case 'current':
      return { cut: asked, harvested: asked }
  }
}

/** Days of builds are counted from 1970, so that a period of several days falls on the same days for every query. */
function lastBuild(asked: Instant, { buildHour, buildEveryDays }: Keeping): number {
  const hour = buildHour * hourMs
  const days = Math.floor((asked - hour) / dayMs)
  return (days - (days % buildEveryDays)) * dayMs + hour
}

/** No calendar of arXiv's is quiet for longer. */
const longestPauseMs = 14 * dayMs

/** Papers are announced together: what is held is all up to one announcement. */
const lastAnnouncement = (by: Instant): Instant =>
  arxivAnnouncements(instant(by - longestPauseMs), by).at(-1) ?? instant(by - longestPauseMs)
