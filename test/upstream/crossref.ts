import { dayMs, type Instant, instant, isoOf } from '../../src/domain/instant.ts'
import type { Answerer, Asked } from './asked.ts'
import { parseWords } from './boolean-syntax.ts'
import { type PaperState, stateAt, type UpstreamPaper } from './corpus.ts'
import { countIn, jsonReply, type Reply, reply } from './exchange.ts'
import { faultyPage } from './faults.ts'
import { split } from './oai-records.ts'
import type { Query } from './query.ts'
import { allOf, arxivDoi, lookupOf, numberOf, rangeOf } from './scholarly.ts'
import { type SortBy, searchOf } from './search.ts'
import { hashOf, seededRandom } from './seeded.ts'
import { escaped } from './xml.ts'

/**
 * Crossref's REST API, as recorded in 2025 and 2026: the papers of the corpus that a journal has published by then.
 * arXiv's own DOIs are not registered here.
 */
const mostRows = 1000
const mostOffset = 10_000
const cursorLifeMs = 5 * 60_000

/** A search that is being scrolled through: the same cursor brings page after page, of the world as it was. */
interface Scroll {
  readonly query: Query
  readonly sort: Sort
  readonly now: Instant
  start: number
  expires: number
}

interface Sort {
  readonly sortBy: SortBy
  readonly ascending: boolean
}

export function openCrossref(): Answerer {
  const scrolls = new Map<string, Scroll>()
  const random = seededRandom(1)
  const newCursor = () =>
    `DnF1ZXJ5VGhlbkZldGNo${Array.from({ length: 6 }, () => random().toString(36).slice(2)).join('')}`
  return (asked) => {
    const answer = answerFrom(asked, scrolls, newCursor)
    return { ...answer, headers: { ...answer.headers, ...limits(asked) } }
  }
}

/** Whoever leaves an address is in the polite pool. */
function limits({ query, headers }: Asked): Record<string, string> {
  const polite = query.has('mailto') || /mailto:/.test(headers['user-agent'] ?? '')
  return {
    'x-api-pool': polite ? 'polite' : 'public',
    'x-rate-limit-limit': polite ? '10' : '5',
    'x-rate-limit-interval': '1s',
    'x-concurrency-limit': polite ? '3' : '1',
  }
}

function answerFrom(asked: Asked, scrolls: Map<string, Scroll>, newCursor: () => string): Reply {
  const path = asked.path.replace(/^\/v1(?=\/)/, '')
  const doi = /^\/works\/(.+)$/.exec(path)?.[1]
  if (doi !== undefined) return single(asked, decodeURIComponent(doi))
  return path === '/works' ? list(asked, scrolls, newCursor) : notFound
}

const notFound = reply(404, 'text/plain', 'Resource not found.')

function single({ corpus, now }: Asked, doi: string): Reply {
  const paper = lookupOf(corpus).byDoi(doi)
  const state = paper?.journal?.doi.toLowerCase() === doi.toLowerCase() ? stateAt(paper, now) : null
  if (!paper || !state || !isRegistered(paper, now)) return notFound
  return jsonReply(200, { status: 'ok', 'message-type': 'work', 'message-version': '1.0.0', message: workOf(state, 1) })
}

const isRegistered = ({ journal }: UpstreamPaper, now: Instant): boolean => journal !== null && journal.published <= now

