import type { DocumentId } from '../../domain/document.ts'
import { UnreadableRecord } from '../../domain/errors.ts'
import { readEach } from './lines.ts'
import { isVisibleId } from './record.ts'

/** Graded judgements: by the query's id, then by the document's. What is not in it is not judged. */
export type Qrels = ReadonlyMap<string, ReadonlyMap<DocumentId, number>>

export interface Judgement {
  readonly query: string
  readonly document: string
  readonly grade: string
}

/** Reads a file of judgements; `judgementOf` takes a line apart, null for a header. Throws UnreadableRecord. */
export async function readQrels(
  path: string,
  judgementOf: (text: string, number: number) => Judgement | null,
): Promise<Qrels> {
  const qrels = new Map<string, Map<DocumentId, number>>()
  const judge = (text: string, number: number): void => {
    const judgement = judgementOf(text, number)
    if (judgement) add(qrels, judgement)
  }
  await readEach(path, judge)
  return qrels
}

function add(qrels: Map<string, Map<DocumentId, number>>, { query, document, grade }: Judgement): void {
  if (query === '') throw new UnreadableRecord('names no query')
  if (!isVisibleId(document)) throw new UnreadableRecord(`"${document.slice(0, 60)}" is not a document id`)
  if (!/^-?\d{1,4}$/.test(grade)) throw new UnreadableRecord(`the grade "${grade.slice(0, 60)}" is not a whole number`)
  const judged = qrels.get(query) ?? new Map<DocumentId, number>()
  const id = document.normalize('NFC') as DocumentId
  const before = judged.get(id)
  if (before !== undefined && before !== Number(grade)) {
    throw new UnreadableRecord(`${query} judges ${document} a second time, ${grade} after ${before}`)
  }
  judged.set(id, Number(grade))
  qrels.set(query, judged)
}
