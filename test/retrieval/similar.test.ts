import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DocumentId } from '../../src/domain/document.ts'
import type { Instant } from '../../src/domain/instant.ts'
import { similarTo } from '../../src/retrieval/similar.ts'
import { daysAgo, record } from '../engines/fixtures.ts'
import { type Library, noon, openLibrary } from './library.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())

async function similar(
  id: string,
  wish: { limit?: number; now?: Instant; past?: boolean } = {},
  embeddings = library.engine.embeddings,
) {
  const { documents } = library.engine
  const whole = { limit: 10, now: noon, past: false, ...wish }
  return similarTo(documents.byId(id as DocumentId)!, whole, library.reader.snapshot(), { documents, embeddings })
}

test('the nearest texts come first, without the paper itself and without another record of its title', async () => {
  await library.add(
    record('2602.00001', { title: 'Weaving looms', abstract: 'Looms weave cloth of wool.', announced: daysAgo(3) }),
    record('2602.00002', { title: 'Looms for wool', abstract: 'Looms weave wool into cloth.', announced: daysAgo(2) }),
    record('own-7', { source: 'own', title: 'Weaving looms!', abstract: 'Looms weave cloth.', announced: daysAgo(1) }),
  )
  const found = await similar('2602.00001')
  expect(found?.hits[0]).toMatchObject({ id: '2602.00002', rank: 1 })
  expect(found?.hits.map((hit) => hit.id)).not.toContain('2602.00001')
  expect(found?.hits.map((hit) => hit.id)).not.toContain('own-7')
  expect(found?.degraded).toEqual([])
  const depths = found!.hits.map((hit) => hit.depth)
  expect(depths).toEqual([...depths].sort((one, other) => other - one))
  expect(found!.hits[0].depth).toBeCloseTo(found!.hits[0].parts.cosine!, 9)
  expect((await similar('2602.00001', { limit: 1 }))?.hits).toHaveLength(1)
})

test('papers of both tiers are found, and withdrawn ones are not', async () => {
  const found = await similar('2601.00010')
  expect(found?.hits[0].tier).toBe('static')
  expect((await similar('2401.00001'))?.hits.map((hit) => hit.id)).not.toContain('2402.00009')
})

test('without a stored vector the words of the title speak, and it is said', async () => {
  const found = await similar('2401.00003', {}, { ...library.engine.embeddings, load: () => new Map() })
  expect(found?.degraded).toMatchObject([{ part: 'vectors', code: 'degraded' }])
  expect(found?.hits.length).toBeGreaterThan(0)
  for (const hit of found!.hits) expect(hit.parts).toMatchObject({ cosine: null, bm25: expect.any(Number) })
})

test('as of a past moment nothing later is similar, and a paper of later is not there', async () => {
  const then = { now: daysAgo(40), past: true }
  const found = await similar('2401.00001', then)
  expect(found!.hits.every((hit) => (hit.announced ?? then.now) <= then.now)).toBe(true)
  expect(found!.hits.length).toBeGreaterThan(0)
  expect(await similar('2601.00010', then)).toBeNull()
})
