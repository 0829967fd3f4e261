import type { Snippet } from '../domain/answer.ts'
import { type Token, tokensOf } from '../domain/terms.ts'

/** About this many tokens of text are shown. */
const windowTokens = 45

/** The stretch of the text that holds the weightiest of the query's terms; text and offsets, never markup. */
export function snippetOf(text: string, weights: ReadonlyMap<string, number>): Snippet {
  const tokens = tokensOf(text)
  const start = bestStart(tokens, weights)
  const shown = tokens.slice(start, start + windowTokens)
  if (shown.length === 0) return { text: text.slice(0, 300), highlights: [] }
  const from = start === 0 ? 0 : shown[0].start
  const to = start + windowTokens >= tokens.length ? text.length : shown[shown.length - 1].end
  const before = from > 0 ? '… ' : ''
  const after = to < text.length ? ' …' : ''
  const shift = before.length - from
  return {
    text: before + text.slice(from, to) + after,
    highlights: shown
      .filter((token) => weights.has(token.term))
      .map((token) => [token.start + shift, token.end + shift] as const),
  }
}

/** Distinct terms count in full, repeats a little: a window that names every term beats one that repeats the first. */
function bestStart(tokens: readonly Token[], weights: ReadonlyMap<string, number>): number {
  const counts = new Map<string, number>()
  let value = 0
  let best = 0
  let bestValue = 0
  const add = (term: string, step: 1 | -1) => {
    const weight = weights.get(term)
    if (weight === undefined) return
    const count = (counts.get(term) ?? 0) + step
    counts.set(term, count)
    value += step * weight * ((step === 1 ? count === 1 : count === 0) ? 1 : 0.1)
  }
  for (let i = 0; i < tokens.length; i++) {
    add(tokens[i].term, 1)
    if (i >= windowTokens) add(tokens[i - windowTokens].term, -1)
    if (value > bestValue + 1e-9) {
      bestValue = value
      best = Math.max(0, i - windowTokens + 1)
    }
  }
  return best
}
