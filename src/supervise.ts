import type { ChildProcess } from 'node:child_process'
import type { IndexerNews } from '../indexer/news.ts'
import { forkProgram } from './child.ts'
import { parseInstant } from './domain/instant.ts'
import type { Log } from './log.ts'

export const firstRestartMs = 1_000
export const longestRestartMs = 60_000

/** Runs the indexer as a child and starts it again when it dies, later each time it dies soon. */
export function superviseIndexer(log: Log) {
  const program = new URL('../indexer/main.ts', import.meta.url)
  let news: IndexerNews | null = null
  let child: ChildProcess | null = null
  let stopped = false
  let pauseMs = firstRestartMs
  let timer: NodeJS.Timeout | null = null
  const start = () => {
    const startedAt = performance.now()
    child = forkProgram(program, ['schedule'])
    child.on('message', (message: IndexerNews) => {
      news = message
    })
    child.on('error', (error) => log.error({ err: error }, 'the indexer could not be started'))
    child.on('exit', (code, signal) => {
      news = null
      if (stopped) return
      pauseMs =
        performance.now() - startedAt > longestRestartMs ? firstRestartMs : Math.min(longestRestartMs, pauseMs * 2)
      log.warn({ code, signal, pauseMs }, 'the indexer ended; it is started again')
      timer = setTimeout(start, pauseMs)
    })
  }
  start()
  return {
    news: () => news && { ...news, nextNight: news.nextNight === null ? null : parseInstant(news.nextNight) },
    stop() {
      stopped = true
      if (timer) clearTimeout(timer)
      // The open channel would keep both processes alive; its end also tells the child that we are going.
      if (child?.connected) child.disconnect()
      child?.kill('SIGTERM')
    },
  }
}
