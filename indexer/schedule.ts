import cron from 'node-cron'
import type { Log } from '../src/log.ts'

export interface Repeated {
  stop(): Promise<void>
}

export interface Schedule extends Repeated {
  readonly next: Date | null
}

const minuteMs = 60_000

/** Runs `job` once a minute, never two at once. A job that throws is logged; the next one runs. */
export function everyMinute(log: Log, job: () => Promise<void> | void): Repeated {
  let running = false
  const tick = async () => {
    if (running) return
    running = true
    try {
      await job()
    } catch (error) {
      log.error({ err: error }, 'a scheduled job failed; the schedule goes on')
    } finally {
      running = false
    }
  }
  // A tick that comes late, behind a long computation, is a tick all the same; by default it would be dropped.
  const options = { timezone: 'UTC', missedExecutionTolerance: minuteMs, suppressMissedWarning: true }
  const task = cron.schedule('* * * * *', tick, options)
  const unwatch = whenSetBack(() => {
    task.stop()
    task.start()
  })
  return {
    async stop() {
      unwatch()
      await task.destroy()
    },
  }
}

/** A clock that was set back by a day would keep node-cron waiting for the day to come again. */
function whenSetBack(then: () => void): () => void {
  let seen = Date.now()
  const watch = setInterval(() => {
    if (Date.now() < seen) then()
    seen = Date.now()
  }, minuteMs)
  watch.unref()
  return () => clearInterval(watch)
}

/**
 * Runs `job` by a cron expression in a named zone, never two at once. It looks at the clock every minute instead of
 * sleeping until the hour, so that a machine that slept through it makes up for it when it wakes.
 */
export function scheduleNightly(
  nightly: { readonly cron: string; readonly zone: string },
  log: Log,
  job: () => Promise<void>,
): Schedule {
  // Never started: it only knows when its expression comes next.
  const expression = cron.createTask(nightly.cron, () => {}, { timezone: nightly.zone })
  const upcoming = () => expression.getNextRuns(1)[0]?.getTime() ?? Number.POSITIVE_INFINITY
  let due = upcoming()
  const ticks = everyMinute(log, async () => {
    const missedOrNow = Date.now() >= due
    due = missedOrNow ? upcoming() : Math.min(due, upcoming())
    if (missedOrNow) await job()
  })
  return {
    get next() {
      return Number.isFinite(due) ? new Date(due) : null
    },
    async stop() {
      await ticks.stop()
      await expression.destroy()
    },
  }
}
