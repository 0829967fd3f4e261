import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerSchema } from '../src/http/answers.ts'
import { statusSchema } from '../src/http/status.ts'

/** The README's first command, in a copy of what git tracks, as somebody who has just installed it. */
const root = join(import.meta.dirname, '..')
const home = mkdtempSync(join(tmpdir(), 'freshet-new-user-'))
let port = 0
let started: ChildProcess
let output = ''

const statusNow = async () => statusSchema.parse(await (await fetch(url('/v1/status'))).json())
const url = (path: string) => `http://127.0.0.1:${port}${path}`

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

function start(): ChildProcess {
  // A group of its own, so that the test can see that all of it ends.
  const child = spawn('npm', ['start'], {
    cwd: home,
    detached: true,
    env: { ...process.env, FRESHET_PORT: String(port), FRESHET_SOURCES: 'none', FRESHET_DATA: join(home, 'data') },
  })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk))
  return child
}

async function ready(child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const response = await fetch(url('/readyz')).catch(() => null)
    if (response?.ok) return
    await pause(50)
  }
  throw new Error(`npm start ended: ${output}`)
}

async function stop(child: ChildProcess): Promise<void> {
  const group = -(child.pid ?? 0)
  let signal: NodeJS.Signals | 0 = 'SIGTERM'
  for (;;) {
    try {
      process.kill(group, signal)
      signal = 0
    } catch {
      return
    }
    await pause(50)
  }
}

beforeAll(async () => {
  // What is new and not ignored too, so that work under way is tried as it will be committed.
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const file of listed
    .trim()
    .split('\n')
    .filter((name) => existsSync(join(root, name))))
    cpSync(join(root, file), join(home, file))
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
  port = await freePort()
  started = start()
  await ready(started)
})

afterAll(async () => {
  await stop(started)
  rmSync(home, { recursive: true, force: true })
})

describe('npm start on a fresh machine, offline', () => {
  it('answers the search of the README over the sample, with its reasons', async () => {
    const response = await fetch(url('/v1/search?q=latest+mixture+of+experts+inference+cost&explain=true'))
    const answer = answerSchema.parse(await response.json())
    expect(response.status).toBe(200)
    expect(answer.hits).toHaveLength(10)
    expect(answer.hits[0]).toMatchObject({ source: 'sample', explain: { pRecent: expect.any(Number) } })
    expect(answer.hits[0].title).toMatch(/mixture-of-experts/i)
    expect(answer.route.tiers).toEqual(['static', 'fresh'])
    expect(answer.route.reasons.length).toBeGreaterThan(0)
    expect(answer.degraded).toEqual([])
  })

  it('has built its first generation beside it', async () => {
    let status = await statusNow()
    while (status.generation === null) {
      await pause(50)
      status = await statusNow()
    }
    expect(status.generation).toMatchObject({ id: 1, documents: 252 })
  })

  it('ends as a whole when it is told to, and takes its store up again at the next start', async () => {
    const before = await statusNow()
    await stop(started)
    await expect(fetch(url('/healthz'))).rejects.toThrow()
    started = start()
    await ready(started)
    const status = await statusNow()
    expect(status.store).toEqual(before.store)
    expect(status.generation).toEqual(before.generation)
  })
})
