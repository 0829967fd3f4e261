const remembered = 50
/** Before anything is known: four of five answers come, and they take this long. */
const priorAnswers = 4
const priorFailures = 1
const priorMs = 800

/** How a source answered the last times it was asked: what the router expects of the next time. */
export class Punctuality {
  /** Milliseconds of each answer, the newest last; null where none came. */
  readonly #last: (number | null)[] = []

  answered(tookMs: number): void {
    this.#push(tookMs)
  }

  failed(): void {
    this.#push(null)
  }

  /** Probability of an answer within `deadlineMs`: the mean of a Beta posterior. */
  within(deadlineMs: number): number {
    const inTime = this.#last.filter((ms) => ms !== null && ms <= deadlineMs).length
    const prior = priorMs <= deadlineMs ? priorAnswers : 0
    return (inTime + prior) / (this.#last.length + priorAnswers + priorFailures)
  }

  get expectedMs(): number {
    const times = this.#last.filter((ms) => ms !== null)
    return times.length === 0 ? priorMs : times.reduce((sum, ms) => sum + ms, 0) / times.length
  }

  #push(tookMs: number | null): void {
    this.#last.push(tookMs)
    if (this.#last.length > remembered) this.#last.shift()
  }
}
