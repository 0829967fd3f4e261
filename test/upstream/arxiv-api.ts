import { createHash } from 'node:crypto'
import { parseArxivId } from '../../src/domain/identifiers.ts'
import { isoOf } from '../../src/domain/instant.ts'
import { parseArxivQuery } from './arxiv-syntax.ts'
import type { Asked } from './asked.ts'
import type { PaperState } from './corpus.ts'
import { papersAt, stateAt } from './corpus.ts'
import { countIn, type Reply, reply } from './exchange.ts'
import { faultyPage, type Page } from './faults.ts'
import type { Query } from './query.ts'
import { type SortBy, searchOf } from './search.ts'
import { element, emptyElement, escaped, lines } from './xml.ts'

/** arXiv's query API, `/api/query`, as recorded in April 2026. */
const atomType = 'application/atom+xml; charset=utf-8'
const mostPerPage = 2000
const mostInAll = 30_000
const orders: Readonly<Record<string, SortBy>> = {
  relevance: 'relevance',
  submittedDate: 'submitted',
  lastUpdatedDate: 'updated',
}

interface Wanted {
  readonly query: Query | null
  /** With a version where one was named. */
  readonly ids: readonly { readonly id: string; readonly version: number }[]
  readonly echo: string
  readonly idList: string
  readonly start: number
  readonly count: number
  readonly sortBy: SortBy
  readonly ascending: boolean
}

export function answerArxivApi(asked: Asked): Reply {
  if (asked.path !== '/api/query') return reply(404, 'text/html', '<html><body>Not Found</body></html>')
  const wanted = readRequest(asked.query)
  if (typeof wanted === 'string') return arxivError(asked, 400, wanted)
  const page = faultyPage(asked.fault, wanted.start, wanted.count, (start, count) => find(asked, wanted, start, count))
  return reply(200, atomType, feedOf(asked, wanted, page))
}

/** The request, or what arXiv says is wrong with it. */
function readRequest(parameters: URLSearchParams): Wanted | string {
  const start = countIn(parameters, 'start', 0, Number.MAX_SAFE_INTEGER)
  const count = countIn(parameters, 'max_results', 10, Number.MAX_SAFE_INTEGER)
  if (start === null) return 'start must be an integer'
  if (count === null) return 'max_results must be an integer'
  if (start + count > mostInAll) return `max_results must be at most ${mostInAll} in all`
  const sortBy = orders[parameters.get('sortBy') ?? 'relevance']
  if (!sortBy) return 'sortBy must be in: relevance, lastUpdatedDate, submittedDate'
  const sortOrder = parameters.get('sortOrder') ?? 'descending'
  if (sortOrder !== 'ascending' && sortOrder !== 'descending') return 'sortOrder must be in: ascending, descending'
  const idList = parameters.get('id_list') ?? ''
  const ids = []
  for (const text of idList.split(',').filter((one) => one.trim() !== '')) {
    const id = parseArxivId(text)
    if (!id) return `incorrect id format for ${text}`
    ids.push(id)
  }
  const searched = parameters.get('search_query') ?? ''
  const query = searched.trim() === '' ? null : parseArxivQuery(searched)
  if (searched.trim() !== '' && query === null) return `malformed query ${searched}`
  return {
    query: query?.query ?? null,
    echo: query?.echo ?? '',
    ids,
    idList,
    start,
    count: Math.min(count, mostPerPage),
    sortBy,
    ascending: sortOrder === 'ascending',
  }
}

/** The papers of the list where there is one, kept where they match the query; else the query's. */
function find(asked: Asked, wanted: Wanted, start: number, count: number): Page<PaperState> {
  const { corpus, now } = asked
  if (wanted.ids.length === 0) {
    if (wanted.query === null) return { items: [], total: 0 }
    const { query, sortBy, ascending } = wanted
    const { hits, total } = searchOf(corpus).find({ query, now, sortBy, ascending, start, count })
    return { items: hits.map((hit) => hit.state), total }
  }
  const listed = wanted.ids.flatMap(({ id, version }) => {
    const paper = corpus.byId(id)
    const state = paper && stateAt(paper, now)
    return state ? inVersion(state, version) : []
  })
  const items = wanted.query === null ? listed : matching(asked, wanted.query, listed)
  return { items: items.slice(start, start + count), total: items.length }
}

