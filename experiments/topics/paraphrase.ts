import type { Instant } from '../../src/domain/instant.ts'
import { termsOf } from '../../src/domain/terms.ts'
import { definitionsIn } from './acronyms.ts'
import type { DatedPaper, Lexicon } from './lexicon.ts'

/** Of a query's words. */
const fewest = 3
const most = 8
/** At most this share of the words is from the title, the rest from the abstract alone. */
const titleShare = 1 / 3
const longestLongForm = 5
/** One paper in ninety has it: names that are rarer are not remembered better. */
const tellingEnough = 4.5
/** What becomes of a word; the rest stays as it is. */
const chance = { variant: 0.25, companion: 0.4, acronym: 0.5 }

/**
 * Words by which somebody might ask for a paper without having its title before them: three to eight content words,
 * telling ones more likely, no more than a third of them from the title; a quarter in another form of the same stem, two in
 * five exchanged for a word that keeps like company, where the corpus knows one; an abbreviation that the paper defines, half of the time, as the
 * title does not have it; in an order that chance made. No word that nobody had used when it is asked.
 */
export function paraphrasedWords(paper: DatedPaper, asked: Instant, lexicon: Lexicon, random: () => number): string[] {
  const wanted = fewest + Math.floor(random() * (most - fewest + 1))
  const abbreviation = random() < chance.acronym ? abbreviationOf(paper, random) : []
  const words = [...abbreviation]
  const others = Math.max(wanted - abbreviation.length, 1)
  for (const word of chosenWords(paper, others, new Set(abbreviation.flatMap(termsOf)), lexicon, random)) {
    const changed = changedWord(word, asked, lexicon, random)
    words.push(words.includes(changed) ? word : changed)
  }
  return shuffled(words, random)
}

/** Short where the title has the long form, and the other way round; nothing where the paper abbreviates nothing. */
function abbreviationOf({ title, abstract }: DatedPaper, random: () => number): readonly string[] {
  const definitions = definitionsIn(abstract)
  if (definitions.length === 0) return []
  const { short, long } = definitions[Math.floor(random() * definitions.length)]
  const named = title.toLowerCase()
  const isLongInTitle = named.includes(long.toLowerCase())
  const isShortInTitle = named.includes(short.toLowerCase())
  if (isLongInTitle || (!isShortInTitle && random() < 0.5)) return [short.toLowerCase()]
  const words = long.toLowerCase().split(/[^\p{L}\p{N}]+/u)
  return words.filter((word) => word !== '').slice(0, longestLongForm)
}

/** Drawn without putting back, a word as often as it stands there times how telling it is. */
function chosenWords(
  paper: DatedPaper,
  wanted: number,
  without: ReadonlySet<string>,
  lexicon: Lexicon,
  random: () => number,
): readonly string[] {
  const inTitle = new Set(lexicon.contentWords(paper.title).flatMap(termsOf))
  const isOfTitle = (word: string) => termsOf(word).some((term) => inTitle.has(term))
  const words = lexicon.contentWords(`${paper.title} ${paper.abstract}`)
  const left = words.filter((word) => !termsOf(word).some((term) => without.has(term)))
  const keyed = weighed(left, lexicon)
    // The order of drawing with these weights (Efraimidis and Spirakis 2006).
    .map(([word, weight]) => ({ word, key: random() ** (1 / weight) }))
    .sort((a, b) => b.key - a.key || (a.word < b.word ? -1 : 1))
  const ofTitle = keyed.filter(({ word }) => isOfTitle(word)).slice(0, Math.floor(wanted * titleShare))
  const others = keyed.filter(({ word }) => !isOfTitle(word)).slice(0, wanted - ofTitle.length)
  return [...ofTitle, ...others].map(({ word }) => word)
}

/** One form of each stem. */
function weighed(words: readonly string[], lexicon: Lexicon): readonly (readonly [string, number])[] {
  const byStem = new Map<string, { readonly word: string; times: number }>()
  for (const word of words) {
    const stem = termsOf(word).join(' ')
    const held = byStem.get(stem) ?? { word, times: 0 }
    byStem.set(stem, held)
    held.times += 1
  }
  return [...byStem.values()].map(({ word, times }) => [
    word,
    times * Math.max(0.1, Math.min(lexicon.weight(word), tellingEnough)) ** 3,
  ])
}

function changedWord(word: string, asked: Instant, lexicon: Lexicon, random: () => number): string {
  const drawn = random()
  if (drawn < chance.variant) return lexicon.variant(word, asked) ?? word
  if (drawn < chance.variant + chance.companion) return lexicon.companion(word, asked) ?? word
  return word
}

/** Fisher and Yates. */
function shuffled(words: readonly string[], random: () => number): string[] {
  const order = [...words]
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[order[last], order[other]] = [order[other], order[last]]
  }
  return order
}
