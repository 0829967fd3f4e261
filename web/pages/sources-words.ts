import { dayMs } from '../../src/domain/instant.ts'
import type { WireStatus } from '../../src/http/status.ts'
import { count, listed, sourceName } from '../search/words.ts'

type Source = WireStatus['sources'][number]

const units = [
  ['day', dayMs],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** The two largest units: `1 day 5 hours`. */
export function spanInWords(ms: number): string {
  const largest = units.findIndex(([, unit]) => ms >= unit)
  if (largest < 0) return 'less than a second'
  let rest = ms
  const parts = units.slice(largest, largest + 2).flatMap(([name, unit]) => {
    const amount = Math.floor(rest / unit)
    rest -= amount * unit
    return amount > 0 ? count(amount, name) : []
  })
  return parts.join(' ')
}

/** Around `now`. */
export function fromNow(at: string, now: string): string {
  const ms = Date.parse(at) - Date.parse(now)
  if (Math.abs(ms) < 1_000) return 'now'
  return ms > 0 ? `in ${spanInWords(ms)}` : `${spanInWords(-ms)} ago`
}

export type Health = 'ok' | 'warn' | 'bad' | 'unknown'

/** The worst that is known of a source, in a word or two. */
export function healthOf({ state, error, warning, pausedUntil, liveError, harvested }: Source): [Health, string] {
  if (state === 'unreachable') return ['bad', 'does not answer']
  if (pausedUntil !== null) return ['bad', 'left alone after failures']
  if (liveError !== null) return [harvested ? 'warn' : 'bad', 'failed the last live search']
  if (error !== null || warning !== null) return ['warn', 'answers, with a warning']
  if (state === 'never-visited') return ['unknown', 'not visited yet']
  return ['ok', 'answers']
}

/** One sentence for all of them. */
export function healthOfAll(sources: readonly Source[]): string {
  const troubled = sources.filter((one) => ['bad', 'warn'].includes(healthOf(one)[0]))
  const unseen = sources.filter((one) => healthOf(one)[0] === 'unknown')
  const all = `${count(sources.length, 'source is', 'sources are')} set up`
  const names = (some: readonly Source[]) => listed(some.map(({ source }) => sourceName(source)))
  if (troubled.length > 0) return `${all}; ${names(troubled)} ${troubled.length === 1 ? 'needs' : 'need'} a look.`
  if (unseen.length === sources.length) return `${all}, and none was visited yet.`
  return unseen.length > 0 ? `${all}; ${names(unseen)} not visited yet, the others answer.` : `${all}, and all answer.`
}
