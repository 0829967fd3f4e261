/** The vocabulary of XML feeds: which element of which namespace says what. */

/**
 * Our prefixes of namespaces, by how these begin; the empty one for those of feeds themselves. They are written in many
 * ways: with and without www, in capitals, with another version or end.
 */
const prefixes: readonly (readonly [string, string])[] = [
  ['w3.org/2005/atom', ''],
  ['purl.org/atom/ns', ''],
  ['purl.org/net/atom', ''],
  ['purl.org/rss/1.0/modules/content', 'content'],
  ['purl.org/rss/1.0/modules', '?'],
  ['purl.org/rss/1.0', ''],
  ['purl.org/net/rss1.1', ''],
  ['my.netscape.com/', ''],
  ['channel.netscape.com/', ''],
  ['backend.userland.com/', ''],
  ['blogs.law.harvard.edu/tech/rss', ''],
  ['purl.org/dc/elements', 'dc'],
  ['purl.org/dc/terms', 'dcterms'],
  ['prismstandard.org/namespaces', 'prism'],
  ['w3.org/1999/02/22-rdf-syntax-ns', 'rdf'],
  ['w3.org/1999/xhtml', 'xhtml'],
  ['itunes.com/dtds/podcast', 'itunes'],
  ['search.yahoo.com/mrss', 'media'],
  ['arxiv.org/schemas/atom', 'arxiv'],
]

/** The prefix that we use for a namespace; `?` for one that we do not know. */
export function prefixOf(uri: string): string {
  const place = uri
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\/(?:www\.)?/, '')
  return prefixes.find(([beginning]) => place.startsWith(beginning))?.[1] ?? '?'
}

export interface TextField {
  readonly into: 'title' | 'summary' | 'content'
  /** Where several say the same, the lowest is heard. */
  readonly rank: number
}

export const textFields: ReadonlyMap<string, TextField> = new Map<string, TextField>([
  ['title', { into: 'title', rank: 0 }],
  ['dc:title', { into: 'title', rank: 1 }],
  ['media:title', { into: 'title', rank: 2 }],
  ['itunes:title', { into: 'title', rank: 3 }],
  ['description', { into: 'summary', rank: 0 }],
  ['summary', { into: 'summary', rank: 0 }],
  ['dcterms:abstract', { into: 'summary', rank: 1 }],
  ['dc:description', { into: 'summary', rank: 2 }],
  ['itunes:summary', { into: 'summary', rank: 3 }],
  ['media:description', { into: 'summary', rank: 4 }],
  ['content:encoded', { into: 'content', rank: 0 }],
  ['content', { into: 'content', rank: 0 }],
  ['xhtml:body', { into: 'content', rank: 1 }],
  ['body', { into: 'content', rank: 1 }],
  ['fullitem', { into: 'content', rank: 1 }],
])

export interface DateField {
  readonly into: 'published' | 'updated'
  readonly rank: number
}

export const dateFields: ReadonlyMap<string, DateField> = new Map<string, DateField>([
  ['published', { into: 'published', rank: 0 }],
  ['pubdate', { into: 'published', rank: 0 }],
  ['issued', { into: 'published', rank: 0 }],
  ['dcterms:issued', { into: 'published', rank: 1 }],
  ['prism:publicationdate', { into: 'published', rank: 2 }],
  ['created', { into: 'published', rank: 3 }],
  ['dcterms:created', { into: 'published', rank: 3 }],
  ['updated', { into: 'updated', rank: 0 }],
  ['modified', { into: 'updated', rank: 0 }],
  ['dcterms:modified', { into: 'updated', rank: 1 }],
  ['dc:date', { into: 'updated', rank: 2 }],
])

/** Persons, who in Atom are elements with a name, and everywhere else text. */
export const personFields: ReadonlySet<string> = new Set([
  'author',
  'dc:creator',
  'dc:author',
  'itunes:author',
  'managingeditor',
])

export const categoryFields: ReadonlySet<string> = new Set([
  'category',
  'dc:subject',
  'itunes:category',
  'media:category',
])

export const identifierFields: ReadonlySet<string> = new Set([
  'dc:identifier',
  'dcterms:identifier',
  'prism:doi',
  'arxiv:doi',
])

export const isField = (name: string): boolean =>
  textFields.has(name) ||
  dateFields.has(name) ||
  personFields.has(name) ||
  categoryFields.has(name) ||
  identifierFields.has(name) ||
  name === 'link' ||
  name === 'id' ||
  name === 'guid'
