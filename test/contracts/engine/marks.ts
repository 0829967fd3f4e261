import { expect, test } from 'vitest'
import { dimension, markOf, noon, put, underLock } from '../../engines/fixtures.ts'
import { vectorOf } from '../../word-embedder.ts'

import type { Current } from './current.ts'

export function markTests(current: Current): void {
  test('embeddings are kept by fingerprint and content; the first of a text stays', async () => {
    const { engine } = current()
    const [one, other] = [vectorOf('one')!, vectorOf('other')!]
    const embeddings = [
      { fingerprint: 'f', contentHash: 'h1', vector: one },
      { fingerprint: 'f', contentHash: 'h2', vector: null },
      { fingerprint: 'g', contentHash: 'h1', vector: other },
      { fingerprint: 'f', contentHash: 'h1', vector: other },
    ]
    await underLock(engine, () => engine.documents.write({ writes: [], embeddings, harvested: noon }))
    expect(engine.embeddings.load('f', ['h1', 'h2', 'h3'])).toEqual(
      new Map([
        ['h1', one],
        ['h2', null],
      ]),
    )
    expect(engine.embeddings.load('g', ['h1', 'h2'])).toEqual(new Map([['h1', other]]))
    expect(engine.embeddings.has('f', ['h1', 'h2', 'h3'])).toEqual(new Set(['h1', 'h2']))
    expect([engine.embeddings.count('f'), engine.embeddings.count('g')]).toEqual([2, 1])
    expect(engine.embeddings.latest()).toEqual({ fingerprint: 'g', dimension })
  })

  test('a fingerprint whose texts have no vectors has no dimension to be the latest with', async () => {
    const { engine } = current()
    const embeddings = [
      { fingerprint: 'f', contentHash: 'h', vector: vectorOf('one') },
      { fingerprint: 'g', contentHash: 'h', vector: null },
    ]
    await underLock(engine, () => engine.documents.write({ writes: [], embeddings, harvested: noon }))
    expect(engine.embeddings.latest()!.fingerprint).toBe('f')
  })

  test('watermarks move with a write, each for its source, and never back', async () => {
    const { engine } = current()
    const move = (source: string, through: string) => put(engine, [], { watermark: markOf(source, through) })
    await move('s', '2026-01-05')
    await move('r', '2026-01-01')
    await move('s', '2026-01-03')
    expect(engine.documents.watermarks()).toEqual([markOf('r', '2026-01-01'), markOf('s', '2026-01-05')])
  })

  test('the progress of an import is the last one written', async () => {
    const { engine } = current()
    for (const [lines, done] of [
      [10, false],
      [20, true],
    ] as const) {
      await underLock(engine, () =>
        engine.documents.write({ writes: [], embeddings: [], harvested: noon, progress: { file: 'f', lines, done } }),
      )
    }
    expect(engine.documents.importProgress('f')).toEqual({ file: 'f', lines: 20, done: true })
  })
}
