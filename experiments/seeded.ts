/** Random numbers in [0, 1), the same for the same seed: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export const exponential = (random: () => number, mean: number): number => -mean * Math.log(1 - random())

/** A standard normal deviate (Box and Muller). */
export const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** Instants of a Poisson process of so many a millisecond in [from, to). */
export function poissonTimes(random: () => number, rate: number, from: number, to: number): number[] {
  const times: number[] = []
  for (let at = from + exponential(random, 1 / rate); at < to; at += exponential(random, 1 / rate)) times.push(at)
  return times
}

export interface Weighed {
  readonly value: number
  readonly weight: number
}

/** The least value below or at which `share` of the weight lies; NaN of nothing. */
export function quantile(values: readonly Weighed[], share: number): number {
  const sorted = [...values].sort((a, b) => a.value - b.value)
  let left = share * sorted.reduce((sum, { weight }) => sum + weight, 0)
  for (const { value, weight } of sorted) {
    left -= weight
    if (left <= 0) return value
  }
  return sorted.at(-1)?.value ?? Number.NaN
}
