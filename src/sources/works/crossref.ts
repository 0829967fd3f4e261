import type { DocumentRecord } from '../../domain/document.ts'
import { SourceError } from '../../domain/errors.ts'
import { parseDoi } from '../../domain/identifiers.ts'
import { addDays, type Day, dayMs, dayOf, instant } from '../../domain/instant.ts'
import { termsOf } from '../../domain/terms.ts'
import type { FindRequest, HarvestWindow, Source } from '../../ports.ts'
import type { PoliteClient, RequestPolicy } from '../client/http.ts'
import { askableWords, believable, shownQuery } from '../json-api.ts'
import { type CrossrefPage, parseCrossrefPage, parseCrossrefWork } from './crossref-page.ts'
import { paperTypes, selectedFields } from './crossref-record.ts'
import { harvestTopics, type Paging, type Part, type TopicPage, topicsOf } from './topic-harvest.ts'

const source = 'crossref'
export const crossrefAddress = 'https://api.crossref.org'

/** Five requests a second, one at a time, for anybody; ten for who leaves an address. We take a little less. */
export const crossrefPolicy = (contact: string): RequestPolicy => ({
  provider: source,
  spacingMs: emailIn(contact) === null ? 250 : 125,
  burst: 1,
  connections: 1,
  attempts: 5,
  attemptMs: 120_000,
  backoff: { baseMs: 2_000, capMs: 120_000 },
  askedPauseMs: statedPauseMs,
})

/** `x-rate-limit-limit: 50` and `x-rate-limit-interval: 1s`: so many requests in so long. Crossref lowers it under load. */
export function statedPauseMs(headers: Pick<Headers, 'get'>): number {
  const limit = Number(headers.get('x-rate-limit-limit') ?? Number.NaN)
  const seconds = /^(\d+)s$/.exec(headers.get('x-rate-limit-interval') ?? '')?.[1]
  return limit >= 1 && seconds !== undefined ? Math.ceil((1_000 * Number(seconds)) / limit) : 0
}

export interface CrossrefSettings {
  readonly client: PoliteClient
  /** An e-mail address in it opens the polite pool; the client's User-Agent should name it too. */
  readonly contact: string
  /** Phrases to harvest for. */
  readonly topics: readonly string[]
  readonly baseUrl?: string
  readonly firstHarvestDays?: number
  /** Works that were published earlier than this before the window are not harvested when their metadata change. */
  readonly publishedWithinDays?: number
}

/**
 * Crossref: whatever a publisher registers, by the day on which Crossref indexed it last, so that changes are seen too.
 * Its search takes any word of a query for a match and knows no phrases. So a harvest reads what any word of a topic
 * brings, keeps what holds the phrase, and looks only at works of the last year: citations alone index older works again
 * every day.
 */
export function crossref(settings: CrossrefSettings): Source {
  return {
    name: source,
    provider: source,
    origin: source,
    cadence: { kind: 'estimated', leastMs: dayMs / 4, mostMs: 7 * dayMs },
    firstHarvestDays: settings.firstHarvestDays ?? 30,
    overlapMs: dayMs,
    changes(window, signal) {
      const days = daysBetween(dayOf(window.after), dayOf(window.upTo))
      const parts = topicsOf(source, settings.topics).flatMap((topic) => days.map((day) => ({ topic, day })))
      const fetchPage = (part: TopicDay, cursor: string | null): Promise<TopicPage> =>
        fetchTopicPage(settings, part, window, cursor, signal)
      return harvestTopics({ source, parts, fetchPage, paging }, window.resume)
    },
    async find(request, deadlineMs, signal) {
      const query = crossrefQuery(request)
      if (query === null) return { records: [], rejected: [], asked: '' }
      const rows = String(Math.min(request.limit, mostFound))
      const url = addressOf(settings, { ...query, rows, select: selectedFields })
      const how = { signal, deadlineMs, maxBytes: maxBytesOfFind, accept: 'application/json', urgent: true }
      const { records, rejected } = believable(source, parseCrossrefPage(await settings.client.get(url, how)))
      return { records, rejected, asked: shownQuery(query) }
    },
    // arXiv's papers are not Crossref's.
    lookUp: (ids, signal) =>
      lookUp(
        settings,
        ids.map(parseDoi).filter((doi) => doi !== null),
        signal,
      ),
  }
}

/**
 * Recorded: the same cursor brings page after page, so it cannot be asked twice; and it dies within five minutes. So a
 * harvest asks day by day: what an interruption costs is at most what it has read of one day.
 */
const paging: Paging = { cursors: 'scrolling', tolerated: { works: 2, share: 0.01 }, endsAtTotal: true }

const mostFound = 100
const mostRows = 1_000
const mostDois = 20
const maxBytesOfPage = 64 * 1024 * 1024
const maxBytesOfFind = 16 * 1024 * 1024
const harvestDeadlineMs = 15 * 60_000
const lookUpDeadlineMs = 60_000

