import { z } from 'zod'
import type { DocumentKind, DocumentRecord } from '../../domain/document.ts'
import { BadSetting, SourceError } from '../../domain/errors.ts'
import { dayMs } from '../../domain/instant.ts'
import type { HarvestPage, HarvestWindow, Source } from '../../ports.ts'
import { isArxivHost } from '../client/hop.ts'
import { type Answer, arxivPolicy, type PoliteClient, type RequestPolicy } from '../client/http.ts'
import { type Rejected, sorted } from '../record.ts'
import { textOfFeed } from './encoding.ts'
import { mostEntries, type ParsedFeed } from './entry.ts'
import { parseFeed } from './parse.ts'
import { feedRecord, hashOf, isWebAddress } from './record.ts'

export interface FeedSettings {
  readonly client: PoliteClient
  readonly url: string
  /** Of entries without a DOI or an arXiv id; a post unless said otherwise. */
  readonly kind?: DocumentKind
}

/** The longest feeds that are known, of thousands of entries with their texts, are a few megabytes. */
const maxBytes = 16 * 1024 * 1024
const deadlineMs = 5 * 60_000
const accept =
  'application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1'

/** One visit at a time and a few seconds between two feeds of one host; arXiv's share the gate of its other sources. */
export function feedPolicy(url: string): RequestPolicy {
  const address = addressOf(url)
  if (isArxivHost(address)) return arxivPolicy
  return {
    provider: address.host,
    spacingMs: 2_000,
    burst: 1,
    connections: 1,
    attempts: 3,
    attemptMs: 60_000,
    backoff: { baseMs: 5_000, capMs: 120_000 },
  }
}

/** `feed:HOST/PATH`; of a query, which may hold a key, only a hash. */
export function feedName(url: string): string {
  const { host, pathname, search } = addressOf(url)
  return `feed:${host}${pathname}${search === '' ? '' : `?${hashOf(search, 8)}`}`
}

function addressOf(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.username === '' && parsed.password === '') return parsed
  throw new BadSetting('a feed needs an address that begins with http:// or https:// and holds no password')
}

/**
 * Any RSS, Atom or JSON feed by its address. A feed has no windows: it is a list that slides, and an entry may appear in it
 * under an old date or be changed without a new one. So every visit hands out all that the feed holds, the window is only
 * what the watermark moves over, and the store tells what is new. What fell off the list between two visits is lost, and
 * shows as a list of which nothing is known from the visit before: that is a warning.
 */
export function feed(settings: FeedSettings): Source {
  const name = feedName(settings.url)
  return {
    name,
    provider: feedPolicy(settings.url).provider,
    origin: name,
    cadence: { kind: 'estimated', leastMs: 15 * 60_000, mostMs: dayMs },
    firstHarvestDays: 30,
    overlapMs: 0,
    changes: (window, signal) => visit(settings, name, window, signal),
  }
}

async function* visit(
  settings: FeedSettings,
  name: string,
  window: HarvestWindow,
  signal: AbortSignal,
): AsyncGenerator<HarvestPage> {
  const last = stateIn(window.state)
  const headers = conditionsOf(last)
  const answer = await settings.client.get(settings.url, { signal, deadlineMs, maxBytes, accept, headers })
  if (answer.status === 304 && Object.keys(headers).length > 0) {
    yield { records: [], rejected: [], total: null, resume: null }
    return
  }
  if (answer.status !== 200) {
    throw new SourceError(name, 'refused', `${name} answered with HTTP status ${answer.status}`)
  }
  const parsed = parseFeed(name, textOfFeed(name, answer.bytes, answer.headers.get('content-type')), answer.url)
  const { records, rejected } = recordsOf(settings, name, parsed)
  const page = { records, rejected, total: null, resume: null }
  if (!parsed.whole) {
    // What is complete is kept. The validators are not: with them, the rest would never be sent.
    yield page
    throw new SourceError(
      name,
      'unreadable',
      `${name}: the feed is cut off after ${parsed.entries.length} whole entries`,
    )
  }
  // A list without entries may be a site in trouble: with its validators, a 304 could hide the real one for good.
  if (parsed.entries.length === 0) {
    yield page
    return
  }
  const newest = hashesOf(records)
  const warning = last && gapBetween(last.newest, newest)
  yield { ...page, state: JSON.stringify(nextState(answer, newest)), ...(warning ? { warning } : {}) }
}

const stateSchema = z.object({
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  /** Hashes of ids that the last visit saw. */
  newest: z.array(z.string()),
})

type State = z.infer<typeof stateSchema>

/** A state that is not ours to read is none: the feed is fetched as at the first visit. */
function stateIn(text: string | null): State | null {
  if (text === null) return null
  try {
    return stateSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

const conditionsOf = (last: State | null): Record<string, string> => ({
  ...(last?.etag ? { 'if-none-match': last.etag } : {}),
  ...(last?.lastModified ? { 'if-modified-since': last.lastModified } : {}),
})

const longestValidator = 1_000

function nextState({ headers }: Answer, newest: readonly string[]): State {
  const validator = (name: string) => {
    const value = headers.get(name)
    return value === null || value.length > longestValidator ? null : value
  }
  return { etag: validator('etag'), lastModified: validator('last-modified'), newest: [...newest] }
}

/** One record for each id, the latest: feeds repeat themselves. */
function recordsOf(
  settings: FeedSettings,
  name: string,
  parsed: ParsedFeed,
): { records: DocumentRecord[]; rejected: Rejected[] } {
  const { host, origin, pathname } = addressOf(settings.url)
  const page = parsed.link !== null && isWebAddress(parsed.link) ? parsed.link : origin + pathname
  const of = { name, host, page, authors: parsed.authors, kind: settings.kind ?? 'post' } as const
  const all = sorted(parsed.entries.map((entry, at) => feedRecord(of, entry, at + 1)))
  const latest = new Map<string, DocumentRecord>()
  for (const record of all.records) {
    const held = latest.get(record.id)
    if (!held || dateOf(record) > dateOf(held)) latest.set(record.id, record)
  }
  const left = { id: name, reason: `${parsed.left} entries beyond the first ${mostEntries} were left out` }
  return { records: [...latest.values()], rejected: parsed.left > 0 ? [...all.rejected, left] : all.rejected }
}

const dateOf = ({ updated, announced }: DocumentRecord): number => updated ?? announced ?? 0

const mostHashes = 1_000

/** Of both ends, for feeds are not always newest first. */
function hashesOf(records: readonly DocumentRecord[]): string[] {
  const hashes = records.map(({ id }) => hashOf(id, 10))
  return hashes.length <= mostHashes ? hashes : [...hashes.slice(0, mostHashes / 2), ...hashes.slice(-mostHashes / 2)]
}

function gapBetween(before: readonly string[], now: readonly string[]): string | null {
  const known = new Set(before)
  if (known.size === 0 || now.length === 0 || now.some((hash) => known.has(hash))) return null
  return 'no entry of the last visit is in the feed any more: it may have moved on by more than it holds, and entries may have been missed'
}