function list(asked: Asked, scrolls: Map<string, Scroll>, newCursor: () => string): Reply {
  const { query: parameters, corpus, at, fault } = asked
  const rows = countIn(parameters, 'rows', 20, mostRows)
  const offset = countIn(parameters, 'offset', 0, mostOffset)
  if (rows === null) return invalid('integer-not-valid', parameters.get('rows'), `rows must be at most ${mostRows}`)
  if (offset === null) return invalid('integer-not-valid', parameters.get('offset'), 'offset is too large')
  const query = queryOf(parameters)
  if ('problem' in query) return invalid('filter-not-available', query.problem, 'The filter is not available')
  const cursor = parameters.get('cursor')
  for (const [name, scroll] of scrolls) if (scroll.expires < at) scrolls.delete(name)
  const known = cursor === null || cursor === '*' ? null : scrolls.get(cursor)
  if (known === undefined || (known && fault?.kind === 'expired-token')) return cursorInvalid(cursor ?? '')
  const next = known && cursor !== null ? cursor : newCursor()
  const scroll = known ?? { query, sort: sortOf(parameters), now: asked.now, start: offset, expires: 0 }
  const find = (start: number, count: number) => searchOf(corpus).find({ ...scroll, ...scroll.sort, start, count })
  const page = faultyPage(fault, scroll.start, rows, (start, count) => {
    const { hits, total } = find(start, count)
    return { items: hits, total }
  })
  if (cursor !== null) {
    scroll.start += rows
    scroll.expires = at + cursorLifeMs
    scrolls.set(next, scroll)
  }
  const selected = parameters.get('select')?.split(',')
  return jsonReply(200, {
    status: 'ok',
    'message-type': 'work-list',
    'message-version': '1.0.0',
    message: {
      facets: {},
      ...(cursor === null ? {} : { 'next-cursor': next }),
      'total-results': page.total,
      items: page.items.map(({ state, score }) => pick(workOf(state, score), selected)),
      'items-per-page': rows,
      query: { 'start-index': offset, 'search-terms': parameters.get('query') },
    },
  })
}

function invalid(type: string, value: string | null, message: string): Reply {
  return jsonReply(400, { status: 'failed', 'message-type': 'validation-failure', message: [{ type, value, message }] })
}

const cursorInvalid = (value: string): Reply =>
  jsonReply(404, {
    status: 'failed',
    'message-type': 'resource-failure',
    message: [{ type: 'cursor-invalid', value, message: 'The cursor is invalid' }],
  })

const pick = (work: Record<string, unknown>, selected: readonly string[] | undefined): Record<string, unknown> =>
  selected ? Object.fromEntries(Object.entries(work).filter(([name]) => selected.includes(name))) : work

/** Any word of a query is a match; filters must all hold, of one name any. */
function queryOf(parameters: URLSearchParams): Query | { readonly problem: string } {
  const parts: Query[] = [{ kind: 'where', name: 'registered', holds: isRegistered }]
  for (const [name, field] of textParameters) {
    const words = parseWords(parameters.get(name) ?? '', 'or', field)
    if (words) parts.push(words)
  }
  const names = (parameters.get('query.author') ?? '').split(/\s+/).filter((name) => name !== '')
  if (names.length > 0) parts.push({ kind: 'or', parts: names.map((name): Query => ({ kind: 'author', name })) })
  const filters = new Map<string, string[]>()
  for (const filter of (parameters.get('filter') ?? '').split(',').filter((one) => one !== '')) {
    const [name, ...value] = filter.split(':')
    filters.set(name, [...(filters.get(name) ?? []), value.join(':')])
  }
  for (const [name, values] of filters) {
    const holds = filterOf(name, values)
    if (holds === null) return { problem: name }
    parts.push({ kind: 'where', name: `${name} ${values}`, holds })
  }
  return allOf(parts)
}

const textParameters = [
  ['query', 'all'],
  ['query.bibliographic', 'all'],
  ['query.title', 'title'],
] as const

function filterOf(name: string, values: readonly string[]): ((paper: UpstreamPaper) => boolean) | null {
  const of = (holds: (journal: NonNullable<UpstreamPaper['journal']>) => boolean) => (paper: UpstreamPaper) =>
    paper.journal !== null && holds(paper.journal)
  if (name === 'type') return () => values.includes('journal-article')
  if (name === 'doi') {
    const dois = new Set(values.map((value) => value.toLowerCase()))
    return of((journal) => dois.has(journal.doi.toLowerCase()))
  }
  const match = /^(from|until)-(?:pub|online-pub|index|created|deposit|update)-date$/.exec(name)
  const range = match && rangeOf(match[1] === 'from' ? `${values[0]}:` : `:${values[0]}`)
  return range ? of(({ published }) => published >= range.from && published <= range.to) : null
}

