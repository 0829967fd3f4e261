import { DateTime } from 'luxon'
import { derivedArxivAnnouncement } from '../../domain/calendar.ts'
import type { DocumentRecord, VersionDate } from '../../domain/document.ts'
import { type ArxivId, arxivIdOfDoi, parseDoi } from '../../domain/identifiers.ts'
import { type Day, type Instant, instant } from '../../domain/instant.ts'
import { arxivUrl, type Rejected, unsaid } from '../record.ts'
import { proseOf } from './text.ts'
import { saysWithdrawn } from './withdrawn.ts'

/** What every arXiv format says of a paper, text as it was written. */
export interface ArxivFields {
  readonly id: ArxivId
  readonly title: string
  readonly abstract: string
  readonly authors: readonly string[]
  readonly categories: readonly string[]
  readonly comment: string | null
  readonly doi: string | null
  readonly submitted: Instant | null
  readonly updated: Instant | null
  /** First shown to the world, where that is said; otherwise arXiv's calendar says when, by the day of submission. */
  readonly announced?: Instant
  readonly versions: readonly VersionDate[]
  /** Said by something other than the comment. */
  readonly withdrawn: boolean
}

/** The record, or why there is none. */
export function arxivRecord(fields: ArxivFields): DocumentRecord | Rejected {
  const title = proseOf(fields.title)
  if (title === '') return { id: fields.id.id, reason: 'the record has no title' }
  const comment = proseOf(fields.comment ?? '') || null
  return {
    ...unsaid,
    id: fields.id.id,
    source: 'arxiv',
    version: fields.id.version,
    title,
    abstract: proseOf(fields.abstract),
    authors: fields.authors,
    categories: [...new Set(fields.categories)],
    comment,
    doi: journalDoi(fields.doi),
    url: arxivUrl(fields.id.id),
    submitted: fields.submitted,
    updated: fields.updated,
    ...announcementOf(fields),
    withdrawn: fields.withdrawn || saysWithdrawn(comment),
    versions: fields.versions,
  }
}

function announcementOf({ announced, submitted }: ArxivFields): Pick<DocumentRecord, 'announced' | 'announcedBasis'> {
  if (announced !== undefined) return { announced, announcedBasis: 'stated' }
  if (submitted === null) return { announced: null, announcedBasis: 'unknown' }
  return { announced: derivedArxivAnnouncement(submitted), announcedBasis: 'derived' }
}

/** Authors list several DOIs in one field; the first is the paper's. arXiv's own DataCite DOI is no journal's. */
function journalDoi(field: string | null): string | null {
  for (const part of (field ?? '').split(/[\s;]+/)) {
    const doi = parseDoi(part)
    if (doi !== null && arxivIdOfDoi(doi) === null) return doi
  }
  return null
}

/**
 * The moment that stands for a day without a time: noon in New York, two hours before that day's cut-off. The paper
 * may have come after it, so the announcement derived from this may be a day early.
 */
export const noonOf = (day: Day): Instant =>
  instant(DateTime.fromISO(`${day}T12:00`, { zone: 'America/New_York' }).toMillis())
