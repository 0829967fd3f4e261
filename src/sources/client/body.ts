import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import { SourceError } from '../../domain/errors.ts'
import { codeOf } from './broken.ts'

/** What we say we can unpack. Not deflate: servers never agreed on whether it has a header. */
export const acceptEncoding = 'gzip, br'

/** XML and JSON shrink to a tenth, very repetitive ones to a fiftieth; gzip can go to a thousandth, brotli beyond any. */
const mostRatio = 200
/** Below this the ratio is nobody's concern. */
const ratioFromBytes = 1_000_000

export interface PackedBody {
  readonly source: string
  readonly stream: Readable
  /** The header content-encoding. */
  readonly encoding: string | null
  /** Of what comes over the wire, and of what it unpacks to. */
  readonly maxBytes: number
}

/**
 * Reads and unpacks a body; throws SourceError `too-large` or `unreadable`. Ours and not fetch's, which tells nothing of
 * how small a body was before it was unpacked and takes a gzip stream that was cut off for a whole one. A body that was
 * cut off rejects as the broken connection that it is.
 */
export async function readBody(packed: PackedBody): Promise<Uint8Array> {
  const { source, stream, maxBytes } = packed
  const chunks: Uint8Array[] = []
  let packedBytes = 0
  let bytes = 0

  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of stream) {
      const part: Uint8Array = chunk
      packedBytes += part.byteLength
      if (packedBytes > maxBytes) throw tooLarge(source, `more than ${maxBytes} bytes`)
      yield part
    }
  }

  async function collect(parts: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const part of parts) {
      bytes += part.byteLength
      if (bytes > maxBytes) throw tooLarge(source, `more than ${maxBytes} bytes`)
      if (bytes > ratioFromBytes && bytes > mostRatio * packedBytes) {
        throw tooLarge(source, `it unpacks to more than ${mostRatio} times its size`)
      }
      chunks.push(part)
    }
  }

  const packing = packingOf(packed)
  try {
    const parts = counted()
    const first = packing === 'unnamed' ? await parts.next() : null
    const decoder = decoderOf(packing, first?.value ?? new Uint8Array())
    const all = first === null ? parts : following(first, parts)
    await (decoder === null ? collect(all) : pipeline(all, decoder, collect))
  } catch (cause) {
    // An answer without a body may say how it would have been packed.
    if (packedBytes > 0 || codeOf(cause) !== 'Z_BUF_ERROR') throw named(source, cause)
  }
  return Buffer.concat(chunks)
}

type Packing = 'none' | 'gzip' | 'br' | 'unnamed'

/** `unnamed` is a word that names no packing, `none` or `utf-8`: then the bytes say what they are. */
function packingOf({ source, encoding }: PackedBody): Packing {
  const named = encoding?.trim().toLowerCase() ?? ''
  switch (named) {
    case '':
    case 'identity':
      return 'none'
    case 'gzip':
    case 'x-gzip':
      return 'gzip'
    case 'br':
      return 'br'
    default:
      if (!/,|deflate|compress|zstd|dcb|dcz|exi|pack200|aes/.test(named)) return 'unnamed'
      throw new SourceError(source, 'unreadable', `${source}: the body has an encoding that was not asked for`)
  }
}

function decoderOf(packing: Packing, start: Uint8Array) {
  switch (packing) {
    case 'none':
      return null
    case 'gzip':
      return createGunzip()
    case 'br':
      return createBrotliDecompress()
    case 'unnamed':
      return start[0] === 0x1f && start[1] === 0x8b ? createGunzip() : null
  }
}

async function* following<T>(first: IteratorResult<T, void>, rest: AsyncIterable<T>): AsyncGenerator<T> {
  if (!first.done) yield first.value
  yield* rest
}

/** Data that cannot be unpacked is the server's mistake; data that ends too early is the connection's. */
function named(source: string, cause: unknown): unknown {
  const code = codeOf(cause)
  if (code === 'Z_BUF_ERROR' || !/^(?:Z_|ERR__ERROR_FORMAT)/.test(code)) return cause
  return new SourceError(source, 'unreadable', `${source}: the body cannot be unpacked`, { cause })
}

const tooLarge = (source: string, how: string): SourceError =>
  new SourceError(source, 'too-large', `${source}: the body is too large, ${how}`)

const binaryTypes =
  /^\s*(?:image|audio|video|font)\/|^\s*application\/(?:pdf|zip|gzip|x-gzip|x-tar|wasm|msword|vnd\.ms-)/i

/** Whether a body is certainly not text: by its type, or because text in no encoding looks like that. */
export function isBinary(contentType: string | null, bytes: Uint8Array): boolean {
  if (bytes.byteLength === 0) return false
  // An SVG is text, and harmless as such.
  if (contentType !== null && binaryTypes.test(contentType) && !/svg\+xml/i.test(contentType)) return true
  const start = bytes.subarray(0, 1_000)
  return start.includes(0) && !looksLikeUtf16(start)
}

/** By its mark, or by a zero in every other byte beside a character of ASCII. */
function looksLikeUtf16(start: Uint8Array): boolean {
  const [first, second, third, fourth] = start
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true
  return (first === 0 && third === 0 && isPrintable(second)) || (second === 0 && fourth === 0 && isPrintable(first))
}

const isPrintable = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)
