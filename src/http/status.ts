import { z } from 'zod'
import type { Generation } from '../domain/generation.ts'
import { type Instant, isoOf } from '../domain/instant.ts'
import type { SourceStatus } from '../ports.ts'

/** What the server says of itself; server.ts fills it, this file puts it on the wire. */
export interface Status {
  readonly name: string
  readonly version: string
  readonly startedAt: Instant
  readonly now: Instant
  readonly store: {
    readonly documents: number
    readonly withdrawn: number
    readonly bySource: Readonly<Record<string, number>>
    readonly incarnation: string
  }
  readonly generation: Pick<
    Generation,
    'id' | 'createdAt' | 'publishedAt' | 'documents' | 'fingerprint' | 'mark'
  > | null
  readonly fresh: { readonly documents: number; readonly mark: number }
  readonly sources: readonly SourceStatus[]
  /** Records that live search found and the indexer has not stored yet. */
  readonly inbox: number
  readonly model: { readonly configured: string; readonly serving: string | null }
  readonly indexer: { readonly mode: 'child' | 'off'; readonly running: boolean; readonly nextNight: Instant | null }
}

const instant = z.iso.datetime()

export const statusSchema = z
  .strictObject({
    name: z.string(),
    version: z.string(),
    startedAt: instant,
    now: instant,
    store: z.strictObject({
      documents: z.int(),
      withdrawn: z.int(),
      bySource: z.record(z.string(), z.int()),
      incarnation: z.string(),
    }),
    generation: z
      .strictObject({
        id: z.int(),
        createdAt: instant,
        publishedAt: instant.nullable(),
        documents: z.int(),
        fingerprint: z.string(),
        mark: z.int(),
      })
      .nullable(),
    fresh: z.strictObject({ documents: z.int(), mark: z.int() }),
    sources: z.array(
      z.strictObject({
        source: z.string(),
        state: z.enum(['ok', 'unreachable', 'never-visited']),
        lastVisit: instant.nullable(),
        lastSuccess: instant.nullable(),
        failingSince: instant.nullable(),
        error: z.string().nullable(),
        warning: z.string().nullable().meta({ description: 'It answered, and something about it is odd.' }),
        harvested: z.boolean().meta({ description: 'Visited by the schedule.' }),
        live: z.boolean().meta({ description: 'Can be asked while a query waits.' }),
        liveError: z
          .string()
          .nullable()
          .meta({ description: 'Why it failed the last query; null since it answered one.' }),
        watermark: instant.nullable().meta({ description: 'Everything up to then has been harvested.' }),
        lagMs: z.number().nullable().meta({ description: 'Since the watermark.' }),
        nextVisit: instant.nullable(),
        visitReason: z.string().nullable(),
        lastChange: instant.nullable().meta({ description: 'The last visit that found something unseen.' }),
        waitMs: z.number().meta({ description: 'Until its provider may be asked again.' }),
        pausedUntil: instant.nullable().meta({ description: 'Left alone until then, after failures in a row.' }),
      }),
    ),
    inbox: z.int().meta({ description: 'Records found live that wait for the indexer.' }),
    model: z.strictObject({ configured: z.string(), serving: z.string().nullable() }),
    indexer: z.strictObject({
      mode: z.enum(['child', 'off']),
      running: z.boolean(),
      nextNight: instant.nullable(),
    }),
  })
  .meta({ description: 'What the store, the index, the sources and the indexer are up to.' })

export type WireStatus = z.infer<typeof statusSchema>

const isoOrNull = (at: Instant | null): string | null => (at === null ? null : isoOf(at))

/** Field by field, so that nothing goes out that the schema does not name. */
export const toWireStatus = ({ store, generation, fresh, model, indexer, ...status }: Status): WireStatus => ({
  name: status.name,
  version: status.version,
  startedAt: isoOf(status.startedAt),
  now: isoOf(status.now),
  store: {
    documents: store.documents,
    withdrawn: store.withdrawn,
    bySource: store.bySource,
    incarnation: store.incarnation,
  },
  generation: generation && {
    id: generation.id,
    createdAt: isoOf(generation.createdAt),
    publishedAt: isoOrNull(generation.publishedAt),
    documents: generation.documents,
    fingerprint: generation.fingerprint,
    mark: generation.mark,
  },
  fresh: { documents: fresh.documents, mark: fresh.mark },
  sources: status.sources.map((one) => ({
    source: one.source,
    state: one.state,
    lastVisit: isoOrNull(one.lastVisit),
    lastSuccess: isoOrNull(one.lastSuccess),
    failingSince: isoOrNull(one.failingSince),
    error: one.error,
    warning: one.warning,
    harvested: one.harvested,
    live: one.live,
    liveError: one.liveError,
    watermark: isoOrNull(one.watermark),
    lagMs: one.lagMs,
    nextVisit: isoOrNull(one.nextVisit),
    visitReason: one.visitReason,
    lastChange: isoOrNull(one.lastChange),
    waitMs: one.waitMs,
    pausedUntil: isoOrNull(one.pausedUntil),
  })),
  inbox: status.inbox,
  model: { configured: model.configured, serving: model.serving },
  indexer: { mode: indexer.mode, running: indexer.running, nextNight: isoOrNull(indexer.nextNight) },
})
