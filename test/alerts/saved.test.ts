import { describe, expect, it } from 'vitest'
import { newlySavedExample, newsExample, savedExample } from '../../src/http/openapi/alerts.ts'
import {
  newlySavedSchema,
  newsSchema,
  savedSearchesSchema,
  savedSearchSchema,
  saveExample,
  saveRequest,
  seenExample,
  seenRequest,
  type WireNews,
  type WireSavedSearch,
} from '../../src/http/saved-searches.ts'
import { problemOf } from '../http/fakes.ts'
import { day, secret, stage } from './stage.ts'

/** All that can be asked of one saved search. */
const askings = [
  ['GET', ''],
  ['DELETE', ''],
  ['GET', '/new'],
  ['POST', '/seen', { mark: 0 }],
] as const

const keys = ['feedback:alice-key', 'feedback:bob-key', 'admin:root-key', 'read:reader-key']
const [alice, bob, root, reader] = keys.map((key) => key.split(':')[1])

async function started(options: Parameters<typeof stage>[0] = {}) {
  const all = await stage(options)
  const json = async <T>(...call: Parameters<typeof all.call>) => (await (await all.call(...call)).json()) as T
  const save = (body: object = {}, key?: string) =>
    json<WireSavedSearch & { secret: string | null }>('POST', '/v1/searches', { q: 'agents', ...body }, key)
  const news = (id: string, key?: string) => json<WireNews>('GET', `/v1/searches/${id}/new`, undefined, key)
  const newTitles = async (id: string) => (await news(id)).matches.map(({ title }) => title)
  const seen = (id: string, mark: number) => json<WireSavedSearch>('POST', `/v1/searches/${id}/seen`, { mark })
  return { ...all, json, save, news, newTitles, seen }
}

describe('a saved search', () => {
  it('is shown as it was saved, and found again at its address', async () => {
    const { call, json, hold } = await started()
    hold('p1')
    const response = await call('POST', '/v1/searches', {
      q: ' agents ',
      name: 'Mine',
      category: 'cs.CL',
      since: '2026-01-01',
    })
    expect([response.status, response.headers.get('cache-control')]).toEqual([201, 'no-store'])
    const { secret: shown, ...saved } = newlySavedSchema.parse(await response.json())
    expect(shown).toBeNull()
    expect(saved).toMatchObject({
      name: 'Mine',
      owner: 'everybody',
      search: { q: 'agents', category: ['cs.CL'], since: '2026-01-01T00:00:00.000Z' },
      matches: 1,
      new: 0,
      webhook: null,
    })
    expect(await json('GET', response.headers.get('location')!)).toEqual(saved)
    expect(savedSearchesSchema.parse(await json('GET', '/v1/searches'))).toEqual({ searches: [saved] })
  })

  it('has nothing new of what was there when it was saved, and says what came since, newest first', async () => {
    const { hold, save, newTitles } = await started()
    hold('p1', { title: 'There before' })
    const { id } = await save()
    expect(await newTitles(id)).toEqual([])
    hold('p3', { title: 'Third', announced: day(3) })
    hold('p2', { title: 'Second', announced: day(2) })
    expect(await newTitles(id)).toEqual(['Third', 'Second'])
  })

  it('goes on showing what is new until its owner says that it was looked at', async () => {
    const { hold, save, news, newTitles, seen } = await started()
    const { id } = await save()
    hold('p1', { title: 'New' })
    const { mark } = await news(id)
    expect(await newTitles(id)).toEqual(['New'])
    expect(await seen(id, mark)).toMatchObject({ matches: 1, new: 0 })
    expect(await newTitles(id)).toEqual([])
  })

  it('loses nothing that arrives while its owner looks, even in the same millisecond', async () => {
    const { hold, save, news, newTitles, seen } = await started()
    const { id } = await save()
    hold('p1', { title: 'Looked at' })
    const looked = await news(id)
    hold('p2', { title: 'Meanwhile' })
    expect(await newTitles(id)).toHaveLength(2)
    await seen(id, looked.mark)
    expect(await newTitles(id)).toEqual(['Meanwhile'])
  })

  it('never takes a look back, and refuses a mark that nobody was given', async () => {
    const { hold, save, news, newTitles, seen, call } = await started()
    const { id } = await save()
    hold('p1')
    const { mark } = await news(id)
    await seen(id, mark)
    await seen(id, 0)
    expect(await newTitles(id)).toEqual([])
    const problem = await problemOf(await call('POST', `/v1/searches/${id}/seen`, { mark: mark + 1 }))
    expect(problem).toMatchObject({ status: 400, field: 'mark' })
  })

  it('is not saved while words alone are matched, for the rest would seem new later', async () => {
    const { world, call } = await started()
    world.degraded = [{ part: 'vectors', code: 'degraded', reason: 'the encoder failed', retryAfterMs: null }]
    const response = await call('POST', '/v1/searches', { q: 'agents' })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
  })

  it('is gone with all that was known of it once it is deleted', async () => {
    const { runtime, hold, save, call } = await started()
    hold('p1')
    const { id } = await save({ webhook: { url: 'https://example.org/hook' } })
    expect((await call('DELETE', `/v1/searches/${id}`)).status).toBe(204)
    expect(runtime.searches.of(id as never)).toEqual([])
    for (const [method, rest, body] of askings) {
      expect((await call(method, `/v1/searches/${id}${rest}`, body)).status).toBe(404)
    }
  })

  it('shows the secret of its webhook once', async () => {
    const { save, json } = await started()
    const saved = await save({ webhook: { url: 'https://example.org/hook' } })
    expect(saved.secret).toBe(secret)
    expect(saved.webhook).toEqual({
      url: 'https://example.org/hook',
      state: 'on',
      attempts: 0,
      nextAttempt: null,
      lastDelivered: null,
      error: null,
    })
    expect(JSON.stringify(await json('GET', `/v1/searches/${saved.id}`))).not.toContain(secret)
  })

  it.each([
    ['q', { name: 'x' }],
    ['name', { q: 'x', name: '' }],
    ['limit', { q: 'x', limit: 3 }],
    ['webhook', { q: 'x', webhook: 'https://example.org' }],
    ['webhook', { q: 'x', webhook: { url: 'ftp://example.org' } }],
    ['webhook', { q: 'x', webhook: { url: 'https://user:word@example.org' } }],
    ['webhook', { q: 'x', webhook: { url: 'http://10.0.0.1/hook' } }],
  ])('is refused with the field to change: %s', async (field, body) => {
    const { call } = await started()
    expect(await problemOf(await call('POST', '/v1/searches', body))).toMatchObject({ status: 400, field })
  })
})

