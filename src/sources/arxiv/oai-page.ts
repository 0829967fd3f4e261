import type { DocumentRecord, VersionDate } from '../../domain/document.ts'
import { SourceError } from '../../domain/errors.ts'
import { type ArxivId, parseArxivId } from '../../domain/identifiers.ts'
import { type Instant, parseDay, parseInstant } from '../../domain/instant.ts'
import { type Rejected, sorted } from '../record.ts'
import { arxivRecord, noonOf } from './record.ts'
import { authorName, splitAuthors } from './text.ts'
import { attribute, child, children, countIn, type Element, readXml, textIn, textOfChild } from './xml.ts'

export const oaiSource = 'arxiv-oai'

export interface OaiPage {
  readonly records: readonly DocumentRecord[]
  readonly rejected: readonly Rejected[]
  /** Null on the last page. */
  readonly token: string | null
  /** Length of the whole list, where the server states it; arXiv's present one (github.com/arXiv/oaipmh) does not. */
  readonly listSize: number | null
}

/**
 * One answer of arXiv's OAI-PMH server, in any of the formats arXivRaw, arXiv and oai_dc; null when no records match.
 * Throws SourceError for every other answer, an OAI error among them. Protocol: openarchives.org, version 2.0.
 */
export function parseOaiPage(xml: string): OaiPage | null {
  const root = readXml(oaiSource, xml, 'OAI-PMH')
  const error = child(root, 'error')
  if (error) {
    const code = attribute(error, 'code') ?? 'no code'
    if (code === 'noRecordsMatch') return null
    const failure = code === 'badResumptionToken' ? 'expired' : 'refused'
    throw new SourceError(oaiSource, failure, `arXiv's OAI-PMH server said ${code}: ${textIn(error).slice(0, 200)}`)
  }
  const list = child(root, 'ListRecords') ?? child(root, 'GetRecord')
  if (!list) throw new SourceError(oaiSource, 'unreadable', 'the OAI-PMH answer holds neither records nor an error')
  const token = child(list, 'resumptionToken')
  return {
    ...sorted(children(list, 'record').map(readRecord)),
    token: token && (textIn(token).trim() || null),
    listSize: token && countIn(attribute(token, 'completeListSize')),
  }
}

function readRecord(record: Element): DocumentRecord | Rejected {
  const header = child(record, 'header') ?? {}
  const identifier = textOfChild(header, 'identifier') ?? ''
  const id = parseArxivId(identifier)
  if (!id) return { id: identifier, reason: 'the identifier is not an arXiv id' }
  const deleted = attribute(header, 'status') === 'deleted'
  const metadata = child(record, 'metadata') ?? {}
  const known = readMetadata(id, header, metadata, deleted)
  if (known) return known
  return {
    id: id.id,
    reason: deleted ? 'deleted at the source, which gives no title' : 'no metadata in a known format',
  }
}

function readMetadata(
  id: ArxivId,
  header: Element,
  metadata: Element,
  deleted: boolean,
): DocumentRecord | Rejected | null {
  const raw = child(metadata, 'arXivRaw')
  if (raw) return sameId(id, raw) ?? readRaw(id, raw, deleted)
  const arxiv = child(metadata, 'arXiv')
  if (arxiv) return sameId(id, arxiv) ?? readArxiv(id, arxiv, deleted)
  const dublinCore = child(metadata, 'dc')
  return dublinCore && readDublinCore(id, header, dublinCore, deleted)
}

function sameId(id: ArxivId, metadata: Element): Rejected | null {
  const inner = parseArxivId(textOfChild(metadata, 'id') ?? '')
  return inner?.id === id.id ? null : { id: id.id, reason: 'header and metadata name different papers' }
}

