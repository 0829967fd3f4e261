import type { Degradation } from '../domain/answer.ts'
import type { Embedder, Snapshot } from '../ports.ts'
import type { LiveTier } from './live.ts'

/** The embedder that speaks a fingerprint; null when this process has none that does. */
export type EmbedderFor = (fingerprint: string) => Embedder | null

/** A query without a vector is answered from its words, and says so. */
export async function embedQuery(
  subject: string,
  snapshot: Snapshot,
  embedderFor: EmbedderFor,
  degraded: Degradation[],
  signal: AbortSignal | undefined,
): Promise<Float32Array | null> {
  if (snapshot.fingerprint === null || subject === '') return null
  const without = (reason: string) => degraded.push({ part: 'vectors', code: 'degraded', reason, retryAfterMs: null })
  const embedder = embedderFor(snapshot.fingerprint)
  if (!embedder) {
    without('the model of the index is not loaded; words alone were matched')
    return null
  }
  try {
    const [vector] = await embedder.embed([subject], 'query', signal)
    return vector
  } catch (error) {
    if (signal?.aborted) throw error
    without('the encoder failed; words alone were matched')
    return null
  }
}

/** Without an encoder, which the answer has said already, late records are scored by their words. */
export async function embedRecords(
  texts: readonly string[],
  snapshot: Snapshot,
  embedderFor: EmbedderFor,
  live: LiveTier,
  leftMs: number,
  degraded: Degradation[],
): Promise<readonly (Float32Array | null)[]> {
  const embedder = snapshot.fingerprint === null ? null : embedderFor(snapshot.fingerprint)
  if (!embedder || texts.length === 0) return []
  const without = (code: 'timeout' | 'degraded', reason: string) => {
    degraded.push({ part: 'vectors', code, reason, retryAfterMs: null })
    return []
  }
  try {
    const vectors = await live.vectorsOf(texts, embedder, Math.max(0, leftMs))
    return vectors ?? without('timeout', 'the encoder was late; live records were matched by words alone')
  } catch {
    return without('degraded', 'the encoder failed; live records were matched by words alone')
  }
}
