import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DocumentRecord } from '../../src/domain/document.ts'
import { dayOf, instant } from '../../src/domain/instant.ts'
import { importFormats } from '../../src/sources/files/formats.ts'
import { readEach } from '../../src/sources/files/lines.ts'
import { corpusFiles } from '../collection.ts'
import type { StudyOptions } from '../replay/study.ts'
import type { Input } from '../report/provenance.ts'

/** What a study reads, with digests and the span of its papers. */
export async function inputsOf({
  corpora,
  topics,
  qrels,
  beir,
}: Pick<StudyOptions, 'corpora' | 'topics' | 'qrels' | 'beir'>): Promise<readonly Input[]> {
  const inputs: Input[] = []
  for (const path of corpora) {
    const files = corpusFiles([path])
    inputs.push({ path, sha256: digestOf(files), papers: await spanOf(files) })
  }
  for (const path of [...topics, ...qrels, ...beir]) {
    inputs.push({ path, sha256: digestOf(filesIn(path)), papers: null })
  }
  return inputs
}

const filesIn = (path: string): string[] =>
  statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: 'utf8' })
        .map((name) => join(path, name))
        .filter((file) => statSync(file).isFile())
        .sort()
    : [path]

const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex')

function digestOf(files: readonly string[]): string {
  const digests = files.map((file) => sha256(readFileSync(file)))
  return digests.length === 1 ? digests[0] : sha256(digests.join('\n'))
}

async function spanOf(files: readonly string[]): Promise<Input['papers']> {
  let count = 0
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  const see = ({ announced }: DocumentRecord): void => {
    count++
    if (announced === null) return
    first = Math.min(first, announced)
    last = Math.max(last, announced)
  }
  for (const file of files) await readEach(file, (line) => see(importFormats['arxiv-jsonl'](line)))
  return last < first ? null : { count, first: dayOf(instant(first)), last: dayOf(instant(last)) }
}
