import cors from 'cors'
import type { RequestHandler } from 'express'
import helmet from 'helmet'

/**
 * For answers that are data: nothing in them may be run, framed or guessed to be of another type. A page sets a policy of
 * its own. Whether to insist on TLS is for the proxy that speaks it.
 */
export const safeHeaders: RequestHandler = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
  },
  referrerPolicy: { policy: 'no-referrer' },
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
})

const readable = ['ETag', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id']

/** Lets scripts of these origins read answers. Keys are sent by the script itself, so no credentials of the browser's. */
export const shareWith = (origins: readonly string[]): RequestHandler =>
  cors({ origin: [...origins], exposedHeaders: readable, maxAge: 600 })
