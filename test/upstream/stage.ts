import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Instant } from '../../src/domain/instant.ts'
import { openRuntime } from '../../src/engines/embedded/runtime.ts'
import { type PoliteClient, politeClient, type RequestPolicy } from '../../src/sources/client/http.ts'
import { at } from '../sources/api-stage.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { type Corpus, stateAt } from './corpus.ts'
import { providers } from './exchange.ts'
import { generatedCorpus } from './generated.ts'
import { openUpstream, type UpstreamOptions } from './upstream.ts'

/** Two months of papers of our own making; what became of them lies in the months after. */
export const smallCorpus = (count = 600): Corpus =>
  generatedCorpus({ seed: 7, count, from: at('2026-01-05'), to: at('2026-03-05') })

/** The upstream as of a settable instant, and polite clients before it under one virtual clock and one gate. */
export async function upstreamStage(options: Partial<UpstreamOptions> & { readonly asOf: string }) {
  const { asOf, ...given } = options
  const folder = mkdtempSync(join(tmpdir(), 'freshet-upstream-'))
  const clock = new VirtualClock()
  const runtime = openRuntime(join(folder, 'runtime.db'), clock)
  const gate = clock.watched(runtime.gate)
  let now: Instant = at(asOf)
  const upstream = await openUpstream({
    corpus: given.corpus ?? smallCorpus(),
    now: () => now,
    clock: () => clock.now(),
    sleep: (ms, signal) => clock.sleep(ms, signal).catch(() => undefined),
    ...given,
  })
  const clients: PoliteClient[] = []
  onTestFinished(async () => {
    await upstream.close()
    for (const client of clients) await client.close()
    runtime.close()
    rmSync(folder, { recursive: true })
  })
  const clientFor = (policy: RequestPolicy): PoliteClient => {
    const client = politeClient({
      source: 'upstream-test',
      userAgent: 'freshet-test/0 (mailto:nobody@example.org)',
      clock,
      gate,
      policy,
      addresses: { allowPrivate: false, trustedOrigins: providers.map((provider) => upstream.origin(provider)) },
      random: () => 0.5,
    })
    clients.push(client)
    return client
  }
  const moveTo = (next: string): void => {
    now = at(next)
  }
  return { upstream, clock, gate, clientFor, moveTo }
}

/** Ids of the papers of these categories, any of the archive's for `cs`, as of then. */
export function idsAsOf(corpus: Corpus, now: string, categories: readonly string[]): string[] {
  return corpus.papers
    .filter((paper) => {
      const state = stateAt(paper, at(now))
      return state?.categories.some((one) =>
        categories.some((wanted) => one === wanted || one.startsWith(`${wanted}.`)),
      )
    })
    .map((paper) => paper.id)
}
