import type { Asked } from './asked.ts'
import { parseWithOperators } from './boolean-syntax.ts'
import { stateAt, type UpstreamPaper } from './corpus.ts'
import { countIn, jsonReply, type Reply, reply } from './exchange.ts'
import { faultyPage } from './faults.ts'
import { openAlexWorkOf } from './openalex-work.ts'
import type { Query } from './query.ts'
import { allOf, arxivDoi, lookupOf, openAlexId, publishedIn, rangeOf } from './scholarly.ts'
import { type SortBy, searchOf } from './search.ts'

/** OpenAlex's list of works and single works, as recorded in 2025 and 2026. */
const mostPerPage = 100
const mostByPages = 10_000

export function answerOpenAlex(asked: Asked): Reply {
  const id = /^\/works\/(.+)$/.exec(asked.path)?.[1]
  if (id !== undefined) return single(asked, decodeURIComponent(id))
  return asked.path === '/works' ? list(asked) : notFound
}

const notFound = reply(
  404,
  'text/html; charset=utf-8',
  '<!doctype html>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n',
)
const pool = { 'x-api-pool': 'common' }

const invalid = (message: string): Reply => jsonReply(400, { error: 'Invalid query parameters error.', message }, pool)

function single(asked: Asked, id: string): Reply {
  const lookup = lookupOf(asked.corpus)
  const own = /^(?:https:\/\/openalex\.org\/)?(W\d+)$/.exec(id)?.[1]
  const paper = own === undefined ? lookup.byDoi(id) : lookup.byOpenAlexId(own)
  const state = paper && stateAt(paper, asked.now)
  return state ? jsonReply(200, pick(openAlexWorkOf(state), asked.query), pool) : notFound
}

function pick(work: Record<string, unknown>, query: URLSearchParams): Record<string, unknown> {
  const selected = query.get('select')?.split(',')
  return selected ? Object.fromEntries(Object.entries(work).filter(([name]) => selected.includes(name))) : work
}

function list(asked: Asked): Reply {
  const { query: parameters, corpus, now, fault } = asked
  const size = countIn(parameters, parameters.has('per-page') ? 'per-page' : 'per_page', 25, mostPerPage)
  const page = countIn(parameters, 'page', 1, mostByPages)
  if (size === null || size === 0) return invalid(`per-page must be a number between 1 and ${mostPerPage}.`)
  if (page === null || page * size > mostByPages) return invalid('Maximum results size of 10,000 records is exceeded.')
  const query = queryOf(parameters)
  if ('problem' in query) return invalid(query.problem)
  const cursor = parameters.get('cursor')
  const start = cursor === null ? (page - 1) * size : placeIn(cursor)
  if (start === null || (fault?.kind === 'expired-token' && start > 0)) return invalid('Cursor value is invalid.')
  const order = orderOf(parameters)
  const { items, total } = faultyPage(fault, start, size, (from, count) => {
    const found = searchOf(corpus).find({ query, now, ...order, start: from, count })
    return { items: found.hits, total: found.total }
  })
  const searches = parameters.has('search') || /\.search:/.test(parameters.get('filter') ?? '')
  const next = items.length === 0 ? null : cursorAt(start + size)
  return jsonReply(
    200,
    {
      meta: {
        count: total,
        db_response_time_ms: 20,
        page: cursor === null ? page : null,
        per_page: size,
        groups_count: null,
        ...(cursor === null ? {} : { next_cursor: next }),
        cost_usd: 0.001,
      },
      results: items.map(({ state, score }) => pick(openAlexWorkOf(state, searches ? score : null), parameters)),
      group_by: [],
    },
    pool,
  )
}

/** The place of the next work. Cursors live as long as the index. */
const cursorAt = (place: number): string => Buffer.from(JSON.stringify([place])).toString('base64')

function placeIn(cursor: string): number | null {
  if (cursor === '*') return 0
  const match = /^\[(\d+)\]$/.exec(Buffer.from(cursor, 'base64').toString('latin1'))
  return match ? Number(match[1]) : null
}

function orderOf(parameters: URLSearchParams): { sortBy: SortBy; ascending: boolean } {
  const [key, direction = 'asc'] = (parameters.get('sort') ?? '').split(':')
  if (key === 'publication_date') return { sortBy: 'published', ascending: direction === 'asc' }
  return { sortBy: 'relevance', ascending: false }
}

function queryOf(parameters: URLSearchParams): Query | { readonly problem: string } {
  const parts: Query[] = []
  const search = parameters.get('search')
  if (search !== null && search.trim() !== '') {
    const query = parseWithOperators(search, 'words')
    if (query === null) return { problem: 'The search could not be parsed.' }
    parts.push(query)
  }
  for (const filter of (parameters.get('filter') ?? '').split(',').filter((one) => one !== '')) {
    const [name, ...rest] = filter.split(':')
    const query = filterOf(name, rest.join(':'))
    if (query === null) return { problem: `${name} is not a valid field or ${rest.join(':')} no valid value.` }
    parts.push(query)
  }
  return parts.length === 0 ? { kind: 'everything' } : allOf(parts)
}

function filterOf(name: string, value: string): Query | null {
  const values = value.split('|')
  const where = (holds: (paper: UpstreamPaper) => boolean): Query => ({
    kind: 'where',
    name: `${name} ${value}`,
    holds,
  })
  switch (name) {
    case 'default.search':
    case 'title_and_abstract.search':
      return parseWithOperators(value, 'words')
    case 'title.search':
    case 'display_name.search':
      return inTitle(parseWithOperators(value, 'words'))
    case 'from_publication_date':
    case 'to_publication_date': {
      const range = rangeOf(name.startsWith('from') ? `${value}:` : `:${value}`)
      return range && publishedIn(range)
    }
    case 'raw_author_name.search':
      return { kind: 'author', name: value }
    case 'institutions.country_code':
    case 'authorships.countries':
      return where((paper) => paper.countries.some((country) => values.includes(country.toUpperCase())))
    case 'doi': {
      const dois = new Set(values.map((doi) => doi.toLowerCase().replace(/^https:\/\/doi\.org\//, '')))
      const isOne = (doi: string) => dois.has(doi.toLowerCase())
      return where((paper) => isOne(arxivDoi(paper)) || (paper.journal !== null && isOne(paper.journal.doi)))
    }
    case 'ids.openalex':
    case 'openalex': {
      const ids = new Set(values.map((id) => id.replace(/^https:\/\/openalex\.org\//, '')))
      return where((paper) => ids.has(openAlexId(paper)))
    }
    default:
      return null
  }
}

function inTitle(query: Query | null): Query | null {
  switch (query?.kind) {
    case undefined:
      return null
    case 'text':
      return { ...query, field: 'title' }
    case 'and':
    case 'or':
      return { ...query, parts: query.parts.flatMap((part) => inTitle(part) ?? []) }
    default:
      return query ?? null
  }
}
