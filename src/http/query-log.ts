import type { RankedAnswer } from '../domain/answer.ts'
import { dayMs, instant } from '../domain/instant.ts'
import type { LoggedQuery } from '../domain/logged-query.ts'
import { type Filters, noFilters } from '../domain/query.ts'
import type { Clock, QueryLog } from '../ports.ts'
import { writeBehind } from './write-behind.ts'

const forgottenEveryMs = 3_600_000

export interface QueryNotes {
  note(answer: RankedAnswer, caller: string): void
  close(): void
}

/**
 * Writes down what was searched and forgets it after `days`, whether or not anything is searched meanwhile. Null keeps
 * nothing, nor what was kept before.
 */
export function openQueryNotes(
  log: QueryLog,
  days: number | null,
  clock: Pick<Clock, 'now'>,
  onTrouble: (error: unknown) => void,
): QueryNotes {
  const forget = () => {
    try {
      log.forget(instant(clock.now() - (days ?? 0) * dayMs))
    } catch (error) {
      onTrouble(error)
    }
  }
  forget()
  if (days === null) return { note() {}, close() {} }
  const { add, flush } = writeBehind<LoggedQuery>((queries) => log.add(queries), onTrouble)
  const timer = setInterval(forget, forgottenEveryMs).unref()
  return {
    note(answer, caller) {
      // Who turns a page searches nothing new.
      if (answer.query.shown === 0) add(loggedOf(answer, caller, clock))
    },
    close() {
      clearInterval(timer)
      flush()
    },
  }
}

const loggedOf = (answer: RankedAnswer, caller: string, clock: Pick<Clock, 'now'>): LoggedQuery => ({
  at: clock.now(),
  text: answer.query.text,
  mode: answer.query.mode,
  filters: namesOf(answer.query.filters),
  caller,
  hits: answer.hits.length,
  abstained: answer.abstained,
  live: answer.route.live.ask,
  tookMs: Math.round(answer.tookMs.total ?? 0),
})

const namesOf = (filters: Filters): readonly string[] =>
  Object.entries(noFilters).flatMap(([name, unset]) =>
    JSON.stringify({ ...filters }[name]) === JSON.stringify(unset) ? [] : [name],
  )
