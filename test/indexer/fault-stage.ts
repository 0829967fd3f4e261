import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { contentsOf } from '../../bench/contents.ts'
import { lettersEmbedder } from '../../bench/letters-embedder.ts'
import { type HarvestReport, harvest } from '../../indexer/harvest.ts'
import { dayMs, type Instant, instant } from '../../src/domain/instant.ts'
import { openEmbeddedEngine } from '../../src/engines/embedded/engine.ts'
import { openRuntime } from '../../src/engines/embedded/runtime.ts'
import type { Source } from '../../src/ports.ts'
import { type PoliteClient, politeClient, type RequestPolicy } from '../../src/sources/client/http.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import type { Corpus } from '../upstream/corpus.ts'
import type { Provider } from '../upstream/exchange.ts'
import { generatedCorpus } from '../upstream/generated.ts'
import { openUpstream, type Upstream } from '../upstream/upstream.ts'
import { never } from './harvest-stage.ts'

/** The world stands still in it: no announcement falls into the hours for which a test may wait. */
export const asOf = instant(Date.parse('2026-04-10T12:00:00Z'))

/** Papers of the month before, or of another time. */
export const corpusOf = (
  count: number,
  from = instant(Date.parse('2026-03-12T00:00:00Z')),
  to = instant(asOf - dayMs),
): Corpus => generatedCorpus({ seed: 16, count, from, to })

export interface FaultStageOptions {
  readonly corpus: Corpus
  readonly source: (stage: { client: PoliteClient; baseUrl: string }) => Source
  readonly provider: Provider
  readonly policy: RequestPolicy
  readonly oaiPage?: number
}

/** One source before the local upstream, as it runs: client, gate, store and health, on one virtual clock. */
export async function faultStage({ corpus, source: open, provider, policy, oaiPage = 20 }: FaultStageOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-faults-'))
  const clock = new VirtualClock(new Date(asOf).toISOString())
  let jumpedMs = 0
  /** What the wall would show, had it not jumped. */
  const passed = (): Instant => instant(clock.now() - jumpedMs)
  let upstreamSleeps = 0
  const upstream = await openUpstream({
    corpus,
    now: () => asOf,
    clock: passed,
    async sleep(ms, signal) {
      upstreamSleeps++
      await clock.sleep(ms, signal).catch(() => undefined)
      upstreamSleeps--
    },
    oaiPaging: { records: oaiPage },
  })
  // A name, so that it can be lost.
  const named = new URL(upstream.url(provider))
  named.hostname = 'upstream.test'
  let resolves = true
  const engine = await openEmbeddedEngine(folder, clock)
  const runtime = openRuntime(join(folder, 'runtime.db'), clock)
  const embedder = lettersEmbedder
  const client = politeClient({
    source: provider,
    userAgent: 'freshet-test/0 (mailto:nobody@example.org)',
    clock,
    gate: clock.watched(runtime.gate),
    policy,
    addresses: {
      allowPrivate: false,
      trustedOrigins: [named.origin, upstream.origin(provider)],
      lookup: (hostname, _options, callback) => {
        if (resolves && hostname === 'upstream.test') callback(null, [{ address: '127.0.0.1', family: 4 }])
        else callback(Object.assign(new Error(`no ${hostname}`), { code: 'ENOTFOUND' }), [])
      },
    },
    random: () => 0.5,
  })
  const source = open({ client, baseUrl: named.href.replace(/\/$/, '') })
  return {
    upstream,
    clock,
    engine,
    source,
    loseName: (lost: boolean) => {
      resolves = !lost
    },
    jump(ms: number) {
      jumpedMs += ms
      clock.jump(ms)
    },
    run: (odd: string | null = null): Promise<HarvestReport> =>
      whileTimePasses(harvest({ engine, embedder, runtime, clock }, source, never, odd), () => {
        // Time stands still while a request is under way, so one that will never end must be waited for by hand.
        if (upstreamSleeps > 0 || hangs(upstream)) clock.advance(1_000)
      }),
    /** As JSON, a line for each document; ports are another every time. */
    contents: (): string[] =>
      contentsOf(engine, embedder.fingerprint).map((one) => JSON.stringify(one).replaceAll(named.host, named.hostname)),
    mark: () => engine.documents.watermarks().at(0)?.through ?? null,
    checkpoint: () => engine.documents.checkpoint(source.name),
    health: () => runtime.health().at(0),
    async close() {
      await client.close()
      await upstream.close()
      runtime.close()
      await engine.close()
      rmSync(folder, { recursive: true })
    },
  }
}

export type FaultStage = Awaited<ReturnType<typeof faultStage>>

const hangs = ({ requests }: Upstream): boolean =>
  requests.some(({ fault, endedAt }) => fault === 'hang' && endedAt === null)

async function whileTimePasses<T>(work: Promise<T>, pass: () => void): Promise<T> {
  let ended = false
  const end = () => {
    ended = true
  }
  work.then(end, end)
  while (!ended) {
    await turn()
    pass()
  }
  return work
}
