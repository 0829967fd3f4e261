import { quantile } from './sample.ts'

export interface Load {
  /** One request, answered in full; rejects when it was not. */
  send(number: number): Promise<unknown>
  readonly ratePerSecond: number
  /** Asked before each request: whether the load goes on. */
  goesOn(sent: number): boolean
}

export interface LoadClock {
  /** In milliseconds. */
  now(): number
  pause(ms: number): Promise<unknown>
}

export interface Latencies {
  readonly sent: number
  readonly failed: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly longestMs: number
}

/**
 * An open loop: requests are sent at fixed times whatever became of those before, as people do who know nothing of each
 * other. Latency counts from when a request was to be sent, so that whatever holds up the server or whoever asks is in it. A
 * loop that waits for its answers asks least where the server is slowest; autocannon waits, and makes up what it left out.
 */
export async function openLoad({ send, ratePerSecond, goesOn }: Load, clock: LoadClock): Promise<Latencies> {
  const startedAt = clock.now()
  const latencies: number[] = []
  const underWay: Promise<unknown>[] = []
  let failed = 0
  for (let sent = 0; goesOn(sent); sent++) {
    const dueAt = startedAt + (sent * 1_000) / ratePerSecond
    const early = dueAt - clock.now()
    if (early > 0) await clock.pause(early)
    const answered = send(sent).then(
      () => latencies.push(clock.now() - dueAt),
      () => failed++,
    )
    underWay.push(answered)
  }
  await Promise.all(underWay)
  const [p50Ms, p99Ms, longestMs] = [0.5, 0.99, 1].map((share) => quantile(latencies, share))
  return { sent: underWay.length, failed, p50Ms, p99Ms, longestMs }
}
