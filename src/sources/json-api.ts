import { z } from 'zod'
import type { DocumentId, DocumentRecord } from '../domain/document.ts'
import { SourceError } from '../domain/errors.ts'
import { arxivIdOfDoi, parseArxivId, parseDoi } from '../domain/identifiers.ts'
import type { Answer } from './client/http.ts'
import { withoutFalseTags } from './elements.ts'
import { textOfMarkup } from './markup.ts'
import { plainText, type Rejected, sorted } from './record.ts'

/** What the sources that answer in JSON share: from an answer to values that fit, and from ids to an identity. */

export type JsonAnswer = Pick<Answer, 'status' | 'headers' | 'body'>

/**
 * The body of an answer as the schema has it. Throws SourceError: `refused` with what the source says of it for an
 * error (a status that is no success, or an error in the body of one), `unreadable` for what is no JSON or does not fit.
 * `secrets` are keys that were sent: an API that quotes one in its complaint does not bring it into our messages.
 */
export function readJson<T>(
  source: string,
  answer: JsonAnswer,
  schema: z.ZodType<T>,
  secrets: readonly string[] = [],
): T {
  const { status } = answer
  if (status < 200 || status >= 300) {
    const said = withoutSecrets(complaintOf(answer.body), secrets)
    throw new SourceError(source, 'refused', `${source}: HTTP status ${status}${said === '' ? '' : `: ${said}`}`)
  }
  const json = parsed(answer.body)
  if (json === undefined) {
    const type = answer.headers.get('content-type')?.split(';')[0] ?? 'something unnamed'
    throw new SourceError(source, 'unreadable', `${source}: the answer is no JSON (${plainText(type).slice(0, 60)})`)
  }
  const fit = schema.safeParse(json)
  // A success that is an error in words, as Europe PMC's; `message` alone is no error where the schema knows it.
  const complaint = errorIn(json, fit.success ? certainErrors : allErrors)
  if (complaint !== '') {
    throw new SourceError(source, 'refused', `${source}: ${withoutSecrets(complaint, secrets)}`)
  }
  if (fit.success) return fit.data
  throw new SourceError(source, 'unreadable', `${source}: the answer has another shape (${misfit(fit.error)})`)
}

/**
 * A record of every item that fits and can be read; the others are named with their reason. `idKeys` are where an item
 * that does not fit may still say its id.
 */
export function readItems<T>(
  items: readonly unknown[],
  schema: z.ZodType<T>,
  idKeys: readonly string[],
  read: (item: T) => DocumentRecord | Rejected,
): { records: DocumentRecord[]; rejected: Rejected[] } {
  return sorted(
    items.map((item, at) => {
      const fit = schema.safeParse(item)
      return fit.success ? read(fit.data) : misfitting(item, idKeys, `item ${at + 1}`, fit.error)
    }),
  )
}

/** What does not fit, by the id that it says it has, else by where it stands. */
export const misfitting = (item: unknown, idKeys: readonly string[], place: string, error: z.ZodError): Rejected => ({
  id: idIn(item, idKeys) ?? place,
  reason: misfit(error),
})

/** The ids that a source gives of one work, as it writes them; what cannot be read is left out. */
export interface GivenIds {
  /** The source's own, with its scheme: `openalex:W123`, `s2:649def…`. */
  readonly own: string | null
  readonly arxiv?: string | null
  /** The DOI of the work itself. */
  readonly doi?: string | null
  readonly pmid?: string | number | null
  /** DOIs of other versions of the same work: its preprint, its article. */
  readonly otherDois?: readonly string[]
}

/**
 * One work, one id, whoever tells of it: the arXiv id first, then the DOI, then the source's own. A DOI that arXiv gives
 * (10.48550) is an arXiv id and never a `doi`. Null for a work without any id.
 */
