import { DateTime } from 'luxon'
import { arxivAnnouncement } from '../../src/domain/calendar.ts'
import { isArxivCategory } from '../../src/domain/identifiers.ts'
import { addDays, type Day, dayOf, type Instant, instant } from '../../src/domain/instant.ts'
import type { Asked } from './asked.ts'
import { conditional } from './conditional.ts'
import { byText, modifiedSince, type PaperState, stateAt, type UpstreamPaper } from './corpus.ts'
import { type Reply, reply } from './exchange.ts'
import { faultyPage } from './faults.ts'
import { element, emptyElement, lines } from './xml.ts'

/**
 * arXiv's listing of the day as RSS and Atom. What is listed under which type, and where it is cut, follows its published
 * code (github.com/arXiv/arxiv-feed): the listing is of the present day in New York and is announced on the eve.
 */
const mostItems = 2000
/** Replacements from here on are not listed. */
const lastVersionListed = 5

const types = ['replace-cross', 'replace', 'cross', 'new'] as const
type AnnounceType = (typeof types)[number]

interface Item {
  readonly state: PaperState
  readonly type: AnnounceType
}

export function answerArxivRss(asked: Asked): Reply {
  const match = /^\/(?:(rss|atom)\/)?([^/]+)$/.exec(asked.path)
  if (!match) return reply(404, 'text/html', '<html><body>Not Found</body></html>')
  const form = match[1] === 'atom' ? atom : rss
  const wanted = decodeURIComponent(match[2]).split('+')
  const day = newYorkDay(asked.now)
  const frame = { wanted, day, midnight: DateTime.fromISO(day, { zone }) }
  const modified = instant(frame.midnight.toMillis())
  if (!wanted.every(isArxivCategory)) {
    return reply(400, form.type, form.error(frame, `Bad archive or subject class in '${match[2]}'.`))
  }
  const listed = listing(asked, wanted, day)
  const { items } = faultyPage(asked.fault, 0, mostItems, (start, count) => ({
    items: listed.slice(start, start + count),
    total: listed.length,
  }))
  return conditional(asked, reply(200, form.type, form.feed(frame, items)), modified)
}

const zone = 'America/New_York'

function newYorkDay(at: Instant): Day {
  const { year, month, day } = DateTime.fromMillis(at, { zone })
  return dayOf(instant(Date.UTC(year, month - 1, day)))
}

/** Replacements first and new papers last, so that a cut loses new papers; the newest ids first. */
function listing({ corpus, now }: Asked, wanted: readonly string[], day: Day): Item[] {
  const from = arxivAnnouncement(day)
  // In the evening the next announcement is out already, and belongs to the listing of tomorrow.
  const then = instant(Math.min(now, arxivAnnouncement(addDays(day, 1)) - 1))
  const papers = new Set<UpstreamPaper>()
  for (const { paper, modified } of modifiedSince(corpus, from, then)) if (modified >= from) papers.add(paper)
  return [...papers]
    .flatMap((paper): Item[] => {
      const state = stateAt(paper, then)
      const type = state && typeOf(state, wanted, (at) => at >= from && at <= then)
      return state && type ? [{ state, type }] : []
    })
    .sort((a, b) => types.indexOf(a.type) - types.indexOf(b.type) || byText(b.state.paper.id, a.state.paper.id))
}

function typeOf(
  { paper, versions, categories }: PaperState,
  wanted: readonly string[],
  isToday: (at: Instant) => boolean,
): AnnounceType | null {
  const isWanted = (category: string) => wanted.some((one) => category === one || category.startsWith(`${one}.`))
  const isPrimary = isWanted(categories[0])
  if (!categories.some(isWanted)) return null
  if (isToday(paper.versions[0].announced)) return isPrimary ? 'new' : 'cross'
  if (paper.crossListed.some((one) => isToday(one.at) && isWanted(one.category))) return 'cross'
  const isReplaced = versions.some((version) => isToday(version.announced)) && versions.length <= lastVersionListed
  return isReplaced ? (isPrimary ? 'replace' : 'replace-cross') : null
}

interface Frame {
  readonly wanted: readonly string[]
  readonly day: Day
  readonly midnight: DateTime
}

interface Form {
  readonly type: string
  feed(frame: Frame, items: readonly Item[]): string
  error(frame: Frame, message: string): string
}

