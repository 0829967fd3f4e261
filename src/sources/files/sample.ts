import { z } from 'zod'
import { arxivAnnouncement } from '../../domain/calendar.ts'
import type { DocumentRecord } from '../../domain/document.ts'
import { dayOf } from '../../domain/instant.ts'
import { unsaid } from '../record.ts'
import {
  abstractField,
  arxivCategoriesField,
  arxivIdField,
  momentField,
  namesField,
  parseLine,
  titleField,
  urlField,
} from './record.ts'

const sampleLine = z.object({
  id: arxivIdField,
  title: titleField,
  summary: abstractField,
  authors: namesField,
  categories: arxivCategoriesField,
  announced: momentField.nullish(),
  url: urlField,
})

/**
 * Reads a line of the sample that comes with Freshet: real arXiv papers with summaries of ours in place of their
 * abstracts, hence stand-ins. Throws UnreadableRecord.
 */
export function readSampleLine(line: string): DocumentRecord {
  const { id, title, summary, authors, categories, announced, url } = parseLine(sampleLine, line)
  const dated = announced ?? null
  return {
    ...unsaid,
    id: id.id,
    source: 'sample',
    title,
    abstract: summary,
    authors,
    categories,
    url,
    announced: dated?.dayOnly ? arxivAnnouncement(dayOf(dated.at)) : (dated?.at ?? null),
    announcedBasis: dated ? 'stated' : 'unknown',
    standIn: true,
  }
}
