import { type Instant, instant } from '../../src/domain/instant.ts'
import type { Clock, RateGate } from '../../src/ports.ts'

interface Sleeper {
  readonly at: number
  wake(): void
}

/**
 * A clock whose time passes only where nothing else could happen: whenever the program is idle, it jumps to the next
 * sleeper. While a turn at the gate is held, a real request is under way on loopback, and time stands still until the
 * test moves it with `advance`.
 */
export class VirtualClock implements Clock {
  #elapsed = 0
  #offset: number
  #sleepers: Sleeper[] = []
  #turns = 0
  #watching = false

  constructor(start = '2026-03-02T12:00:00Z') {
    this.#offset = Date.parse(start)
  }

  now(): Instant {
    return instant(this.#offset + this.#elapsed)
  }

  /** What the wall shows changes; sleepers sleep on. */
  jump(ms: number): void {
    this.#offset += ms
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const leave = () => {
        this.#sleepers = this.#sleepers.filter((one) => one !== sleeper)
        signal?.removeEventListener('abort', onAbort)
      }
      const onAbort = () => {
        leave()
        reject(signal?.reason)
      }
      const sleeper = {
        at: this.#elapsed + ms,
        wake: () => {
          leave()
          resolve()
        },
      }
      signal?.addEventListener('abort', onAbort)
      this.#sleepers.push(sleeper)
      this.#watch()
    })
  }

  advance(ms: number): void {
    const until = this.#elapsed + ms
    for (let next = this.#earliest(); next && next.at <= until; next = this.#earliest()) {
      this.#elapsed = Math.max(this.#elapsed, next.at)
      next.wake()
    }
    this.#elapsed = until
  }

  /** The gate, with time standing still during its turns; `starts` are the instants at which turns began. */
  watched(gate: RateGate): RateGate & { readonly starts: Instant[]; readonly pauses: number[] } {
    const starts: Instant[] = []
    const pauses: number[] = []
    return {
      starts,
      pauses,
      state: (provider) => gate.state(provider),
      enter: async (provider, policy, signal, options) => {
        const turn = await gate.enter(provider, policy, signal, options)
        this.#turns += 1
        starts.push(this.now())
        return {
          leave: (outcome = {}) => {
            this.#turns -= 1
            pauses.push(outcome.pauseMs ?? 0)
            turn.leave(outcome)
          },
        }
      },
    }
  }

  #earliest(): Sleeper | undefined {
    return this.#sleepers.reduce<Sleeper | undefined>(
      (best, one) => (best && best.at <= one.at ? best : one),
      undefined,
    )
  }

  // setImmediate comes after every promise that can be settled without I/O.
  #watch(): void {
    if (this.#watching) return
    this.#watching = true
    setImmediate(() => {
      this.#watching = false
      const next = this.#earliest()
      if (!next) return
      if (this.#turns === 0) this.advance(next.at - this.#elapsed)
      if (this.#sleepers.length > 0) this.#watch()
    })
  }
}