const namespaces = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
const declaration = "<?xml version='1.0' encoding='UTF-8'?>"
const nameOf = (wanted: readonly string[]): string => wanted.join(', ')

const rss: Form = {
  type: 'application/rss+xml',
  feed: (frame, items) =>
    rssChannel(
      frame,
      `${nameOf(frame.wanted)} updates on arXiv.org`,
      `${nameOf(frame.wanted)} updates on the arXiv.org e-print archive.`,
      items,
    ),
  error: (frame, message) => rssChannel(frame, `Feed error for query: ${frame.wanted.join('+')}`, message, []),
}

function rssChannel({ wanted, midnight }: Frame, title: string, description: string, items: readonly Item[]): string {
  const link = `http://rss.arxiv.org/rss/${wanted.join('+')}`
  const date = midnight.toRFC2822() ?? ''
  return lines(
    declaration,
    `<rss ${namespaces} xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">`,
    '<channel>',
    element('title', title),
    element('link', link),
    element('description', description),
    emptyElement('atom:link', { href: link, rel: 'self', type: 'application/rss+xml' }),
    element('docs', 'http://www.rssboard.org/rss-specification'),
    element('language', 'en-us'),
    // The moment it was made; always the same for a day, or no validator would ever hold.
    element('lastBuildDate', midnight.plus({ minutes: 5 }).toUTC().toRFC2822()),
    element('managingEditor', 'rss-help@arxiv.org'),
    element('pubDate', date),
    lines('<skipDays>', element('day', 'Sunday'), element('day', 'Saturday'), '</skipDays>'),
    ...items.map((item) =>
      lines(
        '<item>',
        element('title', item.state.title),
        element('link', `https://arxiv.org/abs/${item.state.paper.id}`),
        element('description', summaryOf(item)),
        element('guid', nameInOai(item.state), { isPermaLink: 'false' }),
        ...item.state.categories.map((category) => element('category', category)),
        element('pubDate', date),
        extensionsOf(item),
        '</item>',
      ),
    ),
    '</channel>',
    '</rss>',
  )
}

const atom: Form = {
  type: 'application/atom+xml',
  feed: (frame, items) =>
    atomFeed(
      frame,
      `${nameOf(frame.wanted)} updates on arXiv.org`,
      `${nameOf(frame.wanted)} updates on the arXiv.org e-print archive.`,
      items,
    ),
  error: (frame, message) => atomFeed(frame, `Feed error for query: ${frame.wanted.join('+')}`, message, []),
}

function atomFeed({ wanted, midnight }: Frame, title: string, subtitle: string, items: readonly Item[]): string {
  const link = `http://rss.arxiv.org/atom/${wanted.join('+')}`
  const made = midnight.plus({ seconds: 11 }).toUTC().toISO({ suppressMilliseconds: true }) ?? ''
  const published = midnight.toISO({ suppressMilliseconds: true }) ?? ''
  return lines(
    declaration,
    `<feed ${namespaces} xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">`,
    element('id', link),
    element('title', title),
    element('updated', made),
    emptyElement('link', { href: link, rel: 'self', type: 'application/atom+xml' }),
    element('subtitle', subtitle),
    ...items.map((item) =>
      lines(
        '<entry>',
        element('id', nameInOai(item.state)),
        element('title', item.state.title),
        element('updated', made),
        emptyElement('link', {
          href: `https://arxiv.org/abs/${item.state.paper.id}`,
          rel: 'alternate',
          type: 'text/html',
        }),
        element('summary', summaryOf(item)),
        ...item.state.categories.map((category) => emptyElement('category', { term: category })),
        element('published', published),
        extensionsOf(item),
        '</entry>',
      ),
    ),
    '</feed>',
  )
}

const nameInOai = ({ paper, versions }: PaperState): string => `oai:arXiv.org:${paper.id}v${versions.length}`

const summaryOf = ({ state, type }: Item): string =>
  `arXiv:${state.paper.id}v${state.versions.length} Announce Type: ${type} \nAbstract: ${state.abstract}`

const extensionsOf = ({ state, type }: Item): string =>
  lines(
    element('arxiv:announce_type', type),
    element('dc:rights', 'http://arxiv.org/licenses/nonexclusive-distrib/1.0/'),
    state.doi === null ? '' : element('arxiv:journal_reference', state.paper.journal?.name ?? null),
    element('arxiv:DOI', state.doi),
    element('dc:creator', state.paper.authors.join(', ')),
  )
