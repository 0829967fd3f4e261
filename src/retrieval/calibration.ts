import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** Figures learned by `experiments/fit.ts`; the file says from what. */
const depth = z.object({
  alpha: z.number().min(0).max(1),
  intercept: z.number(),
  cosine: z.number(),
  lexical: z.number(),
  /** Stands in for the cosine where there is no vector. */
  neutralCosine: z.number(),
  isotonic: z.array(z.tuple([z.number(), z.number().min(0).max(1)])).min(2),
  /** Below this best depth an answer is labelled "nothing matches well". */
  abstainBelow: z.number().min(0).max(1),
})
const gate = z.object({
  intercept: z.number(),
  recencyWords: z.number(),
  antiRecencyWords: z.number(),
  burst: z.number(),
  dateShift: z.number(),
  logRate: z.number(),
})
/** What asking a source is worth and costs, in nDCG. */
const live = z.object({
  /** Gained where the source has new matches for a reader who wants recent papers. */
  gainFresh: z.number().min(0),
  /** Gained where it holds what we do not. */
  gainCoverage: z.number().min(0),
  perSecond: z.number().min(0),
  perCpuMs: z.number().min(0),
  /** CPU of reading, embedding and scoring one live answer. */
  cpuMs: z.number().min(0),
  perToken: z.number().min(0),
  coverage: z.object({
    intercept: z.number(),
    shallow: z.number(),
    disagreement: z.number(),
    unknownTerms: z.number(),
  }),
})
const calibration = z.object({
  version: z.number(),
  fitted: z.string(),
  models: z.record(z.string(), depth),
  gate,
  live,
})

export type DepthCalibration = z.infer<typeof depth>
export type GateWeights = z.infer<typeof gate>
export type LiveWeights = z.infer<typeof live>
export type Calibration = z.infer<typeof calibration>

export const shippedCalibration: Calibration = calibration.parse(
  JSON.parse(readFileSync(new URL('./calibration.json', import.meta.url), 'utf8')),
)

/** Used for models that nobody calibrated: `depth` is then an order, not a probability. */
const fallbackModel = 'all-MiniLM-L6-v2'

/** By the first part of an embedder's fingerprint, the model's name. */
export function depthCalibrationFor(fingerprint: string | null, from: Calibration): DepthCalibration {
  return from.models[fingerprint?.split(':')[0] ?? fallbackModel] ?? from.models[fallbackModel]
}
