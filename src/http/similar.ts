import { z } from 'zod'
import type { StoredDocument } from '../domain/document.ts'
import { type Instant, isoOf } from '../domain/instant.ts'
import type { Snapshot } from '../ports.ts'
import type { SimilarPapers, SimilarWish } from '../retrieval/similar.ts'
import { hitSchema } from './answers.ts'
import { answerExample } from './examples.ts'
import { type Covered, grounds, reconstructionOf } from './grounds.ts'
import { checked, inFuture } from './params.ts'
import { Refusal } from './problem.ts'
import { moment, rules as searchRules } from './schemas.ts'
import { toWireHit } from './wire.ts'

/** Papers like a paper. */

const most = 50
const rules = { limit: `a whole number from 1 to ${most}`, as_of: searchRules.as_of } as const

export const similarRequest = z.strictObject({
  limit: z
    .int()
    .min(1)
    .max(most)
    .default(10)
    .meta({ description: `How many: ${rules.limit}.` }),
  as_of: moment('last')
    .optional()
    .meta({ description: `Those of then, with their texts of then: ${rules.as_of}, and not in the future.` }),
})

const form = { schema: similarRequest, rules, example: { limit: 10 } }

export function parseSimilar(input: unknown, now: Instant): SimilarWish {
  const { limit, as_of: asOf } = checked(input, form)
  if (asOf !== undefined && asOf > now) throw inFuture(asOf)
  return { limit, now: asOf ?? now, past: asOf !== undefined }
}

export const similarSchema = z
  .strictObject({
    id: z.string().meta({ description: 'Of the document whose like was looked for.' }),
    hits: z.array(hitSchema).meta({
      description:
        'Papers, nearest first, without the document itself and other records of its title. `depth` and `score` are the ' +
        'cosine of both texts as the encoder of the index sees them, which is no probability; where no vector is stored ' +
        '(see `degraded`), the share of its title that the words of the paper make up. Highlights are of the title.',
    }),
    ...grounds,
  })
  .meta({ description: 'Papers whose texts lie nearest to that of a document.' })

export type WireSimilar = z.infer<typeof similarSchema>

export function toWireSimilar(
  { id }: StoredDocument,
  found: SimilarPapers | null,
  { now, past }: SimilarWish,
  { generation, mark }: Snapshot,
  covered: Covered,
): WireSimilar {
  if (found === null) {
    throw new Refusal('not-found', `"${id.slice(0, 200)}" was not announced by ${isoOf(now)}`, { field: 'as_of' })
  }
  return {
    id,
    hits: found.hits.map((hit) => toWireHit(hit, false)),
    asOf: isoOf(now),
    reconstruction: reconstructionOf({ asOf: now, past }),
    covered: [...covered],
    generation: generation?.id ?? null,
    mark,
    degraded: found.degraded.map((one) => ({ ...one })),
  }
}

const { asOf, reconstruction, covered, generation, mark, degraded, hits } = answerExample
export const similarExample: WireSimilar = {
  id: '1409.0473',
  hits,
  asOf,
  reconstruction,
  covered,
  generation,
  mark,
  degraded,
}
