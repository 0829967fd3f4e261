import { z } from 'zod'
import { BadSetting, SourceError } from '../../domain/errors.ts'
import type { FindRequest, HarvestPage, HarvestWindow, Source } from '../../ports.ts'
import type { PoliteClient, RequestPolicy } from '../client/http.ts'
import { believable } from '../json-api.ts'
import { readResumeToken, resumeToken } from '../resume.ts'
import {
  type HackerNewsPage,
  readHackerNewsPage,
  hackerNewsSource as source,
  storiesOf,
  storyKey,
  storyTime,
} from './hacker-news-record.ts'

export const hackerNewsAddress = 'https://hn.algolia.com/api/v1'

/** About 10,000 requests an hour are let through from one address; ours are one a second at most, three after quiet. */
export const hackerNewsPolicy: RequestPolicy = {
  provider: 'hacker-news',
  spacingMs: 1_000,
  burst: 3,
  connections: 1,
  attempts: 4,
  attemptMs: 30_000,
  backoff: { baseMs: 2_000, capMs: 60_000 },
}

export interface HackerNewsSettings {
  readonly client: PoliteClient
  /** What to harvest, each asked for by itself. Without topics it is only asked live. */
  readonly topics: readonly string[]
  readonly baseUrl?: string
  readonly firstHarvestDays?: number
}

const maxBytes = 32 * 1024 * 1024
const deadlineMs = 15 * 60_000
const hourMs = 3_600_000
/** Until a story is in Algolia's index. */
const overlapMs = 6 * hourMs

/** The most that Algolia gives for one search, over all pages. */
const mostHits = 1_000
/** Aimed at when a slice of time holds more, so that a busy hour in it does not overflow at once. */
const hitsOfSlice = 500
const mostSlices = 64
/** What an estimate may be wrong by where it is of a few stories. */
const mostStrays = 10

/** Stories of Hacker News, through Algolia's search. */
export function hackerNews(settings: HackerNewsSettings): Source {
  const topics = settings.topics.map(topicQuery)
  return {
    name: source,
    provider: hackerNewsPolicy.provider,
    origin: source,
    cadence: topics.length === 0 ? { kind: 'never' } : { kind: 'estimated', leastMs: hourMs / 2, mostMs: 24 * hourMs },
    firstHarvestDays: settings.firstHarvestDays ?? 30,
    overlapMs,
    async *changes(window, signal) {
      if (topics.length === 0) throw new BadSetting('Hacker News is harvested by topics; name at least one')
      yield* harvest(settings, topics, window, signal)
    },
    async find(request, findMs, signal) {
      const parameters = findParameters(request)
      const page = await fetchPage(settings, 'search', parameters, { deadlineMs: findMs, urgent: true, signal })
      const asked = [...parameters].map(([name, value]) => `${name}=${value}`).join('&')
      believable(source, { ids: page.items.map(storyKey), total: page.total })
      return { ...storiesOf(page.items), asked }
    },
  }
}

/** Stories of (after, upTo], in the whole seconds of Hacker News. */
interface Slice {
  readonly topic: string
  readonly after: number
  readonly upTo: number
}

const sliceSchema = z.object({ topic: z.string(), after: z.number(), upTo: z.number() })
const placeSchema = z.object({ topics: z.array(z.string()), left: z.array(sliceSchema) })

async function* harvest(
  settings: HackerNewsSettings,
  topics: readonly string[],
  window: HarvestWindow,
  signal: AbortSignal,
): AsyncGenerator<HarvestPage> {
  const how = { deadlineMs, signal }
  for (let left = slicesOf(topics, window); left.length > 0; ) {
    const [slice, ...rest] = left
    const first = await fetchPage(settings, 'search_by_date', sliceParameters(slice, 0), how)
    if (first.total > mostHits && slice.upTo - slice.after > 1 && !isWhole(first)) {
      within(slice, first)
      // It would be cut up to the second, a request for each.
      if (first.items.length < first.size) throw tooFew(first.total, first.items.length)
      left = [...partsOf(slice, first.total), ...rest]
      continue
    }
    const seen = new Set<string>()
    for (let page = first; ; ) {
      const ended = take(slice, page, seen)
      const resume = ended && rest.length === 0 ? null : resumeToken({ topics, left: ended ? rest : left })
      // What a slice has in all is not what the window has.
      yield { ...storiesOf(page.items), total: null, resume }
      if (ended) break
      page = await fetchPage(settings, 'search_by_date', sliceParameters(slice, page.number + 1), how)
    }
    left = rest
  }
}

