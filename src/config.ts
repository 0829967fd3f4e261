import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { IANAZone } from 'luxon'
import cron from 'node-cron'
import { z } from 'zod'
import { BadSetting } from './domain/errors.ts'
import { isArxivCategory } from './domain/identifiers.ts'
import { challengers } from './domain/query.ts'

/** Every setting, read from the environment (and a `.env` file beside the program). `.env.example` documents each. */
const list = z.string().transform((text) =>
  text
    .split(/[\s,]+/)
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/** An address that paths are put behind. */
const address = z.url().transform((url) => url.replace(/\/+$/, ''))

/** A whole number from 1, or null where it is off. */
const amount = (unit: string) =>
  z
    .string()
    .regex(/^(?:off|[1-9]\d{0,6})$/, `write a number of ${unit}, or off`)
    .transform((text) => (text === 'off' ? null : Number(text)))

/** For phrases, which hold commas and spaces. */
const semicolons = z.string().transform((text) =>
  text
    .split(';')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/** What FRESHET_SOURCES may name. Feeds and repositories are turned on by naming them. */
export const sourceKinds = [
  'arxiv',
  'arxiv-rss',
  'semantic-scholar',
  'openalex',
  'crossref',
  'europe-pmc',
  'biorxiv',
  'medrxiv',
  'hacker-news',
] as const
export type SourceKind = (typeof sourceKinds)[number]

const settings = z.object({
  FRESHET_HOST: z.string().min(1).default('127.0.0.1'),
  FRESHET_PORT: z.coerce.number().int().min(0).max(65535).default(8787),
  FRESHET_DATA: z
    .string()
    .min(1)
    .default('data')
    .transform((folder) => resolve(folder)),
  FRESHET_API_KEYS: list.default([]),
  FRESHET_RATE_LIMIT: amount('requests a minute').default(1200),
  FRESHET_LIVE_LIMIT: amount('searches a minute').default(20),
  FRESHET_CORS_ORIGINS: list
    .refine(
      (all) => all.every((one) => URL.canParse(one) && new URL(one).origin === one),
      'write origins like https://example.org',
    )
    .default([]),
  FRESHET_MODEL: z.string().min(1).default('freshet-static'),
  FRESHET_ROUTER: z
    .string()
    .min(1)
    .transform((file) => resolve(file))
    .optional(),
  FRESHET_MODEL_POOLING: z.enum(['cls', 'mean']).optional(),
  FRESHET_MODEL_QUERY_PREFIX: z.string().optional(),
  FRESHET_MODEL_DOCUMENT_PREFIX: z.string().optional(),
  FRESHET_SOURCES: list
    .pipe(z.array(z.enum([...sourceKinds, 'none'], `name any of ${sourceKinds.join(', ')}, or none to stay offline`)))
    .default(['arxiv']),
  FRESHET_TOPICS: semicolons.default([]),
  FRESHET_FEEDS: list.pipe(z.array(z.url({ protocol: /^https?$/, error: 'write addresses of feeds' }))).default([]),
  FRESHET_FEEDS_PRIVATE: z.enum(['refuse', 'allow']).default('refuse'),
  FRESHET_ARXIV_CATEGORIES: list
    .refine(
      (names) => names.length > 0 && names.every(isArxivCategory),
      'write categories like cs.IR, math.CO or hep-th',
    )
    .default(['cs.AI', 'cs.CL', 'cs.IR', 'cs.LG']),
  FRESHET_ARXIV_OAI_URL: address.default('https://oaipmh.arxiv.org/oai'),
  FRESHET_ARXIV_API_URL: address.default('https://export.arxiv.org/api/query'),
  FRESHET_ARXIV_RSS_URL: address.default('https://rss.arxiv.org/rss'),
  FRESHET_SEMANTIC_SCHOLAR_KEY: z.string().optional(),
  FRESHET_SEMANTIC_SCHOLAR_URL: address.default('https://api.semanticscholar.org/graph/v1'),
  FRESHET_OPENALEX_KEY: z.string().optional(),
  FRESHET_OPENALEX_URL: address.default('https://api.openalex.org'),
  FRESHET_CROSSREF_URL: address.default('https://api.crossref.org'),
  FRESHET_EUROPE_PMC_URL: address.default('https://www.ebi.ac.uk/europepmc/webservices/rest'),
  FRESHET_BIORXIV_CATEGORIES: semicolons.default([]),
  FRESHET_BIORXIV_URL: address.default('https://api.biorxiv.org'),
  FRESHET_HACKER_NEWS_URL: address.default('https://hn.algolia.com/api/v1'),
  FRESHET_GITHUB_REPOSITORIES: list
    .refine((names) => names.every((name) => /^[\w.-]+\/[\w.-]+$/.test(name)), 'write repositories as owner/name')
    .default([]),
  FRESHET_GITHUB_TOKEN: z.string().optional(),
  FRESHET_GITHUB_URL: address.default('https://api.github.com'),
  FRESHET_CONTACT: z.string().default(''),
  FRESHET_NIGHTLY: z
    .string()
    .refine((text) => cron.validate(text), 'write a cron expression like 30 23 * * *')
    .default('30 23 * * *'),
  FRESHET_NIGHTLY_ZONE: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), 'write a zone like America/New_York')
    .default('America/New_York'),
  FRESHET_FEEDBACK: z.enum(['on', 'off']).default('on'),
  FRESHET_INTERLEAVE: z.enum(['off', ...challengers]).default('off'),
  FRESHET_INDEXER: z.enum(['child', 'off']).default('child'),
  FRESHET_QUERY_LOG: amount('days').default(30),
  FRESHET_DRAIN: z.coerce.number().int().min(0).max(600).default(0),
  FRESHET_LOG: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
})

