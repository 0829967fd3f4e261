import { current } from '../../arms.ts'
import { bothKept } from '../../measures/amortised.ts'
import { mean } from '../../measures.ts'
import type { AnswerRecord } from '../../replay/records.ts'
import { seeded } from '../../seeded.ts'
import type { Scores } from '../../statistics/paired.ts'
import { ascending, quantileOf } from '../../statistics/quantile.ts'
import { type Measured, measuredRun } from '../compared.ts'
import type { EncoderArms } from './encoders.ts'
import { shuffled } from './encoding.ts'

/** What the cheap encoder's answer says of itself. */
export interface Signals {
  /** Calibrated, of the best hit. */
  readonly depth: number
  /** Share of the first ten that words and vectors have in common. */
  readonly agreement: number
}

/** The dear encoder is asked as well where the signal of the cheap one's answer is lower. */
export interface Rule {
  readonly signal: keyof Signals
  readonly below: number
}

export function signalsOf({ lexical, dense, hybrid }: EncoderArms): ReadonlyMap<string, Signals> {
  return new Map(
    hybrid.set.queries.map(({ id }) => [
      id,
      {
        depth: hybrid.answers.get(id)?.bestDepth ?? 0,
        agreement: agreement(lexical.answers.get(id), dense.answers.get(id)),
      },
    ]),
  )
}

export function agreement(one: AnswerRecord | undefined, other: AnswerRecord | undefined): number {
  const first = new Set(one?.hits.slice(0, 10).map(({ id }) => id))
  return (other?.hits.slice(0, 10).filter(({ id }) => first.has(id)).length ?? 0) / 10
}

export interface Chosen {
  /** For these the dear encoder was asked as well. */
  readonly dear: ReadonlySet<string>
  /** One for each half of the queries, learned on the other half. */
  readonly rules: readonly Rule[]
}

interface Learning {
  readonly signals: ReadonlyMap<string, Signals>
  readonly cheap: Scores
  readonly dear: Scores
  /** Mean loss against the dear encoder that may be learned. */
  readonly margin: number
}

/** Cross-fitted: every query is decided by a rule that was learned without it. */
export function chooseByHalves(queries: readonly string[], learning: Learning, seed: number): Chosen {
  const order = shuffled(queries, seeded(seed))
  const halves = [order.filter((_, i) => i % 2 === 0), order.filter((_, i) => i % 2 === 1)]
  const rules = halves.map((_, i) => learn(halves[1 - i], learning))
  const dear = halves.flatMap((half, i) => half.filter((query) => asks(rules[i], learning.signals.get(query))))
  return { dear: new Set(dear), rules }
}

const steps = 20

/** The rule that asks the dear encoder least often, among those that lose no more than the margin. */
export function learn(queries: readonly string[], { signals, cheap, dear, margin }: Learning): Rule {
  const loss = (query: string) => (dear.get(query) ?? 0) - (cheap.get(query) ?? 0)
  const tried = (['depth', 'agreement'] as const).flatMap((signal) => {
    const values = ascending(queries.map((query) => signals.get(query)?.[signal] ?? 0))
    const between = Array.from({ length: steps - 1 }, (_, i) => quantileOf(values, (i + 1) / steps))
    return [Number.NEGATIVE_INFINITY, ...between, Number.POSITIVE_INFINITY].map((below) => {
      const kept = queries.filter((query) => !asks({ signal, below }, signals.get(query)))
      const lost = kept.reduce((sum, query) => sum + loss(query), 0) / queries.length
      return { rule: { signal, below }, kept: kept.length, lost }
    })
  })
  // Always asking loses nothing, so that there is one.
  return tried
    .filter(({ lost }) => lost <= margin)
    .reduce((a, b) => (b.kept > a.kept || (b.kept === a.kept && b.lost < a.lost) ? b : a)).rule
}

const asks = ({ signal, below }: Rule, signals: Signals | undefined): boolean => (signals?.[signal] ?? 0) < below

/** Answers of the cheap encoder, and of the dear one where that was asked as well; both are charged for then. */
export function routed(cheap: Measured, dear: Measured, { dear: asked }: Chosen): Measured {
  const { set, judgings, keeping } = cheap
  const says = 'The cheap encoder first, the dear one where the answer looks poor.'
  const answers = new Map(
    set.queries.flatMap(({ id }) => {
      const answer = (asked.has(id) ? dear : cheap).answers.get(id)
      return answer ? [[id, answer] as const] : []
    }),
  )
  const further = new Map(dear.timings.filter(({ query }) => asked.has(query)).map((one) => [one.query, one]))
  const timings = cheap.timings.map((one) => {
    const more = further.get(one.query)
    return more ? { ...one, tookMs: one.tookMs + more.tookMs, cpuMs: one.cpuMs + more.cpuMs } : one
  })
  return measuredRun(
    { arm: { ...current, name: 'router of encoders', says }, keeping, answers, timings },
    set,
    judgings,
    bothKept(cheap.upkeep, dear.upkeep),
  )
}

/** Share of the queries for which the dear encoder was asked. */
export const dearShare = ({ dear }: Chosen, queries: readonly { readonly id: string }[]): number =>
  mean(queries.map(({ id }) => (dear.has(id) ? 1 : 0)))
