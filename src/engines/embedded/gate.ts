import { randomUUID } from 'node:crypto'
import type Database from 'better-sqlite3'
import { SourceError } from '../../domain/errors.ts'
import { instant } from '../../domain/instant.ts'
import type { Clock, GatePolicy, GateState, GateTurn, RateGate } from '../../ports.ts'
import { type GateRow, type GateRows, gateRows, type Waiter } from './gate-rows.ts'

/** How often a waiter looks again while a turn is held: it may end at any time, and nobody tells. */
const heldSliceMs = { urgent: 50, patient: 250 }
/** How often while only time can open the gate: the wall may have jumped, and others may have given up. */
const timeSliceMs = 1_000
/** A waiter that does not look again for this long after it meant to is dead, and nobody waits behind it. */
const graceMs = 1_000

/** Urgent turns in a row for which a patient waiter stands back. The next is his: a busy page stops no harvest. */
const mostUrgentInRow = 3

/** Failures in a row after which a provider is left alone; for how long doubles with every trial that fails. */
const failuresToPause = 5
const firstPauseMs = 30_000
const longestPauseMs = 900_000

interface Visitor {
  readonly provider: string
  readonly policy: GatePolicy
  readonly urgent: boolean
  /** Names the turn it will hold. */
  readonly holder: string
}

type Look =
  | { readonly kind: 'granted' }
  | { readonly kind: 'refused'; readonly error: SourceError }
  | { readonly kind: 'waiting'; readonly ticket: number; readonly sleepMs: number }

/** As in GateTurn.leave. */
type Outcome = NonNullable<Parameters<GateTurn['leave']>[0]>

/**
 * A token bucket, a lease, a queue and a circuit breaker, in one row and its waiters. Each look and each end of a turn is
 * one immediate transaction, so two processes never both see a free gate. Why no library: docs/adr/0011.
 */
export function gateOf(db: Database.Database, clock: Clock): RateGate {
  const rows = gateRows(db)
  const look = db.transaction(lookAt)
  const leave = db.transaction((provider: string, holder: string, outcome: Outcome): void => {
    const now = wholeNow(clock)
    rows.save(provider, left(rows.load(provider, now), now, holder, outcome), now)
  })

  return {
    async enter(provider, given, signal, { urgent = false, patienceMs = Number.POSITIVE_INFINITY } = {}) {
      const visitor: Visitor = { provider, policy: wholeMs(given), urgent, holder: randomUUID() }
      let ticket: number | null = null
      // Counted in what was slept, which a jump of the clock does not change.
      let leftMs = patienceMs
      try {
        while (true) {
          signal.throwIfAborted()
          const found: Look = look.immediate(rows, wholeNow(clock), visitor, ticket, leftMs)
          if (found.kind === 'refused') throw found.error
          if (found.kind === 'granted')
            return turnOf(db, (outcome) => leave.immediate(provider, visitor.holder, outcome))
          ticket = found.ticket
          await clock.sleep(found.sleepMs, signal)
          leftMs -= found.sleepMs
        }
      } finally {
        if (ticket !== null && db.open) rows.forget(ticket)
      }
    },
    state: (provider) => stateOf(rows, wholeNow(clock), provider),
  }
}

function lookAt(rows: GateRows, now: number, visitor: Visitor, ticket: number | null, leftMs: number): Look {
  const { provider, policy, urgent } = visitor
  const row = rows.load(provider, now)
  const others = rows.waiting(provider, now - graceMs).filter((other) => other.ticket !== ticket)
  const ahead = turnsAhead(row, others, { ticket: ticket ?? Number.POSITIVE_INFINITY, urgent })
  const waitMs = Math.max(row.open_at_ms + ahead * policy.spacingMs, row.paused_until_ms) - now
  if (waitMs <= 0 && ahead === 0 && !isHeld(row, now)) {
    rows.save(provider, granted(row, now, visitor, others), now)
    return { kind: 'granted' }
  }
  if (leftMs <= 0 || waitMs > leftMs) {
    return { kind: 'refused', error: refusal(row, now, provider, waitMs, leftMs) }
  }
  const heldMs = urgent ? heldSliceMs.urgent : heldSliceMs.patient
  const sleepMs = Math.max(1, Math.min(waitMs <= 0 ? heldMs : Math.min(waitMs, timeSliceMs), leftMs))
  // Saved although nothing was granted: a jump back counts from the first look that saw it.
  rows.save(provider, row, now)
  rows.forgetDead(provider, now - graceMs)
  return { kind: 'waiting', ticket: rows.wait(provider, ticket, urgent, now + sleepMs), sleepMs }
}

