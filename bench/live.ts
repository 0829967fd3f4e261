import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { harvest } from '../indexer/harvest.ts'
import { systemClock } from '../src/clock.ts'
import { openEmbedder, openEngine, openRuntimeIn } from '../src/compose.ts'
import { type Instant, instant, parseInstant } from '../src/domain/instant.ts'
import { typedQuery } from '../src/domain/understanding.ts'
import type { Runtime } from '../src/ports.ts'
import { shippedCalibration } from '../src/retrieval/calibration.ts'
import { openLive } from '../src/retrieval/live.ts'
import { search } from '../src/retrieval/search.ts'
import { arxivApi } from '../src/sources/arxiv/api.ts'
import { arxivOai } from '../src/sources/arxiv/oai.ts'
import { arxivPolicy, politeClient } from '../src/sources/client/http.ts'
import { crossref } from '../src/sources/works/crossref.ts'
import { openAlex } from '../src/sources/works/openalex.ts'
import { semanticScholar } from '../src/sources/works/semantic-scholar.ts'
import type { FaultInput, Selection } from '../test/upstream/faults.ts'
import { generatedCorpus } from '../test/upstream/generated.ts'
import { noLatencies, usualLatencies } from '../test/upstream/latencies.ts'
import { seededRandom } from '../test/upstream/seeded.ts'
import { openUpstream } from '../test/upstream/upstream.ts'

/**
 * How long a live search takes beyond its deadline, and how many requests equal queries make, against the local upstream
 * with recorded latencies and every kind of fault. The sources' spacing is left out, so that they are really asked.
 */
const faults: readonly FaultInput[] = [
  { kind: 'throttled' },
  { kind: 'throttled', retryAfter: { seconds: 7 } },
  { kind: 'unavailable', retryAfter: { seconds: 0 } },
  { kind: 'error-message', status: 200 },
  { kind: 'error-message', status: 400 },
  { kind: 'empty-page' },
  { kind: 'truncated' },
  { kind: 'reset' },
  { kind: 'trickle' },
  { kind: 'hang' },
  { kind: 'hang', after: 'headers' },
  { kind: 'dropped' },
  { kind: 'html-page' },
  { kind: 'wrong-encoding' },
  { kind: 'gzip-bomb' },
  { kind: 'entity-bomb' },
  { kind: 'redirect-loop' },
  { kind: 'doubled' },
]

const dayOf = (text: string): Instant => parseInstant(text) ?? instant(0)
const latencies = { ...usualLatencies, 'arxiv-oai': noLatencies['arxiv-oai'] }
const [from, mid, end] = ['2026-01-01', '2026-02-15', '2026-03-01'].map(dayOf)
const provider = (name: string) => ({ ...arxivPolicy, provider: name, spacingMs: 0, burst: 1_000, connections: 8 })

function client(name: string, runtime: Runtime) {
  const addresses = { allowPrivate: true, trustedOrigins: [] }
  const parts = { clock: systemClock, gate: runtime.gate, addresses, random: Math.random }
  return politeClient({ source: name, userAgent: 'freshet-bench', policy: provider(name), ...parts })
}