function readRaw(id: ArxivId, raw: Element, deleted: boolean): DocumentRecord | Rejected {
  const listed = children(raw, 'version')
    .map((version) => ({ number: versionNumber(version), version }))
    .sort((a, b) => a.number - b.number)
  const versions: VersionDate[] = []
  for (const { number, version } of listed) {
    const at = parseInstant(textOfChild(version, 'date') ?? '')
    if (number > 0 && at !== null) versions.push({ version: number, at })
  }
  const latest = listed.at(-1)
  return arxivRecord({
    ...commonFields(raw),
    id: { id: id.id, version: Math.max(0, latest?.number ?? 0) },
    authors: splitAuthors(textOfChild(raw, 'authors') ?? ''),
    submitted: versions.find((one) => one.version === 1)?.at ?? null,
    updated: versions.find((one) => one.version === latest?.number)?.at ?? null,
    versions,
    // arXiv's server writes "I" where the format of a version is "withdrawn" (github.com/arXiv/oaipmh, create_records).
    withdrawn: deleted || (latest !== undefined && (textOfChild(latest.version, 'source_type') ?? '').includes('I')),
  })
}

const versionNumber = (version: Element): number =>
  countIn((attribute(version, 'version') ?? '').replace(/^v/, '')) ?? 0

function readArxiv(id: ArxivId, arxiv: Element, deleted: boolean): DocumentRecord | Rejected {
  const authors = children(child(arxiv, 'authors') ?? {}, 'author')
  const submitted = noonIn(textOfChild(arxiv, 'created'))
  return arxivRecord({
    ...commonFields(arxiv),
    id: { id: id.id, version: 0 },
    authors: authors.map(writtenName).filter((name) => name !== ''),
    submitted,
    updated: noonIn(textOfChild(arxiv, 'updated')) ?? submitted,
    versions: [],
    withdrawn: deleted,
  })
}

const writtenName = (author: Element): string =>
  authorName(['forenames', 'keyname', 'suffix'].map((part) => textOfChild(author, part) ?? '').join(' '))

const commonFields = (metadata: Element) => ({
  title: textOfChild(metadata, 'title') ?? '',
  abstract: textOfChild(metadata, 'abstract') ?? '',
  categories: (textOfChild(metadata, 'categories') ?? '').split(/\s+/).filter((category) => category !== ''),
  comment: textOfChild(metadata, 'comments'),
  doi: textOfChild(metadata, 'doi'),
})

function noonIn(text: string | null): Instant | null {
  const day = text === null ? null : parseDay(text)
  return day && noonOf(day)
}

/** Dublin Core names subjects in words, so the categories come from the sets of the header. */
function readDublinCore(id: ArxivId, header: Element, dc: Element, deleted: boolean): DocumentRecord | Rejected {
  const [abstract = '', comment] = children(dc, 'description').map(textIn)
  const dates = children(dc, 'date').map((date) => noonIn(textIn(date).trim()))
  const identifiers = children(dc, 'identifier').map((one) => textIn(one).trim())
  return arxivRecord({
    id: { id: id.id, version: 0 },
    title: textOfChild(dc, 'title') ?? '',
    abstract,
    authors: children(dc, 'creator')
      .map(turnedName)
      .filter((name) => name !== ''),
    categories: children(header, 'setSpec').map((set) => categoryOfSet(textIn(set).trim())),
    comment: comment?.replace(/^\s*Comment:\s*/, '') ?? null,
    doi: identifiers.find((one) => one.startsWith('doi:')) ?? null,
    submitted: dates[0] ?? null,
    updated: dates.at(-1) ?? null,
    versions: [],
    withdrawn: deleted,
  })
}

/** `Roe, John` as `John Roe`. */
function turnedName(creator: Element): string {
  const [last, ...rest] = textIn(creator).split(',')
  return authorName([...rest, last].map((part) => part.trim()).join(' '))
}

/** `cs:cs:AI` as `cs.AI`, `physics:hep-th` as `hep-th`, `math` as `math`. */
const categoryOfSet = (set: string): string => {
  const parts = set.split(':')
  return parts.length === 1 ? set : parts.slice(1).join('.')
}
