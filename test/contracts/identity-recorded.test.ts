import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { type DocumentRecord, factsOf, type Seq, type StoredDocument } from '../../src/domain/document.ts'
import { parseArxivId } from '../../src/domain/identifiers.ts'
import { openMemoryEngine } from '../../src/engines/memory.ts'
import { type Rejected, sorted } from '../../src/sources/record.ts'
import { crossrefRecord, crossrefWork } from '../../src/sources/works/crossref-record.ts'
import { openAlexRecord, openAlexWork } from '../../src/sources/works/openalex-record.ts'
import { semanticScholarPaper, semanticScholarRecord } from '../../src/sources/works/semantic-scholar-record.ts'
import { idOf, put } from '../engines/fixtures.ts'
import { exchangesOf, recordingsAbsent, whyNoRecordings } from '../sources/recorded-exchanges.ts'
import { VirtualClock } from '../sources/virtual-clock.ts'

/** Everything in the answers of a provider that is a work with a title, however deep; the fullest of each id. */
function recorded<S extends z.ZodType>(
  provider: string,
  schema: S,
  isWork: (fields: Record<string, unknown>) => boolean,
  read: (work: z.infer<S>) => DocumentRecord | Rejected,
): DocumentRecord[] {
  const works: unknown[] = []
  const collect = (json: unknown): void => {
    if (typeof json !== 'object' || json === null) return
    if (isWork(json as Record<string, unknown>)) works.push(json)
    for (const value of Object.values(json)) collect(value)
  }
  for (const { json } of exchangesOf(provider, () => '/')) collect(json)
  const records = sorted(works.flatMap((work) => schema.safeParse(work).data ?? []).map(read)).records
  const size = (one: DocumentRecord) => JSON.stringify(one).length
  const fullest = new Map<string, DocumentRecord>()
  for (const one of records) {
    const known = fullest.get(one.id)
    if (!known || size(known) < size(one)) fullest.set(one.id, one)
  }
  return [...fullest.values()]
}

const all = () => [
  ...recorded(
    'semantic-scholar',
    semanticScholarPaper,
    (one) => 'paperId' in one && 'title' in one,
    semanticScholarRecord,
  ),
  ...recorded('crossref', crossrefWork, (one) => 'DOI' in one && Array.isArray(one.title), crossrefRecord),
  ...recorded('openalex', openAlexWork, (one) => 'authorships' in one, openAlexRecord),
]

async function foldedOf(records: readonly DocumentRecord[]): Promise<readonly StoredDocument[]> {
  const engine = openMemoryEngine(new VirtualClock())
  await put(engine, records, { embed: false })
  return engine.documents.changesAfter(0 as Seq, 100_000).flatMap(({ document }) => document ?? [])
}

describe.skipIf(recordingsAbsent)(`the recordings of three providers${whyNoRecordings}`, () => {
  test('fold into the same documents forwards and backwards', async () => {
    const records = all()
    const byId = (documents: readonly StoredDocument[]) =>
      documents
        .map((one) => ({ ...factsOf(one), sources: one.sources }))
        .sort((one, other) => (one.id < other.id ? -1 : 1))
    const documents = await foldedOf(records)
    expect(byId(await foldedOf(records.toReversed()))).toEqual(byId(documents))
    expect(documents.length).toBeLessThan(records.length)
    expect(documents.filter((one) => one.sources.length > 1).length).toBeGreaterThanOrEqual(11)
  })

  test('are one where they are of one work, and two where they are not', async () => {
    const engine = openMemoryEngine(new VirtualClock())
    await put(engine, all(), { embed: false })
    const held = (id: string) => engine.documents.byId(idOf(id))
    // A preprint and its article: two works at Crossref, and OpenAlex and Semantic Scholar know the article.
    expect(held('doi:10.1101/2024.04.01.587366')).toEqual(held('doi:10.1016/j.xgen.2025.100814'))
    expect(held('doi:10.1016/j.xgen.2025.100814')?.sources).toEqual(['crossref', 'openalex', 'semantic-scholar'])
    // Known here by its arXiv id and there by DataCite's DOI.
    expect(held('2312.07559')?.sources).toEqual(['openalex', 'semantic-scholar'])
    // Known by the title of its preprint, by that of its article, and by both.
    expect(held('doi:10.1038/s42256-024-00832-8')).toMatchObject({
      id: '2304.05376',
      sources: ['crossref', 'openalex', 'semantic-scholar'],
    })
    expect(held('doi:10.1023/a:1007154515475')?.sources).toEqual(['crossref', 'openalex', 'semantic-scholar'])
    // Two reports under one title, without authors.
    const reports = ['doi:10.1007/s40278-023-41815-2', 'doi:10.1007/s40278-023-33114-1'].map(held)
    expect(reports[0]?.key).not.toBe(reports[1]?.key)
    // Chapters of two editions of one book.
    const chapters = ['doi:10.1016/b978-155860802-3/50012-0', 'doi:10.1016/b978-0-12-384717-1.00012-9'].map(held)
    expect(chapters[0]?.key).not.toBe(chapters[1]?.key)
  })

  test('never make one document of two arXiv papers', async () => {
    for (const { id, identifiers } of await foldedOf(all())) {
      const papers = [id, ...identifiers].filter((one) => one.startsWith('arxiv:') || parseArxivId(one))
      expect(new Set(papers.map((one) => parseArxivId(one)?.id)).size).toBeLessThan(2)
    }
  })
})
