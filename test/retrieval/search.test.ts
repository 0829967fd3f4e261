import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RankedAnswer } from '../../src/domain/answer.ts'
import { endOfDay, parseDay, startOfDay } from '../../src/domain/instant.ts'
import { noFilters, type Query } from '../../src/domain/query.ts'
import { effectiveFilters } from '../../src/retrieval/request.ts'
import { type Library, noon, openLibrary, papers } from './library.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())

const search = (text: string, wishes: Partial<Query> = {}): Promise<RankedAnswer> => library.search(text, wishes)
const ids = ({ hits }: RankedAnswer): string[] => hits.map((hit) => hit.id)
const found = async (text: string, wishes?: Partial<Query>): Promise<string[]> => ids(await search(text, wishes))
const day = (text: string) => parseDay(text)!

describe('a document that is named stands first', () => {
  it.each([
    ['2401.00002', 'id'],
    ['arXiv:2401.00002v3', 'id'],
    ['https://arxiv.org/abs/2401.00002', 'id'],
    ['10.48550/arXiv.2401.00002', 'id'],
    ['arXiv: 2401.00002v3 [cs.IR]', 'id'],
    ['arXiv preprint arXiv:2401.00002', 'id'],
    ['arxiv.org/pdf/2401.00002v3.pdf', 'id'],
    ['http://www.arxiv.org/pdf/2401.00002v3', 'id'],
    ['https://arxiv.org/abs/2401.00002v2?context=cs#comments', 'id'],
    ['https://doi.org/10.48550/arXiv.2401.00002', 'id'],
    ['doi:10.1000/cache.7', 'doi'],
    ['DOI: 10.1000/cache.7', 'doi'],
    ['doi.org/10.1000/cache.7', 'doi'],
    ['https://dx.doi.org/10.1000%2Fcache.7', 'doi'],
    ['10.1000/CACHE.7', 'doi'],
    ['https://doi.org/10.1000/cache.7', 'doi'],
    ['Caching keys and values of transformers', 'title'],
    ['  caching KEYS, and values of transformers!', 'title'],
  ] as const)('%s', async (text, exact) => {
    const answer = await search(text)
    expect(answer.hits[0].id).toBe('2401.00002')
    expect(answer.hits[0].parts.exact).toBe(exact)
    expect(answer.hits.slice(1).every((hit) => hit.parts.exact === null)).toBe(true)
    expect(answer.abstained).toBe(false)
  })

  it('by the title that it has, also where that holds a date or a recency word', async () => {
    const dated = await search('Trends in retrieval since 2020')
    expect(dated.hits[0].id).toBe('2403.00001')
    expect(dated.query).toMatchObject({ dates: null, subject: 'Trends in retrieval since 2020' })
    expect(dated.route.gate.decidedBy).toBe('gate')
    expect((await found('The latest news on graphs'))[0]).toBe('2403.00002')
  })

  it('unless a filter forbids it', async () => {
    expect(await found('2401.00002', { filters: { ...noFilters, categories: ['math'] } })).not.toContain('2401.00002')
  })

  it('and one that was withdrawn is not shown by its name either', async () => {
    expect(await found('2402.00009')).not.toContain('2402.00009')
    expect(await found('Cold fusion in a teacup')).not.toContain('2402.00009')
    // Once, whoever named a hidden document was told that the strangers shown instead match well.
    expect((await search('2402.00009')).abstained).toBe(true)
    expect((await search('2401.00002', { filters: { ...noFilters, categories: ['math'] } })).abstained).toBe(true)
  })
})

describe('what is left out', () => {
  it('holds the phrase word by word, in order', async () => {
    expect(await found('"sparse attention"')).toEqual(['2401.00001'])
    expect(await found('"attention sparse"')).toEqual([])
    expect((await found('sparse attention')).length).toBeGreaterThan(1)
  })

  it('leaves out documents with an excluded word, in any of its forms', async () => {
    expect(await found('attention')).toContain('2401.00003')
    const without = await found('attention -image')
    expect(without).toContain('2401.00001')
    expect(without).not.toContain('2401.00003')
  })

  it('takes an excluded word of several parts for a phrase: its parts may stand in any document', async () => {
    const without = await found('retrieval -state-of-the-art')
    expect(without).not.toContain('2403.00003')
    // It says "the", "of" and "art" apart.
    expect(without).toContain('2403.00004')
    expect(await found('retrieval -"of the art"')).not.toContain('2403.00003')
  })

  it('an exclusion alone is refused', () => {
    expect(() => search('-image')).toThrow(expect.objectContaining({ name: 'InvalidQuery', field: 'q' }))
  })
})

