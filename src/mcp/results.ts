import { z } from 'zod'
import { answerSchema, hitSchema, type WireHit } from '../http/answers.ts'
import { similarSchema } from '../http/similar.ts'
import { statusSchema } from '../http/status.ts'

/** What the tools give of an answer. `z.object`, unlike the strict schemas of the wire, drops what it does not name. */

const foundHit = z.object({
  ...hitSchema.pick({
    rank: true,
    id: true,
    title: true,
    announced: true,
    categories: true,
    url: true,
    doi: true,
    withdrawn: true,
    superseded: true,
    depth: true,
    freshness: true,
    tier: true,
  }).shape,
  authors: z.array(z.string()).meta({ description: 'The first ten; get_document gives all.' }),
  snippet: z.object({ text: z.string() }),
})

/** Some papers have thousands of authors. */
export const withFewAuthors = <Answer extends { readonly hits: readonly WireHit[] }>(answer: Answer): Answer => ({
  ...answer,
  hits: answer.hits.map((hit) => ({ ...hit, authors: hit.authors.slice(0, 10) })),
})

const ground = { asOf: true, reconstruction: true, covered: true, degraded: true } as const
const ofAnswer = { ...ground, abstained: true, message: true, candidates: true } as const

export const foundSchema = z.object({
  ...answerSchema.pick({ ...ofAnswer, nextCursor: true }).shape,
  hits: z.array(foundHit),
})

export const nearSchema = z.object({
  ...similarSchema.pick({ ...ground, id: true }).shape,
  hits: z.array(foundHit),
})

const explainedHit = z.object(
  hitSchema.pick({
    rank: true,
    id: true,
    title: true,
    announced: true,
    tier: true,
    score: true,
    depth: true,
    freshness: true,
    explain: true,
  }).shape,
)

export const explainedSchema = z.object({
  ...answerSchema.pick({ ...ofAnswer, query: true, route: true, live: true, generation: true }).shape,
  hits: z.array(explainedHit),
})

export const freshnessSchema = z.object(
  statusSchema.pick({ now: true, store: true, generation: true, fresh: true, sources: true }).shape,
)

export type Found = z.infer<typeof foundSchema>
export type Near = z.infer<typeof nearSchema>
export type Explained = z.infer<typeof explainedSchema>
export type Freshness = z.infer<typeof freshnessSchema>
