import { z } from 'zod'
import { InvalidQuery } from '../domain/errors.ts'
import { isoOf } from '../domain/instant.ts'
import { noFilters } from '../domain/query.ts'
import {
  type MatchMark,
  type SavedSearch,
  type SeenMatch,
  type WebhookState,
  webhookStates,
} from '../domain/saved-search.ts'
import { documentSchema } from './answers.ts'
import { checked, type Form } from './params.ts'
import { searchRequest, rules as searchRules } from './schemas.ts'

/** What can be watched over time: the question and its filters, and nothing of how an answer is laid out. */
export const feedRequest = searchRequest.pick({
  q: true,
  since: true,
  until: true,
  category: true,
  source: true,
  author: true,
  kind: true,
  country: true,
  field: true,
})
type FeedRequest = z.infer<typeof feedRequest>

const longestName = 100
const longestUrl = 2_000
const webhookRule = `{ "url": an http or https address of at most ${longestUrl} characters }, without a user in it`

const feedRules = Object.fromEntries(
  Object.entries(searchRules).filter(([name]) => Object.hasOwn(feedRequest.shape, name)),
)
const saveRules = {
  ...feedRules,
  name: `1 to ${longestName} characters`,
  webhook: webhookRule,
}

const webUrl = z
  .url({ protocol: /^https?$/ })
  .max(longestUrl)
  .refine((text) => new URL(text).username === '' && new URL(text).password === '')

export const saveRequest = feedRequest.extend({
  name: z
    .string()
    .trim()
    .min(1)
    .max(longestName)
    .optional()
    .meta({ description: `For people: ${saveRules.name}.` }),
  webhook: z
    .strictObject({ url: webUrl })
    .optional()
    .meta({ description: `Where new matches are posted to: ${webhookRule}. docs/alerts.md says how.` }),
})

export const seenRequest = z.strictObject({
  mark: z.int().min(0).meta({ description: 'The `mark` of what was looked at.' }),
})

export const saveExample = {
  q: 'mixture of experts inference cost',
  category: ['cs.LG'],
  name: 'Cheap experts',
  webhook: { url: 'https://example.org/hooks/papers' },
}
export const seenExample = { mark: 118 }

const feedForm = { schema: feedRequest, rules: feedRules, example: { q: saveExample.q } }
const saveForm = { schema: saveRequest, rules: saveRules, example: saveExample }
const seenForm: Form<typeof seenRequest> = {
  schema: seenRequest,
  rules: { mark: 'the mark of an answer of this saved search' },
  example: seenExample,
}

/** What is searched, as JSON in its one spelling. */
export const readFeed = (input: unknown): string => spellingOf(checked(input, feedForm))

export function readSaved(input: unknown): { spelling: string; name: string | null; webhook: { url: string } | null } {
  const { name = null, webhook = null, ...search } = checked(input, saveForm)
  return { spelling: spellingOf(search), name, webhook }
}

/** Throws InvalidQuery for a mark that no answer had. */
export function readSeen(input: unknown, newest: MatchMark): MatchMark {
  const { mark } = checked(input, seenForm)
  if (mark > newest) throw new InvalidQuery('mark', `mark must be ${seenForm.rules.mark}, and the newest is ${newest}`)
  return mark as MatchMark
}

/** The same for every order of parameters and values, and for what is left out or says what holds anyway. */
function spellingOf({ q, since, until, country, kind = [], ...lists }: FeedRequest): string {
  const sorted = (values: readonly string[]) => [...new Set(values)].sort()
  const kinds = sorted(kind)
  const filters = {
    category: lists.category,
    source: lists.source,
    author: lists.author,
    kind: kinds.join() === noFilters.kinds.join() ? [] : kinds,
    country: country?.map((code) => code.toUpperCase()),
    field: lists.field,
  }
  const given = Object.entries(filters).filter(([, values = []]) => values.length > 0)
  return JSON.stringify({
    q: q.replace(/\s+/g, ' '),
    ...(since !== undefined && { since: isoOf(since) }),
    ...(until !== undefined && { until: isoOf(until) }),
    ...Object.fromEntries(given.map(([name, values = []]) => [name, sorted(values)])),
  })
}