/** Turns that will begin before this one's, if nobody gives up; 0 for exactly one of those who wait. */
function turnsAhead(row: GateRow, others: readonly Waiter[], me: Waiter): number {
  const patient = others.filter((other) => !other.urgent)
  const urgent = others.filter((other) => other.urgent)
  const before = (waiters: readonly Waiter[]) => waiters.filter((other) => other.ticket < me.ticket).length
  const patientNext = row.urgent_in_row >= mostUrgentInRow
  if (me.urgent) return before(urgent) + (patientNext && patient.length > 0 ? 1 : 0)
  return before(patient) + Math.min(urgent.length, patientNext ? 0 : mostUrgentInRow - row.urgent_in_row)
}

const isHeld = (row: GateRow, now: number): boolean => row.holder !== null && row.lease_until_ms > now

function granted(row: GateRow, now: number, { policy, urgent, holder }: Visitor, others: readonly Waiter[]): GateRow {
  const passedOver = urgent && others.some((other) => !other.urgent)
  return {
    ...row,
    // GCRA: a gate that has been open for long lets `burst` turns pass before it keeps its distance again.
    open_at_ms: Math.max(row.open_at_ms, now - (policy.burst - 1) * policy.spacingMs) + policy.spacingMs,
    spacing_ms: policy.spacingMs,
    holder,
    lease_until_ms: now + policy.leaseMs,
    urgent_in_row: passedOver ? row.urgent_in_row + 1 : 0,
  }
}

/**
 * A turn whose lease ran out has passed to another, who keeps it. What was learned counts all the same: the provider said
 * so. A turn that tells nothing of the provider (its caller gave up) neither counts nor ends the count.
 */
function left(row: GateRow, now: number, holder: string, { pauseMs = 0, failed }: Outcome): GateRow {
  const failures = failed === undefined ? row.failures : failed ? row.failures + 1 : 0
  const aloneMs = failed && failures >= failuresToPause ? firstPauseMs * 2 ** (failures - failuresToPause) : 0
  return {
    ...row,
    holder: row.holder === holder ? null : row.holder,
    // Empties the bucket too: who is asked for a pause comes back with one request, not with a burst.
    open_at_ms: pauseMs > 0 ? Math.max(row.open_at_ms, now + Math.ceil(pauseMs)) : row.open_at_ms,
    failures,
    // The first turn after the pause is the trial, for the next can only begin when it has ended.
    paused_until_ms: failed === false ? 0 : Math.max(row.paused_until_ms, now + Math.min(aloneMs, longestPauseMs)),
  }
}

function refusal(row: GateRow, now: number, provider: string, waitMs: number, leftMs: number): SourceError {
  if (row.paused_until_ms - now > leftMs) {
    const until = new Date(row.paused_until_ms).toISOString()
    return new SourceError(
      provider,
      'paused',
      `${provider} failed ${row.failures} times in a row and is left alone until ${until}`,
      {
        retryAfterMs: waitMs,
      },
    )
  }
  const retryAfterMs = Math.max(waitMs, heldSliceMs.patient)
  return new SourceError(
    provider,
    'rate-limited',
    `no turn at ${provider} in time, the next is in ${retryAfterMs} ms`,
    {
      retryAfterMs,
    },
  )
}

/** As an urgent newcomer would find it. */
function stateOf(rows: GateRows, now: number, provider: string): GateState {
  const row = rows.load(provider, now)
  const ahead = turnsAhead(row, rows.waiting(provider, now - graceMs), {
    ticket: Number.POSITIVE_INFINITY,
    urgent: true,
  })
  const openMs = Math.max(row.open_at_ms + ahead * row.spacing_ms, row.paused_until_ms) - now
  return {
    waitMs: Math.max(openMs, isHeld(row, now) ? heldSliceMs.urgent : 0),
    pausedUntil: row.paused_until_ms > now ? instant(row.paused_until_ms) : null,
    failures: row.failures,
  }
}

/** The columns are whole numbers, and a turn never begins early. */
const wholeMs = ({ spacingMs, burst, leaseMs }: GatePolicy): GatePolicy => ({
  spacingMs: Math.ceil(spacingMs),
  burst: Math.max(1, Math.floor(burst)),
  leaseMs: Math.ceil(leaseMs),
})

const wholeNow = (clock: Clock): number => Math.floor(clock.now())

function turnOf(db: Database.Database, leave: (outcome: Outcome) => void): GateTurn {
  let ended = false
  return {
    leave(outcome = {}) {
      // After close, at a shutdown, the lease ends by itself.
      if (ended || !db.open) return
      ended = true
      leave(outcome)
    },
  }
}
