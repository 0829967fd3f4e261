import { termsOf, wordsOf } from '../../src/domain/terms.ts'
import { type Corpus, firstWhere, type UpstreamPaper, type UpstreamVersion } from './corpus.ts'

/**
 * Words of every version of every paper. A row is one version; rows are in the order of their announcement, so that the
 * world as of an instant is a beginning of every list, and nothing that came later shows in any count.
 */
export interface TextIndex {
  readonly rows: number
  /** When the row's version was announced, and when the next one was; Infinity for the last. */
  readonly from: Float64Array
  readonly until: Float64Array
  /** In tokens. */
  readonly length: Uint16Array
  paperOf(row: number): UpstreamPaper
  versionOf(row: number): UpstreamVersion
  /** Where a term occurs, by row, then by place; null for one that never does. */
  occurrences(term: string): Occurrences | null
  /** Rows of papers one of whose authors bears this word in the name. */
  byAuthorWord(word: string): readonly number[]
  byCategory(category: string): readonly number[]
  rowsOfPaper(paper: UpstreamPaper): readonly number[]
}

export interface Occurrences {
  readonly row: Uint32Array
  /** Token position in the title; in the abstract, with the highest bit set. */
  readonly place: Uint16Array
}

export const inAbstract = 0x8000

/** Too common to search for; they keep their places, so that phrases hold across them. */
const stopWords = new Set(
  termsOf(
    'a an and are as at be by can for from has have in is it its of on or our that the their this to we with which',
  ),
)
export const isStopWord = (term: string): boolean => stopWords.has(term)

export function openTextIndex(corpus: Corpus): TextIndex {
  const rows = corpus.papers
    .flatMap((paper) =>
      paper.versions.map((version, at) => ({ paper, version, until: paper.versions[at + 1]?.announced ?? Infinity })),
    )
    .sort((a, b) => a.version.announced - b.version.announced)
  const text = textOf(rows.map((row) => row.version))
  const authors = new Map<string, number[]>()
  const categories = new Map<string, number[]>()
  const byPaper = new Map<UpstreamPaper, number[]>()
  for (const [row, { paper }] of rows.entries()) {
    for (const word of new Set(paper.authors.flatMap(wordsOf))) listed(authors, word).push(row)
    const all = [...paper.categories, ...paper.crossListed.map((one) => one.category)]
    for (const category of new Set(all)) listed(categories, category).push(row)
    listed(byPaper, paper).push(row)
  }
  return {
    rows: rows.length,
    from: Float64Array.from(rows, (row) => row.version.announced),
    until: Float64Array.from(rows, (row) => row.until),
    length: text.length,
    paperOf: (row) => rows[row].paper,
    versionOf: (row) => rows[row].version,
    occurrences: text.occurrences,
    byAuthorWord: (word) => authors.get(word) ?? [],
    byCategory: (category) => categories.get(category) ?? [],
    rowsOfPaper: (paper) => byPaper.get(paper) ?? [],
  }
}

function listed<K>(lists: Map<K, number[]>, key: K): number[] {
  const list = lists.get(key) ?? []
  if (list.length === 0) lists.set(key, list)
  return list
}

/** A counting sort of all tokens by term: tens of millions of tokens are no place for a list per term. */
function textOf(versions: readonly UpstreamVersion[]) {
  const numbers = new Map<string, number>()
  const tokens = growing()
  const lengths = versions.map(({ title, abstract }) => {
    const fields = [termsOf(title), termsOf(abstract)]
    for (const terms of fields) {
      for (const term of terms.slice(0, inAbstract)) {
        const number = stopWords.has(term) ? -1 : (numbers.get(term) ?? numbers.size)
        if (number === numbers.size) numbers.set(term, number)
        tokens.push(number)
      }
    }
    return fields.map((terms) => Math.min(terms.length, inAbstract))
  })
  const all = tokens.all()
  const start = new Uint32Array(numbers.size + 1)
  for (const number of all) if (number >= 0) start[number + 1]++
  for (let at = 0; at < numbers.size; at++) start[at + 1] += start[at]
  const next = start.slice()
  const row = new Uint32Array(start[numbers.size])
  const place = new Uint16Array(row.length)
  let at = 0
  for (const [of, [title, abstract]] of lengths.entries()) {
    for (let position = 0; position < title + abstract; position++) {
      const number = all[at++]
      if (number < 0) continue
      const to = next[number]++
      row[to] = of
      place[to] = position < title ? position : inAbstract | (position - title)
    }
  }
  return {
    length: Uint16Array.from(lengths, ([title, abstract]) => title + abstract),
    occurrences: (term: string): Occurrences | null => {
      const number = numbers.get(term)
      if (number === undefined || start[number] === start[number + 1]) return null
      const [from, to] = [start[number], start[number + 1]]
      return { row: row.subarray(from, to), place: place.subarray(from, to) }
    },
  }
}

function growing() {
  let room = new Int32Array(1 << 16)
  let used = 0
  return {
    push(value: number): void {
      if (used === room.length) {
        const more = new Int32Array(room.length * 2)
        more.set(room)
        room = more
      }
      room[used++] = value
    },
    all: (): Int32Array => room.subarray(0, used),
  }
}

/** Whether the term stands at that very place. */
export function standsAt({ row, place }: Occurrences, wantedRow: number, wantedPlace: number): boolean {
  const at = firstWhere(
    row.length,
    (one) => row[one] > wantedRow || (row[one] === wantedRow && place[one] >= wantedPlace),
  )
  return at < row.length && row[at] === wantedRow && place[at] === wantedPlace
}
