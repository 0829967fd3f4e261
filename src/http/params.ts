import type { z } from 'zod'
import { InvalidQuery } from '../domain/errors.ts'
import { type Instant, isoOf } from '../domain/instant.ts'
import { type Filters, noFilters, type Query } from '../domain/query.ts'
import { typedQuery } from '../domain/understanding.ts'
import { candidateDepth } from '../retrieval/request.ts'
import { type Cursor, checkCursor, decodeCursor, expired } from './cursor.ts'
import { rules, type SearchRequest, searchRequest } from './schemas.ts'

/** A search as it was asked; with a cursor, the page of an earlier ranking. */
export interface Asked {
  readonly query: Query
  readonly cursor: Cursor | null
}

const fieldNames = Object.keys(rules)
const lists = new Set(['category', 'source', 'author', 'kind', 'country', 'field'])
const booleans = new Set(['explain', 'facets'])
const wholeNumbers = new Set(['limit', 'deadline_ms', 'max_age'])

/** What a URL's parameters would be in the body of a POST. Repeated parameters that have one value are refused. */
export function readUrl(url: URLSearchParams): Record<string, unknown> {
  // fromEntries defines properties of its own, so that `__proto__` is a name like any other.
  return Object.fromEntries([...new Set(url.keys())].map((name) => [name, fromTexts(name, url.getAll(name))]))
}

function fromTexts(name: string, texts: readonly string[]): unknown {
  if (lists.has(name)) return texts
  const [text] = texts
  if (texts.length > 1 && fieldNames.includes(name)) {
    throw new InvalidQuery(name, `${name} was given ${texts.length} times; give it once`)
  }
  // What is no number or boolean stays text, and the schema says what was expected.
  if (wholeNumbers.has(name)) return /^-?\d+$/.test(text) ? Number(text) : text
  if (name === 'freshness') return /^-?(?:\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : text
  if (booleans.has(name)) return truth.get(text) ?? text
  return texts.length > 1 ? texts : text
}

/** A name alone says yes. */
const truth = new Map([
  ['', true],
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/**
 * A Query, or InvalidQuery with the first thing that is wrong. `now` is a whole minute, made so by whoever reads the
 * clock: ages are in days, and the same search asked twice within a minute then has the same answer and the same ETag.
 */
export function parseSearch(input: unknown, now: Instant): Asked {
  const request = checked(input, searchForm)
  const cursor = request.cursor === undefined ? null : decodeCursor(request.cursor)
  // The clock was set back: the moment of that ranking is still to come.
  if (cursor && cursor.now > now) throw expired()
  if (request.as_of !== undefined && request.as_of > now) throw inFuture(request.as_of)
  const query = toQuery(request, request.as_of ?? cursor?.now ?? now, cursor ?? { offset: 0, shown: 0 })
  if (cursor) checkCursor(cursor, query)
  return { query, cursor }
}

/** What a request may hold: `rules` end the sentence "NAME must be", by name. */
export interface Form<Schema extends z.ZodType> {
  readonly schema: Schema
  readonly rules: Readonly<Record<string, string>>
  /** A body that would do. */
  readonly example: object
}

const searchForm = { schema: searchRequest, rules, example: { q: 'agent memory' } }

/** The request, or InvalidQuery with the first thing that is wrong. */
export function checked<Schema extends z.ZodType>(
  input: unknown,
  { schema, rules, example }: Form<Schema>,
): z.output<Schema> {
  const read = schema.safeParse(input)
  if (read.success) return read.data
  const issues = read.error.issues
  // A misspelt name explains a missing one.
  const [issue] = [...issues.filter((one) => one.code === 'unrecognized_keys'), ...issues]
  if (issue.code === 'unrecognized_keys') throw unknownParameter(issue.keys[0], Object.keys(rules))
  const field = String(issue.path[0] ?? 'body')
  if (field === 'body') {
    throw new InvalidQuery(field, `the body must be a JSON object such as ${JSON.stringify(example)}`)
  }
  const rule = Object.entries(rules).find(([name]) => name === field)?.[1]
  const missing = typeof input === 'object' && input !== null && !Object.hasOwn(input, field)
  throw new InvalidQuery(field, missing ? `${field} is missing; it must be ${rule}` : `${field} must be ${rule}`)
}

export function unknownParameter(name: string, known: readonly string[] = fieldNames): InvalidQuery {
  const shown = name.slice(0, 100)
  const has = known.length === 0 ? 'this address takes none' : `there are ${known.join(', ')}`
  return new InvalidQuery(shown, `there is no parameter "${shown}"; ${has}`)
}

function toQuery(request: SearchRequest, now: Instant, { offset, shown }: Pick<Query, 'offset' | 'shown'>): Query {
  const { mode, sort, fusion, freshness, explain, facets } = request
  const limit = Math.min(request.limit, candidateDepth - offset)
  return typedQuery(request.q, now, {
    filters: filtersOf(request),
    mode,
    sort,
    fusion,
    freshness,
    explain,
    facets,
    limit,
    offset,
    shown,
    past: request.as_of !== undefined,
    deadlineMs: request.deadline_ms,
    maxAgeMs: request.max_age * 1000,
  })
}

export function inFuture(asOf: Instant): InvalidQuery {
  const advice = 'give a moment that has passed (a day counts to its end), or leave as_of out to search as of now'
  return new InvalidQuery('as_of', `as_of must not lie in the future, and ${isoOf(asOf)} does; ${advice}`)
}

function filtersOf(request: SearchRequest): Filters {
  const { since = null, until = null, category = [], source = [], author = [], country = [], field = [] } = request
  if (since !== null && until !== null && since > until) {
    throw new InvalidQuery('since', 'since is later than until, and no paper lies between them')
  }
  const kinds = request.kind ?? noFilters.kinds
  const countries = country.map((code) => code.toUpperCase())
  return { since, until, categories: category, sources: source, authors: author, kinds, countries, fields: field }
}
