/**
 * Small-sample statistics for calibration. Logistic regression of two or more classes is a Newton iteration with a
 * Gaussian prior on each weight (maximum a posteriori); isotonic regression is pool-adjacent-violators. Both are a page,
 * and no kept library offers priors.
 */
export interface Example {
  /** The first is 1, for the intercept. */
  readonly features: readonly number[]
  /** A class from 0 on; class 0 is what the others are held against. */
  readonly label: number
  /** How much it counts; 1 where it is left out. */
  readonly weight?: number
}

export interface Prior {
  readonly mean: number
  readonly sigma: number
}

export const fitLogistic = (examples: readonly Example[], priors: readonly Prior[]): number[] =>
  fitMultinomial(examples, [priors])[0]

const rounds = 100

/**
 * Weights of each class but class 0, in log odds against it; `priors` has a row for each. The posterior has one top, and
 * every step goes up: a full Newton step far from it may overshoot, so it is halved until it does not (Armijo).
 */
export function fitMultinomial(examples: readonly Example[], priors: readonly (readonly Prior[])[]): number[][] {
  const size = priors[0].length
  const flat = priors.flat()
  let weights = Float64Array.from(flat, ({ mean }) => mean)
  for (let round = 0; round < rounds; round++) {
    const { gradient, curvature } = slopes(examples, flat, weights, size)
    const step = solved(curvature, gradient)
    if (step.every((one) => Math.abs(one) < 1e-9)) return rowsOf(weights, size)
    const promised = step.reduce((sum, one, i) => sum + one * gradient[i], 0)
    const value = logPosterior(examples, flat, weights, size)
    const at = (share: number) => weights.map((one, i) => one + share * step[i])
    let share = 1
    // So near the top that a sum of this size cannot tell the difference, Newton's step needs no watching.
    const watched = promised > 1e-9 * (1 + Math.abs(value))
    while (watched && logPosterior(examples, flat, at(share), size) < value + 1e-4 * share * promised) share /= 2
    weights = at(share)
  }
  throw new RangeError(`logistic regression of ${flat.length} weights found no top in ${rounds} rounds`)
}

/** Of every class, class 0 first; they add up to 1. */
export function probabilities(weights: readonly (readonly number[])[], features: readonly number[]): number[] {
  return softmax([0, ...weights.map((row) => logit(row, features))])
}

export const logit = (weights: readonly number[], features: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * features[i], 0)

export const probability = (weights: readonly number[], features: readonly number[]): number =>
  1 / (1 + Math.exp(-logit(weights, features)))

function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits)
  const shares = logits.map((one) => Math.exp(one - highest))
  const total = shares.reduce((sum, share) => sum + share, 0)
  return shares.map((share) => share / total)
}

/** One row of weights behind the other. */
const rowsOf = (weights: Float64Array, size: number): number[][] =>
  Array.from({ length: weights.length / size }, (_, row) => [...weights.subarray(row * size, (row + 1) * size)])

function logPosterior(
  examples: readonly Example[],
  priors: readonly Prior[],
  weights: Float64Array,
  size: number,
): number {
  const rows = rowsOf(weights, size)
  let sum = 0
  for (const { features, label, weight = 1 } of examples) {
    const logits = [0, ...rows.map((row) => logit(row, features))]
    const highest = Math.max(...logits)
    sum +=
      weight * (logits[label] - highest - Math.log(logits.reduce((total, one) => total + Math.exp(one - highest), 0)))
  }
  return priors.reduce((left, { mean, sigma }, i) => left - (weights[i] - mean) ** 2 / (2 * sigma ** 2), sum)
}

/** Gradient of the log posterior, and its second derivatives with the sign turned: positive definite through the priors. */
function slopes(examples: readonly Example[], priors: readonly Prior[], weights: Float64Array, size: number) {
  const rows = rowsOf(weights, size)
  const gradient = Float64Array.from(priors, ({ mean, sigma }, i) => (mean - weights[i]) / sigma ** 2)
  const curvature = priors.map(({ sigma }, i) => {
    const row = new Float64Array(priors.length)
    row[i] = 1 / sigma ** 2
    return row
  })
  for (const { features, label, weight: count = 1 } of examples) {
    const shares = probabilities(rows, features)
    for (let k = 0; k < rows.length; k++) {
      const share = shares[k + 1]
      const error = count * ((label === k + 1 ? 1 : 0) - share)
      for (let i = 0; i < size; i++) gradient[k * size + i] += error * features[i]
      for (let l = 0; l <= k; l++) {
        const weight = count * share * ((k === l ? 1 : 0) - shares[l + 1])
        for (let i = 0; i < size; i++) addScaled(curvature[k * size + i], l * size, features, weight * features[i])
      }
    }
  }
  return { gradient, curvature }
}

function addScaled(row: Float64Array, from: number, values: readonly number[], factor: number): void {
  if (factor === 0) return
  for (let i = 0; i < values.length; i++) row[from + i] += factor * values[i]
}

/** Cholesky's, from the lower triangle of a positive definite matrix. */
function solved(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const size = right.length
  const lower = matrix.map((row) => row.slice())
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = lower[i][j]
      for (let k = 0; k < j; k++) sum -= lower[i][k] * lower[j][k]
      lower[i][j] = i === j ? Math.sqrt(sum) : sum / lower[j][j]
    }
  }
  const solution = right.slice()
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) solution[i] -= lower[i][k] * solution[k]
    solution[i] /= lower[i][i]
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) solution[i] -= lower[k][i] * solution[k]
    solution[i] /= lower[i][i]
  }
  return solution
}

/** Knots [x, y] of the non-decreasing step function nearest to the labels, one at the middle of each step; steps of fewer than `smallest` points join the one below. */
export function isotonic(points: readonly { x: number; y: number }[], smallest: number): [number, number][] {
  const steps: Step[] = []
  for (const { x, y } of [...points].sort((one, other) => one.x - other.x)) {
    steps.push({ x, y, n: 1 })
    while (steps.length > 1 && steps[steps.length - 2].y >= steps[steps.length - 1].y) poolLast(steps)
  }
  const wide: Step[] = []
  for (const step of steps) {
    wide.push(step)
    if (wide.length > 1 && wide[wide.length - 2].n < smallest) poolLast(wide)
  }
  if (wide.length > 1 && wide[wide.length - 1].n < smallest) poolLast(wide)
  return wide.map(({ x, y }) => [x, y])
}

interface Step {
  readonly x: number
  readonly y: number
  readonly n: number
}

function poolLast(steps: Step[]): void {
  const [one, other] = steps.splice(-2)
  const n = one.n + other.n
  steps.push({ x: (one.x * one.n + other.x * other.n) / n, y: (one.y * one.n + other.y * other.n) / n, n })
}