/** The address parameters of a search in its one spelling. */
export function toParameters(spelling: string): URLSearchParams {
  const fields: Readonly<Record<string, string | readonly string[]>> = JSON.parse(spelling)
  return new URLSearchParams(
    Object.entries(fields).flatMap(([name, values]) => [values].flat().map((one) => [name, one])),
  )
}

const instant = z.iso.datetime()
const several = z.array(z.string()).optional()

const searchSchema = z.strictObject({
  q: z.string(),
  since: instant.optional(),
  until: instant.optional(),
  category: several,
  source: several,
  author: several,
  kind: several,
  country: several,
  field: several,
})

const webhookSchema = z.strictObject({
  url: z.string(),
  state: z.enum(webhookStates).meta({
    description:
      'on; given-up: a delivery failed to the end, and what it held goes with the next matches; gone: the receiver ' +
      'answered 410, and nothing is sent again.',
  }),
  attempts: z.int().meta({ description: 'Of the delivery under way, or of the one that was given up.' }),
  nextAttempt: instant.nullable(),
  lastDelivered: instant.nullable(),
  error: z.string().nullable().meta({ description: 'Of the last attempt; null since one succeeded.' }),
})

export const savedSearchSchema = z
  .strictObject({
    id: z.string(),
    owner: z.string().meta({ description: 'Who saved it, by the key that was used.' }),
    name: z.string().nullable(),
    search: searchSchema,
    savedAt: instant,
    matches: z.int().meta({ description: 'Papers that match, the oldest left out where there are very many.' }),
    new: z.int().meta({ description: 'Those of them that were first seen since its owner looked.' }),
    webhook: webhookSchema.nullable(),
  })
  .meta({ description: 'A saved search, and how its webhook fares.' })

export const newlySavedSchema = savedSearchSchema
  .extend({
    secret: z.string().nullable().meta({ description: 'Signs the deliveries of the webhook. It is shown this once.' }),
  })
  .meta({ description: 'A search that was just saved, with the secret of its webhook.' })

export const savedSearchesSchema = z
  .strictObject({ searches: z.array(savedSearchSchema) })
  .meta({ description: "The caller's saved searches, oldest first; an admin's are everybody's." })

export const matchSchema = documentSchema
  .pick({
    id: true,
    source: true,
    kind: true,
    title: true,
    titleMath: true,
    authors: true,
    categories: true,
    announced: true,
    announcedAt: true,
    url: true,
    doi: true,
    version: true,
    withdrawn: true,
  })
  .extend({ firstSeen: instant.meta({ description: 'When it first matched this search.' }) })
  .meta({ description: 'A paper that a saved search matched.' })

export const newsSchema = z
  .strictObject({
    id: z.string().meta({ description: 'Of the saved search.' }),
    name: z.string().nullable(),
    search: searchSchema,
    mark: z.int().meta({ description: 'Send it to …/seen when these were looked at; what came later stays new.' }),
    matches: z.array(matchSchema).meta({ description: 'Newest announcement first.' }),
  })
  .meta({ description: 'What matched a saved search since its owner looked; the data of a delivery too.' })

export type WireSavedSearch = z.infer<typeof savedSearchSchema>
export type WireMatch = z.infer<typeof matchSchema>
export type WireNews = z.infer<typeof newsSchema>

export function toWireSavedSearch(saved: SavedSearch, matches: readonly SeenMatch[]): WireSavedSearch {
  return {
    id: saved.id,
    owner: saved.owner,
    name: saved.name,
    search: JSON.parse(saved.spelling),
    savedAt: isoOf(saved.savedAt),
    matches: matches.length,
    new: matches.filter((one) => one.mark > saved.seen).length,
    webhook: saved.webhook && toWireWebhook(saved.webhook),
  }
}

const toWireWebhook = (webhook: WebhookState): WireSavedSearch['webhook'] => ({
  url: webhook.url,
  state: webhook.state,
  attempts: webhook.attempts,
  nextAttempt: webhook.nextAttempt && isoOf(webhook.nextAttempt),
  lastDelivered: webhook.lastDelivered && isoOf(webhook.lastDelivered),
  error: webhook.error,
})
