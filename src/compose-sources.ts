import { systemClock } from './clock.ts'
import { product } from './compose.ts'
import type { Config, SourceKind } from './config.ts'
import type { Engine, Poster, Runtime, Source } from './ports.ts'
import { type LiveTier, openLive } from './retrieval/live.ts'
import { allSources, harvestedThrough, type SourcesInUse } from './source-status.ts'
import { apiCadence, arxivApi } from './sources/arxiv/api.ts'
import { arxivOai } from './sources/arxiv/oai.ts'
import { arxivRss } from './sources/arxiv/rss.ts'
import { arxivPolicy, type PoliteClient, politeClient, type RequestPolicy } from './sources/client/http.ts'
import { openPoster } from './sources/client/post.ts'
import { feed, feedName, feedPolicy } from './sources/feeds/feed.ts'
import { githubPolicy, githubReleases } from './sources/posts/github-releases.ts'
import { hackerNews, hackerNewsPolicy } from './sources/posts/hacker-news.ts'
import { biorxiv, biorxivPolicy } from './sources/works/biorxiv.ts'
import { crossref, crossrefPolicy } from './sources/works/crossref.ts'
import { europePmc, europePmcPolicy } from './sources/works/europe-pmc.ts'
import { openAlex, openAlexPolicy } from './sources/works/openalex.ts'
import { semanticScholar, semanticScholarPolicy } from './sources/works/semantic-scholar.ts'

/** The sources of the settings. The second half of compose.ts: only these two files name concrete adapters. */

export interface OpenSources extends SourcesInUse {
  close(): Promise<void>
}

const userAgentOf = ({ contact }: Config): string => (contact === '' ? product : `${product} (${contact})`)

export function openSources(config: Config, runtime: Runtime): OpenSources {
  const { sources: settings, contact } = config
  const clients: PoliteClient[] = []
  const userAgent = userAgentOf(config)

  function client(
    source: string,
    policy: RequestPolicy,
    trusted: readonly string[],
    allowPrivate = false,
  ): PoliteClient {
    const opened = politeClient({
      source,
      userAgent,
      clock: systemClock,
      gate: runtime.gate,
      policy,
      addresses: { allowPrivate, trustedOrigins: trusted },
      random: Math.random,
      // Trying again takes minutes; whoever looks at the status should not have to wait for the last attempt.
      onTrouble: (error) => runtime.failed(source, systemClock.now(), error.message),
    })
    clients.push(opened)
    return opened
  }

  const { topics, arxiv } = settings
  const open: Record<SourceKind, () => SourcesInUse> = {
    arxiv() {
      const { categories, apiUrl } = arxiv
      const asked = client('arxiv-api', arxivPolicy, [apiUrl])
      const api = arxivApi({ client: asked, categories, baseUrl: apiUrl, cadence: apiCadence })
      // OAI-PMH is the feed of record; the API is for questions and look-ups.
      return { harvested: [scoped(feedOfRecord(), categories)], live: [api] }
    },
    'arxiv-rss'() {
      const { categories, rssUrl } = arxiv
      const asked = client('arxiv-rss', arxivPolicy, [rssUrl])
      const rss = arxivRss({ client: asked, categories, baseUrl: rssUrl, record: feedOfRecord() })
      return { harvested: [scoped(rss, categories)], live: [] }
    },
    'semantic-scholar'() {
      const { key, url } = settings.semanticScholar
      const asked = client('semantic-scholar', semanticScholarPolicy(key), [url])
      return byTopic(semanticScholar({ client: asked, topics, baseUrl: url, ...(key && { key }) }), topics)
    },
    openalex() {
      const { key, url } = settings.openAlex
      const asked = client('openalex', openAlexPolicy, [url])
      return byTopic(openAlex({ client: asked, topics, baseUrl: url, ...(key && { key }) }), topics)
    },
    crossref() {
      const { url } = settings.crossref
      const asked = client('crossref', crossrefPolicy(contact), [url])
      return byTopic(crossref({ client: asked, topics, contact, baseUrl: url }), topics)
    },
    'europe-pmc'() {
      const { url } = settings.europePmc
      return byTopic(europePmc({ client: client('europe-pmc', europePmcPolicy, [url]), topics, baseUrl: url }), topics)
    },
    biorxiv: () => preprints('biorxiv'),
    medrxiv: () => preprints('medrxiv'),
    'hacker-news'() {
      const { url } = settings.hackerNews
      const asked = client('hacker-news', hackerNewsPolicy, [url])
      return byTopic({ ...hackerNews({ client: asked, topics, baseUrl: url }), kinds: ['post'] }, topics)
    },
  }

  function feedOfRecord(): Source {
    const { categories, oaiUrl } = arxiv
    return arxivOai({ client: client('arxiv-oai', arxivPolicy, [oaiUrl]), categories, baseUrl: oaiUrl })
  }

  function preprints(server: 'biorxiv' | 'medrxiv'): SourcesInUse {
    const { categories, url } = settings.biorxiv
    const asked = client(server, biorxivPolicy, [url])
    return { harvested: [scoped(biorxiv({ client: asked, server, categories, baseUrl: url }), categories)], live: [] }
  }

  function releases(): SourcesInUse {
    const { repositories, token, url } = settings.github
    if (repositories.length === 0) return { harvested: [], live: [] }
    const asked = client('github-releases', githubPolicy(token), [url])
    const source = githubReleases({ client: asked, repositories, baseUrl: url, ...(token && { token }) })
    return { harvested: [scoped(source, repositories)], live: [] }
  }

  const feeds = settings.feeds.map((url): SourcesInUse => {
    // A feed's address is an operator's, what it redirects to is a stranger's: neither may reach a private network unasked.
    const asked = client(feedName(url), feedPolicy(url), [], settings.privateFeeds)
    return { harvested: [feed({ client: asked, url })], live: [] }
  })
  const opened = [...new Set(settings.kinds)].map((kind) => open[kind]())
  const all = [...opened, releases(), ...feeds]
  return {
    harvested: all.flatMap((one) => one.harvested),
    live: all.flatMap((one) => one.live),
    async close() {
      for (const one of clients) await one.close()
    },
  }
}

/** The sources as queries meet them. `onUnexpected` is told of bugs of ours. */
export const openLiveTier = (
  sources: SourcesInUse,
  engine: Engine,
  runtime: Runtime,
  onUnexpected: (source: string, error: unknown) => void,
): LiveTier =>
  openLive({
    sources: allSources(sources),
    runtime,
    harvested: () => harvestedThrough(sources, engine.documents),
    clock: systemClock,
    onUnexpected,
  })

/** Posts to webhooks, whose addresses are as much a stranger's as those of feeds. */
export const openWebhookPoster = (config: Config): Poster =>
  openPoster(
    'webhook',
    userAgentOf(config),
    { allowPrivate: config.sources.privateFeeds, trustedOrigins: [] },
    systemClock,
  )

/** What is harvested, so that a watermark is not taken for that of a wider wish. */
const scoped = (source: Source, scope: readonly string[]): Source => ({
  ...source,
  scope: [...scope].sort().join('\n'),
})

/** Sources that cannot be harvested whole are asked for topics; without topics they are only ever asked live. */
function byTopic(whole: Source, topics: readonly string[]): SourcesInUse {
  const source = scoped(whole, topics)
  return { harvested: topics.length === 0 ? [] : [source], live: source.find ? [source] : [] }
}
