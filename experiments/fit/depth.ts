import type { Evidence } from '../../src/domain/evidence.ts'
import { endOfDay } from '../../src/domain/instant.ts'
import { termsOf } from '../../src/domain/terms.ts'
import type { DepthCalibration } from '../../src/retrieval/calibration.ts'
import { convex } from '../../src/retrieval/fusion.ts'
import { candidateDepth } from '../../src/retrieval/request.ts'
import { measureDepth } from '../../src/retrieval/score.ts'
import type { Topic } from '../../src/sources/files/topics.ts'
import type { Collection } from '../collection.ts'
import { everythingAt } from '../evaluate.ts'
import { type Example, fitLogistic, isotonic, type Prior } from '../logistic.ts'
import { type Grades, mean, ndcg } from '../measures.ts'

const forms = ['query', 'short', 'long'] as const
const relevant = 2

/** The candidates of one form of a judged topic, with their grades. */
export interface Graded {
  readonly topic: Topic
  readonly form: (typeof forms)[number]
  readonly evidence: Evidence
  readonly ids: readonly string[]
  readonly grades: readonly (number | undefined)[]
}

export async function gradeCandidates(topic: Topic, grades: Grades, collection: Collection): Promise<Graded[]> {
  const { engine, embedder, snapshot } = collection
  const graded: Graded[] = []
  for (const form of forms) {
    const text = topic[form]
    const [vector] = await embedder.embed([text], 'query')
    const evidence = await snapshot.gather({
      terms: termsOf(text),
      vector,
      ...everythingAt(endOfDay(topic.asOf)),
      depth: candidateDepth,
      exact: true,
    })
    const documents = engine.documents.byKeys(evidence.candidates.map((one) => one.key))
    const known = evidence.candidates.flatMap((one) => documents.get(one.key)?.id ?? [])
    graded.push({ topic, form, evidence, ids: known, grades: known.map((id) => grades.get(id)) })
  }
  return graded
}

/** Weight of BM25 / ideal BM25 beside the cosine. */
const balances = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4]

const absolute = ({ candidates, idealBm25 }: Evidence, balance: number): number[] =>
  candidates.map(({ cosine, bm25 }) => (cosine ?? 0) + (idealBm25 === 0 ? 0 : (balance * bm25) / idealBm25))

/**
 * A likelihood over all candidates is ruled by the many that are far from the top, and sets the two scores against each
 * other in a way that ranks worse than their plain fusion. So the balance is chosen by how it ranks, and only the scale
 * by likelihood. Of those within a standard error of the best, the one nearest to what was expected: few topics tell
 * them apart.
 */
function bestBalance(graded: readonly Graded[], expected: number): number {
  const undated = graded.filter(({ topic }) => topic.class !== 'dated')
  const tried = balances.map((balance) => ({ balance, values: undated.map((one) => qualityUnder(one, balance)) }))
  const best = tried.reduce((top, one) => (mean(one.values) > mean(top.values) ? one : top))
  const asGood = tried.filter(({ values }) => {
    const behind = values.map((value, i) => best.values[i] - value)
    const spread = Math.sqrt(mean(behind.map((value) => (value - mean(behind)) ** 2)))
    return mean(behind) <= spread / Math.sqrt(behind.length)
  })
  const far = ({ balance }: { readonly balance: number }) => Math.abs(Math.log(balance / expected))
  return asGood.reduce((near, one) => (far(one) < far(near) ? one : near)).balance
}

function qualityUnder(one: Graded, balance: number): number {
  const scores = absolute(one.evidence, balance)
  const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a])
  return rankedNdcg(
    one,
    order.map((i) => one.evidence.candidates[i].key),
  )
}

const flat: Prior = { mean: 0, sigma: 100 }

/** `expected`: weights of before, whose fusion and balance hold where the topics do not speak against them. */
export function fitDepth(graded: readonly Graded[], expected: DepthCalibration): DepthCalibration {
  const { alpha } = expected
  const balance = bestBalance(graded, expected.lexical / expected.cosine)
  const examples = graded.flatMap(({ evidence, grades }) =>
    absolute(evidence, balance).map(
      (score, i): Example => ({ features: [1, score], label: (grades[i] ?? 0) >= relevant ? 1 : 0 }),
    ),
  )
  const [intercept, slope] = fitLogistic(examples, [flat, flat])
  const weights = [intercept, slope, slope * balance].map(rounded)
  const points = examples.map(({ features, label }) => ({ x: weights[0] + weights[1] * features[1], y: label }))
  const steps = isotonic(points, Math.ceil(points.length / 200))
  const highest = Math.max(...points.map((one) => one.x))
  // Beyond the last step the line goes on rising a little, so that better still ranks above.
  const top = steps[steps.length - 1]
  const knots = [...steps, [Math.max(highest, top[0] + 1), Math.min(0.99, top[1] + 0.05)]] as [number, number][]
  const cosines = graded.flatMap(({ evidence }) => evidence.candidates.flatMap((one) => one.cosine ?? []))
  const calibration = {
    alpha,
    intercept: weights[0],
    cosine: weights[1],
    lexical: weights[2],
    neutralCosine: rounded(mean(cosines)),
    isotonic: knots.map(([x, y]): [number, number] => [rounded(x), rounded(y)]),
    abstainBelow: 0,
  }
  const best = graded
    .map(({ evidence }) => measureDepth(evidence, convex(evidence, alpha), calibration)[0]?.depth ?? 0)
    .sort((one, other) => one - other)
  // One judged query in twenty, most of them a single ambiguous word, may be labelled "nothing matches well".
  return { ...calibration, abstainBelow: rounded(best[Math.floor(best.length / 20)]) }
}

/** nDCG@10 of the candidates, undated topics as typed: by this depth, and by the convex combination. */
export function depthFigures(graded: readonly Graded[], calibration: DepthCalibration) {
  const asked = graded.filter(({ form, topic }) => form === 'query' && topic.class !== 'dated')
  const byDepth = asked.map((one) => {
    const deep = measureDepth(one.evidence, convex(one.evidence, calibration.alpha), calibration)
    return rankedNdcg(
      one,
      deep.map((each) => each.candidate.key),
    )
  })
  const byFusion = asked.map((one) => {
    const fused = [...convex(one.evidence, calibration.alpha)].sort((a, b) => b[1] - a[1])
    return rankedNdcg(
      one,
      fused.map(([key]) => key),
    )
  })
  return { topics: asked.length, byDepth: mean(byDepth), byFusion: mean(byFusion) }
}

function rankedNdcg({ evidence, grades, ids }: Graded, keys: readonly number[]): number {
  const idOf = new Map(evidence.candidates.map((one, i) => [one.key as number, ids[i]]))
  const known = new Map(ids.flatMap((id, i) => (grades[i] === undefined ? [] : [[id, grades[i]]])) as [never, number][])
  return ndcg(keys.map((key) => idOf.get(key)) as never[], known)
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000