function addressOf(settings: CrossrefSettings, parameters: Readonly<Record<string, string>>, path = ''): string {
  const email = emailIn(settings.contact)
  const query = new URLSearchParams({ ...parameters, ...(email === null ? {} : { mailto: email }) })
  return `${settings.baseUrl ?? crossrefAddress}/works${path}${query.size === 0 ? '' : `?${query}`}`
}

/** A contact may also be the address of a page. */
const emailIn = (contact: string): string | null => /[^\s:<>(),;]+@[^\s<>(),;]+/.exec(contact)?.[0] ?? null

interface TopicDay extends Part {
  readonly day: Day
}

/** With both ends. */
function daysBetween(first: Day, last: Day): Day[] {
  const days = [first]
  for (let day = first; day < last; ) {
    day = addDays(day, 1)
    days.push(day)
  }
  return days
}

async function fetchTopicPage(
  settings: CrossrefSettings,
  { topic, day }: TopicDay,
  window: HarvestWindow,
  cursor: string | null,
  signal: AbortSignal,
): Promise<TopicPage> {
  const { publishedWithinDays = 365 } = settings
  const filter = [
    `from-index-date:${day}`,
    `until-index-date:${day}`,
    `from-pub-date:${dayOf(instant(window.after - publishedWithinDays * dayMs))}`,
    ...ofPaperTypes,
  ].join(',')
  const url = addressOf(settings, {
    'query.bibliographic': topic,
    filter,
    rows: String(mostRows),
    cursor: cursor ?? '*',
    select: selectedFields,
  })
  const how = { signal, deadlineMs: harvestDeadlineMs, maxBytes: maxBytesOfPage, accept: 'application/json' }
  const answer = await settings.client.get(url, how)
  if (cursor !== null && answer.status >= 400 && /cursor-invalid/.test(answer.body)) {
    throw new SourceError(source, 'expired', `${source} does not know its cursor any more`)
  }
  const page = parseCrossrefPage(answer)
  const records = page.records.filter((record) => holdsPhrase(record, topic))
  const retracted = await retractedTargets(settings, page.notices, records, signal)
  return { ...page, records: [...records, ...retracted] }
}

const ofPaperTypes = [...paperTypes].map((type) => `type:${type}`)

function holdsPhrase({ title, abstract }: DocumentRecord, phrase: string): boolean {
  const [inTitle, inAbstract, wanted] = [title, abstract, phrase].map((text) => ` ${termsOf(text).join(' ')} `)
  return inTitle.includes(wanted) || inAbstract.includes(wanted)
}

/**
 * A notice of retraction is a work of its own and is kept as one. What it retracts may be too old for the window, so it is
 * looked up and comes along, withdrawn.
 */
async function retractedTargets(
  settings: CrossrefSettings,
  notices: CrossrefPage['notices'],
  kept: readonly DocumentRecord[],
  signal: AbortSignal,
): Promise<DocumentRecord[]> {
  const onTopic = new Set(kept.map((record) => record.doi))
  const targets = notices.filter((notice) => onTopic.has(notice.doi)).flatMap((notice) => notice.retracts)
  const found = await lookUp(settings, targets, signal)
  return found.map((record) => ({ ...record, withdrawn: true }))
}

async function lookUp(
  settings: CrossrefSettings,
  dois: readonly string[],
  signal: AbortSignal,
): Promise<DocumentRecord[]> {
  const wanted = [...new Set(dois)]
  // A filter has no way to say a comma, and a single work has an address of its own, where all of it comes.
  const alone = wanted.filter((doi) => wanted.length === 1 || doi.includes(','))
  const together = wanted.filter((doi) => !alone.includes(doi))
  const how = { signal, deadlineMs: lookUpDeadlineMs, maxBytes: maxBytesOfFind, accept: 'application/json' }
  const found: DocumentRecord[] = []
  for (let at = 0; at < together.length; at += mostDois) {
    const filter = together.slice(at, at + mostDois).map((doi) => `doi:${doi}`)
    const url = addressOf(settings, { filter: filter.join(','), rows: String(mostDois), select: selectedFields })
    found.push(...parseCrossrefPage(await settings.client.get(url, how)).records)
  }
  for (const doi of alone) {
    const answer = await settings.client.get(addressOf(settings, {}, `/${encodeURIComponent(doi)}`), how)
    if (answer.status !== 404) found.push(...parseCrossrefWork(answer).records)
  }
  return found
}

/** Words; authors and dates where they are asked for. Crossref ranks by any word, and has no way to exclude one. */
export function crossrefQuery({ subject, phrases, filters }: FindRequest): Record<string, string> | null {
  const words = [subject, ...phrases].flatMap(askableWords).join(' ')
  if (words === '') return null
  const authors = filters.authors.flatMap(askableWords).join(' ')
  const dates = [
    ...(filters.since === null ? [] : [`from-pub-date:${dayOf(filters.since)}`]),
    ...(filters.until === null ? [] : [`until-pub-date:${dayOf(filters.until)}`]),
  ]
  return {
    'query.bibliographic': words,
    ...(authors === '' ? {} : { 'query.author': authors }),
    filter: [...dates, ...ofPaperTypes].join(','),
  }
}
