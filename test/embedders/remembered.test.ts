import { describe, expect, it } from 'vitest'
import { rememberingQueries } from '../../src/embedders/remembered.ts'
import { wordEmbedder } from '../word-embedder.ts'

describe('an embedder that remembers queries', () => {
  it('embeds a query once, also when it is asked many times at once', async () => {
    const inner = wordEmbedder()
    const embedder = rememberingQueries(inner, 10)
    const [[first], [second]] = await Promise.all([
      embedder.embed(['moss'], 'query'),
      embedder.embed(['moss'], 'query'),
    ])
    expect(await embedder.embed(['lichen', 'moss'], 'query')).toEqual(await inner.embed(['lichen', 'moss'], 'query'))
    expect(second).toEqual(first)
    expect(inner.embedded.slice(0, 2)).toEqual(['moss', 'lichen'])
  })

  it('remembers that a text has no vector', async () => {
    const inner = wordEmbedder()
    const embedder = rememberingQueries(inner, 10)
    expect(await embedder.embed(['?!'], 'query')).toEqual([null])
    expect(await embedder.embed(['?!'], 'query')).toEqual([null])
    expect(inner.embedded).toEqual(['?!'])
  })

  it('lets documents pass: the store remembers those', async () => {
    const inner = wordEmbedder()
    const embedder = rememberingQueries(inner, 10)
    await embedder.embed(['moss'], 'document')
    await embedder.embed(['moss'], 'document')
    expect(inner.embedded).toEqual(['moss', 'moss'])
  })

  it('holds no more than it was told to', async () => {
    const inner = wordEmbedder()
    const embedder = rememberingQueries(inner, 2)
    for (const text of ['a', 'b', 'c', 'c', 'b', 'a']) await embedder.embed([text], 'query')
    expect(inner.embedded).toEqual(['a', 'b', 'c', 'a'])
  })

  it('forgets a failure: whoever asks next is answered', async () => {
    const inner = wordEmbedder()
    let broken = true
    const failing: typeof inner = {
      ...inner,
      embed: (texts, role) => (broken ? Promise.reject(new Error('the encoder ended')) : inner.embed(texts, role)),
    }
    const embedder = rememberingQueries(failing, 10)
    await expect(embedder.embed(['moss'], 'query')).rejects.toThrow('the encoder ended')
    broken = false
    expect(await embedder.embed(['moss'], 'query')).toEqual(await inner.embed(['moss'], 'query'))
  })

  it('is the same embedder to everybody else', async () => {
    const inner = wordEmbedder()
    expect(rememberingQueries(inner, 1)).toMatchObject({
      fingerprint: inner.fingerprint,
      model: inner.model,
      dimension: inner.dimension,
    })
  })

  // Once, the signal was dropped, and a search whose client had hung up waited for its vector all the same.
  it('stops waiting when the asker is gone, and others still get their answer', async () => {
    const inner = wordEmbedder()
    let answer = () => {}
    const slow = new Promise<void>((resolve) => {
      answer = resolve
    })
    const embedder = rememberingQueries(
      { ...inner, embed: (texts, role) => slow.then(() => inner.embed(texts, role)) },
      9,
    )
    const gone = new AbortController()
    const called = embedder.embed(['moss'], 'query', gone.signal)
    const other = embedder.embed(['moss'], 'query')
    gone.abort(new Error('the client hung up'))
    await expect(called).rejects.toThrow('the client hung up')
    answer()
    expect(await other).toEqual([expect.any(Float32Array)])
  })
})
