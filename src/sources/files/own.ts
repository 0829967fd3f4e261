import { z } from 'zod'
import type { DocumentRecord } from '../../domain/document.ts'
import { parseArxivId, parseDoi } from '../../domain/identifiers.ts'
import { unsaid } from '../record.ts'
import { abstractField, idField, momentField, namesField, parseLine, titleField, urlField } from './record.ts'

const doiField = z.string().transform((raw, context) => {
  const doi = parseDoi(raw)
  if (doi) return doi
  context.addIssue('is not a DOI')
  return z.NEVER
})

// Strict: in a file that somebody writes by hand, an unknown field is a typo whose content would be lost in silence.
const ownLine = z
  .strictObject({
    id: idField.refine((id) => parseArxivId(id) === null, 'is an arXiv id, which only an arXiv record may have'),
    title: titleField,
    abstract: abstractField.nullish(),
    text: abstractField.nullish(),
    authors: namesField.nullish(),
    categories: namesField.nullish(),
    url: urlField.nullish(),
    announced: momentField.nullish(),
    date: momentField.nullish(),
    doi: doiField.nullish(),
    kind: z.enum(['paper', 'post', 'release']).nullish(),
  })
  .refine((own) => own.abstract == null || own.text == null, {
    path: ['text'],
    error: 'and "abstract" mean the same: give one',
  })
  .refine((own) => own.announced == null || own.date == null, {
    path: ['date'],
    error: 'and "announced" mean the same: give one',
  })

/**
 * Reads one of one's own documents: `id` and `title`, and as much of the rest as there is. Throws UnreadableRecord,
 * also for fields that are not known.
 */
export function readOwnLine(line: string): DocumentRecord {
  const own = parseLine(ownLine, line)
  const announced = own.announced ?? own.date ?? null
  return {
    ...unsaid,
    id: own.id,
    source: 'own',
    kind: own.kind ?? 'paper',
    title: own.title,
    abstract: own.abstract ?? own.text ?? '',
    authors: own.authors ?? [],
    categories: own.categories ?? [],
    doi: own.doi ?? null,
    url: own.url ?? `urn:freshet:${own.id}`,
    announced: announced?.at ?? null,
    announcedBasis: announced ? 'stated' : 'unknown',
  }
}
