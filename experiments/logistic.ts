/**
 * Small-sample statistics for calibration. Logistic regression is a Newton iteration with a Gaussian prior on each
 * weight (maximum a posteriori); isotonic regression is pool-adjacent-violators. Both are a page, and no kept library
 * offers priors.
 */
export interface Example {
  /** The first is 1, for the intercept. */
  readonly features: readonly number[]
  readonly label: 0 | 1
}

export interface Prior {
  readonly mean: number
  readonly sigma: number
}

const iterations = 50

export function fitLogistic(examples: readonly Example[], priors: readonly Prior[]): number[] {
  const size = priors.length
  let weights = priors.map((prior) => prior.mean)
  for (let round = 0; round < iterations; round++) {
    const gradient = priors.map(({ mean, sigma }, i) => (mean - weights[i]) / sigma ** 2)
    const hessian = priors.map(({ sigma }, i) => priors.map((_, j) => (i === j ? 1 / sigma ** 2 : 0)))
    for (const { features, label } of examples) {
      const p = probability(weights, features)
      for (let i = 0; i < size; i++) {
        gradient[i] += (label - p) * features[i]
        for (let j = 0; j < size; j++) hessian[i][j] += p * (1 - p) * features[i] * features[j]
      }
    }
    const step = solve(hessian, gradient)
    weights = weights.map((weight, i) => weight + step[i])
    if (Math.max(...step.map(Math.abs)) < 1e-9) break
  }
  return weights
}

export const logit = (weights: readonly number[], features: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * features[i], 0)

export const probability = (weights: readonly number[], features: readonly number[]): number =>
  1 / (1 + Math.exp(-logit(weights, features)))

/** Gaussian elimination with partial pivoting; the systems here are of six unknowns at most. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]])
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows.reduce(
      (best, row, i) => (i >= column && Math.abs(row[column]) > Math.abs(rows[best][column]) ? i : best),
      column,
    )
    ;[rows[column], rows[pivot]] = [rows[pivot], rows[column]]
    for (let i = 0; i < rows.length; i++) {
      if (i === column) continue
      const factor = rows[i][column] / rows[column][column]
      for (let j = column; j <= rows.length; j++) rows[i][j] -= factor * rows[column][j]
    }
  }
  return rows.map((row, i) => row[rows.length] / row[i])
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