export const settingNames: readonly string[] = Object.keys(settings.shape)

export type Config = ReturnType<typeof readConfig>

/** Throws BadSetting with a sentence per wrong setting. */
export function readConfig(env: NodeJS.ProcessEnv) {
  // An empty value in a .env file means "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => name.startsWith('FRESHET_') && value))
  const unknown = Object.keys(given).filter((name) => !settingNames.includes(name))
  if (unknown.length > 0) throw new BadSetting(`unknown setting ${unknown.join(', ')}; .env.example lists all of them`)
  const read = settings.safeParse(given)
  if (!read.success) {
    throw new BadSetting(read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  }
  const found = read.data
  if (found.FRESHET_INTERLEAVE !== 'off' && found.FRESHET_FEEDBACK === 'off') {
    throw new BadSetting('FRESHET_INTERLEAVE compares by feedback, and FRESHET_FEEDBACK is off')
  }
  return {
    host: found.FRESHET_HOST,
    port: found.FRESHET_PORT,
    dataFolder: found.FRESHET_DATA,
    apiKeys: found.FRESHET_API_KEYS,
    requestsPerMinute: found.FRESHET_RATE_LIMIT,
    liveSearchesPerMinute: found.FRESHET_LIVE_LIMIT,
    corsOrigins: found.FRESHET_CORS_ORIGINS,
    model: found.FRESHET_MODEL,
    modelOverrides: {
      pooling: found.FRESHET_MODEL_POOLING ?? null,
      queryPrefix: found.FRESHET_MODEL_QUERY_PREFIX ?? null,
      documentPrefix: found.FRESHET_MODEL_DOCUMENT_PREFIX ?? null,
    },
    router: found.FRESHET_ROUTER ?? null,
    sources: sourceSettings(found),
    contact: found.FRESHET_CONTACT,
    nightly: { cron: found.FRESHET_NIGHTLY, zone: found.FRESHET_NIGHTLY_ZONE },
    feedback: found.FRESHET_FEEDBACK === 'on',
    challenger: found.FRESHET_INTERLEAVE === 'off' ? null : found.FRESHET_INTERLEAVE,
    indexer: found.FRESHET_INDEXER,
    queryLogDays: found.FRESHET_QUERY_LOG,
    drainMs: found.FRESHET_DRAIN * 1000,
    log: found.FRESHET_LOG,
  } as const
}

function sourceSettings(found: z.infer<typeof settings>) {
  // `none` asks nobody, whatever else is set.
  const offline = found.FRESHET_SOURCES.includes('none')
  return {
    kinds: found.FRESHET_SOURCES.filter((name): name is SourceKind => name !== 'none' && !offline),
    topics: found.FRESHET_TOPICS,
    feeds: offline ? [] : found.FRESHET_FEEDS,
    privateFeeds: found.FRESHET_FEEDS_PRIVATE === 'allow',
    arxiv: {
      categories: found.FRESHET_ARXIV_CATEGORIES,
      oaiUrl: found.FRESHET_ARXIV_OAI_URL,
      apiUrl: found.FRESHET_ARXIV_API_URL,
      rssUrl: found.FRESHET_ARXIV_RSS_URL,
    },
    semanticScholar: { key: found.FRESHET_SEMANTIC_SCHOLAR_KEY, url: found.FRESHET_SEMANTIC_SCHOLAR_URL },
    openAlex: { key: found.FRESHET_OPENALEX_KEY, url: found.FRESHET_OPENALEX_URL },
    crossref: { url: found.FRESHET_CROSSREF_URL },
    europePmc: { url: found.FRESHET_EUROPE_PMC_URL },
    biorxiv: { categories: found.FRESHET_BIORXIV_CATEGORIES, url: found.FRESHET_BIORXIV_URL },
    hackerNews: { url: found.FRESHET_HACKER_NEWS_URL },
    github: {
      repositories: offline ? [] : found.FRESHET_GITHUB_REPOSITORIES,
      token: found.FRESHET_GITHUB_TOKEN,
      url: found.FRESHET_GITHUB_URL,
    },
  } as const
}

/** Reads `.env` of the working directory into the environment; what is set already wins. */
export function loadEnvFile(): void {
  if (existsSync('.env')) process.loadEnvFile('.env')
}
