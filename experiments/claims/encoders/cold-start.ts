import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { forkProgram } from '../../../src/child.ts'
import { openEmbedder, openEngine } from '../../../src/compose.ts'
import { cpuMs } from '../../replay/cost.ts'
import { ascending, quantileOf } from '../../statistics/quantile.ts'

export interface StageSpent {
  readonly tookMs: number
  /** User + system time of all processes. */
  readonly cpuMs: number
}

/** From nothing to a first answer, in parts; each the median of several fresh processes. */
export interface ColdStart {
  /** Node and the TypeScript loader, of the encoder's process. */
  readonly process: StageSpent
  readonly library: StageSpent
  /** Tokenizer and weights, and the probe that tells the dimension. */
  readonly model: StageSpent
  readonly firstEmbed: StageSpent
  /** Null where no store of the encoder was at hand. */
  readonly index: (StageSpent & { readonly papers: number }) | null
  /** Processor time of one query more, once all is loaded. */
  readonly warmCpuMs: number
}

/** Null where the system does not tell what a child has used. */
export type MeasureColdStart = (model: string, queries: readonly string[], stores: string) => Promise<ColdStart | null>

const rounds = 5
const program = new URL('./cold-start-process.ts', import.meta.url)

/** `stores`: a folder of stores, the largest of the encoder's own is opened. */
export const measureColdStart: MeasureColdStart = async (model, queries, stores) => {
  const encoders = await several(() => startEncoder(model, queries))
  if (encoders.some(({ ready }) => ready.cpuMs === 0)) return null
  const libraries = await several(() => alone('library'))
  const start = medianOf(libraries.map((one) => one.start))
  const library = medianOf(libraries.map((one) => one.work))
  const ready = medianOf(encoders.map((one) => one.ready))
  const store = await largestStore(stores, encoders[0].fingerprint)
  return {
    process: start,
    library,
    model: {
      tookMs: Math.max(0, ready.tookMs - start.tookMs - library.tookMs),
      cpuMs: Math.max(0, ready.cpuMs - start.cpuMs - library.cpuMs),
    },
    firstEmbed: medianOf(encoders.map((one) => one.first)),
    index: store && {
      ...medianOf((await several(() => alone('index', store.folder))).map((one) => one.work)),
      papers: store.papers,
    },
    warmCpuMs: median(encoders.map((one) => one.warmCpuMs)),
  }
}

async function several<T>(work: () => Promise<T>): Promise<T[]> {
  const done: T[] = []
  for (let round = 0; round < rounds; round++) done.push(await work())
  return done
}

const median = (values: readonly number[]): number => quantileOf(ascending(values), 0.5)
const medianOf = (spent: readonly StageSpent[]): StageSpent => ({
  tookMs: median(spent.map((one) => one.tookMs)),
  cpuMs: median(spent.map((one) => one.cpuMs)),
})

/** What one query more costs is asked for once everything has run warm, as documents, which are not remembered. */
async function startEncoder(model: string, [firstQuery = 'a query', ...others]: readonly string[]) {
  const begun = now()
  const embedder = await openEmbedder(model)
  try {
    const ready = since(begun)
    const asked = now()
    await embedder.embed([firstQuery], 'query')
    const first = since(asked)
    for (const query of others) await embedder.embed([query], 'document')
    const warm = now()
    for (const query of others) await embedder.embed([query], 'query')
    const warmCpuMs = since(warm).cpuMs / Math.max(1, others.length)
    return { fingerprint: embedder.fingerprint, ready, first, warmCpuMs }
  } finally {
    await embedder.close()
  }
}

const now = (): StageSpent => ({ tookMs: performance.now(), cpuMs: cpuMs() })
const since = (begun: StageSpent): StageSpent => ({
  tookMs: performance.now() - begun.tookMs,
  cpuMs: cpuMs() - begun.cpuMs,
})

/** What a process of one task says before it ends. */
export interface TaskSpent {
  readonly start: StageSpent
  readonly work: StageSpent
}

async function alone(...work: readonly string[]): Promise<TaskSpent> {
  const child = forkProgram(program, work)
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that was to be timed ended (${code})`)
  })
  ended.catch(() => {})
  const [said] = await Promise.race([once(child, 'message'), ended])
  return said
}

async function largestStore(
  folder: string,
  fingerprint: string,
): Promise<{ readonly folder: string; readonly papers: number } | null> {
  let largest: { readonly folder: string; readonly papers: number } | null = null
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const place = join(folder, name)
    if (!existsSync(join(place, 'freshet.db'))) continue
    const engine = await openEngine(place)
    const manifest = engine.catalog.current()
    await engine.close()
    if (manifest?.fingerprint !== fingerprint || manifest.documents <= (largest?.papers ?? 0)) continue
    largest = { folder: place, papers: manifest.documents }
  }
  return largest
}
