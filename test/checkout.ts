import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { WireAnswer } from '../src/http/answers.ts'

/** A copy of the checkout with a server over the sample, offline, as the documents suppose one. */
export interface Checkout {
  readonly url: string
  /** For whatever is started in it. */
  readonly options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }
  /** The text of an example with the server's address, and an answer that there was, in place of what is printed. */
  here(text: string): string
  close(): Promise<void>
}

const root = join(import.meta.dirname, '..')
const parts = ['package.json', 'tsconfig.json', 'src', 'web', 'indexer', 'cli', 'experiments', 'docs/results']
const data = ['sample', 'models', 'router.json'].map((name) => `data/${name}`)

export async function openCheckout(): Promise<Checkout> {
  const cwd = mkdtempSync(join(tmpdir(), 'freshet-examples-'))
  for (const part of [...parts, 'test/upstream', ...data])
    cpSync(join(root, part), join(cwd, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(cwd, 'node_modules'))
  writeFileSync(join(cwd, 'arxiv-metadata-oai-snapshot.json'), [2401, 2402, 2403].map(snapshotLine).join('\n'))
  const env = { ...process.env, FRESHET_SOURCES: 'none', FRESHET_LOG: 'error', NODE_OPTIONS: '' }
  const program = ['--import', 'tsx', 'src/server.ts']
  const server = spawn('node', program, {
    cwd,
    env: { ...env, FRESHET_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await addressOf(server)
  const ask = async (path: string) => (await fetch(`${url}${path}`)).json()
  // Generation 1 is what the documents show.
  while ((await ask('/v1/status')).generation === null) await pause(50)
  const { answerId, hits }: WireAnswer = await ask('/v1/search?q=attention')
  return {
    url,
    options: { cwd, env },
    here: (text) =>
      text
        .replaceAll(/http:\/\/127\.0\.0\.1:8787|\blocalhost:8787/g, url)
        .replace(/("answer_id": )"[^"]*"/, `$1"${answerId}"`)
        .replace(/("document_id": )"[^"]*"/, `$1"${hits[0].id}"`),
    async close() {
      server.kill()
      if (server.exitCode === null) await new Promise((resolve) => server.once('exit', resolve))
      rmSync(cwd, { recursive: true, force: true })
    },
  }
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout) {
    for await (const line of createInterface(stdout)) {
      const [url] = /http:\/\/[\d.:]+/.exec(line) ?? []
      if (url) return url
    }
  }
  throw new Error('the server ended before it listened')
}

/** As in the file that Kaggle distributes. */
const snapshotLine = (month: number): string =>
  JSON.stringify({
    id: `${month}.00042`,
    title: `Dense retrieval in practice, part ${month}`,
    comments: null,
    doi: null,
    categories: 'cs.IR cs.CL',
    abstract: 'What dense retrieval costs and gains.',
    versions: [{ version: 'v1', created: 'Tue, 2 Jan 2024 19:18:42 GMT' }],
    authors_parsed: [['Lovelace', 'Ada', '']],
  })
