import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Command } from 'commander'
import { request } from 'undici'
import { importFile } from '../indexer/import.ts'
import { forkProgram } from '../src/child.ts'
import { systemClock } from '../src/clock.ts'
import { openEmbedder, openEngine } from '../src/compose.ts'
import { loadEnvFile, readConfig } from '../src/config.ts'
import { readOwnLine } from '../src/sources/files/own.ts'
import { type Latencies, openLoad } from './open-load.ts'
import { titlesOf } from './sample.ts'

/**
 * What a search takes over HTTP at a stated rate of an open loop, first alone and then while `index once` builds and publishes
 * the next generation beside the server. On a copy of the store of FRESHET_DATA, into which one paper more is imported for
 * each build, for otherwise there would be nothing to build. Server, encoder and indexer are processes of their own, this is
 * the client's. Every query is another paper's title.
 */
const port = 8792
const base = `http://127.0.0.1:${port}`
const titlesAsked = 20_000
/** After the indexer ended: the server takes the new generation in. */
const takingInMs = 2_000

async function run({ rates, seconds }: { readonly rates: readonly number[]; readonly seconds: number }): Promise<void> {
  loadEnvFile()
  const scratch = mkdtempSync(join(tmpdir(), 'freshet-bench-'))
  const data = join(scratch, 'data')
  try {
    await copyStore(readConfig(process.env).dataFolder, data)
    const env = { ...process.env, FRESHET_DATA: data, FRESHET_PORT: String(port), FRESHET_HOST: '127.0.0.1' }
    const settings = { ...env, FRESHET_SOURCES: 'none', FRESHET_INDEXER: 'off', FRESHET_LOG: 'error' }
    await bench(data, settings, rates, seconds)
  } finally {
    rmSync(scratch, { recursive: true })
  }
}

async function bench(data: string, env: NodeJS.ProcessEnv, rates: readonly number[], seconds: number): Promise<void> {
  const paths = await pathsOf(data)
  console.log(`load of the machine before: ${loadavg()[0].toFixed(2)}`)
  const server = forkProgram(new URL('../src/server.ts', import.meta.url), [], { env })
  let ended = false
  const end = once(server, 'exit').then(() => {
    ended = true
  })
  const send = async (number: number) => {
    const { statusCode, body } = await request(base + paths[number % paths.length])
    await body.arrayBuffer()
    if (statusCode !== 200) throw new Error(`the server answered ${statusCode}`)
  }
  try {
    await listening(() => ended)
    const load = (ratePerSecond: number, from: number, goesOn: (sent: number) => boolean) =>
      openLoad({ send: (i) => send(from + i), ratePerSecond, goesOn }, { now: () => performance.now(), pause })
    await load(50, 0, (sent) => sent < 500)
    for (const [round, rate] of rates.entries()) {
      const from = 500 + round * 7_000
      const quiet = await load(rate, from, (sent) => sent < rate * seconds)
      console.log(`${rate}/s, quiet: ${said(quiet)}`)
      await importOne(data, round)
      const building = beside(env)
      const busy = await load(rate, from + rate * seconds, () => building.goesOn())
      console.log(`${rate}/s, during a build of ${(building.tookMs() / 1_000).toFixed(0)} s: ${said(busy)}`)
    }
  } finally {
    server.kill('SIGTERM')
    await end
  }
}

/** Nobody may write meanwhile, so that the copy is whole. */
async function copyStore(from: string, to: string): Promise<void> {
  const engine = await openEngine(from)
  const lock = await engine.lock('copy for a bench', 60_000)
  try {
    const names = ['freshet.db', 'freshet.db-wal', 'generations'].filter((name) => existsSync(join(from, name)))
    for (const name of names) cpSync(join(from, name), join(to, name), { recursive: true })
  } finally {
    lock.release()
    await engine.close()
  }
}

async function pathsOf(data: string): Promise<readonly string[]> {
  const engine = await openEngine(data)
  const titles = titlesOf(engine, titlesAsked)
  console.log(`${engine.documents.count()} documents, ${titles.length} titles as queries`)
  await engine.close()
  return titles.map((title) => `/v1/search?q=${encodeURIComponent(title.slice(0, 300))}`)
}

async function importOne(data: string, number: number): Promise<void> {
  const config = readConfig(process.env)
  const file = join(data, `bench-${number}.jsonl`)
  writeFileSync(
    file,
    JSON.stringify({ id: `bench-${number}`, title: `Paper ${number} of a bench`, abstract: 'It is new.' }),
  )
  const engine = await openEngine(data)
  const embedder = await openEmbedder(config.model, config.modelOverrides)
  const signal = new AbortController().signal
  await importFile(engine, embedder, systemClock, file, { read: readOwnLine, manner: 'bench', signal })
  await embedder.close()
  await engine.close()
}

async function listening(isEnded: () => boolean): Promise<void> {
  const ready = () =>
    request(`${base}/readyz`).then(
      async ({ statusCode, body }) => {
        await body.dump()
        return statusCode === 200
      },
      () => false,
    )
  while (!(await ready())) {
    if (isEnded()) throw new Error('the server ended before it answered')
    await pause(20)
  }
}

/** A night of the indexer, and what the server does with it. */
function beside(env: NodeJS.ProcessEnv): { goesOn(): boolean; tookMs(): number } {
  const startedAt = performance.now()
  let endedAt: number | null = null
  forkProgram(new URL('../indexer/main.ts', import.meta.url), ['once'], { env }).once('exit', (code) => {
    if (code !== 0) throw new Error(`the indexer ended with ${code}`)
    endedAt = performance.now()
  })
  return {
    goesOn: () => endedAt === null || performance.now() < endedAt + takingInMs,
    tookMs: () => (endedAt ?? Number.NaN) - startedAt,
  }
}

const said = ({ sent, failed, p50Ms, p99Ms, longestMs }: Latencies): string =>
  `${sent} requests, ${failed} failed, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms, longest ${longestMs.toFixed(0)} ms`

await new Command('bench:openloop')
  .option('--rate <n...>', 'requests a second', (text, before: readonly number[] = []) => [...before, Number(text)])
  .option('--seconds <n>', 'of each quiet load', Number, 60)
  .action(({ rate = [20, 100], seconds }: { rate?: readonly number[]; seconds: number }) =>
    run({ rates: rate, seconds }),
  )
  .parseAsync()
