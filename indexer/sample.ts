import { fileURLToPath } from 'node:url'
import type { Clock, Embedder, Engine } from '../src/ports.ts'
import { readSampleLine } from '../src/sources/files/sample.ts'
import { type ImportReport, importFile } from './import.ts'

export const sampleFile = fileURLToPath(new URL('../data/sample/papers.jsonl', import.meta.url))

/** What a new user searches before anything was harvested or imported. */
export const importSample = (
  engine: Engine,
  embedder: Embedder,
  clock: Clock,
  signal: AbortSignal,
): Promise<ImportReport> =>
  importFile(engine, embedder, clock, sampleFile, { read: readSampleLine, manner: 'sample', signal })