describe('saved searches', () => {
  it('belong to the key that saved them: others find nothing there, and an admin everything', async () => {
    const { save, call, json } = await started({ apiKeys: keys })
    const mine = await save({}, alice)
    const his = await save({}, bob)
    for (const [method, rest, body] of askings) {
      expect((await call(method, `/v1/searches/${mine.id}${rest}`, body, bob)).status).toBe(404)
    }
    const listed = async (key: string) =>
      (await json<{ searches: WireSavedSearch[] }>('GET', '/v1/searches', undefined, key)).searches.map(({ id }) => id)
    expect(await listed(alice)).toEqual([mine.id])
    expect(await listed(root)).toEqual([mine.id, his.id])
    expect((await call('GET', `/v1/searches/${mine.id}`, undefined, root)).status).toBe(200)
  })

  it('take a key of the role feedback; a feed takes one that may read', async () => {
    const { call } = await started({ apiKeys: keys })
    expect((await call('POST', '/v1/searches', { q: 'agents' }, reader)).status).toBe(403)
    expect((await call('GET', '/v1/searches', undefined, reader)).status).toBe(403)
    expect((await call('GET', '/v1/feed.atom?q=agents', undefined, reader)).status).toBe(200)
    expect((await call('GET', '/v1/feed.atom?q=agents')).status).toBe(401)
  })

  it('are a hundred for each owner, and one more after one was deleted', async () => {
    const { save, call } = await started({ apiKeys: keys })
    const [first] = await Promise.all(Array.from({ length: 100 }, () => save({}, alice)))
    const problem = await problemOf(await call('POST', '/v1/searches', { q: 'agents' }, alice))
    expect(problem).toMatchObject({ status: 409, type: 'urn:freshet:problem:limit-reached' })
    expect((await call('POST', '/v1/searches', { q: 'agents' }, bob)).status).toBe(201)
    await call('DELETE', `/v1/searches/${first.id}`, undefined, alice)
    expect((await call('POST', '/v1/searches', { q: 'agents' }, alice)).status).toBe(201)
  })

  it('are described by examples that are true to their schemas', () => {
    expect(saveRequest.safeParse(saveExample).success).toBe(true)
    expect(seenRequest.parse(seenExample)).toEqual(seenExample)
    expect(savedSearchSchema.parse(savedExample)).toEqual(savedExample)
    expect(newlySavedSchema.parse(newlySavedExample)).toEqual(newlySavedExample)
    expect(newsSchema.parse(newsExample)).toEqual(newsExample)
  })
})
