import { z } from 'zod'
import { SourceError } from '../../domain/errors.ts'
import { dayMs, dayOf, type Instant } from '../../domain/instant.ts'
import type { FindRequest, HarvestWindow, Source } from '../../ports.ts'
import type { PoliteClient, RequestPolicy } from '../client/http.ts'
import { believable, type JsonAnswer, readJson } from '../json-api.ts'
import { europePmcItems, europePmcKey, europePmcName as source } from './europe-pmc-record.ts'
import { harvestTopics, type Paging, type Part, type TopicPage, topicsOf, wholeTopics } from './topic-harvest.ts'

export const europePmcAddress = 'https://www.ebi.ac.uk/europepmc/webservices/rest'

/** No rate is published; one request a second, and three at once after a quiet time, so that a query need not wait. */
export const europePmcPolicy: RequestPolicy = {
  provider: 'europe-pmc',
  spacingMs: 1_000,
  burst: 3,
  connections: 1,
  attempts: 4,
  attemptMs: 60_000,
  backoff: { baseMs: 2_000, capMs: 60_000 },
}

export interface EuropePmcSettings {
  readonly client: PoliteClient
  /** Phrases to harvest for, in title or abstract. Without topics it is only asked live. */
  readonly topics: readonly string[]
  readonly baseUrl?: string
  readonly firstHarvestDays?: number
}

/** The API gives up to 1,000; a page of 500 with abstracts and affiliations is about 6 MB. */
const pageSize = 500
const maxBytes = 64 * 1024 * 1024
const deadlineMs = 15 * 60_000
const mostFound = 100
/** Most articles are indexed within days of their first publication, but not on it. */
const overlapMs = 7 * dayMs

/**
 * Europe PMC: PubMed, PubMed Central and preprints. The window is of days of first publication, so what is indexed
 * later than the overlap, or retracted after it, is not harvested; `find` shows it.
 */
export function europePmc(settings: EuropePmcSettings): Source {
  return {
    name: source,
    provider: europePmcPolicy.provider,
    origin: source,
    cadence:
      settings.topics.length === 0 ? { kind: 'never' } : { kind: 'estimated', leastMs: dayMs / 4, mostMs: dayMs },
    firstHarvestDays: settings.firstHarvestDays ?? 30,
    overlapMs,
    changes(window, signal) {
      const parts = wholeTopics(topicsOf(source, settings.topics))
      const fetchTopic = ({ topic }: Part, cursor: string | null): Promise<TopicPage> =>
        topicPage(settings, topic, window, cursor, signal)
      return harvestTopics({ source, parts, fetchPage: fetchTopic, paging }, window.resume)
    },
    async find(request, findMs, signal) {
      const asked = findQuery(request)
      if (asked === '') return { records: [], rejected: [], asked }
      const options = { query: asked, cursor: '*', size: Math.min(request.limit, mostFound) }
      const page = await fetchPage(settings, options, { deadlineMs: findMs, urgent: true, signal })
      const { records, rejected } = believable(source, page)
      return { records, rejected, asked }
    },
  }
}

/** A mark is a place in the order of results, and the last page is told by it alone. */
const paging: Paging = { cursors: 'stateless', tolerated: { works: 2, share: 0.01 }, endsAtTotal: false }

/**
 * Asked with another day's mark the index may know nothing of it; then the topic is begun again. Without a field,
 * Europe PMC searches full texts, where any phrase turns up somewhere.
 */
async function topicPage(
  settings: EuropePmcSettings,
  topic: string,
  window: HarvestWindow,
  cursor: string | null,
  signal: AbortSignal,
): Promise<TopicPage> {
  const phrase = quoted(topic)
  const days = periodQuery(dayOf(window.after), dayOf(window.upTo))
  const query = `(TITLE:${phrase} OR ABSTRACT:${phrase}) AND ${days} ${noPatents}`
  try {
    return await fetchPage(settings, { query, cursor: cursor ?? '*', size: pageSize }, { deadlineMs, signal })
  } catch (cause) {
    const unknown = cursor !== null && cause instanceof SourceError && cause.failure === 'refused'
    throw unknown ? new SourceError(source, 'expired', cause.message, { cause }) : cause
  }
}

