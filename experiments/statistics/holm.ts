/** p values corrected for being several (Holm 1979), in the order given: each is below alpha just where Holm rejects. */
export function holm(ps: readonly number[]): number[] {
  const corrected = [...ps]
  let least = 0
  const order = ps.map((_, i) => i).sort((one, other) => ps[one] - ps[other])
  for (const [rank, i] of order.entries()) {
    least = Math.min(1, Math.max(least, (ps.length - rank) * ps[i]))
    corrected[i] = least
  }
  return corrected
}
