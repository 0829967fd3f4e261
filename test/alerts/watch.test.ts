import { describe, expect, it, onTestFinished } from 'vitest'
import { watch } from '../../src/alerts/watch.ts'
import { systemClock } from '../../src/clock.ts'
import { hooked, hourMs } from './hooked.ts'

describe('the watcher', () => {
  it('looks only where something changed', async () => {
    const { queries, look, watching } = await hooked()
    await look()
    const before = queries.length
    await watching(new AbortController().signal)
    expect(queries).toHaveLength(before)
    await look()
    expect(queries).toHaveLength(before + 1)
  })

  it('looks at once, and ends when it is closed', async () => {
    const { hold, runtime, matching, partsOver, queries, id } = await hooked()
    hold('p1')
    const found = new Promise<void>((resolve) => {
      const { add } = runtime.searches
      const searches = { ...runtime.searches, add: (...all: Parameters<typeof add>) => resolve(add(...all)) }
      const parts = { searches, matching, webhooks: partsOver(runtime), holding: () => '', onTrouble: () => {} }
      const watching = watch(parts, systemClock)
      onTestFinished(() => watching.close())
    })
    await found
    expect(runtime.searches.of(id)).toHaveLength(1)
    expect(queries.at(-1)).toMatchObject({ text: 'agents', mode: 'both' })
  })

  it('looks once an hour anyway, for what was held before it was announced', async () => {
    const { hold, look, watching, clock, runtime, id } = await hooked()
    await look()
    hold('p1')
    clock.advance(hourMs)
    await watching(new AbortController().signal)
    expect(runtime.searches.of(id)).toHaveLength(1)
  })

  it('looks again where the answer was no whole one, and takes nothing of it', async () => {
    const { hold, world, look, watching, runtime, id } = await hooked()
    hold('p1')
    world.degraded = [{ part: 'vectors', code: 'degraded', reason: 'the encoder failed', retryAfterMs: null }]
    await look()
    expect(runtime.searches.of(id)).toEqual([])
    world.degraded = []
    await watching(new AbortController().signal)
    expect(runtime.searches.of(id)).toHaveLength(1)
  })

  it('goes on with the others where one search fails', async () => {
    const { hold, world, look, save, runtime, troubles } = await hooked()
    const second = await save()
    hold('p1')
    let calls = 0
    world.meanwhile = () => {
      if (++calls === 1) throw new Error('broken')
    }
    await look()
    expect(troubles).toEqual([new Error('broken')])
    expect(runtime.searches.of(second.id)).toHaveLength(1)
  })
})
