import { z } from 'zod'
import { type Intent, intents } from '../../src/domain/route.ts'
import type { GateWeights } from '../../src/retrieval/calibration.ts'
import { type GateSigns, signNames, weigh } from '../../src/retrieval/gate.ts'
import { mean } from '../measures.ts'
import { bySign, leaningAlong } from './gate.ts'
import type { Observed } from './observe.ts'

/**
 * What the gate saw of a labelled query, as it is kept for a test that has neither corpus nor encoder: figures only. The
 * subject is kept in bytes, 64 to the unit.
 */
export interface Recorded {
  readonly id: string
  readonly intent: Intent
  readonly signs: GateSigns
  readonly subject: readonly number[]
}

const line = z.object({
  id: z.string(),
  intent: z.enum(intents),
  signs: z.array(z.number()).length(signNames.length),
  subject: z.string(),
})

const perUnit = 64

export const toLine = ({ labelled, signs, subject }: Observed): string =>
  JSON.stringify({
    id: labelled.id,
    intent: labelled.intent,
    signs: signNames.map((name) => Math.round(signs[name] * 1000) / 1000),
    subject: Buffer.from(Int8Array.from(subject, bounded)).toString('base64'),
  })

const bounded = (value: number): number => Math.max(-127, Math.min(127, Math.round(value * perUnit)))

export function fromLine(text: string): Recorded {
  const { id, intent, signs, subject } = line.parse(JSON.parse(text))
  return {
    id,
    intent,
    signs: bySign(signs),
    subject: [...new Int8Array(Buffer.from(subject, 'base64'))].map((value) => value / perUnit),
  }
}

/** Of queries without a stated time: the share whose intent is right, and how surely, in nats. */
export function recordedFigures(recorded: readonly Recorded[], weights: GateWeights) {
  const undated = recorded.flatMap(({ intent, ...one }) => (intent === 'dated' ? [] : [{ ...one, intent }]))
  const judged = undated.map(({ intent, signs, subject }) => {
    const { shares } = weigh(signs, leaningAlong(subject, weights), weights)
    const highest = Math.max(...Object.values(shares))
    return { right: shares[intent] === highest ? 1 : 0, loss: -Math.log(shares[intent]) }
  })
  return {
    queries: judged.length,
    accuracy: mean(judged.map(({ right }) => right)),
    logLoss: mean(judged.map(({ loss }) => loss)),
  }
}
