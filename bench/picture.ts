import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildGeneration } from '../indexer/build.ts'
import { importSample } from '../indexer/sample.ts'
import { systemClock } from '../src/clock.ts'
import { openEmbedder, openEngine } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import { openLog } from '../src/log.ts'
import { startServer } from '../src/server.ts'
import { launchChromium, openPage } from './browser.ts'

/** The picture of the README: the page over the sample, with one answer explained. */
const file = fileURLToPath(new URL('../docs/page.png', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'freshet-picture-'))
const config = readConfig({
  FRESHET_DATA: folder,
  FRESHET_PORT: '0',
  FRESHET_INDEXER: 'off',
  FRESHET_SOURCES: 'none',
})
const engine = await openEngine(folder)
const embedder = await openEmbedder(config.model)
await importSample(engine, embedder, systemClock, new AbortController().signal)
const lock = await engine.lock('picture', 10_000)
await buildGeneration(engine, embedder, { clock: systemClock })
lock.release()
await embedder.close()
await engine.close()

const running = await startServer(config, openLog('picture', 'error'))
const address = running.server.address()
if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
const browser = await launchChromium()
const page = await openPage(browser, { viewport: { width: 1120, height: 860 }, reducedMotion: 'reduce' })
await page.goto(`http://127.0.0.1:${address.port}/?q=latest+work+on+agent+memory`, { waitUntil: 'networkidle' })
await page.getByRole('button', { name: 'Why this order?' }).nth(1).click()
// How long it took says something of this machine alone.
await page.locator('.took').evaluate((took) => took.remove())
await page.screenshot({ path: file })
await browser.close()
await running.close()
rmSync(folder, { recursive: true })
console.log(`docs/page.png, ${Math.round(statSync(file).size / 1000)} kB`)
process.exit(0)
