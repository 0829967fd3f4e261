import { setMaxListeners } from 'node:events'
import { SourceError } from '../../../src/domain/errors.ts'
import { instant } from '../../../src/domain/instant.ts'
import { openRuntime } from '../../../src/engines/embedded/runtime.ts'
import type { RateGate } from '../../../src/ports.ts'
import { arxivPolicy, politeClient } from '../../../src/sources/client/http.ts'
import { seededRandom } from '../../upstream/seeded.ts'
import { remoteClock } from './lock-step.ts'

/** A process that asks one provider: `harvest` page after page every hour, or `live` at random moments. */

export type Said =
  | { readonly kind: 'page' }
  | { readonly kind: 'turn'; readonly from: number; readonly until: number }
  | { readonly kind: 'trouble'; readonly failure: string }
  | {
      readonly kind: 'live'
      readonly askedAt: number
      readonly endedAt: number
      readonly deadlineMs: number
      readonly outcome: string
    }

const pagesPerHour = 50
const meanPauseMs = 90_000

const [name, start, url, runtimeFile, seed] = process.argv.slice(2)
const remote = remoteClock(instant(Number(start)))
const { clock } = remote
const random = seededRandom(Number(seed))
const signal = new AbortController().signal
setMaxListeners(0, signal)

const runtime = openRuntime(runtimeFile, clock)
const client = politeClient({
  source: name,
  userAgent: 'freshet-test/0',
  clock,
  gate: reporting(runtime.gate),
  policy: arxivPolicy,
  addresses: { allowPrivate: false, trustedOrigins: [url] },
  random,
})

const say = (said: Said) => remote.say(said)

function reporting(gate: RateGate): RateGate {
  return {
    state: (provider) => gate.state(provider),
    async enter(...visit) {
      const turn = await gate.enter(...visit)
      const from = clock.now()
      remote.began()
      return {
        leave(outcome) {
          turn.leave(outcome)
          say({ kind: 'turn', from, until: clock.now() })
          remote.ended()
        },
      }
    },
  }
}

async function harvest(): Promise<void> {
  while (true) {
    for (let page = 0; page < pagesPerHour; ) {
      try {
        const address = `${url}/${name}?page=${page}`
        await client.get(address, { signal, deadlineMs: 1_800_000, maxBytes: 10_000, accept: 'text/xml' })
        say({ kind: 'page' })
        page += 1
      } catch (error) {
        if (!(error instanceof SourceError)) throw error
        say({ kind: 'trouble', failure: error.failure })
        await clock.sleep(error.retryAfterMs ?? 60_000)
      }
    }
    await clock.sleep(3_600_000)
  }
}

async function live(): Promise<void> {
  while (true) {
    await clock.sleep(-Math.log(1 - random()) * meanPauseMs)
    // Now and then several people search at once.
    const queries = random() < 0.15 ? 4 : 1
    await Promise.all(Array.from({ length: queries }, search))
  }
}

async function search(): Promise<void> {
  const askedAt = clock.now()
  const deadlineMs = 1_500 + Math.floor(random() * 5_000)
  const asked = client.get(`${url}/${name}`, { signal, deadlineMs, maxBytes: 10_000, accept: 'text/xml', urgent: true })
  const outcome = await asked.then(
    () => 'answer',
    (error: unknown) => {
      if (error instanceof SourceError) return error.failure
      throw error
    },
  )
  say({ kind: 'live', askedAt, endedAt: clock.now(), deadlineMs, outcome })
}

void (name === 'live' ? live() : harvest())
remote.settle()
