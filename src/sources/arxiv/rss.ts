import { z } from 'zod'
import { isArxivListingDay } from '../../domain/calendar.ts'
import { addDays, type Day, instant, parseDay } from '../../domain/instant.ts'
import type { HarvestPage, HarvestWindow, Source } from '../../ports.ts'
import type { Answer, PoliteClient } from '../client/http.ts'
import { oaiSetOf } from './oai.ts'
import { type Listing, newYorkDay, newYorkMidnight, parseArxivRss, rssSource } from './rss-page.ts'
import { readAnswer } from './xml.ts'

export const arxivRssAddress = 'https://rss.arxiv.org/rss'

export interface ArxivRssSettings {
  readonly client: PoliteClient
  /** As for the feed of record: `cs.IR`, `hep-th`, or a whole archive such as `cs`. */
  readonly categories: readonly string[]
  /** arXiv's feed of record, for what a listing does not hold. */
  readonly record: Source
  /** The same listings are served as Atom at https://rss.arxiv.org/atom; both are read. */
  readonly baseUrl?: string
}

/** Announcements are at 20:00 in New York; their listing is served from midnight on. */
const readyAfterMs = 4.25 * 3_600_000
/** 2,000 items with abstracts are about 5 MB. */
const maxBytes = 32 * 1024 * 1024
const deadlineMs = 15 * 60_000
/**
 * Where arXiv cuts a listing (github.com/arXiv/arxiv-feed, get_announce_papers). It does so before new papers, of which
 * the oldest are then missing, and says nothing of it.
 */
const cutAt = 2_000

/**
 * arXiv's listing of the day, which tells new papers from cross-listed and replaced ones and states the announcement. It
 * is an early look beside the feed of record and not in its place: it leaves out replacements from the sixth version on
 * and changes of the metadata alone, and has no comments, so no withdrawals.
 *
 * It holds one listing, so it can speak for a window only if no other falls into it. Where one does, where the listing
 * may have been cut, or is empty on a day that should have one, the window is harvested from the feed of record before
 * the watermark moves. An error would not do: a listing that was missed never comes back, and the source would stand
 * still for ever.
 */
export function arxivRss(settings: ArxivRssSettings): Source {
  const { record } = settings
  for (const category of settings.categories) oaiSetOf(category)
  return {
    name: rssSource,
    provider: 'arxiv',
    origin: 'arxiv',
    cadence: { kind: 'announcements', readyAfterMs },
    firstHarvestDays: record.firstHarvestDays,
    // A listing is complete when it appears, and the day after it is gone.
    overlapMs: 0,
    async *changes(window, signal): AsyncGenerator<HarvestPage> {
      const url = addressOf(settings)
      const known = readState(window.state, url)
      const answer = await ask(settings, url, known, signal)
      // `known` was stored with the records of its listing, so what has not been modified is held.
      const listing = answer.status === 304 && known ? null : readAnswer(rssSource, answer, parseArxivRss)
      const spoken = listing ?? { day: known?.listing ?? null, size: null }
      if (window.resume !== null || !speaksFor(window, spoken)) {
        const after = instant(window.after - record.overlapMs)
        yield* record.changes({ ...window, after, state: null }, signal)
      }
      yield listing ? pageOf(listing, stateOf(url, listing, answer)) : unchanged
    },
  }
}

const unchanged: HarvestPage = { records: [], rejected: [], total: null, resume: null }

const pageOf = ({ records, rejected, size }: Listing, state: string): HarvestPage => ({
  records,
  rejected,
  total: size,
  resume: null,
  state,
})

const addressOf = ({ baseUrl = arxivRssAddress, categories }: ArxivRssSettings): string =>
  `${baseUrl}/${[...new Set(categories)].join('+')}`

function ask({ client }: ArxivRssSettings, url: string, known: State | null, signal: AbortSignal): Promise<Answer> {
  const headers = {
    ...(known?.etag ? { 'if-none-match': known.etag } : {}),
    ...(known?.lastModified ? { 'if-modified-since': known.lastModified } : {}),
  }
  const accept = 'application/rss+xml, application/atom+xml, text/xml'
  return client.get(url, { signal, deadlineMs, maxBytes, accept, headers })
}

/**
 * Whether a listing is all that was listed in the window. Listings are dated by New York's midnight, and a feed without
 * items is the usual thing on a Saturday, a Sunday and the day after a holiday. On another day it may be a listing that
 * is not there yet; `size` is null for one that was read before.
 */
function speaksFor(
  window: HarvestWindow,
  { day, size }: { readonly day: Day | null; readonly size: number | null },
): boolean {
  const expected = daysIn(window).filter(isArxivListingDay)
  if (expected.some((one) => one !== day)) return false
  if (size === null) return true
  return size < cutAt && (size > 0 || expected.length === 0)
}

/** Days whose midnight in New York lies in the window. */
function daysIn({ after, upTo }: HarvestWindow): Day[] {
  const days: Day[] = []
  for (let day = newYorkDay(upTo); newYorkMidnight(day) > after; day = addDays(day, -1)) days.push(day)
  return days
}

/** What came with a listing that was stored, for the next visit at the same address. */
const stateSchema = z.object({
  url: z.string(),
  listing: z.string(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
})

interface State {
  readonly listing: Day
  readonly etag: string | null
  readonly lastModified: string | null
}

const stateOf = (url: string, { day }: Listing, { headers }: Answer): string => {
  const validators = { etag: headers.get('etag'), lastModified: headers.get('last-modified') }
  return JSON.stringify({ url, listing: day, ...validators } satisfies z.infer<typeof stateSchema>)
}

/** What was said of another address, or by an earlier build, is as good as nothing: then the listing is read anew. */
function readState(state: string | null, url: string): State | null {
  const { data } = stateSchema.safeParse(jsonOf(state))
  if (data?.url !== url) return null
  const listing = parseDay(data.listing)
  return listing && { ...data, listing }
}

function jsonOf(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return null
  }
}
