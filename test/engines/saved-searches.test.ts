import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { type Instant, instant } from '../../src/domain/instant.ts'
import type { DeliveryId, Match, MatchMark, NewSearch, SearchId } from '../../src/domain/saved-search.ts'
import { mostFeeds, mostMatches } from '../../src/engines/embedded/matches.ts'
import { mostOfOneOwner } from '../../src/engines/embedded/saved-searches.ts'
import type { Runtime } from '../../src/ports.ts'
import { idOf, noon } from './fixtures.ts'
import { inRuntime } from './in-runtime.ts'

const later = (ms: number): Instant => instant(noon + ms)
const match = (id: string, at = 0): Match => ({ document: idOf(id), at: later(at) })
const search = (id: string, facts: Partial<NewSearch> = {}): NewSearch => ({
  id: id as SearchId,
  owner: 'alice',
  name: null,
  spelling: '{"q":"agents"}',
  webhook: null,
  ...facts,
})
const webhook = { url: 'https://example.org/hook', secret: 'whsec_x' }
const id = 's1' as SearchId
const documents = ({ searches }: Runtime, of = id) => searches.of(of).map((one) => one.document)

describe('matches', () => {
  test('are listed by date, newest first, with when they were first seen and in which order', () => {
    const runtime = inRuntime().open()
    const { searches } = runtime
    searches.save(search('s1'), [match('old', -9)], noon)
    searches.add(id, [match('new', 5), match('older', 1)], later(10))
    const [newest, older, oldest] = searches.of(id)
    expect(documents(runtime)).toEqual(['new', 'older', 'old'])
    expect(newest).toMatchObject({ at: later(5), firstSeen: later(10) })
    expect(oldest.mark).toBeLessThan(older.mark)
    expect(older.mark).toBeLessThan(newest.mark)
  })

  test('of one day stand in the order in which they were given', () => {
    const runtime = inRuntime().open()
    runtime.searches.save(search('s1'), [match('better'), match('worse')], noon)
    expect(documents(runtime)).toEqual(['better', 'worse'])
  })

  test('that are added again keep their date, mark and moment', () => {
    const { searches } = inRuntime().open()
    searches.save(search('s1'), [match('p1')], noon)
    const before = searches.of(id)
    searches.add(id, [match('p1', 99)], later(50))
    expect(searches.of(id)).toEqual(before)
  })

  test('fall off the end, and what is older than the end is not added', () => {
    const runtime = inRuntime().open()
    const all = Array.from({ length: mostMatches }, (_, at) => match(`p${at}`, at + 1))
    runtime.searches.save(search('s1'), all, noon)
    runtime.searches.add(id, [match('ancient', 0), match('newest', 10_000)], later(1))
    expect(documents(runtime)).toHaveLength(mostMatches)
    expect(documents(runtime)[0]).toBe('newest')
    expect(documents(runtime)).not.toContain('ancient')
    expect(documents(runtime)).not.toContain('p0')
  })

  test('of a search that is not there are not kept', () => {
    const runtime = inRuntime().open()
    runtime.searches.add(id, [match('p1')], noon)
    expect(documents(runtime)).toEqual([])
  })
})

describe('saved searches', () => {
  test('outlive the process and every change of the other tables', () => {
    const { open, file } = inRuntime()
    open().searches.save(search('s1', { name: 'Mine', webhook }), [match('p1')], noon)
    const db = new Database(file)
    db.pragma('user_version = 1')
    db.close()
    const runtime = open()
    expect(runtime.searches.find(id)).toEqual({
      id,
      owner: 'alice',
      name: 'Mine',
      spelling: '{"q":"agents"}',
      savedAt: noon,
      seen: expect.any(Number),
      webhook: {
        url: webhook.url,
        state: 'on',
        attempts: 0,
        nextAttempt: null,
        lastDelivered: null,
        error: null,
      },
    })
    expect(documents(runtime)).toEqual(['p1'])
  })

  test('begin as looked at up to what matches by then', () => {
    const { searches } = inRuntime().open()
    const saved = searches.save(search('s1'), [match('p1')], noon)!
    searches.add(id, [match('p2')], later(1))
    expect(
      searches
        .of(id)
        .filter(({ mark }) => mark > saved.seen)
        .map(({ document }) => document),
    ).toEqual(['p2'])
  })

  test('are listed by owner or all, oldest first, and feeds are none of them', () => {
    const { searches, feeds } = inRuntime().open()
    searches.save(search('s2', { owner: 'bob' }), [], noon)
    searches.save(search('s1'), [], later(1))
    feeds.read('feed' as SearchId, noon)
    expect(searches.list('alice').map((one) => one.id)).toEqual(['s1'])
    expect(searches.list(null).map((one) => one.id)).toEqual(['s2', 's1'])
    expect(searches.find('feed' as SearchId)).toBeNull()
    expect(searches.remove('feed' as SearchId)).toBe(false)
  })

  test('are so many for one owner and no more', () => {
    const { searches } = inRuntime().open()
    for (let at = 0; at < mostOfOneOwner; at++) searches.save(search(`s${at}`), [], noon)
    expect(searches.save(search('more'), [], noon)).toBeNull()
    expect(searches.save(search('more', { owner: 'bob' }), [], noon)).not.toBeNull()
  })

  test('leave nothing behind', () => {
    const { open, file } = inRuntime()
    const { searches, outbox } = open()
    searches.save(search('s1', { webhook }), [match('p1')], noon)
    searches.add(id, [match('p2')], noon)
    outbox.put(id, { id: 'd1' as DeliveryId, body: '{}', upTo: 2 as MatchMark }, noon)
    expect([searches.remove(id), searches.remove(id)]).toEqual([true, false])
    const db = new Database(file, { readonly: true })
    for (const table of ['searches', 'matches', 'webhooks']) {
      expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0)
    }
    db.close()
  })
})

