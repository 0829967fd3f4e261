import { setTimeout as wait } from 'node:timers/promises'
import { instant } from './domain/instant.ts'
import type { Clock } from './ports.ts'

export const systemClock: Clock = {
  now: () => instant(Date.now()),
  async sleep(ms, signal) {
    await wait(ms, undefined, { signal }).catch((error) => {
      throw signal?.aborted ? signal.reason : error
    })
  },
}
