import fc from 'fast-check'
import { Headers } from 'undici'
import { describe, expect, test } from 'vitest'
import { isArxivListingDay } from '../../../src/domain/calendar.ts'
import { BadSetting, SourceError } from '../../../src/domain/errors.ts'
import { addDays, type Day, instant } from '../../../src/domain/instant.ts'
import type { HarvestPage, HarvestWindow, Source } from '../../../src/ports.ts'
import { arxivOai } from '../../../src/sources/arxiv/oai.ts'
import { arxivRss } from '../../../src/sources/arxiv/rss.ts'
import { newYorkDay, newYorkMidnight } from '../../../src/sources/arxiv/rss-page.ts'
import type { PoliteClient } from '../../../src/sources/client/http.ts'
import { stage } from '../arxiv-stage.ts'
import { answer, type Reply } from '../scripted-server.ts'
import { list, oaiError, raw } from './oai-xml.ts'
import { item, rss } from './rss-xml.ts'

const at = (iso: string) => instant(Date.parse(iso))
/** A quarter past midnight in New York, from Monday to Tuesday: one listing. */
const oneDay: HarvestWindow = {
  after: at('2026-03-02T05:15:00Z'),
  upTo: at('2026-03-03T05:15:00Z'),
  state: null,
  resume: null,
}
const monday = 'Mon, 02 Mar 2026 00:00:00 -0500'
const tuesday = 'Tue, 03 Mar 2026 00:00:00 -0500'

const listing = (date: string, count = 1, headers: Record<string, string> = {}): Reply =>
  answer(
    200,
    rss(
      Array.from({ length: count }, (_, n) => item({ id: `2603.${String(n).padStart(5, '0')}v1`, date })),
      { date },
    ),
    headers,
  )

async function open(script: readonly Reply[]) {
  const scene = await stage(script)
  const { client, server } = scene
  const record = arxivOai({ client, categories: ['cs.IR'], baseUrl: `${server.url}/oai` })
  const source = arxivRss({ client, categories: ['cs.IR', 'cs.CL'], record, baseUrl: `${server.url}/rss` })
  async function visit(window: HarvestWindow) {
    const pages: HarvestPage[] = []
    let error: unknown = null
    try {
      for await (const page of source.changes(window, new AbortController().signal)) pages.push(page)
    } catch (caught) {
      error = caught
    }
    return { pages, error, ids: pages.flatMap((page) => page.records.map((record) => record.id)) }
  }
  return { ...scene, visit }
}

async function harvest(script: readonly Reply[], window: Partial<HarvestWindow> = {}) {
  const { server, visit } = await open(script)
  const visited = await visit({ ...oneDay, ...window })
  const asked = server.requests.map((one) => [one.path, one.query.get('from') ?? one.query.get('resumptionToken')])
  return { ...visited, server, asked }
}