function slicesOf(topics: readonly string[], window: HarvestWindow): readonly Slice[] {
  if (window.resume !== null) {
    const ours = placeSchema.refine((place) => place.topics.join('\n') === topics.join('\n'))
    return readResumeToken(source, window.resume, ours).left
  }
  const after = Math.floor(window.after / 1_000)
  const upTo = Math.floor(window.upTo / 1_000)
  return topics.map((topic) => ({ topic, after, upTo }))
}

/** Oldest first, so that what is stored of an interrupted harvest is without gaps. */
function partsOf(slice: Slice, total: number): Slice[] {
  const seconds = slice.upTo - slice.after
  const parts = Math.min(Math.ceil(total / hitsOfSlice), mostSlices, seconds)
  const edge = (at: number): number => slice.after + Math.floor((seconds * at) / parts)
  return Array.from({ length: parts }, (_, at) => ({ topic: slice.topic, after: edge(at), upTo: edge(at + 1) }))
}

/** Counts the page in; true after the last of its slice. Throws SourceError `contradictory` for what cannot be the whole. */
function take(slice: Slice, page: HackerNewsPage, seen: Set<string>): boolean {
  within(slice, page)
  const before = seen.size
  for (const item of page.items) seen.add(storyKey(item))
  if (page.items.length > 0 && seen.size === before) throw contradictory('gave the same page twice')
  const whole = isWhole(page)
  const ended = whole || page.items.length === 0 || page.number + 1 >= page.pages
  if (ended && !whole && seen.size < page.total) throw tooFew(page.total, seen.size)
  return ended
}

/**
 * An estimated total proves nothing, except that something is there; a page that is not full is then the last. Where it
 * holds not nearly as much as was estimated, something else is wrong.
 */
function isWhole({ items, size, total, exact }: HackerNewsPage): boolean {
  const missing = total - items.length
  return !exact && items.length > 0 && items.length < size && missing <= Math.max(mostStrays, total / 2)
}

/** A server that does not know the filter would be sliced for ever. */
function within(slice: Slice, page: HackerNewsPage): void {
  const outside = page.items.some((item) => {
    const at = storyTime(item)
    return at !== null && (at <= slice.after || at > slice.upTo)
  })
  if (outside) throw contradictory('gave stories of another time than was asked for')
}

async function fetchPage(
  settings: HackerNewsSettings,
  search: 'search' | 'search_by_date',
  parameters: URLSearchParams,
  how: { readonly deadlineMs: number; readonly urgent?: boolean; readonly signal: AbortSignal },
): Promise<HackerNewsPage> {
  const url = `${settings.baseUrl ?? hackerNewsAddress}/${search}?${parameters}`
  return readHackerNewsPage(await settings.client.get(url, { ...how, maxBytes, accept: 'application/json' }))
}

const sliceParameters = (slice: Slice, page: number): URLSearchParams =>
  new URLSearchParams({
    query: slice.topic,
    tags: 'story',
    numericFilters: `created_at_i>${slice.after},created_at_i<=${slice.upTo}`,
    hitsPerPage: String(mostHits),
    page: String(page),
  })

function topicQuery(topic: string): string {
  const words = wordsOf(topic)
  if (words.length === 0) throw new BadSetting(`the topic "${topic}" for Hacker News has no word in it`)
  return words.join(' ')
}

function findParameters({
  subject,
  phrases,
  excludedTerms,
  excludedPhrases,
  filters,
  limit,
}: FindRequest): URLSearchParams {
  const query = [
    ...phrases.map(quoted),
    ...excludedPhrases.map((phrase) => `-${quoted(phrase)}`),
    ...excludedTerms.flatMap(wordsOf).map((word) => `-${word}`),
    ...wordsOf(subject),
  ]
  const times = [
    ...(filters.since === null ? [] : [`created_at_i>=${Math.ceil(filters.since / 1_000)}`]),
    ...(filters.until === null ? [] : [`created_at_i<=${Math.floor(filters.until / 1_000)}`]),
  ]
  return new URLSearchParams({
    query: query.join(' '),
    tags: 'story',
    ...(times.length === 0 ? {} : { numericFilters: times.join(',') }),
    hitsPerPage: String(Math.min(limit, mostHits)),
  })
}

/** Quotes and a hyphen before a word are operators to Algolia; nothing else is. */
const wordsOf = (text: string): string[] =>
  text
    .replace(/["“”\p{Cc}\s]+/gu, ' ')
    .split(' ')
    .map((word) => word.replace(/^-+/, ''))
    .filter((word) => /[\p{L}\p{N}]/u.test(word))

const quoted = (phrase: string): string => `"${wordsOf(phrase).join(' ')}"`

const contradictory = (what: string): SourceError => new SourceError(source, 'contradictory', `${source}: ${what}`)

const tooFew = (total: number, received: number): SourceError =>
  contradictory(`stated ${total} stories and ended after ${received}`)
