import { Parser } from 'htmlparser2'
import { SourceError } from '../../domain/errors.ts'
import { type ParsedFeed, resolved } from './entry.ts'
import { parseJsonFeed } from './json.ts'
import { parseXmlFeed } from './xml.ts'

/**
 * Reads any RSS, Atom or JSON feed; `from` is where it came from, after redirects. Throws SourceError `unreadable` with
 * a sentence that says what came instead, and where the feed is if a page says it.
 */
export function parseFeed(source: string, text: string, from: string): ParsedFeed {
  const address = withoutQuery(from)
  const body = withoutJunk(text.trimStart())
  if (body === '') throw unreadable(source, 'answered with nothing')
  if (body.startsWith('{')) return parseJsonFeed(source, body, address)
  if (!body.startsWith('<')) throw unreadable(source, 'answered with plain text instead of a feed')
  if (htmlPage.test(body.slice(0, 4096))) throw unreadable(source, pageSentence(body, address))
  return parseXmlFeed(source, body, address)
}

/** Complaints of the program that makes the feed come before it, sometimes as a piece of a page. */
function withoutJunk(text: string): string {
  const start = /<(?:\?xml\s|(?:rss|feed|channel|(?:\w{1,20}:)?rdf)[\s>])/i.exec(text.slice(0, mostJunk))?.index ?? 0
  const junk = text.slice(0, start)
  // A page or a feed may quote another.
  return start === 0 || /^[{[]|<(?:!doctype|html|head|body|script)\b/i.test(junk) ? text : text.slice(start)
}

const mostJunk = 10_000

/** A query may hold a key, and a link like `#1` keeps the query of what it belongs to. */
function withoutQuery(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  url.search = ''
  url.hash = ''
  return url.href
}

const htmlPage = /^(?:<\?[^>]*\?>\s*|<!--(?:(?!-->)[\s\S])*-->\s*)*<(?:!doctype\s+html|html|head|body)\b/i

function pageSentence(page: string, address: string): string {
  const [first] = feedsNamedIn(page, address)
  return `answered with a web page instead of a feed${first === undefined ? '' : `; the page names ${first} as its feed`}`
}

const feedTypes = /^application\/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json|json)$/i

function feedsNamedIn(page: string, address: string): string[] {
  const found: string[] = []
  const parser = new Parser({
    onopentag(name, { rel, type, href }) {
      if (name === 'body') parser.pause()
      if (name !== 'link' || !/(?:^|\s)alternate(?:\s|$)/i.test(rel ?? '') || !feedTypes.test(type?.trim() ?? ''))
        return
      const feed = resolved(href ?? '', address)
      if (feed !== null && /^https?:/i.test(feed)) found.push(feed)
    },
  })
  parser.end(page.slice(0, 200_000))
  return found
}

const unreadable = (source: string, what: string): SourceError =>
  new SourceError(source, 'unreadable', `${source} ${what}`)
