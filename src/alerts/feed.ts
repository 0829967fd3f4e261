import { createHash } from 'node:crypto'
import { type Request, type Response, Router } from 'express'
import { type Instant, instant } from '../domain/instant.ts'
import type { SearchId } from '../domain/saved-search.ts'
import { matches as isAmong } from '../http/etag.ts'
import { readUrl } from '../http/params.ts'
import { onlyMethods, unchangedStatus } from '../http/problem.ts'
import { goneSignal, parametersOf } from '../http/reading.ts'
import { readFeed, toParameters } from '../http/saved-searches.ts'
import type { Door } from '../http/service.ts'
import type { FeedBook } from '../ports.ts'
import { toAtom } from './atom.ts'
import { type HeldMatch, heldMatches, look, type Matching } from './matching.ts'

/** The older ones fall off the end. */
const mostEntries = 100
/** Readers that ask more often than this have their own copy. */
const freshSeconds = 300

/** Any search as a feed: /v1/feed.atom?q=…, in order of announcement, each paper from when it first matched. */
export const feedDoor =
  (feeds: FeedBook, matching: Matching): Door =>
  () => {
    const router = Router()
    router
      .route('/v1/feed.atom')
      .get(async (request, response) => {
        const spelling = readFeed(readUrl(parametersOf(request)))
        const id = createHash('sha256').update(spelling).digest('base64url').slice(0, 22) as SearchId
        const begun = feeds.read(id, matching.clock.now())
        // What matched before is served all the same where the search of this moment is no whole one.
        await look({ id, spelling }, feeds, matching, goneSignal(response))
        const matches = heldMatches(feeds.of(id), matching.documents, mostEntries)
        const changedAt = lastChange(begun, matches)
        const xml = await toAtom({ id, ...addressesOf(request, spelling), changedAt, matches })
        sendFeed(request, response, xml, changedAt)
      })
      .all(onlyMethods('GET', 'HEAD'))
    return router
  }

/** When an entry came, was revised or withdrawn. */
const lastChange = (begun: Instant, matches: readonly HeldMatch[]): Instant =>
  instant(Math.max(begun, ...matches.flatMap(({ firstSeen, held }) => [firstSeen, held.harvested])))

function addressesOf(request: Request, spelling: string) {
  const origin = `${request.protocol}://${request.host}`
  const base = URL.canParse(origin) ? origin : 'http://localhost'
  const parameters = toParameters(spelling)
  return {
    query: parameters.get('q') ?? '',
    self: new URL(request.originalUrl, base).href,
    alternate: new URL(`/?${parameters}`, base).href,
  }
}

/** Nothing in a feed is of the moment it is asked at: as long as its entries are the same, its text and tag are. */
function sendFeed(request: Request, response: Response, feed: string, changedAt: Instant): void {
  const tag = `"${createHash('sha256').update(feed).digest('base64url')}"`
  response.set({
    ETag: tag,
    'Last-Modified': new Date(changedAt).toUTCString(),
    'Cache-Control': `private, max-age=${freshSeconds}`,
  })
  if (hasIt(request, tag, changedAt)) response.status(unchangedStatus).end()
  else response.type('application/atom+xml').send(feed)
}

/**
 * RFC 9110: a date counts only where no tag was sent, and is of whole seconds. Not Express's own test, which takes a
 * "no-cache" that is meant for caches as a wish for the whole body.
 */
function hasIt(request: Request, tag: string, changedAt: Instant): boolean {
  const tags = request.get('If-None-Match')
  if (tags !== undefined) return isAmong(tags, tag)
  return Math.floor(changedAt / 1000) * 1000 <= Date.parse(request.get('If-Modified-Since') ?? '')
}
