import { Parser } from 'htmlparser2'
import { SourceError } from '../../domain/errors.ts'
import { decodedReferences } from '../markup.ts'
import { type Draft, emptyDraft, entryOf, linkIn, textIn } from './draft.ts'
import { mostEntries, type ParsedFeed, resolved } from './entry.ts'
import {
  type Attributes,
  beginField,
  beginInner,
  type Dialect,
  endField,
  endInner,
  type Field,
  hearRaw,
} from './field.ts'
import { isField, prefixOf } from './names.ts'

/** What an element is, by where it stands. Below a field everything is its text, below `other` nothing is read. */
type Role = 'root' | 'feed' | 'entry' | 'group' | 'field' | 'inner' | 'other'

interface Frame {
  readonly role: Role
  readonly name: string
  readonly base: string | null
  readonly prefixes: Prefixes
}

/** From a prefix as it is declared, the empty one included, to ours. */
type Prefixes = ReadonlyMap<string, string>

interface Walk {
  readonly source: string
  readonly frames: Frame[]
  readonly feed: Draft
  readonly entries: Draft[]
  left: number
  dialect: Dialect | null
  entry: Draft | null
  field: Field | null
  inCdata: boolean
  whole: boolean
}

const deepest = 200
const mostAttributes = 200

/**
 * Reads RSS 0.9x, 1.0 and 2.0 and Atom 0.3 and 1.0 in one pass, without building a tree. Lenient where feeds are known
 * to be ill-formed (stray `&`, tags that are never closed, undeclared prefixes), strict in one thing: a text that ends
 * before its root is closed is not whole. Entities that a document declares are never expanded; they stay as they are
 * written. Throws SourceError `unreadable` for what is no feed or is nested without end.
 */
export function parseXmlFeed(source: string, text: string, address: string): ParsedFeed {
  const walk: Walk = {
    source,
    frames: [],
    feed: emptyDraft(),
    entries: [],
    left: 0,
    dialect: null,
    entry: null,
    field: null,
    inCdata: false,
    whole: false,
  }
  // Never ended: the end would close what is open, and make an entry of half an entry.
  new Parser(handlerOf(walk), { xmlMode: true, decodeEntities: false, lowerCaseAttributeNames: true }).write(text)
  if (walk.dialect === null) throw unreadable(source, 'holds no element')
  const link = linkIn(walk.feed, address)
  // RSS has no rule for relative links, and its generators mean the site. Atom's belong to the document.
  const base = walk.dialect === 'rss' && link !== null ? link : address
  return {
    title: textIn(walk.feed, 'title'),
    link,
    authors: [...walk.feed.authors],
    entries: walk.entries.map((entry) => entryOf(entry, base)),
    left: walk.left,
    whole: walk.whole,
  }
}

function handlerOf(walk: Walk): ConstructorParameters<typeof Parser>[0] {
  let attributes = new Map<string, string>()
  return {
    onopentagname() {
      attributes = new Map()
    },
    onattribute(name, value) {
      if (attributes.size >= mostAttributes) throw unreadable(walk.source, 'has an element with attributes without end')
      attributes.set(name, value)
    },
    onopentag: (name) => open(walk, name, attributes),
    onclosetag: () => close(walk),
    ontext(text) {
      if (walk.field) hearRaw(walk.field, text, walk.inCdata)
    },
    oncdatastart() {
      walk.inCdata = true
    },
    oncdataend() {
      walk.inCdata = false
    },
  }
}

