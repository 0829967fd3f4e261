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

/** Words as written to their terms: a corpus says the same words again and again, and stemming is slow. */
const terms = new Map<string, string>()
const mostTerms = 400_000

function termOf(raw: string): string {
  const known = terms.get(raw)
  if (known !== undefined) return known
  const folded = fold(raw)
  // Porter's rules are about English letters; FTS5 leaves longer words and other scripts alone too.
  const stemmed = plain.test(folded) && folded.length > 2 && folded.length <= longestStemmed
  const term = stemmed ? stemmer(folded) : folded
  if (terms.size >= mostTerms) terms.clear()
  terms.set(raw, term)
  return term
}

const fold = (raw: string): string => {
  const lower = raw.toLowerCase()
  return plain.test(lower) ? lower : lower.normalize('NFKD').replace(/\p{M}+/gu, '')
}

export const termsOf = (text: string): string[] => (text.match(word) ?? []).map(termOf).filter((term) => term !== '')

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(word)) {
    const term = termOf(match[0])
    if (term !== '') tokens.push({ term, start: match.index, end: match.index + match[0].length })
  }
  return tokens
}

/**
 * The tokens of a text whose term is in `wanted`. A term starts with the first two letters of its words (Porter changes
 * endings), so in plain ASCII text only words that start right are cut out and stemmed: ten times quicker than
 * `tokensOf` on an abstract.
 */
export function tokensAmong(text: string, wanted: ReadonlyMap<string, unknown>): Token[] {
  if (beyondAscii.test(text)) return tokensOf(text).filter((token) => wanted.has(token.term))
  const starts = new Set([...wanted.keys()].map((term) => pairOf(term, 0)))
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    while (at < text.length && !isAsciiWord(text.charCodeAt(at))) at++
    const start = at
    while (at < text.length && isAsciiWord(text.charCodeAt(at))) at++
    if (at === start || !(starts.has(pairOf(text, start)) || starts.has(text.charCodeAt(start) | lowerBit))) continue
    const term = termOf(text.slice(start, at))
    if (wanted.has(term)) tokens.push({ term, start, end: at })
  }
  return tokens
}

const beyondAscii = /\P{ASCII}/u
/** Makes an ASCII letter lower case and leaves digits as they are. */
const lowerBit = 0x20

const isAsciiWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57)

/** The first two letters as one number; of a single letter, that letter. */
function pairOf(text: string, at: number): number {
  const first = text.charCodeAt(at) | lowerBit
  const second = text.charCodeAt(at + 1)
  return isAsciiWord(second) ? first | ((second | lowerBit) << 8) : first
}

/** Lower-cased words without stemming or diacritics: for names, where stems would join strangers. */
export const wordsOf = (text: string): string[] => (text.match(word) ?? []).map(fold).filter((w) => w !== '')
