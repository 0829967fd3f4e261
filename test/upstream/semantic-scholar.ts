import type { Asked } from './asked.ts'
import { parseWithOperators, parseWords } from './boolean-syntax.ts'
import { type PaperState, stateAt } from './corpus.ts'
import { countIn, jsonReply, type Reply } from './exchange.ts'
import { faultyPage, type Page } from './faults.ts'
import type { Query } from './query.ts'
import {
  allOf,
  arxivDoi,
  fieldsOf,
  lookupOf,
  numberOf,
  publicationDay,
  publishedIn,
  rangeOf,
  semanticScholarId,
} from './scholarly.ts'
import { type SortBy, searchOf } from './search.ts'
import { hashOf } from './seeded.ts'

/** Semantic Scholar's graph API, as recorded from 2024 to 2026. Every answer ends with an end of line. */
const mostPerSearch = 100
const mostBySearch = 1000
const perBulkPage = 1000
const mostInBatch = 500
/** What the index knows beyond the date, in the order in which it is written. */
const everything = Number.MAX_SAFE_INTEGER

export function answerSemanticScholar(asked: Asked): Reply {
  const path = /^\/graph\/v1\/paper\/(.+)$/.exec(asked.path)?.[1]
  const fields = fieldsWanted(asked.query)
  if (path === undefined) return failure(404, 'Endpoint not found')
  if (typeof fields === 'string') return failure(400, fields)
  switch (path) {
    case 'search':
      return search(asked, fields)
    case 'search/bulk':
      return bulk(asked, fields)
    case 'batch':
      return batch(asked, fields)
    default: {
      const id = decodeURIComponent(path)
      const state = byId(asked, id)
      return state ? jsonReply(200, paperOf(state, fields)) : failure(404, `Paper with id ${id} not found`)
    }
  }
}

const failure = (status: number, error: string): Reply => jsonReply(status, { error })

/** The names that were asked for, or what is wrong with them. */
function fieldsWanted(query: URLSearchParams): ReadonlySet<string> | string {
  const names = (query.get('fields') ?? 'title').split(',').filter((name) => name !== '')
  const unknown = names.filter((name) => !knownFields.has(name.split('.')[0]))
  if (unknown.length > 0) return `Unrecognized or unsupported fields: [${unknown.join(', ')}]`
  return new Set(['paperId', ...names.map((name) => name.split('.')[0])])
}

function search(asked: Asked, fields: ReadonlySet<string>): Reply {
  const offset = countIn(asked.query, 'offset', 0, everything)
  const limit = countIn(asked.query, 'limit', 100, mostPerSearch)
  const query = parseWords(asked.query.get('query') ?? '', 'and')
  if (query === null) return failure(400, 'Missing required parameter: query')
  if (offset === null || limit === null || offset + limit > mostBySearch) {
    return failure(400, 'Requested data for this limit and/or offset is not available')
  }
  const { items, total } = faultyPage(asked.fault, offset, limit, (start, count) =>
    find(asked, query, 'relevance', start, count),
  )
  // A search that finds nothing leaves the list out.
  if (total === 0 && items.length === 0) return jsonReply(200, { total, offset })
  const next = offset + limit < Math.min(total, mostBySearch) ? { next: offset + limit } : {}
  return jsonReply(200, { total, offset, ...next, data: items.map((state) => paperOf(state, fields)) })
}

function find(asked: Asked, query: Query, sortBy: SortBy, start: number, count: number): Page<PaperState> {
  const { corpus, now } = asked
  const dates = asked.query.get('publicationDateOrYear') ?? asked.query.get('year')?.replace(/(?<=\d{4})-|^-/, ':')
  const range = dates ? rangeOf(dates) : null
  const wanted = range === null ? query : allOf([query, publishedIn(range)])
  const ascending = sortBy !== 'relevance'
  const { hits, total } = searchOf(corpus).find({ query: wanted, now, sortBy, ascending, start, count })
  return { items: hits.map((hit) => hit.state), total }
}

