import cron from 'node-cron'
import type { Log } from '../src/log.ts'

export interface Schedule {
  readonly next: Date | null
  stop(): Promise<void>
}

/** Runs `job` by a cron expression in a named zone, never two at once. A job that throws is logged; the next one runs. */
export function scheduleNightly(
  nightly: { readonly cron: string; readonly zone: string },
  log: Log,
  job: () => Promise<void>,
): Schedule {
  const task = cron.schedule(
    nightly.cron,
    async () => {
      try {
        await job()
      } catch (error) {
        log.error({ err: error }, 'the nightly job failed; yesterday goes on serving')
      }
    },
    { noOverlap: true, timezone: nightly.zone },
  )
  return {
    get next() {
      return task.getNextRun()
    },
    async stop() {
      await task.destroy()
    },
  }
}
