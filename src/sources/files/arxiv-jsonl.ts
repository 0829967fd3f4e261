import { z } from 'zod'
import { arxivAnnouncement, derivedArxivAnnouncement } from '../../domain/calendar.ts'
import type { DocumentRecord, VersionDate } from '../../domain/document.ts'
import { dayMs, dayOf, instant } from '../../domain/instant.ts'
import { proseOf } from '../arxiv/text.ts'
import { saysWithdrawn } from '../arxiv/withdrawn.ts'
import { arxivUrl, unsaid } from '../record.ts'
import {
  abstractField,
  arxivCategoriesField,
  arxivIdField,
  commentField,
  type Moment,
  momentField,
  namesField,
  parseLine,
  titleField,
} from './record.ts'

/** `v2` as 2. */
export const versionField = z
  .string()
  .regex(/^v[1-9]\d{0,3}$/, 'must be a version like v2')
  .transform((version) => Number(version.slice(1)))

const arxivLine = z.object({
  id: arxivIdField,
  title: titleField,
  abstract: abstractField.nullish(),
  authors: namesField.nullish(),
  categories: arxivCategoriesField.nullish(),
  comment: commentField.nullish(),
  published: momentField.nullish(),
  updated: momentField.nullish(),
  announced: momentField.nullish(),
  version: versionField.nullish(),
})

/**
 * Reads a line of Freshet's own arXiv format: one paper a line, dated by its listing day (`announced`) or, where that is
 * not known, by its submission (`published`). Throws UnreadableRecord. The address follows from the id, so that it shows
 * the newest version; fields not named here are ignored.
 */
export function readArxivLine(line: string): DocumentRecord {
  const paper = parseLine(arxivLine, line)
  const comment = paper.comment ?? null
  const version = paper.version ?? paper.id.version
  return {
    ...unsaid,
    ...announcementOf(paper.announced ?? null, paper.published ?? null),
    id: paper.id.id,
    source: 'arxiv',
    version,
    title: proseOf(paper.title),
    abstract: proseOf(paper.abstract ?? ''),
    authors: paper.authors ?? [],
    categories: paper.categories ?? [],
    comment,
    url: arxivUrl(paper.id.id),
    submitted: paper.published?.at ?? null,
    updated: paper.updated?.at ?? null,
    withdrawn: saysWithdrawn(comment),
    versions: versionDates(version, paper.published ?? null, paper.updated ?? null),
  }
}

function announcementOf(
  listed: Moment | null,
  published: Moment | null,
): Pick<DocumentRecord, 'announced' | 'announcedBasis'> {
  if (listed) {
    return { announced: listed.dayOnly ? arxivAnnouncement(dayOf(listed.at)) : listed.at, announcedBasis: 'stated' }
  }
  if (!published) return { announced: null, announcedBasis: 'unknown' }
  // Noon UTC is before the cut-off in New York on the same day, which is where most submissions of a day fall.
  const submitted = published.dayOnly ? instant(published.at + dayMs / 2) : published.at
  return { announced: derivedArxivAnnouncement(submitted), announcedBasis: 'derived' }
}

/** The first version and this one: the two whose dates the format tells. */
function versionDates(version: number, published: Moment | null, updated: Moment | null): VersionDate[] {
  if (version === 0) return []
  const dates: VersionDate[] = published ? [{ version: 1, at: published.at }] : []
  if (version > 1 && updated) dates.push({ version, at: updated.at })
  return dates
}
