import { stemmer } from 'stemmer'

/**
 * Terms as FTS5's `porter unicode61` makes them: runs of letters and digits, without diacritics, lower-cased, stemmed
 * by Porter's algorithm (1980). Tests hold this against FTS5 itself.
 */
export interface Token {
  readonly term: string
  /** UTF-16 offsets into the text. */
  readonly start: number
  readonly end: number
}

const word = /[\p{L}\p{N}\p{Co}\p{M}]+/gu
const plain = /^[a-z0-9]+$/
const longestStemmed = 64

const stems = new Map<string, string>()
const mostStems = 400_000

function stemOf(lower: string): string {
  const known = stems.get(lower)
  if (known !== undefined) return known
  // Porter's rules are about English letters; FTS5 leaves longer words and other scripts alone too.
  const stem = plain.test(lower) && lower.length > 2 && lower.length <= longestStemmed ? stemmer(lower) : lower
  if (stems.size >= mostStems) stems.clear()
  stems.set(lower, stem)
  return stem
}

const fold = (raw: string): string => {
  const lower = raw.toLowerCase()
  return plain.test(lower) ? lower : lower.normalize('NFKD').replace(/\p{M}+/gu, '')
}

export function termsOf(text: string): string[] {
  const terms: string[] = []
  for (const raw of text.match(word) ?? []) {
    const folded = fold(raw)
    if (folded !== '') terms.push(stemOf(folded))
  }
  return terms
}

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(word)) {
    const folded = fold(match[0])
    if (folded !== '')
      tokens.push({ term: stemOf(folded), start: match.index, end: match.index + match[0].length })
  }
  return tokens
}

/** Lower-cased words without stemming or diacritics: for names, where stems would join strangers. */
export const wordsOf = (text: string): string[] => (text.match(word) ?? []).map(fold).filter((w) => w !== '')
