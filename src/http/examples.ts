import type { WireAnswer, WireDocument } from './answers.ts'
import type { Problem } from './schemas.ts'
import type { WireStatus } from './status.ts'

/** What the OpenAPI document shows. A test holds each against its schema. */

const paper = {
  id: '1706.03762',
  source: 'arxiv',
  sources: ['arxiv'],
  kind: 'paper' as const,
  title: 'Attention Is All You Need',
  titleMath: null,
  authors: ['Ashish Vaswani', 'Noam Shazeer'],
  categories: ['cs.CL', 'cs.LG'],
  countries: [],
  fields: [],
  announced: '2017-06-13',
  announcedAt: '2017-06-13T00:00:00.000Z',
  announcedBasis: 'derived' as const,
  submitted: '2017-06-12T17:57:34.000Z',
  updated: '2023-08-02T00:41:18.000Z',
  url: 'https://arxiv.org/abs/1706.03762',
  doi: null,
  version: 7,
  withdrawn: false,
  standIn: true,
} satisfies Partial<WireDocument>

const summary = 'Introduces the Transformer, a network for translation built on attention alone, without recurrence.'

export const answerExample: WireAnswer = {
  query: {
    text: 'transformer "attention alone"',
    subject: 'transformer attention alone',
    phrases: ['attention alone'],
    excluded: [],
    mode: 'auto',
    sort: 'relevance',
    fusion: 'convex',
    freshness: 'auto',
    filters: {
      since: null,
      until: null,
      categories: [],
      sources: [],
      authors: [],
      kinds: ['paper'],
      countries: [],
      fields: [],
    },
    datesRead: null,
  },
  hits: [
    {
      rank: 1,
      ...paper,
      superseded: false,
      laterText: false,
      snippet: {
        text: summary,
        highlights: [
          [15, 26],
          [63, 72],
          [73, 78],
        ],
      },
      score: 0.874312,
      depth: 0.881204,
      freshness: 0.000001,
      tier: 'static',
    },
  ],
  candidates: 214,
  abstained: false,
  message: null,
  route: {
    tiers: ['static', 'fresh'],
    live: { ask: false, because: 'live-no-source', deadlineMs: 1500, offers: [] },
    gate: {
      pRecent: 0.019552,
      intent: 'atemporal',
      intents: { recent: 0.019552, atemporal: 0.957301, old: 0.023147, dated: 0 },
      decidedBy: 'gate',
      parts: { prior: -3.915 },
    },
    reasons: [{ code: 'no-sign-of-recency', says: 'Nothing in the query asks for recent papers.' }],
  },
  asOf: '2026-02-03T09:15:00.000Z',
  reconstruction: null,
  covered: [{ source: 'arxiv', until: '2026-02-02' }],
  generation: 12,
  mark: 54_317,
  degraded: [],
  live: [],
  facets: null,
  nextCursor: null,
  interleaved: false,
  answerId: 'q3mYb0sWc1yN5vU2kT8xZA',
  tookMs: { embed: 0.912, gather: 2.104, rank: 0.31, hydrate: 0.205, total: 3.531 },
}

export const documentExample: WireDocument = {
  ...paper,
  abstract: summary,
  comment: null,
  harvested: '2026-02-02T03:45:10.000Z',
  requestedVersion: null,
  requestedVersionIsCurrent: null,
  versions: [
    { version: 1, at: '2017-06-12T17:57:34.000Z', title: null, abstract: null, superseded: true },
    { version: 7, at: '2023-08-02T00:41:18.000Z', title: paper.title, abstract: summary, superseded: false },
  ],
}

export const problemExample: Problem = {
  type: 'urn:freshet:problem:invalid-parameter',
  title: 'A parameter cannot be used',
  status: 400,
  detail: 'limit must be a whole number from 1 to 100.',
  field: 'limit',
  instance: '/v1/search',
  requestId: '0b8e2b6e-4d0a-4c53-9d8e-7f2f1f6f5b6a',
}

export const statusExample: WireStatus = {
  name: 'freshet',
  version: '0.1.0',
  startedAt: '2026-02-03T07:00:00.000Z',
  now: '2026-02-03T09:15:12.000Z',
  store: { documents: 54_259, withdrawn: 31, bySource: { arxiv: 54_259 }, incarnation: 'k3J9vQ' },
  generation: {
    id: 12,
    createdAt: '2026-02-03T03:45:20.000Z',
    publishedAt: '2026-02-03T03:47:02.000Z',
    documents: 54_201,
    fingerprint: 'freshet-static',
    mark: 54_240,
  },
  fresh: { documents: 58, mark: 54_317 },
  sources: [
    {
      source: 'arxiv-oai',
      state: 'unreachable',
      lastVisit: '2026-02-03T03:45:03.000Z',
      lastSuccess: '2026-02-02T03:45:03.000Z',
      failingSince: '2026-02-03T03:45:03.000Z',
      error: 'no connection',
      warning: null,
      harvested: true,
      live: false,
      liveError: null,
      watermark: '2026-02-02T03:45:03.000Z',
      lagMs: 106_209_000,
      nextVisit: '2026-02-03T09:45:03.000Z',
      visitReason: 'The last visit failed; it is tried again.',
      lastChange: '2026-02-02T03:45:03.000Z',
      waitMs: 0,
      pausedUntil: null,
    },
  ],
  inbox: 0,
  model: { configured: 'freshet-static', serving: 'freshet-static' },
  indexer: { mode: 'child', running: true, nextNight: '2026-02-04T03:45:00.000Z' },
}
