import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importFile } from '../indexer/import.ts'
import { systemClock } from '../src/clock.ts'
import { openEmbedder, openEngine } from '../src/compose.ts'
import { loadEnvFile, readConfig } from '../src/config.ts'
import type { DocumentId } from '../src/domain/document.ts'
import { openLog } from '../src/log.ts'
import { startServer } from '../src/server.ts'
import { readOwnLine } from '../src/sources/files/own.ts'

/** From the commit of an imported paper to the first answer of a running server that holds it, over HTTP. */
const runs = 20

loadEnvFile()
const config = { ...readConfig(process.env), host: '127.0.0.1', port: 0, indexer: 'off' } as const
const running = await startServer(config, openLog('bench', 'error'))
const address = running.server.address()
if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
const engine = await openEngine(config.dataFolder)
const embedder = await openEmbedder(config.model, config.modelOverrides)
const folder = mkdtempSync(join(tmpdir(), 'freshet-bench-'))
const times: number[] = []
const ids: DocumentId[] = []
for (let run = 0; run < runs; run++) {
  const id = `bench-visible-${run}-${systemClock.now()}`
  const word = `zyx${run}${systemClock.now()}`
  ids.push(id as DocumentId)
  const file = join(folder, `${run}.jsonl`)
  writeFileSync(file, JSON.stringify({ id, title: `A paper about ${word}`, abstract: 'It is here to be found.' }))
  const signal = new AbortController().signal
  await importFile(engine, embedder, systemClock, file, { read: readOwnLine, manner: 'bench', signal })
  const committedAt = performance.now()
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${address.port}/v1/search?q=${word}&limit=1`)
    const { hits } = (await response.json()) as { hits: { id: string }[] }
    if (hits[0]?.id === id) break
  }
  times.push(performance.now() - committedAt)
}
times.sort((one, other) => one - other)
console.log(
  `commit to visible, ${runs} papers: median ${times[runs >> 1].toFixed(0)} ms, longest ${times[runs - 1].toFixed(0)} ms`,
)
const lock = await engine.lock('bench', 10_000)
engine.documents.purge(ids, systemClock.now())
lock.release()
rmSync(folder, { recursive: true })
await engine.close()
await embedder.close()
await running.close()
process.exit(0)
