import type Database from 'better-sqlite3'
import type { GenerationId } from '../../domain/generation.ts'
import type { Catalog, Finding } from '../../ports.ts'
import { loadSegment } from './segment.ts'
import { checkFiles, measure } from './segment-writer.ts'

/** Each check says what it found in a sentence; one that fails does not stop the others. */
export async function* diagnose(
  db: Database.Database,
  catalog: Catalog,
  folderOf: (id: GenerationId) => string,
): AsyncIterable<Finding> {
  yield await finding('database', () => {
    const verdict = db.pragma('integrity_check', { simple: true })
    if (verdict !== 'ok') throw new Error(String(verdict))
    return 'the database is sound'
  })
  yield await finding('full text', () => {
    // rank = 1 compares the index with the documents themselves; without it only the index is checked.
    db.exec("INSERT INTO documents_fts (documents_fts, rank) VALUES ('integrity-check', 1)")
    return 'the full-text index agrees with the documents'
  })
  yield await finding('foreign keys', () => {
    const broken = db.pragma('foreign_key_check')
    if (Array.isArray(broken) && broken.length > 0) throw new Error(`${broken.length} rows point to nothing`)
    return 'every version belongs to a document'
  })
  const current = catalog.current()
  if (!current) {
    yield { check: 'generation', ok: true, says: 'no generation is published yet; run: freshet index once' }
    return
  }
  const folder = folderOf(current.id)
  const files = await finding('generation files', async () => {
    const manifest = await checkFiles(folder)
    return `generation ${current.id}: ${manifest.documents} documents, all checksums right`
  })
  yield files
  // hnswlib follows the links of a damaged graph wherever they point, and would take the process down.
  if (!files.ok) return
  yield await finding('recall', async () => {
    const { recallAt10, sampled } = measure(await loadSegment(folder))
    return `recall@10 against exact search is ${recallAt10.toFixed(3)} over ${sampled} documents`
  })
}

async function finding(check: string, run: () => string | Promise<string>): Promise<Finding> {
  try {
    return { check, ok: true, says: await run() }
  } catch (error) {
    return { check, ok: false, says: error instanceof Error ? error.message : String(error) }
  }
}
