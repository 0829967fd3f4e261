import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { harvest } from '../indexer/harvest.ts'
import { systemClock } from '../src/clock.ts'
import { openEmbedder, openEngine } from '../src/compose.ts'
import { type Instant, instant, isoOf, parseInstant } from '../src/domain/instant.ts'
import { openRuntime } from '../src/engines/embedded/runtime.ts'
import type { Clock, Embedder } from '../src/ports.ts'
import { arxivOai } from '../src/sources/arxiv/oai.ts'
import { arxivPolicy, politeClient } from '../src/sources/client/http.ts'
import { startUpstream } from './upstream-process.ts'

/**
 * Documents a second of a harvest over OAI-PMH from the local upstream, which is a process of its own: client, gate,
 * parser, identities, embedder, store, watermark, each time into a new store. Only clocks are faked: the harvest's, to
 * stand in the corpus, and the gate's, so that its pauses take no time.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20000' },
    /** A folder of daily listings, instead of generated papers. */
    daily: { type: 'string' },
    'as-of': { type: 'string', default: '2026-06-01' },
    days: { type: 'string', default: '30' },
    runs: { type: 'string', default: '3' },
    /** With the embedder of this model, instead of one without vectors. */
    model: { type: 'string' },
  },
})

const asOf = parseInstant(values['as-of']) ?? instant(0)
const corpus =
  values.daily === undefined
    ? ['--count', values.count, '--from', '2026-05-03', '--to', '2026-05-30']
    : ['--daily', values.daily]
const upstream = await startUpstream([...corpus, '--now', isoOf(asOf)])
const embedder = values.model === undefined ? wordless() : await openEmbedder(values.model)
for (let run = 1; run <= Number(values.runs); run++) await harvestOnce()
await embedder.close()
upstream.stop()

async function harvestOnce(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-bench-'))
  const engine = await openEngine(folder)
  const runtime = openRuntime(join(folder, 'runtime.db'), hurried())
  const client = politeClient({
    source: 'arxiv-oai',
    userAgent: 'freshet-bench/0',
    clock: systemClock,
    gate: runtime.gate,
    policy: arxivPolicy,
    addresses: { allowPrivate: true, trustedOrigins: [] },
    random: Math.random,
  })
  const source = arxivOai({
    client,
    categories: ['cs', 'math', 'hep-th'],
    baseUrl: upstream.urls['arxiv-oai'],
    firstHarvestDays: Number(values.days),
  })
  const clock: Clock = { now: () => asOf, sleep: systemClock.sleep }
  const peak = watchMemory()
  const spentBefore = process.cpuUsage()
  const began = performance.now()
  const report = await harvest({ engine, embedder, runtime, clock }, source, new AbortController().signal)
  const seconds = (performance.now() - began) / 1000
  const { user, system } = process.cpuUsage(spentBefore)
  const documents = engine.documents.count()
  const error = report.error === null ? '' : `; it failed: ${report.error}`
  console.log(
    `${documents} documents in ${seconds.toFixed(2)} s, ${Math.round(documents / seconds)}/s ` +
      `(${((user + system) / 1e6).toFixed(2)} s of processor time), peak ${Math.round(peak() / 2 ** 20)} MB${error}`,
  )
  await client.close()
  runtime.close()
  await engine.close()
  rmSync(folder, { recursive: true })
}

function wordless(): Embedder {
  return {
    fingerprint: 'none',
    model: 'none',
    dimension: 1,
    embed: async (texts) => texts.map(() => null),
    close: async () => {},
  }
}

/** A clock on which every pause is over at once. */
function hurried(): Clock {
  let skippedMs = 0
  return {
    now: (): Instant => instant(Date.now() + skippedMs),
    sleep: async (ms) => {
      skippedMs += ms
    },
  }
}

/** Resident memory, looked at ten times a second; the result ends the watch. */
function watchMemory(): () => number {
  let peak = process.memoryUsage.rss()
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 100)
  return () => {
    clearInterval(timer)
    return Math.max(peak, process.memoryUsage.rss())
  }
}
