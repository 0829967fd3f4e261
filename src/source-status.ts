import { liveHealthOf } from './domain/health.ts'
import { type Instant, instant } from './domain/instant.ts'
import type { Engine, Runtime, Source, SourceStatus } from './ports.ts'

/** The sources of the settings, as the server and the command line show them. */
export interface SourcesInUse {
  readonly harvested: readonly Source[]
  readonly live: readonly Source[]
}

/** Each once: many are both harvested and asked live. */
export const allSources = ({ harvested, live }: SourcesInUse): readonly Source[] => [
  ...new Set([...harvested, ...live]),
]

/** Every source that is turned on, also one that nobody has visited yet. */
export function sourceStatuses(
  inUse: SourcesInUse,
  documents: Pick<Engine['documents'], 'watermarks'>,
  runtime: Pick<Runtime, 'health' | 'visits' | 'gate'>,
  now: Instant,
): SourceStatus[] {
  const health = new Map(runtime.health().map((one) => [one.source, one]))
  const marks = new Map(documents.watermarks().map((one) => [one.source, one.through]))
  return allSources(inUse).map((source): SourceStatus => {
    const [harvested, live] = [inUse.harvested.includes(source), inUse.live.includes(source)]
    const asHarvested = health.get(source.name)
    const asLive = health.get(liveHealthOf(source.name))
    const visit = runtime.visits.load(source.name)
    const watermark = marks.get(source.name) ?? null
    const { waitMs, pausedUntil } = runtime.gate.state(source.provider)
    return {
      ...((harvested ? asHarvested : asLive) ?? unseen),
      source: source.name,
      harvested,
      live,
      liveError: asLive?.error ?? null,
      watermark,
      lagMs: watermark === null ? null : Math.max(0, now - watermark),
      nextVisit: visit?.nextVisit ?? null,
      visitReason: visit?.reason ?? null,
      lastChange: visit?.lastChange ?? null,
      waitMs,
      pausedUntil,
    }
  })
}

/** Up to when everything of each origin has been harvested, in the scope of the settings, through whichever of its doors. */
export function harvestedThrough(
  { harvested }: SourcesInUse,
  documents: Pick<Engine['documents'], 'watermarks'>,
): ReadonlyMap<string, Instant> {
  const through = new Map<string, Instant>()
  for (const mark of documents.watermarks()) {
    const source = harvested.find((one) => one.name === mark.source && (one.scope ?? '') === mark.scope)
    if (source) through.set(source.origin, instant(Math.max(mark.through, through.get(source.origin) ?? 0)))
  }
  return through
}

const unseen = {
  state: 'never-visited',
  lastVisit: null,
  lastSuccess: null,
  failingSince: null,
  error: null,
  warning: null,
} as const
