import { createHash } from 'node:crypto'
import type { Instant } from '../../src/domain/instant.ts'
import type { Asked } from './asked.ts'
import type { Reply } from './exchange.ts'

/** Gives a reply its validators; one that the asker holds already becomes 304 without a body. */
export function conditional({ headers }: Asked, fresh: Reply, modified: Instant): Reply {
  const etag = `"${createHash('sha1').update(fresh.body).digest('hex').slice(0, 20)}"`
  const validators = { etag, 'last-modified': new Date(modified).toUTCString() }
  const held = headers['if-none-match']
  const since = Date.parse(headers['if-modified-since'] ?? '')
  // The date is looked at only where there is no tag: RFC 9110, section 13.2.2.
  const isHeld = held === undefined ? Math.floor(modified / 1000) * 1000 <= since : tagsIn(held).includes(etag)
  return isHeld
    ? { status: 304, headers: validators, body: '' }
    : { ...fresh, headers: { ...fresh.headers, ...validators } }
}

const tagsIn = (header: string): string[] => header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
