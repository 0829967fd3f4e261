import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Request, Response } from 'express'

/** A text in every coding that is offered. */
export interface Compressed {
  readonly br: Buffer
  readonly gzip: Buffer
  readonly identity: Buffer
}

const codings = ['br', 'gzip', 'identity'] as const

/** `smallest` takes a second for a script; `fast` a millisecond for a page. */
const brotli = (body: Buffer, effort: 'smallest' | 'fast'): Buffer =>
  brotliCompressSync(body, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: effort === 'smallest' ? constants.BROTLI_MAX_QUALITY : 5,
      [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
    },
  })

export const compressed = (body: Buffer, effort: 'smallest' | 'fast'): Compressed => ({
  br: brotli(body, effort),
  gzip: gzipSync(body, { level: effort === 'smallest' ? 9 : 5 }),
  identity: body,
})

export function sendCompressed(request: Request, response: Response, body: Compressed): void {
  const coding = codingFor(request)
  response.vary('Accept-Encoding')
  if (coding !== 'identity') response.set('Content-Encoding', coding)
  response.end(body[coding])
}

const codingFor = (request: Request): (typeof codings)[number] =>
  codings.find((one) => one === request.acceptsEncodings([...codings])) ?? 'identity'
