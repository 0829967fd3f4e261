import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { BadSetting, ModelUnavailable } from './domain/errors.ts'
import { type ModelOverrides, noOverrides, readModel } from './embedders/models.ts'
import { rememberingQueries } from './embedders/remembered.ts'
import { openTransformersEmbedder } from './embedders/transformers.ts'
import { openEmbeddedEngine } from './engines/embedded/engine.ts'
import { openRuntime } from './engines/embedded/runtime.ts'
import type { Embedder, Engine, Runtime, Source } from './ports.ts'
import { arxivLookUp } from './sources/arxiv-atom.ts'
import { arxivOai } from './sources/arxiv-oai.ts'
import { oaiSource } from './sources/arxiv-oai-page.ts'
import { arxivPolicy, type PoliteClient, politeClient } from './sources/http.ts'

/** The only file that names concrete adapters. */

export const version = '0.1.0'

export const openEngine = (folder: string): Promise<Engine> => openEmbeddedEngine(folder, systemClock)

export function openRuntimeIn(folder: string): Runtime {
  mkdirSync(folder, { recursive: true })
  return openRuntime(join(folder, 'runtime.db'), systemClock)
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

export interface OpenSources {
  readonly sources: readonly Source[]
  close(): Promise<void>
}

/** With room for a turn at the gate and a few attempts. */
const lookUpDeadlineMs = 120_000

export function openSources(config: Config, runtime: Runtime): OpenSources {
  const clients: PoliteClient[] = []
  const sources = config.sources.map((name): Source => {
    if (name !== 'arxiv') throw new BadSetting(`FRESHET_SOURCES: there is no source ${name}; known: arxiv, or none`)
    const client = politeClient({
      source: name,
      userAgent: userAgent(config.contact),
      clock: systemClock,
      gate: runtime.gate,
      policy: arxivPolicy,
      random: Math.random,
      // Trying again takes minutes; whoever looks at the status should not have to wait for the last attempt.
      onTrouble: (error) => runtime.failed(oaiSource, systemClock.now(), error.message),
    })
    clients.push(client)
    const { categories, oaiUrl, apiUrl } = config.arxiv
    const lookUp = arxivLookUp(client, { baseUrl: apiUrl, deadlineMs: lookUpDeadlineMs })
    return { ...arxivOai({ client, categories, baseUrl: oaiUrl }), lookUp }
  })
  return {
    sources,
    async close() {
      for (const client of clients) await client.close()
    },
  }
}

/** Names of the sources that the settings turn on, as health and watermarks call them. */
export const sourceNames = (config: Config): string[] => config.sources.map(() => oaiSource)

const userAgent = (contact: string): string => `freshet/${version}${contact === '' ? '' : ` (${contact})`}`
