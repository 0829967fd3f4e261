import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Provider } from '../test/upstream/exchange.ts'

const program = fileURLToPath(new URL('../test/upstream/main.ts', import.meta.url))
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

export interface UpstreamProcess {
  readonly urls: Readonly<Record<Provider, string>>
  readonly papers: number
  stop(): void
}

/** The local upstream in a process of its own, with the arguments of its program. Resolves when it listens. */
export function startUpstream(args: readonly string[]): Promise<UpstreamProcess> {
  // The channel is not used; its end tells the upstream that we are gone.
  const child = spawn(process.execPath, ['--import', tsx, program, ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  let listens = false
  let stopped = false
  const stop = () => {
    stopped = true
    child.kill()
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      const error = new Error(`the upstream ended with ${code ?? signal}`)
      if (!listens) reject(error)
      // Whoever uses it would go on asking for a quarter of an hour.
      else if (!stopped) throw error
    })
    if (child.stdout)
      createInterface({ input: child.stdout }).once('line', (line) => {
        listens = true
        resolve({ ...JSON.parse(line), stop })
      })
  })
}
