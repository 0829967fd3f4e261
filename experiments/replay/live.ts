import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRuntimeIn } from '../../src/compose.ts'
import { openSources } from '../../src/compose-sources.ts'
import { readConfig } from '../../src/config.ts'
import { type Instant, instant } from '../../src/domain/instant.ts'
import type { Clock, RateGate, Source } from '../../src/ports.ts'
import { type LiveAnswer, type LiveParts, type LiveTier, openLive, silent } from '../../src/retrieval/live.ts'
import { allSources } from '../../src/source-status.ts'
import { drawMs, usualLatencies } from '../../test/upstream/latencies.ts'
import type { JudgedQuery } from '../topics/query.ts'
import type { World } from './world.ts'

/** The product's live tier before a world of the past. */
export interface ReplayLive {
  /** As one query meets it; nothing of another query is known to it, so that answers depend on no order. */
  begin(query: Pick<JudgedQuery, 'id' | 'asked'>): Promise<QueryLive>
  close(): Promise<void>
}

export interface QueryLive {
  /** Beside a store that holds what was announced by then. */
  tier(harvested: Instant): LiveTier
  /** What the source would have taken; a draw, the same for every arm. */
  latencyMs(source: string): number
  close(): void
}

/**
 * arXiv's API as the product has it, in front of the world. Latencies are drawn and counted, never slept: one beyond the
 * deadline is a timeout, and the source is not even asked. The provider's spacing is left out, for no query comes after
 * another.
 */
export function openReplayLive(world: World, seed: number): ReplayLive {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-replay-'))
  const runtime = { ...openRuntimeIn(folder), gate: openGate }
  const sources = openSources(readConfig({ FRESHET_SOURCES: 'arxiv', FRESHET_ARXIV_API_URL: world.apiUrl }), runtime)
  const all = allSources(sources)
  const shownAfterMs = Math.max(...sources.live.map(readyAfterMs))
  const heldAfterMs = Math.min(...all.map(readyAfterMs))
  return {
    async begin({ id, asked }) {
      await world.moveTo(instant(asked - shownAfterMs))
      const latencyMs = (source: string) => Math.round(drawMs(usualLatencies['arxiv-api'], shareOf([seed, id, source])))
      const opened: LiveTier[] = []
      const open = (harvested: Instant): LiveTier => {
        const tier = openLive({
          sources: all,
          runtime: quiet,
          // As the visit that brought it would have left the watermark.
          harvested: () => new Map([['arxiv', instant(harvested + heldAfterMs)]]),
          clock: standingAt(asked),
          onUnexpected(source, error) {
            throw new Error(`${source} did what no source should do`, { cause: error })
          },
        })
        opened.push(tier)
        return tier
      }
      // What one arm asked must not make the next one's question cheap: the state is that of a tier nobody asked.
      const asking = open(asked)
      return {
        tier: (harvested) => ({
          ...open(harvested),
          ask: askingWithin(asking, latencyMs),
          vectorsOf: asking.vectorsOf,
        }),
        latencyMs,
        close: () => {
          for (const tier of opened) tier.close()
        },
      }
    },
    async close() {
      await sources.close()
      runtime.close()
      rmSync(folder, { recursive: true })
    },
  }
}

function askingWithin(tier: LiveTier, latencyMs: (source: string) => number): LiveTier['ask'] {
  return async (request, terms, signal) => {
    const { sources, leftMs } = terms
    const inTime = sources.filter((source) => latencyMs(source) <= leftMs)
    const answers = await tier.ask(request, { ...terms, sources: inTime }, signal)
    const broken = answers.find(({ report }) => report.outcome !== 'answered')
    if (broken) throw new Error(`the local upstream did not answer: ${broken.report.reason}`)
    const late = sources.filter((source) => !inTime.includes(source))
    return [
      ...answers,
      ...late.map((source): LiveAnswer => silent(source, 'timeout', `no answer in ${leftMs} ms`, null)),
    ]
  }
}

/** In [0, 1), the same for the same words. */
export const shareOf = (words: readonly (string | number)[]): number =>
  createHash('sha256').update(JSON.stringify(words)).digest().readUInt32BE() / 2 ** 32

const readyAfterMs = ({ cadence }: Source): number => (cadence.kind === 'announcements' ? cadence.readyAfterMs : 0)

/** Time stands still: whoever waits for it waits until there is no more need to. */
const standingAt = (now: Instant): Clock => ({
  now: () => now,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      const end = () => reject(signal?.reason)
      if (signal?.aborted) end()
      else signal?.addEventListener('abort', end, { once: true })
    }),
})

const openGate: RateGate = {
  enter: async () => ({ leave() {} }),
  state: () => ({ waitMs: 0, pausedUntil: null, failures: 0 }),
}

/** Keeps nothing: what a query learned is not for the next. */
const quiet: LiveParts['runtime'] = {
  gate: openGate,
  succeeded() {},
  failed() {},
  inbox: { put() {}, peek: () => [], remove() {}, count: () => 0 },
}
