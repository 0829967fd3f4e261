import type { ChildProcess } from 'node:child_process'
import { forkProgram } from '../child.ts'
import { ModelUnavailable } from '../domain/errors.ts'
import type { Embedder, TextRole } from '../ports.ts'
import { abortable } from './abortable.ts'
import { fingerprintOf, type ModelSettings } from './models.ts'
import type { EncoderMessage } from './protocol.ts'

const program = new URL('./encoder.ts', import.meta.url)

/** The process went away with requests under way; they can be asked again. */
class EncoderDied extends Error {
  override readonly name = 'EncoderDied'
}

interface Encoder {
  readonly child: ChildProcess
  readonly dimension: number
  readonly revision: string
  ask(texts: readonly string[]): Promise<(Float32Array | null)[]>
}

/** A transformers.js model in a process of its own, started again when it dies. Throws ModelUnavailable. */
export async function openTransformersEmbedder(settings: ModelSettings): Promise<Embedder> {
  let encoder = await startEncoder(settings)
  let restarting: Promise<Encoder> | null = null
  let closed = false
  const { dimension, revision } = encoder
  const fingerprint = fingerprintOf(settings, revision, dimension)

  async function living(): Promise<Encoder> {
    if (encoder.child.connected) return encoder
    restarting ??= startEncoder(settings).finally(() => {
      restarting = null
    })
    encoder = await restarting
    if (encoder.revision !== revision) {
      throw new ModelUnavailable(
        settings.model,
        `the files of ${settings.model} changed while in use; start Freshet again`,
      )
    }
    return encoder
  }

  return {
    fingerprint,
    model: settings.model,
    dimension,
    async embed(texts, role, signal) {
      if (closed) throw new EncoderDied('the embedder is closed')
      if (texts.length === 0) return []
      const prefixed = texts.map((text) => prefixOf(settings, role) + text)
      const answer = living()
        .then((one) => one.ask(prefixed))
        // Once: a text that kills the encoder twice is a fault to be seen, not to be tried for ever.
        .catch(async (error) => {
          if (!(error instanceof EncoderDied) || closed) throw error
          return (await living()).ask(prefixed)
        })
      return abortable(answer, signal)
    },
    async close() {
      closed = true
      encoder.child.kill()
      // One that is being started has no owner yet, and would keep this process from ending.
      ;(await restarting?.catch(() => null))?.child.kill()
    },
  }
}

const prefixOf = (settings: ModelSettings, role: TextRole): string =>
  role === 'query' ? settings.queryPrefix : settings.documentPrefix

interface Asked {
  readonly texts: readonly string[]
  resolve(vectors: (Float32Array | null)[]): void
  reject(error: Error): void
}

/**
 * One request is under way at a time; what is asked meanwhile goes over together in the next. A quiet server answers at
 * once, and a busy one pays for one message where it would have paid for eight.
 */
function startEncoder(settings: ModelSettings): Promise<Encoder> {
  const child = forkProgram(program, [JSON.stringify(settings)], { quiet: true })
  let underWay: readonly Asked[] = []
  let queued: Asked[] = []

  function send(): void {
    if (underWay.length > 0 || queued.length === 0 || !child.connected) return
    underWay = queued
    queued = []
    child.send({ texts: underWay.flatMap((one) => one.texts) })
  }
  function settle(each: (one: Asked, from: number) => void): void {
    const done = underWay
    underWay = []
    let from = 0
    for (const one of done) {
      each(one, from)
      from += one.texts.length
    }
    send()
  }

  return new Promise((resolve, reject) => {
    let dimension = 0
    const ask: Encoder['ask'] = (texts) =>
      new Promise((answered, refused) => {
        if (!child.connected) return refused(new EncoderDied('the encoder is gone'))
        queued.push({ texts, resolve: answered, reject: refused })
        send()
      })
    child.on('message', (message: EncoderMessage) => {
      switch (message.kind) {
        case 'ready':
          dimension = message.dimension
          resolve({ child, dimension, revision: message.revision, ask })
          return
        case 'failed':
          reject(unavailable(settings, message.reason))
          return
        case 'embedded': {
          const vectors = rows(message.vectors, message.present, dimension)
          settle((one, from) => one.resolve(vectors.slice(from, from + one.texts.length)))
          return
        }
        case 'refused':
          settle((one) => one.reject(new Error(`the encoder could not embed: ${message.reason}`)))
      }
    })
    child.on('error', (error) => reject(unavailable(settings, error.message)))
    child.on('exit', (code, signal) => {
      reject(unavailable(settings, `its process ended (${signal ?? code})`))
      for (const one of [...underWay, ...queued]) one.reject(new EncoderDied(`the encoder ended (${signal ?? code})`))
      underWay = []
      queued = []
    })
  })
}

function unavailable(settings: ModelSettings, reason: string): ModelUnavailable {
  const where = settings.folder === null ? 'on the hub, which needs a network' : `in ${settings.folder}`
  return new ModelUnavailable(
    settings.model,
    `the embedding model ${settings.name} could not be loaded ${where}: ${reason}. ` +
      'Set FRESHET_MODEL to freshet-static, or to a folder that holds config.json, tokenizer.json and onnx/.',
  )
}

function rows(vectors: Float32Array, present: Uint8Array, dimension: number): (Float32Array | null)[] {
  return Array.from(present, (one, i) => (one === 1 ? vectors.slice(i * dimension, (i + 1) * dimension) : null))
}
