import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { buildGeneration } from '../indexer/build.ts'
import { importFile } from '../indexer/import.ts'
import { systemClock } from '../src/clock.ts'
import { openEmbedder, openEngine } from '../src/compose.ts'
import type { DocumentRecord } from '../src/domain/document.ts'
import { UnreadableRecord } from '../src/domain/errors.ts'
import type { Embedder, Engine, Snapshot } from '../src/ports.ts'

/** A test collection, indexed by the same code that indexes everything else, in a store of its own. */
export interface Collection {
  readonly engine: Engine
  readonly embedder: Embedder
  readonly snapshot: Snapshot
  close(): Promise<void>
}

export interface CollectionSpec {
  readonly files: readonly string[]
  readonly read: (line: string) => DocumentRecord
  readonly model: string
  /** Where evaluation stores are kept between runs, so that no text is embedded twice. */
  readonly folder: string
  /** Only these records, in a store of their own. */
  readonly keep?: { readonly name: string; holds(record: DocumentRecord): boolean }
  /** Of the model; opened and closed by whoever gives it. */
  readonly embedder?: Embedder
  onProgress?(label: string, done: number, of: number): void
}

export async function openCollection(spec: CollectionSpec): Promise<Collection> {
  const embedder = spec.embedder ?? (await openEmbedder(spec.model))
  const engine = await openEngine(join(spec.folder, storeName(spec)))
  for (const file of spec.files) {
    const report = await importFile(engine, embedder, systemClock, file, {
      read: spec.read,
      ...(spec.keep && { keep: spec.keep.holds }),
      manner: 'evaluate',
      signal: new AbortController().signal,
      onProgress: (done, of) => spec.onProgress?.(basename(file), done, of),
    })
    if (report.bad > 0) {
      const [{ line, reason }] = report.badLines
      throw new UnreadableRecord(`${file} has ${report.bad} unreadable lines, the first is line ${line}: ${reason}`)
    }
  }
  const lock = await engine.lock('evaluation', 60_000)
  try {
    await engine.catalog.sweep()
    await buildGeneration(engine, embedder, {
      clock: systemClock,
      onProgress: (done, of) => spec.onProgress?.('building', done, of),
    })
  } finally {
    lock.release()
  }
  const reader = await engine.openReader()
  return {
    engine,
    embedder,
    snapshot: reader.snapshot(),
    async close() {
      await reader.close()
      if (!spec.embedder) await embedder.close()
      await engine.close()
    },
  }
}

/**
 * Other content is another store: nothing may be left of an earlier run. The same content is the same store wherever it
 * lies, for embedding it takes hours.
 */
function storeName({ files, model, keep }: CollectionSpec): string {
  const digest = createHash('sha256')
  for (const file of files) digest.update(createHash('sha256').update(readFileSync(file)).digest())
  if (keep) digest.update(keep.name)
  return `${basename(resolve(model)).replace(/[^\w.-]/g, '_')}-${digest.digest('hex').slice(0, 10)}`
}

/** Files as they are; folders as the corpus files in them, in order of name. */
export function corpusFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path).filter((name) => /\.jsonl(\.gz)?$/.test(name))
    if (names.length === 0) throw new UnreadableRecord(`${path} holds no .jsonl or .jsonl.gz file`)
    return names.sort().map((name) => join(path, name))
  })
}
