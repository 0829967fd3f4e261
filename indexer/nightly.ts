import type { Clock, Embedder, Engine } from '../src/ports.ts'
import { type BuildOptions, type BuildResult, buildGeneration } from './build.ts'
import type { HarvestReport } from './harvest.ts'

export interface NightParts {
  readonly engine: Engine
  /** The embedder of the settings, for the generation to be built. */
  readonly embedder: Embedder
  /** Brings in what the sources have by now. */
  harvest(): Promise<readonly HarvestReport[]>
  readonly clock: Clock
}

export interface Night {
  readonly swept: readonly string[]
  readonly harvests: readonly HarvestReport[]
  readonly build: BuildResult
}

/**
 * Harvest, build, verify, publish. The writer lock is held per batch of a harvest and from the first mark of the build
 * to its publication. Running it twice changes nothing.
 */
export async function night(
  { engine, embedder, harvest, clock }: NightParts,
  lockWaitMs: number,
  signal: AbortSignal,
  onProgress?: BuildOptions['onProgress'],
): Promise<Night> {
  const harvests = await harvest()
  signal.throwIfAborted()
  const lock = await engine.lock('nightly build', lockWaitMs)
  try {
    const swept = await engine.catalog.sweep()
    const build = await buildGeneration(engine, embedder, { clock, ...(onProgress && { onProgress }) })
    await engine.catalog.sweep()
    return { swept, harvests, build }
  } finally {
    lock.release()
  }
}
