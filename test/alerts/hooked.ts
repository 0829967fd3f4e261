import { onTestFinished } from 'vitest'
import { lookOut } from '../../src/alerts/watch.ts'
import { deliverDue, type WebhookParts } from '../../src/alerts/webhooks.ts'
import { systemClock } from '../../src/clock.ts'
import type { DeliveryId, SavedSearch, WebhookState } from '../../src/domain/saved-search.ts'
import type { WireNews } from '../../src/http/saved-searches.ts'
import type { Clock } from '../../src/ports.ts'
import { openPoster } from '../../src/sources/client/post.ts'
import { receiver } from './receiver.ts'
import { stage } from './stage.ts'

export const hourMs = 3_600_000

/** A search saved with a webhook at a receiver on loopback, watched by hand. */
export async function hooked({ allowPrivate = true, posterClock = systemClock as Clock } = {}) {
  const all = await stage()
  const { clock, runtime, matching } = all
  clock.jump(Date.now() - clock.now())
  const hook = await receiver()
  const poster = openPoster('webhook', 'freshet/test', { allowPrivate, trustedOrigins: [] }, posterClock)
  onTestFinished(() => poster.close())
  let ids = 0
  const partsOver = ({ outbox }: Pick<typeof runtime, 'outbox'>): WebhookParts => ({
    outbox,
    documents: matching.documents,
    post: poster.post,
    clock,
    random: () => 0.5,
    newDeliveryId: () => `msg_${++ids}` as DeliveryId,
  })
  const troubles: unknown[] = []
  let changes = 0
  const watching = lookOut({
    searches: runtime.searches,
    matching,
    webhooks: partsOver(runtime),
    holding: () => `${changes}`,
    onTrouble: (trouble) => troubles.push(trouble),
  })
  const { signal } = new AbortController()
  const deliver = (over: Pick<typeof runtime, 'outbox'> = runtime) => deliverDue(partsOver(over), signal)
  /** Something was committed, and the watcher sees it. */
  const look = () => {
    changes += 1
    return watching(signal)
  }
  const round = async () => {
    await look()
    await deliver()
  }
  const save = async (url = hook.url) => {
    const response = await all.call('POST', '/v1/searches', { q: 'agents', name: 'Mine', webhook: { url } })
    return (await response.json()) as { id: SavedSearch['id'] }
  }
  const { id } = await save()
  const state = (): WebhookState => runtime.searches.find(id)!.webhook!
  const told = (): string[][] =>
    hook.received.map(({ body }) => (JSON.parse(body).data as WireNews).matches.map(({ title }) => title))
  /** Past every pause that there is. */
  const later = () => clock.advance(5 * hourMs)
  return { ...all, hook, poster, partsOver, watching, deliver, look, round, save, id, state, told, later, troubles }
}
