import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RankedAnswer } from '../../src/domain/answer.ts'
import { dayMs, instant } from '../../src/domain/instant.ts'
import type { Query } from '../../src/domain/query.ts'
import type { Snapshot } from '../../src/ports.ts'
import { idOf, purge, record } from '../engines/fixtures.ts'
import { type Library, noon, openLibrary } from './library.ts'

let library: Library
beforeEach(async () => {
  library = await openLibrary()
})
afterEach(() => library.close())

const ids = ({ hits }: RankedAnswer): string[] => hits.map((hit) => hit.id)
const at = (snapshot: Snapshot, text: string, wishes: Partial<Query> = {}) =>
  library.search(text, wishes, library.embedder, snapshot)
const paper = (n: number) =>
  record(`2602.${String(n).padStart(5, '0')}`, {
    title: `Valves ${n}`,
    abstract: `Steam valves, kind ${n % 7}, with ${'levers '.repeat(n % 5)}`,
    announced: instant(noon - (n % 40) * dayMs),
  })

describe('pages of one ranking', () => {
  it('follow each other without repeats or gaps while papers are added and a generation is published', async () => {
    await library.add(...Array.from({ length: 30 }, (_, i) => paper(i)))
    const first = library.reader.snapshot()
    const whole = ids(await at(first, 'steam valves', { limit: 100 }))
    const paged: string[] = []
    for (let offset = 0; offset < whole.length; offset += 7) {
      const held = library.reader.snapshotOf(first.generation!.id)!.pinnedAt(first.mark)
      paged.push(...ids(await at(held, 'steam valves', { limit: 7, offset })))
      await library.add(paper(100 + offset), { ...paper(offset), version: 2, title: 'Steam valves, steam valves' })
      if (offset === 14) await library.publish()
    }
    expect(paged).toEqual(whole)
    expect(ids(await library.search('steam valves', { limit: 100 }))).not.toEqual(whole)
  })

  it('number their hits from what was shown on', async () => {
    const { hits } = await library.search('retrieval', { offset: 3, shown: 3, limit: 2 })
    expect(hits.map((hit) => hit.rank)).toEqual([4, 5])
  })

  it('a generation that was current before the last is no longer held', async () => {
    const first = library.reader.snapshot().generation!.id
    await library.add(paper(1))
    await library.publish()
    expect(library.reader.snapshotOf(first)).not.toBeNull()
    await library.add(paper(2))
    await library.publish()
    expect(library.reader.snapshotOf(first)).toBeNull()
  })
})

describe('a snapshot beside a store that moves on', () => {
  it('a paper that was revised since is shown as it is now, and flagged as superseded', async () => {
    const before = library.reader.snapshot()
    const revised = { title: 'Sparse attention, revised', abstract: 'Sparse attention only.', version: 2 }
    await library.add(record('2401.00001', revised))
    const [old] = (await at(before, 'sparse attention')).hits
    expect(old).toMatchObject({ id: '2401.00001', superseded: true, version: 2, title: revised.title, tier: 'static' })
    const [now] = (await library.search('sparse attention')).hits
    expect(now).toMatchObject({ id: '2401.00001', superseded: false, version: 2, tier: 'fresh' })
  })

  it('a paper that was withdrawn or purged since is not shown, and the other hits keep their ranks', async () => {
    const before = library.reader.snapshot()
    const [first, second, third] = (await at(before, 'sparse attention')).hits
    await library.add(record(first.id, { withdrawn: true, title: first.title, version: 2 }))
    await purge(library.engine, third.id)
    const { hits } = await at(before, 'sparse attention')
    expect(ids({ hits } as RankedAnswer)).not.toContain(first.id)
    expect(hits[0]).toMatchObject({ id: second.id, rank: second.rank })
    expect(hits.some((hit) => hit.id === third.id)).toBe(false)
    expect(library.engine.documents.byId(idOf(first.id))?.withdrawn).toBe(true)
  })

  it('a paper that was added since is not there, and moves no score', async () => {
    const before = library.reader.snapshot()
    const answer = await at(before, 'sparse attention', { limit: 100 })
    await library.add(record('2602.09999', { title: 'Sparse attention', abstract: 'Sparse attention.' }))
    const again = await at(before, 'sparse attention', { limit: 100 })
    expect(again.hits).toEqual(answer.hits)
    expect(ids(await library.search('sparse attention'))[0]).toBe('2602.09999')
  })

  // Names were once looked up in the store as it is now, and the second page of a ranking was one of another query.
  it('a title that came since does not turn the words of a query into a name', async () => {
    const before = library.reader.snapshot()
    const plain = await at(before, 'sparse attention since 2024', { limit: 100 })
    await library.add(record('2602.09998', { title: 'Sparse attention since 2024', abstract: 'A name.' }))
    const again = await at(before, 'sparse attention since 2024', { limit: 100 })
    expect(again.hits).toEqual(plain.hits)
    expect(again.query).toEqual(plain.query)
  })
})

describe('a search that is called off', () => {
  it('ends with the reason of the signal and not with a degraded answer', async () => {
    const gone = new AbortController()
    gone.abort(new Error('the client hung up'))
    const search = library.search('valves', {}, library.brokenEmbedder, library.reader.snapshot(), gone.signal)
    await expect(search).rejects.toThrow()
  })
})
