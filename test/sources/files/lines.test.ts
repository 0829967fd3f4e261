import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { UnreadableRecord } from '../../../src/domain/errors.ts'
import { type Line, longestLineBytes, readEach, readLines } from '../../../src/sources/files/lines.ts'

const folder = mkdtempSync(join(tmpdir(), 'freshet-lines-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function file(content: string | Buffer): string {
  const path = join(folder, `${files++}.txt`)
  writeFileSync(path, content)
  return path
}

async function all(path: string): Promise<Line[]> {
  const lines: Line[] = []
  for await (const line of readLines(path)) lines.push(line)
  return lines
}

const texts = async (path: string): Promise<string[]> =>
  (await all(path)).map((line) => (line.tooLong ? '(too long)' : line.text))

/** The lines that came before the error, and the error. */
async function untilError(path: string): Promise<{ lines: string[]; error: unknown }> {
  const lines: string[] = []
  try {
    for await (const line of readLines(path)) lines.push(line.tooLong ? '(too long)' : line.text)
  } catch (error) {
    return { lines, error }
  }
  return { lines, error: null }
}

// Random enough that gzip makes many chunks of it.
const manyLines = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${i} ${((i + 1) ** 7.3).toString(36)} ${Math.sin(i)} ${Math.cos(i * i)}`)

describe('lines of a file', () => {
  it('have numbers from 1, and blank ones count', async () => {
    expect(await all(file('a\n\nc\n'))).toEqual([
      { number: 1, tooLong: false, text: 'a' },
      { number: 2, tooLong: false, text: '' },
      { number: 3, tooLong: false, text: 'c' },
    ])
  })

  it('lose byte order mark and carriage returns, and the last needs no end', async () => {
    expect(await texts(file('\uFEFFa\r\nb\uFEFF\r\nc'))).toEqual(['a', 'b\uFEFF', 'c'])
  })

  it('of an empty file are none', async () => {
    expect(await texts(file(''))).toEqual([])
    expect(await texts(file(gzipSync('')))).toEqual([])
  })

  it('are read from gzip by its first bytes, whatever the name, also of several members', async () => {
    expect(await texts(file(Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd\n')])))).toEqual(['a', 'bc', 'd'])
  })

  it('are those that were written, plain or gzipped, however they fall into chunks', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !/[\r\n\uFEFF]/.test(text))
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.boolean(),
        fc.integer({ min: 1, max: 5_000 }),
        async (some, packed, times) => {
          const lines = Array.from(
            { length: Math.min(times, 20_000) },
            (_, i) => some[i % Math.max(some.length, 1)] ?? '',
          )
          const content = lines.map((text) => `${text}\n`).join('')
          expect(await texts(file(packed ? gzipSync(content) : content))).toEqual(lines)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('report progress in bytes on disk, again from 0 when read again', async () => {
    const reading = readLines(file(gzipSync(manyLines(20_000).join('\n'))))
    const seen = new Set<number>()
    for await (const _ of reading) seen.add(reading.bytesRead())
    expect(seen.size).toBeGreaterThan(5)
    expect(Math.max(...seen)).toBe(reading.size)
    for await (const _ of reading) break
    expect(reading.bytesRead()).toBeLessThan(reading.size)
  })

  it('are not read ahead of a reader who takes his time', async () => {
    const reading = readLines(file(manyLines(100_000).join('\n')))
    for await (const line of reading) {
      if (line.number < 10) continue
      await new Promise((resolve) => setTimeout(resolve, 50))
      break
    }
    expect(reading.bytesRead()).toBeLessThan(reading.size / 10)
  })
})

describe('a line that is too long', () => {
  it('is named and skipped, to the byte', async () => {
    const longest = 'x'.repeat(longestLineBytes)
    expect(await texts(file(`a\n${longest}\r\n${longest}x\r\nb\n${longest}x`))).toEqual([
      'a',
      longest,
      '(too long)',
      'b',
      '(too long)',
    ])
  })

  it('is not held in memory', async () => {
    const path = file(gzipSync(Buffer.alloc(300 * 1024 * 1024, 'x')))
    appendFileSync(path, gzipSync('\nafter\n'))
    const before = process.memoryUsage().rss
    let most = 0
    for await (const line of readLines(path)) {
      most = Math.max(most, process.memoryUsage().rss - before)
      expect(line.tooLong).toBe(line.number === 1)
    }
    expect(most).toBeLessThan(200 * 1024 * 1024)
  }, 30_000)
})

describe('a file that breaks off', () => {
  const lines = manyLines(30_000)
  const packed = gzipSync(lines.map((text) => `${text}\n`).join(''))

  it.each([5, 1_000, 100_000, packed.length - 20, packed.length - 9, packed.length - 1])(
    'in gzip, after %i bytes, yields every whole line first and says where',
    async (bytes) => {
      const path = file(packed.subarray(0, bytes))
      const { lines: found, error } = await untilError(path)
      expect(error).toBeInstanceOf(UnreadableRecord)
      expect(String(error)).toContain(`${path} breaks off after line ${found.length}:`)
      expect(found).toEqual(lines.slice(0, found.length))
      // What `gzip -dc` gets out of as many bytes, within a line or so: deflate holds back no more than one block's end.
      expect(found.length).toBeGreaterThanOrEqual(Math.floor(((bytes - 40_000) / packed.length) * lines.length))
      if (bytes > packed.length - 10) expect(found).toEqual(lines)
    },
  )

  it('that does not end in a newline keeps its broken last line to itself', async () => {
    const { lines: found } = await untilError(file(gzipSync('a\nb\nhalf a lin').subarray(0, -8)))
    expect(found).toEqual(['a', 'b'])
  })

  it('because something else follows the gzip data says so', async () => {
    const path = file(Buffer.concat([packed, Buffer.from('not gzip')]))
    const { lines: found, error } = await untilError(path)
    expect(error).toBeInstanceOf(UnreadableRecord)
    expect(found).toEqual(lines.slice(0, found.length))
    expect(found.length).toBeGreaterThan(lines.length - 500)
  })

  it('only in padding does not break off', async () => {
    for (const zeros of [3, 512, 200_000]) {
      expect(await texts(file(Buffer.concat([packed, Buffer.alloc(zeros)])))).toEqual(lines)
    }
  })

  it('because it is damaged says where', async () => {
    const damaged = Buffer.from(packed)
    damaged.fill(0, 200_000, 200_100)
    const { lines: found, error } = await untilError(file(damaged))
    expect(error).toBeInstanceOf(UnreadableRecord)
    expect(found.length).toBeGreaterThan(0)
  })

  it('or is not there, or is a folder, is unreadable', async () => {
    expect(() => readLines(join(folder, 'absent'))).toThrow(UnreadableRecord)
    expect((await untilError(folder)).error).toBeInstanceOf(UnreadableRecord)
  })
})

it('a signal ends the reading with its own reason', async () => {
  const reason = new Error('the night is over')
  const controller = new AbortController()
  const read = async (): Promise<void> => {
    for await (const line of readLines(file(manyLines(50_000).join('\n')), controller.signal)) {
      if (line.number === 100) controller.abort(reason)
    }
  }
  await expect(read()).rejects.toBe(reason)
})

describe('readEach', () => {
  it('skips blank lines and names file and line of what cannot be read', async () => {
    const path = file('1\n \n2\nthree\n')
    const read = (text: string): number => {
      if (!/^\d+$/.test(text)) throw new UnreadableRecord('not a number')
      return Number(text)
    }
    expect(await readEach(file('1\n\n2\n'), read)).toEqual([1, 2])
    await expect(readEach(path, read)).rejects.toThrow(`${path}, line 4: not a number`)
  })

  it('lets a bug be a bug', async () => {
    const bug = new TypeError('x is not a function')
    const read = (): never => {
      throw bug
    }
    await expect(readEach(file('1'), read)).rejects.toBe(bug)
  })

  it('refuses a line that is too long', async () => {
    await expect(readEach(file('x'.repeat(longestLineBytes + 2)), String)).rejects.toThrow(/line 1: longer than/)
  })
})
