/** A short form and the long form that a text gives it: `RAG`, `retrieval-augmented generation`. */
export interface Definition {
  readonly short: string
  readonly long: string
}

/**
 * Definitions in "long form (SF)" and "SF (long form)", by Schwartz and Hearst, "A simple algorithm for identifying
 * abbreviation definitions in biomedical text" (2003). Two departures: a short form has two capitals, because texts of
 * computer science put variables and counts in brackets, and is one word.
 */
export function definitionsIn(text: string): Definition[] {
  const found = new Map<string, Definition>()
  for (const match of text.matchAll(bracket)) {
    const before = text.slice(Math.max(0, match.index - longestReach), match.index)
    const definition = definitionAt(before, match[1].split(/[,;]/)[0].trim())
    // The first definition of a text is the one that its readers go by.
    if (definition && !found.has(definition.short)) found.set(definition.short, definition)
  }
  return [...found.values()]
}

const bracket = /\(([^()]{2,120})\)/g
/** Characters before a bracket in which fifteen words have room. */
const longestReach = 240

function definitionAt(before: string, inside: string): Definition | null {
  if (isShortForm(inside)) return pairOf(inside, lastWords(before, mostWords(inside)))
  const short = /([^\s(),;:.]+)\s*$/.exec(before)?.[1] ?? ''
  return isShortForm(short) && inside.split(/\s+/).length <= mostWords(short) ? pairOf(short, inside) : null
}

const isShortForm = (text: string): boolean =>
  text.length >= 2 && text.length <= 10 && /^[\p{L}\p{N}][\p{L}\p{N}-]*$/u.test(text) && /\p{Lu}.*\p{Lu}/u.test(text)

const mostWords = (short: string): number => Math.min(short.length + 5, short.length * 2)

/** Of the sentence that the bracket stands in. */
function lastWords(before: string, most: number): string {
  const sentence = before.split(/[.;:!?()]/).at(-1) ?? ''
  return sentence.trim().split(/\s+/).slice(-most).join(' ')
}

function pairOf(written: string, text: string): Definition | null {
  const short = withoutPlural(written)
  const long = longFormIn(text, short)
  if (long === null || long.length <= short.length) return null
  return long.split(/[^\p{L}\p{N}]+/u).includes(short) ? null : { short, long }
}

/** `LLMs` and `LLM` are one short form. */
const withoutPlural = (short: string): string => short.replace(/(?<=\p{Lu})s$/u, '')

/** Letters of the short form are sought from the right; its first must begin a word. */
function longFormIn(text: string, short: string): string | null {
  let at = text.length
  for (let letter = short.length - 1; letter >= 0; letter--) {
    const wanted = short[letter].toLowerCase()
    if (!isLetter(wanted)) continue
    do at--
    while (at >= 0 && (text[at].toLowerCase() !== wanted || (letter === 0 && isLetter(text[at - 1] ?? ' '))))
    if (at < 0) return null
  }
  return text.slice(text.lastIndexOf(' ', at) + 1)
}

const isLetter = (character: string): boolean => /[\p{L}\p{N}]/u.test(character)
