/**
 * The value below which `share` of the values lie, linear between neighbours (type 7 of Hyndman and Fan, as R and NumPy
 * have it). `sorted` ascends. NaN of nothing.
 */
export function quantileOf(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) return Number.NaN
  const place = Math.min(1, Math.max(0, share)) * (sorted.length - 1)
  const below = Math.floor(place)
  const [one, next] = [sorted[below], sorted[Math.ceil(place)]]
  // Equal ones may be infinite, and then have no difference.
  return one === next ? one : one + (place - below) * (next - one)
}

export const ascending = (values: readonly number[]): number[] => [...values].sort((one, other) => one - other)
