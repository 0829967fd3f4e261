import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RankedAnswer } from '../../src/domain/answer.ts'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { endOfDay, type Instant, parseDay, startOfDay } from '../../src/domain/instant.ts'
import { noLive } from '../../src/domain/route.ts'
import type { LiveTier } from '../../src/retrieval/live.ts'
import { record } from '../engines/fixtures.ts'
import { type Library, noon, openLibrary } from './library.ts'

const start = (day: string): Instant => startOfDay(parseDay(day)!)
const asOf = (day: string) => ({ now: endOfDay(parseDay(day)!), past: true })
const ids = ({ hits }: RankedAnswer): string[] => hits.map((hit) => hit.id)

/** Of biorxiv, whose dates are what it says and no calendar's. */
const loom = (version: number, title: string, abstract: string, facts: Partial<DocumentRecord> = {}) =>
  record('doi:10.1101/loom', {
    source: 'biorxiv',
    version,
    title,
    abstract,
    announced: start('2025-01-10'),
    updated: start(`2025-0${version}-10`),
    ...facts,
  })
const first = loom(1, 'Weaving of looms and reeds', 'Looms weave cloth of reeds.')
const second = loom(2, 'Weaving of cloth by shuttles', 'Shuttles weave cloth.')
const withdrawn = loom(3, 'Withdrawn', 'Withdrawn by the weavers.', { withdrawn: true })

let library: Library
beforeEach(async () => {
  library = await openLibrary()
})
afterEach(() => library.close())

describe('as of a past moment', () => {
  it('a paper is shown as it was: title, snippet, version and date', async () => {
    await library.add(first)
    await library.add(second)
    const [then] = (await library.search('looms of reeds', asOf('2025-01-20'))).hits
    expect(then).toMatchObject({
      title: first.title,
      version: 1,
      updated: first.updated,
      superseded: false,
      withdrawn: false,
      laterText: false,
    })
    expect(then.snippet.text).toBe(first.abstract)
    expect(then.snippet.highlights.map(([from, to]) => then.snippet.text.slice(from, to))).toContain('Looms')
    const [now] = (await library.search('weave cloth')).hits
    expect(now).toMatchObject({ title: second.title, version: 2, superseded: false, laterText: false })
  })

  it('the title that it had names it, and one that it got later does not', async () => {
    await library.add(first)
    await library.add(second)
    const exact = async (text: string, day: string) =>
      (await library.search(text, asOf(day))).hits.map(({ title, parts }) => [title, parts.exact]).at(0)
    expect(await exact(first.title, '2025-01-20')).toEqual([first.title, 'title'])
    expect(await exact(first.title, '2025-02-20')).toEqual([second.title, null])
    expect(await exact(second.title, '2025-01-20')).toEqual([first.title, null])
    expect(await exact(second.title, '2025-02-20')).toEqual([second.title, 'title'])
    expect(await exact('10.1101/loom', '2025-01-20')).toEqual([first.title, 'doi'])
    expect((await library.search('10.1101/loom', asOf('2025-01-09'))).hits.map((one) => one.parts.exact)).not.toContain(
      'doi',
    )
  })

  it('a paper that was withdrawn since is shown unwithdrawn', async () => {
    for (const one of [first, second, withdrawn]) await library.add(one)
    await library.publish()
    const { hits } = await library.search('shuttles weave cloth', asOf('2025-02-20'))
    expect(hits[0]).toMatchObject({ title: second.title, withdrawn: false })
    expect(ids(await library.search('shuttles weave cloth', asOf('2025-03-20')))).not.toContain(first.id)
  })

  it('a text of later says that it is one', async () => {
    await library.add(second)
    expect((await library.search('weave cloth', asOf('2025-01-20'))).hits[0]).toMatchObject({
      laterText: true,
      version: 2,
    })
    expect((await library.search('weave cloth', asOf('2025-02-20'))).hits[0]).toMatchObject({ laterText: false })
    expect((await library.search('weave cloth')).hits[0]).toMatchObject({ laterText: false })
  })

  it('what is revised while the page is read changes nothing on it', async () => {
    await library.add(first)
    const snapshot = library.reader.snapshot()
    const ask = () => library.search('looms of reeds', asOf('2025-01-20'), library.embedder, snapshot)
    const { hits } = await ask()
    await library.add(second)
    expect((await ask()).hits).toEqual(hits)
  })

  it('no source is asked, for it would answer of today', async () => {
    let looked = 0
    const live: LiveTier = {
      state: () => {
        looked++
        return noLive
      },
      ask: async () => [],
      vectorsOf: async () => null,
      close: () => {},
    }
    const { route } = await library.searchLive('attention', live, { ...asOf('2025-01-20'), mode: 'live' })
    expect(route.live).toMatchObject({ ask: false, because: 'live-past' })
    expect(route.reasons.at(-1)?.says).toMatch(/you asked as of a moment that has passed/)
    expect(looked).toBe(0)
    await library.searchLive('attention', live, { now: noon, mode: 'live' })
    expect(looked).toBe(1)
  })
})
