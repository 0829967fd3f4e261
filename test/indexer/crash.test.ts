import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { importFile } from '../../indexer/import.ts'
import { forkProgram } from '../../src/child.ts'
import { systemClock } from '../../src/clock.ts'
import { openEngine } from '../../src/compose.ts'
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

const indexer = (folder: string) =>
  forkProgram(program, ['once'], {
    env: { ...process.env, FRESHET_DATA: folder, FRESHET_SOURCES: 'none', FRESHET_LOG: 'silent' },
  })

/** Runs a night to its end; resolves with the exit code. */
const finished = (folder: string) =>
  new Promise<number | null>((resolve) => {
    indexer(folder).on('exit', resolve)
  })

/** Kills a night as soon as `reached` says so; true when it was killed before it ended by itself. */
async function killedWhen(folder: string, reached: () => boolean): Promise<boolean> {
  const child = indexer(folder)
  const ended = new Promise<boolean>((resolve) => {
    child.on('exit', (_, signal) => resolve(signal === 'SIGKILL'))
  })
  while (child.exitCode === null && !reached()) await pause(1)
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
  }
  await reader.close()
  await engine.close()
  return state
}

const steps: [string, (folder: string) => boolean][] = [
  ['the database appears', (folder) => existsSync(join(folder, 'freshet.db'))],
  ['a generation is staged', (folder) => staged(folder) !== undefined],
  ['the graph is being written', (folder) => stagedFile(folder, 'graph.hnsw')],
  ['the manifest is written', (folder) => stagedFile(folder, 'manifest.json')],
]

describe('a first start that dies', () => {
  it.each(steps)('when %s is made good by the next one', async (_, reached) => {
    const folder = newFolder()
    await killedWhen(folder, () => reached(folder))
    expect(await finished(folder)).toBe(0)
    expect(await stateOf(folder)).toEqual({ generation: 1, documents: 252, searchable: 252 })
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

    for (const [, reached] of steps.slice(1)) {
      const killed = await killedWhen(folder, () => reached(folder))
      const { generation, documents, searchable } = await stateOf(folder)
      expect(documents).toBe(253)
      expect(searchable).toBe(253)
      if (killed) expect(generation).toBe(1)
    }
    expect(await finished(folder)).toBe(0)
    expect((await stateOf(folder)).generation).toBeGreaterThan(1)
    expect(staged(folder)).toBeUndefined()
  })
})