describe('a listing that is the only one of the window', () => {
  test('is harvested with one request', async () => {
    const { pages, error, asked } = await harvest([listing(tuesday, 2)])
    expect({ error, asked }).toEqual({ error: null, asked: [['/rss/cs.IR+cs.CL', null]] })
    expect(pages).toMatchObject([{ records: [{ announcedBasis: 'stated' }, {}], total: 2, resume: null }])
  })

  test('is not fetched twice: its validators go back with the next visit', async () => {
    const { server, visit } = await open([listing(tuesday, 1, { etag: '"a1"', 'last-modified': 'then' }), answer(304)])
    const { state = null } = (await visit(oneDay)).pages[0]
    const later = await visit({ after: oneDay.upTo, upTo: at('2026-03-03T09:00:00Z'), resume: null, state })
    // Nothing new, and no state: what the store was told stays.
    expect(later).toMatchObject({ error: null, pages: [{ records: [], rejected: [], total: null, resume: null }] })
    expect(later.pages[0].state).toBeUndefined()
    expect(server.requests[1].headers).toMatchObject({ 'if-none-match': '"a1"', 'if-modified-since': 'then' })
  })

  test('is read whole where its validators are of another address: other categories, another server', async () => {
    const { pages } = await harvest([listing(tuesday, 1, { etag: '"a1"' })])
    const { server, ids } = await harvest([listing(tuesday)], { state: pages[0].state ?? null })
    expect(ids).toHaveLength(1)
    expect(server.requests[0].headers['if-none-match']).toBeUndefined()
  })

  test.each([
    ['on a weekend', 'Sat, 07 Mar 2026 00:00:00 -0500', '2026-03-06T05:15:00Z', '2026-03-07T06:00:00Z'],
    // arXiv announces nothing on the eve of the Friday after Thanksgiving.
    ['after a holiday', 'Fri, 27 Nov 2026 00:00:00 -0500', '2026-11-26T05:15:00Z', '2026-11-27T06:00:00Z'],
  ])('may be empty %s', async (_when, date, after, upTo) => {
    const { error, ids, asked } = await harvest([listing(date, 0)], { after: at(after), upTo: at(upTo) })
    expect({ error, ids, requests: asked.length }).toEqual({ error: null, ids: [], requests: 1 })
  })

  test('speaks for a weekend that has passed since the last one', async () => {
    const { asked } = await harvest([listing('Mon, 09 Mar 2026 00:00:00 -0400')], {
      after: at('2026-03-06T05:15:00Z'),
      upTo: at('2026-03-09T05:00:00Z'),
    })
    expect(asked).toHaveLength(1)
  })
})

describe('a window that a listing cannot speak for', () => {
  const fromRecord = answer(200, list([raw({ id: '2603.77777' })]))

  test.each([
    ['a listing was missed', [listing(tuesday)], { after: at('2026-02-28T05:15:00Z') }, '2026-02-27'],
    ['the listing of the day is not out yet', [listing(monday)], {}, '2026-03-01'],
    ['the listing of the day is empty', [listing(tuesday, 0)], {}, '2026-03-01'],
    ['the listing is so long that it may have been cut', [listing(tuesday, 2_000)], {}, '2026-03-01'],
  ])('is harvested from the feed of record: %s', async (_why, script, window, from) => {
    const { error, asked, pages, ids } = await harvest([...script, fromRecord], window)
    expect(error).toBeNull()
    expect(asked).toEqual([
      ['/rss/cs.IR+cs.CL', null],
      ['/oai', from],
    ])
    expect(ids[0]).toBe('2603.77777')
    // The state of the listing goes with the last page, when all is there.
    expect(pages.map((page) => page.state !== undefined)).toEqual([false, true])
  })

  test('is not covered when the feed of record fails, and the listing is not taken for the whole', async () => {
    const { error, pages } = await harvest([listing(tuesday), answer(403, 'no')], { after: at('2026-02-20T05:15:00Z') })
    expect(error).toBeInstanceOf(SourceError)
    expect(pages).toEqual([])
  })

  test('is done when the feed of record has nothing either', async () => {
    const nothing = answer(200, oaiError('noRecordsMatch'))
    const { error, ids } = await harvest([listing(tuesday, 0), nothing, nothing])
    expect({ error, ids }).toEqual({ error: null, ids: [] })
  })

  test('goes on in the feed of record after it was killed there, and then reads the listing', async () => {
    const token = '<resumptionToken>t1</resumptionToken>'
    const window = { after: at('2026-02-20T05:15:00Z') }
    const first = await harvest([listing(tuesday), answer(200, list([raw()], token)), answer(403, 'no')], window)
    expect(first.pages).toHaveLength(1)
    const { asked, error, pages } = await harvest([listing(tuesday), fromRecord], {
      ...window,
      resume: first.pages[0].resume,
    })
    expect(error).toBeNull()
    expect(asked).toEqual([
      ['/rss/cs.IR+cs.CL', null],
      ['/oai', 't1'],
    ])
    expect(pages.at(-1)?.state).toBeDefined()
  })

  test('because the last visit left a listing behind is so also when nothing was modified', async () => {
    const { visit } = await open([listing(monday, 1, { etag: '"m"' }), answer(304), fromRecord])
    const before = { ...oneDay, after: at('2026-03-01T06:00:00Z'), upTo: oneDay.after }
    const { state = null } = (await visit(before)).pages[0]
    // The server stands still: it is Tuesday, and it still gives Monday's.
    expect(await visit({ ...oneDay, state })).toMatchObject({ error: null, ids: ['2603.77777'] })
  })
})