function open(walk: Walk, rawName: string, attributes: Attributes): void {
  if (walk.frames.length >= deepest) throw unreadable(walk.source, `is nested more than ${deepest} elements deep`)
  const parent = walk.frames.at(-1) ?? null
  const prefixes = declaredIn(attributes, parent?.prefixes ?? null)
  const name = nameOf(rawName, prefixes)
  const role = parent === null ? rootRole(walk, name) : roleBelow(walk, parent.role, name)
  const base = baseOf(attributes, parent?.base ?? null)
  walk.frames.push({ role, name, base, prefixes })
  if (role === 'entry') walk.entry = beginEntry(attributes)
  const draft = walk.entry ?? walk.feed
  if (role === 'field') walk.field = beginField(name, attributes, base, walk.dialect ?? 'rss', draft)
  if (role === 'inner' && walk.field) beginInner(walk.field, name, attributes, draft)
}

function declaredIn(attributes: Attributes, inherited: Prefixes | null): Prefixes {
  let prefixes: Map<string, string> | null = null
  for (const [name, uri] of attributes) {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue
    const prefix = name.slice('xmlns:'.length)
    const ours = prefixOf(uri)
    prefixes ??= new Map(inherited)
    // The root of a namespace that nobody knows is in one of the many that RSS was given.
    prefixes.set(prefix, inherited === null && prefix === '' && ours === '?' ? '' : ours)
  }
  return prefixes ?? inherited ?? new Map()
}

/** In lower case, with our prefix; an undeclared prefix is taken at its word. */
function nameOf(rawName: string, prefixes: Prefixes): string {
  const lower = rawName.toLowerCase()
  const colon = lower.indexOf(':')
  const written = colon < 0 ? '' : lower.slice(0, colon)
  const prefix = prefixes.get(written) ?? written
  const local = lower.slice(colon + 1)
  return prefix === '' ? local : `${prefix}:${local}`
}

function baseOf(attributes: Attributes, inherited: string | null): string | null {
  const own = attributes.get('xml:base')
  return own === undefined ? inherited : (resolved(decodedReferences(own), inherited ?? '') ?? inherited)
}

function rootRole(walk: Walk, name: string): Role {
  // What follows the feed is no part of it.
  if (walk.dialect !== null) return 'other'
  walk.dialect = name === 'feed' ? 'atom' : 'rss'
  // Some leave the `rss` around it out.
  if (name === 'feed' || name === 'channel') return 'feed'
  if (name === 'rss' || name === 'rdf:rdf' || name === 'rdf') return 'root'
  throw unreadable(walk.source, `is no RSS, Atom or JSON feed but a document of the type "${name.slice(0, 40)}"`)
}

function roleBelow(walk: Walk, parent: Role, name: string): Role {
  switch (parent) {
    case 'root':
      if (name === 'channel') return 'feed'
      return isEntry(name) ? entryRole(walk) : 'other'
    case 'feed':
      if (isEntry(name)) return entryRole(walk)
      return isField(name) ? 'field' : 'other'
    case 'entry':
    case 'group':
      if (name === 'media:group') return 'group'
      return isField(name) ? 'field' : 'other'
    case 'field':
    case 'inner':
      return 'inner'
    case 'other':
      return 'other'
  }
}

const isEntry = (name: string): boolean => name === 'item' || name === 'entry'

function entryRole(walk: Walk): Role {
  if (walk.entries.length < mostEntries) return 'entry'
  walk.left += 1
  return 'other'
}

/** RSS 1.0 gives its items their ids so. */
const beginEntry = (attributes: Attributes): Draft => ({ ...emptyDraft(), id: attributes.get('rdf:about') ?? null })

function close(walk: Walk): void {
  const frame = walk.frames.pop()
  if (!frame) return
  if (walk.frames.length === 0 && frame.role !== 'other') walk.whole = true
  if (frame.role === 'inner' && walk.field) endInner(walk.field, frame.name)
  if (frame.role === 'field' && walk.field) {
    endField(walk.field, walk.entry ?? walk.feed)
    walk.field = null
  }
  if (frame.role === 'entry' && walk.entry) {
    walk.entries.push(walk.entry)
    walk.entry = null
  }
}

const unreadable = (source: string, what: string): SourceError =>
  new SourceError(source, 'unreadable', `${source}: the answer ${what}`)
