import type { Instant } from '../../src/domain/instant.ts'
import { ascending, quantileOf } from '../statistics/quantile.ts'

/** How a paper came in. */
export interface Arrival {
  /** Announced to the world. */
  readonly available: Instant
  /** The source would have given it to whoever asked. */
  readonly obtainable: Instant
  /** A query could find it here; null: not yet, which counts as never. */
  readonly searchable: Instant | null
}

export interface Spread {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

/** In milliseconds. The parts' quantiles need not add up to those of the whole. */
export interface Lag {
  readonly papers: number
  readonly total: Spread
  /** The source's own delay, which no harvest can beat. */
  readonly upstream: Spread
  readonly ours: Spread
}

export function lagOf(arrivals: readonly Arrival[]): Lag {
  const spread = (of: (one: Arrival) => number) => spreadOf(arrivals.map(of))
  const end = ({ searchable }: Arrival) => searchable ?? Number.POSITIVE_INFINITY
  return {
    papers: arrivals.length,
    total: spread((one) => end(one) - one.available),
    upstream: spread((one) => one.obtainable - one.available),
    ours: spread((one) => end(one) - one.obtainable),
  }
}

export function spreadOf(values: readonly number[]): Spread {
  const sorted = ascending(values)
  return { p50: quantileOf(sorted, 0.5), p90: quantileOf(sorted, 0.9), p99: quantileOf(sorted, 0.99) }
}
