import { decodedReferences, textOfMarkup } from '../markup.ts'
import { plainText } from '../record.ts'
import { type Draft, hearAuthor, hearCategory, hearDate, hearIdentifier, hearLink, hearText } from './draft.ts'
import { longestMarkup } from './entry.ts'
import { categoryFields, dateFields, identifierFields, personFields, textFields } from './names.ts'

/** One element of a feed or an entry that says something, from its start tag to what it says. */

/** By their names in lower case; values as they were written. */
export type Attributes = ReadonlyMap<string, string>

export type Dialect = 'rss' | 'atom'

/** How the text of a field is to be understood: as it is, as HTML that was escaped, as markup that was not. */
type Treatment = 'plain' | 'escaped' | 'markup' | 'base64' | 'none'

export interface Field {
  readonly name: string
  readonly attributes: Attributes
  /** What `xml:base` says here. */
  readonly base: string | null
  readonly treatment: Treatment
  text: string
  /** Of a person in Atom, whose element holds a name and more. */
  personName: string | null
}

/** Hears what the attributes say already. */
export function beginField(
  name: string,
  attributes: Attributes,
  base: string | null,
  dialect: Dialect,
  draft: Draft,
): Field {
  if (name === 'link' && isAlternate(attributes)) hearLink(draft, decodedReferences(attributes.get('href') ?? ''), base)
  if (name === 'content') draft.permalink ??= addressIn(attributes, 'src', base)
  if (categoryFields.has(name)) hearCategory(draft, categoryIn(attributes))
  const treatment = textFields.has(name) ? treatmentOf(name, attributes, dialect) : 'plain'
  return { name, attributes, base, treatment, text: '', personName: null }
}

/** Atom links to much else; an RSS link has no such attribute, and its address is its text. */
const isAlternate = (attributes: Attributes): boolean => (attributes.get('rel') ?? 'alternate') === 'alternate'

function addressIn(attributes: Attributes, name: string, base: string | null): Draft['permalink'] {
  const href = attributes.get(name)
  return href === undefined ? null : { href: decodedReferences(href), base }
}

const categoryIn = (attributes: Attributes): string =>
  plainText(decodedReferences(attributes.get('term') ?? attributes.get('label') ?? attributes.get('text') ?? ''))

/** By the types and modes of Atom 0.3 and 1.0; RSS has neither, and its texts are HTML. */
function treatmentOf(name: string, attributes: Attributes, dialect: Dialect): Treatment {
  if (name === 'body' || name === 'xhtml:body') return 'markup'
  const type = attributes.get('type')?.trim().toLowerCase()
  const mode = attributes.get('mode')
  if (mode === 'base64' || type === 'application/octet-stream') return 'base64'
  if (type === 'html' || type === 'text/html') return 'escaped'
  if (type === 'xhtml' || /[/+]xml$/.test(type ?? '')) return mode === 'escaped' ? 'escaped' : 'markup'
  if (dialect === 'rss') return 'escaped'
  return type === undefined || type.startsWith('text') ? 'plain' : 'none'
}

export function beginInner(field: Field, name: string, attributes: Attributes, draft: Draft): void {
  if (personFields.has(field.name)) field.text = ''
  if (categoryFields.has(name)) hearCategory(draft, categoryIn(attributes))
  if (field.treatment !== 'plain') append(field, `<${localOf(name)}>`)
}

export function endInner(field: Field, name: string): void {
  if (personFields.has(field.name)) {
    if (name === 'name') field.personName ??= field.text
    field.text = ''
  }
  if (field.treatment !== 'plain') append(field, `</${localOf(name)}>`)
}

const localOf = (name: string): string => name.slice(name.indexOf(':') + 1)

/** In escaped text the first layer of references is taken off here; in markup the only one is left for later. */
export function hearRaw(field: Field, raw: string, inCdata: boolean): void {
  const part = raw.slice(0, longestMarkup)
  if (field.treatment === 'markup') append(field, inCdata ? escaped(part) : part)
  else append(field, inCdata ? part : decodedReferences(part))
}

function append(field: Field, text: string): void {
  if (field.text.length < longestMarkup) field.text += text
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

export function endField(field: Field, draft: Draft): void {
  const { name, text } = field
  if (textFields.has(name)) hearText(draft, name, textOf(field))
  else if (dateFields.has(name)) hearDate(draft, name, text)
  else if (personFields.has(name)) hearAuthor(draft, textOfMarkup(field.personName ?? text), field.personName !== null)
  else if (categoryFields.has(name)) hearCategory(draft, textOfMarkup(text))
  else if (identifierFields.has(name)) hearIdentifier(draft, plainText(text))
  else if (name !== 'link') hearId(field, draft)
  else if (isAlternate(field.attributes)) hearLink(draft, plainText(text), field.base)
}

function textOf({ treatment, text }: Field): string {
  switch (treatment) {
    case 'none':
      return ''
    case 'plain':
      return plainText(text)
    case 'base64':
      return textOfMarkup(Buffer.from(text, 'base64').toString('utf8'))
    case 'escaped':
    case 'markup':
      return textOfMarkup(text)
  }
}

function hearId({ name, text, attributes, base }: Field, draft: Draft): void {
  const id = plainText(text)
  if (id === '') return
  draft.id = id
  const isPermalink = name === 'guid' && attributes.get('ispermalink')?.trim().toLowerCase() !== 'false'
  if (isPermalink) draft.permalink ??= { href: id, base }
}
