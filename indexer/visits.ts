import { dayMs, type Instant, instant } from '../src/domain/instant.ts'
import {
  afterFailure,
  afterVisit,
  longestPauseMs,
  oddIfEmpty,
  type Pace,
  type Plan,
  pacesOf,
  planVisit,
  type Rhythm,
  unvisited,
} from '../src/domain/visits.ts'
import type { Log } from '../src/log.ts'
import type { Clock, Source, VisitBook } from '../src/ports.ts'

export interface VisitOutcome {
  /** Something was found that the store did not have: not a revision, not what an overlap brought again. */
  readonly changed: boolean
  /** The window was not covered. Pages that were good may be stored all the same. */
  readonly failed: boolean
  readonly warning: string | null
}

type Visited = Pick<Source, 'name' | 'provider' | 'cadence'>

export interface VisitParts<S extends Visited> {
  readonly sources: readonly S[]
  readonly book: VisitBook
  readonly clock: Pick<Clock, 'now'>
  /** Harvests one source; `oddIfEmpty` is what is to be warned of should nothing unseen be found. */
  readonly harvest: (source: S, oddIfEmpty: string | null, signal: AbortSignal) => Promise<VisitOutcome>
  readonly log: Log
  readonly signal: AbortSignal
  /** Visits a day and source, on average over the sources whose change rate is estimated. */
  readonly visitsPerDay?: number
}

export interface Visits {
  /** Begins what is due and not under way, and returns at once. */
  tick(): void
  /** Visits every source now, whether due or not, one after the other. */
  all(): Promise<void>
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>
}

/**
 * Visits sources when it pays. Sources of one provider are visited one after the other, those of two providers side by
 * side. When each is visited next is kept in the book, so that a process that dies goes on where it was.
 */
export function openVisits<S extends Visited>(parts: VisitParts<S>): Visits {
  const round: Round<S> = {
    ...parts,
    sources: parts.sources.filter(({ cadence }) => cadence.kind !== 'never'),
    visitsPerDay: parts.visitsPerDay ?? defaultVisitsPerDay,
    failures: new Map(),
  }
  const lanes = new Map<string, Promise<void>>()

  const tick = () => {
    if (round.signal.aborted) return
    for (const source of due(round)) {
      if (lanes.size >= providersAtOnce) return
      if (!lanes.has(source.provider)) begin(source)
    }
  }
  const begin = (first: S) => {
    const { provider } = first
    // A lane is over, and gone from the list, only after it was put there: a stop may end it before it begins.
    const lane = visitAll(round, first).then((wentWell) => {
      lanes.delete(provider)
      if (wentWell) tick()
    })
    lanes.set(provider, lane)
  }
  return {
    tick,
    async all() {
      await settled(lanes)
      for (const source of round.sources) if (!round.signal.aborted) await visit(round, source)
    },
    settled: () => settled(lanes),
  }
}

/** Every source of the provider that is due, beginning with `first`; false when something of ours broke. */
async function visitAll<S extends Visited>(round: Round<S>, first: S): Promise<boolean> {
  const { provider } = first
  try {
    for (let next: S | undefined = first; next && !round.signal.aborted; ) {
      await visit(round, next)
      next = due(round).find((one) => one.provider === provider)
    }
    return true
  } catch (error) {
    round.log.error({ err: error, provider }, 'visits could not go on; the next minute tries again')
    return false
  }
}

const providersAtOnce = 2
const defaultVisitsPerDay = 24
const demandMs = 30 * dayMs

interface Round<S extends Visited> extends Required<VisitParts<S>> {
  /** How often in a row each failing source failed; forgotten with the process, so that a restart is a new try. */
  readonly failures: Map<string, number>
}

async function settled(lanes: ReadonlyMap<string, Promise<void>>): Promise<void> {
  while (lanes.size > 0) await Promise.all(lanes.values())
}

/** The sources whose time has come, the longest overdue first. */
function due<S extends Visited>(round: Round<S>): readonly S[] {
  const now = round.clock.now()
  const paces = pacesNow(round)
  return round.sources
    .map((source) => ({ source, at: appointment(round, source, paces.get(source.name) ?? null, now) }))
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at - b.at)
    .map(({ source }) => source)
}

/** The visit that was promised, or an earlier one where that pays by now: demand rose, or the clock was set back. */
function appointment<S extends Visited>(round: Round<S>, source: S, pace: Pace | null, now: Instant): Instant {
  const record = round.book.load(source.name)
  if (record === null) return now
  const plan = round.failures.has(source.name)
    ? { nextVisit: instant(now + longestPauseMs), reason: record.reason }
    : planVisit(source.cadence, record, pace, now)
  if (plan === null || plan.nextVisit >= record.nextVisit) return record.nextVisit
  round.book.save({ ...record, ...plan })
  return plan.nextVisit
}

async function visit<S extends Visited>(round: Round<S>, source: S): Promise<void> {
  const { book, clock, failures } = round
  const began = clock.now()
  const record = book.load(source.name)
  const { changed, failed } = await attempt(round, source, oddIfEmpty(source.cadence, record, began))
  // A visit that was broken off says nothing of the source: it is due again at the next start.
  if (failed && round.signal.aborted) return
  const now = clock.now()
  if (failed) {
    const count = (failures.get(source.name) ?? 0) + 1
    failures.set(source.name, count)
    const rhythm = record ?? unvisited(source.name)
    const regular = planned(round, source, { ...rhythm, lastVisit: now }, now)
    book.save({ ...rhythm, ...afterFailure(count, regular, now) })
  } else {
    failures.delete(source.name)
    const rhythm = afterVisit(record, source.name, { began, ended: now, changed })
    book.save({ ...rhythm, ...planned(round, source, rhythm, now) })
  }
}

async function attempt<S extends Visited>(round: Round<S>, source: S, odd: string | null): Promise<VisitOutcome> {
  try {
    const outcome = await round.harvest(source, odd, round.signal)
    if (outcome.warning !== null) round.log.warn({ source: source.name }, outcome.warning)
    return outcome
  } catch (error) {
    if (!round.signal.aborted)
      round.log.error({ source: source.name, err: error }, 'a visit broke down; it is tried again')
    return { changed: false, failed: true, warning: null }
  }
}

function planned<S extends Visited>(round: Round<S>, source: S, rhythm: Rhythm, now: Instant): Plan {
  const pace = pacesNow(round, rhythm).get(source.name) ?? null
  const plan = planVisit(source.cadence, rhythm, pace, now)
  if (plan === null) throw new Error(`${source.name} is never visited`)
  return plan
}

/** `newest` is what one of the sources did just now and the book does not know yet. */
function pacesNow<S extends Visited>(round: Round<S>, newest?: Rhythm): ReadonlyMap<string, Pace> {
  const shown = round.book.demand(instant(round.clock.now() - demandMs))
  const polled = round.sources.flatMap(({ name, cadence }) => {
    if (cadence.kind !== 'estimated') return []
    const rhythm = newest?.source === name ? newest : round.book.load(name)
    return [{ source: name, leastMs: cadence.leastMs, mostMs: cadence.mostMs, rhythm, hits: shown[name] ?? 0 }]
  })
  return pacesOf(polled, round.visitsPerDay)
}
