import { basename } from 'node:path'
import { bm25, current, dense } from '../../arms.ts'
import { onTime } from '../../replay/holding.ts'
import type { Study, StudyOptions } from '../../replay/study.ts'
import { type Measured, measured, measuredRun, type QuerySet } from '../compared.ts'
import { controlSet } from '../material.ts'

/** What there is to compare; null where it was not named. */
export interface Encoders {
  readonly static: string
  readonly int8: string | null
  readonly fp32: string | null
}

/** The main encoder is the dear one, unless it is one of the others. */
export const encodersOf = ({ embedder, rivals }: Pick<StudyOptions, 'embedder' | 'rivals'>): Encoders => ({
  ...rivals,
  fp32: rivals.fp32 ?? (embedder === rivals.static || embedder === rivals.int8 ? null : embedder),
})

/** As in tables: without the folder that it lies in. */
export const encoderName = (model: string): string => basename(model)

/** Judged topics as typed, over the corpus under an encoder; null where there are none. */
export async function topicsUnder(study: Study, encoder: string): Promise<QuerySet | null> {
  const queries = await study.topics()
  if (queries.length === 0) return null
  const { standing, options } = study
  return {
    name: 'topics',
    replay: await study.replay(encoder),
    queries,
    complete: false,
    standing,
    seed: options.seed,
  }
}

/** Its training queries helped to choose the static encoder: whatever the topics are, it was looked at while building. */
export async function scifactUnder(study: Study, encoder: string): Promise<QuerySet | null> {
  const set = await controlSet(study, 'scifact', encoder)
  return set && { ...set, standing: 'development' }
}

/** Of everything announced, without recency and without live sources: only the encoder differs. */
export interface EncoderArms {
  readonly encoder: string
  readonly lexical: Measured
  readonly dense: Measured
  readonly hybrid: Measured
}

export async function armsUnder(set: QuerySet, encoder: string): Promise<EncoderArms> {
  const arms = await measured(set, [bm25, dense, current], onTime)
  const name = encoderName(encoder)
  return {
    encoder,
    lexical: named(arms.of(bm25), 'BM25'),
    dense: named(arms.of(dense), name),
    hybrid: named(arms.of(current), hybridName(encoder)),
  }
}

export const hybridName = (encoder: string): string => `BM25 + ${encoderName(encoder)}`

/** The same arm under two encoders is two arms. */
const named = (run: Measured, name: string): Measured =>
  measuredRun({ ...run, arm: { ...run.arm, name } }, run.set, run.judgings)
