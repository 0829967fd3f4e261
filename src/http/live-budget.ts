import { LRUCache } from 'lru-cache'

/** More callers than this are not told apart by anybody who runs Freshet. */
const mostCallers = 10_000

export interface LiveBudget {
  /**
   * For one search: 0 where its caller may have sources asked, and that counts once however often the search wants to know;
   * otherwise the milliseconds until it may.
   */
  turnOf(caller: string): () => number
}

/** Searches that ask sources live, for each caller: a bucket of `perMinute`, which fills again in a minute. */
export function liveBudget(perMinute: number | null, now: () => number): LiveBudget {
  if (perMinute === null) return { turnOf: () => () => 0 }
  const perTurnMs = 60_000 / perMinute
  /** When the bucket of a caller was last empty, or would have been. */
  const emptyAt = new LRUCache<string, number>({ max: mostCallers })
  const takeTurn = (caller: string): number => {
    const at = now()
    const from = Math.max(emptyAt.get(caller) ?? 0, at - 60_000) + perTurnMs
    if (from <= at) emptyAt.set(caller, from)
    return Math.max(0, Math.ceil(from - at))
  }
  return {
    turnOf(caller) {
      let waitMs: number | null = null
      return () => {
        waitMs ??= takeTurn(caller)
        return waitMs
      }
    },
  }
}
