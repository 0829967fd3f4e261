import { DateTime } from 'luxon'
import { arxivAnnouncement } from '../../domain/calendar.ts'
import type { DocumentRecord } from '../../domain/document.ts'
import { SourceError } from '../../domain/errors.ts'
import { isArxivCategory, parseArxivId } from '../../domain/identifiers.ts'
import { type Day, dayOf, type Instant, instant, parseDay, parseInstant } from '../../domain/instant.ts'
import { type Rejected, sorted } from '../record.ts'
import { arxivRecord } from './record.ts'
import { proseOf, splitAuthors } from './text.ts'
import { attribute, children, type Element, readXmlOf, textIn, textOfChild } from './xml.ts'

export const rssSource = 'arxiv-rss'

export interface Listing {
  /** The day it is the listing of, in New York. A feed without items says its day too. */
  readonly day: Day
  /** Items, those that could not be read too. */
  readonly size: number
  readonly records: readonly DocumentRecord[]
  readonly rejected: readonly Rejected[]
}

/**
 * A listing of arXiv as RSS 2.0 or Atom 1.0 (rss.arxiv.org/rss, rss.arxiv.org/atom). Throws SourceError: `refused` for a
 * feed that is an error message, `unreadable` for what is no feed or does not say of which day it is.
 */
export function parseArxivRss(xml: string): Listing {
  const { root, element } = readXmlOf(rssSource, xml, ['rss', 'feed'])
  const channel = root === 'rss' ? children(element, 'channel')[0] : element
  if (!channel) throw new SourceError(rssSource, 'unreadable', 'the RSS feed has no channel')
  const title = textOfChild(channel, 'title') ?? ''
  if (/^feed error\b/i.test(title)) {
    const words = proseOf(textOfChild(channel, 'description') ?? textOfChild(channel, 'subtitle') ?? title)
    throw new SourceError(rssSource, 'refused', `arXiv's RSS server said: ${words.slice(0, 200)}`)
  }
  const items = children(channel, root === 'rss' ? 'item' : 'entry')
  const day = dayOfListing(channel, items)
  if (!day) throw new SourceError(rssSource, 'unreadable', 'the feed does not say of which day it is')
  return { ...sorted(items.map((item) => readItem(item, day))), day, size: items.length }
}

/** An Atom feed without entries has only the moment it was made; it is made after midnight, on the day of its listing. */
function dayOfListing(channel: Element, items: readonly Element[]): Day | null {
  for (const name of ['pubDate', 'published', 'lastBuildDate']) {
    const day = dayIn(textOfChild(channel, name))
    if (day) return day
  }
  for (const item of items) {
    const day = dayOfItem(item)
    if (day) return day
  }
  return dayIn(textOfChild(channel, 'updated'))
}

const dayOfItem = (item: Element): Day | null =>
  dayIn(textOfChild(item, 'pubDate') ?? textOfChild(item, 'published') ?? textOfChild(item, 'date'))

/** Written as New York's midnight; a bare day is that day. */
function dayIn(date: string | null): Day | null {
  const at = date === null ? null : parseInstant(date)
  return at && (parseDay(date ?? '') ?? newYorkDay(at))
}

const zone = 'America/New_York'

export function newYorkDay(at: Instant): Day {
  const { year, month, day } = DateTime.fromMillis(at, { zone })
  return dayOf(instant(Date.UTC(year, month - 1, day)))
}

/** The date that arXiv gives the listing of a day. */
export const newYorkMidnight = (day: Day): Instant => instant(DateTime.fromISO(day, { zone }).toMillis())

/** `cross` and `replace-cross`: listed here because of a second category. */
const announceTypes = ['new', 'cross', 'replace', 'replace-cross'] as const
type AnnounceType = (typeof announceTypes)[number]

/** What stands before the abstract, for readers that show nothing else. */
const header = /^arXiv:(\S+)\s+Announce Type:\s*(\S+)\s+(?:Abstract:\s*)?/i

function typeOf(item: Element): AnnounceType | null {
  const said = textOfChild(item, 'announce_type') ?? header.exec(descriptionOf(item))?.[2]
  return announceTypes.find((type) => type === said?.toLowerCase()) ?? null
}

const descriptionOf = (item: Element): string => textOfChild(item, 'description') ?? textOfChild(item, 'summary') ?? ''

function readItem(item: Element, day: Day): DocumentRecord | Rejected {
  const name = textOfChild(item, 'guid') ?? textOfChild(item, 'id') ?? textOfChild(item, 'link') ?? ''
  const description = descriptionOf(item)
  const id = parseArxivId(name) ?? parseArxivId(header.exec(description)?.[1] ?? '')
  if (!id) return { id: name, reason: 'the item has no arXiv id' }
  return arxivRecord({
    id,
    title: textOfChild(item, 'title') ?? '',
    abstract: description.replace(header, ''),
    authors: children(item, 'creator').flatMap((creator) => splitAuthors(textIn(creator))),
    categories: children(item, 'category')
      .map((category) => attribute(category, 'term') ?? textIn(category).trim())
      .filter(isArxivCategory),
    comment: null,
    doi: textOfChild(item, 'DOI'),
    submitted: null,
    ...datesOf(typeOf(item), arxivAnnouncement(dayOfItem(item) ?? day)),
    versions: [],
    withdrawn: false,
  })
}

/**
 * A listing says when it was announced, and nothing of submissions. Only for a new paper is that the first announcement;
 * a paper that is cross-listed here may be new elsewhere on this day, or years old. For a replacement it is the nearest
 * there is to the date of this version.
 */
function datesOf(type: AnnounceType | null, at: Instant): { updated: Instant | null; announced?: Instant } {
  switch (type) {
    case 'new':
      return { updated: null, announced: at }
    case 'replace':
    case 'replace-cross':
      return { updated: at }
    case 'cross':
    case null:
      return { updated: null }
  }
}
