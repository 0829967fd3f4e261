import { z } from 'zod'
import type { DocumentId, DocumentRecord } from '../../domain/document.ts'
import { SourceError } from '../../domain/errors.ts'
import { parseArxivId, parseDoi } from '../../domain/identifiers.ts'
import { dayMs, dayOf } from '../../domain/instant.ts'
import type { FindRequest, HarvestWindow, Source } from '../../ports.ts'
import type { PoliteClient, RequestPolicy } from '../client/http.ts'
import { askableWords, believable, type JsonAnswer, readItems, readJson, shownQuery } from '../json-api.ts'
import type { Rejected } from '../record.ts'
import { idKeys, openAlexRecord, openAlexWork } from './openalex-record.ts'
import { harvestTopics, type Paging, type Part, type TopicPage, topicsOf, wholeTopics } from './topic-harvest.ts'

const source = 'openalex'
export const openAlexAddress = 'https://api.openalex.org'

/** Far below what is allowed (100 requests a second); what is scarce are requests a day, and a page holds 100 works. */
export const openAlexPolicy: RequestPolicy = {
  provider: source,
  spacingMs: 250,
  burst: 4,
  connections: 2,
  attempts: 4,
  attemptMs: 60_000,
  backoff: { baseMs: 2_000, capMs: 120_000 },
}

export interface OpenAlexSettings {
  readonly client: PoliteClient
  /** Free of charge; without one OpenAlex answers a few requests a day. */
  readonly key?: string
  /** Phrases to harvest for. */
  readonly topics: readonly string[]
  readonly baseUrl?: string
  readonly firstHarvestDays?: number
}

/**
 * OpenAlex: nearly all works of science, with the countries of institutions. Windows are of publication dates, because
 * the dates of creation and change are sold: a work arrives days after its publication, so a window reaches two
 * weeks back, and a later correction is seen only by a look-up.
 */
export function openAlex(settings: OpenAlexSettings): Source {
  const { firstHarvestDays = 30 } = settings
  return {
    name: source,
    provider: openAlexPolicy.provider,
    origin: source,
    cadence: { kind: 'estimated', leastMs: dayMs / 2, mostMs: 7 * dayMs },
    firstHarvestDays,
    overlapMs: 14 * dayMs,
    changes(window, signal) {
      const parts = wholeTopics(topicsOf(source, settings.topics))
      const fetchPage = ({ topic }: Part, cursor: string | null): Promise<TopicPage> =>
        fetchTopicPage(settings, topic, window, cursor, signal)
      return harvestTopics({ source, parts, fetchPage, paging }, window.resume)
    },
    async find(request, deadlineMs, signal) {
      const query = openAlexQuery(request)
      if (query === null) return { records: [], rejected: [], asked: '' }
      const url = addressOf(settings, { ...query, per_page: String(Math.min(request.limit, mostPerPage)) })
      const how = { signal, deadlineMs, maxBytes: maxBytesOfFind, accept: 'application/json', urgent: true }
      const page = parseOpenAlexPage(await settings.client.get(url, how), secretsOf(settings))
      const { records, rejected } = believable(source, page)
      return { records, rejected, asked: shownQuery(query) }
    },
    async lookUp(ids, signal) {
      const [first, ...others] = new Set(ids.map(nameToAsk).filter((name) => name !== null))
      if (first === undefined) return []
      const how = { signal, deadlineMs: lookUpDeadlineMs, maxBytes: maxBytesOfPage, accept: 'application/json' }
      // One work costs nothing of the day's allowance, a list does.
      if (others.length === 0) {
        const answer = await settings.client.get(
          addressOf(settings, {}, `/${encodeURIComponent(first).replace('%3A', ':')}`),
          how,
        )
        return answer.status === 404 ? [] : parseOpenAlexWork(answer, secretsOf(settings)).records
      }
      const found: DocumentRecord[] = []
      for (const filter of lookUpFilters([first, ...others])) {
        const url = addressOf(settings, { filter, per_page: String(mostPerPage) })
        found.push(...parseOpenAlexPage(await settings.client.get(url, how), secretsOf(settings)).records)
      }
      return found
    },
  }
}

/** Works are added while we page, so that a total may be a little ahead of what was to be seen. The last page has no cursor. */
const paging: Paging = { cursors: 'stateless', tolerated: { works: 2, share: 0.01 }, endsAtTotal: false }

const mostPerPage = 100
/** A work with a long abstract, many authors and locations is up to 100 kB. */
const maxBytesOfPage = 32 * 1024 * 1024
const maxBytesOfFind = 16 * 1024 * 1024
const harvestDeadlineMs = 15 * 60_000
const lookUpDeadlineMs = 60_000

const secretsOf = ({ key }: OpenAlexSettings): string[] => (key === undefined ? [] : [key])

function addressOf(settings: OpenAlexSettings, parameters: Readonly<Record<string, string>>, path = ''): string {
  const key = settings.key === undefined ? {} : { api_key: settings.key }
  const query = new URLSearchParams({ ...parameters, select: selected, ...key })
  return `${settings.baseUrl ?? openAlexAddress}/works${path}?${query}`
}

const selected = Object.keys(openAlexWork.shape).join(',')

