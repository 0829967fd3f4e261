import { z } from 'zod'
import { documentKinds } from '../domain/document.ts'
import { type Day, endOfDay, type Instant, parseMoment, startOfDay } from '../domain/instant.ts'
import { defaultDeadlineMs, defaultMaxAgeMs, fusions, modes, sorts } from '../domain/query.ts'
import { citationFormats } from './citations.ts'

/** What a search may ask for, and what a refusal looks like. The same schemas validate and make the OpenAPI document. */

export const longestQuery = 1000
export const longestDeadlineMs = 10_000
const mostValues = 50
const longestValue = 200

/** What each parameter must be, in words that end the sentence "NAME must be". */
export const rules = {
  q: `1 to ${longestQuery} characters with at least one letter or digit and without control characters`,
  mode: `one of ${modes.join(', ')}`,
  limit: 'a whole number from 1 to 100',
  cursor: 'the nextCursor of an answer, unchanged',
  since: momentRule('its first moment'),
  until: momentRule('its last moment'),
  as_of: momentRule('its last moment'),
  category: listRule('names such as cs.CL, or cs for all of cs.*; repeated or separated by commas'),
  source: listRule('names of sources such as arxiv; repeated or separated by commas'),
  author: listRule('names of authors; repeated, for commas belong to the name'),
  kind: `any of ${documentKinds.join(', ')}; repeated or separated by commas`,
  country: 'at most 50 ISO 3166-1 codes of two letters such as CH; repeated or separated by commas',
  field: listRule('fields of study such as Computer Science; repeated, for commas belong to the name'),
  deadline_ms: `a whole number from 0 to ${longestDeadlineMs}`,
  max_age: 'a whole number of seconds from 0 to 86400',
  freshness: 'auto, off, or a number from 0 to 1',
  sort: `one of ${sorts.join(', ')}`,
  fusion: `one of ${fusions.join(', ')}`,
  explain: 'true or false',
  facets: 'true or false',
} as const

function momentRule(edge: string): string {
  const zoned = 'an ISO 8601 instant with its zone (2026-01-31T12:00:00Z; in a URL, + is written %2B)'
  return `a day (YYYY-MM-DD, counted from ${edge} in UTC) or ${zoned}, between 1900 and 2200`
}

function listRule(what: string): string {
  return `at most ${mostValues} ${what}, each 1 to ${longestValue} characters`
}

/** No control characters but white space, and no half of a surrogate pair. */
const readable = (text: string): boolean => /^(?:[^\p{Cc}\p{Cs}]|[\t\n\r])*$/u.test(text)
/** In any script. Without one there is nothing to look for, and nothing to embed. */
export const hasWord = (text: string): boolean => /[\p{L}\p{N}]/u.test(text)

const value = z.string().trim().min(1).max(longestValue).refine(readable).refine(hasWord)
const oneOrMany = z.union([z.string(), z.array(z.string())])
const names = oneOrMany.transform((given) => [given].flat()).pipe(z.array(value).max(mostValues))
const separated = oneOrMany
  .transform((given) => [given].flat().flatMap((text) => text.split(',')))
  .pipe(z.array(value).max(mostValues))

const earliest = Date.UTC(1900, 0, 1)
const latest = Date.UTC(2201, 0, 1)

export function moment(edge: 'first' | 'last') {
  const ofDay: (day: Day) => Instant = edge === 'first' ? startOfDay : endOfDay
  return z.string().transform((text, context): Instant => {
    const at = parseMoment(text, ofDay)
    if (at !== null && at >= earliest && at < latest) return at
    context.issues.push({ code: 'custom', input: text })
    return z.NEVER
  })
}

