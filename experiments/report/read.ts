import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { UnreadableRecord } from '../../src/domain/errors.ts'
import type { Findings } from '../findings.ts'
import type { Provenance } from './provenance.ts'

/** What a run leaves in its folder, beside the report that is made of it. */
export interface Run {
  readonly findings: Findings
  readonly provenance: Provenance
}

/** Throws UnreadableRecord, which names the file and the field. */
export const readRun = (folder: string): Run => ({
  findings: parsed(findingsSchema, join(folder, 'findings.json')),
  provenance: parsed(provenanceSchema, join(folder, 'provenance.json')),
})

/**
 * The findings as they come back from a file; throws UnreadableRecord for those that would not, such as an effect
 * without a mean.
 */
export const checkedFindings = (findings: Findings): Findings =>
  checked(findingsSchema, JSON.parse(JSON.stringify(findings)), `findings of ${findings.claim}`)

function parsed<T>(schema: z.ZodType<T>, file: string): T {
  return checked(schema, jsonOf(file), file)
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UnreadableRecord(`${file} cannot be read: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    })
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [{ path, message }] = read.error.issues
  throw new UnreadableRecord(`${what}: ${path.join('.')}: ${message}`)
}

/** JSON has no word for an end that is not known, nor for a spread that one unit does not have. */
const orElse = (unknown: number) =>
  z
    .number()
    .nullable()
    .transform((value) => value ?? unknown)

const effect = z.object({
  mean: z.number(),
  interval: z.object({
    low: orElse(Number.NEGATIVE_INFINITY),
    high: orElse(Number.POSITIVE_INFINITY),
    level: z.number(),
  }),
  units: z.number(),
  sigma: orElse(Number.NaN),
  p: orElse(Number.NaN),
})

const verdict = z.object({
  primary: z.string(),
  standing: z.enum(['development', 'confirmatory', 'simulation', 'demonstration']),
  outcome: z.enum(['supported', 'refuted', 'undecided']),
  says: z.string(),
  effect: effect.nullable(),
  margin: z.number().nullable(),
  pHolm: z.number().nullable(),
  judgedGap: z.number().nullable(),
})

const table = z
  .object({
    title: z.string(),
    note: z.string().exactOptional(),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))),
  })
  .refine(({ columns, rows }) => rows.every((row) => row.length === columns.length), 'has a row of another length')

const figureText = {
  name: z.string().regex(/^[a-z0-9][\w.-]*$/i, 'must be fit for the name of a file'),
  title: z.string(),
  caption: z.string(),
}

const intervalFigure = z.object({
  ...figureText,
  kind: z.literal('intervals'),
  xLabel: z.string(),
  reference: z.number().exactOptional(),
  margins: z.array(z.number()).exactOptional(),
  rows: z.array(
    z.object({
      label: z.string(),
      group: z.string().exactOptional(),
      mean: z.number(),
      low: orElse(Number.NEGATIVE_INFINITY),
      high: orElse(Number.POSITIVE_INFINITY),
    }),
  ),
})

const lineFigure = z
  .object({
    ...figureText,
    kind: z.literal('lines'),
    xLabel: z.string(),
    yLabel: z.string(),
    xScale: z.enum(['linear', 'log']).exactOptional(),
    reference: z.number().exactOptional(),
    series: z.array(
      z.object({
        label: z.string(),
        points: z.array(
          z.object({
            x: z.number(),
            y: z.number(),
            low: z.number().exactOptional(),
            high: z.number().exactOptional(),
          }),
        ),
      }),
    ),
  })
  .refine(
    ({ xScale, series }) => xScale !== 'log' || series.every(({ points }) => points.every(({ x }) => x > 0)),
    'a logarithmic axis has no place for 0 or less',
  )

const findingsSchema: z.ZodType<Findings> = z.object({
  claim: z.string(),
  verdicts: z.array(verdict),
  arms: table,
  slices: z.array(table),
  tables: z.array(table),
  figures: z
    .array(z.discriminatedUnion('kind', [intervalFigure, lineFigure]))
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two figures have one name'),
  threats: z.array(z.string()),
  notRun: z.array(z.string()),
})

const provenanceSchema: z.ZodType<Provenance> = z.object({
  claim: z.object({
    name: z.string(),
    says: z.string(),
    hypothesis: z.string(),
    falsifier: z.string(),
    primaries: z.array(z.object({ name: z.string(), says: z.string(), margin: z.number() })),
  }),
  command: z.string(),
  commit: z.string().nullable(),
  seed: z.number(),
  fingerprints: z.array(z.string()),
  inputs: z.array(
    z.object({
      path: z.string(),
      sha256: z.string(),
      papers: z.object({ count: z.number(), first: z.string(), last: z.string() }).nullable(),
    }),
  ),
  unregistered: z.array(z.string()),
})
