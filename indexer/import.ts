import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { DocumentRecord } from '../src/domain/document.ts'
import { UnreadableRecord } from '../src/domain/errors.ts'
import type { Clock, Embedder, Engine } from '../src/ports.ts'
import { readLines } from '../src/sources/files/lines.ts'
import { type Batch, type IngestCounts, ingest } from './ingest.ts'

const batchSize = 256
/** Bad lines are all counted; this many are told apart by number and reason. */
const badLinesNamed = 20

export interface ImportReport {
  readonly file: string
  readonly lines: number
  /** Lines that an earlier, interrupted import had already stored. */
  readonly resumedAt: number
  readonly filteredOut: number
  readonly bad: number
  readonly badLines: readonly { readonly line: number; readonly reason: string }[]
  readonly counts: IngestCounts
}

export interface ImportOptions {
  readonly read: (line: string) => DocumentRecord
  readonly keep?: (record: DocumentRecord) => boolean
  /** Names what the lines become, so that another filter or format of the same file starts anew. */
  readonly manner: string
  readonly signal: AbortSignal
  onProgress?(bytes: number, of: number, counts: IngestCounts): void
}

/**
 * One file, a record a line, streamed. How far it came is stored with the documents, so an import that dies goes on
 * where it was; running it again finds everything unchanged. A bad line is counted and named, never fatal.
 */
export async function importFile(
  engine: Engine,
  embedder: Embedder,
  clock: Clock,
  file: string,
  options: ImportOptions,
): Promise<ImportReport> {
  const identity = identityOf(file, options.manner)
  const before = engine.documents.importProgress(identity)
  // A finished import is read again from the start: the documents may have been purged since.
  const resumedAt = before && !before.done ? before.lines : 0
  const lines = readLines(file, options.signal)
  const seen = { lines: 0, filteredOut: 0, bad: 0, badLines: [] as { line: number; reason: string }[] }

  async function* batches(): AsyncIterable<Batch> {
    let records: DocumentRecord[] = []
    for await (const line of lines) {
      seen.lines = line.number
      if (line.number <= resumedAt) continue
      const record = read(line)
      if (record) records.push(record)
      if (records.length === batchSize) {
        yield { records, progress: { file: identity, lines: line.number, done: false } }
        records = []
      }
    }
    yield { records, progress: { file: identity, lines: seen.lines, done: true } }
  }

  function read(line: { number: number; tooLong: boolean; text?: string }): DocumentRecord | null {
    if (line.text?.trim() === '') return null
    try {
      if (line.text === undefined) throw new UnreadableRecord('is longer than 1 MiB')
      const record = options.read(line.text)
      if (options.keep?.(record) ?? true) return record
      seen.filteredOut++
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error
      seen.bad++
      if (seen.badLines.length < badLinesNamed) seen.badLines.push({ line: line.number, reason: error.message })
    }
    return null
  }

  const counts = await ingest(engine, embedder, clock, batches(), {
    purpose: `import of ${file}`,
    onBatch: (_, so) => options.onProgress?.(lines.bytesRead(), lines.size, so),
  })
  return { file, resumedAt, counts, ...seen }
}

/** Another size or time is another file, even under the same name. */
function identityOf(file: string, manner: string): string {
  const { size, mtimeMs } = statSync(file)
  return JSON.stringify([resolve(file), size, Math.round(mtimeMs), manner])
}
