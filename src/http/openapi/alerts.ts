import {
  feedRequest,
  matchSchema,
  newlySavedSchema,
  newsSchema,
  savedSearchesSchema,
  savedSearchSchema,
  saveExample,
  saveRequest,
  seenExample,
  seenRequest,
  type WireNews,
  type WireSavedSearch,
} from '../saved-searches.ts'
import { type Area, answer, body, ifNoneMatch, type Json, operation, refusedWith, urlParameters } from './parts.ts'

const search = { q: saveExample.q, category: saveExample.category }

export const savedExample: WireSavedSearch = {
  id: '5f0c1a9be27d4483a61c90e2',
  owner: '1f3870be274f',
  name: saveExample.name,
  search,
  savedAt: '2026-02-03T09:15:12.000Z',
  matches: 41,
  new: 1,
  webhook: {
    url: saveExample.webhook.url,
    state: 'on',
    attempts: 0,
    nextAttempt: null,
    lastDelivered: '2026-02-04T03:48:40.000Z',
    error: null,
  },
}

export const newlySavedExample = {
  ...savedExample,
  new: 0,
  webhook: savedExample.webhook && { ...savedExample.webhook, lastDelivered: null },
  secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
}

export const newsExample: WireNews = {
  id: savedExample.id,
  name: savedExample.name,
  search,
  mark: seenExample.mark,
  matches: [
    {
      id: '2602.01234',
      source: 'arxiv',
      kind: 'paper',
      title: 'Routing Experts on a Budget',
      titleMath: null,
      authors: ['Ada Lovelace'],
      categories: ['cs.LG'],
      announced: '2026-02-04',
      announcedAt: '2026-02-04T01:00:00.000Z',
      url: 'https://arxiv.org/abs/2602.01234',
      doi: null,
      version: 1,
      withdrawn: false,
      firstSeen: '2026-02-04T03:48:39.000Z',
    },
  ],
}

const feedResponses = {
  '200': {
    description: 'Atom (RFC 4287), the newest announcement first; a paper stays from when it first matched.',
    content: {
      'application/atom+xml': { schema: { type: 'string' }, example: '<feed xmlns="http://www.w3.org/2005/Atom"/>' },
    },
    headers: {
      ETag: { description: 'Of the entries.', schema: { type: 'string' } },
      'Last-Modified': { description: 'When an entry came, was revised or withdrawn.', schema: { type: 'string' } },
    },
  },
  '304': { description: 'The entries are those that the reader has.' },
}

const ifModifiedSince = { ...ifNoneMatch, name: 'If-Modified-Since' }

const id = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'Of a saved search of the caller.',
  schema: { type: 'string' },
  example: savedExample.id,
}

const noSuch = refusedWith({ '404': 'NoSavedSearch' })
const badBody = refusedWith({ '413': 'BodyTooLarge', '415': 'WrongType' })

const list: Json = operation('savedSearches', 'The saved searches of the caller', {
  '200': answer('SavedSearches', savedSearchesSchema, { searches: [savedExample] }),
})

const save: Json = operation(
  'saveSearch',
  'Save a search; what matches by now counts as looked at',
  {
    '201': answer('NewlySavedSearch', newlySavedSchema, newlySavedExample),
    ...badBody,
    ...refusedWith({ '409': 'LimitReached', '503': 'Unavailable' }),
  },
  { requestBody: body('SaveRequest', saveExample) },
)

const one: Json = operation(
  'savedSearch',
  'One saved search',
  { '200': answer('SavedSearch', savedSearchSchema, savedExample), ...noSuch },
  { parameters: [id] },
)

const remove: Json = operation(
  'forgetSearch',
  'Delete a saved search with all that is known of it',
  { '204': { description: 'It is deleted.' }, ...noSuch },
  { parameters: [id] },
)

const news: Json = operation(
  'newMatches',
  'What matched since its owner looked',
  { '200': answer('News', newsSchema, newsExample), ...noSuch },
  { parameters: [id] },
)

const seen: Json = operation(
  'seenMatches',
  'Say that matches were looked at',
  { '200': answer('SavedSearch', savedSearchSchema, { ...savedExample, new: 0 }), ...noSuch, ...badBody },
  { parameters: [id], requestBody: body('SeenRequest', seenExample) },
)

const feed: Json = operation('feed', 'A search as a feed', feedResponses, {
  parameters: [...urlParameters(feedRequest), ifNoneMatch, ifModifiedSince],
})

export const alerts: Area = {
  paths: {
    '/v1/feed.atom': { get: feed },
    '/v1/searches': { get: list, post: save },
    '/v1/searches/{id}': { get: one, delete: remove },
    '/v1/searches/{id}/new': { get: news },
    '/v1/searches/{id}/seen': { post: seen },
  },
  answers: {
    SavedSearch: savedSearchSchema,
    NewlySavedSearch: newlySavedSchema,
    SavedSearches: savedSearchesSchema,
    News: newsSchema,
    Match: matchSchema,
  },
  requests: { SaveRequest: saveRequest, SeenRequest: seenRequest },
}
