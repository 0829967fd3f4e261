import { z } from 'zod'
import type { DocumentId, DocumentRecord } from '../../domain/document.ts'
import { SourceError } from '../../domain/errors.ts'
import { parseArxivId, parseDoi } from '../../domain/identifiers.ts'
import { dayMs, dayOf, type Instant } from '../../domain/instant.ts'
import type { FindRequest, HarvestWindow, Source } from '../../ports.ts'
import type { GetRequest, PoliteClient, RequestPolicy } from '../client/http.ts'
import { askableWords, believable, type JsonAnswer, readItems, readJson, shownQuery } from '../json-api.ts'
import type { Rejected } from '../record.ts'
import { paperFields, semanticScholarPaper, semanticScholarRecord } from './semantic-scholar-record.ts'
import { harvestTopics, type Paging, type Part, type TopicPage, topicsOf, wholeTopics } from './topic-harvest.ts'

const source = 'semantic-scholar'
export const semanticScholarAddress = 'https://api.semanticscholar.org/graph/v1'

/**
 * One request a second for a key, over all of the API. Without a key everybody shares one pool, which is out of turns
 * for minutes on end: three seconds are no rule of theirs, but our share of the patience.
 */
export const semanticScholarPolicy = (key?: string): RequestPolicy => ({
  provider: source,
  spacingMs: (key ?? '') === '' ? 3_000 : 1_100,
  burst: 1,
  connections: 1,
  attempts: 5,
  attemptMs: 60_000,
  backoff: { baseMs: 5_000, capMs: 120_000 },
})

export interface SemanticScholarSettings {
  readonly client: PoliteClient
  readonly key?: string
  /** Phrases to harvest for. */
  readonly topics: readonly string[]
  readonly baseUrl?: string
  readonly firstHarvestDays?: number
}

/**
 * Semantic Scholar. Windows are of publication dates, for it tells of no other; papers come to it days after their
 * date, so a window reaches two weeks back. `find` uses the search with a ranking, harvests the bulk search, which has
 * none and no end.
 */
export function semanticScholar(settings: SemanticScholarSettings): Source {
  const secrets = settings.key === undefined ? [] : [settings.key]
  return {
    name: source,
    provider: source,
    origin: source,
    cadence: { kind: 'estimated', leastMs: dayMs / 4, mostMs: 7 * dayMs },
    firstHarvestDays: settings.firstHarvestDays ?? 30,
    overlapMs: 14 * dayMs,
    changes(window, signal) {
      const parts = wholeTopics(topicsOf(source, settings.topics))
      const fetchPage = ({ topic }: Part, cursor: string | null): Promise<TopicPage> =>
        fetchTopicPage(settings, secrets, topic, window, cursor, signal)
      return harvestTopics({ source, parts, fetchPage, paging }, window.resume)
    },
    async find(request, deadlineMs, signal) {
      const query = semanticScholarQuery(request)
      if (query === null) return { records: [], rejected: [], asked: '' }
      const parameters = { ...query, limit: String(Math.min(request.limit, mostFound)), fields: paperFields }
      const how = { ...requestOf(settings, signal), deadlineMs, urgent: true }
      const answer = await settings.client.get(addressOf(settings, '/paper/search', parameters), how)
      const { records, rejected } = believable(source, parsePaperPage(answer, secrets))
      return { records, rejected, asked: shownQuery(query) }
    },
    async lookUp(ids, signal) {
      const wanted = [...new Set(ids.map(idToAsk).filter((id) => id !== null))]
      const found: DocumentRecord[] = []
      for (let at = 0; at < wanted.length; at += batchSize) {
        found.push(...(await fetchBatch(settings, secrets, wanted.slice(at, at + batchSize), signal)))
      }
      return found
    },
  }
}

/**
 * Totals of the bulk search shift while one pages and are not always reached; the last page is the one without a token.
 * Less than nineteen in twenty is no shift any more.
 */
const paging: Paging = { cursors: 'stateless', tolerated: { works: 5, share: 0.05 }, endsAtTotal: false }

const mostFound = 100
const batchSize = 500
/** A page of the bulk search has 1,000 papers with abstracts. */
const maxBytes = 32 * 1024 * 1024
const harvestDeadlineMs = 15 * 60_000
const lookUpDeadlineMs = 60_000

const addressOf = (settings: SemanticScholarSettings, path: string, parameters: Record<string, string>): string =>
  `${settings.baseUrl ?? semanticScholarAddress}${path}?${new URLSearchParams(parameters)}`

