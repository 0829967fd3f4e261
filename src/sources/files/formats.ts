import type { DocumentRecord } from '../../domain/document.ts'
import { readArxivLine } from './arxiv-jsonl.ts'
import { readKaggleLine } from './kaggle.ts'
import { readOwnLine } from './own.ts'
import { readSampleLine } from './sample.ts'

export type ImportFormat = 'arxiv-jsonl' | 'kaggle' | 'jsonl' | 'sample'

/** Formats of one record a line. BEIR stands apart (beir.ts): it is a folder, and its name is part of every id. */
export const importFormats: Readonly<Record<ImportFormat, (line: string) => DocumentRecord>> = {
  'arxiv-jsonl': readArxivLine,
  kaggle: readKaggleLine,
  jsonl: readOwnLine,
  sample: readSampleLine,
}