/** No ranking and no end; a token names the place. */
function bulk(asked: Asked, fields: ReadonlySet<string>): Reply {
  const text = asked.query.get('query') ?? ''
  const query: Query | null = text === '' ? { kind: 'everything' } : parseWithOperators(text, 'signs')
  if (query === null) return failure(400, 'Query could not be parsed')
  const token = asked.query.get('token')
  const start = token === null ? 0 : placeIn(token, text)
  if (start === null || (token !== null && asked.fault?.kind === 'expired-token')) {
    return failure(400, 'Invalid or expired continuation token')
  }
  const pageOf = (from: number, count: number) => find(asked, query, 'submitted', from, count)
  const { items, total } = faultyPage(asked.fault, start, perBulkPage, pageOf)
  const next = start + perBulkPage < pageOf(start, 0).total ? tokenFor(start + perBulkPage, text) : null
  return jsonReply(200, { total, token: next, data: items.map((state) => paperOf(state, fields)) })
}

const tokenFor = (place: number, query: string): string =>
  `PCOA${place.toString(36)}X${hashOf(query).toString(36)}`.toUpperCase()

function placeIn(token: string, query: string): number | null {
  const place = Number.parseInt(/^PCOA([0-9A-Z]+?)X/.exec(token)?.[1] ?? '', 36)
  return tokenFor(place, query) === token ? place : null
}

function batch(asked: Asked, fields: ReadonlySet<string>): Reply {
  const ids = idsIn(asked.body)
  if (asked.method !== 'POST' || ids === null) return failure(400, 'The request must be a POST with a list of ids')
  if (ids.length > mostInBatch) return failure(400, `No more than ${mostInBatch} ids at once`)
  const states = ids.map((id) => byId(asked, id))
  if (states.every((state) => state === null)) return failure(400, 'No valid paper ids given')
  return jsonReply(
    200,
    states.map((state) => state && paperOf(state, fields)),
  )
}

function idsIn(body: string): string[] | null {
  try {
    const { ids }: { ids?: unknown } = JSON.parse(body)
    return Array.isArray(ids) ? ids.map(String) : null
  } catch {
    return null
  }
}

function byId({ corpus, now }: Asked, id: string): PaperState | null {
  const [, scheme, value] = /^(?:(arxiv|doi):)?(.+)$/i.exec(id) ?? []
  const lookup = lookupOf(corpus)
  const paper =
    scheme?.toLowerCase() === 'arxiv'
      ? corpus.byId((value ?? '').replace(/v\d+$/, ''))
      : (lookup.bySemanticScholarId(value ?? '') ?? lookup.byDoi(value ?? ''))
  const state = paper && stateAt(paper, now)
  return state ?? null
}

const fieldOf: Readonly<Record<string, (state: PaperState) => unknown>> = {
  paperId: ({ paper }) => semanticScholarId(paper),
  externalIds: ({ paper, doi }) => ({
    ArXiv: paper.id,
    DBLP: `journals/corr/abs-${paper.id.replace('.', '-')}`,
    DOI: doi ?? arxivDoi(paper),
    CorpusId: numberOf(paper.id),
  }),
  corpusId: ({ paper }) => numberOf(paper.id),
  publicationVenue: () => null,
  url: ({ paper }) => `https://www.semanticscholar.org/paper/${semanticScholarId(paper)}`,
  title: ({ title }) => title,
  abstract: ({ abstract }) => abstract,
  venue: ({ paper, doi }) => (doi === null ? 'arXiv.org' : (paper.journal?.name ?? '')),
  year: (state) => Number(publicationDay(state).slice(0, 4)),
  referenceCount: ({ paper }) => hashOf(paper.id) % 80,
  citationCount: ({ paper }) => hashOf(paper.id) % 40,
  influentialCitationCount: ({ paper }) => hashOf(paper.id) % 4,
  isOpenAccess: () => false,
  openAccessPdf: () => ({ url: '', status: null, license: null }),
  fieldsOfStudy: (state) => fieldsOf(state),
  s2FieldsOfStudy: (state) => fieldsOf(state).map((category) => ({ category, source: 's2-fos-model' })),
  publicationTypes: () => ['JournalArticle'],
  publicationDate: (state) => publicationDay(state),
  journal: ({ paper, doi }) =>
    doi === null ? { name: 'ArXiv', volume: `abs/${paper.id}` } : { name: paper.journal?.name ?? '' },
  citationStyles: ({ title }) => ({ bibtex: `@Article{paper,\n title = {${title}}\n}\n` }),
  authors: ({ paper }) => paper.authors.map((name) => ({ authorId: String(numberOf(name)), name })),
}
const knownFields: ReadonlySet<string> = new Set(Object.keys(fieldOf))

const paperOf = (state: PaperState, fields: ReadonlySet<string>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fieldOf)
      .filter(([name]) => fields.has(name))
      .map(([name, read]) => [name, read(state)]),
  )
