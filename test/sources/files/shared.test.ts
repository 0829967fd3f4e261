import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DocumentRecord } from '../../../src/domain/document.ts'
import { readArxivLine } from '../../../src/sources/files/arxiv-jsonl.ts'
import { beirLineReader, readBeirFolder } from '../../../src/sources/files/beir.ts'
import { readEach } from '../../../src/sources/files/lines.ts'
import { readTopics } from '../../../src/sources/files/topics.ts'

const data = resolve(import.meta.dirname, '../../../../shared/data')
const absent = !existsSync(data)
if (absent) console.warn(`skipped: the corpora are not at ${data}`)

const judgements = (qrels: ReadonlyMap<string, ReadonlyMap<string, number>>): number =>
  [...qrels.values()].reduce((sum, judged) => sum + judged.size, 0)

async function papersIn(folder: string): Promise<DocumentRecord[]> {
  const files = readdirSync(join(data, folder)).filter((name) => name.endsWith('.jsonl.gz'))
  return (await Promise.all(files.map((name) => readEach(join(data, folder, name), readArxivLine)))).flat()
}

// readEach stops at the first unreadable line, so that every test here also says: there is none.
describe.skipIf(absent)('every line of the shared corpora is read', () => {
  it('arxiv-daily: 54,002 papers, each announced by its listing', async () => {
    const papers = await papersIn('corpus/arxiv-daily')
    expect(new Set(papers.map((paper) => paper.id)).size).toBe(54_002)
    expect(papers.every((paper) => paper.announcedBasis === 'stated' && paper.categories.length > 0)).toBe(true)
  }, 120_000)

  it('arxiv-cs-ir: 5,451 papers', async () => {
    expect(new Set((await papersIn('corpus/arxiv-cs-ir')).map((paper) => paper.id)).size).toBe(5_451)
  }, 60_000)

  it('arxiv-versions: 3,788 papers with versions and derived announcements', async () => {
    const papers = await papersIn('corpus/arxiv-versions')
    expect(papers).toHaveLength(3_788)
    expect(papers.every((paper) => paper.version > 0 && paper.announcedBasis === 'derived')).toBe(true)
    expect(papers.filter((paper) => paper.version > 1 && paper.versions.length === 2)).toHaveLength(518)
  }, 60_000)

  it.each([
    ['scifact', 5_183, 809, 'train', 919],
    ['cranfield', 1_400, 225, 'all', 1_837],
    ['cisi', 1_460, 112, 'all', 3_114],
    ['cacm', 3_204, 64, 'all', 796],
  ])(
    '%s: %i documents, %i queries',
    async (name, documents, queries, split, judged) => {
      const beir = await readBeirFolder(join(data, 'retrieval', name))
      const records = await readEach(beir.corpusFile, beirLineReader(beir.name))
      const ids = new Set<string>(records.map((record) => record.id))
      expect(ids.size).toBe(documents)
      expect(beir.queries).toHaveLength(queries)
      expect(beir.split).toBe(split)
      expect(judgements(beir.qrels)).toBe(judged)
      expect([...beir.qrels.values()].every((grades) => [...grades.keys()].every((id) => ids.has(id)))).toBe(true)
    },
    60_000,
  )

  it('topics: 56 with 2,713 judgements', async () => {
    const { topics, qrels } = await readTopics(join(data, 'topics'))
    expect(topics).toHaveLength(56)
    expect(judgements(qrels)).toBe(2_713)
    expect(topics.every((topic) => qrels.has(topic.id))).toBe(true)
  })
})
