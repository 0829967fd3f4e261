import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildGeneration } from '../indexer/build.ts'
import { importFile } from '../indexer/import.ts'
import { importSample } from '../indexer/sample.ts'
import { systemClock } from '../src/clock.ts'
import { openEmbedder, openEngine, openRuntimeIn } from '../src/compose.ts'
import { readConfig } from '../src/config.ts'
import type { DocumentId } from '../src/domain/document.ts'
import { noOverrides } from '../src/embedders/models.ts'
import { answerSchema } from '../src/http/answers.ts'
import { statusSchema } from '../src/http/status.ts'
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

function urlOf({ server }: typeof running): string {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server does not listen')
  return `http://127.0.0.1:${address.port}`
}

async function publish(serving = embedder): Promise<void> {
  const lock = await engine.lock('test', 10_000)
  await buildGeneration(engine, serving, { clock: systemClock })
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
  base = urlOf(running)
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

  it('answers 304 while nothing has changed, and anew when something has', async () => {
    const ask = (headers: Record<string, string> = {}) => fetch(`${base}/v1/search?q=agents`, { headers })
    // Two askings can fall into two minutes, and then the answer is another; not so three times in a row.
    let tag = ''
    let status = 0
    for (let tries = 0; tries < 3 && status !== 304; tries++) {
      tag = (await ask()).headers.get('etag') ?? ''
      status = (await ask({ 'If-None-Match': tag })).status
    }
    expect(status).toBe(304)
    await add('mine-4', 'Agents of geological change')
    await until('q=agents', ({ hits }) => hits.some((hit) => hit.id === 'mine-4'))
    expect((await ask({ 'If-None-Match': tag })).status).toBe(200)
  })

  it('says that it lives, that it is ready, and what it holds', async () => {
    expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ status: 'ok' })
    expect(await (await fetch(`${base}/readyz`)).json()).toEqual({ status: 'ready' })
    const status = statusSchema.parse(await (await fetch(`${base}/v1/status`)).json())
    const { documents, bySource } = engine.documents.counts()
    expect(status).toMatchObject({
      store: { documents, bySource, incarnation: engine.incarnation() },
      generation: { id: engine.catalog.current()?.id, fingerprint: embedder.fingerprint },
      model: { configured: 'freshet-static', serving: embedder.fingerprint },
      indexer: { mode: 'off', running: false, nextNight: null },
      sources: [],
    })
    expect(status.fresh.documents).toBe(engine.documents.lastSeq() - (engine.catalog.current()?.mark ?? 0))
  })

  it('shows a document with its versions, and hides a purged one', async () => {
    const document = await fetch(`${base}/v1/documents/1706.03762v1`)
    expect(await document.json()).toMatchObject({ id: '1706.03762', standIn: true, requestedVersion: 1 })
    await add('mine-5', 'Subglacial lake chemistry')
    await until('q=subglacial', ({ hits }) => hits[0]?.id === 'mine-5')
    const lock = await engine.lock('test', 10_000)
    engine.documents.purge(['mine-5' as DocumentId], systemClock.now())
    lock.release()
    await until('q=subglacial', ({ hits }) => hits.every((hit) => hit.id !== 'mine-5'))
    expect((await fetch(`${base}/v1/documents/mine-5`)).status).toBe(404)
  })
})

describe('a change of the model', () => {
  it('takes nothing from the answers: each generation is asked with the encoder it was built with', async () => {
    const other = await openEmbedder('freshet-static', { ...noOverrides, documentPrefix: 'paper: ' })
    expect(other.fingerprint).not.toBe(embedder.fingerprint)
    for (const serving of [other, embedder]) {
      await publish(serving)
      const current = engine.catalog.current()?.id
      const answer = await until('q=mixture+of+experts&explain=true', ({ generation }) => generation === current)
      expect(answer).toMatchObject({
        degraded: [],
        hits: expect.arrayContaining([expect.objectContaining({ tier: 'static' })]),
      })
      expect(answer.hits[0].explain?.cosine).toBeGreaterThan(0.3)
      const status = statusSchema.parse(await (await fetch(`${base}/v1/status`)).json())
      expect(status.model.serving).toBe(serving.fingerprint)
    }
    await other.close()
  })
})

