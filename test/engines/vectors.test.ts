import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ExactIndex, HnswBuilder, HnswGraph } from '../../src/engines/embedded/vectors.ts'
import { vectorOf } from '../word-embedder.ts'

import { inFolder, texts } from './in-folder.ts'

const folder = inFolder()

describe('the wrapper of the vector library', () => {
  const settings = { m: 8, efConstruction: 50, ef: 20 }
  const unit = vectorOf('alpha', 'words', 8)!
  const bad: readonly [string, Float32Array][] = [
    ['a NaN', Float32Array.from([Number.NaN, ...unit.slice(1)])],
    ['an infinity', Float32Array.from([Number.POSITIVE_INFINITY, ...unit.slice(1)])],
    ['a hole', Float32Array.from([undefined as never, null as never, ...unit.slice(2)])],
    ['too few numbers', unit.slice(1)],
    ['too many numbers', Float32Array.from([...unit, 0])],
    ['no numbers', new Float32Array(0)],
    ['zeros', new Float32Array(8)],
    ['a length that is not one', unit.map((value) => value * 2)],
  ]
  const labels = [-1, 0.5, 2 ** 32, Number.NaN, Number.POSITIVE_INFINITY]

  test.each(bad)('refuses a vector with %s, added or asked for', async (_, vector) => {
    const [builder, exact] = [new HnswBuilder(8, settings), new ExactIndex(8)]
    expect(() => builder.add(vector, 0)).toThrow(RangeError)
    expect(() => exact.add(vector, 0)).toThrow(RangeError)
    builder.add(unit, 7)
    exact.add(unit, 7)
    const graph = await saved(builder)
    expect(() => graph.nearest(vector, 1)).toThrow(RangeError)
    expect(() => exact.nearest(vector, 1)).toThrow(RangeError)
    expect([builder.count, exact.count, graph.nearest(unit, 1)[0].label, exact.nearest(unit, 1)[0].label]).toEqual([
      1, 1, 7, 7,
    ])
  })

  test.each(labels)('refuses the label %d', (label) => {
    expect(() => new HnswBuilder(8, settings).add(unit, label)).toThrow(RangeError)
    expect(() => new ExactIndex(8).add(unit, label)).toThrow(RangeError)
  })

  const graphFile = () => join(folder.path, 'graph.hnsw')
  function saved(builder: HnswBuilder): Promise<HnswGraph> {
    builder.save(graphFile())
    return HnswGraph.load(graphFile(), {
      dimension: 8,
      count: builder.count,
      ef: 20,
      bytes: readFileSync(graphFile()).length,
    })
  }

  test('gives as many as there are, for any k', async () => {
    const [builder, exact] = [new HnswBuilder(8, settings), new ExactIndex(8)]
    for (const [label, text] of texts.entries()) {
      builder.add(vectorOf(text, 'words', 8)!, label)
      exact.add(vectorOf(text, 'words', 8)!, label)
    }
    for (const index of [await saved(builder), exact]) {
      expect(index.nearest(unit, 3)).toHaveLength(3)
      for (const k of [5, 6, 1e9])
        expect(
          index
            .nearest(unit, k)
            .map((one) => one.label)
            .sort(),
        ).toEqual([0, 1, 2, 3, 4])
      for (const k of [0, -1, Number.NaN]) expect(index.nearest(unit, k)).toEqual([])
      const cosines = index.nearest(unit, 5).map((one) => one.cosine)
      expect(cosines).toEqual([...cosines].sort((one, other) => other - one))
    }
  })

  test('an empty graph and an empty exact index have no neighbours', async () => {
    expect((await saved(new HnswBuilder(8, settings))).nearest(unit, 5)).toEqual([])
    expect(new ExactIndex(8).nearest(unit, 5)).toEqual([])
  })

  test('both grow past their first capacity', async () => {
    const [builder, exact] = [new HnswBuilder(8, settings), new ExactIndex(8)]
    const vectors = Array.from({ length: 4_200 }, (_, i) => vectorOf(`word${i}`, 'words', 8)!)
    for (const [label, vector] of vectors.entries()) {
      if (label < 1_100) builder.add(vector, label)
      exact.add(vector, label)
    }
    const graph = await saved(builder)
    expect([graph.count, exact.count]).toEqual([1_100, 4_200])
    for (const label of [0, 1_023, 1_024, 1_099]) expect(graph.nearest(vectors[label], 1)[0].label).toBe(label)
    for (const label of [0, 4_095, 4_096, 4_199]) expect(exact.nearest(vectors[label], 1)[0].label).toBe(label)
  })

  test('a graph cannot be saved where there is no folder', () => {
    const builder = new HnswBuilder(8, settings)
    builder.add(unit, 0)
    expect(() => builder.save(join(folder.path, 'nowhere', 'graph.hnsw'))).toThrow()
    expect(existsSync(join(folder.path, 'nowhere'))).toBe(false)
  })
})
