import type { RankedAnswer } from './domain/answer.ts'
import type { Log } from './log.ts'
import type { Clock, Runtime, Source } from './ports.ts'

const demandEveryMs = 30_000

/** Counts whose papers are shown, for the schedule; written down every half minute, so that no search waits for it. */
export function countDemand(
  harvested: readonly Source[],
  { visits }: Pick<Runtime, 'visits'>,
  clock: Pick<Clock, 'now'>,
  log: Log,
) {
  const shown = new Map<string, number>()
  const flush = () => {
    try {
      for (const [source, hits] of shown) {
        visits.demanded(source, hits, clock.now())
        shown.delete(source)
      }
    } catch (error) {
      // A full disk or a locked file must not end a server that still answers.
      log.warn({ err: error }, 'demand could not be written down; it is kept until it can')
    }
  }
  const timer = setInterval(flush, demandEveryMs)
  return {
    note({ hits }: RankedAnswer) {
      for (const { name, origin } of harvested) {
        const count = hits.filter((hit) => hit.sources.includes(origin)).length
        if (count > 0) shown.set(name, (shown.get(name) ?? 0) + count)
      }
    },
    close() {
      clearInterval(timer)
      flush()
    },
  }
}