async function fetchTopicPage(
  settings: OpenAlexSettings,
  topic: string,
  { after, upTo }: HarvestWindow,
  cursor: string | null,
  signal: AbortSignal,
): Promise<TopicPage> {
  const filter = [
    `title_and_abstract.search:"${topic}"`,
    `from_publication_date:${dayOf(after)}`,
    `to_publication_date:${dayOf(upTo)}`,
  ].join(',')
  const url = addressOf(settings, { filter, per_page: String(mostPerPage), cursor: cursor ?? '*' })
  const how = { signal, deadlineMs: harvestDeadlineMs, maxBytes: maxBytesOfPage, accept: 'application/json' }
  const answer = await settings.client.get(url, how)
  if (cursor !== null && answer.status >= 400 && answer.status < 500 && /cursor/i.test(answer.body)) {
    throw new SourceError(source, 'expired', `${source} does not know its cursor any more`)
  }
  return parseOpenAlexPage(answer, secretsOf(settings))
}

const pageSchema = z.object({
  meta: z.object({ count: z.number().int().nonnegative(), next_cursor: z.string().nullish() }),
  results: z.array(z.unknown()),
})

/** Throws SourceError: `refused` for an error of any kind, `unreadable` for what is no list of works. */
export function parseOpenAlexPage(answer: JsonAnswer, secrets: readonly string[] = []): TopicPage {
  const { meta, results } = readJson(source, answer, pageSchema, secrets)
  const { records, rejected } = readWorks(results)
  const ids = results.map((work, at) => openAlexIdOf(work) ?? `item ${at + 1} of ${meta.next_cursor}`)
  return { records, rejected, ids, total: meta.count, cursor: meta.next_cursor ?? null }
}

const openAlexIdOf = (work: unknown): string | null => z.object({ id: z.string() }).safeParse(work).data?.id ?? null

const readWorks = (works: readonly unknown[]): { records: DocumentRecord[]; rejected: Rejected[] } =>
  readItems(works, openAlexWork, idKeys, openAlexRecord)

/** A single work, as `/works/ID` has it. */
export function parseOpenAlexWork(
  answer: JsonAnswer,
  secrets: readonly string[] = [],
): { records: DocumentRecord[]; rejected: Rejected[] } {
  return readWorks([readJson(source, answer, z.object({ id: z.string() }).loose(), secrets)])
}

/**
 * Free text is joined by AND, phrases stay phrases, exclusions need the boolean form. Null where nothing is left to ask
 * for. What OpenAlex filters by: dates, names as they are printed, countries; categories and fields it names otherwise.
 */
export function openAlexQuery(request: FindRequest): Record<string, string> | null {
  const phrases = request.phrases.map(quoted).filter((phrase) => phrase !== '')
  const wanted = [...askableWords(request.subject), ...phrases]
  if (wanted.length === 0) return null
  const unwanted = [
    ...request.excludedTerms.flatMap(askableWords),
    ...request.excludedPhrases.map(quoted).filter((phrase) => phrase !== ''),
  ]
  const search = unwanted.length === 0 ? wanted.join(' ') : `(${wanted.join(' AND ')}) NOT (${unwanted.join(' OR ')})`
  const { since, until, authors, countries } = request.filters
  const filters = [
    ...(since === null ? [] : [`from_publication_date:${dayOf(since)}`]),
    ...(until === null ? [] : [`to_publication_date:${dayOf(until)}`]),
    ...authors
      .map(plain)
      .filter((name) => name !== '')
      .map((name) => `raw_author_name.search:${name}`),
    ...(countries.length === 0 ? [] : [`institutions.country_code:${countries.map(countryCode).join('|')}`]),
  ]
  return { search, ...(filters.length === 0 ? {} : { filter: filters.join(',') }) }
}

const plain = (text: string): string => askableWords(text).join(' ')

function quoted(text: string): string {
  const phrase = plain(text)
  return phrase === '' ? '' : `"${phrase}"`
}

const countryCode = (code: string): string => askableWords(code).join('')

/**
 * By its DOI or OpenAlex's own id; arXiv papers by the DOI that DataCite gives them, which OpenAlex does not have of all.
 * A filter has no way to say a comma or a bar: the few DOIs that hold one are not asked for.
 */
function nameToAsk(id: DocumentId): string | null {
  const arxiv = parseArxivId(id)
  const doi = arxiv === null ? parseDoi(id) : `10.48550/arxiv.${arxiv.id}`
  if (doi === null) return /^openalex:(W\d+)$/.exec(id)?.[1] ?? null
  return /[,|]/.test(doi) ? null : `doi:${doi}`
}

/** Values that may be joined in one filter. */
const mostValues = 50

function lookUpFilters(names: readonly string[]): string[] {
  const dois = names.filter((name) => name.startsWith('doi:')).map((name) => name.slice('doi:'.length))
  const works = names.filter((name) => !name.startsWith('doi:'))
  return [
    ...chunked(dois).map((chunk) => `doi:${chunk.join('|')}`),
    ...chunked(works).map((chunk) => `ids.openalex:${chunk.join('|')}`),
  ]
}

const chunked = (values: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(values.length / mostValues) }, (_, at) =>
    values.slice(at * mostValues, (at + 1) * mostValues),
  )
