import type { DocumentRecord } from '../../src/domain/document.ts'
import type { Instant } from '../../src/domain/instant.ts'
import { termsOf } from '../../src/domain/terms.ts'
import { beirLineReader, readBeirFolder } from '../../src/sources/files/beir.ts'
import type { JudgedQuery } from './query.ts'

/** A collection without a time of its own: a control on which nothing that is new may matter. */
export interface Control {
  readonly name: string
  /** Which of the folder's judgements were taken. */
  readonly split: string
  readonly corpusFile: string
  read(line: string): DocumentRecord
  /** The judged ones. */
  readonly queries: readonly JudgedQuery[]
}

/**
 * A BEIR folder, every query asked at the same instant. Choose one after the last document: what is dated later does not
 * exist for a query. Throws UnreadableRecord.
 */
export async function readControl(folder: string, asked: Instant): Promise<Control> {
  const { name, split, corpusFile, queries, qrels } = await readBeirFolder(folder)
  const judged = queries.flatMap(({ id, text }): JudgedQuery[] => {
    const grades = qrels.get(id)
    if (!grades) return []
    const facts = { terms: termsOf(text).length }
    return [{ id, text, asked, plain: true, unit: id, class: name, grades, since: null, until: null, facts }]
  })
  return { name, split, corpusFile, read: beirLineReader(name), queries: judged }
}
