import { constants, createDeflateRaw, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { stage } from '../arxiv-stage.ts'
import { answer, type Reply } from '../scripted-server.ts'

const request = { signal: new AbortController().signal, deadlineMs: 600_000, accept: 'text/xml' }
const gzipped = { 'content-encoding': 'gzip' }
const mega = 1_000_000

/** A piece of a deflate stream that unpacks to ten megabytes and can be repeated at will. */
async function repeatable(): Promise<Buffer> {
  const deflate = createDeflateRaw({ level: 9 })
  const chunks: Buffer[] = []
  deflate.on('data', (chunk: Buffer) => chunks.push(chunk))
  deflate.write(Buffer.alloc(10 * mega))
  await new Promise<void>((resolve) => {
    deflate.flush(constants.Z_FULL_FLUSH, () => resolve())
  })
  deflate.destroy()
  return Buffer.concat(chunks)
}

const gzipHeader = gzipSync('').subarray(0, 10)

describe('a gzip bomb', () => {
  test('of ten megabytes that unpacks to ten gigabytes ends early and in little memory', async () => {
    const piece = await repeatable()
    const pieces = Math.ceil((10 * mega) / piece.length)
    expect(pieces * 10 * mega).toBeGreaterThan(9_000 * mega)
    let sent = 0
    const bomb: Reply = async (response) => {
      response.setMaxListeners(0).writeHead(200, gzipped)
      response.write(gzipHeader)
      for (let at = 0; at < pieces && !response.destroyed; at += 1) {
        sent += piece.length
        if (!response.write(piece)) {
          await new Promise<void>((resolve) => {
            response.once('drain', resolve).once('close', resolve)
          })
        }
      }
    }
    const { client, server } = await stage([bomb])
    const before = process.resourceUsage().maxRSS
    // Far more than the ratio lets through, so that it is the ratio which ends it.
    const ended = client.get(server.url, { ...request, maxBytes: 5_000 * mega })
    await expect(ended).rejects.toMatchObject({ failure: 'too-large', message: expect.stringContaining('200 times') })
    expect(server.requests).toHaveLength(1)
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(100_000)
    expect(sent).toBeLessThan(10 * mega)
  })

  test('that is not too much for its size ends at the size allowed', async () => {
    const line = Array.from({ length: 40_000 }, (_, at) => `<id>${at * 7_919}</id>`).join('\n')
    const { client, server } = await stage([answer(200, gzipSync(line.repeat(20)), gzipped)])
    const ended = client.get(server.url, { ...request, maxBytes: 2 * mega })
    await expect(ended).rejects.toMatchObject({
      failure: 'too-large',
      message: expect.stringContaining('2000000 bytes'),
    })
  })

  test('is told from a page that repeats itself', async () => {
    const page = '<record><set>cs</set></record>\n'.repeat(30_000)
    const { client, server } = await stage([answer(200, gzipSync(page), gzipped)])
    expect((await client.get(server.url, { ...request, maxBytes: 2 * mega })).body).toBe(page)
  })

  test('is told by its packed size too', async () => {
    const noise = Buffer.from(Array.from({ length: 30_000 }, (_, at) => (at * 7_919 + (at >> 3) * 104_729) % 251))
    const { client, server } = await stage([answer(200, gzipSync(noise, { level: 0 }), gzipped)])
    const ended = client.get(server.url, { ...request, maxBytes: 10_000 })
    await expect(ended).rejects.toMatchObject({ failure: 'too-large' })
  })
})
