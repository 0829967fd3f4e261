import { type Request, type Response, Router } from 'express'
import { InvalidQuery, SourceError } from '../domain/errors.ts'
import type { NewSearch, SavedSearch, SearchId, SeenMatch } from '../domain/saved-search.ts'
import { callerOf } from '../http/keys.ts'
import { onlyMethods, Refusal } from '../http/problem.ts'
import { goneSignal, noParameters, readJson } from '../http/reading.ts'
import { readSaved, readSeen, toWireSavedSearch } from '../http/saved-searches.ts'
import type { Door } from '../http/service.ts'
import type { SavedSearches } from '../ports.ts'
import { findMatches, look, type Matching } from './matching.ts'
import { newestOf, newsOf } from './news.ts'

export interface SavedParts {
  readonly searches: SavedSearches
  readonly matching: Matching
  /** Throws SourceError for an address that must not be posted to. */
  checkAddress(url: string): void
  newId(): SearchId
  newSecret(): string
}

/** Saved searches: what matches them by now, and what is new since their owner looked. */
export const savedDoor =
  (parts: SavedParts): Door =>
  ({ guard }) => {
    const { searches, matching } = parts
    const router = Router()
    const answer = (response: Response, body: object) => response.set('Cache-Control', 'no-store').json(body)
    const wire = (saved: SavedSearch) => toWireSavedSearch(saved, searches.of(saved.id))
    router.use('/v1/searches', guard('feedback'))

    router
      .route('/v1/searches')
      .post(...readJson, async (request, response) => {
        const { saved, secret } = await save(request, response, parts)
        response.status(201).location(`/v1/searches/${saved.id}`)
        answer(response, { ...wire(saved), secret })
      })
      .get(noParameters, (_request, response) => {
        const { name, role } = callerOf(response)
        answer(response, { searches: searches.list(role === 'admin' ? null : name).map(wire) })
      })
      .all(onlyMethods('GET', 'HEAD', 'POST'))

    router
      .route('/v1/searches/:id')
      .get(noParameters, (request, response) => {
        answer(response, wire(ownSearch(request, response, searches)))
      })
      .delete(noParameters, (request, response) => {
        searches.remove(ownSearch(request, response, searches).id)
        response.status(204).end()
      })
      .all(onlyMethods('GET', 'HEAD', 'DELETE'))

    router
      .route('/v1/searches/:id/new')
      .get(noParameters, async (request, response) => {
        const saved = ownSearch(request, response, searches)
        await look(saved, searches, matching, goneSignal(response))
        answer(response, newsOf(saved, unseen(saved, searches), matching.documents))
      })
      .all(onlyMethods('GET', 'HEAD'))

    router
      .route('/v1/searches/:id/seen')
      .post(...readJson, (request, response) => {
        const { id, seen } = ownSearch(request, response, searches)
        searches.lookedAt(id, readSeen(request.body, newestOf(searches.of(id), seen)))
        answer(response, wire(ownSearch(request, response, searches)))
      })
      .all(onlyMethods('POST'))
    return router
  }

async function save(request: Request, response: Response, parts: SavedParts) {
  const { searches, matching } = parts
  const { spelling, name, webhook } = readSaved(request.body)
  if (webhook) assertPostable(webhook.url, parts)
  const matches = await findMatches(spelling, matching, goneSignal(response))
  if (matches === null) {
    const message = 'the search cannot be saved while its words alone are matched: all the rest would seem new later on'
    throw new Refusal('unavailable', message, { headers: { 'Retry-After': '5' } })
  }
  const secret = webhook && parts.newSecret()
  const search: NewSearch = {
    id: parts.newId(),
    owner: callerOf(response).name,
    name,
    spelling,
    webhook: webhook && secret ? { url: webhook.url, secret } : null,
  }
  const saved = searches.save(search, matches, matching.clock.now())
  if (saved === null) throw new Refusal('limit-reached', 'there is room for no more saved searches; delete one first')
  return { saved, secret }
}

function assertPostable(url: string, { checkAddress }: SavedParts): void {
  try {
    checkAddress(url)
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    throw new InvalidQuery('webhook', error.message)
  }
}

/** Of another owner's nobody but an admin hears that it exists. */
function ownSearch({ params }: Request, response: Response, searches: SavedSearches): SavedSearch {
  const { name, role } = callerOf(response)
  const saved = searches.find(String(params.id) as SearchId)
  if (saved && (saved.owner === name || role === 'admin')) return saved
  throw new Refusal('not-found', 'there is no saved search of this id', { field: 'id' })
}

const unseen = ({ id, seen }: SavedSearch, searches: SavedSearches): readonly SeenMatch[] =>
  searches.of(id).filter((one) => one.mark > seen)
