import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { measuredUpkeep, upkeepOf } from '../../../experiments/replay/upkeep.ts'
import { openEmbedder } from '../../../src/compose.ts'
import type { Embedder } from '../../../src/ports.ts'
import { tempFolder, underLock } from '../../engines/fixtures.ts'
import { type Opened, opened, papers } from './collections.ts'

let store: Opened
beforeAll(async () => {
  store = await opened(papers.slice(0, 200), papers.slice(200))
})
afterAll(() => store.close())

const stateOf = ({ engine, snapshot }: Opened) => ({
  generations: engine.catalog.list(),
  current: engine.catalog.current(),
  documents: engine.documents.count(),
  mark: engine.documents.lastSeq(),
  serving: snapshot.generation,
})

describe('measuring the upkeep of a store', () => {
  it('builds all that it holds, takes in its newest papers, and leaves it as it was', async () => {
    const before = stateOf(store)
    const { build, harvest } = await measuredUpkeep(store)
    expect(build.documents).toBe(papers.length)
    expect(harvest.papers).toBe(150)
    expect(build.cpuMs).toBeGreaterThan(0)
    expect(harvest.writeMs).toBeGreaterThan(0)
    expect(stateOf(store)).toEqual(before)
    // What was built aside is gone: there is nothing left to sweep, and whoever wants to write may.
    expect(await underLock(store.engine, () => store.engine.catalog.sweep())).toEqual([])
  })

  it('is not done where the system does not tell what an encoder has used', async () => {
    const folder = tempFolder()
    // The encoder of these tests is no process.
    expect(await upkeepOf(store, folder.path, () => {})).toBeNull()
    expect(readdirSync(folder.path)).toEqual([])
    folder.remove()
  })
})

const noProc = existsSync('/proc/self/stat') ? '' : ' (skipped: this system has no /proc)'
describe.skipIf(noProc)(`the upkeep of a store under an encoder of its own${noProc}`, () => {
  const folder = tempFolder()
  let encoder: Embedder
  beforeAll(async () => {
    encoder = await openEmbedder('freshet-static')
  })
  afterAll(async () => {
    await encoder.close()
    folder.remove()
  })

  it('is measured once for a generation and read again from then on', async () => {
    const said: string[] = []
    // Generations are of the words' vectors; that the open encoder is another one makes no difference to what is kept.
    const upkeep = () => upkeepOf(store, join(folder.path, 'upkeep'), (line) => said.push(line))
    const first = await upkeep()
    expect(first?.build.documents).toBe(papers.length)
    const [name] = readdirSync(join(folder.path, 'upkeep'))
    const file = join(folder.path, 'upkeep', name)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(first)
    const noted = { build: { documents: 7, cpuMs: 8 }, harvest: { papers: 1, writeMs: 2, embedMs: 3 } }
    writeFileSync(file, JSON.stringify(noted))
    expect(await upkeep()).toEqual(noted)
    expect(said).toHaveLength(1)
  })
})
