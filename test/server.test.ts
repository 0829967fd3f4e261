import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildGeneration } from '../indexer/build.ts'
import { importFile } from '../indexer/import.ts'
import { importSample } from '../indexer/sample.ts'
import { systemClock } from '../src/clock.ts'
import { openEmbedder, openEngine } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import { answerSchema } from '../src/http/answers.ts'
import { openLog } from '../src/log.ts'
import type { Embedder, Engine } from '../src/ports.ts'
import { startServer } from '../src/server.ts'
import { readOwnLine } from '../src/sources/files/own.ts'

/** The whole server over a real store, the real model and a real socket; a second engine plays the other processes. */
const folder = mkdtempSync(join(tmpdir(), 'freshet-server-'))
const config = readConfig({ FRESHET_DATA: folder, FRESHET_PORT: '0', FRESHET_INDEXER: 'off', FRESHET_SOURCES: 'none' })
const log = openLog('test', 'silent')
const { signal } = new AbortController()
let engine: Engine
let embedder: Embedder
let running: Awaited<ReturnType<typeof startServer>>
let base = ''

const search = async (parameters: string) => {
  const response = await fetch(`${base}/v1/search?${parameters}`)
  return { status: response.status, answer: answerSchema.parse(await response.json()) }
}

async function publish(): Promise<void> {
  const lock = await engine.lock('test', 10_000)
  await buildGeneration(engine, embedder, { clock: systemClock })
  lock.release()
}

async function add(id: string, title: string): Promise<void> {
  const file = join(folder, `${id}.jsonl`)
  writeFileSync(file, JSON.stringify({ id, title, abstract: `All about ${title}.` }))
  await importFile(engine, embedder, systemClock, file, { read: readOwnLine, manner: 'test', signal })
}

/** Asks until the answer is as it should be; the test's own limit ends a vain wait. */
async function until(parameters: string, holds: (answer: Awaited<ReturnType<typeof search>>['answer']) => boolean) {
  for (;;) {
    const { answer } = await search(parameters)
    if (holds(answer)) return answer
    await pause(20)
  }
}

beforeAll(async () => {
  engine = await openEngine(folder)
  embedder = await openEmbedder(config.model)
  await importSample(engine, embedder, systemClock, signal)
  await publish()
  running = await startServer(config, log)
  const address = running.server.address()
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})

afterAll(async () => {
  await running.close()
  await embedder.close()
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a running server', () => {
  it('sees a paper that another process imported, by its words and by its vector', async () => {
    await add('mine-1', 'Glacier calving acoustics')
    const answer = await until('q=glacier+calving', ({ hits }) => hits[0]?.id === 'mine-1')
    expect(answer.hits[0]).toMatchObject({ tier: 'fresh', title: 'Glacier calving acoustics' })
    const byVector = await search('q=glaciers+calve&explain=true')
    expect(byVector.answer.hits[0].explain?.cosine).toBeGreaterThan(0.3)
  })

  it('swaps in a new generation without failing a request', async () => {
    const before = (await search('q=graph+learning')).answer.generation
    let asking = true
    const statuses: number[] = []
    const askers = [1, 2, 3, 4].map(async () => {
      while (asking) statuses.push((await search('q=graph+learning')).status)
    })
    await add('mine-2', 'Permafrost carbon flux')
    await publish()
    const answer = await until('q=permafrost', ({ generation }) => generation !== before)
    asking = false
    await Promise.all(askers)
    expect(answer.hits[0]).toMatchObject({ id: 'mine-2', tier: 'static' })
    expect(new Set(statuses)).toEqual(new Set([200]))
  })

  it('pages through one ranking while papers are added to it', async () => {
    const first = (await search('q=language+models&limit=5')).answer
    await add('mine-3', 'Language models')
    await until('q=language+models', ({ hits }) => hits.some((hit) => hit.id === 'mine-3'))
    const rest = (await search(`q=language+models&limit=5&cursor=${first.nextCursor}`)).answer
    const ids = [...first.hits, ...rest.hits].map((hit) => hit.id)
    expect(new Set(ids).size).toBe(10)
    expect(ids).not.toContain('mine-3')
    expect(rest.hits.map((hit) => hit.rank)).toEqual([6, 7, 8, 9, 10])
  })

  it('puts a named paper first and reads dates as filters', async () => {
    expect((await search('q=1706.03762v5')).answer.hits[0].title).toBe('Attention Is All You Need')
    expect((await search('q=attention+is+all+you+need')).answer.hits[0].id).toBe('1706.03762')
    const { answer } = await search('q=image+models+before+january+2016')
    expect(answer.query.datesRead?.words).toBe('before january 2016')
    for (const hit of answer.hits) expect(String(hit.announced) < '2016').toBe(true)
  })

  it('says when nothing matches well, and shows the nearest all the same', async () => {
    const { answer } = await search('q=qwxyz+plumbing+invoice+kitchen+tap')
    expect(answer.abstained).toBe(true)
    expect(answer.message).toMatch(/nothing matches well/i)
  })

  it('answers 304 while nothing has changed', async () => {
    // Two askings can fall into two minutes, and then the answer is another; not three times in a row.
    const tries = await Promise.all(
      [1, 2, 3].map(async () => {
        const etag = (await fetch(`${base}/v1/search?q=agents`)).headers.get('etag') ?? ''
        return (await fetch(`${base}/v1/search?q=agents`, { headers: { 'If-None-Match': etag } })).status
      }),
    )
    expect(tries).toContain(304)
  })
})

describe('a start that cannot be', () => {
  it('beyond loopback without keys says what to do', async () => {
    await expect(startServer({ ...config, host: '0.0.0.0' }, log)).rejects.toThrow(/FRESHET_API_KEYS/)
  })

  it('with a model that is not there says what to do', async () => {
    const other = mkdtempSync(join(tmpdir(), 'freshet-model-'))
    await expect(startServer({ ...config, dataFolder: other, model: 'no-such-model' }, log)).rejects.toThrow(
      /there is no model at .*no-such-model/,
    )
    rmSync(other, { recursive: true, force: true })
  })
})