const requestOf = ({ key }: SemanticScholarSettings, signal: AbortSignal): GetRequest => ({
  signal,
  deadlineMs: harvestDeadlineMs,
  maxBytes,
  accept: 'application/json',
  ...(key === undefined ? {} : { headers: { 'x-api-key': key } }),
})

async function fetchTopicPage(
  settings: SemanticScholarSettings,
  secrets: readonly string[],
  topic: string,
  { after, upTo }: HarvestWindow,
  token: string | null,
  signal: AbortSignal,
): Promise<TopicPage> {
  const url = addressOf(settings, '/paper/search/bulk', {
    // Quotes make a phrase; every other operator of the bulk search (+ | - * ~ and parentheses) is a sign, which no topic has.
    query: `"${topic}"`,
    publicationDateOrYear: daysOf(after, upTo),
    fields: paperFields,
    ...(token === null ? {} : { token }),
  })
  const answer = await settings.client.get(url, requestOf(settings, signal))
  // It does not say what is wrong with a token. Where something else is wrong, the first page will say so again.
  if (token !== null && (answer.status === 400 || answer.status === 404)) {
    throw new SourceError(source, 'expired', `${source} does not know its token any more`)
  }
  return parsePaperPage(answer, secrets)
}

/** Inclusive days; either end may be open. */
const daysOf = (from: Instant | null, to: Instant | null): string =>
  `${from === null ? '' : dayOf(from)}:${to === null ? '' : dayOf(to)}`

async function fetchBatch(
  settings: SemanticScholarSettings,
  secrets: readonly string[],
  ids: readonly string[],
  signal: AbortSignal,
): Promise<DocumentRecord[]> {
  const url = addressOf(settings, '/paper/batch', { fields: paperFields })
  const how = { ...requestOf(settings, signal), deadlineMs: lookUpDeadlineMs, json: { ids } }
  const answer = await settings.client.get(url, how)
  // What it says when it knows none of them.
  if (answer.status === 400 && /no valid paper ids/i.test(answer.body)) return []
  return parsePaperBatch(answer, secrets).records
}

/** The relevance search takes plain words; phrases are more words to it, exclusions it does not know. */
export function semanticScholarQuery({ subject, phrases, filters }: FindRequest): Record<string, string> | null {
  const query = [subject, ...phrases].flatMap(askableWords).join(' ')
  if (query === '') return null
  const { since, until } = filters
  return { query, ...(since === null && until === null ? {} : { publicationDateOrYear: daysOf(since, until) }) }
}

function idToAsk(id: DocumentId): string | null {
  const arxiv = parseArxivId(id)
  if (arxiv) return `ARXIV:${arxiv.id}`
  const doi = parseDoi(id)
  return doi === null ? (/^s2:([0-9a-f]{40})$/.exec(id)?.[1] ?? null) : `DOI:${doi}`
}

const pageSchema = z
  .object({
    total: z.number().int().nonnegative().optional(),
    token: z.string().nullish(),
    data: z.array(z.unknown()).optional(),
  })
  // A search that finds nothing leaves `data` out.
  .refine(({ total, data }) => data !== undefined || total !== undefined, 'neither papers nor a total')

/** Throws SourceError: `refused` for an error of any kind, `unreadable` for what is no list. */
export function parsePaperPage(answer: JsonAnswer, secrets: readonly string[] = []): TopicPage {
  const { total = null, token = null, data = [] } = readJson(source, answer, pageSchema, secrets)
  const ids = data.map((paper, at) => paperIdOf(paper) ?? `item ${at + 1} of ${token}`)
  return { ...readPapers(data), ids, total, cursor: token }
}

const paperIdOf = (paper: unknown): string | null =>
  z.object({ paperId: z.string() }).safeParse(paper).data?.paperId ?? null

/** Papers by their ids: a batch has null for one that is not known; a single paper is asked for without a list. */
export function parsePaperBatch(
  answer: JsonAnswer,
  secrets: readonly string[] = [],
): { records: DocumentRecord[]; rejected: Rejected[] } {
  const papers = readJson(source, answer, papersSchema, secrets)
  return readPapers((Array.isArray(papers) ? papers : [papers]).filter((paper) => paper !== null))
}

const papersSchema = z.union([z.array(z.unknown()), z.object({ paperId: z.string() }).loose()])

const readPapers = (papers: readonly unknown[]): { records: DocumentRecord[]; rejected: Rejected[] } =>
  readItems(papers, semanticScholarPaper, ['paperId'], semanticScholarRecord)
