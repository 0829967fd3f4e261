import { Webhook } from 'standardwebhooks'
import { SourceError } from '../domain/errors.ts'
import { type Instant, instant, isoOf } from '../domain/instant.ts'
import type { Delivery, DeliveryId, SavedSearch } from '../domain/saved-search.ts'
import type { Clock, DocumentStore, Outbox, Poster } from '../ports.ts'
import { newestOf, newsOf } from './news.ts'

export interface WebhookParts {
  readonly outbox: Outbox
  readonly documents: Pick<DocumentStore, 'byId'>
  readonly post: Poster['post']
  readonly clock: Pick<Clock, 'now'>
  /** In [0, 1). */
  readonly random: () => number
  newDeliveryId(): DeliveryId
}

const deadlineMs = 10_000
/** At the same time: a slow receiver must not keep the others waiting. */
const together = 8
/** The twelfth comes half a day after the first. */
export const mostAttempts = 12
const firstPauseMs = 30_000
const longestPauseMs = 4 * 3_600_000

/** Puts what nobody was told of on its way; what matches while it is under way waits for the next. */
export function announce(saved: SavedSearch, { outbox, documents, clock, newDeliveryId }: WebhookParts): void {
  if (saved.webhook === null) return
  const untold = outbox.untold(saved.id)
  if (untold.length === 0) return
  const now = clock.now()
  const news = newsOf(saved, untold, documents)
  const body = JSON.stringify({ type: 'search.matched', timestamp: isoOf(now), data: news })
  outbox.put(saved.id, { id: newDeliveryId(), body, upTo: newestOf(untold, saved.seen) }, now)
}

/** Makes the attempts that are due. */
export async function deliverDue(parts: WebhookParts, signal: AbortSignal): Promise<void> {
  const { outbox, clock, random } = parts
  for (;;) {
    const due = outbox.claim(together, clock.now(), (attempts) => pauseMs(attempts, random))
    if (due.length === 0) return
    await Promise.all(due.map((delivery) => attempt(delivery, parts, signal)))
  }
}

/** Exponential, half of it at random, so that a receiver that comes back is not met by everybody at once. */
function pauseMs(attempts: number, random: () => number): number {
  const most = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempts - 1))
  return (most * (1 + random())) / 2
}

async function attempt(delivery: Delivery, parts: WebhookParts, signal: AbortSignal): Promise<void> {
  const { outbox, clock } = parts
  const { id, attempts } = delivery
  const outcome = await send(delivery, parts, signal)
  switch (outcome.kind) {
    case 'taken':
      return outbox.succeeded(id, clock.now())
    case 'gone':
      return outbox.failed(id, outcome.error, 'gone')
    case 'failed':
      if (attempts >= mostAttempts) return outbox.failed(id, outcome.error, 'given-up')
      return outbox.failed(id, outcome.error, { retryAt: outcome.retryAt })
    case 'stopped':
      // Not the receiver's fault: what was claimed is due again, in this process or in the next.
      return
  }
}

type Outcome =
  | { readonly kind: 'taken' | 'stopped' }
  | { readonly kind: 'gone'; readonly error: string }
  | { readonly kind: 'failed'; readonly error: string; readonly retryAt: Instant | null }

async function send(delivery: Delivery, { post, clock }: WebhookParts, signal: AbortSignal): Promise<Outcome> {
  const { url, body } = delivery
  const now = clock.now()
  try {
    const { status, retryAfterMs } = await post({ url, headers: signed(delivery, now), body, deadlineMs, signal })
    if (status >= 200 && status < 300) return { kind: 'taken' }
    const error = `the receiver answered with HTTP status ${status}`
    if (status === 410) return { kind: 'gone', error }
    const retryAt = retryAfterMs === null ? null : instant(now + Math.min(retryAfterMs, longestPauseMs))
    return { kind: 'failed', error, retryAt }
  } catch (error) {
    if (signal.aborted) return { kind: 'stopped' }
    if (!(error instanceof SourceError)) throw error
    return { kind: 'failed', error: error.message, retryAt: null }
  }
}

/** As www.standardwebhooks.com has it. The timestamp is of the attempt, so that what is retried is not too old. */
function signed({ id, secret, body }: Delivery, now: Instant): Record<string, string> {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(now), body),
  }
}
