import { z } from 'zod'
import type { DocumentRecord } from '../../domain/document.ts'
import { parseArxivId, parseDoi } from '../../domain/identifiers.ts'
import { addDays, type Day, dayOf, parseDay, parseInstant, startOfDay } from '../../domain/instant.ts'
import { identityOf, textOfEscapedMarkup } from '../json-api.ts'
import { listOf, orNothing, text, valuesOf, wholeNumber } from '../lenient.ts'
import { arxivUrl, longestAbstract, longestTitle, plainText, type Rejected, unsaid } from '../record.ts'

/** One date of one, two or three parts; a date that is not known is one of null. */
const partialDate = orNothing(z.object({ 'date-parts': listOf(z.array(wholeNumber)) }))
const author = z.object({ given: text, family: text, suffix: text, name: text })
const related = z.object({ 'id-type': text, id: text })
const update = z.object({ DOI: text, type: text })

/** What we read of a work, and so what is asked for. */
export const crossrefWork = z.object({
  DOI: z.string(),
  title: listOf(z.string()),
  type: text,
  abstract: text,
  author: listOf(author),
  posted: partialDate,
  'published-online': partialDate,
  'published-print': partialDate,
  published: partialDate,
  issued: partialDate,
  created: orNothing(z.object({ 'date-time': text })),
  'group-title': text,
  subject: listOf(z.string()),
  relation: valuesOf(listOf(related)),
  'update-to': listOf(update),
  'updated-by': listOf(update),
})

type Work = z.infer<typeof crossrefWork>

export const selectedFields = Object.keys(crossrefWork.shape).join(',')

/** Registered are also journals, their issues, figures, reviews and grants. */
export const paperTypes: ReadonlySet<string> = new Set([
  'journal-article',
  'proceedings-article',
  'posted-content',
  'book-chapter',
  'book-section',
  'book-part',
  'book',
  'monograph',
  'edited-book',
  'reference-book',
  'reference-entry',
  'report',
  'dissertation',
  'standard',
])

export function crossrefRecord(work: Work): DocumentRecord | Rejected {
  // A second title is the first in other words.
  const title = textOfEscapedMarkup(work.title.find((one) => one.trim() !== '') ?? '')
  const type = plainText(work.type ?? '')
  const identity = identityOf({ own: null, doi: work.DOI, ...relativesOf(work) })
  if (identity === null) return { id: work.DOI, reason: 'the work has no DOI that can be read' }
  if (type !== '' && !paperTypes.has(type)) return { id: work.DOI, reason: `of type ${type}, which is no paper` }
  if (title === '') return { id: work.DOI, reason: 'the work has no title' }
  if (title.length > longestTitle) return { id: work.DOI, reason: 'the title is no title: it is too long' }
  const isArxiv = parseArxivId(identity.id) !== null
  return {
    ...unsaid,
    ...identity,
    source: 'crossref',
    title,
    abstract: abstractOf(work.abstract ?? ''),
    authors: work.author.map(nameOf).filter((name) => name !== ''),
    fields: [...new Set([work['group-title'] ?? '', ...work.subject].map(plainText))].filter((field) => field !== ''),
    url: isArxiv ? arxivUrl(identity.id) : `https://doi.org/${identity.doi}`,
    ...(isArxiv ? {} : announcementOf(work)),
    withdrawn: work['updated-by'].some(isRetraction) || saysRetracted.test(title),
  }
}

/** A work and its preprint are one document, and so are versions of one preprint. */
const sameWork = ['is-preprint-of', 'has-preprint', 'is-version-of', 'has-version', 'is-identical-to']

function relativesOf({ relation }: Work): { arxiv: string | null; otherDois: string[] } {
  const relatives = sameWork.flatMap((kind) => relation[kind] ?? [])
  const idsOf = (type: string): string[] =>
    relatives.filter((one) => one['id-type'] === type).map((one) => one.id ?? '')
  return { arxiv: idsOf('arxiv').at(0) ?? null, otherDois: idsOf('doi') }
}

/** The heading that says no more than what the field is. */
const heading = /^\s*<jats:title[^>]*>\s*(?:abstract|summary|r[eé]sum[eé]n?|zusammenfassung)\s*[:.]?\s*<\/jats:title>/i

const abstractOf = (jats: string): string =>
  textOfEscapedMarkup(jats.replace(heading, ''))
    .replace(/^Abstract[:.]?\s+(?=\p{Lu})/u, '')
    .slice(0, longestAbstract)

const nameOf = ({ given, family, suffix, name }: z.infer<typeof author>): string =>
  textOfEscapedMarkup(name ?? [given, family, suffix].filter(Boolean).join(' '))

const retractions = new Set(['retraction', 'withdrawal', 'removal'])
const isRetraction = ({ type }: z.infer<typeof update>): boolean => retractions.has(type ?? '')

/** Publishers put it before the title of the article itself; "Retraction: ..." is the title of a notice. */
const saysRetracted = /^\W*(?:RETRACTED|WITHDRAWN)(?:\s+(?:ARTICLE|PAPER|CHAPTER))?\s*[:.\])–—-]/

/** DOIs of the works that this one retracts. */
export function retractedBy(work: unknown): string[] {
  const updates = z.object({ 'update-to': listOf(update) }).safeParse(work).data?.['update-to'] ?? []
  return updates
    .filter(isRetraction)
    .map(({ DOI }) => parseDoi(DOI ?? ''))
    .filter((doi) => doi !== null)
}

/**
 * The earliest of the dates that are stated, to the day where one of them says it. What a publisher states may be the issue
 * that a work was printed in, months after the world could read it; its DOI was registered by then, and a registration
 * before every date is the better sign. Of a backfile, which is registered later, the stated date stands.
 */
function announcementOf(work: Work): Pick<DocumentRecord, 'announced' | 'announcedBasis'> {
  const { posted, 'published-online': online, 'published-print': print, published, issued } = work
  const stated = earliestOf([posted, online, print, published, issued].map(periodOf))
  const registered = parseInstant(work.created?.['date-time'] ?? '')
  if (stated === null) return { announced: registered, announcedBasis: registered === null ? 'unknown' : 'derived' }
  const registeredFirst = registered !== null && dayOf(registered) < stated.first
  const registeredWithin = registered !== null && stated.days > 1 && isWithin(stated, dayOf(registered))
  if (registeredFirst || registeredWithin) return { announced: registered, announcedBasis: 'derived' }
  return { announced: startOfDay(stated.first), announcedBasis: stated.days === 1 ? 'stated' : 'derived' }
}

interface Period {
  readonly first: Day
  readonly days: number
}

/** A month that holds the day which another date says is that day; a month before it is not. */
function earliestOf(dates: readonly (Period | null)[]): Period | null {
  const periods = dates.filter((date) => date !== null).sort((a, b) => (a.first < b.first ? -1 : 1))
  const [earliest = null] = periods
  return periods.find(({ first, days }) => days === 1 && earliest && isWithin(earliest, first)) ?? earliest
}

const isWithin = ({ first, days }: Period, day: Day): boolean => day >= first && day < addDays(first, days)

function periodOf(date: z.infer<typeof partialDate>): Period | null {
  const [year = null, month = null, day = null] = date?.['date-parts'].at(0) ?? []
  if (year === null) return null
  const first = parseDay(
    [String(year).padStart(4, '0'), two(month ?? 1), two(month === null ? 1 : (day ?? 1))].join('-'),
  )
  if (first === null) return null
  return { first, days: month === null ? 366 : day === null ? 31 : 1 }
}

const two = (number: number): string => String(number).padStart(2, '0')
