import type { Instant } from '../domain/instant.ts'

const remembered = 50
/** What a source did longer ago than this says nothing of now: without forgetting, one bad hour would bar it for good. */
const forgottenAfterMs = 30 * 60_000
/** Before anything is known: four of five answers come, and they take this long. */
const priorAnswers = 4
const priorFailures = 1
const priorMs = 800

interface Observation {
  readonly at: Instant
  /** Null where no answer came. */
  readonly tookMs: number | null
}

/** How a source answered of late when it was asked: what the router expects of the next time. */
export class Punctuality {
  #last: readonly Observation[] = []

  note(at: Instant, tookMs: number | null): void {
    this.#last = [...this.#since(at), { at, tookMs }].slice(-remembered)
  }

  /** Probability of an answer within `deadlineMs`: the mean of a Beta posterior. */
  within(deadlineMs: number, now: Instant): number {
    const seen = this.#since(now)
    const inTime = seen.filter(({ tookMs }) => tookMs !== null && tookMs <= deadlineMs).length
    const prior = priorMs <= deadlineMs ? priorAnswers : 0
    return (inTime + prior) / (seen.length + priorAnswers + priorFailures)
  }

  expectedMs(now: Instant): number {
    const times = this.#since(now).flatMap(({ tookMs }) => tookMs ?? [])
    return times.length === 0 ? priorMs : times.reduce((sum, ms) => sum + ms, 0) / times.length
  }

  #since(now: Instant): readonly Observation[] {
    return this.#last.filter(({ at }) => now - at < forgottenAfterMs)
  }
}