function sortOf(parameters: URLSearchParams): Sort {
  const sort = parameters.get('sort')
  const searches = [...parameters.keys()].some((name) => name.startsWith('query'))
  const byScore = sort === 'score' || sort === 'relevance' || (sort === null && searches)
  return { sortBy: byScore ? 'relevance' : 'published', ascending: parameters.get('order') === 'asc' }
}

const licence = 'https://creativecommons.org/licenses/by/4.0'
const issn = '2049-3630'

function workOf({ paper, title, abstract }: PaperState, score: number): Record<string, unknown> {
  const published = paper.journal?.published ?? paper.versions[0].announced
  const doi = paper.journal?.doi ?? ''
  const day = { 'date-parts': dateParts(published) }
  const moment = { ...day, 'date-time': isoOf(published).replace(/\.\d+Z$/, 'Z'), timestamp: published }
  const references = hashOf(doi) % 60
  const dates = hashOf(doi) % 3 === 0 ? printOnly(published) : { 'published-online': day, published: day, issued: day }
  return {
    indexed: { ...moment, version: '3.54.1' },
    'reference-count': references,
    publisher: 'Freshet Test Press',
    issue: String(1 + (references % 12)),
    license: [{ start: moment, 'content-version': 'vor', 'delay-in-days': 0, URL: licence }],
    'content-domain': { domain: [], 'crossmark-restriction': false },
    'short-container-title': [],
    abstract: `<jats:title>Abstract</jats:title><jats:p>${escaped(abstract)}</jats:p>`,
    DOI: doi,
    type: 'journal-article',
    created: moment,
    page: `${references}-${references + 12}`,
    source: 'Crossref',
    'is-referenced-by-count': 0,
    title: [formulasIn(escaped(title))],
    prefix: doi.split('/')[0],
    volume: String(1 + (references % 40)),
    author: paper.authors.map((name, at) => {
      const { first, last } = split(name)
      const sequence = at === 0 ? 'first' : 'additional'
      return { ...(first === null ? {} : { given: first }), family: last, sequence, affiliation: [] }
    }),
    member: String(numberOf(doi.split('/')[0])),
    'container-title': [paper.journal?.name ?? ''],
    'original-title': [],
    language: 'en',
    link: [
      {
        URL: `https://journal.example/${doi}.pdf`,
        'content-type': 'application/pdf',
        'content-version': 'vor',
        'intended-application': 'similarity-checking',
      },
    ],
    deposited: moment,
    score: Math.round(score * 1e6) / 1e6,
    resource: { primary: { URL: `https://journal.example/${doi}` } },
    subtitle: [],
    'short-title': [],
    'references-count': references,
    'journal-issue': { issue: String(1 + (references % 12)) },
    URL: `https://doi.org/${doi}`,
    // Not every publisher says which preprint an article was.
    relation: hashOf(paper.id) % 2 === 0 ? { 'has-preprint': [preprintOf(paper)] } : {},
    ISSN: [issn],
    'issn-type': [{ value: issn, type: 'electronic' }],
    subject: [],
    ...dates,
  }
}

/** Many publishers state only the issue that a work is printed in, a quarter after everybody could read it. */
function printOnly(published: Instant) {
  const [year, month] = dateParts(instant(published + 90 * dayMs))[0]
  const issue = { 'date-parts': [[year, month]] }
  return { 'published-print': issue, published: issue, issued: issue }
}

/** As IEEE writes them, in TeX and nothing else. */
const formulasIn = (title: string): string =>
  title.replace(
    /\$[^$]+\$/g,
    (tex) => `<inline-formula> <tex-math notation="LaTeX">${tex} </tex-math></inline-formula>`,
  )

const preprintOf = (paper: UpstreamPaper) => ({ 'id-type': 'doi', id: arxivDoi(paper), 'asserted-by': 'subject' })

function dateParts(at: Instant): number[][] {
  const date = new Date(instant(at))
  return [[date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]]
}
