import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { loadEnvFile, readConfig } from '../src/config.ts'
import { readCues } from '../src/domain/cues.ts'
import type { Evidence } from '../src/domain/evidence.ts'
import { endOfDay } from '../src/domain/instant.ts'
import { termsOf } from '../src/domain/terms.ts'
import {
  type Calibration,
  type DepthCalibration,
  depthCalibrationFor,
  shippedCalibration,
} from '../src/retrieval/calibration.ts'
import { convex } from '../src/retrieval/fusion.ts'
import { candidateDepth } from '../src/retrieval/request.ts'
import { type GateSigns, signsOf } from '../src/retrieval/router.ts'
import { measureDepth } from '../src/retrieval/score.ts'
import { importFormats } from '../src/sources/files/formats.ts'
import { readTopics, type Topic } from '../src/sources/files/topics.ts'
import { type Collection, corpusFiles, openCollection } from './collection.ts'
import { everythingAt, plainQuery } from './evaluate.ts'
import { type Example, fitLogistic, isotonic, type Prior, probability } from './logistic.ts'
import { type Grades, mean, ndcg } from './measures.ts'

/**
 * Learns what `data/router.json` holds from judged topics: depth from graded candidates, the gate from
 * temporal classes. Prints what a five-fold cross-validation over topics makes of each.
 */
interface Options {
  readonly topics: string
  readonly corpus: string[]
  readonly embedder: string
  readonly out: string
}

const forms = ['query', 'short', 'long'] as const
const folds = 5
const relevant = 2

interface Observed {
  readonly topic: Topic
  readonly form: (typeof forms)[number]
  readonly evidence: Evidence
  readonly grades: readonly (number | undefined)[]
  readonly ids: readonly string[]
  readonly signs: GateSigns
}

async function observe(
  topic: Topic,
  form: Observed['form'],
  grades: Grades,
  collection: Collection,
): Promise<Observed> {
  const { engine, embedder, snapshot } = collection
  const query = plainQuery(topic[form], endOfDay(topic.asOf))
  const [vector] = await embedder.embed([query.subject], 'query')
  const evidence = await snapshot.gather({
    terms: termsOf(query.subject),
    vector,
    ...everythingAt(query.now),
    depth: candidateDepth,
    exact: true,
  })
  const documents = engine.documents.byKeys(evidence.candidates.map((one) => one.key))
  const ids = evidence.candidates.flatMap((one) => documents.get(one.key)?.id ?? [])
  const calibration = depthCalibrationFor(embedder.fingerprint, shippedCalibration)
  const deep = measureDepth(evidence, convex(evidence, calibration.alpha), calibration)
  const cues = readCues(query.subject, new Date(query.now).getUTCFullYear())
  return {
    topic,
    form,
    evidence,
    ids,
    grades: ids.map((id) => grades.get(id)),
    signs: signsOf(query, cues, evidence, deep),
  }
}

/** Weight of BM25 / ideal BM25 beside the cosine. */
const balances = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4]

const absolute = ({ candidates, idealBm25 }: Evidence, balance: number): number[] =>
  candidates.map(({ cosine, bm25 }) => (cosine ?? 0) + (idealBm25 === 0 ? 0 : (balance * bm25) / idealBm25))

/**
 * A likelihood over all candidates is ruled by the many that are far from the top, and sets the two scores against each
 * other in a way that ranks worse than their plain fusion. So the balance is chosen by how it ranks, and only the scale
 * by likelihood.
 */
function bestBalance(observed: readonly Observed[]): number {
  const undated = observed.filter(({ topic }) => topic.class !== 'dated')
  const quality = (balance: number) =>
    mean(
      undated.map((one) => {
        const scores = absolute(one.evidence, balance)
        const order = scores.map((_, i) => i).sort((a, b) => scores[b] - scores[a])
        return rankedNdcg(
          one,
          order.map((i) => one.evidence.candidates[i].key),
        )
      }),
    )
  return balances.map((balance) => ({ balance, value: quality(balance) })).sort((a, b) => b.value - a.value)[0].balance
}

const flat: Prior = { mean: 0, sigma: 100 }