describe('feeds', () => {
  test('tell since when they are read, and keep what matched', () => {
    const { feeds } = inRuntime().open()
    expect(feeds.read(id, noon)).toBe(noon)
    feeds.add(id, [match('p1')], noon)
    expect(feeds.read(id, later(7_200_000))).toBe(noon)
    expect(feeds.of(id)).toHaveLength(1)
  })

  test('that nobody reads are forgotten where there are very many', () => {
    const { feeds } = inRuntime().open()
    feeds.read('read' as SearchId, noon)
    feeds.read('unread' as SearchId, noon)
    for (const feed of ['read', 'unread']) feeds.add(feed as SearchId, [match('p1')], noon)
    feeds.read('read' as SearchId, later(7_200_000))
    for (let at = 1; at < mostFeeds; at++) feeds.read(`feed-${at}` as SearchId, later(3_600_000))
    expect(feeds.of('read' as SearchId)).toHaveLength(1)
    expect(feeds.of('unread' as SearchId)).toEqual([])
  })
})

describe('the outbox', () => {
  const started = () => {
    const files = inRuntime()
    const runtime = files.open()
    runtime.searches.save(search('s1', { webhook }), [match('before')], noon)
    const untold = () => runtime.outbox.untold(id).map((one) => one.document)
    const add = (...ids: string[]) =>
      runtime.searches.add(
        id,
        ids.map((one) => match(one)),
        noon,
      )
    const put = (name: string) => {
      const upTo = Math.max(...runtime.searches.of(id).map((one) => one.mark)) as MatchMark
      runtime.outbox.put(id, { id: name as DeliveryId, body: `{"${name}":1}`, upTo }, noon)
    }
    return { ...files, ...runtime, untold, add, put }
  }
  const minute = () => 60_000

  test('has nothing to tell of a search without a webhook, nor of what was there before', () => {
    const { searches, outbox, untold } = started()
    searches.save(search('s2'), [], noon)
    searches.add('s2' as SearchId, [match('p1')], noon)
    expect(outbox.untold('s2' as SearchId)).toEqual([])
    expect(untold()).toEqual([])
  })

  test('has one delivery under way, and another for what came meanwhile', () => {
    const { outbox, untold, add, put } = started()
    add('p1', 'p2')
    expect(untold()).toEqual(['p1', 'p2'])
    put('d1')
    add('p3')
    expect(untold()).toEqual([])
    put('d2')
    expect(outbox.claim(9, noon, minute).map((one) => one.id)).toEqual(['d1'])
    outbox.succeeded('d1' as DeliveryId, noon)
    expect(untold()).toEqual(['p3'])
  })

  test('gives a delivery to one process at a time, with what it takes to send it', () => {
    const { open, outbox, add, put } = started()
    add('p1')
    put('d1')
    const claimed = open().outbox.claim(9, noon, minute)
    expect(claimed).toEqual([
      { id: 'd1', search: id, url: webhook.url, secret: webhook.secret, body: '{"d1":1}', upTo: 2, attempts: 1 },
    ])
    expect(outbox.claim(9, later(59_999), minute)).toEqual([])
    expect(outbox.claim(9, later(60_000), minute)).toMatchObject([{ id: 'd1', attempts: 2 }])
  })

  test('waits as long as a receiver asks, and never less than the pause', () => {
    const { outbox, searches, add, put } = started()
    add('p1')
    put('d1')
    outbox.claim(9, noon, minute)
    outbox.failed('d1' as DeliveryId, 'busy', { retryAt: later(5) })
    expect(searches.find(id)?.webhook).toMatchObject({ nextAttempt: later(60_000), error: 'busy' })
    outbox.failed('d1' as DeliveryId, 'busy', { retryAt: later(90_000) })
    expect(searches.find(id)?.webhook?.nextAttempt).toBe(later(90_000))
  })

  test('tells what was given up with the next matches, and of what is gone nothing', () => {
    const { outbox, untold, add, put, searches } = started()
    add('p1')
    put('d1')
    outbox.failed('d1' as DeliveryId, 'down', 'given-up')
    expect(untold()).toEqual([])
    add('p2')
    expect(untold().sort()).toEqual(['p1', 'p2'])
    put('d2')
    expect(searches.find(id)?.webhook?.state).toBe('on')
    outbox.failed('d2' as DeliveryId, 'gone', 'gone')
    add('p3')
    expect(untold()).toEqual([])
    put('d3')
    expect(outbox.claim(9, later(1e9), minute)).toEqual([])
  })
})
