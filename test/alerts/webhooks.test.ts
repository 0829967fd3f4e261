import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import { deliverDue, mostAttempts, type WebhookParts } from '../../src/alerts/webhooks.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'
import { hooked, hourMs } from './hooked.ts'
import { receiver } from './receiver.ts'
import { day, secret } from './stage.ts'

describe('a webhook', () => {
  it('is told of what is new, signed so that the library of the standard believes it', async () => {
    const { hold, hook, round, id, state, clock } = await hooked()
    hold('p1', { title: 'New', announced: day(1) })
    await round()
    const [{ method, headers, body }] = hook.received
    expect([method, headers['content-type'], headers['user-agent']]).toEqual([
      'POST',
      'application/json',
      'freshet/test',
    ])
    const payload = new Webhook(secret).verify(body, headers as Record<string, string>)
    expect(payload).toMatchObject({
      type: 'search.matched',
      data: { id, name: 'Mine', search: { q: 'agents' }, matches: [{ id: 'p1', title: 'New' }] },
    })
    expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow()
    expect(state()).toMatchObject({ state: 'on', attempts: 0, lastDelivered: clock.now(), error: null })
  })

  it('hears nothing of what was there when its search was saved, and of nothing twice', async () => {
    const { hold, save, round, told } = await hooked()
    hold('p1', { title: 'New to the first search' })
    await save()
    await round()
    await round()
    expect(told()).toEqual([['New to the first search']])
  })

  it('is told of many papers at once, and of those that come meanwhile in the next', async () => {
    const { hold, hook, look, deliver, later, told } = await hooked()
    hold('p1', { title: 'A', announced: day(1) })
    hold('p2', { title: 'B', announced: day(2) })
    await look()
    hook.behave({ status: 500 })
    await deliver()
    hold('p3', { title: 'C', announced: day(3) })
    await look()
    hook.behave({ status: 200 })
    later()
    await deliver()
    await look()
    await deliver()
    expect(told()).toEqual([['B', 'A'], ['B', 'A'], ['C']])
  })

  it('that fails is tried again later with the same id and body, and a new time', async () => {
    const { hold, hook, round, deliver, state, clock } = await hooked()
    hold('p1')
    hook.behave({ status: 500 })
    await round()
    expect(state()).toMatchObject({ attempts: 1, error: expect.stringContaining('500'), lastDelivered: null })
    await deliver()
    expect(hook.received).toHaveLength(1)

    hook.behave({ status: 204 })
    clock.advance(state().nextAttempt! - clock.now())
    await deliver()
    const [first, second] = hook.received
    expect(second.headers['webhook-id']).toBe(first.headers['webhook-id'])
    expect(second.body).toBe(first.body)
    expect(Number(second.headers['webhook-timestamp'])).toBeGreaterThan(Number(first.headers['webhook-timestamp']))
    expect(state()).toMatchObject({ attempts: 0, nextAttempt: null, error: null, lastDelivered: clock.now() })
  })

  it('is tried at growing intervals, then given up; what was not told goes with the next matches', async () => {
    const { hold, hook, round, deliver, state, clock, told, later } = await hooked()
    hold('p1', { title: 'Lost', announced: day(1) })
    hook.behave({ status: 503 })
    await round()
    const pauses: number[] = []
    while (state().state === 'on') {
      pauses.push(state().nextAttempt! - clock.now())
      clock.advance(pauses.at(-1)!)
      await deliver()
    }
    expect(hook.received).toHaveLength(mostAttempts)
    expect(pauses).toEqual([...pauses].sort((one, other) => one - other))
    const total = pauses.reduce((sum, one) => sum + one, 0)
    expect(total).toBeGreaterThan(6 * hourMs)
    expect(state()).toMatchObject({ state: 'given-up', attempts: mostAttempts, error: expect.stringContaining('503') })

    later()
    await round()
    expect(hook.received).toHaveLength(mostAttempts)
    hook.behave({ status: 200 })
    hold('p2', { title: 'Next', announced: day(2) })
    await round()
    expect(told().at(-1)).toEqual(['Next', 'Lost'])
    expect(state()).toMatchObject({ state: 'on', error: null })
  })

  it('waits as long as a receiver asks', async () => {
    const { hold, hook, round, state, clock } = await hooked()
    hold('p1')
    hook.behave({ status: 429, headers: { 'retry-after': '7200' } })
    await round()
    expect(state().nextAttempt! - clock.now()).toBe(2 * hourMs)
  })

  it('is never sent anything again once its receiver says that it is gone', async () => {
    const { hold, hook, round, state, later } = await hooked()
    hold('p1')
    hook.behave({ status: 410 })
    await round()
    expect(state()).toMatchObject({ state: 'gone', nextAttempt: null })
    hold('p2')
    later()
    await round()
    expect(hook.received).toHaveLength(1)
  })

  it('that is redirected follows nobody, least of all into a private network', async () => {
    const { hold, hook, look, deliver, later, state } = await hooked()
    const inside = await receiver()
    hold('p1')
    await look()
    for (const status of [301, 302, 307, 308]) {
      hook.behave({ status, headers: { location: inside.url } })
      await deliver()
      expect(state().error).toContain(String(status))
      later()
    }
    expect(hook.received).toHaveLength(4)
    expect(inside.received).toEqual([])
  })

  it('inside a private network is not asked, even if it was public when it was saved', async () => {
    const { hold, hook, round, state } = await hooked({ allowPrivate: false })
    hold('p1')
    await round()
    expect(hook.received).toEqual([])
    expect(state().error).toMatch(/private network/)
  })

  it('that never answers has failed at the deadline', async () => {
    const { hold, hook, round, state } = await hooked({ posterClock: new VirtualClock() })
    hold('p1')
    hook.behave('silent')
    await round()
    expect(state()).toMatchObject({ attempts: 1, error: expect.stringMatching(/no answer in \d+ ms/) })
  })

  it('that nobody listens at has failed', async () => {
    const { hold, round, save, runtime } = await hooked()
    const { id } = await save('http://127.0.0.1:1/')
    hold('p1')
    await round()
    expect(runtime.searches.find(id)!.webhook).toMatchObject({ attempts: 1, error: expect.stringContaining('failed') })
  })

  it('is told by the next process what the last one had only begun to tell, under the same id', async () => {
    const { hold, hook, look, deliver, later, runtime, clock } = await hooked()
    hold('p1', { title: 'Begun' })
    await look()
    // Claimed, and then the process died.
    const [begun] = runtime.outbox.claim(8, clock.now(), () => 60_000)
    await deliver()
    expect(hook.received).toEqual([])
    later()
    await deliver()
    expect(hook.received.map(({ headers }) => headers['webhook-id'])).toEqual([begun.id])
  })

  it('keeps its delivery where the server closes while it is under way', async () => {
    const { hold, hook, look, partsOver, runtime, state, later, deliver } = await hooked()
    hold('p1')
    await look()
    hook.behave('silent')
    const closing = new AbortController()
    const parts = partsOver(runtime)
    const post: WebhookParts['post'] = (one) => {
      closing.abort()
      return parts.post(one)
    }
    await deliverDue({ ...parts, post }, closing.signal)
    expect(state()).toMatchObject({ attempts: 1, error: null })
    hook.behave({ status: 200 })
    later()
    await deliver()
    expect(state().lastDelivered).not.toBeNull()
  })

  it('of a search that was deleted is told nothing', async () => {
    const { hold, hook, look, deliver, call, id } = await hooked()
    hold('p1')
    await look()
    await call('DELETE', `/v1/searches/${id}`)
    await deliver()
    expect(hook.received).toEqual([])
  })
})
