import { randomBytes } from 'node:crypto'
import type { DeliveryId, SearchId } from '../domain/saved-search.ts'
import type { Door } from '../http/service.ts'
import type { Clock, Runtime } from '../ports.ts'
import { feedDoor } from './feed.ts'
import type { Matching } from './matching.ts'
import { savedDoor } from './saved.ts'
import { watch } from './watch.ts'
import type { WebhookParts } from './webhooks.ts'

export interface AlertsParts extends Pick<Matching, 'search' | 'documents'> {
  readonly runtime: Pick<Runtime, 'feeds' | 'searches' | 'outbox'>
  readonly clock: Clock
  readonly poster: {
    /** Throws SourceError for an address that must not be posted to. */
    check(url: string): void
    readonly post: WebhookParts['post']
  }
  /** Names what is held: the same as long as no search could have another answer. */
  holding(): string
  onTrouble(error: unknown): void
}

/** Whatever tells of new papers without being asked twice: feeds, saved searches and their webhooks. */
export function openAlerts(parts: AlertsParts): { readonly doors: readonly Door[]; close(): Promise<void> } {
  const { runtime, clock, poster, holding, onTrouble } = parts
  const { feeds, searches, outbox } = runtime
  const matching: Matching = parts
  const webhooks: WebhookParts = {
    outbox,
    documents: parts.documents,
    post: poster.post,
    clock,
    random: Math.random,
    newDeliveryId: () => `msg_${randomBytes(16).toString('base64url')}` as DeliveryId,
  }
  const saved = savedDoor({
    searches,
    matching,
    checkAddress: poster.check,
    newId: () => randomBytes(12).toString('hex') as SearchId,
    newSecret: () => `whsec_${randomBytes(24).toString('base64')}`,
  })
  const watching = watch({ searches, matching, webhooks, holding, onTrouble }, clock)
  return { doors: [feedDoor(feeds, matching), saved], close: watching.close }
}