describe('filters', () => {
  const filtered = (filters: Partial<Query['filters']>, text = 'retrieval attention') =>
    found(text, { filters: { ...noFilters, ...filters }, limit: 100 })

  it('by category, archive, source and author', async () => {
    expect(await filtered({ categories: ['math.CO'] })).toEqual(['math/0306266'])
    expect(await filtered({ categories: ['math'] })).toEqual(['math/0306266'])
    expect(await filtered({ sources: ['own'] })).toEqual(['notes-1'])
    expect((await filtered({ authors: ['Hopper'] })).sort()).toEqual(['2401.00001', '2401.00003'])
    expect(await filtered({ authors: ['Hopper', 'Noether'] })).toEqual(['2401.00003'])
  })

  it('by date, both ends included; a document without a date matches no bound', async () => {
    const since = startOfDay(day('2024-02-01'))
    const inside = await filtered({ since, until: endOfDay(day('2024-03-01')) })
    expect(inside).toContain('2403.00001')
    expect(inside).not.toContain('2403.00002')
    expect(inside).not.toContain('2401.00001')
    expect(inside).not.toContain('notes-1')
    expect(await filtered({})).toContain('notes-1')
  })

  it('dates read from the words become filters, are shown, and bind together with those given', async () => {
    const answer = await search('retrieval before march 2024', { limit: 100 })
    expect(answer.query.dates?.words).toBe('before march 2024')
    expect(answer.query.subject).toBe('retrieval')
    expect(answer.route.reasons.find((one) => one.code === 'dates-filter')?.says).toContain('before march 2024')
    expect(ids(answer)).toContain('2401.00001')
    expect(ids(answer)).not.toContain('2403.00001')
    const since = startOfDay(day('2024-01-02'))
    const both = await search('retrieval before march 2024', { filters: { ...noFilters, since }, limit: 100 })
    expect(effectiveFilters(both.query)).toMatchObject({ since, until: endOfDay(day('2024-02-29')) })
    expect(ids(both)).toContain('2401.00002')
    expect(ids(both)).not.toContain('2401.00001')
  })

  it('of two bounds on one side, one read and one given, the narrower holds', async () => {
    const bounds = async (text: string, filters: Partial<Query['filters']>) =>
      effectiveFilters((await search(text, { filters: { ...noFilters, ...filters } })).query)
    const [january, february, march] = ['2024-01-01', '2024-02-01', '2024-03-01'].map((text) => startOfDay(day(text)))
    expect((await bounds('retrieval since february 2024', { since: january })).since).toBe(february)
    expect((await bounds('retrieval since february 2024', { since: march })).since).toBe(march)
    const readUntil = endOfDay(day('2024-01-31'))
    expect((await bounds('retrieval before february 2024', { until: january })).until).toBe(january)
    expect((await bounds('retrieval before february 2024', { until: march })).until).toBe(readUntil)
  })

  it('what is announced after now does not exist', async () => {
    const asOf = { now: endOfDay(day('2024-01-02')), limit: 100 }
    expect((await found('retrieval attention', asOf)).sort()).toEqual([
      '2401.00001',
      '2401.00002',
      'math/0306266',
      'notes-1',
    ])
  })
})