function inVersion(state: PaperState, version: number): PaperState[] {
  if (version === 0 || version === state.versions.length) return [state]
  const earlier = state.versions[version - 1]
  const then = earlier && stateAt(state.paper, earlier.announced)
  return then ? [then] : []
}

function matching({ corpus, now }: Asked, query: Query, listed: readonly PaperState[]): PaperState[] {
  const count = papersAt(corpus, now).length
  const { hits } = searchOf(corpus).find({ query, now, sortBy: 'relevance', ascending: false, start: 0, count })
  const found = new Set(hits.map((hit) => hit.state.paper))
  return listed.filter((state) => found.has(state.paper))
}

const namespaces =
  'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom"'
const head = `<?xml version='1.0' encoding='UTF-8'?>\n<feed ${namespaces}>`

function feedOf({ now }: Asked, wanted: Wanted, { items, total }: Page<PaperState>): string {
  const { echo, idList, start, count } = wanted
  const title = `arXiv Query: search_query=${echo}&id_list=${idList}&start=${start}&max_results=${count}`
  // Only what would end the parameter is escaped.
  const query = echo.replaceAll('%', '%25').replaceAll('&', '%26').replaceAll('+', '%2B').replaceAll('#', '%23')
  const href = `https://arxiv.org/api/query?search_query=${query}&start=${start}&max_results=${count}&id_list=${idList}`
  return lines(
    head,
    element('id', `https://arxiv.org/api/${createHash('sha1').update(title).digest('base64').slice(0, 27)}`),
    element('title', title),
    element('updated', seconds(now)),
    emptyElement('link', { href, type: 'application/atom+xml' }),
    element('opensearch:itemsPerPage', String(count)),
    element('opensearch:totalResults', String(total)),
    element('opensearch:startIndex', String(start)),
    ...items.map(entryOf),
    '</feed>',
  )
}

function entryOf(state: PaperState): string {
  const { paper, versions, categories, doi } = state
  const address = `arxiv.org/abs/${paper.id}v${versions.length}`
  const link = (attributes: Record<string, string>) => emptyElement('link', attributes)
  const term = { scheme: 'http://arxiv.org/schemas/atom' }
  const latest = versions[versions.length - 1]
  return lines(
    '<entry>',
    element('id', `http://${address}`),
    element('title', state.title),
    element('updated', seconds(latest.submitted)),
    link({ href: `https://${address}`, rel: 'alternate', type: 'text/html' }),
    link({ href: `https://${address.replace('abs', 'pdf')}`, rel: 'related', type: 'application/pdf', title: 'pdf' }),
    element('summary', state.abstract),
    ...categories.map((category) => emptyElement('category', { term: category, ...term })),
    element('published', seconds(versions[0].submitted)),
    element('arxiv:comment', state.comment),
    emptyElement('arxiv:primary_category', { term: categories[0] }),
    doi === null ? '' : element('arxiv:journal_ref', paper.journal?.name ?? null),
    ...paper.authors.map((name) => `<author>\n${element('name', name)}\n</author>`),
    element('arxiv:doi', doi),
    doi === null ? '' : link({ rel: 'related', href: `https://doi.org/${doi}`, title: 'doi' }),
    '</entry>',
  )
}

/** A feed whose one entry says what is wrong. */
export function arxivError({ now }: Pick<Asked, 'now'>, status: number, message: string): Reply {
  const address = `https://arxiv.org/api/errors#${message.replace(/\W+/g, '_')}`
  const body = lines(
    head,
    element('id', 'https://arxiv.org/'),
    element('title', 'arXiv Search Results'),
    element('updated', seconds(now)),
    element('opensearch:itemsPerPage', '1'),
    element('opensearch:totalResults', '1'),
    element('opensearch:startIndex', '0'),
    '<entry>',
    element('id', address),
    element('title', 'Error'),
    element('updated', seconds(now)),
    emptyElement('link', { href: address, rel: 'alternate', type: 'text/html' }),
    `<summary>${escaped(message)}</summary>`,
    `<author>\n${element('name', 'arXiv api core')}\n</author>`,
    '</entry>',
    '</feed>',
  )
  return reply(status, atomType, body)
}

const seconds = (at: Asked['now']): string => isoOf(at).replace(/\.\d+Z$/, 'Z')