export const searchRequest = z.strictObject({
  q: z
    .string()
    .trim()
    .min(1)
    .max(longestQuery)
    .refine(readable)
    .refine(hasWord)
    .meta({
      description: `What to find: ${rules.q}. "Quoted phrases", -exclusions and dates ("since 2024") are understood.`,
      examples: ['mixture of experts inference cost'],
    }),
  mode: z
    .enum(modes)
    .default('auto')
    .meta({
      description: `Which tiers answer: ${rules.mode}; auto lets the router decide whether live sources are asked.`,
    }),
  limit: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .meta({ description: `Hits on a page: ${rules.limit}.` }),
  cursor: z
    .string()
    .min(1)
    .max(400)
    .optional()
    .meta({
      description: `The next page: ${rules.cursor}. The search is sent again with it; only limit, explain, facets, deadline_ms and max_age may differ.`,
    }),
  since: moment('first')
    .optional()
    .meta({
      description: `First announced then or later: ${rules.since}.`,
      examples: ['2026-01-01'],
    }),
  until: moment('last')
    .optional()
    .meta({ description: `First announced then or earlier: ${rules.until}.` }),
  as_of: moment('last')
    .optional()
    .meta({
      description: `Answers as it would have been answered then, with the papers, versions and statistics of then, and without live sources: ${rules.as_of}, and not in the future. Such searches take turns: one at a time, and those that find too many waiting are refused with 503.`,
      examples: ['2025-11-03'],
    }),
  category: separated
    .optional()
    .meta({ description: `In any of these categories: ${rules.category}.`, examples: ['cs.CL'] }),
  source: separated
    .optional()
    .meta({ description: `From any of these sources: ${rules.source}.`, examples: ['arxiv'] }),
  author: names.optional().meta({ description: `By all of these authors: ${rules.author}.` }),
  kind: z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [given].flat().flatMap((text) => text.split(',')))
    .pipe(z.array(z.enum(documentKinds)).min(1).max(mostValues))
    .optional()
    .meta({
      description: `Of these kinds, papers alone unless said otherwise: ${rules.kind}.`,
      examples: ['paper,post'],
    }),
  country: separated
    .pipe(z.array(z.string().regex(/^[A-Za-z]{2}$/)))
    .optional()
    .meta({ description: `An author's institution is in any of these: ${rules.country}.`, examples: ['CH'] }),
  field: names.optional().meta({ description: `In any of these fields of study: ${rules.field}.` }),
  deadline_ms: z
    .int()
    .min(0)
    .max(longestDeadlineMs)
    .default(defaultDeadlineMs)
    .meta({
      description: `How long to wait for live sources, from the start of the search: ${rules.deadline_ms}; 0 asks none.`,
    }),
  max_age: z
    .int()
    .min(0)
    .max(86_400)
    .default(defaultMaxAgeMs / 1000)
    .meta({ description: `How old a live answer may be that is used again: ${rules.max_age}; 0 asks anew.` }),
  freshness: z
    .union([z.literal('auto'), z.literal('off'), z.number().min(0).max(1)])
    .default('auto')
    .meta({
      description: `How much recency counts: ${rules.freshness}; auto reads it from the query.`,
    }),
  sort: z
    .enum(sorts)
    .default('relevance')
    .meta({ description: `The order of hits: ${rules.sort}.` }),
  fusion: z
    .enum(fusions)
    .default('convex')
    .meta({ description: `How both rankings are joined: ${rules.fusion}.` }),
  explain: z
    .boolean()
    .default(false)
    .meta({ description: `Shows every part of each score: ${rules.explain}.` }),
  facets: z
    .boolean()
    .default(false)
    .meta({
      description: `Counts what matches well by date, category, source, country, kind and field: ${rules.facets}.`,
    }),
})

/** The parameters of a document's address. */
export const documentRequest = {
  schema: z.strictObject({
    format: z
      .enum(citationFormats)
      .optional()
      .meta({
        description: `As a citation, whatever the Accept header says: one of ${citationFormats.join(', ')}.`,
        examples: ['bibtex'],
      }),
  }),
  rules: { format: `one of ${citationFormats.join(', ')}` },
  example: { format: 'bibtex' },
}

export type SearchRequest = z.infer<typeof searchRequest>

/** RFC 9457. */
export const problemSchema = z
  .strictObject({
    type: z.string().meta({ description: 'Names the kind of problem; stable.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong and what to do, in a sentence.' }),
    field: z.string().optional().meta({ description: 'The parameter to change.' }),
    instance: z.string().meta({ description: 'The path that was asked.' }),
    requestId: z
      .string()
      .optional()
      .meta({ description: "Names the request in the server's log; X-Request-Id says it too." }),
  })
  .meta({ description: 'Why a request was refused or failed.' })

export type Problem = z.infer<typeof problemSchema>