describe('order', () => {
  it('sort=date lists what matches well, newest first', async () => {
    const answer = await search('retrieval', { sort: 'date', limit: 100 })
    const dates = answer.hits.map((hit) => hit.announced ?? 0)
    expect(dates).toEqual([...dates].sort((a, b) => b - a))
    expect(answer.hits.length).toBeGreaterThan(2)
    expect(answer.hits.every((hit) => hit.depth >= hit.parts.threshold)).toBe(true)
  })

  it('freshness puts the newer of two equal matches first only as far as it is wanted', async () => {
    const twins = ['2401.00010', '2601.00010']
    const wanted = (freshness: Query['freshness']) => search('ratchets of brass', { freshness, limit: 2 })
    const much = await wanted(1)
    expect(ids(much)).toEqual([...twins].reverse())
    const none = await wanted('off')
    expect(ids(none).sort()).toEqual(twins)
    expect(none.hits.map((hit) => hit.score)).toEqual(none.hits.map((hit) => hit.depth))
    expect(much.hits.map((hit) => hit.depth)).toEqual(none.hits.map((hit) => hit.depth))
  })

  it('every score can be recomputed from its parts', async () => {
    for (const { score, depth, freshness, parts } of (await search('latest retrieval', { limit: 100 })).hits) {
      const lowered = depth * (1 - parts.gamma * parts.pRecent * (1 - freshness))
      expect(score).toBe(depth >= parts.threshold ? lowered : depth)
    }
  })

  it('fusion=rrf ranks the same candidates by reciprocal ranks', async () => {
    const convex = await search('sparse attention', { freshness: 'off', limit: 100 })
    const rrf = await search('sparse attention', { freshness: 'off', fusion: 'rrf', limit: 100 })
    expect(ids(rrf).sort()).toEqual(ids(convex).sort())
    const fused = rrf.hits.map((hit) => hit.parts.fused)
    expect(fused).toEqual([...fused].sort((a, b) => b - a))
    expect(fused[0]).toBeLessThanOrEqual(2 / 61)
    expect(ids(rrf)[0]).toBe('2401.00001')
  })
})

describe('what an answer says of itself', () => {
  it('abstains on nonsense and still shows the nearest', async () => {
    const answer = await search('qwzx vbnm plokij')
    expect(answer.abstained).toBe(true)
    expect(answer.hits.length).toBeGreaterThan(0)
    expect((await search('sparse attention')).abstained).toBe(false)
  })

  it('tiers: static holds the generation, fresh what came since, both together by default', async () => {
    const all = { limit: 100 } as const
    const [fixed, fresh] = [
      await search('gears', { ...all, mode: 'static' }),
      await search('gears', { ...all, mode: 'fresh' }),
    ]
    expect(new Set(fixed.hits.map((hit) => hit.tier))).toEqual(new Set(['static']))
    expect(ids(fresh)).toEqual(['2601.00010'])
    for (const mode of ['auto', 'both'] as const) {
      const joined = await search('gears', { ...all, mode })
      expect(ids(joined).sort()).toEqual([...ids(fixed), ...ids(fresh)].sort())
      expect(joined.route.tiers).toEqual(['static', 'fresh'])
    }
    // One scale: a document has the depth that it has, whatever is searched beside it.
    const depth = (answer: RankedAnswer, id: string) => answer.hits.find((hit) => hit.id === id)?.depth
    expect(depth(fresh, '2601.00010')).toBe(depth(await search('gears', all), '2601.00010'))
  })

  it('withdrawn papers are never among the hits', async () => {
    expect(await found('cold fusion teacup', { limit: 100 })).not.toContain('2402.00009')
  })

  it('words alone answer when the encoder fails, and the answer says so', async () => {
    const answer = await library.search('sparse attention', {}, library.brokenEmbedder)
    expect(answer.hits[0].id).toBe('2401.00001')
    expect(answer.hits.every((hit) => hit.parts.cosine === null)).toBe(true)
    expect(answer.degraded).toMatchObject([
      { part: 'vectors', code: 'degraded', reason: expect.stringContaining('words alone') },
    ])
    const none = await library.search('sparse attention', {}, null)
    expect(none.degraded).toMatchObject([
      { part: 'vectors', code: 'degraded', reason: expect.stringContaining('not loaded') },
    ])
    expect(ids(none)).toEqual(ids(answer))
  })

  it('snippets point at the words of the query', async () => {
    const [{ snippet }] = (await search('sparse attention')).hits
    const marked = snippet.highlights.map(([start, end]) => snippet.text.slice(start, end).toLowerCase())
    expect(new Set(marked)).toEqual(new Set(['sparse', 'attention']))
  })

  it('the moment, the generation, the mark and every stage of the way', async () => {
    const answer = await search('attention')
    expect(answer).toMatchObject({ asOf: noon, generation: 1, mark: library.engine.documents.lastSeq() })
    expect(Object.keys(answer.tookMs)).toEqual(['embed', 'gather', 'rank', 'hydrate', 'total'])
    expect(answer.candidates).toBe(papers.filter((one) => !one.withdrawn).length)
  })
})
