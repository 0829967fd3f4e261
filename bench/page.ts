import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { Command } from 'commander'
import type { Browser } from 'playwright-core'
import type { PageTest } from '../experiments/claims/page-speed.ts'
import { loadEnvFile, readConfig } from '../src/config.ts'
import { openLog } from '../src/log.ts'
import { startServer } from '../src/server.ts'
import { launchChromium } from './browser.ts'
import { type Load, loadOf, type Network } from './page-load.ts'
import { letters, typedInto } from './page-typing.ts'
import { quantile } from './sample.ts'

/**
 * The page in a real browser: how soon its largest part is painted on a slow phone, what it weighs, and how soon results
 * follow the keys. Server, browser and the imitated network share the machine.
 */
const networks: readonly Network[] = [
  // Lighthouse's slow 4G as it applies it through DevTools, which delays requests and not packets: a request stands for the
  // 3.75 round trips of a new connection, and 90% of the throughput is left.
  { name: 'slow 4G, applied', requestLatencyMs: 562.5, downKbps: 1474.56, upKbps: 675 },
  // The same line by its own figures, as if every connection stood already.
  { name: 'slow 4G, one round trip', requestLatencyMs: 150, downKbps: 1638.4, upKbps: 750 },
]
const cpuSlowdown = 4
const warmUps = 200
const pages = { 'first page': '/', results: '/?q=graph+neural+networks+for+molecules' }
const typed = [
  'agent memory',
  'protein folding',
  'speculative decoding',
  'quantum error correction',
  'contrastive learning',
  'bandits with delays',
]

async function run({ runs, out }: { runs: number; out?: string }): Promise<void> {
  loadEnvFile()
  const config = { ...readConfig(process.env), host: '127.0.0.1', port: 0, indexer: 'off' } as const
  const running = await startServer(config, openLog('bench', 'error'))
  const address = running.server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  const base = `http://127.0.0.1:${address.port}`
  const browser = await launchChromium()
  const { store } = await (await fetch(`${base}/v1/status`)).json()
  console.log(`${store.documents} documents, load average ${loadavg()[0].toFixed(1)}, Chromium ${browser.version()}`)
  // Warm: the server has answered until its code was compiled, and the browser has run.
  for (let i = 0; i < warmUps; i++) await (await fetch(base + pages.results)).text()
  for (const path of Object.values(pages)) await loadOf(browser, base + path, null)

  for (const network of networks) {
    for (const [name, path] of Object.entries(pages)) {
      const loads: Load[] = []
      for (let i = 0; i < runs; i++) loads.push(await loadOf(browser, base + path, { ...network, cpuSlowdown }))
      say(`${name}, ${network.name}`, loads)
      if (out && network === networks[0] && name === 'results') writeFileSync(out, resultOf(loads, network, runs))
    }
  }
  await sayTyping(browser, base)
  console.log(`load average ${loadavg()[0].toFixed(1)} at the end`)
  await browser.close()
  await running.close()
}

function say(what: string, loads: readonly Load[]): void {
  const of = (figure: (load: Load) => number, digits = 0) => {
    const values = loads.map(figure)
    const [middle, least, most] = [0.5, 0, 1].map((q) => quantile(values, q).toFixed(digits))
    return `${middle} (${least} to ${most})`
  }
  console.log(
    [
      `${what}: LCP ${of((load) => load.lcpMs)} ms`,
      `first paint ${of((load) => load.firstPaintMs)} ms`,
      `first byte ${of((load) => load.firstByteMs)} ms`,
      `CLS ${of((load) => load.cls, 4)}`,
      `${of((load) => load.bytes)} bytes`,
      `of them script ${of((load) => load.scriptBytes)}`,
    ].join(', '),
  )
}

const resultOf = (loads: readonly Load[], { requestLatencyMs }: Network, runs: number): string =>
  `${JSON.stringify(
    {
      lcpMs: loads.map((load) => Math.round(load.lcpMs * 10) / 10),
      roundTripMs: requestLatencyMs,
      cpuSlowdown,
      bytes: quantile(
        loads.map((load) => load.bytes),
        0.5,
      ),
      command: `npm run bench:page -- --runs ${runs}`,
    } satisfies PageTest,
    null,
    2,
  )}\n`

async function sayTyping(browser: Browser, base: string): Promise<void> {
  const first = await typedInto(browser, base, [...letters, ...letters, ...letters])
  const every = await typedInto(browser, base, typed)
  for (const [what, { shownMs, overtaken }] of [
    ['first keystroke', first],
    ['every keystroke of a query', every],
  ] as const) {
    const at = (q: number) => quantile(shownMs, q).toFixed(0)
    console.log(
      `${what} to results on the screen: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (${at(0)} to ${at(1)}; ${shownMs.length} keys, ${overtaken} overtaken by the next)`,
    )
  }
}

await new Command('bench:page')
  .option('--runs <n>', 'loads of each page on each network', Number, 15)
  .option('--out <file>', 'where to leave the result that the experiment page-speed reads')
  .action(run)
  .parseAsync()
process.exit(0)
