import type { Snippet } from '../domain/answer.ts'
import { type Token, tokensAmong } from '../domain/terms.ts'

/** About this much of the text is shown. */
const windowLength = 300

/** The stretch of the text that holds the weightiest of the query's terms; text and offsets, never markup. */
export function snippetOf(text: string, weights: ReadonlyMap<string, number>): Snippet {
  const tokens = tokensAmong(text, weights)
  const from = text.length <= windowLength ? 0 : wordStart(text, bestStart(text, tokens, weights))
  const to = wordEnd(text, from + windowLength)
  const before = from > 0 ? '… ' : ''
  const after = to < text.length ? ' …' : ''
  const shift = before.length - from
  return {
    text: before + text.slice(from, to) + after,
    highlights: tokens
      .filter((token) => token.start >= from && token.end <= to)
      .map((token) => [token.start + shift, token.end + shift] as const),
  }
}

/** Distinct terms count in full, repeats a little: a window that names every term beats one that repeats the first. */
function bestStart(text: string, tokens: readonly Token[], weights: ReadonlyMap<string, number>): number {
  let best = 0
  let bestValue = 0
  for (let first = 0; first < tokens.length; first++) {
    const seen = new Set<string>()
    let value = 0
    for (let i = first; i < tokens.length && tokens[i].end <= tokens[first].start + windowLength; i++) {
      value += (weights.get(tokens[i].term) ?? 0) * (seen.has(tokens[i].term) ? 0.1 : 1)
      seen.add(tokens[i].term)
    }
    if (value > bestValue + 1e-9) {
      bestValue = value
      best = tokens[first].start
    }
  }
  // A little of what comes before, and no more than there is of what comes after.
  return Math.max(0, Math.min(best - 40, text.length - windowLength))
}

function wordStart(text: string, at: number): number {
  if (at === 0) return 0
  const space = text.indexOf(' ', at)
  return space < 0 || space > at + 40 ? betweenCharacters(text, at) : space + 1
}

function wordEnd(text: string, at: number): number {
  if (at >= text.length) return text.length
  const space = text.lastIndexOf(' ', at)
  return space < at - 40 ? betweenCharacters(text, at) : space
}

/** A cut where no space is near must not halve a character of two code units: half a character is not text. */
const betweenCharacters = (text: string, at: number): number => ((text.codePointAt(at - 1) ?? 0) > 0xffff ? at - 1 : at)
