import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readModel } from '../../src/embedders/models.ts'
import { openTransformersEmbedder } from '../../src/embedders/transformers.ts'
import type { Embedder } from '../../src/ports.ts'

const minilm = join(import.meta.dirname, '../../../shared/models/all-MiniLM-L6-v2')
const models = [
  { name: 'freshet-static', model: 'freshet-static', present: true, dimension: 256 },
  {
    name: 'all-MiniLM-L6-v2 (skipped where the shared models are absent)',
    model: minilm,
    present: existsSync(minilm),
    dimension: 384,
  },
]

const cosine = (one: Float32Array | null, other: Float32Array | null) =>
  one && other ? one.reduce((sum, value, i) => sum + value * other[i], 0) : Number.NaN

const texts = [
  'Long-term memory for language model agents.',
  'A short one.',
  'Segmentation of organs in computed tomography with few labels, and what it takes to trust the result.',
]

for (const { name, model, present, dimension } of models) {
  describe.skipIf(!present)(`the embedder ${name}`, () => {
    let embedder: Embedder
    beforeAll(async () => {
      embedder = await openTransformersEmbedder(readModel(model))
    })
    afterAll(() => embedder?.close())

    it('gives unit vectors of its dimension, in the order of the texts', async () => {
      const together = await embedder.embed(texts, 'document')
      expect(embedder.dimension).toBe(dimension)
      for (const [i, vector] of together.entries()) {
        expect(vector).toHaveLength(dimension)
        expect(cosine(vector, vector)).toBeCloseTo(1, 5)
        const [alone] = await embedder.embed([texts[i]], 'document')
        expect(cosine(vector, alone)).toBeGreaterThan(0.98)
      }
    })

    it('finds like texts nearer than unlike ones', async () => {
      const [query, ...documents] = await embedder.embed(['how agents remember', ...texts], 'query')
      expect(cosine(query, documents[0])).toBeGreaterThan(cosine(query, documents[2]))
    })

    it('gives an empty text no vector', async () => {
      expect(await embedder.embed(['', texts[0]], 'document')).toEqual([null, expect.any(Float32Array)])
    })

    it('answers many at once, each with its own', async () => {
      const many = Array.from({ length: 40 }, (_, i) => `paper number ${i} about subject ${i * 7}`)
      const [apart, together] = await Promise.all([
        Promise.all(many.map(async (text) => (await embedder.embed([text], 'query'))[0])),
        embedder.embed(many, 'query'),
      ])
      for (const i of many.keys()) expect(cosine(apart[i], together[i])).toBeGreaterThan(0.98)
    })

    it('stops waiting when it is told to', async () => {
      const controller = new AbortController()
      const answer = embedder.embed(texts, 'query', controller.signal)
      controller.abort(new Error('gone'))
      await expect(answer).rejects.toThrow('gone')
    })

    it('names itself by what its vectors depend on', () => {
      expect(embedder.fingerprint).toMatch(/^[\w-]+:[0-9a-f]{12}:int8:(cls|mean):/)
    })
  })
}

describe('an encoder process that dies', () => {
  it('is replaced, and what was under way is asked again', async () => {
    const embedder = await openTransformersEmbedder(readModel('freshet-static'))
    const before = await embedder.embed(texts, 'document')
    const pids = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'encoder.ts'], { encoding: 'utf8' })
    const underWay = embedder.embed(texts, 'document')
    for (const pid of pids.trim().split('\n')) process.kill(Number(pid), 'SIGKILL')
    expect(await underWay).toEqual(before)
    expect(await embedder.embed(texts, 'document')).toEqual(before)
    await embedder.close()
  })
})
