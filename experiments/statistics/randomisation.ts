import { seeded } from '../seeded.ts'

interface Flipping {
  readonly seed: number
  readonly flips?: number
}

/** Up to here all sign patterns are counted instead of some being drawn. */
const exactUpTo = 15

/**
 * Two-sided p of paired differences, under the hypothesis that treatment and comparator could be swapped in any unit: the
 * share of sign patterns whose sum is at least as far from zero as the one seen. Exact for up to 15 units that differ;
 * beyond that by random patterns, the one seen among them, so that p is never 0 (Smucker, Allan and Carterette 2007). A
 * unit gives the sum of its differences.
 */
export function signFlipP(sums: readonly number[], { seed, flips = 10_000 }: Flipping): number {
  // A zero is the same under both signs, and each pattern of the others is then met equally often.
  const differing = sums.filter((sum) => sum !== 0)
  const seen = Math.abs(differing.reduce((total, sum) => total + sum, 0))
  // Patterns of equal sum must count as equal, whatever the order of adding did to the last digits.
  const least = seen - 1e-9 * differing.reduce((total, sum) => total + Math.abs(sum), 0)
  return differing.length <= exactUpTo
    ? exactShare(differing, least)
    : drawnShare(differing, least, seeded(seed), flips)
}

function exactShare(sums: readonly number[], least: number): number {
  const patterns = 2 ** sums.length
  let far = 0
  for (let pattern = 0; pattern < patterns; pattern++) {
    let total = 0
    for (let i = 0; i < sums.length; i++) total += (pattern >> i) & 1 ? sums[i] : -sums[i]
    if (Math.abs(total) >= least) far++
  }
  return far / patterns
}

function drawnShare(sums: readonly number[], least: number, random: () => number, flips: number): number {
  let far = 1
  for (let flip = 0; flip < flips; flip++) {
    let total = 0
    let bits = 0
    for (let i = 0; i < sums.length; i++) {
      // One number is 32 signs.
      bits = i % 32 === 0 ? Math.floor(random() * 2 ** 32) : bits >>> 1
      total += (1 - 2 * (bits & 1)) * sums[i]
    }
    if (Math.abs(total) >= least) far++
  }
  return far / (flips + 1)
}

/**
 * Two-sided p of a difference between two groups of units, under the hypothesis that a unit could be in either: the share
 * of random regroupings, the one seen among them, whose `difference` is at least as far from zero.
 */
export function regroupP<Unit>(
  one: readonly Unit[],
  other: readonly Unit[],
  difference: (one: readonly Unit[], other: readonly Unit[]) => number,
  { seed, flips = 10_000 }: Flipping,
): number {
  const random = seeded(seed)
  const all = [...one, ...other]
  const least = Math.abs(difference(one, other)) * (1 - 1e-9)
  let far = 1
  for (let flip = 0; flip < flips; flip++) {
    // Only the first places need to be drawn (Fisher and Yates).
    for (let i = 0; i < one.length; i++) {
      const j = i + Math.floor(random() * (all.length - i))
      ;[all[i], all[j]] = [all[j], all[i]]
    }
    if (Math.abs(difference(all.slice(0, one.length), all.slice(one.length))) >= least) far++
  }
  return far / (flips + 1)
}
