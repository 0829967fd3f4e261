import { z } from 'zod'
import { documentKinds } from '../domain/document.ts'
import { fusions, modes, sorts } from '../domain/query.ts'
import { intents } from '../domain/route.ts'
import { grounds } from './grounds.ts'

/** What is sent: answers and documents. Names on the wire are promises; wire.ts is held to these types. */

const day = z.iso.date()
const instant = z.iso.datetime()
const unit = z.number().min(0).max(1)
const tier = z.enum(['static', 'fresh', 'live'])

/** What a hit and a document say alike. */
const described = {
  id: z.string(),
  source: z.string(),
  sources: z.array(z.string()).meta({ description: 'Every source that it is known from.' }),
  kind: z.enum(documentKinds),
  title: z.string(),
  titleMath: z
    .string()
    .nullable()
    .meta({
      description:
        'The title as HTML with its formulas ($…$ and \\(…\\)) in MathML, made by the server: all text of the title is ' +
        'escaped, so it may be put into a page as it is. Null where the title has no formula that can be read.',
    }),
  authors: z.array(z.string()),
  categories: z.array(z.string()).meta({ description: 'Primary first.' }),
  countries: z
    .array(z.string())
    .meta({ description: "Of the authors' institutions, ISO 3166-1 alpha-2, where known." }),
  fields: z.array(z.string()).meta({ description: 'Fields of study, where known.' }),
  announced: day.nullable().meta({ description: 'The UTC day on which it was first shown to the world.' }),
  announcedAt: instant.nullable(),
  announcedBasis: z.enum(['stated', 'derived', 'unknown']).meta({
    description: 'Whether the source stated the announcement or Freshet derived it.',
  }),
  submitted: instant.nullable(),
  updated: instant.nullable(),
  url: z.string(),
  doi: z.string().nullable(),
  version: z.int().min(0).meta({ description: '0 when the source names none.' }),
  withdrawn: z.boolean(),
  standIn: z.boolean().meta({ description: "The summary was written by Freshet's authors." }),
}

export const scorePartsSchema = z
  .strictObject({
    cosine: z.number().nullable(),
    bm25: z.number(),
    idealBm25: z.number(),
    fused: z.number(),
    depth: z.number(),
    freshness: z.number(),
    ageDays: z.number().nullable(),
    halfLifeDays: z.number(),
    pRecent: z
      .number()
      .meta({ description: 'As far as it counts: nothing up to a floor, and in proportion from there on.' }),
    gamma: z.number(),
    threshold: z.number(),
    exact: z.enum(['id', 'doi', 'title', 'author']).nullable(),
  })
  .meta({ description: 'Every part of a score, so that the order can be recomputed by hand.' })

export const hitSchema = z
  .strictObject({
    ...described,
    rank: z.int().min(1),
    superseded: z.boolean().meta({
      description: 'The paper changed after the snapshot that was scored, or a live source showed a newer version.',
    }),
    laterText: z.boolean().meta({
      description: 'With as_of: its text of then was never seen, and the nearest later one stands in.',
    }),
    snippet: z.strictObject({
      text: z.string(),
      highlights: z
        .array(z.tuple([z.int(), z.int()]))
        .meta({ description: '[start, end) in UTF-16 units of the text.' }),
    }),
    score: z.number(),
    depth: unit.meta({ description: 'How well it matches.' }),
    freshness: unit.meta({ description: 'How new it is, on the time scale of what matches.' }),
    tier,
    explain: scorePartsSchema.optional(),
  })
  .meta({ description: 'A paper that matches.' })

const effectiveFilters = z.strictObject({
  since: instant.nullable(),
  until: instant.nullable(),
  categories: z.array(z.string()),
  sources: z.array(z.string()),
  authors: z.array(z.string()),
  kinds: z.array(z.enum(documentKinds)),
  countries: z.array(z.string()),
  fields: z.array(z.string()),
})

const echo = z.strictObject({
  text: z.string(),
  subject: z.string().meta({ description: 'What was matched: the text without conditions and exclusions.' }),
  phrases: z.array(z.string()),
  excluded: z.array(z.string()),
  mode: z.enum(modes),
  sort: z.enum(sorts),
  fusion: z.enum(fusions),
  freshness: z.union([z.literal('auto'), z.literal('off'), unit]),
  filters: effectiveFilters.meta({ description: 'In effect: those given together with the dates read from the text.' }),
  datesRead: z
    .strictObject({ words: z.string(), since: instant.nullable(), until: instant.nullable() })
    .nullable()
    .meta({ description: 'The time condition that was read out of the text.' }),
})

const counted = z.array(z.strictObject({ value: z.string(), count: z.int().min(1) }))

