import { parseArxivId } from '../../src/domain/identifiers.ts'
import type { Instant } from '../../src/domain/instant.ts'
import { termsOf, wordsOf } from '../../src/domain/terms.ts'
import { categoriesAt, firstWhere, type UpstreamPaper } from './corpus.ts'
import { inAbstract, isStopWord, type Occurrences, standsAt, type TextIndex } from './text-index.ts'

/** What any of the providers' query languages comes down to. */
export type Query =
  | { readonly kind: 'everything' }
  /** Words of one text, adjacent and in order where there are several. */
  | { readonly kind: 'text'; readonly field: 'all' | 'title' | 'abstract' | 'comment'; readonly text: string }
  | { readonly kind: 'author'; readonly name: string }
  | { readonly kind: 'category'; readonly category: string }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'dates'; readonly of: 'submitted' | 'updated'; readonly from: number; readonly to: number }
  /** Anything else that can be told of a paper; the name stands for the condition. */
  | { readonly kind: 'where'; readonly name: string; readonly holds: (paper: UpstreamPaper, now: Instant) => boolean }
  | { readonly kind: 'and'; readonly parts: readonly Query[] }
  | { readonly kind: 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }

export interface Matches {
  /** Ascending. */
  readonly rows: Uint32Array
  /** By row; meaningful for the rows that match. */
  readonly scores: Float64Array
}

/** The rows of an instant: each paper that was announced by then, in the version of then. */
export interface World {
  readonly index: TextIndex
  readonly now: Instant
  /** Rows announced by then, superseded ones among them. */
  readonly limit: number
  readonly everything: Uint32Array
}

export function worldAt(index: TextIndex, now: Instant): World {
  const limit = firstWhere(index.rows, (row) => index.from[row] > now)
  const everything = new Uint32Array(limit)
  let used = 0
  for (let row = 0; row < limit; row++) if (index.until[row] > now) everything[used++] = row
  return { index, now, limit, everything: everything.subarray(0, used) }
}

export function evaluate(world: World, query: Query): Matches {
  const scores = new Float64Array(world.limit)
  return { rows: matching(world, query, scores), scores }
}

function matching(world: World, query: Query, scores: Float64Array): Uint32Array {
  const { index, everything } = world
  switch (query.kind) {
    case 'everything':
      return everything
    case 'text':
      return inField(world, query.field, query.text, scores)
    case 'author':
      return byAuthor(world, query.name)
    case 'category':
      return ofCategory(world, query.category)
    case 'id': {
      const id = parseArxivId(query.id)
      return everything.filter((row) => index.paperOf(row).id === id?.id)
    }
    case 'dates':
      return everything.filter((row) => {
        const version = query.of === 'submitted' ? index.paperOf(row).versions[0] : index.versionOf(row)
        return version.submitted >= query.from && version.submitted <= query.to
      })
    case 'where':
      return everything.filter((row) => query.holds(index.paperOf(row), world.now))
    case 'and':
      return telling(query.parts)
        .map((part) => matching(world, part, scores))
        .reduce(intersection, everything)
    case 'or':
      return telling(query.parts)
        .map((part) => matching(world, part, scores))
        .reduce(union, new Uint32Array())
    case 'not': {
      // What is excluded must not lift anything.
      const excluded = new Set(matching(world, query.part, new Float64Array(world.limit)))
      return everything.filter((row) => !excluded.has(row))
    }
  }
}

/** Words that are too common are left out beside others, as search engines do. */
function telling(parts: readonly Query[]): readonly Query[] {
  const rest = parts.filter((part) => part.kind !== 'text' || !termsOf(part.text).every(isStopWord))
  return rest.length === 0 ? parts : rest
}

type Field = Extract<Query, { kind: 'text' }>['field']

function inField(world: World, field: Field, text: string, scores: Float64Array): Uint32Array {
  switch (field) {
    case 'all':
      return union(inText(world, text, 'all', scores), byAuthor(world, text))
    case 'comment':
      return world.everything.filter((row) => hasWords(world.index.versionOf(row).comment ?? '', text))
    case 'title':
    case 'abstract':
      return inText(world, text, field, scores)
  }
}

