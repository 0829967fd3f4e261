/**
 * How often to look at sources that do not say when they change, when there are only so many looks: each source's
 * change rate is estimated from what visits found, and the looks are dealt out so that a reader finds a copy up to date
 * as often as possible.
 */

/**
 * Changes per millisecond, from `visits` that came `meanIntervalMs` apart and of which `changed` found something. The
 * naive quotient cannot see two changes between two visits; this estimator allows for them (Cho and Garcia-Molina,
 * "Estimating frequency of change", 2003). Null without a visit.
 */
export function changeRate(visits: number, changed: number, meanIntervalMs: number): number | null {
  if (visits <= 0 || meanIntervalMs <= 0) return null
  return -Math.log((visits - changed + 0.5) / (visits + 0.5)) / meanIntervalMs
}

export interface Refreshed {
  /** Changes per millisecond, as a Poisson process. */
  readonly rate: number
  /** How much its being up to date is worth; only the proportions matter. */
  readonly weight: number
  /** The interval is never shorter than `leastMs` and never longer than `mostMs`, whatever the budget says. */
  readonly leastMs: number
  readonly mostMs: number
}

/**
 * The intervals, in the order of the sources, that make the weighted share of time in which copies are up to date as
 * large as `visitsPerMs` for all of them together allow (Cho and Garcia-Molina, "Effective page refresh policies", 2003,
 * with weights). Not in proportion to the rate: what changes faster than anyone can follow gets few visits, since a copy
 * of it is out of date again at once. Bounds go before the budget.
 */
export function optimalIntervals(sources: readonly Refreshed[], visitsPerMs: number): readonly number[] {
  const spentAt = (logPrice: number) => sources.reduce((sum, source) => sum + 1 / intervalAt(source, logPrice), 0)
  const logs = sources.filter(({ rate }) => rate > 0).map(({ rate, weight }) => Math.log(weight / rate))
  if (logs.length === 0) return sources.map(({ mostMs }) => mostMs)
  // At the highest price nobody buys a visit; at the lowest everybody takes all that the bounds allow.
  const price = bisect((log) => spentAt(log) <= visitsPerMs, Math.min(...logs) - widest, Math.max(...logs), 60)
  return sources.map((source) => intervalAt(source, price))
}

/** In powers of e: at e^-50 of its worth, a change in a million years would be looked at every second. */
const widest = 50

/**
 * At a price per visit each source is visited until one more visit is worth no more than it costs. Visited every 1/f, a
 * copy is up to date for (f/λ)(1 − e^(−λ/f)) of the time; its derivative by f is (1 − (1 + r)e^(−r))/λ with r = λ/f, the
 * changes between two visits.
 */
function intervalAt({ rate, weight, leastMs, mostMs }: Refreshed, logPrice: number): number {
  // What is left of the worth of a visit to a source never visited; by logarithms, since it may be a billionth.
  const left = rate > 0 ? -Math.expm1(logPrice - Math.log(weight / rate)) : 0
  // Not even a first visit is worth its price: the floor is all it gets.
  if (left <= 0) return mostMs
  const changes = bisect((r) => (1 + r) * Math.exp(-r) <= left, 0, mostChanges, 40)
  return Math.min(Math.max(changes / rate, leastMs), mostMs)
}

/** Beyond it the worth of a visit to something so restless is below what a number can tell from nothing. */
const mostChanges = 40

/** The least value in [low, high] for which `holds` is true, where it is false below some point and true above. */
function bisect(holds: (value: number) => boolean, low: number, high: number, steps: number): number {
  let [no, yes] = [low, high]
  for (let step = 0; step < steps; step += 1) {
    const middle = (no + yes) / 2
    if (holds(middle)) yes = middle
    else no = middle
  }
  return yes
}
