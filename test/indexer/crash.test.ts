import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { importFile } from '../../indexer/import.ts'
import { forkProgram } from '../../src/child.ts'
import { systemClock } from '../../src/clock.ts'
import { openEngine } from '../../src/compose.ts'
import type { Seq } from '../../src/domain/document.ts'
import { readOwnLine } from '../../src/sources/files/own.ts'
import { wordEmbedder } from '../word-embedder.ts'

/** The real indexer, killed by SIGKILL when the disk shows that it has come to a certain step. */
const program = new URL('../../indexer/main.ts', import.meta.url)
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'freshet-crash-'))
  folders.push(folder)
  return folder
}

const indexer = (folder: string, command = 'once') =>
  forkProgram(program, [command], {
    env: { ...process.env, FRESHET_DATA: folder, FRESHET_SOURCES: 'none', FRESHET_LOG: 'silent' },
  })

/** Runs a night to its end; resolves with the exit code. */
const finished = (folder: string) =>
  new Promise<number | null>((resolve) => {
    indexer(folder).on('exit', resolve)
  })

/** Kills a night as soon as `reached` says so; true when it was killed before it ended by itself. */
async function killedWhen(folder: string, reached: Reached): Promise<boolean> {
  const child = indexer(folder)
  const ended = new Promise<boolean>((resolve) => {
    child.on('exit', (_, signal) => resolve(signal === 'SIGKILL'))
  })
  while (child.exitCode === null && !reached(folder, child.pid)) await pause(1)
  child.kill('SIGKILL')
  return ended
}

const generations = (folder: string) =>
  existsSync(join(folder, 'generations')) ? readdirSync(join(folder, 'generations')) : []
const staged = (folder: string) => generations(folder).find((name) => name.endsWith('.building'))
const stagedFile = (folder: string, file: string) => {
  const name = staged(folder)
  return name !== undefined && existsSync(join(folder, 'generations', name, file))
}

async function stateOf(folder: string) {
  const engine = await openEngine(folder)
  const reader = await engine.openReader()
  const state = {
    generation: engine.catalog.current()?.id ?? null,
    documents: engine.documents.count(),
    searchable: reader.counts.static + reader.counts.fresh,
    /** What a document is, without the numbers and times that another run gives it. */
    papers: engine.documents
      .changesAfter(0 as Seq, 10_000)
      .map(({ document }) => `${document?.id} ${document?.version} ${document?.contentHash} ${document?.announced}`)
      .sort(),
  }
  await reader.close()
  await engine.close()
  return state
}

type Reached = (folder: string, pid: number | undefined) => boolean

/** Who takes the writer lock writes its name and purpose beside it, just before its first change. */
const holds =
  (purpose: RegExp): Reached =>
  (folder, pid) => {
    const file = join(folder, 'writer.json')
    const holder = existsSync(file) ? readFileSync(file, 'utf8') : ''
    return holder.includes(`"pid":${pid},`) && purpose.test(holder)
  }

const firstSteps: [string, Reached][] = [
  ['the database appears', (folder) => existsSync(join(folder, 'freshet.db'))],
  ['the sample is being stored', holds(/import/)],
  ['a generation is staged', (folder) => staged(folder) !== undefined],
  ['the generation has its final name', (folder) => generations(folder).includes('000001')],
]
const nightSteps: [string, Reached][] = [
  ['the night takes the lock', holds(/nightly/)],
  ['a generation is staged', (folder) => staged(folder) !== undefined],
  ['the graph is being written', (folder) => stagedFile(folder, 'graph.hnsw')],
  ['the manifest is written', (folder) => stagedFile(folder, 'manifest.json')],
  ['the generation has its final name', (folder) => generations(folder).includes('000002')],
]

describe('a first start that dies', () => {
  let undisturbed: readonly string[]

  beforeAll(async () => {
    const folder = newFolder()
    expect(await finished(folder)).toBe(0)
    undisturbed = (await stateOf(folder)).papers
    expect(undisturbed).toHaveLength(252)
  })

  it.each(firstSteps)('when %s is made good by the next one', async (_, reached) => {
    const folder = newFolder()
    await killedWhen(folder, reached)
    const left = await stateOf(folder)
    expect([0, 252]).toContain(left.documents)
    expect(left.searchable).toBe(left.documents)
    expect(await finished(folder)).toBe(0)
    expect(await stateOf(folder)).toEqual({ generation: 1, documents: 252, searchable: 252, papers: undisturbed })
    expect(staged(folder)).toBeUndefined()
  })
})

describe('a later night that dies', () => {
  it('leaves the old generation current, the new papers searchable, and the rest to the next night', async () => {
    const folder = newFolder()
    expect(await finished(folder)).toBe(0)
    const engine = await openEngine(folder)
    const file = join(folder, 'own.jsonl')
    writeFileSync(file, JSON.stringify({ id: 'mine-1', title: 'A note about glaciers', abstract: 'Ice moves.' }))
    const signal = new AbortController().signal
    await importFile(engine, wordEmbedder(), systemClock, file, { read: readOwnLine, manner: 'test', signal })
    await engine.close()

    const { papers } = await stateOf(folder)

    for (const [step, reached] of nightSteps) {
      const killed = await killedWhen(folder, reached)
      const left = await stateOf(folder)
      expect(left).toMatchObject({ documents: 253, searchable: 253, papers })
      // The pointer moves right after the folder got its name: either generation is a whole one.
      if (killed && !step.includes('final')) expect(left.generation).toBe(1)
    }
    expect(await finished(folder)).toBe(0)
    expect(await stateOf(folder)).toMatchObject({ generation: 2, documents: 253, searchable: 253, papers })
    expect(staged(folder)).toBeUndefined()
  })
})

// A server that could not start had left an indexer behind, which had missed its end while it was loading.
it('an indexer ends with its server, even with one that dies before it listens', async () => {
  const child = indexer(newFolder(), 'schedule')
  const ended = new Promise<string | null>((resolve) => {
    child.on('exit', (_, signal) => resolve(signal))
  })
  child.disconnect()
  expect(await ended).toBeNull()
})
