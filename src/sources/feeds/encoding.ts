import { SourceError } from '../../domain/errors.ts'

/**
 * The text of a feed, whatever it is encoded in. In the order of RFC 7303: a byte order mark, the charset of the
 * Content-Type, the XML declaration, UTF-8. Feeds are declared wrongly so often that the bytes have a say as well:
 * what is valid UTF-8 beyond ASCII is UTF-8 under any label of one byte a character, and what is declared as UTF-8 and
 * is not is windows-1252. Throws SourceError `unreadable` for bytes that are none of what they are said to be.
 */
export function textOfFeed(source: string, bytes: Uint8Array, contentType: string | null): string {
  const mark = markOf(bytes)
  if (mark === 'utf-32') throw unreadable(source, 'is in UTF-32, which is not read')
  if (mark !== null) return decoded(mark, bytes) ?? tolerant(source, mark, bytes)
  const declared = [charsetOf(contentType), declaredIn(bytes)].filter((label) => label !== null)
  const labels = [...declared.filter((label) => isPlausible(label, bytes)), 'utf-8']
  if (labels.some(isOneByte)) labels.unshift('utf-8')
  for (const label of labels) {
    const text = decoded(label, bytes)
    if (text !== null) return text
  }
  return tolerant(source, labels.find((label) => decoderOf(label) !== null) ?? 'utf-8', bytes)
}

function markOf(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff))
    return 'utf-32'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  // Without a mark: two bytes of `<` or of a blank before it.
  if (a === 0 && b === 0) return c === 0 ? 'utf-32' : null
  if (a === 0 && isMarkupByte(b)) return 'utf-16be'
  if (isMarkupByte(a) && b === 0) return c === 0 && d === 0 ? 'utf-32' : 'utf-16le'
  return null
}

const isMarkupByte = (byte: number | undefined): boolean =>
  byte !== undefined && '<{ \t\r\n'.includes(String.fromCharCode(byte))

const charsetOf = (contentType: string | null): string | null =>
  /;\s*charset\s*=\s*["']?([\w.:+-]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? null

/** Readable as ASCII up to here, or there would be a mark. */
const declaredIn = (bytes: Uint8Array): string | null =>
  /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:+-]+)["']/i
    .exec(new TextDecoder('latin1').decode(bytes.subarray(0, 1024)))?.[1]
    ?.toLowerCase() ?? null

/** Two bytes a character would have shown above: a label that says so was copied from somewhere else. */
const isPlausible = (label: string, bytes: Uint8Array): boolean => !/^(?:utf-?16|ucs-?2)/.test(label) || bytes[1] === 0

const oneByte = /^(?:us-ascii|ascii|latin1|l1|cp125\d|(?:x-)?mac.*|koi8-[ru]|iso-?8859.*|windows-(?:125\d|874))$/
const isOneByte = (label: string): boolean => oneByte.test(label)

function decoderOf(label: string, fatal = true): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(label, { fatal })
  } catch {
    return null
  }
}

/**
 * Null where the bytes are not so encoded. Read as a stream, so that a character that the end cuts off is not held against
 * them (the feed will be), and because otherwise Node takes windows-1252 for Latin-1 (nodejs/node#56542).
 */
function decoded(label: string, bytes: Uint8Array): string | null {
  try {
    return decoderOf(label)?.decode(bytes, { stream: true }) ?? null
  } catch {
    return null
  }
}

const damaged = /\uFFFD/g
const beyondAscii = /[^\0-\x7f\uFFFD]/g
/** Bytes that windows-1252 leaves open; it is not what has them. */
const unassigned = /[\x81\x8d\x8f\x90\x9d]/

/**
 * For bytes with faults. UTF-8 with more sound letters than faults stays that, with marks in the place of the faults;
 * with fewer it never was UTF-8.
 */
function tolerant(source: string, label: string, bytes: Uint8Array): string {
  const text = decoderOf(label, false)?.decode(bytes) ?? ''
  const faults = text.match(damaged)?.length ?? 0
  if (faults * 2 <= (text.match(beyondAscii)?.length ?? 0)) return text
  if (label === 'utf-8') {
    const western = decoded('windows-1252', bytes)
    if (western !== null && !unassigned.test(western)) return western
  }
  throw unreadable(source, `is declared as ${label} and is not, nor anything else that it could be`)
}

const unreadable = (source: string, what: string): SourceError =>
  new SourceError(source, 'unreadable', `${source}: the feed ${what}`)
