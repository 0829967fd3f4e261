import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from './clock.ts'
import { ModelUnavailable } from './domain/errors.ts'
import { type ModelOverrides, noOverrides, readModel } from './embedders/models.ts'
import { rememberingQueries } from './embedders/remembered.ts'
import { openTransformersEmbedder } from './embedders/transformers.ts'
import { openEmbeddedEngine } from './engines/embedded/engine.ts'
import { openRuntime } from './engines/embedded/runtime.ts'
import type { Embedder, Engine, Runtime } from './ports.ts'

/** The only file that names concrete adapters. */

export const version = '0.1.0'

export const openEngine = (folder: string): Promise<Engine> => openEmbeddedEngine(folder, systemClock)

export function openRuntimeIn(folder: string): Runtime {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'runtime.db')
  // Searches of people and secrets of webhooks are in it; SQLite gives its companions the same mode.
  closeSync(openSync(file, 'a', 0o600))
  return openRuntime(file, systemClock)
}

const rememberedQueries = 10_000

export async function openEmbedder(model: string, overrides: ModelOverrides = noOverrides): Promise<Embedder> {
  return rememberingQueries(await openTransformersEmbedder(readModel(model, overrides)), rememberedQueries)
}

/**
 * The embedders of a process: the one of the settings, and while a generation of another model still serves, that
 * one's too. They are told apart by fingerprint, so vectors of different models never meet.
 */
export class Embedders {
  readonly configured: Embedder
  readonly #known = new Map<string, Embedder>()

  constructor(configured: Embedder) {
    this.configured = configured
    this.#known.set(configured.fingerprint, configured)
  }

  get(fingerprint: string): Embedder | null {
    return this.#known.get(fingerprint) ?? null
  }

  /** The embedder that the published generation was built with; throws ModelUnavailable when it cannot be had. */
  async serving(engine: Engine): Promise<Embedder> {
    const current = engine.catalog.current()
    if (!current) return this.configured
    const known = this.#known.get(current.fingerprint)
    if (known) return known
    const opened = await openEmbedder(current.model)
    if (opened.fingerprint === current.fingerprint) {
      this.#known.set(opened.fingerprint, opened)
      return opened
    }
    await opened.close()
    // The same name with other files is another model, and its vectors are not comparable with the generation's.
    throw new ModelUnavailable(
      current.model,
      `generation ${current.id} was built with ${current.fingerprint}, but ${current.model} is now ${opened.fingerprint}; ` +
        'put the old files back, or run: freshet index once',
    )
  }

  async close(): Promise<void> {
    for (const embedder of this.#known.values()) await embedder.close()
  }
}

/** Product and version, as sources and clients see them. */
export const product = `freshet/${version}`
