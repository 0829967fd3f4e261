import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { BadSetting } from '../domain/errors.ts'
import { handSet } from './hand-set.ts'

/** Figures learned by `experiments/fit`; the file says from what. */
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
/** Weights of the gate's signs in the log odds of one intent against any age. */
const signWeights = z.object({
  prior: z.number(),
  recencyWords: z.number(),
  oldWords: z.number(),
  overviewWords: z.number(),
  pastYear: z.number(),
  version: z.number(),
  plainWords: z.number(),
  burst: z.number(),
  growth: z.number(),
  dateShift: z.number(),
  pace: z.number(),
  youth: z.number(),
  bestYouth: z.number(),
  bestDepth: z.number(),
  unknownTerms: z.number(),
  rarity: z.number(),
  authorName: z.number(),
  question: z.number(),
  hyphen: z.number(),
})
const direction = z.array(z.number()).min(1)
const gate = z.object({
  recent: signWeights,
  old: signWeights,
  /** Directions in the space of one encoder; null in weights for any encoder. */
  subject: z.object({ recent: direction, old: direction }).nullable(),
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
const anyModel = 'any'

/** How the gains of asking live were found, and what they are worth on later time: `regret` is in nDCG@10. */
const liveProvenance = z.object({
  kept: z.enum(['fitted', 'by hand']),
  /** Queries before stores. */
  trained: z.number().int().min(0),
  calibrated: z.number().int().min(0),
  stores: z.array(z.string()),
  crossValidated: z.object({ fitted: z.number(), byHand: z.number() }),
  later: z.record(z.string(), z.object({ calls: z.number(), regret: z.number() })),
})
/** From what the figures were learned. */
const provenance = z.object({
  fitted: z.string(),
  command: z.string(),
  commit: z.string(),
  seed: z.number().int(),
  /** Days of the first and the last announcement. */
  corpus: z.object({ from: z.string().nullable(), to: z.string().nullable(), papers: z.number().int().min(0) }),
  topics: z.object({ count: z.number().int().min(0), trainUntil: z.string().nullable() }),
  labels: z.string(),
  /** Null where nobody fitted them. */
  live: liveProvenance.nullable().default(null),
})
const freshness = z.object({
  /** Largest share of its depth that a hit can lose to age. */
  gamma: z.number().min(0).max(1),
  /** Freshness halves in this share of the time in which the matches of a query do. */
  halfLifeShare: z.number().min(0).max(1),
  /** Up to this probability of recent papers being wanted age counts for nothing, and from here on in proportion. */
  floor: z.number().min(0).max(0.9),
})
/** `any` is for models that nobody fitted. */
function forModels<Weights extends z.ZodType>(weights: Weights) {
  return z.record(z.string(), weights).refine((all) => anyModel in all, 'must have weights for any encoder')
}

const calibration = z.object({
  version: z.literal(3),
  provenance,
  models: z.record(z.string(), depth),
  // Both by model.
  gate: forModels(gate),
  freshness: forModels(freshness),
  live,
})

export type DepthCalibration = z.infer<typeof depth>
export type SignWeights = z.infer<typeof signWeights>
export type GateWeights = z.infer<typeof gate>
export type FreshnessWeights = z.infer<typeof freshness>
export type LiveWeights = z.infer<typeof live>
export type Calibration = z.infer<typeof calibration>

export const shippedFile = fileURLToPath(new URL('../../data/router.json', import.meta.url))

/**
 * The figures of a file, or those that ship where none is named; by hand where the shipped file is not there. Throws
 * BadSetting, naming the field, for a file that cannot be used.
 */
export function loadCalibration(named: string | null): Calibration {
  if (named === null && !existsSync(shippedFile)) return handSet
  const file = named ?? shippedFile
  const read = calibration.safeParse(jsonOf(file))
  if (read.success) return read.data
  const issues = read.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`)
  throw new BadSetting(`${file} is no calibration: ${issues.join('; ')}`)
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new BadSetting(`${file} cannot be read as a calibration`, { cause: error })
  }
}

/** The figures that ship, for experiments and tests. */
export const shippedCalibration: Calibration = loadCalibration(null)

/** Used for models that nobody calibrated: `depth` is then an order, not a probability. */
const fallbackModel = 'all-MiniLM-L6-v2'

/** By the first part of an embedder's fingerprint, the model's name. */
export function depthCalibrationFor(fingerprint: string | null, from: Calibration): DepthCalibration {
  return from.models[fingerprint?.split(':')[0] ?? fallbackModel] ?? from.models[fallbackModel]
}

/** The gate's weights for the encoder in use. */
export const gateWeightsFor = (fingerprint: string | null, { gate }: Calibration): GateWeights =>
  weightsFor(fingerprint, gate)

export const freshnessWeightsFor = (fingerprint: string | null, { freshness }: Calibration): FreshnessWeights =>
  weightsFor(fingerprint, freshness)

const weightsFor = <Weights>(fingerprint: string | null, all: Readonly<Record<string, Weights>>): Weights =>
  all[fingerprint?.split(':')[0] ?? anyModel] ?? all[anyModel]