export function identityOf(given: GivenIds): Pick<DocumentRecord, 'id' | 'doi' | 'identifiers'> | null {
  const dois = [given.doi ?? '', ...(given.otherDois ?? [])].map(parseDoi).filter((doi) => doi !== null)
  const arxivIds = [parseArxivId(given.arxiv ?? ''), ...dois.map(arxivIdOfDoi)].filter((id) => id !== null)
  const arxiv = arxivIds.at(0)?.id ?? null
  const [doi = null, ...otherDois] = [...new Set(dois.filter((one) => arxivIdOfDoi(one) === null))]
  const id = arxiv ?? (doi === null ? given.own : `doi:${doi}`)
  if (id === null) return null
  const identifiers = [
    ...otherDois.map((other) => `doi:${other}`),
    ...(/^\d+$/.test(String(given.pmid ?? '')) ? [`pmid:${given.pmid}`] : []),
    ...(given.own === null ? [] : [given.own]),
  ]
  return { id: id as DocumentId, doi, identifiers: [...new Set(identifiers)].filter((one) => one !== id) }
}

/**
 * What was typed as plain words in lower case, for an API that has operators: no sign survives, and no AND, OR or NOT
 * (which are operators in capitals only).
 */
export const askableWords = (text: string): string[] =>
  (text.match(/[\p{L}\p{N}\p{M}]+(?:['’][\p{L}\p{N}\p{M}]+)*/gu) ?? []).map((word) => word.toLowerCase())

/**
 * Text of which nobody says whether it has markup. A `<` without any closing tag is a sign of its own ("for k<n"), and so is
 * one before a name that no element has: reading it as a tag would take away what follows.
 */
export const textWithOrWithoutMarkup = (text: string): string =>
  textOfMarkup(
    /<\/[a-z][\w:-]*\s*>|<(?:br|hr)\s*\/?>/i.test(text) ? withoutFalseTags(text) : text.replaceAll('<', '&lt;'),
  )

/** An answer of nothing, by a source that counts something, is a server that lost its answer: SourceError `contradictory`. */
export function believable<T extends { readonly ids: readonly string[]; readonly total: number | null }>(
  source: string,
  page: T,
): T {
  if (page.ids.length > 0 || page.total === null || page.total === 0) return page
  throw new SourceError(source, 'contradictory', `${source}: an empty page of ${page.total} results`)
}

/** For publishers who escape their markup once more than they should, and whoever passes that on: it is read twice. */
export const textOfEscapedMarkup = (markup: string): string => textWithOrWithoutMarkup(textWithOrWithoutMarkup(markup))

/** A query as it can be shown: names and values, nothing encoded. */
export const shownQuery = (parameters: Readonly<Record<string, string>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')

/** Where APIs put what went wrong. */
const certainErrors = ['error', 'errMsg', 'errCode', 'errors']
const allErrors = [...certainErrors, 'message', 'detail']

/** JSON, HTML or plain text in one short line. */
function complaintOf(body: string): string {
  const json = parsed(body)
  if (json !== undefined) return errorIn(json, allErrors)
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(body)?.[1]
  return textOfMarkup(title ?? body.slice(0, 2_000)).slice(0, longestComplaint)
}

const longestComplaint = 200

/** What is said under the keys; an API may nest it or give a list. */
function errorIn(json: unknown, keys: readonly string[]): string {
  const fields = asFields(json)
  const said = keys.map((key) => sayings(fields[key]).join('; ')).filter((text) => text !== '')
  return plainText([...new Set(said)].join(': ')).slice(0, longestComplaint)
}

/** Of an object only what is worded: under `message` a success may keep all of its data. */
function sayings(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.slice(0, 5).flatMap(sayings)
  const { message, msg } = asFields(value)
  return [message, msg].filter((one) => typeof one === 'string')
}

const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((left, secret) => left.replaceAll(secret, '(key)'), text)

function parsed(body: string): unknown {
  try {
    const json: unknown = JSON.parse(body)
    return json
  } catch {
    return undefined
  }
}

/** Zod names the place and what was expected, never what was there. */
function misfit(error: z.ZodError): string {
  const issue = error.issues.at(0)
  return issue === undefined ? 'unknown shape' : `${issue.path.join('.') || 'whole'}: ${issue.message}`.slice(0, 200)
}

function idIn(item: unknown, keys: readonly string[]): string | null {
  const fields = asFields(item)
  const id = keys.map((key) => fields[key]).find((one) => typeof one === 'string' || typeof one === 'number')
  return id === undefined ? null : plainText(String(id)).slice(0, 200)
}

const fieldsSchema = z.record(z.string(), z.unknown())

function asFields(value: unknown): Record<string, unknown> {
  const fit = fieldsSchema.safeParse(value)
  return fit.success ? fit.data : {}
}
