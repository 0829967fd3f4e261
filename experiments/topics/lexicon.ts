import type { DocumentRecord } from '../../src/domain/document.ts'
import type { Instant } from '../../src/domain/instant.ts'
import { termsOf } from '../../src/domain/terms.ts'
import { contextsOf, nearestBy } from './contexts.ts'
import { isStopWord } from './stop-words.ts'

export type DatedPaper = Pick<DocumentRecord, 'id' | 'title' | 'abstract' | 'withdrawn'> & {
  readonly announced: Instant
}

/** What the words of a corpus have to do with each other, learned from the corpus alone. */
export interface Lexicon {
  /** Content words of a text, lower-cased, as they stand there; a word may come again. */
  contentWords(text: string): readonly string[]
  /** How telling a word is: ln of papers by papers that have it. */
  weight(word: string): number
  /** Another form of the same stem that papers had used by then; the commonest, or null. */
  variant(word: string, by: Instant): string | null
  /** A word that stands in like company and that papers had used by then; the likeliest, or null. */
  companion(word: string, by: Instant): string | null
}

const contentWord = /\p{L}[\p{L}\p{N}]{2,}/gu
/** TeX and addresses are no words. */
const markup = /\$[^$]*\$|https?:\/\/\S+|\\[a-z]+/g

const contentWords = (text: string): readonly string[] =>
  (text.replace(markup, ' ').toLowerCase().match(contentWord) ?? []).filter((word) => !isStopWord(word))

interface Word {
  readonly word: string
  readonly stem: string
  papers: number
  /** Announcement of the first paper that has it. */
  first: Instant
  lastPaper: number
}

/** `papers` in order of their announcement. */
export function lexiconOf(papers: readonly DatedPaper[]): Lexicon {
  const words: Word[] = []
  const numbers = new Map<string, number>()
  const texts = papers.map(({ title, abstract, announced }, paper) =>
    Int32Array.from(contentWords(`${title} ${abstract}`), (word) => {
      const known = numbers.get(word)
      const number = known ?? words.length
      if (known === undefined) {
        numbers.set(word, number)
        words.push({ word, stem: termsOf(word).join(' '), papers: 0, first: announced, lastPaper: -1 })
      }
      const one = words[number]
      if (one.lastPaper !== paper) one.papers += 1
      one.lastPaper = paper
      return number
    }),
  )
  const numbersOf = (word: string): number | undefined => numbers.get(word)
  const weight = (word: string): number => {
    const number = numbersOf(word)
    return Math.log(papers.length / (number === undefined ? 1 : words[number].papers))
  }
  return {
    contentWords,
    weight,
    variant: variantsOf(words, numbersOf),
    companion: companionsOf(words, numbersOf, texts),
  }
}

type NumberOf = (word: string) => number | undefined

function variantsOf(words: readonly Word[], numberOf: NumberOf): Lexicon['variant'] {
  const byStem = new Map<string, Word[]>()
  for (const one of words) {
    const forms = byStem.get(one.stem) ?? []
    byStem.set(one.stem, forms)
    forms.push(one)
  }
  for (const forms of byStem.values()) forms.sort((a, b) => b.papers - a.papers || (a.word < b.word ? -1 : 1))
  return (word, by) => {
    const number = numberOf(word)
    if (number === undefined) return null
    const forms = byStem.get(words[number].stem) ?? []
    return forms.find((form) => form.word !== word && form.first <= by)?.word ?? null
  }
}

/** Rarer words keep too little company to be known by it. */
const leastPapers = 20
const mostCompanions = 8_000

function companionsOf(words: readonly Word[], numberOf: NumberOf, texts: readonly Int32Array[]): Lexicon['companion'] {
  const frequent = words
    .map((one, number) => ({ ...one, number }))
    .filter((one) => one.papers >= leastPapers && one.papers < texts.length / 4)
    .sort((a, b) => b.papers - a.papers || (a.word < b.word ? -1 : 1))
    .slice(0, mostCompanions)
  const weights = Float32Array.from(words, (one) => Math.log(texts.length / one.papers))
  const contexts = contextsOf(
    texts,
    weights,
    frequent.map((one) => one.number),
  )
  const rows = new Map(frequent.map((one, row) => [one.number, row]))
  const known = new Map<string, readonly Word[]>()
  return (word, by) => {
    const number = numberOf(word)
    const row = number === undefined ? undefined : rows.get(number)
    if (number === undefined || row === undefined) return null
    // Parts of one word and its compounds ("tokens", "tokenizer") are no other way to say it.
    const differs = (other: number) => commonStart(frequent[other].word, word) < 4
    const near = known.get(word) ?? nearestBy(contexts, row, differs).map((other) => frequent[other])
    known.set(word, near)
    return near.find((one) => one.first <= by)?.word ?? null
  }
}

function commonStart(one: string, other: string): number {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return at
}
