import cliProgress from 'cli-progress'

export interface ProgressBar {
  update(done: number, of: number, note?: string): void
  stop(): void
}

/** A bar on standard error; where that is no terminal, a line every ten seconds. */
export function progressBar(label: string): ProgressBar {
  const bar = new cliProgress.SingleBar({
    format: `${label} {bar} {percentage}% | {value}/{total} | {eta_formatted} left {note}`,
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    stream: process.stderr,
    clearOnComplete: false,
  })
  let started = false
  return {
    update(done, of, note = '') {
      if (!started) bar.start(of, done, { note })
      started = true
      bar.setTotal(of)
      bar.update(done, { note })
    },
    stop() {
      if (started) bar.stop()
      started = false
    },
  }
}
