import { createHash } from 'node:crypto'
import { type Request, type Response, Router } from 'express'
import { type Instant, instant } from '../domain/instant.ts'
import type { SearchId } from '../domain/saved-search.ts'
import { readUrl } from '../http/params.ts'
import { onlyMethods } from '../http/problem.ts'
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
        sendFeed(response, toAtom({ id, ...addressesOf(request, spelling), changedAt, matches }), changedAt)
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
function sendFeed(response: Response, feed: string, changedAt: Instant): void {
  response.set({
    ETag: `"${createHash('sha256').update(feed).digest('base64url')}"`,
    'Last-Modified': new Date(changedAt).toUTCString(),
    'Cache-Control': `private, max-age=${freshSeconds}`,
  })
  // Express compares them with what the reader has, and sends nothing but a 304 where it has this.
  response.type('application/atom+xml').send(feed)
}
