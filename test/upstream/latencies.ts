import type { Provider } from './exchange.ts'

/** A distribution of waiting times by three of its quantiles. */
export interface Latency {
  readonly medianMs: number
  readonly p90Ms: number
  readonly p99Ms: number
}

export type Latencies = Readonly<Record<Provider, Latency>>

const always = (ms: number): Latency => ({ medianMs: ms, p90Ms: ms, p99Ms: ms })

export const noLatencies: Latencies = {
  'arxiv-api': always(0),
  'arxiv-oai': always(0),
  'arxiv-rss': always(0),
  'semantic-scholar': always(0),
  crossref: always(0),
  openalex: always(0),
  feeds: always(0),
}

/**
 * What is known of the recordings: consecutive pages of Semantic Scholar were 1 s apart and of Crossref 1 to 2 s (Date
 * headers, which count whole seconds); OpenAlex says 0.2 to 0.4 s of its own work and once 3.1 s (db_response_time_ms).
 * Nothing is recorded of arXiv's, of feeds', and of any tail: those are assumed, arXiv's API so that its tail is the
 * stall of about 15 s of which users tell.
 */
export const usualLatencies: Latencies = {
  'arxiv-api': { medianMs: 700, p90Ms: 2_500, p99Ms: 12_000 },
  'arxiv-oai': { medianMs: 3_000, p90Ms: 8_000, p99Ms: 30_000 },
  'arxiv-rss': { medianMs: 250, p90Ms: 800, p99Ms: 3_000 },
  'semantic-scholar': { medianMs: 900, p90Ms: 2_000, p99Ms: 6_000 },
  crossref: { medianMs: 1_200, p90Ms: 3_000, p99Ms: 10_000 },
  openalex: { medianMs: 350, p90Ms: 1_200, p99Ms: 3_500 },
  feeds: { medianMs: 150, p90Ms: 600, p99Ms: 2_500 },
}

/**
 * A draw: log-linear between the quantiles, from half the median to the 99th percentile and a fifth. `share` is uniform
 * in [0, 1).
 */
export function drawMs({ medianMs, p90Ms, p99Ms }: Latency, share: number): number {
  if (medianMs <= 0) return 0
  const knots = [
    { share: 0, ms: medianMs / 2 },
    { share: 0.5, ms: medianMs },
    { share: 0.9, ms: p90Ms },
    { share: 0.99, ms: p99Ms },
    { share: 1, ms: p99Ms * 1.2 },
  ]
  const at = knots.findIndex((knot) => share < knot.share)
  const [low, high] = [knots[at - 1], knots[at]]
  if (medianMs === p99Ms) return medianMs
  return low.ms * (high.ms / low.ms) ** ((share - low.share) / (high.share - low.share))
}