const facetsSchema = z
  .strictObject({
    announced: z
      .array(z.strictObject({ month: z.string().regex(/^\d{4}-\d{2}$/), count: z.int().min(1) }))
      .meta({ description: 'By month of the first announcement, oldest first; months without any are left out.' }),
    category: counted,
    source: counted.meta({ description: 'A document of several sources counts for each.' }),
    country: counted,
    kind: counted,
    field: counted,
  })
  .meta({
    description:
      'Null unless asked for. What of the ranked candidates matches well, counted: those whose depth reaches the ' +
      'threshold (see explain.threshold) or that the query names. Candidates are the 100 best by words and the 100 best by ' +
      'vector of each tier, and what live sources found: at most 400 and the live ones, so counts are of the head of the ' +
      'ranking and not of all that holds the words. The filters of the search are applied. Commonest first, at most 20 ' +
      'values; empty where nothing is known.',
  })

const trouble = z.enum(['degraded', 'rate_limited', 'timeout'])
const probability = unit

const offer = z
  .strictObject({
    source: z.string(),
    ask: z.boolean(),
    because: z.string(),
    pNew: probability.meta({ description: 'That it has something new that matches.' }),
    pCoverage: probability.meta({ description: 'That what we hold does not cover the query.' }),
    pAnswer: probability.meta({ description: 'That it answers within the deadline.' }),
    value: z.number().meta({ description: 'Expected gain, in nDCG.' }),
    cost: z.number().meta({ description: 'Of waiting, of CPU, of a turn at the source, in nDCG.' }),
    barred: z.enum(['rate_limited', 'degraded']).nullable(),
    retryAfterMs: z.number().nullable(),
  })
  .meta({ description: 'What asking one source is worth, and what it costs.' })

const routeSchema = z.strictObject({
  tiers: z.array(tier),
  live: z.strictObject({
    ask: z.boolean(),
    because: z.string().meta({ description: 'Code of the reason.' }),
    deadlineMs: z.number(),
    offers: z.array(offer),
  }),
  gate: z.strictObject({
    pRecent: z.number(),
    intent: z.enum(intents).meta({
      description: 'What age of paper is wanted: the newest, any, an origin or a classic, or what is of a stated time.',
    }),
    intents: z.strictObject({ recent: z.number(), atemporal: z.number(), old: z.number(), dated: z.number() }),
    decidedBy: z.enum(['gate', 'override', 'dates']),
    parts: z.record(z.string(), z.number()),
  }),
  reasons: z.array(z.strictObject({ code: z.string(), says: z.string() })),
})

export const answerSchema = z
  .strictObject({
    query: echo,
    hits: z.array(hitSchema),
    candidates: z.int(),
    abstained: z.boolean().meta({ description: 'Nothing matches well; the hits are merely the nearest.' }),
    message: z.string().nullable(),
    route: routeSchema,
    ...grounds,
    live: z
      .array(
        z.strictObject({
          source: z.string(),
          outcome: z.enum(['answered', ...trouble.options]),
          reason: z.string().nullable(),
          retryAfterMs: z.number().nullable(),
          asked: z.string().nullable().meta({ description: "The query in the source's own syntax." }),
          fetchedAt: instant.nullable().meta({ description: 'May be before this search: see max_age.' }),
          found: z.int().meta({ description: 'Records that it gave.' }),
          unheld: z.int().meta({ description: 'Those of them that were not held and may be answers.' }),
        }),
      )
      .meta({ description: 'How each source answered that was asked while the query waited.' }),
    facets: facetsSchema.nullable(),
    nextCursor: z.string().nullable(),
    interleaved: z.boolean().meta({
      description: 'The hits are those of two ways to serve the search, which the server compares by feedback.',
    }),
    answerId: z.string().nullable().meta({
      description:
        'Names this answer to /v1/feedback for a week; null with as_of, and where the server keeps no feedback.',
    }),
    tookMs: z.record(z.string(), z.number()),
  })
  .meta({ description: 'A ranked answer with its route and evidence.' })

export const documentSchema = z
  .strictObject({
    ...described,
    abstract: z.string(),
    comment: z.string().nullable(),
    harvested: instant,
    requestedVersion: z.int().nullable().meta({ description: 'The version named in the path.' }),
    requestedVersionIsCurrent: z.boolean().nullable(),
    versions: z.array(
      z.strictObject({
        version: z.int(),
        at: instant.nullable(),
        title: z.string().nullable(),
        abstract: z.string().nullable().meta({ description: 'Null where only the date of the version is known.' }),
        superseded: z.boolean(),
      }),
    ),
  })
  .meta({ description: 'Everything known of one document; withdrawn ones stay readable here.' })

export type WireHit = z.infer<typeof hitSchema>
export type WireAnswer = z.infer<typeof answerSchema>
/** What differs at every asking and is no part of what is said. */
export type Unsaid = Pick<WireAnswer, 'answerId' | 'tookMs'>
export type Said = Omit<WireAnswer, keyof Unsaid>
export type WireDocument = z.infer<typeof documentSchema>
