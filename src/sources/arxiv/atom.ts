import type { DocumentId, DocumentRecord } from '../../domain/document.ts'
import { SourceError } from '../../domain/errors.ts'
import { isArxivCategory, parseArxivId } from '../../domain/identifiers.ts'
import { parseInstant } from '../../domain/instant.ts'
import type { Source } from '../../ports.ts'
import type { GetRequest, PoliteClient } from '../client/http.ts'
import { type Rejected, sorted } from '../record.ts'
import { arxivRecord } from './record.ts'
import { authorName, proseOf } from './text.ts'
import { attribute, child, children, countIn, type Element, readAnswer, readXml, textOfChild } from './xml.ts'

/** Of the API as a source, and of what is wrong with its answers. */
export const apiSource = 'arxiv-api'
export const arxivAtomAddress = 'https://export.arxiv.org/api/query'

export interface AtomPage {
  readonly records: readonly DocumentRecord[]
  readonly rejected: readonly Rejected[]
  readonly total: number
  readonly startIndex: number
  /** The search as arXiv understood it: an unknown field prefix comes back as `all:`. Null when it echoes none. */
  readonly echoedQuery: string | null
}

/**
 * Reads a feed of arXiv's API. Throws SourceError: `refused` for a feed that is an error message (sent with 200 or
 * 400), `contradictory` for a page that is empty although more results are counted, which happens for minutes on end
 * and must never be taken for the end of the results.
 */
export function parseArxivAtom(xml: string): AtomPage {
  const feed = readXml(apiSource, xml, 'feed')
  const entries = children(feed, 'entry')
  const error = entries.find(isError)
  if (error && entries.every(isError))
    throw new SourceError(apiSource, 'refused', `arXiv's API said: ${messageOf(error)}`)
  const total = countIn(textOfChild(feed, 'totalResults'))
  if (total === null) throw new SourceError(apiSource, 'unreadable', 'the feed does not say how many results there are')
  const startIndex = countIn(textOfChild(feed, 'startIndex')) ?? 0
  if (entries.length === 0 && total > startIndex) {
    throw new SourceError(apiSource, 'contradictory', `an empty page at ${startIndex} of ${total} results`)
  }
  return { ...sorted(entries.map(readEntry)), total, startIndex, echoedQuery: echoedQuery(feed) }
}

const isError = (entry: Element): boolean => /\/api\/errors(?:#|$)/.test(textOfChild(entry, 'id') ?? '')

const messageOf = (entry: Element): string => proseOf(textOfChild(entry, 'summary') ?? 'an error').slice(0, 200)

/**
 * From the address of the feed itself, which in an older form is no more than a hash. The title repeats the query
 * unescaped, where a `&` in it is ambiguous, so it is read only where the address says nothing.
 */
function echoedQuery(feed: Element): string | null {
  for (const link of children(feed, 'link')) {
    const href = attribute(link, 'href') ?? ''
    if (!URL.canParse(href)) continue
    const { searchParams, search } = new URL(href)
    // An older form of the API escapes the whole query string once more.
    const parameters = searchParams.has('search_query') ? searchParams : new URLSearchParams(unescaped(search.slice(1)))
    const query = parameters.get('search_query')
    if (query !== null) return query === '' ? null : query
  }
  const title = textOfChild(feed, 'title') ?? ''
  return /\bsearch_query=(.+?)&id_list=/s.exec(title)?.[1] ?? null
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

function readEntry(entry: Element): DocumentRecord | Rejected {
  const address = textOfChild(entry, 'id') ?? ''
  if (isError(entry)) return { id: address, reason: `arXiv's API said: ${messageOf(entry)}` }
  const id = parseArxivId(address)
  if (!id) return { id: address, reason: 'the entry has no arXiv id' }
  const submitted = parseInstant(textOfChild(entry, 'published') ?? '')
  const updated = parseInstant(textOfChild(entry, 'updated') ?? '')
  const versions = [
    ...(submitted === null ? [] : [{ version: 1, at: submitted }]),
    ...(updated === null || id.version < 2 ? [] : [{ version: id.version, at: updated }]),
  ]
  return arxivRecord({
    id,
    title: textOfChild(entry, 'title') ?? '',
    abstract: textOfChild(entry, 'summary') ?? '',
    authors: children(entry, 'author')
      .map((author) => authorName(textOfChild(author, 'name') ?? ''))
      .filter((name) => name !== ''),
    categories: categoriesOf(entry),
    comment: textOfChild(entry, 'comment'),
    doi: textOfChild(entry, 'doi'),
    submitted,
    updated,
    versions,
    withdrawn: false,
  })
}

/** Primary first. */
function categoriesOf(entry: Element): string[] {
  const primary = attribute(child(entry, 'primary_category') ?? {}, 'term')
  const all = children(entry, 'category').map((category) => attribute(category, 'term'))
  return [primary, ...all].filter((term) => term !== null).filter(isArxivCategory)
}

export interface ApiPlace {
  readonly client: PoliteClient
  readonly baseUrl?: string
}

/** A page of 2,000 entries is about 5 MB. */
const maxBytes = 32 * 1024 * 1024

/** Asks the API once. Throws SourceError for every answer that is no page of results. */
export async function fetchAtom(
  { client, baseUrl = arxivAtomAddress }: ApiPlace,
  parameters: Readonly<Record<string, string>>,
  request: Pick<GetRequest, 'signal' | 'deadlineMs' | 'urgent'>,
): Promise<AtomPage> {
  const url = `${baseUrl}?${new URLSearchParams(parameters)}`
  const answer = await client.get(url, { ...request, maxBytes, accept: 'application/atom+xml' })
  return readAnswer(apiSource, answer, parseArxivAtom)
}

const batchSize = 100

/**
 * Looks papers up by their ids, 100 a request. An id that arXiv does not hold, or that is not arXiv's, is absent from
 * the result; so is an entry that cannot be read.
 */
export function arxivLookUp(
  client: PoliteClient,
  settings: { readonly baseUrl?: string; readonly deadlineMs: number },
): NonNullable<Source['lookUp']> {
  const { deadlineMs, ...place } = settings
  return async (ids, signal) => {
    const wanted = [...new Set(ids)].filter(isPossible)
    const found: DocumentRecord[] = []
    for (let at = 0; at < wanted.length; at += batchSize) {
      const batch = wanted.slice(at, at + batchSize)
      // Without max_results the API answers ten, whatever was asked for.
      const parameters = { id_list: batch.join(','), max_results: String(batchSize) }
      const page = await fetchAtom({ client, ...place }, parameters, { signal, deadlineMs })
      const asked = new Set(batch)
      found.push(...page.records.filter((record) => asked.has(record.id)))
    }
    return found
  }
}

/** One impossible id fails its whole batch, and arXiv throttles who sends malformed requests. */
function isPossible(id: DocumentId): boolean {
  const parsed = parseArxivId(id)
  return parsed !== null && parsed.id === id && !/^\d\d(?:00|1[3-9]|[2-9]\d)\./.test(id)
}
