import { z } from 'zod'

/** What a run of an experiment left in its folder, as far as it is shown; there is more in its files. */

/** JSON has no infinity. */
const bound = z.number().nullable()

const effect = z
  .object({
    mean: z.number(),
    interval: z.object({
      low: bound.meta({ description: 'Null where there is no bound.' }),
      high: bound,
      level: z.number().meta({ description: 'For example 0.95.' }),
    }),
    units: z.number().meta({ description: 'Topics or weeks that were compared.' }),
    p: bound.meta({ description: 'Of a two-sided test against no difference.' }),
  })
  .meta({ description: 'A paired difference, treatment minus comparator.' })

export const verdictSchema = z.object({
  primary: z.string(),
  outcome: z.enum(['supported', 'refuted', 'undecided']),
  standing: z.enum(['development', 'confirmatory', 'simulation', 'demonstration']).meta({
    description:
      'On topics looked at while building, on topics kept apart until then, on generated data, or nothing was tested.',
  }),
  says: z.string(),
  effect: effect.nullable().meta({ description: 'Null where the verdict rests on no difference.' }),
  margin: z.number().nullable().meta({ description: 'The registered margin that the interval is held against.' }),
  pHolm: z.number().nullable().meta({ description: "p after Holm's correction over the primaries." }),
})

export const tableSchema = z
  .object({
    title: z.string(),
    note: z.string().nullable().default(null),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  })
  .refine(({ columns, rows }) => rows.every((row) => row.length === columns.length), 'has a row of another length')

export const findingsSchema = z.object({
  claim: z.string(),
  verdicts: z.array(verdictSchema),
  arms: tableSchema,
  slices: z.array(tableSchema),
  tables: z.array(tableSchema),
  figures: z.array(z.object({ name: z.string().regex(/^\w[\w.-]*$/), title: z.string(), caption: z.string() })),
  threats: z.array(z.string()),
  notRun: z.array(z.string()),
})

export const provenanceSchema = z.object({
  claim: z.object({ says: z.string(), hypothesis: z.string(), falsifier: z.string() }),
  command: z.string(),
  commit: z.string().nullable(),
  seed: z.number(),
  fingerprints: z.array(z.string()),
  unregistered: z.array(z.string()),
})

export type Verdict = z.infer<typeof verdictSchema>
export type Table = z.infer<typeof tableSchema>
export type Findings = z.infer<typeof findingsSchema>
export type Provenance = z.infer<typeof provenanceSchema>
