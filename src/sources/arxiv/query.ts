import { isArxivCategory } from '../../domain/identifiers.ts'
import { dayMs, type Instant, instant, isoOf } from '../../domain/instant.ts'
import type { Filters } from '../../domain/query.ts'
import { wordsOf } from '../../domain/terms.ts'
import type { FindRequest } from '../../ports.ts'
import { type ArxivQuery, written } from './syntax.ts'

/**
 * What is asked of arXiv's API for a query; null where no paper of arXiv could be an answer. It lets through what the
 * query lets through and more: whoever asks filters again, so what arXiv cannot say or would say otherwise is left out.
 */
export function arxivQueryOf(request: FindRequest): string | null {
  const tree = arxivQueryTree(request)
  return tree && written(tree)
}

/**
 * At most so many of each are sent, and of a term so many characters after percent-encoding: together they stay within
 * the 8 KB that servers take for a request line, and arXiv shuts out for half an hour whoever sends what it cannot read.
 */
export const mostSent = {
  words: 10,
  allWanted: 3,
  phrases: 4,
  excluded: 8,
  authorWords: 8,
  categories: 40,
  termLength: 80,
}

/** The tree behind `arxivQueryOf`. */
export function arxivQueryTree(request: FindRequest): ArxivQuery | null {
  const { filters } = request
  if (!couldBeArxiv(filters)) return null
  const categories = categoriesWanted(filters)
  const subject = subjectWanted(request)
  if (subject.length === 0 || categories === null) return null
  const authors = filters.authors.flatMap(lettersOf).slice(0, mostSent.authorWords)
  const wanted = allOf([
    ...subject,
    // Word by word and not as a phrase: arXiv has "J. Doe", "Jane Doe" and "Doe, Jane"; the filter itself asks for words.
    ...authors.map((word) => term('au', word)),
    ...categories,
    ...submittedWanted(filters),
  ])
  const unwanted = excludedOf(request)
  return unwanted.length === 0 ? wanted : { op: 'andnot', wanted, unwanted: anyOf(unwanted) }
}

/** arXiv has papers only, and says nothing of countries and fields of study. */
const couldBeArxiv = ({ kinds, sources, countries, fields }: Filters): boolean =>
  kinds.includes('paper') &&
  (sources.length === 0 || sources.includes('arxiv')) &&
  countries.length === 0 &&
  fields.length === 0

/**
 * Few words must all be there; of more, any. arXiv has no "most of them": AND of a whole question finds nothing, while
 * OR under `sortBy=relevance` puts on top what holds many of the words, and rare ones most (Lucene's score). Hits that
 * hold too little of the question fall to our own scoring. Phrases must be there in any case.
 */
function subjectWanted({ subject, phrases }: FindRequest): ArxivQuery[] {
  const quoted = phrases.map(lettersOf).filter((words) => words.length > 0)
  const inPhrases = new Set(quoted.flat())
  const sent = quoted.slice(0, mostSent.phrases).map((words) => term('all', ...fitting(words)))
  // The words of the phrases stay in the subject, where they would only be asked for twice.
  const words = tokensOf(subject).filter((token) => !token.every((word) => inPhrases.has(word)))
  const telling = words.filter((token) => !token.every((word) => stopWords.has(word)))
  if (telling.length > mostSent.allWanted) {
    return [...sent, anyOf(telling.slice(0, mostSent.words).map((token) => term('all', ...token)))]
  }
  if (telling.length > 0) return [...sent, ...telling.map((token) => term('all', ...token))]
  // "To be or not to be": nothing but stop words is a phrase.
  return sent.length > 0 || words.length === 0 ? sent : [term('all', ...fitting(lettersOf(subject)))]
}

/**
 * Exclusions hold for title and abstract; `all` would also look at names and comments and keep out too much. A phrase
 * too long to be sent is left out for the same reason: its beginning alone excludes more.
 */
function excludedOf({ excludedTerms, excludedPhrases }: FindRequest): ArxivQuery[] {
  return [...excludedTerms, ...excludedPhrases]
    .map(lettersOf)
    .filter((words) => words.length > 0 && fitting(words).length === words.length)
    .slice(0, mostSent.excluded)
    .flatMap((words) => [term('ti', ...words), term('abs', ...words)])
}

/** Archives that have subjects, and whose name alone stands for all of them. */
const archives = new Set(['cs', 'econ', 'eess', 'math', 'q-bio', 'q-fin', 'stat', 'nlin', 'physics'])
/** These two were categories of their own before they had subjects. */
const agedArchives = new Set(['astro-ph', 'cond-mat'])

