import { parseArxivId } from '../../src/domain/identifiers.ts'
import {
  type Day,
  dayOf,
  endOfDay,
  type Instant,
  instant,
  isoOf,
  parseDay,
  startOfDay,
} from '../../src/domain/instant.ts'
import type { Asked } from './asked.ts'
import { categoriesAt, modifiedSince, stateAt, type UpstreamPaper } from './corpus.ts'
import { type Reply, reply } from './exchange.ts'
import { faultyPage } from './faults.ts'
import { archiveOf, type Format, formats, headerOf, recordOf, setOf } from './oai-records.ts'
import { element, emptyElement, lines } from './xml.ts'

/**
 * arXiv's OAI-PMH server. Pages, tokens and errors follow its published code (github.com/arXiv/oaipmh): lists go by
 * the UTC day of the last modification and then by id, a token is the query with a place in it, and a page says no size.
 */
const address = 'https://oaipmh.arxiv.org/oai'

/** How many records and identifiers a page holds. */
export interface OaiPaging {
  readonly records: number
  readonly identifiers: number
}

export const usualOaiPaging: OaiPaging = { records: 1000, identifiers: 20_000 }

type Arguments = Readonly<Record<string, string>>

/** What the protocol has a code for. */
interface OaiError {
  readonly code: string
  readonly says: string
}

const says = {
  badArgument: 'The request includes illegal arguments or is missing required ones.',
  badResumptionToken: 'The resumption token is invalid or has expired.',
  badVerb: 'The verb is missing, repeated or none of the protocol.',
  cannotDisseminateFormat: 'The metadata format is not supported.',
  idDoesNotExist: 'The identifier is unknown here.',
  noRecordsMatch: 'No records match the arguments.',
} as const

const errorOf = (code: keyof typeof says): OaiError => ({ code, says: says[code] })

export function answerArxivOai(asked: Asked, paging: OaiPaging): Reply {
  if (asked.path !== '/oai') return reply(404, 'text/html', '<html><body>Not Found</body></html>')
  const parameters = Object.fromEntries(asked.query)
  const repeated = [...asked.query.keys()].length > Object.keys(parameters).length
  const inside = repeated ? errorOf('badArgument') : answerVerb(asked, parameters, paging)
  const isError = typeof inside !== 'string'
  return reply(
    200,
    'application/xml',
    lines(
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">',
      element('responseDate', isoOf(asked.now).replace(/\.\d+Z$/, 'Z')),
      element('request', address, isError ? {} : parameters),
      isError ? oaiError(inside) : inside,
      '</OAI-PMH>',
    ),
  )
}

export const oaiError = ({ code, says: words }: OaiError): string => element('error', words, { code })

function answerVerb(asked: Asked, { verb, ...given }: Arguments, paging: OaiPaging): string | OaiError {
  switch (verb) {
    case 'Identify':
      return allows(given) ? identify : errorOf('badArgument')
    case 'ListMetadataFormats':
      return allows(given, 'identifier') ? listFormats() : errorOf('badArgument')
    case 'ListSets':
      return allows(given) ? listSets(asked) : errorOf('badArgument')
    case 'GetRecord':
      return getRecord(asked, given)
    case 'ListRecords':
      return list(asked, verb, given, paging.records)
    case 'ListIdentifiers':
      return list(asked, verb, given, paging.identifiers)
    default:
      return errorOf('badVerb')
  }
}

const allows = (given: Arguments, ...names: readonly string[]): boolean =>
  Object.keys(given).every((name) => names.includes(name))

const identify = lines(
  '<Identify>',
  element('repositoryName', 'arXiv'),
  element('baseURL', address),
  element('protocolVersion', '2.0'),
  element('adminEmail', 'help@arxiv.org'),
  element('earliestDatestamp', '2005-09-16'),
  element('deletedRecord', 'persistent'),
  element('granularity', 'YYYY-MM-DD'),
  '</Identify>',
)

function listFormats(): string {
  const listed = [...formats.values()].map(({ prefix, schema, namespace }) =>
    lines(
      '<metadataFormat>',
      element('metadataPrefix', prefix),
      element('schema', schema),
      element('metadataNamespace', namespace),
      '</metadataFormat>',
    ),
  )
  return lines('<ListMetadataFormats>', ...listed, '</ListMetadataFormats>')
}

/** Groups, archives and categories of the corpus. */
function listSets({ corpus }: Asked): string {
  const specs = new Set<string>()
  for (const category of corpus.categories) {
    const spec = setOf(category)
    specs
      .add(spec.split(':')[0])
      .add(`${spec.split(':')[0]}:${archiveOf(category)}`)
      .add(spec)
  }
  const sets = [...specs]
    .sort()
    .map((spec) => lines('<set>', element('setSpec', spec), element('setName', spec.replaceAll(':', ' ')), '</set>'))
  return lines('<ListSets>', ...sets, '</ListSets>')
}

function getRecord({ corpus, now }: Asked, given: Arguments): string | OaiError {
  if (!allows(given, 'identifier', 'metadataPrefix') || !given.identifier || !given.metadataPrefix) {
    return errorOf('badArgument')
  }
  const format = formats.get(given.metadataPrefix)
  if (!format) return errorOf('cannotDisseminateFormat')
  const paper = corpus.byId(parseArxivId(given.identifier)?.id ?? '')
  const state = paper && stateAt(paper, now)
  return state ? lines('<GetRecord>', recordOf(state, format), '</GetRecord>') : errorOf('idDoesNotExist')
}

