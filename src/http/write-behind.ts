const writtenEveryMs = 1_000
/** Of a second in which there is more, or while nothing can be written, the oldest are forgotten. */
const mostWaiting = 1_000

/**
 * Writes down once a second and many at a time, so that no search waits for it. `onTrouble` is told when it cannot be; then
 * what waits goes on waiting.
 */
export function writeBehind<T>(write: (all: readonly T[]) => void, onTrouble: (error: unknown) => void) {
  const waiting: T[] = []
  let timer: NodeJS.Timeout | null = null
  const flush = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    try {
      if (waiting.length > 0) write(waiting)
      waiting.length = 0
    } catch (error) {
      onTrouble(error)
    }
  }
  return {
    /** Returns at once and never throws. */
    add(one: T): void {
      if (waiting.length === mostWaiting) waiting.shift()
      waiting.push(one)
      timer ??= setTimeout(flush, writtenEveryMs).unref()
    },
    /** Writes what waits. */
    flush,
  }
}
