import type { Verdict } from '../findings.ts'

/**
 * Of a claim that says several things at once: supported where every part is, with the largest p; refuted where any part
 * is, its p times the number of parts, for each of them had its chance. Effect and margin are those of the first part.
 */
export function jointly(first: Verdict, others: readonly Verdict[], says: string): Verdict {
  const parts = [first, ...others]
  const refuted = parts.filter(({ outcome }) => outcome === 'refuted')
  const ps = (those: readonly Verdict[]) => those.map(({ pHolm }) => pHolm ?? 1)
  const gaps = parts.flatMap(({ judgedGap }) => judgedGap ?? [])
  const common = {
    ...first,
    says,
    judgedGap: gaps.length > 0 ? gaps.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)) : null,
  }
  if (refuted.length > 0) {
    return { ...common, outcome: 'refuted', pHolm: Math.min(1, parts.length * Math.min(...ps(refuted))) }
  }
  const all = parts.every(({ outcome }) => outcome === 'supported')
  return { ...common, outcome: all ? 'supported' : 'undecided', pHolm: Math.max(...ps(parts)) }
}