async function fetchPage(
  settings: EuropePmcSettings,
  asked: { readonly query: string; readonly cursor: string; readonly size: number },
  how: { readonly deadlineMs: number; readonly urgent?: boolean; readonly signal: AbortSignal },
): Promise<EuropePmcPage> {
  const parameters = new URLSearchParams({
    query: asked.query,
    resultType: 'core',
    format: 'json',
    pageSize: String(asked.size),
    cursorMark: asked.cursor,
  })
  const url = `${settings.baseUrl ?? europePmcAddress}/search?${parameters}`
  const page = parseEuropePmcPage(await settings.client.get(url, { ...how, maxBytes, accept: 'application/json' }))
  // The mark repeats after the last page.
  return page.cursor === asked.cursor ? { ...page, cursor: null } : page
}

export interface EuropePmcPage extends TopicPage {
  readonly total: number
}

const pageSchema = z.object({
  hitCount: z.number().int().nonnegative(),
  nextCursorMark: z.string().nullish(),
  resultList: z.object({ result: z.array(z.unknown()) }),
})
const errorSchema = z.object({ errCode: z.union([z.string(), z.number()]) })

/** Throws SourceError: `refused` for an error, which comes as 200 with an `errCode`, `unreadable` for anything else. */
export function parseEuropePmcPage(answer: JsonAnswer): EuropePmcPage {
  const page = readJson(source, answer, z.union([errorSchema, pageSchema]))
  if ('errCode' in page) throw new SourceError(source, 'refused', `${source}: error ${page.errCode}`)
  const items = page.resultList.result
  const ids = items.map(europePmcKey)
  return { ...europePmcItems(items), ids, total: page.hitCount, cursor: page.nextCursorMark ?? null }
}

/** Patents are no papers, and they carry neither abstract nor DOI. */
const noPatents = 'NOT SRC:PAT'

/** '' where nothing is wanted that Europe PMC could look for. */
function findQuery(request: FindRequest): string {
  const { since, until, authors } = request.filters
  const bounded = since !== null || until !== null
  const wanted = [
    ...new Set([...wordsOf(request.subject), ...phrasesOf(request.phrases)]),
    ...authors.flatMap((name) => phrasesOf([familyName(name)])).map((name) => `AUTH:${name}`),
    ...(bounded ? [periodQuery(dayOr(since, earliest), dayOr(until, latest))] : []),
  ]
  const unwanted = [...request.excludedTerms.flatMap(wordsOf), ...phrasesOf(request.excludedPhrases)]
  if (wanted.length === 0) return ''
  return [wanted.join(' AND '), ...unwanted.map((term) => `NOT ${term}`), noPatents].join(' ')
}

/** Its authors are a family name with initials. */
const familyName = (name: string): string => (name.includes(',') ? name.replace(/,.*/, '') : name.replace(/.*\s/, ''))

/** Every word a quoted one: inside quotes AND, NOT, brackets and colons are text. Operators of quotes are left out. */
const wordsOf = (text: string): string[] => withoutQuoting(text).split(' ').filter(isWord).map(quoted)

const phrasesOf = (phrases: readonly string[]): string[] => phrases.map(withoutQuoting).filter(isWord).map(quoted)

const withoutQuoting = (text: string): string => text.replace(/["“”\\*?~^\p{Cc}\s]+/gu, ' ').trim()
const isWord = (text: string): boolean => /[\p{L}\p{N}]/u.test(text)
const quoted = (text: string): string => `"${text}"`

/** Both days belong to the window. */
const periodQuery = (from: string, to: string): string => `FIRST_PDATE:[${from} TO ${to}]`

// What Europe PMC's own search page writes where an end is open.
const earliest = '1000-01-01'
const latest = '3000-12-31'
const dayOr = (at: Instant | null, otherwise: string): string => (at === null ? otherwise : dayOf(at))
