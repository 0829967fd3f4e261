import { XMLParser } from 'fast-xml-parser'
import { SourceError } from '../../domain/errors.ts'

/** An element: children by name without namespace prefix, attributes under `@name`, text under `#text`. */
export type Element = Readonly<Record<string, unknown>>

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  // Some servers write `arxiv:comment`, some rewrite the prefixes; the local names do not collide.
  removeNSPrefix: true,
  // `2101.00010` is an id and "1984" a title, not numbers.
  parseTagValue: false,
  parseAttributeValue: false,
  // Uniform: one child is a list of one, so no reader depends on how many there happened to be.
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
  // Without this, numeric references such as `&#xd6;` stay as they are written.
  htmlEntities: true,
  // The limits are for entities a document declares itself; documents that declare any are refused below.
  processEntities: { enabled: true, maxEntityCount: 0 },
  maxNestedTags: 50,
  // Callbacks get no path, which none of them reads: to build it takes a sixth of the time.
  jPath: false,
})

const htmlPage = /^<(?:!doctype\s+html|html)\b/i
// Only the prolog: what stands in an escaped abstract is text.
const declaresTypes = /^(?:<\?[^>]*\?>\s*|<!--(?:(?!-->)[\s\S])*-->\s*)*<!DOCTYPE/i

/**
 * Parses a document whose root must be `root`. What arXiv sends instead of XML is refused by name: its throttle
 * speaks plain text with any status, proxies send HTML, and a dropped connection leaves half a document, which the
 * parser alone would accept as `{}`.
 */
export const readXml = (source: string, text: string, root: string): Element => readXmlOf(source, text, [root]).element

/** The same, where one of several roots may stand. */
export function readXmlOf(source: string, text: string, roots: readonly string[]): { root: string; element: Element } {
  const root = roots.join('> or <')
  const body = text.trimStart()
  if (/^rate exceeded\b/i.test(body)) {
    throw new SourceError(source, 'rate-limited', `${source} answered "Rate exceeded." instead of <${root}>`)
  }
  if (body === '') throw unreadable(source, root, 'an empty body')
  if (htmlPage.test(body)) throw unreadable(source, root, 'an HTML page')
  if (!body.startsWith('<')) throw unreadable(source, root, 'plain text')
  if (declaresTypes.test(body)) throw unreadable(source, root, 'a document with its own entity declarations')
  const document = parse(source, body, root)
  for (const name of roots) {
    const element = first(document[name])
    if (element) return { root: name, element }
  }
  throw unreadable(source, root, 'another document')
}

/**
 * Reads an answer that may carry a message in XML with a status other than 200: the message, thrown by `read`, says
 * more than the status, and the status more than that a proxy's page is not XML.
 */
export function readAnswer<T>(source: string, answer: { status: number; body: string }, read: (xml: string) => T): T {
  const refused = (cause?: unknown) =>
    new SourceError(source, 'refused', `${source} answered with HTTP status ${answer.status}`, { cause })
  try {
    const value = read(answer.body)
    if (answer.status === 200) return value
  } catch (error) {
    if (answer.status === 200 || !(error instanceof SourceError) || error.failure !== 'unreadable') throw error
    throw refused(error)
  }
  throw refused()
}

function parse(source: string, body: string, root: string): Element {
  try {
    const parsed: unknown = parser.parse(body, true)
    return isElement(parsed) ? parsed : {}
  } catch (cause) {
    throw unreadable(source, root, 'XML that is cut off or not well-formed', cause)
  }
}

const unreadable = (source: string, root: string, what: string, cause?: unknown): SourceError =>
  new SourceError(source, 'unreadable', `${source} answered with ${what} instead of <${root}>`, { cause })

const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null

/** An element that holds only text is given as that text; here it becomes an element again. */
function asElement(value: unknown): Element | null {
  if (typeof value === 'string') return { '#text': value }
  return isElement(value) ? value : null
}

const first = (value: unknown): Element | null => asElement(Array.isArray(value) ? value[0] : value)

export const child = (element: Element, name: string): Element | null => first(element[name])

export function children(element: Element, name: string): Element[] {
  const value = element[name]
  const all: unknown[] = Array.isArray(value) ? value : []
  return all.map(asElement).filter((one) => one !== null)
}

/** The element's own text, as it was written; empty when it has none. */
export function textIn(element: Element | null): string {
  const text = element?.['#text']
  return typeof text === 'string' ? text : ''
}

/** The text of the first child of that name; null when there is no such child or it is blank. */
export function textOfChild(element: Element, name: string): string | null {
  const text = textIn(child(element, name)).trim()
  return text === '' ? null : text
}

export function attribute(element: Element, name: string): string | null {
  const value = element[`@${name}`]
  return typeof value === 'string' ? value : null
}

/** A count as a source writes it; null when it is missing or not one. */
export const countIn = (text: string | null): number | null =>
  text !== null && /^\d+$/.test(text) ? Number(text) : null
