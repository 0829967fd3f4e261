import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, SavedSearches } from '../ports.ts'
import { look, type Matching } from './matching.ts'
import { announce, deliverDue, type WebhookParts } from './webhooks.ts'

export interface WatchParts {
  readonly searches: SavedSearches
  readonly matching: Matching
  readonly webhooks: WebhookParts
  /** Names what is held: the same as long as no search could have another answer. */
  holding(): string
  onTrouble(error: unknown): void
}

/** A paper may be held before the moment it is announced at, and appears then without any change. */
const anywayEveryMs = 3_600_000

/** Looks what is new for every saved search, wherever something changed since the last round, and once an hour. */
export function lookOut({ searches, matching, webhooks, holding, onTrouble }: WatchParts) {
  let known: string | null = null
  return async (signal: AbortSignal): Promise<void> => {
    const held = `${holding()} ${Math.floor(matching.clock.now() / anywayEveryMs)}`
    if (held === known) return
    let whole = true
    for (const saved of searches.list(null)) {
      if (signal.aborted) return
      try {
        whole = (await look(saved, searches, matching, signal)) && whole
        announce(saved, webhooks)
      } catch (error) {
        if (signal.aborted) return
        whole = false
        onTrouble(error)
      }
      // Whoever asks meanwhile does not wait for all of them.
      await nextTurn()
    }
    // Where one could not be answered, the next round tries again.
    known = whole ? held : null
  }
}

/** Harvests come in batches, and what they bring goes in one delivery. */
const lookEveryMs = 30_000
const deliverEveryMs = 5_000

/** Watches until it is closed. */
export function watch(parts: WatchParts, clock: Clock): { close(): Promise<void> } {
  const controller = new AbortController()
  const { signal } = controller
  const repeat = async (work: (signal: AbortSignal) => Promise<void>, everyMs: number) => {
    while (!signal.aborted) {
      await work(signal).catch((error) => signal.aborted || parts.onTrouble(error))
      await clock.sleep(everyMs, signal).catch(() => undefined)
    }
  }
  const ended = Promise.all([
    repeat(lookOut(parts), lookEveryMs),
    repeat((stop) => deliverDue(parts.webhooks, stop), deliverEveryMs),
  ])
  return {
    async close() {
      controller.abort()
      await ended
    },
  }
}