/** tf-idf with a damped tf, a title counted twice, by the square root of the length. */
function inText(
  { index, now, limit, everything }: World,
  text: string,
  field: 'all' | 'title' | 'abstract',
  scores: Float64Array,
): Uint32Array {
  const phrase = phraseOf(index, text)
  if (phrase === null) return new Uint32Array()
  const [first, ...others] = phrase
  const { row: rowAt, place: placeAt } = first.occurrences
  const rows = new Uint32Array(Math.min(rowAt.length, limit))
  const weights = new Float64Array(rows.length)
  let found = 0
  for (let at = 0; at < rowAt.length && rowAt[at] < limit; at++) {
    const row = rowAt[at]
    const place = placeAt[at]
    const isTitle = place < inAbstract
    if (index.until[row] <= now || (field === 'title' && !isTitle) || (field === 'abstract' && isTitle)) continue
    if (others.length > 0 && !others.every((one) => standsAt(one.occurrences, row, place + one.offset))) continue
    if (found === 0 || rows[found - 1] !== row) rows[found++] = row
    weights[found - 1] += isTitle ? 2 : 1
  }
  const idf = Math.log(1 + everything.length / (1 + found))
  for (let at = 0; at < found; at++) {
    scores[rows[at]] += ((1 + Math.log(weights[at])) * idf) / Math.sqrt(index.length[rows[at]] || 1)
  }
  return rows.subarray(0, found)
}

/** The words with their distances from the first; null where one of them occurs nowhere, or where all are too common. */
function phraseOf(index: TextIndex, text: string): { occurrences: Occurrences; offset: number }[] | null {
  const words = termsOf(text)
    .map((term, offset) => ({ term, offset }))
    .filter(({ term }) => !isStopWord(term))
  const found = words.flatMap(({ term, offset }) => {
    const occurrences = index.occurrences(term)
    return occurrences ? [{ occurrences, offset }] : []
  })
  if (found.length === 0 || found.length < words.length) return null
  found.sort((a, b) => a.occurrences.row.length - b.occurrences.row.length)
  const anchor = found[0].offset
  return found.map(({ occurrences, offset }) => ({ occurrences, offset: offset - anchor }))
}

/** All the words in the name of one author. */
function byAuthor({ index, now, limit }: World, name: string): Uint32Array {
  const words = wordsOf(name)
  const [first, ...others] = words.map((word) => Uint32Array.from(index.byAuthorWord(word)))
  if (!first) return new Uint32Array()
  return others
    .reduce(intersection, first)
    .filter(
      (row) =>
        row < limit &&
        index.until[row] > now &&
        (words.length === 1 || index.paperOf(row).authors.some((author) => hasWords(author, name))),
    )
}

function hasWords(text: string, wanted: string): boolean {
  const words = new Set(wordsOf(text))
  return wordsOf(wanted).every((word) => words.has(word))
}

/** `cs.IR`, or a whole archive as `cs` or `cs.*`. */
function ofCategory({ index, now, limit, everything }: World, category: string): Uint32Array {
  const archive = /^[a-z-]+(?=(?:\.\*|\*)?$)/.exec(category)?.[0]
  const isOne = (one: string) => one === category || (archive !== undefined && one.startsWith(`${archive}.`))
  const candidates = archive === undefined ? Uint32Array.from(index.byCategory(category)) : everything
  return candidates.filter(
    (row) => row < limit && index.until[row] > now && categoriesAt(index.paperOf(row), now).some(isOne),
  )
}

function intersection(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both = new Uint32Array(Math.min(a.length, b.length))
  let used = 0
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    const [left, right] = [a[i], b[j]]
    if (left === right) both[used++] = left
    if (left <= right) i++
    if (right <= left) j++
  }
  return both.subarray(0, used)
}

function union(a: Uint32Array, b: Uint32Array): Uint32Array {
  if (a.length === 0) return b
  if (b.length === 0) return a
  const either = new Uint32Array(a.length + b.length)
  let used = 0
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const left = i < a.length ? a[i] : Infinity
    const right = j < b.length ? b[j] : Infinity
    either[used++] = Math.min(left, right)
    if (left <= right) i++
    if (right <= left) j++
  }
  return either.subarray(0, used)
}
