import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env, type FeatureExtractionPipeline, pipeline } from '@xenova/transformers'
import type { ModelSettings } from './models.ts'
import type { EmbedRequest, EncoderMessage } from './protocol.ts'

/**
 * The program of the encoder's process: loads one model, then answers requests one after another. It is a process
 * because ONNX Runtime blocks the event loop for a whole batch, and not a worker thread because onnxruntime-node 1.14
 * cannot be loaded twice in one process.
 */
const batchSize = 32
const settings: ModelSettings = JSON.parse(process.argv[2])

const say = (message: EncoderMessage) => {
  if (!process.connected) return
  // Its owner may have been killed while it worked: nobody waits for the answer any more.
  process.send?.(message, undefined, undefined, (error) => {
    if (error) process.exit(0)
  })
}

async function load(): Promise<FeatureExtractionPipeline> {
  if (settings.folder === null) {
    env.allowLocalModels = false
  } else {
    env.localModelPath = settings.folder
    env.allowRemoteModels = false
  }
  const model = await pipeline('feature-extraction', settings.name, { quantized: settings.quantised })
  if (settings.maxTokens !== null) model.tokenizer.model_max_length = settings.maxTokens
  return model
}

/** A digest of what the vectors depend on: weights and tokenizer. */
function revision(): string {
  const root = settings.folder === null ? join(env.cacheDir, settings.name) : join(settings.folder, settings.name)
  const hash = createHash('sha256')
  hash.update(readFileSync(join(root, 'onnx', settings.quantised ? 'model_quantized.onnx' : 'model.onnx')))
  hash.update(readFileSync(join(root, 'tokenizer.json')))
  return hash.digest('hex').slice(0, 12)
}

/** Texts of like length share a batch, for every text is padded to the longest one beside it. */
async function embedAll(model: FeatureExtractionPipeline, texts: readonly string[], dimension: number) {
  const vectors = new Float32Array(texts.length * dimension)
  const present = new Uint8Array(texts.length)
  const order = texts.map((_, i) => i).sort((one, other) => texts[one].length - texts[other].length)
  for (let start = 0; start < order.length; start += batchSize) {
    const batch = order.slice(start, start + batchSize)
    const output = await model(
      batch.map((i) => texts[i]),
      { pooling: settings.pooling, normalize: !settings.normalised },
    )
    batch.forEach((i, row) => {
      const from = row * dimension
      const vector = Float32Array.from(output.data.slice(from, from + dimension))
      // A text of unknown words comes back as zeros or NaN: it has no direction, and so no vector.
      const norm = Math.hypot(...vector)
      if (!(norm > 1e-6)) return
      present[i] = texts[i].trim() === '' ? 0 : 1
      for (let at = 0; at < dimension; at++) vectors[i * dimension + at] = vector[at] / norm
    })
  }
  return { vectors, present }
}

async function main(): Promise<void> {
  const model = await load()
  const probe = await model(['probe'], { pooling: settings.pooling, normalize: !settings.normalised })
  const dimension = probe.dims[probe.dims.length - 1]
  let queue = Promise.resolve()
  process.on('message', ({ texts }: EmbedRequest) => {
    queue = queue.then(async () => {
      try {
        say({ kind: 'embedded', ...(await embedAll(model, texts, dimension)) })
      } catch (error) {
        say({ kind: 'refused', reason: String(error) })
      }
    })
  })
  say({ kind: 'ready', dimension, revision: revision() })
}

process.on('disconnect', () => process.exit(0))
// Its owner decides when to stop: a Ctrl-C in the terminal reaches every process of the group.
process.on('SIGINT', () => {})
main().catch((error) => {
  say({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
  process.disconnect?.()
})
