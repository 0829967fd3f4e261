import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { buildGeneration } from '../../indexer/build.ts'
import { ingest } from '../../indexer/ingest.ts'
import { systemClock } from '../../src/clock.ts'
import { openEngine } from '../../src/compose.ts'
import { factsOf, type StoredDocument, textOf } from '../../src/domain/document.ts'
import type { Embedder, Engine } from '../../src/ports.ts'
import type { Collection } from '../collection.ts'
import { withKnown } from '../known-vectors.ts'
import { cpuMs, encoderCpuMs } from './cost.ts'

const shape = z.object({
  build: z.object({ documents: z.number(), cpuMs: z.number() }),
  harvest: z.object({ papers: z.number(), writeMs: z.number(), embedMs: z.number() }),
})

/**
 * What keeping a store costs, in ms of user and system time of all processes: one generation, from the first document
 * read to the files verified, and taking in so many papers, whose vectors are counted apart. Fetching them is not in it.
 */
export type Upkeep = z.infer<typeof shape>

/** Of a sample harvest: about what a day of the shared corpus brings. */
const sampled = 150

type Store = Pick<Collection, 'engine' | 'embedder'>

/** Measured once for each generation, and kept in the folder; null where the system does not tell what a child has used. */
export async function upkeepOf(store: Store, folder: string, say: (line: string) => void): Promise<Upkeep | null> {
  // Whoever has opened a model has used some time.
  if (encoderCpuMs() === 0) return null
  const { engine } = store
  const file = join(folder, `${engine.incarnation()}-${engine.catalog.current()?.id ?? 0}.json`)
  if (existsSync(file)) return shape.parse(JSON.parse(readFileSync(file, 'utf8')))
  say('measuring what a build and a harvest cost')
  const upkeep = await measuredUpkeep(store)
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${file}.new`, `${JSON.stringify(upkeep)}\n`)
  renameSync(`${file}.new`, file)
  return upkeep
}

export async function measuredUpkeep(store: Store): Promise<Upkeep> {
  return { build: await buildCost(store), harvest: await harvestCost(store) }
}

/** The product's own build of the whole store, thrown away instead of being published. */
async function buildCost({ engine, embedder }: Store): Promise<Upkeep['build']> {
  const lock = await engine.lock('measuring a build', 60_000)
  try {
    const began = cpuMs()
    const built = await buildGeneration(unpublishing(engine), embedder, { clock: systemClock })
    const spent = cpuMs() - began
    return { documents: built.outcome === 'published' ? built.manifest.documents : 0, cpuMs: spent }
  } finally {
    await engine.catalog.sweep()
    lock.release()
  }
}

const unpublishing = (engine: Engine): Engine => ({
  ...engine,
  catalog: { ...engine.catalog, current: () => null, publish() {} },
})

/** The newest papers, into an empty store; those before them first, so that what is measured has run warm. */
async function harvestCost({ engine, embedder }: Store): Promise<Upkeep['harvest']> {
  const newest = [...engine.forBuild(engine.documents.lastSeq())].slice(-2 * sampled)
  const [warming, papers] = [newest.slice(0, -sampled), newest.slice(-sampled)]
  const folder = mkdtempSync(join(tmpdir(), 'freshet-upkeep-'))
  const store = await openEngine(folder)
  try {
    const known = withKnown(embedder, engine.embeddings)
    const write = (some: readonly StoredDocument[]) => () => stored(store, known, some)
    const embed = (some: readonly StoredDocument[]) => () => embedder.embed(some.map(textOf), 'document')
    await write(warming)()
    await embed(warming.slice(0, 16))()
    return {
      papers: papers.length,
      writeMs: await cpuOf(write(papers)),
      embedMs: await cpuOf(embed(papers)),
    }
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
}

async function stored(store: Engine, embedder: Embedder, papers: readonly StoredDocument[]): Promise<void> {
  async function* batches() {
    yield { records: papers.map(factsOf) }
  }
  await ingest(store, embedder, systemClock, batches(), { purpose: 'measuring a harvest' })
}

async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const began = cpuMs()
  await work()
  return cpuMs() - began
}
