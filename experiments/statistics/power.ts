import normalQuantile from '@stdlib/stats-base-dists-normal-quantile'

interface Planned {
  /** Standard deviation of the paired differences. */
  readonly sigma: number
  readonly power?: number
  readonly alpha?: number
}

/** Units that a two-sided paired test needs to find an effect of that size, in the normal approximation. */
export const unitsNeeded = (effect: number, { sigma, ...planned }: Planned): number =>
  effect === 0 ? Number.POSITIVE_INFINITY : Math.ceil(((distance(planned) * sigma) / effect) ** 2)

/** The least effect that so many units find. */
export const detectable = (units: number, { sigma, ...planned }: Planned): number =>
  (distance(planned) * sigma) / Math.sqrt(units)

/** In standard errors: from no effect to one that is found with the wanted power. */
const distance = ({ power = 0.8, alpha = 0.05 }: Omit<Planned, 'sigma'>): number =>
  normalQuantile(1 - alpha / 2, 0, 1) + normalQuantile(power, 0, 1)