const longestCategory = 20

/** Null where categories are wanted of which arXiv has none. */
function categoriesWanted({ categories }: Filters): ArxivQuery[] | null {
  if (categories.length === 0) return []
  const known = [...new Set(categories.map(asArxivWrites))].filter(
    (one) => isArxivCategory(one) && one.length <= longestCategory,
  )
  if (known.length === 0) return null
  if (known.length > mostSent.categories) return []
  return [anyOf(known.flatMap(categoryTerms))]
}

/** Subjects of two letters are upper-case (`cs.AI`), longer ones lower-case (`physics.optics`), and archives always. */
function asArxivWrites(category: string): string {
  const [archive, subject] = category.trim().toLowerCase().split('.')
  if (subject === undefined) return archive
  return `${archive}.${subject.length === 2 ? subject.toUpperCase() : subject}`
}

function categoryTerms(category: string): ArxivQuery[] {
  if (archives.has(category)) return [term('cat', `${category}.*`)]
  if (agedArchives.has(category)) return [term('cat', category), term('cat', `${category}.*`)]
  return [term('cat', category)]
}

/**
 * The conditions are on the announcement, arXiv's range on the submission, which comes first: 6 to 78 hours before in a
 * usual week, days more over holidays or in moderation. So the range begins ten days early; nothing is announced before
 * it was submitted, so it ends with the minute after the condition.
 */
const longestUsualDelayMs = 10 * dayMs
const beforeArxiv = '199101010000'
const farAhead = '210001010000'

function submittedWanted({ since, until }: Filters): ArxivQuery[] {
  if (since === null && until === null) return []
  const from = since === null ? beforeArxiv : minuteOf(instant(since - longestUsualDelayMs))
  return [submittedBetween(from, until === null ? farAhead : minuteOf(instant(until + 60_000)))]
}

export const submittedBetween = (from: string, to: string): ArxivQuery => ({
  op: 'range',
  field: 'submittedDate',
  from,
  to,
})

/** arXiv dates by the minute, in GMT: `202403011530`. Ranges include both of their ends. */
export const minuteOf = (at: Instant): string => isoOf(at).replace(/\D/g, '').slice(0, 12)

export const anyCategory = (categories: readonly string[]): ArxivQuery =>
  anyOf(categories.map(asArxivWrites).flatMap(categoryTerms))

const term = (field: string, ...words: readonly string[]): ArxivQuery => ({ op: 'term', field, value: words.join(' ') })
const anyOf = (of: readonly ArxivQuery[]): ArxivQuery => (of.length === 1 ? of[0] : { op: 'or', of })
export const allOf = (of: readonly ArxivQuery[]): ArxivQuery => (of.length === 1 ? of[0] : { op: 'and', of })

/**
 * Words of letters and digits, lower-case, without diacritics, so that nothing that was typed can be an operator. Twice,
 * because folding can bring punctuation and capitals forth: `⑴` becomes `(1)`, and `𝐀𝐍𝐃` becomes `AND`.
 */
const lettersOf = (text: string): string[] =>
  wordsOf(wordsOf(text).join(' ')).filter((word) => encodedLength(word) <= mostSent.termLength)

const encodedLength = (text: string): number => encodeURIComponent(text).length

/** As many of the words as one term may hold. */
function fitting(words: readonly string[]): string[] {
  let length = 0
  return words.filter((word) => {
    length += encodedLength(word) + 1
    return length <= mostSent.termLength + 1
  })
}

/** What stood between spaces, each once: `state-of-the-art` is one token of four words and is asked for as a phrase. */
function tokensOf(subject: string): string[][] {
  const tokens = new Map<string, string[]>()
  for (const typed of subject.split(/\s+/)) {
    // The possessive is no word of its own.
    const words = fitting(lettersOf(typed.replace(/['’]s?$/i, '')))
    if (words.length > 0) tokens.set(words.join(' '), words)
  }
  return [...tokens.values()]
}

/** Words that Lucene's analyser drops, or that every abstract has: asked for, they find nothing or everything. */
const stopWords = new Set(
  `a about after all also an and andnot any are as at be because been before between both but by can could did do does
  during each for from had has have how i if in into is it its let like may me more most my no not of on or our over
  please should show some such than that the their them then there these they this those through to under us use used
  using via was we were what when where which while who why will with would you your`.split(/\s+/),
)
