import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readModel } from '../../src/embedders/models.ts'
import { openTransformersEmbedder } from '../../src/embedders/transformers.ts'
import { embedderContract, texts } from './embedder.ts'

const opening = (model: string) => () => openTransformersEmbedder(readModel(model))

describe('the embedder freshet-static', () => {
  embedderContract({ open: opening('freshet-static'), dimension: 256, agreement: 0.9999, knowsUnknown: false })
})

const minilm = join(import.meta.dirname, '../../../shared/models/all-MiniLM-L6-v2')
const why = existsSync(minilm) ? '' : ` (skipped: there is no ${minilm})`
describe.skipIf(why)(`the embedder all-MiniLM-L6-v2${why}`, () => {
  embedderContract({ open: opening(`${minilm}@fp32`), dimension: 384, agreement: 0.9999, knowsUnknown: true })
})
describe.skipIf(why)(`the embedder all-MiniLM-L6-v2 in int8${why}`, () => {
  embedderContract({ open: opening(minilm), dimension: 384, agreement: 0.95, knowsUnknown: true })
})

/** Encoder processes of this test process. */
function encoders(): number[] {
  try {
    const found = execFileSync('pgrep', ['-P', String(process.pid), '-f', 'encoder.ts'], { encoding: 'utf8' })
    return found.trim().split('\n').map(Number)
  } catch {
    // pgrep ends with 1 where it finds none.
    return []
  }
}

describe('an encoder process that is killed', () => {
  it('in the middle of a request is replaced, and what was under way or waiting is answered by the new one', async () => {
    const before = new Set(encoders())
    const embedder = await opening('freshet-static')()
    const [pid, ...others] = encoders().filter((one) => !before.has(one))
    expect(others).toEqual([])
    const expected = await embedder.embed(texts, 'document')
    const many = Array.from({ length: 3_000 }, (_, i) => texts[i % texts.length])
    // One request goes over at a time: when the first is answered, the second, of a second's work, is under way.
    const first = embedder.embed([texts[0]], 'document')
    const underWay = embedder.embed(many, 'document')
    await first
    const waiting = embedder.embed(texts, 'document')
    process.kill(pid, 'SIGKILL')
    expect((await underWay).slice(0, texts.length)).toEqual(expected)
    expect(await waiting).toEqual(expected)
    expect(encoders()).not.toContain(pid)
    await embedder.close()
  })

  it('between two requests is replaced', async () => {
    const before = new Set(encoders())
    const embedder = await opening('freshet-static')()
    const expected = await embedder.embed(texts, 'document')
    for (const pid of encoders().filter((one) => !before.has(one))) process.kill(pid, 'SIGKILL')
    expect(await Promise.all([embedder.embed(texts, 'document'), embedder.embed(texts, 'query')])).toEqual([
      expected,
      expected,
    ])
    await embedder.close()
  })

  // Once, the process that was being started outlived its embedder, and kept a server that was told to stop from ending.
  it('is not replaced for an embedder that is closed meanwhile', async () => {
    const before = encoders()
    const embedder = await opening('freshet-static')()
    for (const pid of encoders().filter((one) => !before.includes(one))) process.kill(pid, 'SIGKILL')
    await expect.poll(encoders).toEqual(before)
    const answer = embedder.embed(texts, 'query').catch(() => null)
    await expect.poll(encoders).not.toEqual(before)
    await embedder.close()
    await answer
    await expect.poll(encoders, { timeout: 20_000 }).toEqual(before)
  })

  it('leaves no process behind when its embedder is closed', async () => {
    const before = new Set(encoders())
    const embedder = await opening('freshet-static')()
    const started = encoders().filter((one) => !before.has(one))
    await embedder.close()
    await expect.poll(encoders, { timeout: 20_000 }).not.toEqual(expect.arrayContaining(started))
    expect(started).toHaveLength(1)
  })
})