function fitDepth(observed: readonly Observed[], alpha: number): DepthCalibration {
  const balance = bestBalance(observed)
  const examples = observed.flatMap(({ evidence, grades }) =>
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
  const cosines = observed.flatMap(({ evidence }) => evidence.candidates.flatMap((one) => one.cosine ?? []))
  const calibration = {
    alpha,
    intercept: weights[0],
    cosine: weights[1],
    lexical: weights[2],
    neutralCosine: rounded(mean(cosines)),
    isotonic: knots.map(([x, y]): [number, number] => [rounded(x), rounded(y)]),
    abstainBelow: 0,
  }
  const best = observed
    .map(({ evidence }) => measureDepth(evidence, convex(evidence, alpha), calibration)[0]?.depth ?? 0)
    .sort((one, other) => one - other)
  // One judged query in twenty, most of them a single ambiguous word, may be labelled "nothing matches well".
  return { ...calibration, abstainBelow: rounded(best[Math.floor(best.length / 20)]) }
}

const signNames = ['recencyWords', 'antiRecencyWords', 'burst', 'dateShift', 'logRate'] as const
/** Words mean what they say even where few topics show it; the rest must earn its weight. */
const gatePriors: readonly Prior[] = [
  { mean: -1, sigma: 2 },
  { mean: 2, sigma: 0.7 },
  { mean: -2, sigma: 0.7 },
  { mean: 0, sigma: 0.7 },
  { mean: 0, sigma: 0.7 },
  { mean: 0, sigma: 0.7 },
]
const gateExamples = (observed: readonly Observed[]): Example[] =>
  observed
    .filter(({ topic, form }) => topic.class !== 'dated' && form !== 'short')
    .map(({ topic, signs }) => ({
      features: [1, ...signNames.map((name) => signs[name])],
      label: topic.class === 'recent' ? 1 : 0,
    }))

const logLoss = (examples: readonly Example[], weights: readonly number[]): number =>
  mean(
    examples.map(
      ({ features, label }) =>
        -Math.log(label === 1 ? probability(weights, features) : 1 - probability(weights, features)),
    ),
  )

function crossValidate(observed: readonly Observed[], alpha: number): void {
  const topics = [...new Set(observed.map((one) => one.topic))]
  const foldOf = new Map(topics.map((topic, i) => [topic, i % folds]))
  const depthNdcg: number[] = []
  const fusedNdcg: number[] = []
  const gateLoss: number[] = []
  const baseLoss: number[] = []
  for (let fold = 0; fold < folds; fold++) {
    const train = observed.filter((one) => foldOf.get(one.topic) !== fold)
    const test = observed.filter((one) => foldOf.get(one.topic) === fold)
    const calibration = fitDepth(train, alpha)
    for (const one of test.filter(({ topic, form }) => form === 'query' && topic.class !== 'dated')) {
      const fused = convex(one.evidence, alpha)
      depthNdcg.push(
        rankedNdcg(
          one,
          measureDepth(one.evidence, fused, calibration).map((each) => each.candidate.key),
        ),
      )
      fusedNdcg.push(
        rankedNdcg(
          one,
          [...fused].sort((a, b) => b[1] - a[1]).map(([key]) => key),
        ),
      )
    }
    const examples = gateExamples(train)
    const share = mean(examples.map((one) => one.label))
    gateLoss.push(logLoss(gateExamples(test), fitLogistic(examples, gatePriors)))
    baseLoss.push(logLoss(gateExamples(test), [Math.log(share / (1 - share)), 0, 0, 0, 0, 0]))
  }
  console.log(
    `nDCG@10, candidates only: by depth ${mean(depthNdcg).toFixed(4)}, by convex combination ${mean(fusedNdcg).toFixed(4)}`,
  )
  console.log(`gate log loss ${mean(gateLoss).toFixed(4)}, of the class share alone ${mean(baseLoss).toFixed(4)}`)
}

function rankedNdcg({ evidence, grades, ids }: Observed, keys: readonly number[]): number {
  const idOf = new Map(evidence.candidates.map((one, i) => [one.key as number, ids[i]]))
  const known = new Map(ids.flatMap((id, i) => (grades[i] === undefined ? [] : [[id, grades[i]]])) as [never, number][])
  return ndcg(keys.map((key) => idOf.get(key)) as never[], known)
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000

async function fit(options: Options): Promise<void> {
  const config = readConfig(process.env)
  const { topics, qrels } = await readTopics(options.topics)
  const collection = await openCollection({
    files: corpusFiles(options.corpus),
    read: importFormats['arxiv-jsonl'],
    model: options.embedder,
    folder: join(config.dataFolder, 'evaluate'),
  })
  const observed: Observed[] = []
  for (const topic of topics) {
    for (const form of forms) observed.push(await observe(topic, form, qrels.get(topic.id) ?? new Map(), collection))
  }
  const name = collection.embedder.fingerprint.split(':')[0]
  const { alpha } = depthCalibrationFor(collection.embedder.fingerprint, shippedCalibration)
  await collection.close()
  crossValidate(observed, alpha)
  const depth = fitDepth(observed, alpha)
  const gate = fitLogistic(gateExamples(observed), gatePriors).map(rounded)
  const calibration: Calibration = JSON.parse(readFileSync(options.out, 'utf8'))
  const [intercept, recencyWords, antiRecencyWords, burst, dateShift, logRate] = gate
  const next: Calibration = {
    ...calibration,
    models: { ...calibration.models, [name]: depth },
    // The gate's signs hardly depend on the model; the default's are kept.
    gate:
      name === 'freshet-static'
        ? { intercept, recencyWords, antiRecencyWords, burst, dateShift, logRate }
        : calibration.gate,
  }
  writeFileSync(options.out, `${JSON.stringify(next, null, 2)}\n`)
  console.log(JSON.stringify({ [name]: depth, gate: next.gate }))
}

loadEnvFile()
await new Command('fit')
  .requiredOption('--topics <folder>')
  .requiredOption('--corpus <path...>')
  .option('--embedder <model>', 'a model name or folder', 'freshet-static')
  .option('--out <file>', 'the calibration to update', 'data/router.json')
  .action(fit)
  .parseAsync()
