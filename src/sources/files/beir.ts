import { readdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import type { DocumentRecord } from '../../domain/document.ts'
import { UnreadableRecord } from '../../domain/errors.ts'
import { unsaid } from '../record.ts'
import { readEach } from './lines.ts'
import { type Judgement, type Qrels, readQrels } from './qrels.ts'
import { abstractField, commentField, idField, momentField, namesField, parseLine, text, titleField } from './record.ts'

export interface BeirQuery {
  readonly id: string
  readonly text: string
}

export interface BeirFolder {
  /** The folder's; it prefixes the ids of its documents. */
  readonly name: string
  /** Path of the documents, for readLines and beirLineReader. */
  readonly corpusFile: string
  /** All of them, also those that this split does not judge. */
  readonly queries: readonly BeirQuery[]
  /** Which judgements were read: the name of the file in `qrels/`, or `all` for a `qrels.tsv` beside the corpus. */
  readonly split: string
  /** Documents under their ids in Freshet, `scifact:4983`. */
  readonly qrels: Qrels
}

// What BEIR's own figures are of comes first.
const splits = ['test', 'dev', 'train']

/**
 * Reads what a folder in BEIR's layout says of itself, all but the documents. Without `split` it takes the test
 * judgements, else dev, else train. Throws UnreadableRecord naming file and line.
 */
export async function readBeirFolder(folder: string, split?: string): Promise<BeirFolder> {
  const name = basename(resolve(folder))
  const names = await namesIn(folder)
  const judgements = await judgementsOf(folder, names, split)
  return {
    name,
    corpusFile: plainOrGzipped(folder, names, 'corpus.jsonl'),
    queries: await readEach(plainOrGzipped(folder, names, 'queries.jsonl'), readQueryLine),
    split: judgements.split,
    qrels: await readQrels(judgements.file, tsvJudgement(name)),
  }
}

const idOf = (name: string, id: string): string => `${name}:${id}`

// Some collections number their documents.
const beirId = z.preprocess((id) => (Number.isSafeInteger(id) ? String(id) : id), z.string().min(1))

const queryLine = z.object({ _id: beirId, text: text.pipe(z.string().min(1)) })

// Many collections have documents without a title, which still must be there to be found. A constant says nothing about
// any of them, so it moves no ranking; the first words of the text would count twice.
const untitled = 'Untitled'

const month = /^\d{4}-\d{2}$/

const corpusLine = (name: string) =>
  z.object({
    _id: beirId.transform((id) => idOf(name, id)).pipe(idField),
    title: text
      .nullish()
      .transform((title) => title || untitled)
      .pipe(titleField),
    text: abstractField.nullish(),
    authors: namesField.nullish(),
    author: text.nullish(),
    source: commentField.nullish(),
    published: z
      .string()
      .transform((date) => (month.test(date) ? `${date}-01` : date))
      .pipe(momentField)
      .nullish(),
  })

/**
 * Reads a line of a BEIR corpus into a document `name:_id`. Where it was published, if the line says so, becomes the
 * comment. Throws UnreadableRecord.
 */
export function beirLineReader(name: string): (line: string) => DocumentRecord {
  const schema = corpusLine(name)
  return (line) => {
    const document = parseLine(schema, line)
    const authors = document.authors ?? [document.author ?? '']
    return {
      ...unsaid,
      id: document._id,
      source: name,
      title: document.title,
      abstract: document.text ?? '',
      authors: authors.filter((author) => author !== ''),
      comment: document.source ?? null,
      url: `urn:beir:${document._id}`,
      announced: document.published?.at ?? null,
      announcedBasis: document.published ? 'stated' : 'unknown',
    }
  }
}

function readQueryLine(line: string): BeirQuery {
  const query = parseLine(queryLine, line)
  return { id: query._id, text: query.text }
}

/** `query-id corpus-id score` between tabs, under a header. */
const tsvJudgement =
  (name: string) =>
  (line: string, number: number): Judgement | null => {
    const fields = line.split('\t').map((field) => field.trim())
    if (fields.length !== 3) throw new UnreadableRecord(`has ${fields.length} fields where BEIR qrels have 3`)
    const [query, document, grade] = fields
    if (number === 1 && grade === 'score') return null
    return { query, document: idOf(name, document), grade }
  }

async function judgementsOf(
  folder: string,
  names: readonly string[],
  split: string | undefined,
): Promise<{ split: string; file: string }> {
  const files = names.includes('qrels') ? await namesIn(join(folder, 'qrels')) : []
  const held = files.filter((file) => file.endsWith('.tsv')).map((file) => file.slice(0, -'.tsv'.length))
  const chosen = split ?? splits.find((known) => held.includes(known))
  if (chosen !== undefined && held.includes(chosen))
    return { split: chosen, file: join(folder, 'qrels', `${chosen}.tsv`) }
  if ((split ?? 'all') === 'all' && names.includes('qrels.tsv'))
    return { split: 'all', file: join(folder, 'qrels.tsv') }
  const sought = split === undefined ? 'qrels.tsv and no qrels/test.tsv, dev.tsv or train.tsv' : `judgements "${split}"`
  throw new UnreadableRecord(`${folder} has no ${sought}`)
}

function plainOrGzipped(folder: string, names: readonly string[], name: string): string {
  const found = [name, `${name}.gz`].find((candidate) => names.includes(candidate))
  if (found === undefined) throw new UnreadableRecord(`${folder} has no ${name} or ${name}.gz`)
  return join(folder, found)
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    throw new UnreadableRecord(`${folder} is not a folder that can be read`, { cause })
  }
}
