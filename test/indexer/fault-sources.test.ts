import { arxivApi } from '../../src/sources/arxiv/api.ts'
import { arxivPolicy } from '../../src/sources/client/http.ts'
import { feed, feedPolicy } from '../../src/sources/feeds/feed.ts'
import { openAlex, openAlexPolicy } from '../../src/sources/works/openalex.ts'
import { describeFaults, type FaultCase, first } from './fault-cases.ts'
import { corpusOf, type FaultStageOptions } from './fault-stage.ts'

/** Faults that only pages with totals, cursors or no pages at all can have. */

const api: FaultStageOptions = {
  corpus: corpusOf(140),
  provider: 'arxiv-api',
  policy: arxivPolicy,
  source: ({ client, baseUrl }) => arxivApi({ client, categories: ['cs'], baseUrl, pageSize: 25 }),
}
const works: FaultStageOptions = {
  // Pages hold a hundred, and the third is to be met.
  corpus: corpusOf(220),
  provider: 'openalex',
  policy: openAlexPolicy,
  // Every abstract of the corpus has it.
  source: ({ client, baseUrl }) => openAlex({ client, topics: ['our approach'], baseUrl }),
}
const blog: FaultStageOptions = {
  corpus: corpusOf(140),
  provider: 'feeds',
  policy: feedPolicy('http://upstream.test/rss.xml'),
  source: ({ client, baseUrl }) => feed({ client, url: `${baseUrl}/rss.xml` }),
}

const ofTheApi: Readonly<Record<string, FaultCase>> = {
  'nothing, as if that were all': { fault: { kind: 'nothing' }, which: first, once: /counted no papers and then/ },
  'a throttle that says 200': {
    fault: { kind: 'status', status: 200, body: 'Rate exceeded.' },
    once: null,
    lasting: /HTTP status 429/,
  },
  'an error feed with 400': {
    fault: { kind: 'error-message', status: 400 },
    once: /incorrect id/,
    lasting: /incorrect id/,
  },
  'an error entry with 200': {
    fault: { kind: 'error-message', status: 200 },
    once: /incorrect id/,
    lasting: /incorrect id/,
  },
  'an empty page under its total': { fault: { kind: 'empty-page' }, lasting: /empty page/ },
  'a body that is cut off': { fault: { kind: 'truncated' }, lasting: /cut off/ },
  'a page that comes twice': { fault: { kind: 'repeated-page' }, lasting: /another order/ },
  'a page with every entry twice': { fault: { kind: 'doubled' }, lasting: /counted/ },
  'a page in reverse order': { fault: { kind: 'reversed' }, lasting: /another order/ },
  'a page that is too short': { fault: { kind: 'short-page', keep: 20 }, lasting: null },
  'a total that is too high': {
    fault: { kind: 'wrong-total', by: 5 },
    which: first,
    once: /counted/,
    lasting: /empty page/,
  },
  'a total that is too low': { fault: { kind: 'wrong-total', by: -40 }, which: first, lasting: null },
}

const ofWorks: Readonly<Record<string, FaultCase>> = {
  'a cursor that expires in mid-harvest': { fault: { kind: 'expired-token' }, once: null, lasting: /cursor/ },
  'an empty page under its total': { fault: { kind: 'empty-page' }, lasting: /ended after/ },
  // While it lasts, every page comes one question later, and so all of them.
  'a page that comes twice': { fault: { kind: 'repeated-page' }, once: /ended after/ },
  'a total that is too high': {
    fault: { kind: 'wrong-total', by: 50 },
    which: first,
    lasting: /ended after/,
  },
  '429 with Retry-After': {
    fault: { kind: 'throttled', retryAfter: { seconds: 30 } },
    once: null,
    lasting: /HTTP status 429/,
    pauseMs: 30_000,
  },
  'lists of lists without end': { fault: { kind: 'entity-bomb' }, lasting: /no JSON/ },
}

const ofFeeds: Readonly<Record<string, FaultCase>> = {
  'a body that is cut off': { fault: { kind: 'truncated' }, which: first, lasting: /cut off/ },
  'a reset in mid-body': { fault: { kind: 'reset' }, which: first, once: null, lasting: /connection .* failed/ },
  'a page of a proxy': { fault: { kind: 'html-page' }, which: first, lasting: /a web page/ },
  'the right body under a wrong type': { fault: { kind: 'wrong-type' }, which: first, lasting: null },
}

describeFaults("arXiv's API", api, ofTheApi)
describeFaults('OpenAlex', works, ofWorks)
describeFaults('a feed', blog, ofFeeds)