/** A server that turns to the next listing late, and a feed of record that notes from when on it was asked. */
function model(turnsAfterMs: number) {
  let now = 0
  const read = new Set<string>()
  const recordedFrom: number[] = []
  const record: Source = {
    ...arxivOai({ client: { get: () => Promise.reject(new Error('unused')), close: async () => {} }, categories: [] }),
    async *changes({ after }) {
      recordedFrom.push(after)
      yield { records: [], rejected: [], total: null, resume: null }
    },
  }
  const client: PoliteClient = {
    async get(url, { headers = {} }) {
      const day = newYorkDay(instant(now - turnsAfterMs))
      const known = headers['if-none-match'] === day
      const papers = isArxivListingDay(day) ? [item({ date: day })] : []
      if (!known) read.add(day)
      const body = known ? '' : rss(papers, { date: day })
      const answered = new Headers({ etag: day })
      return { status: known ? 304 : 200, headers: answered, bytes: new TextEncoder().encode(body), body, url }
    },
    close: async () => {},
  }
  const source = arxivRss({ client, categories: ['cs.IR'], record })
  async function visit(window: HarvestWindow): Promise<string | null> {
    now = window.upTo
    let state = window.state
    for await (const page of source.changes(window, new AbortController().signal)) state = page.state ?? state
    return state
  }
  const covers = (day: Day) => read.has(day) || recordedFrom.some((from) => from < newYorkMidnight(day))
  return { visit, covers }
}

test('whenever it is visited, the watermark passes no listing that was neither read nor harvested from the record', async () => {
  const hour = 3_600_000
  const pauses = fc.array(fc.integer({ min: 1, max: 90 * hour }), { minLength: 1, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 10 * hour }), pauses, async (turnsAfterMs, waits) => {
      const { visit, covers } = model(turnsAfterMs)
      const start = at('2026-11-18T05:15:00Z')
      let through = start
      let state: string | null = null
      for (const wait of waits) {
        const upTo = instant(through + wait)
        state = await visit({ after: through, upTo, state, resume: null })
        through = upTo
        for (let day = addDays(newYorkDay(start), 1); newYorkMidnight(day) <= through; day = addDays(day, 1)) {
          if (isArxivListingDay(day)) expect([day, covers(day)]).toEqual([day, true])
        }
      }
    }),
    { numRuns: 100 },
  )
})

describe('the source', () => {
  test.each([
    ['an error feed', answer(200, rss([], { title: 'Feed error for query: x' })), 'refused'],
    ['a bad request', answer(400, '<html><body>Bad archive</body></html>'), 'refused'],
    ['nothing modified, though nothing was known', answer(304), 'refused'],
    ['the throttle', answer(200, 'Rate exceeded.'), 'rate-limited'],
    ['another encoding', answer(200, Buffer.from(rss([item({ inside: '<x>é</x>' })]), 'latin1')), 'unreadable'],
  ])('fails by name on %s', async (_what, reply, failure) => {
    const { error } = await harvest(Array(6).fill(reply))
    expect(error).toMatchObject({ name: 'SourceError', failure })
  })

  test('reads the listing anew where its state is of an earlier build', async () => {
    const { error, ids } = await harvest([listing(tuesday)], { state: '{"etag":1}' })
    expect({ error, ids }).toEqual({ error: null, ids: ['2603.00000'] })
  })

  test('takes only categories that arXiv has', async () => {
    const { client } = await stage([])
    const record = arxivOai({ client, categories: ['cs.IR'] })
    expect(() => arxivRss({ client, categories: ['computer science'], record })).toThrow(BadSetting)
  })
})
