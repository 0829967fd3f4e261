import { z } from 'zod'
import { SourceError } from '../../domain/errors.ts'
import { dayOf } from '../../domain/instant.ts'
import type { HarvestPage, HarvestWindow, Source } from '../../ports.ts'
import type { PoliteClient, RequestPolicy } from '../client/http.ts'
import { type JsonAnswer, readJson } from '../json-api.ts'
import { plainText } from '../record.ts'
import { readResumeToken, resumeToken } from '../resume.ts'
import { biorxivRecords, type PreprintServer, rowKey, type Works } from './biorxiv-record.ts'

export const biorxivAddress = 'https://api.biorxiv.org'

/** No rate is published; one request a second for both servers, which stand behind one API. */
export const biorxivPolicy: RequestPolicy = {
  provider: 'biorxiv',
  spacingMs: 1_000,
  burst: 1,
  connections: 1,
  attempts: 4,
  attemptMs: 60_000,
  backoff: { baseMs: 2_000, capMs: 60_000 },
}

export interface BiorxivSettings {
  readonly client: PoliteClient
  readonly server: PreprintServer
  /** Only these, `cell biology` or `cell_biology`; none stand for all. */
  readonly categories?: readonly string[]
  readonly baseUrl?: string
  readonly firstHarvestDays?: number
}

const maxBytes = 16 * 1024 * 1024
const deadlineMs = 15 * 60_000
const hourMs = 3_600_000
/** Posts are dated by day and appear on it or on the next. */
const overlapMs = 48 * hourMs

/**
 * bioRxiv or medRxiv by the days on which versions were posted. There is no search, so no `find`. Categories are chosen
 * here and not by the API's parameter, which takes one of them and answers a wrong one as if it were right.
 */
export function biorxiv(settings: BiorxivSettings): Source {
  const { server } = settings
  return {
    name: server,
    provider: biorxivPolicy.provider,
    origin: server,
    cadence: { kind: 'estimated', leastMs: 3 * hourMs, mostMs: 24 * hourMs },
    firstHarvestDays: settings.firstHarvestDays ?? 30,
    overlapMs,
    changes: (window, signal) => harvest(settings, window, signal),
  }
}

const placeSchema = z.object({ cursor: z.number(), seen: z.number(), total: z.number().nullable() })

async function* harvest(
  settings: BiorxivSettings,
  window: HarvestWindow,
  signal: AbortSignal,
): AsyncGenerator<HarvestPage> {
  const { server } = settings
  const days = `${dayOf(window.after)}/${dayOf(window.upTo)}`
  const start =
    window.resume === null ? { cursor: 0, seen: 0, total: null } : readResumeToken(server, window.resume, placeSchema)
  const works: Works = new Map()
  const seen = new Set<string>()
  let { cursor, total } = start
  for (;;) {
    const page = await fetchPage(settings, `${days}/${cursor}`, signal)
    // Behind the last page the API says only that it has nothing.
    total = page.total ?? total
    const before = seen.size
    for (const item of page.items) seen.add(rowKey(item))
    if (page.items.length > 0 && seen.size === before) {
      throw new SourceError(server, 'contradictory', `${server}: gave the same page twice`)
    }
    // By what came: a page has 100 rows by the documentation and 30 by observation, and any cursor is answered.
    cursor += page.items.length
    const received = start.seen + seen.size
    // The end is where nothing comes, one request more than the total asks for: a total that is too low loses nothing.
    const ended = page.items.length === 0
    const missing = ended && total !== null ? Math.max(0, total - received) : 0
    if (missing > (page.total === null ? tolerated(total) : 0)) {
      // Rows that came in before the place of an interruption are only found from the beginning.
      const failure = start.cursor > 0 ? 'expired' : 'contradictory'
      throw new SourceError(server, failure, `${server}: stated ${total} rows and ended after ${received}`)
    }
    const resume = ended ? null : resumeToken({ cursor, seen: received, total })
    // A choice of categories has no total of its own.
    yield {
      ...biorxivRecords(settings, page.items, works),
      total: settings.categories?.length ? null : total,
      resume,
      ...(missing > 0 && { warning: `${server} stated ${total} rows and gave ${received}` }),
    }
    if (ended) return
  }
}

/**
 * Rows that may be missing where the API says that there are no more. It counts some that it never gives
 * (github.com/ropensci/medrxivr issue 19): without tolerance such days would be harvested for ever, small ones too.
 */
const tolerated = (total: number | null): number => Math.max(2, Math.min(20, Math.floor((total ?? 0) / 100)))

async function fetchPage(settings: BiorxivSettings, place: string, signal: AbortSignal): Promise<BiorxivPage> {
  const url = `${settings.baseUrl ?? biorxivAddress}/details/${settings.server}/${place}`
  const answer = await settings.client.get(url, { signal, deadlineMs, maxBytes, accept: 'application/json' })
  return readBiorxivPage(settings.server, answer)
}

export interface BiorxivPage {
  /** One for each version. */
  readonly items: readonly unknown[]
  /** Null where the answer does not say, as behind the last page. */
  readonly total: number | null
}

const count = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
const pageSchema = z.object({
  messages: z.tuple([z.object({ status: z.string(), total: count.nullish() })], z.unknown()),
  collection: z.array(z.unknown()).optional(),
})

/** Throws SourceError: `refused` for a status other than "ok" and "no posts found", which both come as 200. */
export function readBiorxivPage(server: PreprintServer, answer: JsonAnswer): BiorxivPage {
  const { messages, collection } = readJson(server, answer, pageSchema)
  const { status, total } = messages[0]
  if (!/^(?:ok$|no posts found)/i.test(status.trim())) {
    throw new SourceError(server, 'refused', `${server}: ${plainText(status).slice(0, 200)}`)
  }
  return { items: collection ?? [], total: total ?? null }
}