async function run(options: {
  queries: number
  pause: number
  deadline: number
  concurrency: number
  papers: number
}): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-live-'))
  const engine = await openEngine(folder)
  const runtime = openRuntimeIn(folder)
  const embedder = await openEmbedder('freshet-static')
  let now = mid
  const random = seededRandom(1)
  const corpus = generatedCorpus({ seed: 1, count: options.papers, from, to: end })
  const upstream = await openUpstream({ corpus, now: () => now, latencies, random })
  const clients = ['arxiv-oai', 'arxiv-api', 'semantic-scholar', 'crossref', 'openalex'].map((name) =>
    client(name, runtime),
  )
  const categories = ['cs', 'stat', 'eess', 'math']
  const oai = {
    ...arxivOai({ client: clients[0], categories, baseUrl: upstream.url('arxiv-oai') }),
    firstHarvestDays: 365,
  }
  const report = await harvest({ engine, embedder, runtime, clock: { ...systemClock, now: () => now } }, oai, never)
  console.log(`${report.counts.new} papers held${report.error === null ? '' : `, then: ${report.error}`}`)
  now = end
  const sources = [
    arxivApi({ client: clients[1], categories, baseUrl: upstream.url('arxiv-api') }),
    semanticScholar({ client: clients[2], topics: [], baseUrl: upstream.url('semantic-scholar') }),
    crossref({ client: clients[3], topics: [], contact: '', baseUrl: upstream.url('crossref') }),
    openAlex({ client: clients[4], topics: [], baseUrl: upstream.url('openalex') }),
  ]
  const live = openLive({
    sources,
    runtime,
    harvested: () => new Map([['arxiv', mid]]),
    clock: systemClock,
    onUnexpected: (source, error) => console.error(source, error),
  })
  const reader = await engine.openReader()
  const parts = {
    documents: engine.documents,
    embedderFor: () => embedder,
    calibration: shippedCalibration,
    stopwatch: () => performance.now(),
    live,
  }
  const ask = (text: string, maxAgeMs = 0) =>
    search(typedQuery(text, end, { mode: 'live', deadlineMs: options.deadline, maxAgeMs }), reader.snapshot(), parts)

  upstream.forgetRequests()
  await Promise.all(Array.from({ length: 100 }, () => ask('one hundred equal queries', 300_000)))
  await systemClock.sleep(16_000)
  console.log('requests of 100 equal queries at once:', countBy(upstream.requests.map((one) => one.provider)))

  // Every fourth request meets a fault, each kind in its turn.
  const share: Selection = { every: 4 * faults.length }
  for (const [at, fault] of faults.entries()) upstream.faults.add(fault, { ...share, after: 4 * at })
  const titles = corpus.papers.map((paper) => paper.versions[0].title)
  const over: number[] = []
  const outcomes: Record<string, number> = {}
  const ask1 = async () => {
    const began = performance.now()
    const answer = await ask(titles[Math.floor(random() * titles.length)])
    if (answer.route.live.ask) over.push(performance.now() - began - options.deadline)
    for (const one of [...answer.live, ...answer.degraded.filter((each) => each.code === 'rate_limited')]) {
      const outcome = 'outcome' in one ? one.outcome : 'barred'
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
    }
  }
  await Promise.all(
    Array.from({ length: options.concurrency }, async (_, i) => {
      for (let n = i; n < options.queries; n += options.concurrency) {
        await ask1()
        // As readers do; without it most searches would find every source busy with the search before.
        await systemClock.sleep(options.pause)
      }
    }),
  )
  over.sort((one, other) => one - other)
  const quantile = (q: number) => Math.round(over[Math.min(over.length - 1, Math.floor(q * over.length))])
  console.log(
    `deadline ${options.deadline} ms, ${over.length} live searches of ${options.queries}, ${options.concurrency} at a time: the deadline and`,
    `${quantile(0.5)} ms (p50), ${quantile(0.95)} ms (p95), ${quantile(0.99)} ms (p99), ${quantile(1)} ms (most)`,
  )
  console.log('sources:', outcomes)

  // What it costs a search to look at the sources and leave them alone: the same queries with and without, in turn.
  const took: Record<'without' | 'beside', number[]> = { without: [], beside: [] }
  for (const title of titles.slice(0, 600)) {
    // Both find the query's vector remembered.
    await search(typedQuery(title, end), reader.snapshot(), { ...parts, live: null })
    for (const [name, tier] of [
      ['without', null],
      ['beside', live],
    ] as const) {
      const query = typedQuery(title, end, { deadlineMs: options.deadline, freshness: 'off' })
      const began = performance.now()
      const { route } = await search(query, reader.snapshot(), { ...parts, live: tier })
      if (!route.live.ask) took[name].push(performance.now() - began)
    }
  }
  const median = (times: readonly number[]) =>
    [...times].sort((one, other) => one - other)[times.length >> 1].toFixed(2)
  console.log(
    `a search without sources ${median(took.without)} ms,`,
    `beside four that are not asked ${median(took.beside)} ms (medians of ${took.without.length} and ${took.beside.length})`,
  )
  live.close()
  for (const one of clients) await one.close()
  await upstream.close()
  await reader.close()
  await embedder.close()
  runtime.close()
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
}

const never = new AbortController().signal

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

await new Command('bench:live')
  .option('--queries <n>', 'searches', Number, 300)
  .option('--deadline <ms>', 'of each', Number, 1_500)
  .option('--concurrency <n>', 'at a time', Number, 2)
  .option('--pause <ms>', 'between searches', Number, 700)
  .option('--papers <n>', 'in the upstream', Number, 4_000)
  .action(run)
  .parseAsync()
process.exit(0)
