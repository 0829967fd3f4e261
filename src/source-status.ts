import { type Instant, instant } from './domain/instant.ts'
import type { Engine, Runtime, Source, SourceStatus } from './ports.ts'

/** The sources of the settings, as the server and the command line show them. */
export interface SourcesInUse {
  readonly harvested: readonly Source[]
  readonly live: readonly Source[]
}

/** Every source that is turned on, also one that nobody has visited yet. */
export function sourceStatuses(
  { harvested, live }: SourcesInUse,
  documents: Pick<Engine['documents'], 'watermarks'>,
  runtime: Pick<Runtime, 'health' | 'visits' | 'gate'>,
  now: Instant,
): SourceStatus[] {
  const health = new Map(runtime.health().map((one) => [one.source, one]))
  const marks = new Map(documents.watermarks().map((one) => [one.source, one.through]))
  const all = new Map([...harvested, ...live].map((one) => [one.name, one]))
  return [...all.values()].map((source): SourceStatus => {
    const visit = runtime.visits.load(source.name)
    const watermark = marks.get(source.name) ?? null
    const { waitMs, pausedUntil } = runtime.gate.state(source.provider)
    return {
      ...(health.get(source.name) ?? { source: source.name, ...unseen }),
      harvested: harvested.includes(source),
      live: live.includes(source),
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

/** Up to when everything of an origin has been harvested, through whichever of its doors; null when it never was. */
export function harvestedThrough(
  { harvested }: SourcesInUse,
  documents: Pick<Engine['documents'], 'watermarks'>,
  origin: string,
): Instant | null {
  const names = new Set(harvested.filter((one) => one.origin === origin).map((one) => one.name))
  const marks = documents.watermarks().filter((one) => names.has(one.source))
  return marks.length === 0 ? null : instant(Math.max(...marks.map((one) => one.through)))
}

const unseen = {
  state: 'never-visited',
  lastVisit: null,
  lastSuccess: null,
  failingSince: null,
  error: null,
  warning: null,
} as const
