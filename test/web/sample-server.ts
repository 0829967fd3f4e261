import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildGeneration } from '../../indexer/build.ts'
import { importSample } from '../../indexer/sample.ts'
import { systemClock } from '../../src/clock.ts'
import { openEmbedder, openEngine } from '../../src/compose.ts'
import { readConfig } from '../../src/config.ts'
import { openLog } from '../../src/log.ts'
import { startServer } from '../../src/server.ts'

export interface SampleServer {
  readonly url: string
  close(): Promise<void>
}

/** The whole server over the sample, in this process. */
export async function serveSample(settings: Readonly<Record<string, string>>): Promise<SampleServer> {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-page-'))
  const offline = { FRESHET_PORT: '0', FRESHET_INDEXER: 'off', FRESHET_SOURCES: 'none' }
  const config = readConfig({ ...offline, ...settings, FRESHET_DATA: folder })
  const engine = await openEngine(folder)
  const embedder = await openEmbedder(config.model)
  await importSample(engine, embedder, systemClock, new AbortController().signal)
  const lock = await engine.lock('test', 10_000)
  await buildGeneration(engine, embedder, { clock: systemClock })
  lock.release()
  await embedder.close()
  await engine.close()
  const running = await startServer(config, openLog('test', 'silent'))
  const address = running.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      await running.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