/** A list that was asked for, or how far into one a token reaches. */
interface Listing {
  readonly format: Format
  readonly set: string | null
  readonly from: Day | null
  readonly until: Day | null
  readonly skip: number
}

function list(asked: Asked, verb: string, given: Arguments, size: number): string | OaiError {
  const listing = given.resumptionToken === undefined ? readArguments(given) : readToken(asked, verb, given)
  if ('code' in listing) return listing
  if (asked.fault?.kind === 'nothing') return errorOf('noRecordsMatch')
  const { items, beyond } = take(asked, listing, size)
  if (items.length === 0) return errorOf('noRecordsMatch')
  const page = faultyPage(asked.fault, listing.skip, size, (start) => ({
    items: start === listing.skip ? items : take(asked, { ...listing, skip: start }, size).items,
    total: asked.fault?.kind === 'wrong-total' ? take(asked, listing, Infinity).items.length : 0,
  }))
  const shown = page.items.flatMap(({ paper }) => stateAt(paper, asked.now) ?? [])
  return lines(
    `<${verb}>`,
    ...shown.map((state) => (verb === 'ListRecords' ? recordOf(state, listing.format) : headerOf(state))),
    token(asked, verb, listing, { items, beyond, pageSize: size }, page.total),
    `</${verb}>`,
  )
}

function readArguments(given: Arguments): Listing | OaiError {
  const { metadataPrefix, set, from, until } = given
  if (!allows(given, 'metadataPrefix', 'set', 'from', 'until') || metadataPrefix === undefined) {
    return errorOf('badArgument')
  }
  const format = formats.get(metadataPrefix)
  if (!format) return errorOf('cannotDisseminateFormat')
  const [first, last] = [from, until].map((day) => (day === undefined ? null : parseDay(day)))
  if ((from !== undefined && first === null) || (until !== undefined && last === null)) return errorOf('badArgument')
  if (first !== null && last !== null && first > last) return errorOf('badArgument')
  return { format, set: set ?? null, from: first, until: last, skip: 0 }
}

interface Listed {
  readonly paper: UpstreamPaper
  readonly modified: Instant
}

/** The page, and the first record beyond it. */
function take(
  { corpus, now }: Asked,
  { from, until, set, skip }: Listing,
  size: number,
): { items: Listed[]; beyond: Listed | null } {
  const items: Listed[] = []
  const end = until === null ? Infinity : endOfDay(until)
  let seen = 0
  for (const one of modifiedSince(corpus, from && startOfDay(from), now)) {
    if (one.modified > end) break
    if (set !== null && !isInSet(one.paper, set, now)) continue
    if (seen++ < skip) continue
    if (items.length === size) return { items, beyond: one }
    items.push(one)
  }
  return { items, beyond: null }
}

const isInSet = (paper: UpstreamPaper, set: string, now: Instant): boolean =>
  categoriesAt(paper, now).some((category) => `${setOf(category)}:`.startsWith(`${set}:`))

/** Where the next page begins: within the page's only day, or within the day of the first record beyond it. */
function token(
  { now, fault }: Asked,
  verb: string,
  listing: Listing,
  { items, beyond, pageSize }: { items: readonly Listed[]; beyond: Listed | null; pageSize: number },
  stated: number,
): string {
  const size = fault?.kind === 'wrong-total' ? { completeListSize: String(stated) } : {}
  if (beyond === null) {
    return listing.skip > 0 || fault?.kind === 'wrong-total' ? emptyElement('resumptionToken', size) : ''
  }
  const day = dayOf(beyond.modified)
  const sameDay = dayOf(items[0].modified) === day
  const skip = sameDay ? listing.skip + pageSize : items.filter((one) => dayOf(one.modified) === day).length
  const parameters = new URLSearchParams({ verb, metadataPrefix: listing.format.prefix })
  if (listing.set !== null) parameters.set('set', listing.set)
  const from = sameDay ? listing.from : day
  if (from !== null) parameters.set('from', from)
  if (listing.until !== null) parameters.set('until', listing.until)
  parameters.set('skip', String(skip))
  // The real one does not say when it was made; ours must, to be refused on another day.
  parameters.set('made', dayOf(now))
  const expires = isoOf(instant(endOfDay(dayOf(now)) + 1)).replace(/\.\d+Z$/, 'Z')
  return element('resumptionToken', encodeURIComponent(parameters.toString()), { expires, ...size })
}

function readToken({ now, fault }: Asked, verb: string, given: Arguments): Listing | OaiError {
  if (!allows(given, 'resumptionToken')) return errorOf('badArgument')
  const { made, skip, ...read } = Object.fromEntries(new URLSearchParams(unescapedToken(given.resumptionToken)))
  const { verb: of, ...rest } = read
  const isExpired = fault?.kind === 'expired-token' || made !== dayOf(now)
  if (isExpired || of !== verb || !/^\d+$/.test(skip ?? '')) return errorOf('badResumptionToken')
  const listing = readArguments(rest)
  return 'code' in listing ? errorOf('badResumptionToken') : { ...listing, skip: Number(skip) }
}

function unescapedToken(token: string): string {
  try {
    return decodeURIComponent(token)
  } catch {
    return ''
  }
}
