import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { harvest } from '../indexer/harvest.ts'
import { importFile } from '../indexer/import.ts'
import { systemClock } from '../src/clock.ts'
import { openEmbedder, openEngine, openRuntimeIn } from '../src/compose.ts'
import { loadEnvFile, readConfig } from '../src/config.ts'
import type { DocumentId, DocumentRecord } from '../src/domain/document.ts'
import { openLog } from '../src/log.ts'
import type { Source } from '../src/ports.ts'
import { startServer } from '../src/server.ts'
import { readOwnLine } from '../src/sources/files/own.ts'
import { unsaid } from '../src/sources/record.ts'
import { quantile } from './sample.ts'

/**
 * How long it takes a running server to find a new paper, over HTTP: from the commit of an import and of a harvest, and from
 * the moment when live search puts it into the inbox of a running indexer. In a store of its own, that of a first start.
 */
const runs = 20
const never = new AbortController().signal

loadEnvFile()
const folder = mkdtempSync(join(tmpdir(), 'freshet-bench-'))
// The indexer is a child and reads them too.
Object.assign(process.env, {
  FRESHET_DATA: join(folder, 'data'),
  FRESHET_SOURCES: 'none',
  FRESHET_INDEXER: 'child',
  FRESHET_LOG: 'error',
})
const config = { ...readConfig(process.env), host: '127.0.0.1', port: 0 }
const running = await startServer(config, openLog('bench', 'error'))
const address = running.server.address()
if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
const base = `http://127.0.0.1:${address.port}`
const engine = await openEngine(config.dataFolder)
const runtime = openRuntimeIn(config.dataFolder)
const embedder = await openEmbedder(config.model, config.modelOverrides)
while (engine.catalog.current() === null) await pause(100)

await report('commit of an import to visible', async (record) => {
  const file = join(folder, 'own.jsonl')
  const { id, title, abstract } = record
  writeFileSync(file, JSON.stringify({ id, title, abstract }))
  await importFile(engine, embedder, systemClock, file, { read: readOwnLine, manner: 'bench', signal: never })
})
await report('commit of a harvest to visible', async (record) => {
  await harvest({ engine, embedder, runtime, clock: systemClock }, sourceOf(record), never)
})
await report('put into the inbox to visible', async (record) => {
  runtime.inbox.put('bench', [record], systemClock.now())
})

await embedder.close()
runtime.close()
await engine.close()
await running.close()
rmSync(folder, { recursive: true })
process.exit(0)

async function report(what: string, deliver: (record: DocumentRecord) => Promise<void>): Promise<void> {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const word = `zyx${run}${systemClock.now()}`
    const record = paperAbout(word)
    await deliver(record)
    const deliveredAt = performance.now()
    while ((await firstHit(word)) !== record.id) await pause(1)
    times.push(performance.now() - deliveredAt)
  }
  const [median, longest] = [quantile(times, 0.5), Math.max(...times)]
  console.log(`${what}, ${runs} papers: median ${median.toFixed(0)} ms, longest ${longest.toFixed(0)} ms`)
}

function paperAbout(word: string): DocumentRecord {
  return {
    ...unsaid,
    id: `bench:${word}` as DocumentId,
    source: 'bench',
    title: `A paper about ${word}`,
    abstract: 'It is here to be found.',
    url: 'https://example.org/',
  }
}

function sourceOf(record: DocumentRecord): Source {
  return {
    name: 'bench',
    provider: 'bench',
    origin: 'bench',
    cadence: { kind: 'never' },
    firstHarvestDays: 1,
    overlapMs: 0,
    async *changes() {
      yield { records: [record], rejected: [], total: 1, resume: null }
    },
  }
}

async function firstHit(word: string): Promise<string | undefined> {
  const response = await fetch(`${base}/v1/search?q=${word}&limit=1`)
  const { hits } = (await response.json()) as { hits?: { id: string }[] }
  return hits?.[0]?.id
}
