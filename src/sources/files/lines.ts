import { createReadStream, statSync } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { UnreadableRecord } from '../../domain/errors.ts'

/** A line of a file, without its end. Blank lines are lines too, so that numbers agree with an editor's. */
export type Line =
  | { readonly number: number; readonly tooLong: false; readonly text: string }
  | { readonly number: number; readonly tooLong: true }

export interface LineFile extends AsyncIterable<Line> {
  /** Bytes on disk, compressed where the file is. */
  readonly size: number
  /** How many of them have been read. */
  bytesRead(): number
}

export const longestLineBytes = 1024 * 1024

// Deflate grows at most 1,032-fold, so that a hostile file makes one chunk at most 33 MB.
const chunkBytes = 32 * 1024
const newline = 0x0a
const carriageReturn = 0x0d

interface Progress {
  bytes: number
  lines: number
}

/**
 * The lines of a plain or gzipped file (told apart by their first bytes), read as they are asked for. A line of more
 * than 1 MiB is named but not held. Throws UnreadableRecord where the file ends or breaks before its time, after all
 * lines that were whole.
 *
 * Not node:readline: it holds a line of any length, and misses lines where the iteration begins late.
 */
export function readLines(path: string, signal?: AbortSignal): LineFile {
  const progress: Progress = { bytes: 0, lines: 0 }
  return {
    size: sizeOf(path),
    bytesRead: () => progress.bytes,
    [Symbol.asyncIterator]: () => {
      Object.assign(progress, { bytes: 0, lines: 0 } satisfies Progress)
      return linesOf(path, progress, signal)
    },
  }
}

/**
 * What `read` makes of every line that is not blank. The first unreadable line ends it, with an UnreadableRecord that
 * names file and line: in a test collection a line left out would move every figure in silence.
 */
export async function readEach<T>(path: string, read: (text: string, number: number) => T): Promise<T[]> {
  const results: T[] = []
  for await (const line of readLines(path)) {
    if (line.tooLong) throw new UnreadableRecord(`${path}, line ${line.number}: longer than ${longestLineBytes} bytes`)
    if (line.text.trim() !== '') results.push(readAt(path, line.number, line.text, read))
  }
  return results
}

function readAt<T>(path: string, number: number, text: string, read: (text: string, number: number) => T): T {
  try {
    return read(text, number)
  } catch (cause) {
    if (!(cause instanceof UnreadableRecord)) throw cause
    throw new UnreadableRecord(`${path}, line ${number}: ${cause.message}`, { cause })
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch (cause) {
    if (!isSystemError(cause)) throw cause
    throw new UnreadableRecord(`${path} cannot be opened: ${cause.message}`, { cause })
  }
}

async function* linesOf(path: string, progress: Progress, signal?: AbortSignal): AsyncGenerator<Line> {
  try {
    yield* split(unpacked(chunksOf(path, progress, signal)), progress)
  } catch (cause) {
    signal?.throwIfAborted()
    if (!isSystemError(cause)) throw cause
    throw new UnreadableRecord(`${path} breaks off after line ${progress.lines}: ${cause.message}`, { cause })
  }
}

/** What the file system and zlib throw; anything else is a bug and passes. */
const isSystemError = (error: unknown): error is Error => error instanceof Error && 'code' in error

async function* chunksOf(path: string, progress: Progress, signal?: AbortSignal): AsyncGenerator<Buffer> {
  const file: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: chunkBytes, signal })
  for await (const chunk of file) {
    signal?.throwIfAborted()
    progress.bytes += chunk.length
    yield chunk
  }
}

async function* unpacked(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const first = await chunks.next()
  if (first.done) return
  const all = joined(first.value, chunks)
  yield* first.value[0] === 0x1f && first.value[1] === 0x8b ? inflated(all) : all
}

async function* joined(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* rest
}

/**
 * Feeds the inflater one chunk at a time and hands out all that came of it before the next. A pipe would be shorter,
 * but a stream that fails throws away what it has not handed out yet: the last whole lines of a truncated file. (In a
 * damaged one the 16 KB before the damage are lost all the same: zlib does not tell how far it came.)
 */
async function* inflated(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip()
  const ready: Buffer[] = []
  let settle = (_failure: Error | null): void => {}
  gunzip.on('data', (chunk: Buffer) => ready.push(chunk))
  // At the zeros that some tools pad a file with, zlib ends before its input does, and `write` never calls back.
  gunzip.on('end', () => settle(null))
  gunzip.on('error', (failure) => settle(failure))
  const step = (act: (done: (failure?: Error | null) => void) => void): Promise<Error | null> =>
    new Promise((resolve) => {
      settle = resolve
      act((failure) => resolve(failure ?? null))
    })
  try {
    for await (const chunk of compressed) {
      const failure = await step((done) => gunzip.write(chunk, done))
      yield* ready.splice(0)
      if (failure) throw failure
      if (gunzip.readableEnded) return
    }
    const failure = await step(() => gunzip.end())
    yield* ready.splice(0)
    if (failure) throw failure
  } finally {
    gunzip.destroy()
  }
}

async function* split(chunks: AsyncIterable<Buffer>, progress: Progress): AsyncGenerator<Line> {
  let held: Buffer[] = []
  let bytes = 0
  const hold = (part: Buffer): void => {
    bytes += part.length
    // One more than the longest line: it may be the carriage return.
    if (bytes <= longestLineBytes + 1) held.push(part)
    else held = []
  }
  const release = (): Line => {
    progress.lines++
    const line = lineOf(progress.lines, held, bytes)
    held = []
    bytes = 0
    return line
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      hold(chunk.subarray(start, end))
      yield release()
      start = end + 1
    }
    hold(chunk.subarray(start))
  }
  if (bytes > 0) yield release()
}

function lineOf(number: number, parts: readonly Buffer[], bytes: number): Line {
  if (bytes > longestLineBytes + 1) return { number, tooLong: true }
  const raw = parts.length === 1 ? parts[0] : Buffer.concat(parts)
  const end = raw.at(-1) === carriageReturn ? raw.length - 1 : raw.length
  if (end > longestLineBytes) return { number, tooLong: true }
  const text = raw.toString('utf8', 0, end)
  return { number, tooLong: false, text: number === 1 ? text.replace(/^\uFEFF/, '') : text }
}
