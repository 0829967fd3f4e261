import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Embedder } from '../../src/ports.ts'

export interface EmbedderUnderTest {
  open(): Promise<Embedder>
  readonly dimension: number
  /** Least cosine of a text's vectors in two batches: int8 graphs scale by what else is in the batch. */
  readonly agreement: number
  /** A text without a known word has no vector; models of word pieces know a piece of everything. */
  readonly knowsUnknown: boolean
}

export const texts = [
  'Long-term memory for language model agents.',
  'A short one.',
  'Segmentation of organs in computed tomography with few labels, and what it takes to trust the result.',
  '图 神经 🌊',
]

export function cosine(one: Float32Array | null, other: Float32Array | null): number {
  if (!one || !other) throw new Error('there is no vector')
  return one.reduce((sum, value, i) => sum + value * other[i], 0)
}

/** What every Embedder keeps to, whatever it runs on. */
export function embedderContract({ open, dimension, agreement, knowsUnknown }: EmbedderUnderTest): void {
  let embedder: Embedder
  beforeAll(async () => {
    embedder = await open()
  })
  afterAll(() => embedder?.close())

  const alone = async (text: string) => (await embedder.embed([text], 'document'))[0]

  describe('vectors', () => {
    it('are of unit length and of the dimension that it states', async () => {
      expect(embedder.dimension).toBe(dimension)
      for (const vector of await embedder.embed(texts, 'document')) {
        expect(vector).toHaveLength(dimension)
        expect(cosine(vector, vector)).toBeCloseTo(1, 5)
      }
    })

    it('come in the order of the texts, the same as each text gets alone', async () => {
      const together = await embedder.embed(texts, 'document')
      expect(together).toHaveLength(texts.length)
      for (const [i, vector] of together.entries())
        expect(cosine(vector, await alone(texts[i]))).toBeGreaterThan(agreement)
    })

    it('are the same for the same request', async () => {
      expect(await embedder.embed(texts, 'document')).toEqual(await embedder.embed(texts, 'document'))
      const [one, other] = await embedder.embed([texts[0], texts[0]], 'query')
      expect(cosine(one, other)).toBeGreaterThan(0.9999)
    })

    it('of like texts are nearer than those of unlike ones', async () => {
      const [query, ...documents] = await embedder.embed(['how agents remember', ...texts], 'query')
      expect(cosine(query, documents[0])).toBeGreaterThan(cosine(query, documents[2]))
    })

    it('are null where a text has none, and leave the others in their places', async () => {
      const [, empty, blank, unknown, last] = await embedder.embed(
        [texts[0], '', ' \n', '\u0000', texts[1]],
        'document',
      )
      expect([empty, blank]).toEqual([null, null])
      expect(unknown === null).toBe(!knowsUnknown)
      expect(cosine(last, await alone(texts[1]))).toBeGreaterThan(agreement)
    })

    it('of nothing are none', async () => {
      expect(await embedder.embed([], 'query')).toEqual([])
    })
  })

  it('answers many requests at once, each with its own, whatever their sizes', async () => {
    const many = Array.from({ length: 70 }, (_, i) => `paper ${i} about ${texts[i % 3].slice(0, 10 + i)}`)
    const expected = await embedder.embed(many, 'query')
    const [singles, halves] = await Promise.all([
      Promise.all(many.map(async (text) => (await embedder.embed([text], 'query'))[0])),
      Promise.all([embedder.embed(many.slice(0, 33), 'query'), embedder.embed(many.slice(33), 'query')]),
    ])
    for (const [i, vector] of expected.entries()) {
      expect(cosine(singles[i], vector)).toBeGreaterThan(agreement)
      expect(cosine(halves.flat()[i], vector)).toBeGreaterThan(agreement)
    }
  })

  it('stops waiting when it is told to, before or while it works, and then serves the next', async () => {
    await expect(embedder.embed(texts, 'query', AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late')
    const controller = new AbortController()
    const answer = embedder.embed(texts, 'query', controller.signal)
    controller.abort(new Error('gone'))
    await expect(answer).rejects.toThrow('gone')
    expect(await embedder.embed(texts, 'query', new AbortController().signal)).toHaveLength(texts.length)
  })

  it('names itself by what its vectors depend on, alike at every opening', async () => {
    const again = await open()
    expect(again.fingerprint).toBe(embedder.fingerprint)
    expect(embedder.fingerprint).toMatch(/^[\w-]+:[0-9a-f]{12}:(int8|fp32):(cls|mean):/)
    await again.close()
  })

  it('once closed refuses to embed, and closing twice is no fault', async () => {
    const brief = await open()
    await brief.close()
    await brief.close()
    await expect(brief.embed(texts, 'query')).rejects.toThrow('closed')
  })
}