describe('a server over an empty store', () => {
  it('lives, is not ready and says why, until the first papers are in; then it searches by words and vectors', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'freshet-empty-'))
    const server = await startServer({ ...config, dataFolder: empty }, log)
    const url = urlOf(server)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const waiting = await fetch(`${url}/readyz`)
    expect(waiting.status).toBe(503)
    expect(await waiting.json()).toMatchObject({ detail: expect.stringContaining('first generation') })
    const nothing = answerSchema.parse(await (await fetch(`${url}/v1/search?q=agents`)).json())
    expect(nothing).toMatchObject({ hits: [], generation: null, message: 'Nothing matches.', degraded: [] })

    const other = await openEngine(empty)
    await importSample(other, embedder, systemClock, signal)
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 30_000 }).toBe(200)
    await expect
      .poll(
        async () => {
          const response = await fetch(`${url}/v1/search?q=mixture+of+experts&explain=true`)
          return answerSchema.parse(await response.json()).hits[0]?.explain?.cosine
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(0.3)
    await other.close()
    await server.close()
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
    rmSync(empty, { recursive: true, force: true })
  })
})

describe('a server that interleaves', () => {
  it('shows one page of both arms, goes on with its own, and knows later whose hit was of use', async () => {
    const server = await startServer({ ...config, challenger: 'gate-off' }, log)
    const url = urlOf(server)
    const answered = async (parameters: string) =>
      answerSchema.parse(await (await fetch(`${url}/v1/search?${parameters}`)).json())
    const page = await answered('q=language+models&limit=4')
    expect(page).toMatchObject({ interleaved: true, query: { freshness: 'auto' } })
    expect(page.hits.map((hit) => hit.rank)).toEqual([1, 2, 3, 4])
    const next = await answered(`q=language+models&limit=4&cursor=${page.nextCursor}`)
    expect(next).toMatchObject({ interleaved: false, hits: [{ rank: 5 }, {}, {}, {}] })
    expect(await answered('q=language+models&freshness=off')).toMatchObject({ interleaved: false })

    const judgement = { answer_id: page.answerId, document_id: page.hits[0].id, useful: true }
    const headers = { 'Content-Type': 'application/json' }
    const taken = await fetch(`${url}/v1/feedback`, { method: 'POST', headers, body: JSON.stringify(judgement) })
    expect(taken.status).toBe(200)
    await server.close()
    const runtime = openRuntimeIn(folder)
    const [judged] = runtime.feedback.judged()
    expect(judged).toMatchObject({ id: page.answerId, arms: ['auto', 'gate-off'], judgements: [{ useful: true }] })
    expect(new Set(judged.hits.slice(0, 2).map((hit) => hit.team))).toEqual(new Set(['first', 'second']))
    runtime.close()
  })
})

describe('operations of a running server', () => {
  it('counts and remembers what is searched, and says that it ends before it does', async () => {
    const server = await startServer(config, log)
    const url = urlOf(server)
    await (await fetch(`${url}/v1/search?q=graph+learning&category=cs.LG`)).text()
    const metrics = await (await fetch(`${url}/metrics`)).text()
    expect(metrics).toContain('freshet_answers_total{mode="auto",result="matched"} 1')
    expect(metrics).toMatch(/^freshet_generation_age_seconds \d/m)
    server.drain()
    expect((await fetch(`${url}/readyz`)).status).toBe(503)
    expect((await fetch(`${url}/v1/search?q=`)).status).toBe(400)
    await server.close()
    const runtime = openRuntimeIn(folder)
    expect(runtime.queries.newest(1)).toMatchObject([
      { text: 'graph learning', filters: ['categories'], caller: 'everybody', live: false },
    ])
    runtime.close()
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
