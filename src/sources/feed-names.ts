/** The vocabulary of XML feeds: which element of which namespace says what. */

/** Null: the feed's own vocabulary, whose names stand without a prefix. */
const known: readonly (readonly [RegExp, string | null])[] = [
  [/^https?:\/\/(?:www\.)?w3\.org\/2005\/atom|^https?:\/\/purl\.org\/(?:net\/)?atom\/ns#/i, null],
  [
    /^https?:\/\/(?:my|channel)\.netscape\.com\/rdf\/simple\/0\.9\/?$|^https?:\/\/purl\.org\/(?:net\/rss1\.1#|rss\/1\.0\/?$)/i,
    null,
  ],
  [/^https?:\/\/(?:backend|blogs\.law\.harvard|.*\.userland)\.(?:userland\.com|edu\/tech)?\/.*rss/i, null],
  [/^https?:\/\/(?:www\.)?purl\.org\/dc\/elements\//i, 'dc'],
  [/^https?:\/\/(?:www\.)?purl\.org\/dc\/terms\//i, 'dcterms'],
  [/^https?:\/\/(?:www\.)?purl\.org\/rss\/1\.0\/modules\/content\//i, 'content'],
  [/^https?:\/\/(?:www\.)?prismstandard\.org\/namespaces\//i, 'prism'],
  [/^https?:\/\/(?:www\.)?w3\.org\/1999\/02\/22-rdf-syntax-ns#/i, 'rdf'],
  [/^https?:\/\/(?:www\.)?w3\.org\/1999\/xhtml/i, 'xhtml'],
  [/^https?:\/\/(?:www\.)?itunes\.com\/dtds\/podcast/i, 'itunes'],
  [/^https?:\/\/search\.yahoo\.com\/mrss/i, 'media'],
  [/^https?:\/\/arxiv\.org\/schemas\/atom/i, 'arxiv'],
]

/** The prefix that we use for a namespace; `?` for one that we do not know. */
export function prefixOf(uri: string): string {
  const found = known.find(([pattern]) => pattern.test(uri.trim()))
  return found === undefined ? '?' : (found[1] ?? '')
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
