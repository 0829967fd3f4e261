import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ModelUnavailable } from '../domain/errors.ts'

export type Pooling = 'cls' | 'mean'

/** How one transformers.js feature-extraction model is loaded and called. */
export interface ModelSettings {
  /** As the user wrote it; opens the same model again. */
  readonly model: string
  /** Name below `folder`, or on the hub when `folder` is null. */
  readonly name: string
  readonly folder: string | null
  readonly quantised: boolean
  readonly pooling: Pooling
  /** The graph's own output is of unit length already. */
  readonly normalised: boolean
  /** Text beyond this many tokens is not read; null leaves it to the model's own limit. */
  readonly maxTokens: number | null
  readonly queryPrefix: string
  readonly documentPrefix: string
}

/** What only the user can know of a model that is not in the table below. */
export interface ModelOverrides {
  readonly pooling: Pooling | null
  readonly queryPrefix: string | null
  readonly documentPrefix: string | null
}

export const noOverrides: ModelOverrides = { pooling: null, queryPrefix: null, documentPrefix: null }

/** The models that ship with Freshet. */
export const shippedModels = fileURLToPath(new URL('../../data/models', import.meta.url))

type Manner = Pick<ModelSettings, 'pooling' | 'normalised' | 'queryPrefix' | 'maxTokens'>

/** Known models by the last part of their name. Others are called with mean pooling unless the settings say otherwise. */
const manners: Readonly<Record<string, Manner>> = {
  'freshet-static': { pooling: 'cls', normalised: true, queryPrefix: '', maxTokens: null },
  // Trained on 128 tokens, where its own tokenizer file cuts too; transformers.js would read on to 512. 256 tokens are
  // better on SciFact and worse on the judged topics (docs/models.md).
  'all-MiniLM-L6-v2': { pooling: 'mean', normalised: false, queryPrefix: '', maxTokens: 128 },
  'bge-small-en-v1.5': bge(),
  'bge-base-en-v1.5': bge(),
}

function bge(): Manner {
  const queryPrefix = 'Represent this sentence for searching relevant passages: '
  return { pooling: 'cls', normalised: false, queryPrefix, maxTokens: null }
}

/**
 * Reads `NAME`, `FOLDER` or `ORG/NAME`, each with `@fp32` or `@int8` (the default) behind it. A name is looked for among
 * the shipped models, a folder on disk, the rest on the hub. The result's `model` holds everything that was said, so that
 * it opens the same model again from any working directory; what was overridden follows a `?` in it.
 */
export function readModel(model: string, given: ModelOverrides = noOverrides): ModelSettings {
  const [, place, precision, said] = /^(.*?)(?:@(fp32|int8))?(?:\?(.*))?$/s.exec(model) ?? []
  if (!place) {
    throw new ModelUnavailable(model, 'no embedding model is named; set FRESHET_MODEL, for example to freshet-static')
  }
  const overrides = overridesOf(new URLSearchParams(said ?? ''), given)
  const folder = folderOf(place)
  const manner = manners[basename(place)] ?? { pooling: 'mean', normalised: false, queryPrefix: '', maxTokens: null }
  return {
    model: spelledOut(folder === null || dirname(folder) === shippedModels ? place : folder, precision, overrides),
    name: folder === null ? place : basename(folder),
    folder: folder === null ? null : dirname(folder),
    quantised: precision !== 'fp32',
    pooling: overrides.pooling ?? manner.pooling,
    normalised: manner.normalised,
    maxTokens: manner.maxTokens,
    queryPrefix: overrides.queryPrefix ?? manner.queryPrefix,
    documentPrefix: overrides.documentPrefix ?? '',
  }
}

/** Null for a model of the hub. */
function folderOf(place: string): string | null {
  const found = [resolve(place), join(shippedModels, place)].find((one) => existsSync(join(one, 'tokenizer.json')))
  const looksLikePath = place.startsWith('.') || place.startsWith('/')
  if (found || (!looksLikePath && place.includes('/'))) return found ?? null
  throw new ModelUnavailable(
    place,
    `there is no model at ${looksLikePath ? resolve(place) : join(shippedModels, place)}; name a folder with config.json, ` +
      'tokenizer.json and onnx/, or a model of the hub such as Xenova/all-MiniLM-L6-v2',
  )
}

function overridesOf(said: URLSearchParams, given: ModelOverrides): ModelOverrides {
  const pooling = given.pooling ?? said.get('pooling')
  return {
    pooling: pooling === 'cls' || pooling === 'mean' ? pooling : null,
    queryPrefix: given.queryPrefix ?? said.get('queryPrefix'),
    documentPrefix: given.documentPrefix ?? said.get('documentPrefix'),
  }
}

function spelledOut(place: string, precision: string | undefined, overrides: ModelOverrides): string {
  const said = new URLSearchParams()
  for (const [name, value] of Object.entries(overrides)) if (value !== null) said.set(name, value)
  return place + (precision ? `@${precision}` : '') + (said.size > 0 ? `?${said}` : '')
}

/** `revision` is a digest of the model's own files, so that another model of the same name is another fingerprint. */
export function fingerprintOf(settings: ModelSettings, revision: string, dimension: number): string {
  const { name, quantised, pooling, queryPrefix, documentPrefix } = settings
  const prefixes = queryPrefix || documentPrefix ? JSON.stringify([queryPrefix, documentPrefix]) : '-'
  const length = settings.maxTokens === null ? [] : [`${settings.maxTokens} tokens`]
  return [basename(name), revision, quantised ? 'int8' : 'fp32', pooling, ...length, prefixes, dimension].join(':')
}
