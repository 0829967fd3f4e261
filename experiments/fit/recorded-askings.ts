import { z } from 'zod'
import type { Observed } from './policies.ts'

/** One asking as it is kept, a line, for a test that has neither corpus nor encoder: figures only. */
const line = z
  .tuple([z.string(), z.string(), z.enum(['topic', 'known-item']), z.boolean(), z.array(z.number()).length(8)])
  .transform(([id, unit, kind, oneRule, figures]): Observed => {
    const [pRecent, pNew, shallow, disagreement, unknownTerms, pAnswer, cost, gain] = figures
    return {
      id,
      unit,
      kind,
      oneRule,
      pRecent,
      pNew,
      signs: { shallow, disagreement, unknownTerms },
      pAnswer,
      cost,
      gain,
    }
  })

export const askingToLine = ({ id, unit, kind, oneRule, signs, ...rest }: Observed): string => {
  const { pRecent, pNew, pAnswer, cost, gain } = rest
  const figures = [pRecent, pNew, signs.shallow, signs.disagreement, signs.unknownTerms, pAnswer, cost, gain]
  return JSON.stringify([id, unit, kind, oneRule, figures.map((value) => Math.round(value * 10_000) / 10_000)])
}

export const askingFromLine = (text: string): Observed => line.parse(JSON.parse(text))
