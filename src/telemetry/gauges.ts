import { Gauge, type Registry } from 'prom-client'
import type { Instant } from '../domain/instant.ts'
import type { SourceStatus } from '../ports.ts'

/** How things stand: what the status of the server says, as far as it can be drawn as a curve. */
export interface Standing {
  readonly version: string
  readonly now: Instant
  readonly store: { readonly documents: number; readonly withdrawn: number }
  readonly generation: { readonly documents: number; readonly publishedAt: Instant | null } | null
  readonly fresh: { readonly documents: number }
  readonly sources: readonly Pick<SourceStatus, 'source' | 'state' | 'lagMs' | 'liveError' | 'live' | 'pausedUntil'>[]
  readonly inbox: number
  readonly indexer: { readonly mode: 'child' | 'off'; readonly running: boolean; readonly nextNight: Instant | null }
}

/** What is not known is left out, and never 0: an alert on a lag must not fall silent with its source. */
export function gaugesOf(registry: Registry): (standing: Standing) => void {
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name: `freshet_${name}`, help, labelNames, registers: [registry] })
  const build = gauge('build_info', 'Always 1; the label has the version.', 'version')
  const documents = gauge('documents', 'Documents in the store.')
  const withdrawn = gauge('documents_withdrawn', 'Those of them that were withdrawn.')
  const held = gauge('tier_documents', 'Documents that a tier searches.', 'tier')
  const age = gauge('generation_age_seconds', 'Since the current generation was published.')
  const inbox = gauge('inbox_records', 'Records found live that wait for the indexer.')
  const indexer = gauge('indexer_up', 'Whether the indexer lives; left out where it is run elsewhere.')
  const night = gauge('night_running', 'Whether a generation is being built by it.')
  const lag = gauge('source_lag_seconds', 'Since the moment up to which a source has been harvested.', 'source')
  const up = gauge('source_up', 'Whether the last visit to a source succeeded.', 'source')
  const liveUp = gauge('source_live_up', 'Whether a source could be asked the last time a query wanted it.', 'source')
  const paused = gauge('source_paused', 'Whether a source is left alone after failures.', 'source')
  return (standing) => {
    for (const one of [lag, up, liveUp, paused]) one.reset()
    const { generation, indexer: child, now } = standing
    build.set({ version: standing.version }, 1)
    documents.set(standing.store.documents)
    withdrawn.set(standing.store.withdrawn)
    held.set({ tier: 'static' }, generation?.documents ?? 0)
    held.set({ tier: 'fresh' }, standing.fresh.documents)
    if (generation?.publishedAt) age.set((now - generation.publishedAt) / 1000)
    else age.remove()
    inbox.set(standing.inbox)
    // One that lives has always planned its next night.
    if (child.mode === 'child') indexer.set(child.nextNight === null ? 0 : 1)
    else indexer.remove()
    night.set(child.running ? 1 : 0)
    for (const { source, ...one } of standing.sources) {
      if (one.lagMs !== null) lag.set({ source }, one.lagMs / 1000)
      if (one.state !== 'never-visited') up.set({ source }, one.state === 'ok' ? 1 : 0)
      if (one.live) liveUp.set({ source }, one.liveError === null ? 1 : 0)
      paused.set({ source }, one.pausedUntil === null ? 0 : 1)
    }
  }
}
